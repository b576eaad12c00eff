#include "base/exact.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

/* Cross-entropies and awkward values: huge, tiny, signed, halfway between two units, subnormal. What is
   expected of them was computed with Python's fractions: each value, and each square, rounded to a multiple
   of 2^-64 by round(), which is half to even. */
static const double values[] = {
    // clang-format off
    0x1.0e2ddfb1fbd9ap+4,
    0x1.08266f8f87cdap+4,
    0x1.d7430c5e7365ap+3,
    0x1.23cca32efa1e4p+4,
    0x1.125d6e9bac363p+4,
    0x1.c16c7daa65506p+2,
    0x1.639584e08e191p+4,
    0x1.ee1a191e99c19p+1,
    0x1.0e921b72d3d4ap+3,
    0x1.b4349ddbaae81p+4,
    0x1.1bc26c712637ep+4,
    0x1.38cf8a4a736ebp+4,
    0x1.b7b294de72ecap+4,
    0x1.1e8615e9d78bap+4,
    0x1.a0e3b4d6941f2p+4,
    0x1.23e13d4812afbp+3,
    0x1.09e037f8ef479p+4,
    0x1.4a80dbe6f6996p+2,
    0x1.b38b3eba77f44p+2,
    0x1.226ae4107e662p+0,
    0x1.2051054e5d498p+2,
    0x1.a58c126cf5fep+4,
    0x1.2f2a2e3e6c466p+4,
    0x1.e06c904e6e556p+3,
    0x1.1dba58496d1e4p+10,
    -0x1.4df03e0faa43dp-24,
    -0x1.d8a3335386ae6p-15,
    0x1.f752548e8b258p-54,
    0x1.999753ea3f922p+6,
    0x1.738be550fc2bcp+10,
    -0x1.bb847eb7740d8p-49,
    0x1.9c01094c03e8dp+20,
    0x0p+0,
    -0x0p+0,
    0x0.0000000000001p-1022,
    0x1p-65,
    0x1.8p-64,
    -0x1.8p-64,
    0x1.8p-65,
    0x1.5a659f6bed8c8p+3,
    // clang-format on
};

#define VALUES (sizeof(values) / sizeof(values[0]))

static const char values_sum[] = "31187460450998588963736853";
static const char values_squares[] = "52534321007729819482390994840549";

static void expect_sums(const struct plx_exact *exact, const char *sum, const char *squares)
{
    char text[PLX_EXACT_TEXT];

    plx_exact_format(exact->sum, text);
    assert_string_equal(text, sum);
    plx_exact_format_unsigned(exact->squares, text);
    assert_string_equal(text, squares);
}

static struct plx_exact of(const double *list, size_t count)
{
    struct plx_exact exact = {0};

    for (size_t i = 0; i < count; i++)
        plx_exact_add(&exact, list[i]);
    return exact;
}

static struct plx_exact of_one(double value)
{
    return of(&value, 1);
}

static void add__sums_and_squares(void **state)
{
    struct plx_exact exact = of(values, VALUES);

    (void)state;
    expect_sums(&exact, values_sum, values_squares);
    assert_true(exact.count == VALUES && exact.infinite == 0 && !exact.overflow && !exact.invalid);
    assert_true(plx_exact_sum(&exact) == 0x1.9cc339e674ff5p+20);
    assert_true(plx_exact_squares(&exact) == 0x1.4b89c5ea65c9ep+41);
    assert_true(plx_exact_mean(&exact) == 0x1.4a35c7eb90cc4p+15);
}

/* By hand: the unit is 2^-64, halves go to the even neighbour. */
static void add__rounds_half_to_even(void **state)
{
    static const struct {
        double value;
        const char *sum;
        const char *squares;
    } rows[] = {
        {0.0, "0", "0"},
        {-0.0, "0", "0"},
        {0x1p-64, "1", "0"},
        {0x1p-65, "0", "0"},
        {0x1.8p-64, "2", "0"},
        {-0x1.8p-64, "-2", "0"},
        {0x1.4p-63, "2", "0"}, /* 2.5 */
        {0x1.0000000000001p-65, "1", "0"},
        {-0x1.0000000000001p-65, "-1", "0"},
        {0x1p-66, "0", "0"},
        {DBL_MIN, "0", "0"},
        {-5e-324, "0", "0"},
        {0x1p-32, "4294967296", "1"},
        {0x1p-33, "2147483648", "0"},                          /* the square is a quarter */
        {0x1.6a09e667f3bcdp-33, "3037000500", "1"},            /* √½ units, just above: the square ½ + */
        {0x1.6a09e667f3bccp-33, "3037000500", "0"},            /* and just below */
        {1.0, "18446744073709551616", "18446744073709551616"}, /* 2^64 */
        {-1.0, "-18446744073709551616", "18446744073709551616"},
        {0x1.8p0, "27670116110564327424", "41505174165846491136"}, /* 1.5·2^64, 2.25·2^64 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct plx_exact exact = of_one(rows[i].value);

        expect_sums(&exact, rows[i].sum, rows[i].squares);
        assert_true(exact.count == 1 && !exact.overflow);
    }
}

static void add__every_order_and_division_is_the_same(void **state)
{
    uint64_t seed = 1;
    size_t order[VALUES];

    (void)state;
    for (size_t i = 0; i < VALUES; i++)
        order[i] = i;
    for (int round = 0; round < 500; round++) {
        struct plx_exact parts[5] = {{0}};
        size_t count = 1 + next_random(&seed) % 5;

        for (size_t i = VALUES - 1; i > 0; i--) {
            size_t j = next_random(&seed) % (i + 1);
            size_t swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
        for (size_t i = 0; i < VALUES; i++)
            plx_exact_add(&parts[next_random(&seed) % count], values[order[i]]);
        for (size_t left = count; left > 1; left--) { /* any two of them, into either */
            size_t from = next_random(&seed) % left;
            struct plx_exact taken = parts[from];
            parts[from] = parts[left - 1];
            plx_exact_merge(&parts[next_random(&seed) % (left - 1)], &taken);
        }
        expect_sums(&parts[0], values_sum, values_squares);
        assert_true(parts[0].count == VALUES);
    }
}

static void add__infinity_is_counted_apart(void **state)
{
    struct plx_exact exact = of((const double[]){1, (double)INFINITY, 2}, 3);

    (void)state;
    assert_true(exact.count == 3 && exact.infinite == 1 && !exact.invalid && !exact.overflow);
    assert_true(plx_exact_sum(&exact) == 3);
    assert_true(isinf(plx_exact_total(&exact)) && plx_exact_total(&exact) > 0);
    assert_true(isinf(plx_exact_mean(&exact)) && plx_exact_mean(&exact) > 0);
    assert_true(isinf(plx_exact_standard_error(&exact)));
}

static void add__nan_and_minus_infinity_are_invalid(void **state)
{
    const double bad[] = {(double)NAN, -(double)INFINITY};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct plx_exact exact = of((const double[]){1, bad[i], 2, (double)INFINITY}, 4);

        assert_true(exact.invalid);
        assert_true(exact.count == 4 && exact.infinite == 1);
        assert_true(isnan(plx_exact_mean(&exact)));
        assert_true(isnan(plx_exact_standard_error(&exact)));
    }
}

static void add__overflow_is_set_and_stays(void **state)
{
    struct plx_exact exact = of_one(0x1.fffffffffffffp31); /* the square is just below 2^64 */

    (void)state;
    assert_false(exact.overflow);
    plx_exact_add(&exact, 0x1p31);
    assert_true(exact.overflow);
    plx_exact_add(&exact, -1);
    assert_true(exact.overflow);
    assert_true(isnan(plx_exact_mean(&exact)));
    assert_true(isnan(plx_exact_sum(&exact)));
    assert_true(isnan(plx_exact_total(&exact)));
    assert_true(isnan(plx_exact_squares(&exact)));
    assert_true(isnan(plx_exact_standard_error(&exact)));
    assert_true(of_one(0x1p32).overflow);
    assert_true(of_one(0x1p63).overflow);
    assert_true(of_one(-0x1p63).overflow);
    assert_true(of_one(DBL_MAX).overflow);
    assert_true(of_one(-DBL_MAX).overflow);
}

static void merge__keeps_the_flags(void **state)
{
    struct plx_exact plain = of((const double[]){1, 2}, 2);
    struct plx_exact infinite = of_one((double)INFINITY);
    struct plx_exact invalid = of_one((double)NAN);
    struct plx_exact overflown = of_one(DBL_MAX);
    struct plx_exact empty = {0};

    (void)state;
    plx_exact_merge(&plain, &empty);
    expect_sums(&plain, "55340232221128654848", "92233720368547758080"); /* 3 and 5 times 2^64 */
    plx_exact_merge(&plain, &infinite);
    assert_true(plain.count == 3 && plain.infinite == 1 && !plain.invalid && !plain.overflow);
    plx_exact_merge(&plain, &overflown);
    assert_true(plain.overflow && !plain.invalid);
    plx_exact_merge(&plain, &invalid);
    assert_true(plain.invalid);
    plx_exact_merge(&empty, &plain);
    assert_true(empty.count == 5 && empty.infinite == 1 && empty.invalid && empty.overflow);
}

static void merge__notices_overflow(void **state)
{
    struct plx_exact high = {.sum = (plx_int128)(~(plx_uint128)0 >> 1), .count = 1};
    struct plx_exact squares = {.squares = ~(plx_uint128)0, .count = 1};
    struct plx_exact count = {.count = UINT64_MAX};
    struct plx_exact small = {.sum = 1, .squares = 1, .count = 1};

    (void)state;
    plx_exact_merge(&high, &small);
    assert_true(high.overflow);
    plx_exact_merge(&squares, &small);
    assert_true(squares.overflow);
    plx_exact_merge(&count, &small);
    assert_true(count.overflow);
}

/* The same sum, without the squares, whose overflow does not matter then. */
static void add_value__leaves_squares_out(void **state)
{
    struct plx_exact with = {0}, without = {0};
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        plx_exact_add(&with, values[i]);
        plx_exact_add_value(&without, values[i]);
    }
    assert_true(without.sum == with.sum && without.count == with.count);
    assert_true(without.squares == 0);
    plx_exact_add_value(&without, 1e15);
    assert_false(without.overflow);
    plx_exact_add_value(&without, (double)INFINITY);
    assert_int_equal(without.infinite, 1);
    assert_false(without.invalid);
    plx_exact_add_value(&without, 1e19);
    assert_true(without.overflow);
    plx_exact_add_value(&without, (double)NAN);
    assert_true(without.invalid);
}

static void mean__is_correctly_rounded(void **state)
{
    struct plx_exact thirds = of((const double[]){1, 0, 0}, 3);
    struct plx_exact negative = of((const double[]){-1, 0, 0, 0, 0, 0, 0}, 7);
    struct plx_exact tiny = {.sum = 1, .count = 3};
    struct plx_exact empty = {0};

    (void)state;
    assert_true(plx_exact_mean(&thirds) == 1.0 / 3);
    assert_true(plx_exact_mean(&negative) == -1.0 / 7);
    assert_true(plx_exact_mean(&tiny) == 0x1p-64 / 3);
    assert_true(isnan(plx_exact_mean(&empty)));
    /* A sum of 2^53 + 1 + 2^-64 rounds up, where rounding it before the division would go down: Python's
       fractions. */
    struct plx_exact sticky = {.sum = ((((plx_int128)1 << 53) + 1) << 64) + 1, .count = 1};
    assert_true(plx_exact_mean(&sticky) == 0x1.0000000000001p53);
    assert_true(plx_exact_sum(&sticky) == 0x1.0000000000001p53);
    /* (2^125 + 2^72 + ⅓)·2^-64 is just above the middle between 2^61 and 2^61 + 2^9: only the rest tells. */
    struct plx_exact rest = {.sum = 3 * (((plx_int128)1 << 125) + ((plx_int128)1 << 72)) + 1, .count = 3};
    assert_true(plx_exact_mean(&rest) == 0x1p61 + 0x1p9);
}

static void expect_near(double found, double expected, double relative)
{
    if (!(fabs(found - expected) <= relative * expected))
        fail_msg("%.17g is not %.17g", found, expected);
}

static void standard_error__by_hand_and_by_fractions(void **state)
{
    struct plx_exact two = of((const double[]){1, 3}, 2);
    struct plx_exact mixed = of(values, VALUES);

    (void)state;
    assert_true(plx_exact_standard_error(&two) == 1); /* E[x²] − mean² = 5 − 4, n − 1 = 1 */
    /* Python's fractions and decimal. */
    expect_near(plx_exact_standard_error(&mixed), 42187.247793240487710191792, 1e-15);
}

/* 10, 10 + 10^-7, …: 20 digits of E[x²] cancel against the square of the mean. */
static void standard_error__does_not_cancel(void **state)
{
    struct plx_exact exact = {0};

    (void)state;
    for (int i = 0; i < 1000; i++)
        plx_exact_add(&exact, 10.0 + i * 1e-7);
    expect_near(plx_exact_standard_error(&exact), 9.1332725058764824783540918e-7, 1e-8);
    /* The sums of values 2^23 times as large: up to the ends of the wide arithmetic. */
    exact.squares <<= 46;
    exact.sum <<= 23;
    expect_near(plx_exact_standard_error(&exact), 9.1332725058764824783540918e-7 * 0x1p23, 1e-8);
}

static void standard_error__of_constant_values_is_zero(void **state)
{
    static const double constants[] = {0,
                                       1,
                                       0.1,
                                       10.824905109,
                                       -7.7,
                                       1e-9,
                                       1e-12,
                                       1e-17,
                                       0x1p-64,
                                       0x1.8p-64,
                                       0x1.8p-33,
                                       1e5 / 3,
                                       4e4 / 3,
                                       5.417,
                                       0x1.6a09e667f3bcdp-33,
                                       0x1.fffffffffffffp-1};

    (void)state;
    for (size_t i = 0; i < sizeof(constants) / sizeof(constants[0]); i++) {
        struct plx_exact exact = {0};

        for (int n = 0; n < 1000; n++) {
            plx_exact_add(&exact, constants[i]);
            if (n > 0 && plx_exact_standard_error(&exact) != 0)
                fail_msg("%d times %a", n + 1, constants[i]);
        }
        for (int doublings = 0; doublings < 20; doublings++)
            plx_exact_merge(&exact,
                            &(struct plx_exact){exact.sum, exact.squares, exact.count, 0, false, false});
        assert_false(exact.overflow);
        assert_true(plx_exact_standard_error(&exact) == 0);
    }
}

/* A deviation well above what the roundings at the door could hide is seen. */
static void standard_error__sees_small_deviations(void **state)
{
    struct plx_exact exact = of((const double[]){10, 10 + 1e-8}, 2);

    (void)state;
    expect_near(plx_exact_standard_error(&exact), 5e-9, 0.01);
}

static void standard_error__needs_two_values(void **state)
{
    struct plx_exact empty = {0};
    struct plx_exact one = of_one(3);

    (void)state;
    assert_true(isnan(plx_exact_standard_error(&empty)));
    assert_true(isnan(plx_exact_standard_error(&one)));
}

/* Sums that no values can have, as a damaged result might hold. */
static void standard_error__of_impossible_sums_is_nan(void **state)
{
    struct plx_exact impossible = {.sum = (plx_int128)100 << 64, .squares = 1, .count = 2};

    (void)state;
    assert_true(isnan(plx_exact_standard_error(&impossible)));
}

/* 2^127 − 1, −2^127 and 2^128 − 1 as Python writes them. */
static void format__extremes(void **state)
{
    char text[PLX_EXACT_TEXT];
    const plx_uint128 most = ~(plx_uint128)0;

    (void)state;
    plx_exact_format((plx_int128)(most >> 1), text);
    assert_string_equal(text, "170141183460469231731687303715884105727");
    plx_exact_format(-(plx_int128)(most >> 1) - 1, text);
    assert_string_equal(text, "-170141183460469231731687303715884105728");
    plx_exact_format_unsigned(most, text);
    assert_string_equal(text, "340282366920938463463374607431768211455");
    plx_exact_format(0, text);
    assert_string_equal(text, "0");
    plx_exact_format(-10, text);
    assert_string_equal(text, "-10");
}

static void parse__reads_back(void **state)
{
    uint64_t seed = 9;
    char text[PLX_EXACT_TEXT];

    (void)state;
    for (int i = 0; i < 10000; i++) {
        plx_uint128 bits = 0;
        plx_uint128 unsigned_back = 1;
        plx_int128 back = 1;

        for (int word = 0; word < 5; word++)
            bits = bits << 31 ^ next_random(&seed);
        bits >>= next_random(&seed) % 128;
        plx_exact_format_unsigned(bits, text);
        assert_true(plx_exact_parse_unsigned(text, &unsigned_back) && unsigned_back == bits);
        plx_exact_format((plx_int128)bits, text);
        assert_true(plx_exact_parse(text, &back) && back == (plx_int128)bits);
    }
}

static void parse__extremes(void **state)
{
    plx_int128 value = 0;
    plx_uint128 magnitude = 0;

    (void)state;
    assert_true(plx_exact_parse("170141183460469231731687303715884105727", &value));
    assert_true(value == (plx_int128)(~(plx_uint128)0 >> 1));
    assert_false(plx_exact_parse("170141183460469231731687303715884105728", &value));
    assert_true(plx_exact_parse("-170141183460469231731687303715884105728", &value));
    assert_true(value == -(plx_int128)(~(plx_uint128)0 >> 1) - 1);
    assert_false(plx_exact_parse("-170141183460469231731687303715884105729", &value));
    assert_true(plx_exact_parse_unsigned("340282366920938463463374607431768211455", &magnitude));
    assert_true(magnitude == ~(plx_uint128)0);
    assert_false(plx_exact_parse_unsigned("340282366920938463463374607431768211456", &magnitude));
    assert_false(plx_exact_parse_unsigned("3402823669209384634633746074317682114550", &magnitude));
    assert_true(plx_exact_parse("-0", &value) && value == 0);
}

static void parse__refuses(void **state)
{
    static const char *const bad[] = {"", "-", "+1", " 1", "1 ", "1.0", "--1", "0x1", "1e3", "a"};
    plx_int128 value;
    plx_uint128 magnitude;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(plx_exact_parse(bad[i], &value));
        assert_false(plx_exact_parse_unsigned(bad[i], &magnitude));
    }
    assert_false(plx_exact_parse_unsigned("-1", &magnitude));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(add__sums_and_squares),
        cmocka_unit_test(add__rounds_half_to_even),
        cmocka_unit_test(add__every_order_and_division_is_the_same),
        cmocka_unit_test(add__infinity_is_counted_apart),
        cmocka_unit_test(add__nan_and_minus_infinity_are_invalid),
        cmocka_unit_test(add__overflow_is_set_and_stays),
        cmocka_unit_test(merge__keeps_the_flags),
        cmocka_unit_test(merge__notices_overflow),
        cmocka_unit_test(add_value__leaves_squares_out),
        cmocka_unit_test(mean__is_correctly_rounded),
        cmocka_unit_test(standard_error__by_hand_and_by_fractions),
        cmocka_unit_test(standard_error__does_not_cancel),
        cmocka_unit_test(standard_error__of_constant_values_is_zero),
        cmocka_unit_test(standard_error__sees_small_deviations),
        cmocka_unit_test(standard_error__needs_two_values),
        cmocka_unit_test(standard_error__of_impossible_sums_is_nan),
        cmocka_unit_test(format__extremes),
        cmocka_unit_test(parse__reads_back),
        cmocka_unit_test(parse__extremes),
        cmocka_unit_test(parse__refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

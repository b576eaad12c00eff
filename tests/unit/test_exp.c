/* exp for the log-sum-exp. Expected values: mpmath 1.3 with 40 digits, rounded to double once. The kernels of
   both widths are reached by including the file under another name. */
#define plx_exp_nonpositive exp_under_test
#include "base/exp.c"
#undef plx_exp_nonpositive

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

void plx_exp_nonpositive(double *x, size_t count);

static double exp_of(double x)
{
    plx_exp_nonpositive(&x, 1);
    return x;
}

static void assert_ulps(double found, double expected, double ulps)
{
    const double ulp = nextafter(expected, (double)INFINITY) - expected;
    if (!(fabs(found - expected) <= ulps * ulp))
        fail_msg("found %a, expected %a", found, expected);
}

static void plx_exp_nonpositive__is_exact_at_zero(void **state)
{
    (void)state;
    assert_true(exp_of(0.0) == 1.0);
    assert_true(exp_of(-0.0) == 1.0);
}

static void plx_exp_nonpositive__known_values(void **state)
{
    static const double KNOWN[][2] = {
        {-0.125, 0x1.c3d6a24ed8222p-1},  {-1, 0x1.78b56362cef38p-2},
        {-10.5, 0x1.cdfc263f6a0bap-16},  {-0.34657359027997264, 0x1.6a09e667f3bcdp-1},
        {-700, 0x1.14f2b0fb9307fp-1010}, {-100.25, 0x1.4acd31e167ebbp-145},
        {-708, 0x1.7c8ab2288c9abp-1022},
    };
    (void)state;
    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++)
        assert_ulps(exp_of(KNOWN[i][0]), KNOWN[i][1], 1.25);
}

/* The C library's exp is correct to less than one ulp. */
static void plx_exp_nonpositive__agrees_with_the_c_library(void **state)
{
    (void)state;
    for (double x = -708.3; x < 0; x += 0.00317)
        assert_ulps(exp_of(x), exp(x), 2);
}

static void plx_exp_nonpositive__flushes_to_zero(void **state)
{
    static const double SMALL[] = {-708.8, -709, -710, -745, -746, -1e4, -1e300, -1.7976931348623157e308};
    (void)state;
    for (size_t i = 0; i < sizeof SMALL / sizeof *SMALL; i++)
        assert_true(exp_of(SMALL[i]) == 0);
    assert_true(exp_of(-(double)INFINITY) == 0);
}

static void plx_exp_nonpositive__keeps_nan(void **state)
{
    (void)state;
    assert_true(isnan(exp_of((double)NAN)));
    assert_true(isnan(exp_of(-(double)NAN)));
}

static void plx_exp_nonpositive__any_count(void **state)
{
    (void)state;
    for (size_t count = 0; count <= 13; count++) {
        double x[14];
        for (size_t i = 0; i < 14; i++)
            x[i] = -(double)i;
        plx_exp_nonpositive(x, count);
        for (size_t i = 0; i < count; i++)
            assert_ulps(x[i], exp(-(double)i), 2);
        for (size_t i = count; i < 14; i++)
            assert_true(x[i] == -(double)i);
    }
}

static void plx_exp_nonpositive__does_not_depend_on_the_place(void **state)
{
    double x[11], alone = -3.75;
    (void)state;
    plx_exp_nonpositive(&alone, 1);
    for (size_t i = 0; i < 11; i++)
        x[i] = -3.75;
    plx_exp_nonpositive(x, 11);
    for (size_t i = 0; i < 11; i++)
        assert_memory_equal(x + i, &alone, sizeof alone);
}

static void plx_exp_nonpositive__the_same_bits_in_both_widths(void **state)
{
    (void)state;
#if PLX_HAS_WIDTH4
    if (!plx_use_width4())
        skip();
    for (double x = -712; x < 0; x += 0.0973) {
        double narrow[4] = {x, x / 3, x / 1e3, x / 1e9}, wide[4];
        memcpy(wide, narrow, sizeof wide);
        exp_nonpositive2(narrow, 4);
        exp_nonpositive4(wide, 4);
        assert_memory_equal(narrow, wide, sizeof wide);
    }
#else
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_exp_nonpositive__is_exact_at_zero),
        cmocka_unit_test(plx_exp_nonpositive__known_values),
        cmocka_unit_test(plx_exp_nonpositive__agrees_with_the_c_library),
        cmocka_unit_test(plx_exp_nonpositive__flushes_to_zero),
        cmocka_unit_test(plx_exp_nonpositive__keeps_nan),
        cmocka_unit_test(plx_exp_nonpositive__any_count),
        cmocka_unit_test(plx_exp_nonpositive__does_not_depend_on_the_place),
        cmocka_unit_test(plx_exp_nonpositive__the_same_bits_in_both_widths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The fast reading of decimal numbers, against the C library's, which rounds correctly. */
#include "base/decimal.h"

#include "base/number.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* What stands behind the number, as in a file: where it ends, and bytes that must not matter. */
#define TAIL "\t0123456789.987654321"

/* The number with the tail behind it, in memory of just that size, so that reading further is seen. */
static char *with_tail(const char *number)
{
    const size_t length = strlen(number);
    char *text = malloc(length + 1 + PLX_DECIMAL_PADDING);
    assert_non_null(text);
    memcpy(text, number, length);
    memcpy(text + length, TAIL, 1 + PLX_DECIMAL_PADDING);
    return text;
}

/* Both ways of reading give what strtof gives, the fast one where it takes the number at all. Returns whether
   it does. */
static bool check(const char *number)
{
    float fast = NAN, careful = NAN;
    const float expected = strtof(number, NULL);
    char *text = with_tail(number);
    const char *end = plx_decimal_scan_float(text, &fast);
    const bool taken = end != NULL;
    if (taken && (end != text + strlen(number) || bits_of(fast) != bits_of(expected)))
        fail_msg("\"%s\": found %.9g, expected %.9g", number, (double)fast, (double)expected);
    if (!plx_parse_float(number, strlen(number), &careful) || bits_of(careful) != bits_of(expected))
        fail_msg("\"%s\": found %.9g, expected %.9g", number, (double)careful, (double)expected);
    free(text);
    return taken;
}

static void decimal_scan_float__common_forms(void **state)
{
    static const char *const numbers[] = {
        "0",      "-0",        "-99",       "-7.6690070",     "-0.1249387",
        ".5",     "-.25",      "5.",        "1234567",        "0.000000000000001",
        "0000.0", "1234567.8", "-0.000000", "999.99999999999"};
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (!check(numbers[i]))
            fail_msg("\"%s\" is not taken", numbers[i]);
    }
}

/* Left to plx_parse_float, or no numbers. */
static void decimal_scan_float__other_forms(void **state)
{
    static const char *const others[] = {"",
                                         "-",
                                         ".",
                                         "-.",
                                         "+1",
                                         "12345678",
                                         "inf",
                                         "nan",
                                         "--1",
                                         "abc",
                                         "1.2345678901234567",
                                         "word",
                                         "123456789",
                                         "-\xb1\xb2",
                                         "1234567.9999999999999"};
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        float value = 123.0f;
        char *text = with_tail(others[i]);
        if (plx_decimal_scan_float(text, &value))
            fail_msg("\"%s\" is taken", others[i]);
        assert_true(value == 123.0f);
        free(text);
    }
}

/* It ends at the first byte that does not belong to it. */
static void decimal_scan_float__ends(void **state)
{
    static const struct {
        const char *text;
        size_t length;
        float value;
    } rows[] = {{"1.5e3", 3, 1.5f}, {"2-3", 1, 2.0f}, {"-7 ", 2, -7.0f}, {"1.2.3", 3, 1.2f},
                {"3:", 1, 3.0f},    {"4/", 1, 4.0f},  {"5.x", 2, 5.0f},  {"6\xb0", 1, 6.0f}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        float value = 0.0f;
        char *text = with_tail(rows[i].text);
        assert_ptr_equal(plx_decimal_scan_float(text, &value), text + rows[i].length);
        assert_true(value == rows[i].value);
        free(text);
    }
}

/* As files have them, and with more digits than fit into 64 bits. */
static void decimal_scan_float__random(void **state)
{
    uint64_t random = UINT64_C(0x2545F4914F6CDD1D);
    unsigned taken = 0;
    (void)state;
    for (unsigned i = 0; i < 1500000; i++) {
        char number[40];
        const uint64_t drawn = next_random(&random);
        const unsigned whole = (unsigned)(drawn % 8), fraction = 1 + (unsigned)(drawn >> 8) % 15;
        size_t length = 0;
        if (drawn >> 63)
            number[length++] = '-';
        for (unsigned k = 0; k < whole; k++)
            number[length++] = (char)('0' + next_random(&random) % 10);
        number[length++] = '.';
        for (unsigned k = 0; k < fraction; k++)
            number[length++] = (char)('0' + next_random(&random) % 10);
        number[length] = '\0';
        taken += check(number);
    }
    assert_true(taken > 1000000);
}

/* Decimals of 15 digits next to points halfway between two floats: of every twentieth the nearest double is
   that very point, and rounding it to a float goes to the wrong side. And points that are halfway themselves,
   which go to the even float. */
static void decimal_scan_float__halfway(void **state)
{
    uint64_t random = UINT64_C(0x9E3779B97F4A7C15);
    unsigned refused = 0;
    (void)state;
    for (unsigned i = 0; i < 300000; i++) {
        const uint64_t odd = 2 * (UINT64_C(0x800000) | (next_random(&random) & 0x7FFFFF)) + 1;
        char number[64];
        snprintf(number, sizeof number, "-%.15f", ldexp((double)odd, -25));
        refused += !check(number);
        snprintf(number, sizeof number, "%.14f", ldexp((double)odd, -22));
        refused += !check(number);
        snprintf(number, sizeof number, "-%.10f", ldexp((double)odd, -10)); /* all digits */
        refused += !check(number);
    }
    assert_true(refused > 300000 && refused < 400000); /* all of the last kind, some of the others */
}

static void decimal_length__all_bytes(void **state)
{
    (void)state;
    for (unsigned at = 0; at < 8; at++) {
        for (unsigned byte = 0; byte < 256; byte++) {
            char text[9] = "01928374";
            text[at] = (char)byte;
            const bool digit = byte >= '0' && byte <= '9';
            assert_int_equal(plx_decimal_length(plx_decimal_eight(text)), digit ? 8 : at);
        }
    }
}

static void decimal_number__every_length(void **state)
{
    static const uint64_t expected[] = {0, 9, 98, 987, 9870, 98706, 987065, 9870654, 98706543};
    (void)state;
    for (unsigned length = 0; length <= 8; length++) {
        assert_int_equal(plx_decimal_number(plx_decimal_eight("98706543"), length), expected[length]);
        assert_int_equal(plx_decimal_number(plx_decimal_eight("99999999"), length),
                         (uint64_t)pow(10.0, length) - 1);
    }
}

static void wide_is_strtods(uint64_t mantissa, int exponent)
{
    char text[64];
    double value;
    snprintf(text, sizeof text, "%s%llue%d", mantissa % 2 ? "-" : "", (unsigned long long)mantissa, exponent);
    const double expected = strtod(text, NULL);
    assert_true(plx_decimal_wide(mantissa, exponent, mantissa % 2, &value));
    if (memcmp(&value, &expected, sizeof value) != 0)
        fail_msg("%s: %a, not %a", text, value, expected);
}

static void decimal_wide__rounds_as_the_c_library(void **state)
{
    (void)state;
    uint64_t random = 88172645463325252u;
    double value;
    for (int exponent = -27; exponent <= 27; exponent++) {
        for (int i = 0; i < 1000; i++)
            wide_is_strtods(next_random(&random) >> i % 64, exponent);
        wide_is_strtods(0, exponent);
        wide_is_strtods(1, exponent);
        wide_is_strtods(UINT64_MAX, exponent);
        wide_is_strtods(UINT64_MAX - 1, exponent);
    }
    assert_false(plx_decimal_wide(1, 28, false, &value));
    assert_false(plx_decimal_wide(1, -28, false, &value));
}

/* Just between two doubles, or the least bit beside it: (2 m + 1) · 2^s and its neighbours, as integers and,
   with 5^k · 10^-k, as fractions. */
static void decimal_wide__halfway(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (int i = 0; i < 4000; i++) {
        const uint64_t odd = (next_random(&random) >> 11 | UINT64_C(1) << 52) << 1 | 1;
        for (int shift = 0; shift < 11; shift++) {
            wide_is_strtods(odd << shift, 0);
            wide_is_strtods((odd << shift) + 1, 0);
            wide_is_strtods((odd << shift) - 1, 0);
        }
        for (int k = 1; k <= 4; k++) {
            const uint64_t fives = (uint64_t)pow(5.0, k) * odd;
            wide_is_strtods(fives, -k);
            wide_is_strtods(fives + 1, -k);
            wide_is_strtods(fives - 1, -k);
        }
    }
}

/* Read to its end as strtod reads it, or left to others. */
static bool scan_double(const char *number)
{
    char *const text = with_tail(number);
    double value = 0;
    const char *const end = plx_decimal_scan_double(text, &value);
    if (end) {
        const double expected = strtod(number, NULL);
        assert_int_equal(end - text, strlen(number));
        assert_memory_equal(&value, &expected, sizeof value);
    }
    free(text);
    return end != NULL;
}

static void decimal_scan_double__forms(void **state)
{
    (void)state;
    static const char *const READ[] = {"0",
                                       "-0",
                                       "7",
                                       "0.1",
                                       "12345678",
                                       "-3.25",
                                       "0.30000000000000004",
                                       "0.0",
                                       "1.7976931",
                                       "0.00012345678901234567",
                                       "9999999.9999999999"};
    static const char *const OTHER[] = {"", "-", "01", "-00.5", ".5", "1.", "+1", "x", "inf", "nan"};
    uint64_t random = 7;
    for (size_t i = 0; i < sizeof READ / sizeof *READ; i++)
        assert_true(scan_double(READ[i]));
    for (size_t i = 0; i < sizeof OTHER / sizeof *OTHER; i++)
        assert_false(scan_double(OTHER[i]));
    for (int i = 0; i < 100000; i++) {
        char text[64];
        snprintf(text, sizeof text, "%.17g", ldexp((double)(next_random(&random) >> 11), -53 - i % 12 + 6));
        if (!strchr(text, 'e'))
            assert_true(scan_double(text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimal_scan_float__common_forms),
        cmocka_unit_test(decimal_scan_float__other_forms),
        cmocka_unit_test(decimal_scan_float__ends),
        cmocka_unit_test(decimal_scan_float__random),
        cmocka_unit_test(decimal_scan_float__halfway),
        cmocka_unit_test(decimal_length__all_bytes),
        cmocka_unit_test(decimal_number__every_length),
        cmocka_unit_test(decimal_wide__rounds_as_the_c_library),
        cmocka_unit_test(decimal_wide__halfway),
        cmocka_unit_test(decimal_scan_double__forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The fast shortest form against the C library: printf's rounding to 15, 16 and 17 digits, and strtod to see
   which of them reads back. */
#include "base/shortest.h"
#include "support/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect_as_printf(double value)
{
    char expected[64], text[PLX_NUMBER_TEXT];
    int precision = 15;
    do
        snprintf(expected, sizeof expected, "%.*g", precision, value);
    while (precision++ < 17 && strtod(expected, NULL) != value);
    const size_t length = plx_format_shortest(value, text);
    if (length != strlen(expected) || strcmp(text, expected) != 0)
        fail_msg("%a became %s instead of %s", value, length ? text : "nothing", expected);
}

static double from_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Any mantissa, short ones, and those of few digits, at every exponent of the range. */
static void format_shortest__random_mantissas(void **state)
{
    struct random random = {1};
    (void)state;
    for (int exponent = -13; exponent < 46; exponent++) {
        for (int i = 0; i < 3000; i++) {
            const uint64_t noise = random_next(&random) >> 12;
            const uint64_t mantissa = i % 3 == 0 ? noise & ~UINT64_C(0) << random_below(&random, 52) : noise;
            const double value = from_bits((uint64_t)(exponent + 1023) << 52 | mantissa);
            expect_as_printf(i % 2 ? value : -value);
        }
    }
    for (int i = 0; i < 100000; i++) {
        char text[64];
        snprintf(text, sizeof text, "%zue-%zu", 1 + random_below(&random, 99999), random_below(&random, 5));
        expect_as_printf(strtod(text, NULL));
    }
}

/* Below a power of two doubles lie half as far apart; beside powers of ten the number of digits changes. */
static void format_shortest__edges(void **state)
{
    (void)state;
    for (int exponent = -13; exponent < 46; exponent++) {
        double value = ldexp(1, exponent), below = value;
        for (int i = 0; i < 200; i++) {
            expect_as_printf(value);
            expect_as_printf(below);
            value = nextafter(value, (double)INFINITY);
            below = nextafter(below, 0);
        }
    }
    for (int exponent = -4; exponent <= 13; exponent++) {
        for (int digit = 1; digit <= 9; digit++) {
            char text[32];
            snprintf(text, sizeof text, "%de%d", digit, exponent);
            double value = strtod(text, NULL), below = value;
            for (int i = 0; i < 200; i++) {
                expect_as_printf(value);
                if (below >= 1e-4)
                    expect_as_printf(below);
                value = nextafter(value, (double)INFINITY);
                below = nextafter(below, 0);
            }
        }
    }
    expect_as_printf(nextafter(1e14, 0));
}

/* Halfway between two texts of 15 digits, which a double can be exactly: ties go to the even digit. */
static void format_shortest__ties(void **state)
{
    (void)state;
    for (double whole = 2e12; whole < 2e12 + 100; whole++)
        for (double part = 1.0 / 256; part < 1; part += 1.0 / 256)
            expect_as_printf(whole + part);
}

static void format_shortest__other_ranges(void **state)
{
    const double others[] = {
        0.0,        -0.0, nextafter(1e-4, 0), 1e14, -1e14, 1e300, 5e-324, (double)INFINITY, -(double)INFINITY,
        (double)NAN};
    char text[PLX_NUMBER_TEXT] = "as it was";
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_int_equal(plx_format_shortest(others[i], text), 0);
    assert_string_equal(text, "as it was");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(format_shortest__random_mantissas),
        cmocka_unit_test(format_shortest__edges),
        cmocka_unit_test(format_shortest__ties),
        cmocka_unit_test(format_shortest__other_ranges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

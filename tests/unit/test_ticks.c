/* Marks of axes; those of the cases by hand. */
#include "report/html/ticks.h"

#include "support/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The labels with blanks between them. */
static void expect(double low, double high, size_t most, const char *expected)
{
    const struct plx_ticks ticks = plx_ticks_find(low, high, most);
    char text[1024] = "", label[PLX_FIXED_TEXT];
    for (size_t i = 0; i < ticks.count; i++) {
        const size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, "%s%s", i ? " " : "",
                 plx_ticks_label(plx_ticks_at(&ticks, i), ticks.step, label));
    }
    assert_string_equal(text, expected);
}

static void plx_ticks_find__by_hand(void **state)
{
    (void)state;
    expect(0, 1, 7, "0.0 0.2 0.4 0.6 0.8 1.0");
    expect(0, 0.3, 7, "0.00 0.05 0.10 0.15 0.20 0.25 0.30");
    expect(4.069, 6.243, 7, "4.0 4.5 5.0 5.5 6.0 6.5");
    expect(0, 245569, 9, "0 50k 100k 150k 200k 250k");
    expect(0, 1000000, 6, "0 200k 400k 600k 800k 1M");
    expect(0, 2500, 6, "0 500 1k 1.5k 2k 2.5k");
    expect(-3, 12, 5, "-5 0 5 10 15");
    expect(-0.2, 0.1, 7, "-0.20 -0.15 -0.10 -0.05 0.00 0.05 0.10");
    expect(2e9, 7e9, 6, "2G 3G 4G 5G 6G 7G");
}

/* Something is around what has no extent. */
static void plx_ticks_find__nothing_between(void **state)
{
    static const double VALUES[] = {0, 5, -5, 1e-300, 1e300, 5e-324, 123456789};
    (void)state;
    for (size_t i = 0; i < sizeof VALUES / sizeof *VALUES; i++) {
        const struct plx_ticks ticks = plx_ticks_find(VALUES[i], VALUES[i], 7);
        assert_in_range(ticks.count, 2, 7);
        assert_true(plx_ticks_at(&ticks, 0) <= VALUES[i]);
        assert_true(plx_ticks_at(&ticks, ticks.count - 1) >= VALUES[i]);
    }
}

static void plx_ticks_find__any_bounds(void **state)
{
    struct random random = {9};
    (void)state;
    for (unsigned i = 0; i < 20000; i++) {
        const double size = pow(10, (double)(random_next(&random) % 40) - 20);
        const double low = size * ((double)(random_next(&random) % 20001) - 10000) / 7;
        const double high = low + size * (double)(1 + random_next(&random) % 5000) / 3;
        const size_t most = 3 + random_next(&random) % 10;
        const struct plx_ticks ticks = plx_ticks_find(low, high, most);
        const double slack = 1e-6 * ticks.step;
        if (ticks.count < 2 || ticks.count > most || plx_ticks_at(&ticks, 0) > low + slack ||
            plx_ticks_at(&ticks, ticks.count - 1) < high - slack)
            fail_msg("%zu marks at most from %.17g to %.17g: %zu from %.17g by %.17g", most, low, high,
                     ticks.count, ticks.first, ticks.step);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_ticks_find__by_hand),
        cmocka_unit_test(plx_ticks_find__nothing_between),
        cmocka_unit_test(plx_ticks_find__any_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

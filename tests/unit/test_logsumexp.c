/* Log-sum-exp. Expected values: mpmath 1.3 with 40 digits unless a comment says otherwise. */
#include "base/logsumexp.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LANES    PLX_LSE_LANES
#define ROWS_MAX 200

static const double INFINITE = (double)INFINITY;

static void assert_close(double found, double expected, double tolerance)
{
    if (!(fabs(found - expected) <= tolerance))
        fail_msg("found %.17g, expected %.17g", found, expected);
}

static void plx_logsumexp__known_values(void **state)
{
    const double a[] = {2.0, 0.5, -1.0}, b[] = {1000, 1000}, c[] = {-5000, -5001, -5002.5};
    (void)state;
    assert_close(plx_logsumexp(a, 3), 2.241311296657157, 1e-15);
    assert_close(plx_logsumexp(b, 2), 1000.6931471805599, 3e-13);
    assert_close(plx_logsumexp(c, 3), -4999.628460968147, 2e-12);
}

/* log Σ exp 0 over V terms is ln V: 33,278 of them give 10.412651796975453. */
static void plx_logsumexp__uniform(void **state)
{
    static double zeros[33278];
    (void)state;
    assert_true(plx_logsumexp(zeros, 33278) == 10.412651796975453);
}

static void plx_logsumexp__limits(void **state)
{
    const double none[] = {-INFINITE, -INFINITE}, some[] = {-INFINITE, 3};
    const double all[] = {INFINITE, 1, -INFINITE}, nan_and_all[] = {INFINITE, (double)NAN};
    (void)state;
    assert_true(plx_logsumexp(none, 0) == -INFINITE);
    assert_true(plx_logsumexp(none, 2) == -INFINITE);
    assert_true(plx_logsumexp(some, 2) == 3);
    assert_true(plx_logsumexp(all, 3) == INFINITE);
    assert_true(isnan(plx_logsumexp(nan_and_all, 2)));
}

/* A column of one lane, given in calls of `block` rows, with `beside` in all other lanes. */
static double lane_of(size_t lane, const double *column, size_t rows, size_t block, double beside)
{
    struct plx_lse_lanes lanes;
    double result[LANES];
    plx_lse_lanes_init(&lanes);
    for (size_t first = 0; first < rows; first += block) {
        double z[ROWS_MAX * LANES];
        const size_t count = rows - first < block ? rows - first : block;
        for (size_t i = 0; i < count * LANES; i++)
            z[i] = i % LANES == lane ? column[first + i / LANES] : beside;
        plx_lse_lanes_add(&lanes, z, count);
    }
    plx_lse_lanes_finish(&lanes, result);
    return result[lane];
}

static void fill_column(double *column, size_t rows, double scale)
{
    for (size_t i = 0; i < rows; i++)
        column[i] = scale * (double)((i * 37 + 11) % 101) - 50 * scale;
}

/* Against the form of one column, which has been checked above. */
static void plx_lse_lanes_add__agrees_with_one_column(void **state)
{
    static const double SCALES[] = {0, 0.01, 1, 7, 200}; /* logits up to ±10,000 */
    double column[ROWS_MAX];
    (void)state;
    for (size_t s = 0; s < sizeof SCALES / sizeof *SCALES; s++) {
        fill_column(column, ROWS_MAX, SCALES[s]);
        const double expected = plx_logsumexp(column, ROWS_MAX);
        for (size_t lane = 0; lane < LANES; lane++)
            assert_close(lane_of(lane, column, ROWS_MAX, 64, 0), expected, 4e-15 * (1 + fabs(expected)));
        assert_close(lane_of(3, column, ROWS_MAX, 1, 0), expected, 1e-14 * (1 + fabs(expected)));
    }
}

static void plx_lse_lanes_add__uniform_is_exact(void **state)
{
    const double column[ROWS_MAX] = {0};
    (void)state;
    assert_true(lane_of(5, column, ROWS_MAX, 7, -4) == log(ROWS_MAX));
}

/* The last bits may depend on the blocks, but not on the neighbours. */
static void plx_lse_lanes_add__lanes_do_not_know_each_other(void **state)
{
    const double beside[] = {1e4, -1e4, INFINITE, -INFINITE, (double)NAN, DBL_MAX};
    double column[ROWS_MAX];
    (void)state;
    fill_column(column, ROWS_MAX, 0.37);
    const double alone = lane_of(0, column, ROWS_MAX, 32, 0);
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
        for (size_t lane = 0; lane < LANES; lane++) {
            const double found = lane_of(lane, column, ROWS_MAX, 32, beside[i]);
            assert_memory_equal(&found, &alone, sizeof alone);
        }
    }
}

static void plx_lse_lanes_add__limits(void **state)
{
    const double nan = (double)NAN;
    const struct {
        double column[4];
        double expected;
    } cases[] = {
        {{-INFINITE, -INFINITE, -INFINITE, -INFINITE}, -INFINITE},
        {{-INFINITE, -INFINITE, 2.5, -INFINITE}, 2.5},
        {{1, INFINITE, -INFINITE, 1e300}, INFINITE},
        {{INFINITE, INFINITE, 0, 0}, INFINITE},
        {{DBL_MAX, 0, -DBL_MAX, -INFINITE}, DBL_MAX},
        {{-DBL_MAX, -DBL_MAX, -DBL_MAX, -DBL_MAX}, -DBL_MAX},
        {{nan, 0, 0, 0}, nan},
        {{0, 0, 0, nan}, nan},
        {{INFINITE, nan, 0, 0}, nan},
        {{nan, INFINITE, 0, 0}, nan},
        {{-INFINITE, nan, -INFINITE, -INFINITE}, nan},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t block = 1; block <= 4; block++) {
            const double found = lane_of(i, cases[i].column, 4, block, 0);
            if (isnan(cases[i].expected) ? !isnan(found) : found != cases[i].expected)
                fail_msg("case %zu in blocks of %zu: %g", i, block, found);
        }
    }
}

static void plx_lse_lanes_finish__nothing_added(void **state)
{
    struct plx_lse_lanes lanes;
    double result[LANES];
    (void)state;
    plx_lse_lanes_init(&lanes);
    plx_lse_lanes_add(&lanes, result, 0);
    plx_lse_lanes_finish(&lanes, result);
    for (size_t lane = 0; lane < LANES; lane++)
        assert_true(result[lane] == -INFINITE);
}

/* What makes a cross-entropy never negative: the maximum's own term is 1 exactly. */
static void plx_lse_lanes_finish__is_at_least_the_maximum(void **state)
{
    double column[ROWS_MAX];
    (void)state;
    for (size_t peak = 0; peak < ROWS_MAX; peak++) {
        fill_column(column, ROWS_MAX, 0.001);
        column[peak] = 36.7 + (double)peak;
        assert_true(lane_of(1, column, ROWS_MAX, 48, 0) >= column[peak]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_logsumexp__known_values),
        cmocka_unit_test(plx_logsumexp__uniform),
        cmocka_unit_test(plx_logsumexp__limits),
        cmocka_unit_test(plx_lse_lanes_add__agrees_with_one_column),
        cmocka_unit_test(plx_lse_lanes_add__uniform_is_exact),
        cmocka_unit_test(plx_lse_lanes_add__lanes_do_not_know_each_other),
        cmocka_unit_test(plx_lse_lanes_add__limits),
        cmocka_unit_test(plx_lse_lanes_finish__nothing_added),
        cmocka_unit_test(plx_lse_lanes_finish__is_at_least_the_maximum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

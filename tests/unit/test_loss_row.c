/* The loss of one row, as other parts of the library use it. Expected values: by hand. */
#include "eval/loss_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void assert_near(double found, double expected)
{
    if (!(found == expected || fabs(found - expected) <= 1e-15))
        fail_msg("found %.17g, expected %.17g", found, expected);
}

/* Logarithms of probabilities are logits. */
static void plx_loss_row_sparse__of_log_probabilities(void **state)
{
    const double p[] = {0.5, 0.25, 0.125, 0.125};
    const double logs[] = {log(0.5), log(0.25), log(0.125), log(0.125)};
    static const struct plx_loss_options plain, smoothed = {.label_smoothing = 0.2},
                                                focal = {.focal_gamma = 2};
    double coefficients[4];
    struct plx_loss_row row = {.classes = 4, .options = &plain, .coefficients = coefficients};
    (void)state;
    for (size_t y = 0; y < 4; y++) {
        plx_loss_row_begin(&row, logs, 1);
        row.options = &plain;
        assert_near(plx_loss_row_sparse(&row, y), -log(p[y]));
        row.options = &smoothed; /* 0.8 on y and 0.05 on each: all their bits are 1 + 2 + 3 + 3 */
        assert_near(plx_loss_row_sparse(&row, y), 0.8 * -log(p[y]) + 0.05 * 9 * log(2));
        row.options = &focal;
        assert_near(plx_loss_row_sparse(&row, y), (1 - p[y]) * (1 - p[y]) * -log(p[y]));
    }
}

static void plx_loss_row_gradient__written_or_added(void **state)
{
    const double zeros[] = {0, 0, 0, 0}, p[] = {0.5, 0.25, 0.25, 0}, targets[] = {1, 0, 0, 0};
    static const struct plx_loss_options plain, of_probabilities = {.from_probabilities = true};
    double exponentials[4], coefficients[4], gradient[4] = {7, 7, 7, 7};
    struct plx_loss_row row = {
        .classes = 4, .options = &plain, .exponentials = exponentials, .coefficients = coefficients};
    (void)state;
    plx_loss_row_begin(&row, zeros, 1);
    assert_near(plx_loss_row_sparse(&row, 1), log(4));
    plx_loss_row_gradient(&row, 2, false, gradient);
    assert_true(gradient[0] == 0.5 && gradient[1] == -1.5 && gradient[2] == 0.5 && gradient[3] == 0.5);
    assert_near(plx_loss_row_dense(&row, targets), log(4));
    plx_loss_row_gradient(&row, 1, true, gradient);
    assert_true(gradient[0] == -0.25 && gradient[1] == -1.25 && gradient[2] == 0.75 && gradient[3] == 0.75);
    row.options = &of_probabilities;
    plx_loss_row_begin(&row, p, 1);
    assert_near(plx_loss_row_sparse(&row, 1), log(4));
    plx_loss_row_gradient(&row, 1, true, gradient);
    assert_true(gradient[0] == -0.25 && gradient[1] == -5.25 && gradient[3] == 0.75);
    plx_loss_row_gradient(&row, 1, false, gradient);
    assert_true(gradient[0] == 0 && gradient[1] == -4 && gradient[2] == 0 && gradient[3] == 0);
}

static void plx_loss_row_kl__from_both(void **state)
{
    const double logits[] = {0, 0, 0, 0}, t[] = {0.5, 0.25, 0.25, 0};
    const double logs[] = {log(0.5), log(0.25), log(0.25), -(double)INFINITY};
    static const struct plx_loss_options plain;
    double exponentials[4], coefficients[4], gradient[4];
    struct plx_loss_row row = {
        .classes = 4, .options = &plain, .exponentials = exponentials, .coefficients = coefficients};
    (void)state;
    for (int from_logs = 0; from_logs < 2; from_logs++) {
        plx_loss_row_begin(&row, logits, 1);
        assert_near(plx_loss_row_kl(&row, from_logs ? logs : t, from_logs),
                    0.5 * log(2)); /* 2 bits less 1.5 */
        plx_loss_row_gradient(&row, 1, false, gradient);
        assert_near(gradient[0], -0.25);
        assert_near(gradient[1], 0);
        assert_near(gradient[3], 0.25);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_loss_row_sparse__of_log_probabilities),
        cmocka_unit_test(plx_loss_row_gradient__written_or_added),
        cmocka_unit_test(plx_loss_row_kl__from_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

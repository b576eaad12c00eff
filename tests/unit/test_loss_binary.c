/* The binary cross-entropy over batches. Expected values: by hand; PyTorch's are in test_loss_reference.c. */
#include <perplex/loss.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define INF ((double)INFINITY)

static const struct plx_loss_options NONE = {.reduction = PLX_REDUCE_NONE};
static const struct plx_loss_options OF_PROBABILITIES = {.reduction = PLX_REDUCE_NONE,
                                                         .from_probabilities = true};

static void assert_near(double found, double expected, double tolerance)
{
    if (!(found == expected || fabs(found - expected) <= tolerance))
        fail_msg("found %.17g, expected %.17g", found, expected);
}

static void plx_loss_binary__worked_values(void **state)
{
    static const double p[] = {0.95, 0.5, 0.05}, labels[] = {1, 1, 1};
    static const double expected[] = {0.0513, 0.6931, 2.9957};
    double losses[3], gradient[3], logits[3], of_logits[3];
    struct plx_error error;
    (void)state;
    assert_int_equal(plx_loss_binary(p, 1, 3, labels, &OF_PROBABILITIES, losses, gradient, &error), PLX_OK);
    for (size_t i = 0; i < 3; i++)
        logits[i] = log(p[i] / (1 - p[i]));
    assert_int_equal(plx_loss_binary(logits, 3, 1, labels, &NONE, of_logits, NULL, &error), PLX_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_near(losses[i], expected[i], 5e-5);
        assert_near(of_logits[i], losses[i], 1e-14);
        assert_near(losses[i], plx_binary_cross_entropy(p[i], 1), 1e-15);
        assert_near(gradient[i], -1 / p[i], 1e-14);
    }
}

/* The single functions say the same. */
static void plx_loss_binary__as_single(void **state)
{
    struct plx_error error;
    (void)state;
    for (double z = -50; z < 50; z += 0.75) {
        for (double label = 0; label <= 1; label += 0.25) {
            double loss, gradient;
            assert_int_equal(plx_loss_binary(&z, 1, 1, &label, NULL, &loss, &gradient, &error), PLX_OK);
            assert_near(loss, plx_binary_cross_entropy_logit(z, label), 1e-14);
            assert_near(gradient, 1 / (1 + exp(-z)) - label, 1e-15);
        }
    }
}

static void plx_loss_binary__certain(void **state)
{
    const double logits[] = {INF, INF, -INF, -INF, INF, -INF}, labels[] = {1, 0, 1, 0, 0.5, 0.5};
    static const double losses_expected[] = {0, 1, 1, 0, 1, 1}; /* times infinity */
    static const double gradient_expected[] = {0, 1, -1, 0, 0.5, -0.5};
    double losses[6], gradient[6];
    struct plx_error error;
    (void)state;
    assert_int_equal(plx_loss_binary(logits, 2, 3, labels, &NONE, losses, gradient, &error), PLX_OK);
    for (size_t i = 0; i < 6; i++) {
        assert_true(losses[i] == (losses_expected[i] > 0 ? INF : 0));
        assert_true(gradient[i] == gradient_expected[i]);
    }
}

static void plx_loss_binary__probabilities_at_the_ends(void **state)
{
    static const double p[] = {0, 1, 0, 1, -0.0}, labels[] = {0, 1, 1, 0, 1};
    double losses[5], gradient[5];
    struct plx_error error;
    (void)state;
    assert_int_equal(plx_loss_binary(p, 5, 1, labels, &OF_PROBABILITIES, losses, gradient, &error), PLX_OK);
    assert_true(losses[0] == 0 && gradient[0] == 1); /* of -ln(1 - p) at 0 */
    assert_true(losses[1] == 0 && gradient[1] == -1);
    assert_true(losses[2] == INF && gradient[2] == -INF);
    assert_true(losses[3] == INF && gradient[3] == INF);
    assert_true(losses[4] == INF && gradient[4] == -INF);
}

static void plx_loss_binary__outside(void **state)
{
    const double p[] = {1.1, -0.1, 0.5, 0.5, (double)NAN}, labels[] = {1, 0, 1.1, -0.1, 0};
    double losses[5], gradient[5];
    struct plx_error error;
    (void)state;
    assert_int_equal(plx_loss_binary(p, 1, 5, labels, &OF_PROBABILITIES, losses, gradient, &error), PLX_OK);
    for (size_t i = 0; i < 5; i++)
        assert_true(isnan(losses[i]) && isnan(gradient[i]));
    assert_int_equal(plx_loss_binary(p, 1, 5, labels, &NONE, losses, gradient, &error), PLX_OK);
    assert_true(!isnan(losses[0]) && !isnan(losses[1]));
    for (size_t i = 2; i < 5; i++)
        assert_true(isnan(losses[i]) && isnan(gradient[i]));
}

/* −w (ρ y ln p + (1 − y) ln(1 − p)), smoothed: y = 0.8 · 1 + 0.1 and 0.1; logits of twice what is said at 2.
 */
static void plx_loss_binary__weights_smoothing_temperature(void **state)
{
    static const double logits[] = {2.5, -1, 0.5, 3}, labels[] = {1, 0, 0, 1};
    static const double weights[] = {2, 0.5}, positive[] = {3, 0.25};
    const struct plx_loss_options options = {.class_weights = weights,
                                             .positive_weights = positive,
                                             .label_smoothing = 0.2,
                                             .temperature = 2,
                                             .reduction = PLX_REDUCE_NONE};
    struct plx_loss_options mean = options;
    double losses[4], gradient[4], loss, mean_gradient[4], sum = 0;
    struct plx_error error;
    (void)state;
    mean.reduction = PLX_REDUCE_MEAN;
    assert_int_equal(plx_loss_binary(logits, 2, 2, labels, &options, losses, gradient, &error), PLX_OK);
    assert_int_equal(plx_loss_binary(logits, 2, 2, labels, &mean, &loss, mean_gradient, &error), PLX_OK);
    for (size_t i = 0; i < 4; i++) {
        const double p = 1 / (1 + exp(-logits[i] / 2)), y = labels[i] > 0 ? 0.9 : 0.1;
        const double w = weights[i % 2], rho = positive[i % 2];
        assert_near(losses[i], -w * (rho * y * log(p) + (1 - y) * log(1 - p)), 1e-14);
        assert_near(gradient[i], w * ((1 - y) * p - rho * y * (1 - p)) / 2, 1e-15);
        assert_near(mean_gradient[i], gradient[i] / 4, 1e-16);
        sum += losses[i];
    }
    assert_near(loss, sum / 4, 1e-15);
}

static void plx_loss_binary__without_elements(void **state)
{
    const double no[1] = {0};
    static const struct plx_loss_options sum = {.reduction = PLX_REDUCE_SUM};
    struct plx_error error;
    double loss = 7;
    (void)state;
    for (size_t rows = 0; rows < 2; rows++) {
        assert_int_equal(plx_loss_binary(no, rows, rows ? 0 : 3, no, NULL, &loss, NULL, &error), PLX_OK);
        assert_true(isnan(loss));
        assert_int_equal(plx_loss_binary(no, rows, rows ? 0 : 3, no, &sum, &loss, NULL, &error), PLX_OK);
        assert_true(loss == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_loss_binary__worked_values),
        cmocka_unit_test(plx_loss_binary__as_single),
        cmocka_unit_test(plx_loss_binary__certain),
        cmocka_unit_test(plx_loss_binary__probabilities_at_the_ends),
        cmocka_unit_test(plx_loss_binary__outside),
        cmocka_unit_test(plx_loss_binary__weights_smoothing_temperature),
        cmocka_unit_test(plx_loss_binary__without_elements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

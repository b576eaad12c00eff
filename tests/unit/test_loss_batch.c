/* Losses over batches: what rows, reductions and edges mean. Expected values: by hand, and the worked values
   of the definitions; PyTorch's are in test_loss_reference.c. */
#include <perplex/loss.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/random.h"

#define INF ((double)INFINITY)

static const struct plx_loss_options NONE = {.reduction = PLX_REDUCE_NONE};
static const struct plx_loss_options OF_PROBABILITIES = {.reduction = PLX_REDUCE_NONE,
                                                         .from_probabilities = true};

static void assert_near(double found, double expected, double tolerance)
{
    if (!(found == expected || fabs(found - expected) <= tolerance))
        fail_msg("found %.17g, expected %.17g", found, expected);
}

static void fill(struct random *random, double *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        values[i] = (double)(random_next(random) >> 11) * 0x1p-50 - 4;
}

static void assert_all(const double *values, size_t count, double expected)
{
    for (size_t i = 0; i < count; i++) {
        if (!(isnan(expected) ? isnan(values[i]) : values[i] == expected))
            fail_msg("[%zu] is %.17g, expected %.17g", i, values[i], expected);
    }
}

/* Worked values. */

static void plx_loss_sparse__worked_values(void **state)
{
    static const double logits[] = {2.0, 0.5, -1.0};
    static const double probabilities[] = {0.9,   0.07,  0.03,  0.05, 0.9, 0.05,
                                           0.333, 0.333, 0.333, 0.6,  0.3, 0.1};
    static const int64_t first = 0, targets[] = {0, 0, 0, 1};
    struct plx_error error;
    double losses[4], gradient[12];
    (void)state;
    assert_int_equal(plx_loss_sparse(logits, 1, 3, &first, NULL, losses, NULL, &error), PLX_OK);
    assert_near(*losses, 0.2413, 5e-5);
    assert_int_equal(
        plx_loss_sparse(probabilities, 4, 3, targets, &OF_PROBABILITIES, losses, gradient, &error), PLX_OK);
    assert_near(losses[0], 0.1054, 5e-5);
    assert_near(losses[1], 2.9957, 5e-5);
    assert_near(losses[2], 1.0996, 5e-5); /* not ln 3: 0.333 is not made 1/3 */
    assert_near(losses[3], 1.204, 5e-5);
    assert_near(gradient[0], -1 / 0.9, 1e-15);
    assert_near(gradient[10], -1 / 0.3, 1e-15);
    assert_all(gradient + 1, 2, 0);
}

static void plx_loss_dense__worked_values(void **state)
{
    static const double p[] = {0.6, 0.3, 0.1}, q[] = {0.33, 0.33, 0.34}, sure[] = {1, 0, 0};
    static const double sure_of[] = {0.9, 0.07, 0.03};
    struct plx_error error;
    double loss;
    (void)state;
    assert_int_equal(plx_loss_dense(q, 1, 3, p, &OF_PROBABILITIES, &loss, NULL, &error), PLX_OK);
    assert_near(plx_bits(loss), 1.5952, 5e-5);
    assert_int_equal(plx_loss_dense(p, 1, 3, p, &OF_PROBABILITIES, &loss, NULL, &error), PLX_OK);
    assert_near(plx_bits(loss), 1.2955, 5e-5);
    assert_int_equal(plx_loss_kl(q, 1, 3, p, false, &OF_PROBABILITIES, &loss, NULL, &error), PLX_OK);
    assert_near(plx_bits(loss), 0.2997, 5e-5);
    assert_int_equal(plx_loss_kl(p, 1, 3, p, false, &OF_PROBABILITIES, &loss, NULL, &error), PLX_OK);
    assert_true(loss == 0);
    assert_int_equal(plx_loss_dense(sure_of, 1, 3, sure, &OF_PROBABILITIES, &loss, NULL, &error), PLX_OK);
    assert_near(loss, 0.1054, 5e-5);
}

static void plx_loss_sparse__uniform(void **state)
{
    static double logits[33278], gradient[33278];
    const int64_t target = 17;
    struct plx_error error;
    double loss;
    (void)state;
    assert_int_equal(plx_loss_sparse(logits, 1, 33278, &target, NULL, &loss, gradient, &error), PLX_OK);
    assert_near(loss, log(33278), 2e-15);
    assert_near(gradient[0], 1.0 / 33278, 1e-20);
    assert_near(gradient[17], 1.0 / 33278 - 1, 1e-15);
}

/* Rows and reductions. */

static void plx_loss_sparse__reductions_agree(void **state)
{
    struct random random = {5};
    double logits[5 * 9], each[5], sum, mean, gradients[3][5 * 9], weights[9], weight = 0, total = 0;
    static const int64_t targets[] = {3, 8, -7, 0, 3};
    struct plx_error error;
    (void)state;
    fill(&random, logits, 45);
    fill(&random, weights, 9);
    for (size_t i = 0; i < 9; i++)
        weights[i] = fabs(weights[i]);
    struct plx_loss_options options = {.class_weights = weights,
                                       .label_smoothing = 0.1,
                                       .has_ignore_index = true,
                                       .ignore_index = -7,
                                       .focal_gamma = 0.5};
    assert_int_equal(plx_loss_sparse(logits, 5, 9, targets, &options, &mean, gradients[0], &error), PLX_OK);
    options.reduction = PLX_REDUCE_SUM;
    assert_int_equal(plx_loss_sparse(logits, 5, 9, targets, &options, &sum, gradients[1], &error), PLX_OK);
    options.reduction = PLX_REDUCE_NONE;
    assert_int_equal(plx_loss_sparse(logits, 5, 9, targets, &options, each, gradients[2], &error), PLX_OK);
    for (size_t i = 0; i < 5; i++) {
        total += each[i];
        weight += i == 2 ? 0 : weights[targets[i]];
    }
    assert_near(sum, total, 1e-13);
    assert_near(mean, total / weight, 1e-14);
    assert_memory_equal(gradients[1], gradients[2], sizeof gradients[1]);
    for (size_t i = 0; i < 45; i++)
        assert_near(gradients[0][i] * weight, gradients[1][i], 1e-14);
    assert_true(each[2] == 0);
    assert_all(gradients[2] + 18, 9, 0);
}

/* A row costs the same bits alone and among others; plx_cross_entropy says the same. */
static void plx_loss_sparse__row_by_row(void **state)
{
    struct random random = {6};
    double logits[4 * 37], together[4], gradient[4 * 37];
    static const int64_t targets[] = {36, 0, 5, 11};
    struct plx_error error;
    (void)state;
    fill(&random, logits, 4 * 37);
    assert_int_equal(plx_loss_sparse(logits, 4, 37, targets, &NONE, together, gradient, &error), PLX_OK);
    for (size_t row = 0; row < 4; row++) {
        double alone, own[37], sum = 0;
        const double *z = logits + row * 37;
        assert_int_equal(plx_loss_sparse(z, 1, 37, targets + row, NULL, &alone, own, &error), PLX_OK);
        assert_true(alone == together[row]);
        assert_memory_equal(own, gradient + row * 37, sizeof own);
        assert_near(alone, plx_cross_entropy(z, 37, (size_t)targets[row]), 4e-15);
        for (size_t j = 0; j < 37; j++)
            sum += own[j];
        assert_near(sum, 0, 1e-15);
    }
}

static void losses__without_rows(void **state)
{
    const double no[1] = {0};
    const int64_t targets[1] = {0};
    static const struct plx_loss_options sum = {.reduction = PLX_REDUCE_SUM};
    struct plx_error error;
    double loss = 7;
    (void)state;
    assert_int_equal(plx_loss_sparse(no, 0, 3, targets, NULL, &loss, NULL, &error), PLX_OK);
    assert_true(isnan(loss));
    assert_int_equal(plx_loss_sparse(no, 0, 3, targets, &sum, &loss, NULL, &error), PLX_OK);
    assert_true(loss == 0);
    assert_int_equal(plx_loss_dense(no, 0, 3, no, NULL, &loss, NULL, &error), PLX_OK);
    assert_true(isnan(loss));
    assert_int_equal(plx_loss_distillation(no, no, 0, 3, targets, 0.5, NULL, &loss, NULL, &error), PLX_OK);
    assert_true(isnan(loss));
    loss = 7;
    assert_int_equal(plx_loss_sparse(no, 0, 3, targets, &NONE, &loss, NULL, &error), PLX_OK);
    assert_true(loss == 7);
}

static void losses__without_classes(void **state)
{
    const double no[1] = {0};
    const int64_t target = 0;
    struct plx_error error;
    double loss = 7;
    (void)state;
    for (size_t rows = 0; rows < 2; rows++) {
        assert_int_equal(plx_loss_sparse(no, rows, 0, &target, NULL, &loss, NULL, &error), PLX_USAGE);
        assert_string_equal(error.message, "there are no classes");
        assert_int_equal(plx_loss_dense(no, rows, 0, no, NULL, &loss, NULL, &error), PLX_USAGE);
        assert_int_equal(plx_loss_kl(no, rows, 0, no, false, NULL, &loss, NULL, &error), PLX_USAGE);
        assert_int_equal(plx_loss_distillation(no, no, rows, 0, &target, 0.5, NULL, &loss, NULL, &error),
                         PLX_USAGE);
    }
    assert_true(loss == 7);
}

static void losses__without_memory(void **state)
{
    const double no[1] = {0};
    const int64_t target = 0;
    struct plx_error error;
    double loss = 7;
    (void)state;
    assert_int_equal(plx_loss_sparse(no, 0, SIZE_MAX, &target, NULL, &loss, NULL, &error), PLX_MEMORY);
    assert_int_equal(plx_loss_sparse(no, 0, SIZE_MAX / 5, &target, NULL, &loss, NULL, &error), PLX_MEMORY);
    assert_true(loss == 7);
}

/* Targets. */

static void plx_loss_sparse__no_class(void **state)
{
    static const double logits[] = {0, 1, 2, 0, 1, 2};
    static const int64_t others[] = {3, -1, INT64_MIN, INT64_MAX, -101};
    struct plx_error error;
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const int64_t targets[] = {2, others[i]};
        double loss = 7, gradient[6] = {7, 7, 7, 7, 7, 7};
        char row[64];
        assert_int_equal(plx_loss_sparse(logits, 2, 3, targets, NULL, &loss, gradient, &error), PLX_USAGE);
        snprintf(row, sizeof row, "the target of row 1, %lld, is none of 3 classes", (long long)others[i]);
        assert_string_equal(error.message, row);
        assert_true(loss == 7);
        assert_all(gradient, 6, 7);
        assert_int_equal(plx_loss_distillation(logits, logits, 2, 3, targets, 0, NULL, &loss, NULL, &error),
                         PLX_USAGE);
    }
}

static void plx_loss_sparse__ignored_rows_are_not_looked_at(void **state)
{
    const double nothing = (double)NAN, logits[] = {nothing, INF, 0, 0, 0, 0};
    static const int64_t by_default[] = {-100, 1}, other[] = {1, 2};
    const struct plx_loss_options second = {
        .reduction = PLX_REDUCE_NONE, .has_ignore_index = true, .ignore_index = 1};
    struct plx_error error;
    double loss, losses[2], gradient[6];
    (void)state;
    assert_int_equal(plx_loss_sparse(logits, 2, 3, by_default, NULL, &loss, gradient, &error), PLX_OK);
    assert_near(loss, log(3), 1e-15);
    assert_all(gradient, 3, 0);
    assert_int_equal(plx_loss_sparse(logits, 2, 3, other, &second, losses, gradient, &error), PLX_OK);
    assert_true(losses[0] == 0);
    assert_near(losses[1], log(3), 1e-15);
    /* Where another is ignored, -100 is not. */
    assert_int_equal(plx_loss_sparse(logits, 2, 3, by_default, &second, losses, gradient, &error), PLX_USAGE);
    /* A teacher who is ignored. */
    assert_int_equal(
        plx_loss_distillation(logits, logits, 2, 3, by_default, 0.5, NULL, &loss, gradient, &error), PLX_OK);
    assert_near(loss, log(3), 1e-15);
    assert_all(gradient, 3, 0);
}

/* Masks and certainty. */

static void plx_loss_sparse__all_but_one_masked(void **state)
{
    static const int64_t target = 1;
    const double logits[] = {-INF, -1e4, -INF, -INF};
    const struct plx_loss_options all[] = {
        {0}, {.temperature = 1e-3}, {.focal_gamma = 0.5}, {.focal_gamma = 3}};
    struct plx_error error;
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        double loss, gradient[4];
        assert_int_equal(plx_loss_sparse(logits, 1, 4, &target, &all[i], &loss, gradient, &error), PLX_OK);
        assert_true(loss == 0 && !signbit(loss));
        assert_all(gradient, 4, 0);
    }
}

static void plx_loss_sparse__masked_target(void **state)
{
    static const int64_t target = 1;
    const double logits[] = {0, -INF, 0}, weights[] = {1, 0, 1};
    struct plx_error error;
    double loss, gradient[3];
    (void)state;
    for (double gamma = 0; gamma < 4; gamma += 0.5) {
        const struct plx_loss_options focal = {.focal_gamma = gamma};
        assert_int_equal(plx_loss_sparse(logits, 1, 3, &target, &focal, &loss, gradient, &error), PLX_OK);
        assert_true(loss == INF);
        assert_true(gradient[0] == 0.5 && gradient[1] == -1 && gradient[2] == 0.5);
    }
    const struct plx_loss_options weightless = {.reduction = PLX_REDUCE_SUM, .class_weights = weights};
    assert_int_equal(plx_loss_sparse(logits, 1, 3, &target, &weightless, &loss, gradient, &error), PLX_OK);
    assert_true(loss == 0);
    assert_all(gradient, 3, 0);
}

static void losses__nan_stays(void **state)
{
    static const int64_t target = 0;
    const double nans[] = {0, (double)NAN, 1}, other[] = {1, 0, 0}, zeros[] = {0, 0, 0};
    static const struct plx_loss_options focal = {.focal_gamma = 2, .label_smoothing = 0.1};
    struct plx_error error;
    double loss, gradient[3];
    (void)state;
    assert_int_equal(plx_loss_sparse(nans, 1, 3, &target, NULL, &loss, gradient, &error), PLX_OK);
    assert_true(isnan(loss));
    assert_all(gradient, 3, (double)NAN);
    assert_int_equal(plx_loss_sparse(nans, 1, 3, &target, &focal, &loss, gradient, &error), PLX_OK);
    assert_true(isnan(loss));
    assert_all(gradient, 3, (double)NAN);
    assert_int_equal(plx_loss_dense(nans, 1, 3, other, NULL, &loss, gradient, &error), PLX_OK);
    assert_true(isnan(loss));
    assert_all(gradient, 3, (double)NAN);
    assert_int_equal(plx_loss_dense(nans, 1, 3, zeros, NULL, &loss, NULL, &error), PLX_OK);
    assert_true(isnan(loss));
    assert_int_equal(plx_loss_kl(nans, 1, 3, zeros, false, NULL, &loss, NULL, &error), PLX_OK);
    assert_true(isnan(loss));
    assert_int_equal(plx_loss_distillation(zeros, nans, 1, 3, &target, 0.5, NULL, &loss, gradient, &error),
                     PLX_OK);
    assert_true(isnan(loss));
    assert_all(gradient, 3, (double)NAN);
}

static void plx_loss_sparse__probabilities_at_the_ends(void **state)
{
    static const double p[] = {0, 1, -0.0, 1, 1.5, -0.5};
    static const int64_t targets[] = {0, 1, 0};
    struct plx_error error;
    double losses[3], gradient[6];
    (void)state;
    assert_int_equal(plx_loss_sparse(p, 3, 2, targets, &OF_PROBABILITIES, losses, gradient, &error), PLX_OK);
    assert_true(losses[0] == INF && isnan(losses[2]));
    assert_true(gradient[0] == -INF && gradient[1] == 0 && isnan(gradient[4]) && gradient[5] == 0);
    assert_near(losses[1], 0, 0);
    assert_int_equal(
        plx_loss_sparse(p, 3, 2, (const int64_t[]){1, 0, 1}, &OF_PROBABILITIES, losses, gradient, &error),
        PLX_OK);
    assert_true(losses[0] == 0 && gradient[1] == -1);
    assert_true(losses[1] == INF && gradient[2] == -INF); /* of -0 too */
    assert_true(isnan(losses[2]));
}

/* 1 − p is not rounded: p = 1 − 2^-30, whose −ln is 2^-30 + 2^-61 + 2^-90/3. */
static void plx_loss_sparse__focal_of_near_certainty(void **state)
{
    static const double p[] = {1 - 0x1p-30, 0x1p-30};
    static const int64_t target = 0;
    struct plx_error error;
    (void)state;
    for (int gamma = 1; gamma < 5; gamma++) {
        const struct plx_loss_options focal = {.focal_gamma = gamma, .from_probabilities = true};
        const double expected = ldexp(0x1p-30 + 0x1p-61, -30 * gamma);
        double loss;
        assert_int_equal(plx_loss_sparse(p, 1, 2, &target, &focal, &loss, NULL, &error), PLX_OK);
        assert_near(loss, expected, 1e-14 * expected);
    }
}

/* What targets do not ask for costs nothing; what they ask for may cost everything. */
static void plx_loss_dense__zeros_and_infinities(void **state)
{
    const double logits[] = {0, -INF, 0}, targets[] = {0.5, 0, 0.5}, all[] = {0.25, 0.25, 0.5};
    const double p[] = {0.5, 0, 0.5};
    struct plx_error error;
    double loss, gradient[3];
    (void)state;
    assert_int_equal(plx_loss_dense(logits, 1, 3, targets, NULL, &loss, gradient, &error), PLX_OK);
    assert_near(loss, log(2), 1e-15);
    assert_all(gradient, 3, 0);
    assert_int_equal(plx_loss_dense(p, 1, 3, targets, &OF_PROBABILITIES, &loss, gradient, &error), PLX_OK);
    assert_near(loss, log(2), 1e-15);
    assert_true(gradient[0] == -1 && gradient[1] == 0 && gradient[2] == -1);
    assert_int_equal(plx_loss_kl(logits, 1, 3, targets, false, NULL, &loss, gradient, &error), PLX_OK);
    assert_near(loss, 0, 1e-15);
    assert_all(gradient, 3, 0);
    assert_int_equal(plx_loss_kl(logits, 1, 3, all, false, NULL, &loss, gradient, &error), PLX_OK);
    assert_true(loss == INF && gradient[1] == -0.25);
    assert_int_equal(plx_loss_dense(p, 1, 3, all, &OF_PROBABILITIES, &loss, gradient, &error), PLX_OK);
    assert_true(loss == INF && gradient[1] == -INF);
}

/* Targets that are certain are class targets. */
static void plx_loss_dense__one_hot_as_sparse(void **state)
{
    struct random random = {7};
    double logits[3 * 11], targets[3 * 11] = {0}, weights[11], loss[2], gradient[2][3 * 11];
    static const int64_t classes[] = {10, 4, 0};
    struct plx_error error;
    (void)state;
    fill(&random, logits, 33);
    fill(&random, weights, 11);
    for (size_t i = 0; i < 3; i++)
        targets[i * 11 + (size_t)classes[i]] = 1;
    const struct plx_loss_options options = {.reduction = PLX_REDUCE_SUM,
                                             .class_weights = weights,
                                             .label_smoothing = 0.2,
                                             .temperature = 0.5,
                                             .focal_gamma = 2};
    assert_int_equal(plx_loss_sparse(logits, 3, 11, classes, &options, &loss[0], gradient[0], &error),
                     PLX_OK);
    assert_int_equal(plx_loss_dense(logits, 3, 11, targets, &options, &loss[1], gradient[1], &error), PLX_OK);
    assert_near(loss[0], loss[1], 1e-13);
    for (size_t i = 0; i < 33; i++)
        assert_near(gradient[0][i], gradient[1][i], 1e-14);
}

/* A part that weighs nothing is not there, even if it is infinite. */
static void plx_loss_distillation__one_part_alone(void **state)
{
    static const int64_t target = 1;
    const double logits[] = {0, -INF, 0.5}, teacher[] = {0, -INF, 1}, wrong[] = {0, 0, 0};
    static const struct plx_loss_options warm = {.temperature = 2};
    struct plx_error error;
    double loss, expected, gradient[3];
    (void)state;
    assert_int_equal(plx_loss_distillation(logits, teacher, 1, 3, &target, 0, &warm, &loss, gradient, &error),
                     PLX_OK);
    const double q = 1 / (1 + exp(-0.25)), p = 1 / (1 + exp(-0.5)); /* of the last class, halved */
    expected = -4 * ((1 - p) * log(1 - q) + p * log(q));
    assert_near(loss, expected, 1e-14);
    assert_near(gradient[2], 2 * (q - p), 1e-14);
    assert_true(gradient[1] == 0);
    assert_int_equal(
        plx_loss_distillation(logits, wrong, 1, 3, &(int64_t){0}, 1, &warm, &loss, gradient, &error), PLX_OK);
    assert_near(loss, log1p(exp(0.5)), 1e-15); /* not at a temperature */
    assert_int_equal(
        plx_loss_distillation(logits, wrong, 1, 3, &(int64_t){0}, 0.5, &warm, &loss, gradient, &error),
        PLX_OK);
    assert_true(loss == INF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_loss_sparse__worked_values),
        cmocka_unit_test(plx_loss_dense__worked_values),
        cmocka_unit_test(plx_loss_sparse__uniform),
        cmocka_unit_test(plx_loss_sparse__reductions_agree),
        cmocka_unit_test(plx_loss_sparse__row_by_row),
        cmocka_unit_test(losses__without_rows),
        cmocka_unit_test(losses__without_classes),
        cmocka_unit_test(losses__without_memory),
        cmocka_unit_test(plx_loss_sparse__no_class),
        cmocka_unit_test(plx_loss_sparse__ignored_rows_are_not_looked_at),
        cmocka_unit_test(plx_loss_sparse__all_but_one_masked),
        cmocka_unit_test(plx_loss_sparse__masked_target),
        cmocka_unit_test(losses__nan_stays),
        cmocka_unit_test(plx_loss_sparse__probabilities_at_the_ends),
        cmocka_unit_test(plx_loss_sparse__focal_of_near_certainty),
        cmocka_unit_test(plx_loss_dense__zeros_and_infinities),
        cmocka_unit_test(plx_loss_dense__one_hot_as_sparse),
        cmocka_unit_test(plx_loss_distillation__one_part_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Modified losses, worked by hand; conformance/test_metrics.c has them beside PyTorch. */
#include "eval/variant.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define LN_2 0.69314718055994530942

static void assert_near(double found, double expected)
{
    if (!(fabs(found - expected) <= 4e-16 * fmax(1, fabs(expected))))
        fail_msg("%.17g, not %.17g", found, expected);
}

static void plx_variants_settle__each_and_all(void **state)
{
    static const uint32_t ignored[] = {7, 3};
    static const double weights[] = {1, 2, 4, 8};
    struct plx_loss_variant wanted = {0};
    struct plx_variant variants[PLX_VARIANTS_MAX];
    (void)state;
    assert_int_equal(plx_variants_settle(NULL, 4, PLX_NO_TOKEN, variants), 0);
    assert_int_equal(plx_variants_settle(&wanted, 4, PLX_NO_TOKEN, variants), 0);
    wanted.focal = 2;
    assert_int_equal(plx_variants_settle(&wanted, 4, PLX_NO_TOKEN, variants), 1);
    assert_int_equal(variants[0].modifications, PLX_FOCAL);
    wanted = (struct plx_loss_variant){.temperature = 3,
                                       .label_smoothing = 0.25,
                                       .ignored = ignored,
                                       .ignored_count = 2,
                                       .class_weights = weights,
                                       .class_count = 4};
    assert_int_equal(plx_variants_settle(&wanted, 4, 1, variants), 5);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(variants[i].modifications, 1u << i);
    assert_int_equal(variants[4].modifications, 15);
    /* Alone, a modification leaves everything else as it is. */
    assert_true(variants[0].temperature == 3 && variants[1].temperature == 1);
    assert_true(variants[0].label_smoothing == 0 && variants[1].label_smoothing == 0.25);
    assert_int_equal(variants[1].ignored_count, 0);
    assert_null(variants[2].weights);
    assert_true(variants[2].weights_sum == 3); /* outcomes: one of the four is left out */
    assert_true(variants[3].weights_sum == 13);
    assert_int_equal(variants[3].types, 3);
    assert_true(variants[4].temperature == 3 && variants[4].label_smoothing == 0.25);
    assert_int_equal(variants[4].ignored[1], 3);
    assert_true(plx_variant_needs_rows(variants) && plx_variant_needs_rows(variants + 1));
    assert_false(plx_variant_needs_rows(variants + 2) || plx_variant_needs_rows(variants + 3));
    wanted = (struct plx_loss_variant){.temperature = 1}; /* asked for, and needs nothing */
    assert_int_equal(plx_variants_settle(&wanted, 4, PLX_NO_TOKEN, variants), 1);
    assert_false(plx_variant_needs_rows(variants));
}

/* The last variant of what is wanted; over the row −ln (1/2, 1/4, 1/8, 1/8). */
static const double ROW[] = {LN_2, 2 * LN_2, 3 * LN_2, 3 * LN_2};

static struct plx_variant settle(const struct plx_loss_variant *wanted, uint32_t excluded)
{
    struct plx_variant variants[PLX_VARIANTS_MAX];
    return variants[plx_variants_settle(wanted, 4, excluded, variants) - 1];
}

static double loss_of(const struct plx_variant *variant, const double *nats, uint32_t excluded,
                      const uint32_t *targets, size_t count, struct plx_variant_sums *sums)
{
    const struct plx_outcomes outcomes = {nats, 4, excluded};
    struct plx_variant_row row;
    double least;
    *sums = (struct plx_variant_sums){0};
    assert_true(plx_row_least(&outcomes, &least));
    assert_true(plx_variant_prepare(variant, &outcomes, least, &row));
    for (size_t i = 0; i < count; i++)
        plx_variant_add(variant, sums, plx_variant_needs_rows(variant) ? &row : NULL, targets[i],
                        targets[i] == PLX_NO_TOKEN ? (double)INFINITY : nats[targets[i]]);
    return plx_variant_mean(variant, sums);
}

/* softmax(2 ln p): 1/4, 1/16, 1/64 and 1/64 of 22/64, so that −ln q_0 = ln (22/16). */
static void plx_variant_add__temperature(void **state)
{
    const struct plx_variant half = settle(&(struct plx_loss_variant){.temperature = 0.5}, PLX_NO_TOKEN);
    struct plx_variant_sums sums;
    (void)state;
    assert_near(loss_of(&half, ROW, 4, (const uint32_t[]){0}, 1, &sums), log(22.0 / 16));
    assert_near(loss_of(&half, ROW, 4, (const uint32_t[]){0, 2}, 2, &sums), (log(22.0 / 16) + log(22)) / 2);
    /* Without token 1: 1/4, 1/64, 1/64. */
    assert_near(loss_of(&half, ROW, 1, (const uint32_t[]){0}, 1, &sums), log(18.0 / 16));
}

/* 0.9·(−ln q_1) + 0.1/4 · (1 + 2 + 3 + 3) ln 2. */
static void plx_variant_add__label_smoothing(void **state)
{
    const struct plx_loss_variant wanted = {.label_smoothing = 0.1};
    const struct plx_variant tenth = settle(&wanted, PLX_NO_TOKEN), without = settle(&wanted, 1);
    const double never[] = {LN_2, LN_2, (double)INFINITY, (double)INFINITY};
    struct plx_variant_sums sums;
    (void)state;
    assert_near(loss_of(&tenth, ROW, 4, (const uint32_t[]){1}, 1, &sums), (0.9 * 2 + 0.1 / 4 * 9) * LN_2);
    /* Three outcomes of 1/2, 1/8, 1/8, which sum to 3/4. */
    assert_near(loss_of(&without, ROW, 1, (const uint32_t[]){0}, 1, &sums),
                0.9 * log(1.5) + 0.1 / 3 * (log(1.5) + 2 * log(6)));
    assert_true(isinf(loss_of(&tenth, never, 4, (const uint32_t[]){0}, 1, &sums)));
    assert_int_equal(sums.loss.infinite, 1);
    /* All of it smoothed: what the target costs does not matter, even if that is infinite. */
    const struct plx_variant all = settle(&(struct plx_loss_variant){.label_smoothing = 1}, PLX_NO_TOKEN);
    assert_near(loss_of(&all, ROW, 4, (const uint32_t[]){PLX_NO_TOKEN}, 1, &sums), 9.0 / 4 * LN_2);
}

static void plx_variant_add__weights(void **state)
{
    static const double weights[] = {2, 0, 0.5, 1};
    const struct plx_loss_variant wanted = {.class_weights = weights, .class_count = 4};
    struct plx_loss_variant smoothed = wanted;
    const struct plx_variant variant = settle(&wanted, PLX_NO_TOKEN);
    const double never[] = {LN_2, (double)INFINITY, LN_2, LN_2};
    struct plx_variant_sums sums;
    (void)state;
    /* (2·1 + 0·2 + ½·3)/(2 + 0 + ½). */
    assert_near(loss_of(&variant, ROW, 4, (const uint32_t[]){0, 1, 2}, 3, &sums), 3.5 / 2.5 * LN_2);
    assert_int_equal(sums.loss.count, 3);
    assert_near(loss_of(&variant, never, 4, (const uint32_t[]){0, 1}, 2, &sums), LN_2);
    assert_true(isnan(loss_of(&variant, ROW, 4, (const uint32_t[]){1}, 1, &sums)));
    assert_true(isinf(loss_of(&variant, ROW, 4, (const uint32_t[]){0, PLX_NO_TOKEN}, 2, &sums)));
    /* ε/V Σ w (−ln q) = 0.2/4 · (2·1 + ½·3 + 1·3). */
    smoothed.label_smoothing = 0.2;
    const struct plx_variant both = settle(&smoothed, PLX_NO_TOKEN);
    assert_near(loss_of(&both, ROW, 4, (const uint32_t[]){0}, 1, &sums),
                (0.8 * 2 + 0.2 / 4 * 6.5) / 2 * LN_2);
}

static void plx_variant_add__ignored(void **state)
{
    static const uint32_t ignored[] = {3, 0};
    const struct plx_variant variant =
        settle(&(struct plx_loss_variant){.ignored = ignored, .ignored_count = 2}, PLX_NO_TOKEN);
    struct plx_variant_sums sums;
    (void)state;
    assert_near(loss_of(&variant, ROW, 4, (const uint32_t[]){0, 1, 2, 3, 3}, 5, &sums), 2.5 * LN_2);
    assert_int_equal(sums.ignored, 3);
    assert_int_equal(sums.loss.count, 2);
    assert_true(isnan(loss_of(&variant, ROW, 4, (const uint32_t[]){0}, 1, &sums)));
}

/* (1 − ½)² ln 2, (1 − ¼)² 2 ln 2; certainty costs nothing, even where p is above 1 by a rounding. */
static void plx_variant_add__focal(void **state)
{
    const struct plx_variant two = settle(&(struct plx_loss_variant){.focal = 2}, PLX_NO_TOKEN);
    const double certain[] = {-1e-17, 50, 50, 50};
    struct plx_variant_sums sums;
    (void)state;
    assert_near(loss_of(&two, ROW, 4, (const uint32_t[]){0}, 1, &sums), LN_2 / 4);
    assert_near(loss_of(&two, ROW, 4, (const uint32_t[]){0, 1}, 2, &sums), (0.25 + 1.125) / 2 * LN_2);
    assert_near(loss_of(&two, certain, 4, (const uint32_t[]){0}, 1, &sums), 0);
    assert_true(isinf(loss_of(&two, ROW, 4, (const uint32_t[]){PLX_NO_TOKEN}, 1, &sums)));
}

static void plx_variant_merge__sums(void **state)
{
    static const uint32_t ignored[] = {3};
    const struct plx_variant variant =
        settle(&(struct plx_loss_variant){.ignored = ignored, .ignored_count = 1}, PLX_NO_TOKEN);
    struct plx_variant_sums one, other;
    (void)state;
    loss_of(&variant, ROW, 4, (const uint32_t[]){0, 3}, 2, &one);
    loss_of(&variant, ROW, 4, (const uint32_t[]){1, 1, 3}, 3, &other);
    plx_variant_merge(&one, &other);
    assert_near(plx_variant_mean(&variant, &one), 5.0 / 3 * LN_2);
    assert_int_equal(one.ignored, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_variants_settle__each_and_all), cmocka_unit_test(plx_variant_add__temperature),
        cmocka_unit_test(plx_variant_add__label_smoothing),  cmocka_unit_test(plx_variant_add__weights),
        cmocka_unit_test(plx_variant_add__ignored),          cmocka_unit_test(plx_variant_add__focal),
        cmocka_unit_test(plx_variant_merge__sums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

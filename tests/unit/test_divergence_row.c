/* Two distributions: small ones by hand, large ones against sums in long double; percentiles as
   numpy.percentile gives them. */
#include "eval/divergence_sums.h"

#include "support/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define INFINITE ((double)INFINITY)

/* From 0 up to 1. */
static double random_double(struct random *random)
{
    return (double)(random_next(random) >> 11) * 0x1p-53;
}

static struct plx_divergence_row compare(const double *p, const uint32_t *p_ids, const double *q,
                                         const uint32_t *q_ids, size_t types)
{
    const struct plx_divergence_scope scope = {types, UINT32_MAX, INFINITE};
    struct plx_divergence_row row;
    plx_divergence_row((struct plx_divergence_side){p, p_ids}, (struct plx_divergence_side){q, q_ids}, &scope,
                       &row);
    return row;
}

static void assert_near(double found, double expected, double most)
{
    if (!(fabs(found - expected) <= most))
        fail_msg("%.17g is not %.17g", found, expected);
}

/* P = 1/2, 1/4, 1/4 and Q = 1/4, 1/4, 1/2: KL = ln 2 / 2 − ln 2 / 4, H(P) = 3/2 ln 2, H(P,Q) = 7/4 ln 2. */
static void plx_divergence_row__by_hand(void **state)
{
    (void)state;
    const double ln_2 = log(2), p[] = {ln_2, 2 * ln_2, 2 * ln_2}, q[] = {2 * ln_2, 2 * ln_2, ln_2};
    const struct plx_divergence_row row = compare(p, NULL, q, NULL, 3);
    assert_near(row.kl, ln_2 / 4, 1e-15);
    assert_near(row.entropy, 1.5 * ln_2, 1e-15);
    assert_near(row.cross_entropy, 1.75 * ln_2, 1e-15);
    assert_near(row.base_mass, 1, 1e-15);
    assert_near(row.model_mass, 1, 1e-15);
    assert_false(row.same_top);
    /* The same in other orders. */
    const uint32_t p_ids[] = {2, 0, 1}, q_ids[] = {0, 2, 1};
    const double p_there[] = {2 * ln_2, 2 * ln_2, ln_2}, q_there[] = {2 * ln_2, ln_2, 2 * ln_2};
    const struct plx_divergence_row mapped = compare(p_there, p_ids, q_there, q_ids, 3);
    assert_near(mapped.kl, ln_2 / 4, 1e-15);
    assert_false(mapped.same_top);
}

static void plx_divergence_row__without_probability(void **state)
{
    (void)state;
    const double ln_2 = log(2), p[] = {ln_2, ln_2, INFINITE}, q[] = {ln_2, 2 * ln_2, 2 * ln_2};
    const struct plx_divergence_row row = compare(p, NULL, q, NULL, 3);
    assert_near(row.kl, ln_2 / 2, 1e-15); /* the third adds nothing */
    assert_near(row.entropy, ln_2, 1e-15);
    assert_near(row.cross_entropy, 1.5 * ln_2, 1e-15);
    assert_true(row.same_top);
    const struct plx_divergence_row back = compare(q, NULL, p, NULL, 3);
    assert_true(isinf(back.kl) && isinf(back.cross_entropy));
    assert_near(back.entropy, 1.5 * ln_2, 1e-15);
    /* A token that one does not have. */
    const uint32_t ids[] = {0, 1, UINT32_MAX};
    assert_near(compare(p, NULL, q, ids, 3).kl, ln_2 / 2, 1e-15);
    assert_true(isinf(compare(q, NULL, q, ids, 3).kl));
    assert_near(compare(q, ids, q, NULL, 3).model_mass, 1, 1e-15);
    assert_near(compare(q, ids, q, NULL, 3).base_mass, 0.75, 1e-15);
}

/* A token that is left out, and those that P has at its clip or below. */
static void plx_divergence_row__scope(void **state)
{
    (void)state;
    const double ln_2 = log(2), p[] = {ln_2, 2 * ln_2, 3 * ln_2, 3 * ln_2},
                 q[] = {2 * ln_2, ln_2, INFINITE, 2 * ln_2};
    const struct plx_divergence_side first = {p, NULL}, second = {q, NULL};
    struct plx_divergence_row row;
    plx_divergence_row(first, second, &(struct plx_divergence_scope){4, 2, INFINITE}, &row);
    assert_near(row.kl, ln_2 / 2 - ln_2 / 4 - ln_2 / 8, 1e-15);
    assert_near(row.entropy, ln_2 / 2 + ln_2 / 2 + 3 * ln_2 / 8, 1e-15);
    assert_near(row.base_mass, 0.875, 1e-15);
    assert_near(row.model_mass, 1, 1e-15);
    plx_divergence_row(second, first, &(struct plx_divergence_scope){4, 0, INFINITE}, &row);
    assert_near(row.base_mass, 0.75, 1e-15);
    assert_near(row.model_mass, 0.5, 1e-15);
    assert_true(row.same_top);
    plx_divergence_row(first, second, &(struct plx_divergence_scope){4, UINT32_MAX, 2.5 * ln_2}, &row);
    assert_near(row.kl, ln_2 / 2 - ln_2 / 4, 1e-15);
    assert_near(row.cross_entropy, ln_2 + ln_2 / 4, 1e-15);
    assert_near(row.base_mass, 0.75, 1e-15);
    assert_near(row.model_mass, 1, 1e-15);
}

static void plx_divergence_row__with_itself(void **state)
{
    (void)state;
    double nats[1000];
    struct random random = {7};
    for (size_t i = 0; i < 1000; i++)
        nats[i] = 5 + 3 * random_double(&random);
    nats[3] = INFINITE;
    const struct plx_divergence_row row = compare(nats, NULL, nats, NULL, 1000);
    assert_true(row.kl == 0);
    assert_true(row.entropy == row.cross_entropy);
    assert_true(row.base_mass == row.model_mass);
    assert_true(row.same_top);
}

static void normalise(double *nats, size_t count)
{
    long double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += expl(-(long double)nats[i]);
    for (size_t i = 0; i < count; i++)
        nats[i] = (double)(nats[i] + logl(sum));
}

static void plx_divergence_row__large(void **state)
{
    (void)state;
    enum { TYPES = 33278 };
    double *p = malloc(TYPES * sizeof *p), *q = malloc(TYPES * sizeof *q);
    struct random random = {11};
    for (int spread = 0; spread < 3; spread++) {
        const double scale = spread == 0 ? 1e-6 : spread == 1 ? 1.0 : 30.0;
        long double kl = 0, entropy = 0, cross_entropy = 0;
        assert_true(p && q);
        for (size_t i = 0; i < TYPES; i++) {
            p[i] = 12 * random_double(&random);
            q[i] = p[i] + scale * (random_double(&random) - 0.5);
        }
        normalise(p, TYPES);
        normalise(q, TYPES);
        for (size_t i = 0; i < TYPES; i++) {
            const long double share = expl(-(long double)p[i]);
            kl += share * ((long double)q[i] - p[i]);
            entropy += share * p[i];
            cross_entropy += share * q[i];
        }
        const struct plx_divergence_row row = compare(p, NULL, q, NULL, TYPES);
        assert_near(row.kl, (double)kl, 1e-14 * (1 + (double)kl));
        assert_near(row.entropy, (double)entropy, 1e-13);
        assert_near(row.cross_entropy, (double)cross_entropy, 1e-13 * (double)cross_entropy);
        assert_near(row.cross_entropy - row.entropy, row.kl, 1e-12);
    }
    free(p);
    free(q);
}

/* Of several most probable ones the first counts. */
static void plx_divergence_row__ties(void **state)
{
    (void)state;
    const double flat[] = {1, 1, 1}, late[] = {2, 1, 1}, last[] = {2, 2, 1};
    assert_true(compare(flat, NULL, flat, NULL, 3).same_top);
    assert_false(compare(flat, NULL, late, NULL, 3).same_top);
    assert_false(compare(late, NULL, last, NULL, 3).same_top);
}

static void plx_percentile__as_numpy(void **state)
{
    (void)state;
    const double sorted[] = {1, 2, 4, 8, 16}, infinite[] = {0, 1, INFINITE}, one[] = {3};
    assert_near(plx_percentile(sorted, 5, 0), 1, 0);
    assert_near(plx_percentile(sorted, 5, 1), 16, 0);
    assert_near(plx_percentile(sorted, 5, 0.5), 4, 0);
    assert_near(plx_percentile(sorted, 5, 0.1), 1.4, 1e-15);
    assert_near(plx_percentile(sorted, 5, 0.99), 15.68, 1e-13);
    assert_near(plx_percentile(infinite, 3, 0.5), 1, 0);
    assert_true(isinf(plx_percentile(infinite, 3, 0.6)));
    assert_near(plx_percentile(one, 1, 0.25), 3, 0);
    assert_true(isnan(plx_percentile(one, 0, 0.25)));
}

static void plx_divergence_sums_finish__what_must_hold(void **state)
{
    (void)state;
    const struct plx_divergence_row fine = {
        .kl = 0.5, .entropy = 1, .cross_entropy = 1.5, .base_mass = 1, .model_mass = 1};
    struct plx_divergence_row broken = fine;
    struct plx_divergence_sums sums = {.count = 0};
    struct plx_error error;
    assert_int_equal(plx_divergence_sums_add(&sums, &fine, 1, 2, &error), PLX_OK);
    assert_int_equal(plx_divergence_sums_finish(&sums, &error), PLX_OK);
    broken.cross_entropy += 1e-8;
    assert_int_equal(plx_divergence_sums_add(&sums, &broken, 1, 2, &error), PLX_OK);
    assert_int_equal(plx_divergence_sums_finish(&sums, &error), PLX_INTERNAL);
    plx_divergence_sums_clear(&sums);
    broken = (struct plx_divergence_row){
        .kl = -1e-6, .entropy = 1, .cross_entropy = 1 - 1e-6, .base_mass = 1, .model_mass = 1};
    assert_int_equal(plx_divergence_sums_add(&sums, &broken, 1, 2, &error), PLX_OK);
    assert_int_equal(plx_divergence_sums_finish(&sums, &error), PLX_INTERNAL);
    plx_divergence_sums_clear(&sums);
    broken.model_mass = 1 + 2e-6; /* P is short of Q by more than KL is negative */
    assert_int_equal(plx_divergence_sums_add(&sums, &broken, 1, 2, &error), PLX_OK);
    assert_int_equal(plx_divergence_sums_finish(&sums, &error), PLX_OK);
    assert_int_equal(sums.negative, 1);
    plx_divergence_sums_release(&sums);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_divergence_row__by_hand),
        cmocka_unit_test(plx_divergence_row__without_probability),
        cmocka_unit_test(plx_divergence_row__scope),
        cmocka_unit_test(plx_divergence_row__with_itself),
        cmocka_unit_test(plx_divergence_row__large),
        cmocka_unit_test(plx_divergence_row__ties),
        cmocka_unit_test(plx_percentile__as_numpy),
        cmocka_unit_test(plx_divergence_sums_finish__what_must_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

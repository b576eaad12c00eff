/* The best temperature against a search that goes through all rows again for every temperature that it tries,
   in long double. */
#include "eval/temperature.h"

#include "support/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define TYPES   50
#define TARGETS 300

/* Targets drawn from softmax(logits / truth): their best temperature is near to that. */
struct sample {
    double rows[TARGETS][TYPES];
    size_t targets[TARGETS];
};

static double uniform(struct random *random)
{
    return ((double)(random_next(random) >> 11) + 0.5) / 9007199254740992.0;
}

static struct sample *make_sample(double truth, double spread, uint64_t seed)
{
    struct random random = {seed};
    struct sample *sample = malloc(sizeof *sample);
    assert_non_null(sample);
    for (size_t i = 0; i < TARGETS; i++) {
        double *row = sample->rows[i], sum = 0, drawn;
        for (size_t k = 0; k < TYPES; k++) {
            row[k] = spread * sqrt(-2 * log(uniform(&random))) * cos(6.283185307179586 * uniform(&random));
            sum += exp(-row[k] / truth);
        }
        drawn = uniform(&random) * sum;
        size_t target = 0;
        while (target + 1 < TYPES && (drawn -= exp(-row[target] / truth)) > 0)
            target++;
        sample->targets[i] = target;
        sum = 0;
        for (size_t k = 0; k < TYPES; k++)
            sum += exp(-row[k]);
        for (size_t k = 0; k < TYPES; k++)
            row[k] += log(sum);
    }
    return sample;
}

static struct plx_temperature sum_up(const struct sample *sample)
{
    struct plx_temperature sums = {0};
    for (size_t i = 0; i < TARGETS; i++) {
        const struct plx_outcomes outcomes = {sample->rows[i], TYPES, TYPES};
        struct plx_row row;
        assert_true(plx_row_measure(&outcomes, &row));
        plx_temperature_add(&sums, &row, sample->rows[i][sample->targets[i]]);
    }
    return sums;
}

/* The mean cross-entropy of softmax(−β nats). */
static long double mean_nats(const struct sample *sample, long double beta)
{
    long double total = 0;
    for (size_t i = 0; i < TARGETS; i++) {
        long double sum = 0;
        for (size_t k = 0; k < TYPES; k++)
            sum += expl(-beta * (long double)sample->rows[i][k]);
        total += logl(sum) + beta * (long double)sample->rows[i][sample->targets[i]];
    }
    return total / TARGETS;
}

/* By thirds of an interval of ln β: the function is convex in β and so has one minimum. */
static long double search_beta(const struct sample *sample)
{
    long double low = logl(0.125L), high = logl(8);
    for (int i = 0; i < 45; i++) {
        const long double a = low + (high - low) / 3, b = high - (high - low) / 3;
        if (mean_nats(sample, expl(a)) < mean_nats(sample, expl(b)))
            high = b;
        else
            low = a;
    }
    return expl(low);
}

static void plx_temperature_best__is_that_of_a_search(void **state)
{
    static const double truths[] = {0.25, 0.35, 0.45, 0.8, 1, 1.05, 1.5, 3, 4, 5, 7};
    (void)state;
    for (size_t i = 0; i < sizeof truths / sizeof *truths; i++) {
        struct sample *sample = make_sample(truths[i], fmax(2, truths[i]), i);
        const struct plx_temperature sums = sum_up(sample);
        const struct plx_best_temperature best = plx_temperature_best(&sums);
        const long double beta = search_beta(sample), nats = mean_nats(sample, beta);
        if (best.limit)
            fail_msg("%g: beyond the nodes", truths[i]);
        assert_int_equal(best.targets, TARGETS);
        assert_true(fabsl(1 / (long double)best.temperature - beta) < 1e-4L * beta);
        /* The error is what it says at most, and small; roundings aside. */
        assert_true(fabsl((long double)best.nats - nats) <= (long double)best.error + 1e-13L);
        assert_true(best.error < (truths[i] < 4 ? 1e-5 : 1e-3)); /* nodes are further apart there */
        assert_true(fabsl((long double)best.nats_at_one - mean_nats(sample, 1)) < 1e-13L);
        assert_true(best.nats <= best.nats_at_one);
        free(sample);
    }
}

/* Far too sure of itself, and far too unsure. */
static void plx_temperature_best__limits(void **state)
{
    (void)state;
    struct sample *sample = make_sample(60, 2, 1);
    struct plx_temperature sums = sum_up(sample);
    struct plx_best_temperature best = plx_temperature_best(&sums);
    assert_true(best.limit && best.temperature == 8 && best.error == 0);
    assert_true(fabsl((long double)best.nats - mean_nats(sample, 0.125L)) < 1e-13L);
    for (size_t i = 0; i < TARGETS; i++) { /* always right */
        for (size_t k = 0; k < TYPES; k++) {
            if (sample->rows[i][k] < sample->rows[i][sample->targets[i]])
                sample->targets[i] = k;
        }
    }
    sums = sum_up(sample);
    best = plx_temperature_best(&sums);
    assert_true(best.limit && best.temperature == 0.125 && best.error == 0);
    assert_true(fabsl((long double)best.nats - mean_nats(sample, 8)) < 1e-13L);
    free(sample);
}

static void plx_temperature_best__where_it_does_not_matter(void **state)
{
    const double nats[] = {1.0986122886681098, 1.0986122886681098, 1.0986122886681098}; /* ln 3 */
    const struct plx_outcomes outcomes = {nats, 3, 3};
    struct plx_temperature sums = {0};
    struct plx_row row;
    (void)state;
    assert_true(plx_row_measure(&outcomes, &row));
    plx_temperature_add(&sums, &row, nats[0]);
    struct plx_best_temperature best = plx_temperature_best(&sums);
    assert_true(best.temperature == 1 && !best.limit && best.error == 0);
    assert_true(fabs(best.nats - nats[0]) < 1e-15);
    sums = (struct plx_temperature){0};
    best = plx_temperature_best(&sums);
    assert_true(isnan(best.temperature) && isnan(best.nats) && isnan(best.error) && best.targets == 0);
}

/* In any order, in any parts: the same bits. */
static void plx_temperature_merge__parts(void **state)
{
    (void)state;
    struct sample *sample = make_sample(1.3, 3, 5);
    struct plx_temperature parts[3] = {0}, merged = {0};
    for (size_t i = TARGETS; i-- > 0;) {
        const struct plx_outcomes outcomes = {sample->rows[i], TYPES, TYPES};
        struct plx_row row;
        assert_true(plx_row_measure(&outcomes, &row));
        plx_temperature_add(parts + i % 3, &row, sample->rows[i][sample->targets[i]]);
    }
    for (size_t k = 0; k < 3; k++)
        plx_temperature_merge(&merged, parts + k);
    const struct plx_temperature whole = sum_up(sample);
    for (size_t node = 0; node < PLX_ROW_NODES; node++) {
        assert_true(merged.nodes[node].value.sum == whole.nodes[node].value.sum);
        assert_true(merged.nodes[node].first.sum == whole.nodes[node].first.sum);
        assert_true(merged.nodes[node].second.sum == whole.nodes[node].second.sum);
        assert_int_equal(merged.nodes[node].value.count, TARGETS);
    }
    free(sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_temperature_best__is_that_of_a_search),
        cmocka_unit_test(plx_temperature_best__limits),
        cmocka_unit_test(plx_temperature_best__where_it_does_not_matter),
        cmocka_unit_test(plx_temperature_merge__parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

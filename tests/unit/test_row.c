/* Rows of full distributions against the definitions, in long double and one token after another. */
#include "eval/row.h"

#include "support/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* −ln p of so many tokens: some far off, some equal, some without any probability. They sum to 1 unless
   `excluded` is one of them. */
static double *make_row(size_t types, size_t excluded, uint64_t seed)
{
    struct random random = {seed};
    double *nats = malloc((types + 1) * sizeof *nats);
    long double sum = 0;
    assert_non_null(nats);
    for (size_t i = 0; i < types; i++) {
        nats[i] = (double)random_below(&random, 4000) / 200;
        if (random_chance(&random, 10))
            nats[i] += 900;
        if (random_chance(&random, 10) && i > 0)
            nats[i] = (double)INFINITY;
        sum += i == excluded ? 0 : expl(-(long double)nats[i]);
    }
    for (size_t i = 0; i < types; i++)
        nats[i] += (double)logl(sum);
    if (excluded < types)
        nats[excluded] = 0; /* more probable than all */
    return nats;
}

static void assert_near(double found, long double expected, double most, const char *what)
{
    if (!(fabsl((long double)found - expected) <= (long double)most * fmaxl(1, fabsl(expected))))
        fail_msg("%s is %.17g, not %.17Lg", what, found, expected);
}

/* ln Σ exp(−β d), mean and variance of d under these weights. */
static void check_node(const struct plx_outcomes *row, const struct plx_row *found, size_t node)
{
    const long double beta = (long double)plx_row_beta(node);
    long double sums[3] = {0};
    for (size_t i = 0; i < row->types; i++) {
        const long double d = (long double)row->nats[i] - (long double)found->least;
        const long double weight = isinf(row->nats[i]) || i == row->excluded ? 0 : expl(-beta * d);
        sums[0] += weight;
        sums[1] += weight > 0 ? weight * d : 0;
        sums[2] += weight > 0 ? weight * d * d : 0;
    }
    const long double mean = sums[1] / sums[0];
    assert_near(found->log_partition[node], logl(sums[0]), 1e-14, "log partition");
    assert_near(found->mean[node], mean, 1e-13, "mean");
    assert_near(found->variance[node], sums[2] / sums[0] - mean * mean, 1e-12, "variance");
    assert_near(plx_row_log_partition(row, found->least, 1 / plx_row_beta(node)), logl(sums[0]), 1e-14,
                "log partition of any temperature");
}

static void check_row(size_t types, size_t excluded, uint64_t seed)
{
    double *nats = make_row(types, excluded, seed);
    const struct plx_outcomes outcomes = {nats, types, excluded};
    struct plx_row row;
    long double mass = 0, entropy = 0;
    double least = (double)INFINITY;
    for (size_t i = 0; i < types; i++) {
        if (i == excluded || isinf(nats[i]))
            continue;
        mass += expl(-(long double)nats[i]);
        entropy += expl(-(long double)nats[i]) * (long double)nats[i];
        least = fmin(least, nats[i]);
    }
    assert_true(plx_row_measure(&outcomes, &row));
    assert_true(row.least == least);
    assert_near(row.mass, mass, 1e-14, "mass");
    assert_near(row.entropy, entropy, 1e-14, "entropy");
    for (size_t node = 0; node < PLX_ROW_NODES; node++)
        check_node(&outcomes, &row, node);
    free(nats);
}

/* Blocks have 512 tokens, lanes 8: rows that end anywhere in them. */
static void plx_row_measure__by_definition(void **state)
{
    static const size_t sizes[] = {1, 2, 7, 8, 9, 16, 31, 511, 512, 513, 519, 1024, 5000};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        check_row(sizes[i], sizes[i], i);
        if (sizes[i] < 2)
            continue;
        check_row(sizes[i], sizes[i] - 1, i);
        check_row(sizes[i], sizes[i] / 2, i);
        if (sizes[i] > 16)
            check_row(sizes[i], 1, i);
    }
}

/* exp(−β d) at β = 1 of d = ln 2, ln 4 and ln 4: a half, a quarter, a quarter. */
static void plx_row_measure__by_hand(void **state)
{
    const double ln_2 = 0.69314718055994530942;
    const double nats[] = {2 * ln_2, ln_2, (double)INFINITY, 2 * ln_2};
    const struct plx_outcomes outcomes = {nats, 4, 4};
    struct plx_row row;
    (void)state;
    assert_true(plx_row_measure(&outcomes, &row));
    assert_near(row.mass, 1, 1e-15, "mass");
    assert_near(row.entropy, 1.5L * (long double)ln_2, 1e-15, "entropy");
    assert_near(row.log_partition[PLX_ROW_ONE], (long double)ln_2, 1e-15, "ln 2");
    assert_near(row.mean[PLX_ROW_ONE], (long double)ln_2 / 2, 1e-15, "mean");
    assert_near(row.variance[PLX_ROW_ONE], (long double)(ln_2 * ln_2) / 4, 1e-15, "variance");
}

/* The nodes are what the header says, in order. */
static void plx_row_beta__nodes(void **state)
{
    static const double eighths[PLX_ROW_NODES] = {1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 24, 32, 48, 64};
    (void)state;
    for (size_t node = 0; node < PLX_ROW_NODES; node++)
        assert_true(plx_row_beta(node) * 8 == eighths[node]);
    assert_true(plx_row_beta(PLX_ROW_ONE) == 1);
}

static void plx_row_measure__no_distribution(void **state)
{
    double nats[20];
    struct plx_row row;
    double least;
    (void)state;
    for (size_t i = 0; i < 20; i++)
        nats[i] = (double)INFINITY;
    const struct plx_outcomes outcomes = {nats, 20, 20}, without = {nats, 20, 3}, nothing = {nats, 0, 0};
    assert_false(plx_row_measure(&outcomes, &row));
    assert_false(plx_row_least(&nothing, &least));
    nats[3] = 1;
    assert_true(plx_row_measure(&outcomes, &row));
    assert_false(plx_row_measure(&without, &row));
    for (size_t i = 0; i < 20; i++) {
        nats[i] = (double)NAN;
        if (i != 3)
            assert_false(plx_row_measure(&outcomes, &row));
        nats[i] = 5;
    }
    nats[19] = -(double)INFINITY;
    assert_false(plx_row_least(&outcomes, &least));
}

static void plx_row_compare__by_definition(void **state)
{
    (void)state;
    for (size_t types = 1; types < 70; types++) {
        double *nats = make_row(types, types, types);
        for (size_t i = 1; i < types; i += 3)
            nats[i] = nats[i / 2]; /* equals */
        for (size_t excluded = 0; excluded <= types; excluded += 5) {
            const struct plx_outcomes outcomes = {nats, types, excluded};
            const double value = nats[types / 2];
            uint64_t below = 0, equal = 0, found_below, found_equal;
            for (size_t i = 0; i < types; i++) {
                below += i != excluded && nats[i] < value;
                equal += i != excluded && nats[i] == value;
            }
            plx_row_compare(&outcomes, value, &found_below, &found_equal);
            assert_int_equal(found_below, below);
            assert_int_equal(found_equal, equal);
        }
        free(nats);
    }
}

static void plx_row_weighted__leaves_out(void **state)
{
    const double nats[] = {1, 2, (double)INFINITY, 4, 8}, weights[] = {1, 0.5, 0, 2, 3};
    const struct plx_outcomes all = {nats, 5, 5}, without_8 = {nats, 5, 4}, without_infinite = {nats, 5, 2};
    (void)state;
    assert_true(plx_row_weighted(&all, weights) == 34);
    assert_true(plx_row_weighted(&without_8, weights) == 10);
    assert_true(isinf(plx_row_weighted(&all, NULL)));
    assert_true(plx_row_weighted(&without_infinite, NULL) == 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_row_measure__by_definition),
        cmocka_unit_test(plx_row_measure__by_hand),
        cmocka_unit_test(plx_row_beta__nodes),
        cmocka_unit_test(plx_row_measure__no_distribution),
        cmocka_unit_test(plx_row_compare__by_definition),
        cmocka_unit_test(plx_row_weighted__leaves_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

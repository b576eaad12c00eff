/* Ranks, accuracy, calibration and the audit of sums: worked by hand. */
#include "eval/distribution.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void assert_near(double found, double expected)
{
    if (!(fabs(found - expected) <= 1e-15 * fmax(1, fabs(expected))))
        fail_msg("%.17g, not %.17g", found, expected);
}

/* The expectation over every rank that a token can have. */
static void plx_standing__expectations(void **state)
{
    static const uint64_t above[] = {0, 1, 4, 5, 9, 10, 998, 999, 1000, 1001, 3000};
    static const uint64_t equal[] = {1, 2, 3, 6, 7, 20, 999, 1000, 1001, 5000};
    (void)state;
    for (size_t i = 0; i < sizeof above / sizeof *above; i++) {
        for (size_t k = 0; k < sizeof equal / sizeof *equal; k++) {
            const struct plx_standing standing = {above[i], equal[k]};
            long double reciprocal = 0;
            unsigned found[PLX_ACCURACIES] = {0};
            for (uint64_t rank = above[i] + 1; rank <= above[i] + equal[k]; rank++) {
                reciprocal += 1 / (long double)rank;
                for (size_t a = 0; a < PLX_ACCURACIES; a++)
                    found[a] += rank <= plx_accuracy_at[a];
            }
            assert_near(plx_standing_reciprocal(standing), (double)(reciprocal / (long double)equal[k]));
            for (size_t a = 0; a < PLX_ACCURACIES; a++)
                assert_near(plx_standing_accuracy(standing, plx_accuracy_at[a]),
                            (double)found[a] / (double)equal[k]);
        }
    }
    assert_near(plx_standing_reciprocal((struct plx_standing){0, 0}), 0);
    assert_near(plx_standing_accuracy((struct plx_standing){0, 0}, 10), 0);
    /* H(268000)/268000, by Python's decimal. */
    assert_near(plx_standing_reciprocal((struct plx_standing){0, 268000}), 0.0000487908947390485378);
}

/* A row of so many probabilities. */
static struct plx_row row_of(const double *probabilities, size_t count)
{
    double nats[16];
    struct plx_row row;
    for (size_t i = 0; i < count; i++)
        nats[i] = -log(probabilities[i]);
    const struct plx_outcomes outcomes = {nats, count, count};
    assert_true(plx_row_measure(&outcomes, &row));
    return row;
}

/* Bins are (0, 1/15], (1/15, 2/15], … */
static void plx_distribution_add__bins(void **state)
{
    static const struct {
        double confidence;
        size_t bin;
    } cases[] = {{1e-9, 0}, {1.0 / 15, 0}, {0.0667, 1}, {2.0 / 15, 1}, {0.2, 2},   {0.2000001, 3},
                 {0.5, 7},  {0.6, 8},      {0.93, 13},  {0.94, 14},    {0.999, 14}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plx_distribution distribution = {0};
        struct plx_row row = row_of((const double[]){0.5, 0.5}, 2);
        row.least = -log(cases[i].confidence);
        if (exp(-row.least) != cases[i].confidence)
            row.least = nextafter(row.least, 1e9); /* an end belongs to its bin, what exceeds it does not */
        plx_distribution_add(&distribution, &row, 1, (struct plx_standing){0, 1});
        assert_int_equal(distribution.bins[cases[i].bin].confidence.count, 1);
    }
    /* Above 1 by a rounding. */
    struct plx_distribution distribution = {0};
    struct plx_row row = row_of((const double[]){1}, 1);
    row.least = -1e-15;
    plx_distribution_add(&distribution, &row, 0, (struct plx_standing){0, 1});
    assert_int_equal(distribution.bins[14].confidence.count, 1);
}

/* Four targets: 0.5 right, 0.5 wrong, 0.75 right, and one that is not in the vocabulary. In the bin of 0.5
   the accuracy is 1/2, in that of 0.75 it is 1/2 too: 2/4 · |1/2 − 1/2| + 2/4 · |1/2 − 3/4|. */
static void plx_distribution_add__figures(void **state)
{
    const struct plx_row half = row_of((const double[]){0.5, 0.25, 0.25}, 3);
    const struct plx_row three_quarters = row_of((const double[]){0.75, 0.125, 0.0625, 0.125}, 4);
    struct plx_distribution parts[2] = {0}, sum = {0};
    const double ln_2 = 0.69314718055994530942;
    (void)state;
    plx_distribution_add(parts, &half, ln_2, (struct plx_standing){0, 1});
    plx_distribution_add(parts + 1, &half, 2 * ln_2, (struct plx_standing){1, 2});
    plx_distribution_add(parts, &three_quarters, -log(0.75), (struct plx_standing){0, 1});
    plx_distribution_add(parts + 1, &three_quarters, (double)INFINITY, (struct plx_standing){0, 0});
    plx_distribution_merge(&sum, parts);
    plx_distribution_merge(&sum, parts + 1);
    assert_int_equal(sum.entropy.count, 4);
    assert_int_equal(sum.rank.count, 3);
    assert_int_equal(sum.temperature.nodes[0].value.count, 3);
    assert_near(plx_exact_mean(sum.accuracy), 0.5);
    assert_near(plx_exact_mean(sum.accuracy + 1), 0.75);
    assert_near(plx_exact_mean(&sum.reciprocal_rank), (1 + (0.5 + 1.0 / 3) / 2 + 1) / 4);
    assert_near(plx_exact_mean(&sum.rank), (1 + 2.5 + 1) / 3);
    /* The second row sums to 1.0625, of which −p ln p is 0.75 ln(4/3) + 1/4 · 3 ln 2 + 1/16 · 4 ln 2. */
    const double entropy = 0.75 * log(4.0 / 3) + ln_2;
    assert_near(plx_exact_mean(&sum.entropy), (2 * 1.5 * ln_2 + 2 * entropy) / 4);
    assert_near(sum.largest_deviation, 0.0625);
    assert_near(plx_exact_mean(&sum.deviation), 0.03125);
    assert_near(plx_distribution_calibration_error(&sum), 0.125);
    const struct plx_distribution empty = {0};
    assert_true(isnan(plx_distribution_calibration_error(&empty)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_standing__expectations),
        cmocka_unit_test(plx_distribution_add__bins),
        cmocka_unit_test(plx_distribution_add__figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

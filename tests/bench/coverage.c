/* How often the 95 % interval of a mean holds the true mean, over simulated differences between neighbours
   that depend on each other, and how often the interval of independent values does, mean ± 1.96 standard
   errors. A table on standard output: of each kind of series, the share of the simulated ones whose interval
   holds the mean, in percent, with the standard error of that share in the caption; how many blocks or
   documents were drawn, a mean; and the largest distance D of their p-values' distribution from the uniform
   one (Kolmogorov and Smirnov), which is below 1.63 / sqrt(SERIES) in 99 of 100 tables where they are
   uniform.

   usage: coverage [SERIES [RESAMPLES [SEED]]]    (1000 10000 1); minutes */
#include "report/compare/intervals.h"

#include "support/series.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t series_count = 1000, resamples = 10000;
static uint64_t seed = 1;

struct tally {
    size_t done, held, independent;
    double blocks;
    double *p_values; /* [series_count] */
};

static void fail(const struct plx_error *error)
{
    fprintf(stderr, "coverage: %s\n", error->message);
    exit(1);
}

/* By the way that plx_compare takes. begins[documents]: none where values are one text. */
static void add(const double *values, size_t count, size_t *begins, size_t documents, struct tally *tally)
{
    const struct plx_compare_options options = {
        .resamples = resamples, .seed = seed + tally->done, .threads = 2};
    const struct plx_moved moved = {
        .units_are_documents = documents > 0, .document_begins = begins, .document_count = documents};
    struct plx_exact total = {0};
    struct plx_interval_test test;
    struct plx_error error;
    for (size_t i = 0; i < count; i++)
        plx_exact_add_value(&total, values[i]);
    if (plx_test_tokens(values, count, &total, &moved, &options, &test, &error))
        fail(&error);
    if (!test.known) {
        fprintf(stderr, "coverage: an interval is not known\n");
        exit(1);
    }
    tally->p_values[tally->done++] = test.p_value;
    tally->held += test.low <= 0 && test.high >= 0;
    tally->independent += test.independent_low <= 0 && test.independent_high >= 0;
    tally->blocks += (double)test.blocks;
}

/* Documents of log-normal lengths, each with a mean of its own about 0 and values about that. */
static void add_documents(struct random *random, double *values, size_t *begins, size_t documents,
                          double spread, size_t most, struct tally *tally)
{
    size_t count = 0;
    for (size_t i = 0; i < documents; i++) {
        const double wanted = 300 * exp(spread * series_noise(random, SERIES_NORMAL));
        const double own = 0.3 * series_noise(random, SERIES_LAPLACE);
        const size_t length = wanted < 1 ? 1 : wanted < (double)most ? (size_t)wanted : most;
        begins[i] = count;
        for (size_t k = 0; k < length; k++)
            values[count++] = own + series_noise(random, SERIES_LAPLACE);
    }
    add(values, count, begins, documents, tally);
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print(const char *what, const struct tally *tally)
{
    const double n = (double)series_count;
    double distance = 0;
    qsort(tally->p_values, series_count, sizeof *tally->p_values, compare);
    for (size_t i = 0; i < series_count; i++) {
        const double p = tally->p_values[i];
        distance = fmax(distance, fmax((double)(i + 1) / n - p, p - (double)i / n));
    }
    printf("%-44s %8.1f %12.1f %9.0f %8.3f\n", what, 100 * (double)tally->held / n,
           100 * (double)tally->independent / n, tally->blocks / n, distance);
    fflush(stdout);
}

static void run_series(double *values, double *p_values)
{
    static const size_t COUNTS[] = {2000, 10000, 50000};
    static const double PHIS[] = {0, 0.3, 0.6, 0.9};
    static const char *const NAMES[] = {"normal", "Laplace", "Student t5"};
    for (size_t k = 0; k < 12; k++) {
        for (enum series_noise noise = SERIES_LAPLACE; noise <= SERIES_STUDENT5; noise++) {
            const size_t count = COUNTS[k / 4];
            struct random random = {seed + 1000003 * k + (uint64_t)noise};
            struct tally tally = {.p_values = p_values};
            char what[128];
            while (tally.done < series_count) {
                series_make(&random, PHIS[k % 4], noise, values, count);
                add(values, count, NULL, 0, &tally);
            }
            snprintf(what, sizeof what, "%zu values, phi %.1f, %s", count, PHIS[k % 4], NAMES[noise]);
            print(what, &tally);
        }
    }
}

static void run_documents(double *values, size_t most, double *p_values)
{
    static const size_t DOCUMENTS[] = {4, 6, 10, 20, 50, 200};
    static const double SPREADS[] = {0.5, 1, 1.5};
    size_t begins[200];
    for (size_t k = 0; k < 18; k++) {
        struct random random = {seed + 7000003 * k};
        struct tally tally = {.p_values = p_values};
        char what[128];
        while (tally.done < series_count)
            add_documents(&random, values, begins, DOCUMENTS[k / 3], SPREADS[k % 3], most, &tally);
        snprintf(what, sizeof what, "%zu documents, log-normal, sigma %.1f", DOCUMENTS[k / 3],
                 SPREADS[k % 3]);
        print(what, &tally);
    }
}

int main(int argc, char **argv)
{
    const size_t most = 20000;
    if (argc > 1)
        series_count = strtoul(argv[1], NULL, 10);
    if (argc > 2)
        resamples = strtoul(argv[2], NULL, 10);
    if (argc > 3)
        seed = strtoull(argv[3], NULL, 10);
    double *values = calloc(200 * most, sizeof *values), *p_values = calloc(series_count, sizeof *p_values);
    if (!values || !p_values || series_count == 0) {
        free(values);
        free(p_values);
        return 1;
    }
    printf("%% of %zu series whose interval holds their mean (standard error %.1f); %zu resamples\n\n",
           series_count, 100 * sqrt(0.95 * 0.05 / (double)series_count), resamples);
    printf("%-44s %8s %12s %9s %8s\n", "", "blocks", "independent", "drawn", "D");
    run_series(values, p_values);
    run_documents(values, most, p_values);
    free(values);
    free(p_values);
    return 0;
}

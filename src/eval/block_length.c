#include "eval/bootstrap.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* Of more, neighbours are taken together. */
#define BINS ((size_t)1 << 18)

/* Times the length by the paper; see bootstrap.h. */
#define SAFETY 3

/* Autocorrelations in a row that must be small. */
#define RUN 5

/* Of the fewest values that say something about their neighbours. */
#define VALUES_LEAST 10

/* Lags in one pass over the values. */
#define LAGS ((size_t)8)

struct series {
    double *values; /* [count] less their mean, and LAGS zeros behind them */
    size_t count;
    double *covariances; /* [known] γ_0 …, with room for [most + LAGS] */
    size_t known, most;
};

static enum plx_status open_series(struct series *series, const double *values, size_t count,
                                   struct plx_error *error)
{
    double sum = 0;
    series->count = count;
    series->most = (size_t)ceil(sqrt((double)count)) + RUN;
    series->values = plx_new_array(count + series->most + 2 * LAGS, sizeof *values, error);
    series->covariances =
        series->values ? plx_new_array(series->most + 1 + LAGS, sizeof *values, error) : NULL;
    if (!series->covariances)
        return PLX_MEMORY;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    for (size_t i = 0; i < count; i++)
        series->values[i] = values[i] - sum / (double)count;
    return PLX_OK;
}

static void close_series(struct series *series)
{
    free(series->values);
    free(series->covariances);
}

/* γ at the lag, of which some are computed at a time. The zeros behind the values add nothing. */
static double covariance(struct series *series, size_t lag)
{
    for (; series->known <= lag; series->known += LAGS) {
        double sums[LAGS] = {0};
        const double *const values = series->values, *const later = values + series->known;
        for (size_t i = 0; i + series->known < series->count; i++) {
            for (size_t k = 0; k < LAGS; k++)
                sums[k] += values[i] * later[i + k];
        }
        for (size_t k = 0; k < LAGS; k++)
            series->covariances[series->known + k] = sums[k] / (double)series->count;
    }
    return series->covariances[lag];
}

/* M: twice the lag from which on autocorrelations are small. */
static size_t find_bandwidth(struct series *series)
{
    const double n = (double)series->count;
    const double bound = 2 * sqrt(log10(n) / n) * covariance(series, 0);
    size_t run = 0;
    for (size_t lag = 1; lag < series->most; lag++) {
        run = fabs(covariance(series, lag)) < bound ? run + 1 : 0;
        if (run == RUN) {
            const size_t twice = 2 * (lag + 1 - RUN);
            return twice < series->most ? twice : series->most;
        }
    }
    return series->most;
}

static double optimal_length(struct series *series)
{
    const double n = (double)series->count, most = ceil(fmin(3 * sqrt(n), n / 3));
    double weighted = 0, spectrum = covariance(series, 0);
    if (!(spectrum > 0))
        return 1;
    const size_t bandwidth = find_bandwidth(series);
    for (size_t k = 1; k <= bandwidth; k++) {
        const double window = fmin(1, 2 * (1 - (double)k / (double)bandwidth));
        weighted += 2 * window * (double)k * covariance(series, k);
        spectrum += 2 * window * covariance(series, k);
    }
    const double length = cbrt(2 * weighted * weighted / (4.0 / 3 * spectrum * spectrum) * n);
    return length < most ? length : most;
}

enum plx_status plx_block_length_optimal(const double *values, size_t count, double *length,
                                         struct plx_error *error)
{
    struct series series = {0};
    *length = 1;
    if (count < VALUES_LEAST)
        return PLX_OK;
    const enum plx_status status = open_series(&series, values, count, error);
    if (status == PLX_OK)
        *length = optimal_length(&series);
    close_series(&series);
    return status;
}

enum plx_status plx_block_length(const double *values, size_t count, size_t *length, struct plx_error *error)
{
    const size_t together = count > BINS ? (count + BINS - 1) / BINS : 1;
    double *bins = NULL, optimal;
    *length = 1;
    if (together > 1) {
        bins = plx_new_array(count / together, sizeof *bins, error);
        if (!bins)
            return PLX_MEMORY;
        for (size_t i = 0; i < count / together * together; i++)
            bins[i / together] += values[i];
        values = bins;
        count /= together;
    }
    const enum plx_status status = plx_block_length_optimal(values, count, &optimal, error);
    free(bins);
    if (status)
        return status;
    const double most = (double)count / PLX_BOOTSTRAP_BLOCKS_CHOSEN;
    const double wanted = ceil(SAFETY * optimal);
    *length = together * (size_t)fmax(1, fmin(wanted, most));
    return PLX_OK;
}

#include "eval/distribution.h"

#include <math.h>

const unsigned plx_accuracy_at[PLX_ACCURACIES] = {1, 5, 10};

/* From here on 1/(n + 1) + … + 1/m is what the first terms of its expansion say, to 1e-16. */
#define MANY 1000

double plx_standing_accuracy(struct plx_standing standing, unsigned at)
{
    if (standing.equal == 0 || standing.above >= at)
        return 0;
    if (at - standing.above >= standing.equal)
        return 1;
    return (double)(at - standing.above) / (double)standing.equal;
}

/* The harmonic number H(n) − ln n − Euler's constant, but for terms of n^-6. */
static double above_logarithm(double n)
{
    return 1 / (2 * n) - 1 / (12 * n * n) + 1 / (120 * n * n * n * n);
}

double plx_standing_reciprocal(struct plx_standing standing)
{
    const uint64_t end = standing.above + standing.equal;
    uint64_t rank = standing.above;
    double sum = 0;
    if (standing.equal == 0)
        return 0;
    while (rank < end && rank < MANY)
        sum += 1 / (double)++rank;
    if (end - rank < MANY) {
        while (rank < end)
            sum += 1 / (double)++rank;
    } else {
        sum += log((double)end / (double)rank) + above_logarithm((double)end) - above_logarithm((double)rank);
    }
    return sum / (double)standing.equal;
}

static size_t bin_of(double confidence)
{
    size_t bin = 0;
    while (bin + 1 < PLX_CALIBRATION_BINS && confidence > (double)(bin + 1) / PLX_CALIBRATION_BINS)
        bin++;
    return bin;
}

void plx_distribution_add(struct plx_distribution *distribution, const struct plx_row *row, double nats,
                          struct plx_standing standing)
{
    const double confidence = exp(-row->least), deviation = fabs(row->mass - 1);
    struct plx_calibration_bin *bin = distribution->bins + bin_of(confidence);
    plx_exact_add_value(&distribution->entropy, row->entropy);
    for (size_t i = 0; i < PLX_ACCURACIES; i++)
        plx_exact_add_value(distribution->accuracy + i, plx_standing_accuracy(standing, plx_accuracy_at[i]));
    plx_exact_add_value(&distribution->reciprocal_rank, plx_standing_reciprocal(standing));
    if (standing.equal > 0)
        plx_exact_add_value(&distribution->rank, (double)standing.above + ((double)standing.equal + 1) / 2);
    plx_exact_add_value(&distribution->deviation, deviation);
    if (deviation > distribution->largest_deviation)
        distribution->largest_deviation = deviation;
    plx_exact_add_value(&bin->confidence, confidence);
    plx_exact_add_value(&bin->correct, plx_standing_accuracy(standing, 1));
    if (isfinite(nats))
        plx_temperature_add(&distribution->temperature, row, nats);
}

void plx_distribution_merge(struct plx_distribution *into, const struct plx_distribution *from)
{
    plx_exact_merge(&into->entropy, &from->entropy);
    for (size_t i = 0; i < PLX_ACCURACIES; i++)
        plx_exact_merge(into->accuracy + i, from->accuracy + i);
    plx_exact_merge(&into->reciprocal_rank, &from->reciprocal_rank);
    plx_exact_merge(&into->rank, &from->rank);
    plx_exact_merge(&into->deviation, &from->deviation);
    if (from->largest_deviation > into->largest_deviation)
        into->largest_deviation = from->largest_deviation;
    for (size_t i = 0; i < PLX_CALIBRATION_BINS; i++) {
        plx_exact_merge(&into->bins[i].confidence, &from->bins[i].confidence);
        plx_exact_merge(&into->bins[i].correct, &from->bins[i].correct);
    }
    plx_temperature_merge(&into->temperature, &from->temperature);
}

double plx_distribution_calibration_error(const struct plx_distribution *distribution)
{
    const uint64_t targets = distribution->entropy.count;
    double sum = 0;
    for (size_t i = 0; i < PLX_CALIBRATION_BINS; i++) {
        const struct plx_calibration_bin *bin = distribution->bins + i;
        sum += fabs(plx_exact_sum(&bin->correct) - plx_exact_sum(&bin->confidence));
    }
    return targets > 0 ? sum / (double)targets : (double)NAN;
}

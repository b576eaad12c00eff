/* The figures of what is stored, in passes over it and constant memory, the same whatever the order of the
   n-grams: sums are exact, and the median is found by its bits, the upper half of them first. */
#include "inspect/deep.h"

#include "base/exact.h"
#include "base/memory.h"
#include "model/stored.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HALF 65536

/* N-grams between two questions whether to stop. */
#define ASK_AFTER ((uint64_t)1 << 20)

/* Extremes and sum of finite values. */
struct range {
    double minimum, maximum;
    struct plx_exact sum;
};

static void range_add(struct range *range, double value)
{
    if (range->sum.count == 0 || value < range->minimum)
        range->minimum = value;
    if (range->sum.count == 0 || value > range->maximum)
        range->maximum = value;
    plx_exact_add(&range->sum, value);
}

static struct plx_inspected_range range_finish(const struct range *range)
{
    if (range->sum.count == 0)
        return (struct plx_inspected_range){(double)NAN, (double)NAN, (double)NAN};
    return (struct plx_inspected_range){range->minimum, plx_exact_mean(&range->sum), range->maximum};
}

struct pass {
    const struct plx_model_options *options;
    struct plx_inspected_values *values;
    uint64_t asked; /* n-grams since the wish to stop was asked about */
    bool interrupted;
    struct range probabilities, backoffs;
    uint64_t counts[HALF]; /* of the halves of the bits of −log10 p */
    uint32_t upper;        /* second pass: only those with this half */
};

/* Of a value ≤ 0: the bits of its absolute value grow as it falls. */
static uint32_t bits_of(float probability)
{
    uint32_t bits;
    const float absolute = fabsf(probability);
    memcpy(&bits, &absolute, sizeof bits);
    return bits;
}

static bool is_apart(float probability)
{
    return probability == -99.0f || !isfinite(probability);
}

/* Of a log10 p ≤ 0, and of what a damaged file may have instead. */
static size_t bin_of(double probability)
{
    const double bin = floor(-probability / PLX_INSPECTED_BIN_WIDTH);
    return !(bin > 0) ? 0 : bin < PLX_INSPECTED_BINS - 1 ? (size_t)bin : PLX_INSPECTED_BINS - 1;
}

static void take_probability(struct pass *pass, float probability)
{
    struct plx_inspected_values *values = pass->values;
    values->minus_99 += probability == -99.0f;
    values->zero += isinf(probability) != 0;
    values->not_a_number += isnan(probability) != 0;
    if (is_apart(probability))
        return;
    values->bins[bin_of((double)probability)]++;
    range_add(&pass->probabilities, (double)probability);
    pass->counts[bits_of(probability) >> 16]++;
}

/* False if the pass is to end. */
static bool go_on(struct pass *pass, size_t count)
{
    pass->asked += count;
    if (pass->asked < ASK_AFTER || !pass->options->interrupted)
        return true;
    pass->asked = 0;
    pass->interrupted = pass->options->interrupted(pass->options->user);
    return !pass->interrupted;
}

static bool take_values(void *user, const struct plx_ngram *ngrams, size_t count)
{
    struct pass *pass = user;
    for (size_t i = 0; i < count; i++) {
        take_probability(pass, ngrams[i].probability);
        pass->values->zero_backoffs += ngrams[i].backoff == 0.0f;
        pass->values->infinite_backoffs += isinf(ngrams[i].backoff) != 0;
        pass->values->not_a_number += isnan(ngrams[i].backoff) != 0;
        if (isfinite(ngrams[i].backoff))
            range_add(&pass->backoffs, (double)ngrams[i].backoff);
    }
    return go_on(pass, count);
}

static bool take_lower_half(void *user, const struct plx_ngram *ngrams, size_t count)
{
    struct pass *pass = user;
    for (size_t i = 0; i < count; i++) {
        const uint32_t bits = bits_of(ngrams[i].probability);
        if (bits >> 16 == pass->upper && !is_apart(ngrams[i].probability))
            pass->counts[bits % HALF]++;
    }
    return go_on(pass, count);
}

/* The half in which the value of that rank is; *rank is then that within the half. */
static uint32_t find_half(const struct pass *pass, uint64_t *rank)
{
    uint32_t half = 0;
    while (half + 1 < HALF && pass->counts[half] <= *rank)
        *rank -= pass->counts[half++];
    return half;
}

static double find_median(const struct plx_model *model, unsigned order, struct pass *pass)
{
    uint64_t rank = pass->probabilities.sum.count;
    if (rank == 0)
        return (double)NAN;
    rank /= 2; /* the highest comes first: of an even number the lower one */
    pass->upper = find_half(pass, &rank);
    memset(pass->counts, 0, sizeof pass->counts);
    plx_model_each_stored(model, order, take_lower_half, pass);
    const uint32_t bits = pass->upper << 16 | find_half(pass, &rank);
    float absolute;
    memcpy(&absolute, &bits, sizeof absolute);
    return 0.0 - (double)absolute;
}

enum plx_status plx_deep_values(const struct plx_model *model, const struct plx_model_options *options,
                                unsigned order, struct plx_inspected_values *values, struct plx_error *error)
{
    struct pass *pass = plx_new_array(1, sizeof *pass, error);
    if (!pass)
        return PLX_MEMORY;
    pass->options = options;
    pass->values = values;
    plx_model_each_stored(model, order, take_values, pass);
    values->probabilities = range_finish(&pass->probabilities);
    values->backoffs = range_finish(&pass->backoffs);
    if (!pass->interrupted)
        values->median = find_median(model, order, pass);
    const bool interrupted = pass->interrupted;
    free(pass);
    return interrupted ? plx_error_set(error, PLX_INTERRUPTED, "interrupted") : PLX_OK;
}

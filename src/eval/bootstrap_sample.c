/* Blocks that a bootstrap draws from. */
#include "eval/bootstrap.h"

#include "base/memory.h"

#include <stdlib.h>

static double sum_of(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum;
}

/* `count` blocks of `length` things each, the last one perhaps fewer. */
static enum plx_status open_sample(struct plx_bootstrap_sample *sample, size_t things, size_t length,
                                   struct plx_error *error)
{
    const size_t shortest = (things + PLX_BOOTSTRAP_BLOCKS_MOST - 1) / PLX_BOOTSTRAP_BLOCKS_MOST;
    *sample = (struct plx_bootstrap_sample){.length = length > shortest ? length : shortest};
    sample->count = things ? (things - 1) / sample->length + 1 : 0;
    sample->sums = plx_new_array(sample->count, sizeof *sample->sums, error);
    sample->weights = sample->sums ? plx_new_array(sample->count, sizeof *sample->weights, error) : NULL;
    if (sample->weights)
        return PLX_OK;
    plx_bootstrap_sample_release(sample);
    return PLX_MEMORY;
}

enum plx_status plx_bootstrap_of_values(const double *values, size_t count, size_t length,
                                        struct plx_bootstrap_sample *sample, struct plx_error *error)
{
    const enum plx_status status = open_sample(sample, count, length, error);
    for (size_t i = 0; status == PLX_OK && i < sample->count; i++) {
        const size_t begin = i * sample->length, left = count - begin;
        const size_t some = left < sample->length ? left : sample->length;
        sample->sums[i] = sum_of(values + begin, some);
        sample->weights[i] = (double)some;
    }
    return status;
}

enum plx_status plx_bootstrap_of_documents(const double *values, size_t count, const size_t *begins,
                                           size_t documents, struct plx_bootstrap_sample *sample,
                                           struct plx_error *error)
{
    const enum plx_status status = open_sample(sample, documents, 1, error);
    for (size_t i = 0; status == PLX_OK && i < sample->count; i++) {
        const size_t begin = begins[i * sample->length], next = (i + 1) * sample->length;
        const size_t end = next < documents ? begins[next] : count;
        sample->sums[i] = sum_of(values + begin, end - begin);
        sample->weights[i] = (double)(end - begin);
    }
    return status;
}

struct plx_bootstrap_blocks plx_bootstrap_sample_blocks(const struct plx_bootstrap_sample *sample)
{
    return (struct plx_bootstrap_blocks){sample->sums, sample->weights, sample->count};
}

void plx_bootstrap_sample_release(struct plx_bootstrap_sample *sample)
{
    free(sample->sums);
    free(sample->weights);
    *sample = (struct plx_bootstrap_sample){0};
}

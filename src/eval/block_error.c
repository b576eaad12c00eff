#include "eval/block_error.h"

#include "base/student.h"

#include <math.h>

/* ν. */
static size_t freedom_of(size_t blocks)
{
    return (size_t)lround(0.4 * cbrt((double)blocks * (double)blocks));
}

/* Σ error · cos(π wave (k + 1/2) / count) over the blocks k that have weight. */
static double wave_sum(const struct plx_bootstrap_blocks *blocks, double mean, size_t count, size_t wave)
{
    const double step = 3.141592653589793 * (double)wave / (double)count;
    double sum = 0, place = 0.5;
    for (size_t i = 0; i < blocks->count; i++) {
        if (blocks->weights[i] > 0)
            sum += (blocks->sums[i] - mean * blocks->weights[i]) * cos(step * place++);
    }
    return sum;
}

struct plx_block_error plx_block_error_find(const struct plx_bootstrap_blocks *blocks)
{
    double sum = 0, weight = 0, squares = 0;
    size_t count = 0;
    for (size_t i = 0; i < blocks->count; i++) {
        sum += blocks->sums[i];
        weight += blocks->weights[i];
        count += blocks->weights[i] > 0;
    }
    if (count < PLX_BLOCKS_ENOUGH)
        return (struct plx_block_error){0, (double)NAN, (double)NAN};
    const size_t freedom = freedom_of(count);
    for (size_t wave = 1; wave <= freedom; wave++) {
        const double of_wave = wave_sum(blocks, sum / weight, count, wave);
        squares += of_wave * of_wave;
    }
    const double standard_error = sqrt(2 * squares / (double)freedom) / weight;
    return (struct plx_block_error){count, standard_error, plx_student_95(freedom) * standard_error};
}

#include "eval/block_error.h"

#include <math.h>

/* Student's t, 0.975, with index degrees of freedom: its distribution function, inverted numerically. */
static const double STUDENT_975[] = {
    0,
    12.706204736174698,
    4.302652729911275,
    3.182446305284263,
    2.7764451051977987,
    2.5705818366147395,
    2.4469118487916806,
    2.3646242510102993,
    2.3060041350333704,
    2.2621571627409915,
    2.2281388519649385,
    2.200985160082949,
    2.1788128296634177,
    2.1603686564610127,
    2.1447866879169273,
    2.131449545559323,
    2.1199052992210112,
    2.1098155778331806,
};

#define FREEDOM_MOST (sizeof STUDENT_975 / sizeof *STUDENT_975 - 1)

/* ν, as many as there are quantiles of at most. */
static size_t freedom_of(size_t blocks)
{
    const size_t freedom = (size_t)lround(0.4 * cbrt((double)blocks * (double)blocks));
    return freedom < FREEDOM_MOST ? freedom : FREEDOM_MOST;
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
    return (struct plx_block_error){count, standard_error, STUDENT_975[freedom] * standard_error};
}

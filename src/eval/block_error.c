#include "eval/block_error.h"

#include <math.h>

double plx_blocks_standard_error(const struct plx_bootstrap_blocks *blocks)
{
    double sum = 0, weight = 0, squares = 0, count = 0;
    for (size_t i = 0; i < blocks->count; i++) {
        sum += blocks->sums[i];
        weight += blocks->weights[i];
        count += blocks->weights[i] > 0;
    }
    const double mean = sum / weight;
    for (size_t i = 0; i < blocks->count; i++) {
        const double off = blocks->sums[i] - mean * blocks->weights[i];
        squares += off * off;
    }
    return count < 2 ? (double)NAN : sqrt(count / (count - 1) * squares) / weight;
}

double plx_interval95_factor(size_t blocks)
{
    const double z = 1.959963984540054; /* of the normal distribution */
    if (blocks == 0)
        return z;
    const double freedom = (double)blocks - 1, z2 = z * z;
    const double first = z * (z2 + 1) / 4, second = z * ((5 * z2 + 16) * z2 + 3) / 96;
    const double third = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
    return z + ((third / freedom + second) / freedom + first) / freedom;
}

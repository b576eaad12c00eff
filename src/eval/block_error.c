#include "eval/block_error.h"

#include "base/student.h"

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
    return blocks == 0 ? PLX_NORMAL_95 : plx_student_95(blocks - 1);
}

#include "base/multiply.h"

#include "base/vector.h"

#define PLX_WIDTH 2
#include "base/multiply.inc"
#undef PLX_WIDTH

#if PLX_HAS_WIDTH4
#define PLX_WIDTH 4
#include "base/multiply.inc"
#undef PLX_WIDTH
#endif

/* -ffp-contract=off matters here: fused multiplications would round otherwise than the vectors do. */
double plx_multiply_one(const double *weights, const double *input, size_t depth, double bias)
{
    double sum = 0;
    for (size_t k = 0; k < depth; k++)
        sum += weights[k] * input[k];
    return sum + bias;
}

void plx_multiply_lanes(const double *weights, const double *bias, size_t rows, size_t depth,
                        const double *inputs, double *z)
{
#if PLX_HAS_WIDTH4
    if (plx_use_width4()) {
        multiply_lanes4(weights, bias, rows, depth, inputs, z);
        return;
    }
#endif
    multiply_lanes2(weights, bias, rows, depth, inputs, z);
}

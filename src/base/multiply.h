/* The matrix product behind a softmax: the logits of a block of the vocabulary for some contexts. */
#ifndef PLX_BASE_MULTIPLY_H
#define PLX_BASE_MULTIPLY_H

#include "base/logsumexp.h"

/* Σ_k weights[k] · input[k], summed in the order of k from 0, plus bias. What plx_multiply_lanes computes for
   one row and one lane, bit for bit. */
double plx_multiply_one(const double *weights, const double *input, size_t depth, double bias);

/* z [rows, PLX_LSE_LANES] = weights [rows, depth] · inputs [depth, PLX_LSE_LANES] + bias [rows] (row-major,
   the lane innermost). An element depends on its own row and its own lane only, never on how many there are.
 */
void plx_multiply_lanes(const double *weights, const double *bias, size_t rows, size_t depth,
                        const double *inputs, double *z);

#endif

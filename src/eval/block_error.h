/* How far a mean over dependent values may be off, without drawing anything: from the sums of blocks of
   neighbours, which depend on each other much less than neighbours do. */
#ifndef PLX_EVAL_BLOCK_ERROR_H
#define PLX_EVAL_BLOCK_ERROR_H

#include "eval/bootstrap.h"

/* Fewer blocks say little about their spread. */
#define PLX_BLOCKS_ENOUGH 20

/* The standard error of the mean Σ sums / Σ weights, a ratio estimator's (W. G. Cochran, Sampling Techniques,
   1977, 2.11): sqrt(n / (n − 1) Σ (sum − mean · weight)²) / Σ weights. Blocks without weight do not count;
   NaN for fewer than two others. */
double plx_blocks_standard_error(const struct plx_bootstrap_blocks *blocks);

/* How many standard errors reach from the mean to an end of its two-sided 95 % interval, where the standard
   error is from so many blocks, at least 2: Student's t with one degree of freedom less. 0: from very many.
 */
double plx_interval95_factor(size_t blocks);

#endif

/* How far a mean over dependent values may be off, without drawing anything: from the sums of blocks of
   neighbours, which still depend on each other. */
#ifndef PLX_EVAL_BLOCK_ERROR_H
#define PLX_EVAL_BLOCK_ERROR_H

#include "eval/bootstrap.h"

/* Fewer blocks say little about their spread. */
#define PLX_BLOCKS_ENOUGH 20

struct plx_block_error {
    size_t blocks;         /* with weight; 0, and NaN for what follows, where there are too few */
    double standard_error; /* of the mean Σ sums / Σ weights */
    double reach;          /* from the mean to an end of its two-sided 95 % interval */
};

/* The standard error by the slow waves along the blocks, which show what neighbours that depend on each other
   add up to: the mean of the squares of the first ν cosine-weighted sums of the blocks' errors sum − mean ·
   weight. The interval is Student's t with ν degrees of freedom, ν = 0.4 blocks^(2/3). (E. Lazarus, D. J.
   Lewis, J. H. Stock, M. W. Watson, HAR inference: recommendations for practice, 2018: the equal-weighted
   cosine test; the errors of a ratio are W. G. Cochran's, Sampling Techniques, 1977, 2.11.) Blocks are in the
   order of the corpus; those without weight do not count. */
struct plx_block_error plx_block_error_find(const struct plx_bootstrap_blocks *blocks);

#endif

/* How far a mean over dependent values may be off: blocks of neighbours are drawn again and again.

   The mean is a ratio, Σ sums / Σ weights over the blocks (H. R. Künsch, The jackknife and the bootstrap for
   general stationary observations, 1989): blocks need not be of one length. */
#ifndef PLX_EVAL_BOOTSTRAP_H
#define PLX_EVAL_BOOTSTRAP_H

#include <perplex/status.h>

#include <stddef.h>

/* Blocks in the order of the corpus. Borrowed. */
struct plx_bootstrap_blocks {
    const double *sums;    /* [count] of the values of each */
    const double *weights; /* [count] how many values each has */
    size_t count;
};

struct plx_bootstrap_options {
    size_t resamples; /* at least 100 */
    uint64_t seed;    /* the same seed gives the same numbers, whatever the threads */
    unsigned threads;
};

struct plx_bootstrap {
    double mean;
    double standard_error; /* of the resampled means */
    double low, high;      /* ends of the two-sided 95 % interval */
    double p_value;        /* two-sided, of a mean of 0; below 0.05 exactly where 0 is outside the interval */
};

/* Draws resamples of the mean. With fewer than two blocks nothing is known: everything but the mean is NaN.
   PLX_MEMORY. */
enum plx_status plx_bootstrap_mean(const struct plx_bootstrap_blocks *blocks,
                                   const struct plx_bootstrap_options *options, struct plx_bootstrap *found,
                                   struct plx_error *error);

/* The same of the difference b − a of the means of two samples that are independent of each other. */
enum plx_status plx_bootstrap_difference(const struct plx_bootstrap_blocks *a,
                                         const struct plx_bootstrap_blocks *b,
                                         const struct plx_bootstrap_options *options,
                                         struct plx_bootstrap *found, struct plx_error *error);

/* Chooses how many of values[count] that follow each other make a block, from their autocorrelation (D. N.
   Politis and H. White, Automatic block-length selection for the dependent bootstrap, 2004; corrected by
   A. Patton, 2009), at least 1. PLX_MEMORY. */
enum plx_status plx_block_length(const double *values, size_t count, unsigned threads, size_t *length,
                                 struct plx_error *error);

#endif

/* How far a mean over dependent values may be off: blocks of neighbours are drawn again and again.

   The mean is a ratio, Σ sums / Σ weights over the blocks (H. R. Künsch, The jackknife and the bootstrap for
   general stationary observations, 1989): blocks need not be of one length, and may be documents.

   The interval is the symmetric bootstrap-t (P. Hall, On symmetric bootstrap confidence intervals, 1988):
   mean ± q · standard error, where a share of 95 % of the resamples have their mean off by no more than q of
   their own standard errors. The standard error is that of a ratio: sqrt(K/(K − 1) Σ (sum − mean · weight)²)
   / Σ weights over K blocks. Held against simulated values whose mean is known (tests/bench/coverage.c), it
   keeps the 95 % where others do not: percentiles fall short with few blocks, widened by Student's t
   (T. Hesterberg, What teachers should know about the bootstrap, 2015) they still do with blocks of unequal
   weights, and so does bootstrap-t with two unequal tails.

   Where 1 resample in 20 has blocks of one mean and that is off all the same, no number of its own standard
   errors says how much: one document of a hundred differs, and a third of the resamples lack it. Student's t
   with K − 1 degrees of freedom takes the place of q then. */
#ifndef PLX_EVAL_BOOTSTRAP_H
#define PLX_EVAL_BOOTSTRAP_H

#include <perplex/status.h>

#include <stdbool.h>
#include <stddef.h>

/* Of fewer, all resamples can be one block drawn again and again: nothing is known. */
#define PLX_BOOTSTRAP_BLOCKS_LEAST 4

/* As many blocks as are made of values: more do not make the interval better, but drawing slower. */
#define PLX_BOOTSTRAP_BLOCKS_MOST 2048

/* Fewer than so many are not chosen by plx_block_length. */
#define PLX_BOOTSTRAP_BLOCKS_CHOSEN 10

/* Blocks in the order of the corpus. Borrowed. */
struct plx_bootstrap_blocks {
    const double *sums;    /* [count] of the values of each */
    const double *weights; /* [count] how many values each has */
    size_t count;
};

struct plx_bootstrap_options {
    size_t resamples;                /* at least 100, at most 2^32 - 1 */
    uint64_t seed;                   /* the same seed gives the same numbers, whatever the threads */
    unsigned threads;                /* at least 1 */
    bool (*interrupted)(void *user); /* asked between draws; true ends them; NULL: nobody */
    void *user;
};

struct plx_bootstrap {
    double mean;
    double standard_error; /* of the mean: not drawn, but by the formula above */
    double low, high;      /* ends of the two-sided 95 % interval */
    double p_value; /* two-sided, of a mean of 0; below 0.05 exactly where 0 is outside the interval, and
                       never below 1 / (resamples + 1), of which it is a multiple where it was drawn */
    size_t freedom; /* degrees of freedom of Student's t, where that is what the interval is made with; 0: it
                       was drawn */
};

/* Draws resamples of the mean. With fewer than PLX_BOOTSTRAP_BLOCKS_LEAST blocks, or sums that are not
   finite, nothing is known: everything but the mean is NaN. PLX_MEMORY; PLX_INTERRUPTED; PLX_USAGE for
   options out of bounds. Any thread. */
enum plx_status plx_bootstrap_mean(const struct plx_bootstrap_blocks *blocks,
                                   const struct plx_bootstrap_options *options, struct plx_bootstrap *found,
                                   struct plx_error *error);

/* The same of the difference b − a of the means of two samples that are independent of each other. */
enum plx_status plx_bootstrap_difference(const struct plx_bootstrap_blocks *a,
                                         const struct plx_bootstrap_blocks *b,
                                         const struct plx_bootstrap_options *options,
                                         struct plx_bootstrap *found, struct plx_error *error);

/* Chooses how many of values[count] that follow each other make a block, from their autocorrelation: three
   times the length that plx_block_length_optimal gives, but no more than a tenth of them, and at least 1.
   That length makes the error's own error smallest, and the error too small by some percent where values
   depend on each other strongly; three times of it keeps the interval's promise there and costs little. Of
   more than 2^18 values, neighbours are taken together first, so that it takes well under a second; the
   length is a multiple of their number then. All must be finite. PLX_MEMORY. Any thread. */
enum plx_status plx_block_length(const double *values, size_t count, size_t *length, struct plx_error *error);

/* Gives the length b of blocks on a circle by D. N. Politis and H. White, Automatic block-length selection
   for the dependent bootstrap (2004), as A. Patton, D. N. Politis and H. White corrected it (2009):

       b = (2 G² n / D)^(1/3),  G = Σ h(k/M) |k| γ_k,  D = 4/3 (Σ h(k/M) γ_k)²,  k = −M … M,

   h(x) = min(1, 2 (1 − |x|)), γ_k the autocovariances of n values, M = 2 m, and m the first lag from which on
   5 autocorrelations in a row are below 2 sqrt(log10 n / n), as b.star of the R package np and
   optimal_block_length of the Python package arch have it. M is at most √n + 5, and b at most the lesser of
   3 √n and n/3, both rounded up. 1 where values do not differ, or are fewer than 10. All must be finite;
   takes √n passes over them where they depend on each other far apart. PLX_MEMORY. Any thread. */
enum plx_status plx_block_length_optimal(const double *values, size_t count, double *length,
                                         struct plx_error *error);

/* Blocks made of values, or of documents. To be released. */
struct plx_bootstrap_sample {
    double *sums, *weights; /* [count] */
    size_t count;
    size_t length; /* values of each block but the last; of documents, how many documents */
};

/* Makes blocks of `length` neighbours out of values[count], or longer ones where there would be more than
   PLX_BOOTSTRAP_BLOCKS_MOST. What is left over at the end is a block of its own. PLX_MEMORY. Any thread. */
enum plx_status plx_bootstrap_of_values(const double *values, size_t count, size_t length,
                                        struct plx_bootstrap_sample *sample, struct plx_error *error);

/* Makes a block of every document, or of several that follow each other where there would be too many. begins
   [documents], ascending: the first value of each. PLX_MEMORY. Any thread. */
enum plx_status plx_bootstrap_of_documents(const double *values, size_t count, const size_t *begins,
                                           size_t documents, struct plx_bootstrap_sample *sample,
                                           struct plx_error *error);

/* What of it is drawn from. Borrowed from it. */
struct plx_bootstrap_blocks plx_bootstrap_sample_blocks(const struct plx_bootstrap_sample *sample);

void plx_bootstrap_sample_release(struct plx_bootstrap_sample *sample);

#endif

/* What two models' distributions have shown over the positions of a corpus: exact sums, mergeable in any
   order, and two figures for every position, for the percentiles. */
#ifndef PLX_EVAL_DIVERGENCE_SUMS_H
#define PLX_EVAL_DIVERGENCE_SUMS_H

#include "base/exact.h"
#include "eval/divergence_row.h"

/* Zero-initialised is empty. */
struct plx_divergence_sums {
    struct plx_exact kl, entropy, cross_entropy; /* target by target */
    struct plx_exact base, model;                /* −ln p of the true tokens */
    struct plx_exact difference; /* MODEL's less BASE's; 0 where neither gives a probability, and +infinity
                                    where only one does, whichever */
    struct plx_exact delta;      /* p of the true token: MODEL's less BASE's */
    uint64_t same_top, negative; /* targets; negative KL */
    double base_deviation, model_deviation; /* the largest |Σp − 1| */
    double identity;      /* the largest |H(P,Q) − H(P) − KL| of a row, divided by H(P,Q) where that is
                             above 1 */
    double *kls, *deltas; /* [count] */
    size_t count, capacity;
};

/* Adds a target, whose token the models give base_nats and model_nats. PLX_MEMORY. */
enum plx_status plx_divergence_sums_add(struct plx_divergence_sums *sums,
                                        const struct plx_divergence_row *row, double base_nats,
                                        double model_nats, struct plx_error *error);

enum plx_status plx_divergence_sums_merge(struct plx_divergence_sums *into,
                                          const struct plx_divergence_sums *from, struct plx_error *error);

/* Empties them but keeps the memory. */
void plx_divergence_sums_clear(struct plx_divergence_sums *sums);
void plx_divergence_sums_release(struct plx_divergence_sums *sums);

/* Sorts the figures; nothing may be added any more. PLX_INTERNAL where the identity does not hold to 1e-9, or
   KL is below what the masses allow; PLX_NOT_FINITE where a sum has left its range. */
enum plx_status plx_divergence_sums_finish(struct plx_divergence_sums *sums, struct plx_error *error);

/* Of sorted figures, between neighbours by a straight line, as NumPy's default and llama.cpp have it; `share`
   from 0 to 1. NaN without figures. */
double plx_percentile(const double *sorted, size_t count, double share);

#endif

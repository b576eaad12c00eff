/* Metrics of full distributions: sums over scored targets, exact and mergeable in any order.

   Tokens of the same probability are ranked at random: what ranks give is its expectation. A target with g
   tokens above it, and one of t that are equal, has the ranks g + 1 … g + t with the same probability. So a
   model that says nothing gains nothing by it: the uniform one is right in 1 of V cases. */
#ifndef PLX_EVAL_DISTRIBUTION_H
#define PLX_EVAL_DISTRIBUTION_H

#include "eval/temperature.h"

/* C. Guo, G. Pleiss, Y. Sun, K. Weinberger, "On Calibration of Modern Neural Networks" (2017): bins of equal
   width, a confidence c being in bin b if b/15 < c ≤ (b + 1)/15. */
#define PLX_CALIBRATION_BINS 15

/* Accuracy at 1, 5 and 10: the target is among so many of the most probable tokens. */
#define PLX_ACCURACIES 3
extern const unsigned plx_accuracy_at[PLX_ACCURACIES];

struct plx_calibration_bin {
    struct plx_exact confidence; /* the highest probability of the row */
    struct plx_exact correct;    /* accuracy at 1 */
};

/* Zero-initialised is empty. */
struct plx_distribution {
    struct plx_exact entropy; /* of the rows, target by target */
    struct plx_exact accuracy[PLX_ACCURACIES];
    struct plx_exact reciprocal_rank;
    struct plx_exact rank;      /* of the targets that the vocabulary has */
    struct plx_exact deviation; /* |Σp − 1| of the rows, target by target */
    double largest_deviation;
    struct plx_calibration_bin bins[PLX_CALIBRATION_BINS];
    struct plx_temperature temperature;
};

/* Where a token stands in a row. */
struct plx_standing {
    uint64_t above; /* tokens of higher probability */
    uint64_t equal; /* of the same, itself included; 0: it is not in the row */
};

/* Expectations over the ranks that the token can have. */
double plx_standing_accuracy(struct plx_standing standing, unsigned at);
double plx_standing_reciprocal(struct plx_standing standing);

/* Adds a target: what it costs, and where it stands in its row. */
void plx_distribution_add(struct plx_distribution *distribution, const struct plx_row *row, double nats,
                          struct plx_standing standing);

void plx_distribution_merge(struct plx_distribution *into, const struct plx_distribution *from);

/* Σ over the bins of |accuracy − mean confidence|, weighted by their targets; NaN without targets. */
double plx_distribution_calibration_error(const struct plx_distribution *distribution);

#endif

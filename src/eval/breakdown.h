/* The cross-entropy in parts: by position, by frequency, by what stands before. Exact sums over scored
   tokens, as in tally.h, which has those by order; those by document are in documents.h. */
#ifndef PLX_EVAL_BREAKDOWN_H
#define PLX_EVAL_BREAKDOWN_H

#include "eval/batch.h"

/* 0 to 15, then from each power of two to the next. */
#define PLX_POSITIONS_SINGLE 16
#define PLX_POSITION_BINS    (PLX_POSITIONS_SINGLE + 60)

/* 0, 1, 2–9, then decades; 20 digits are the most that a count has. */
#define PLX_FREQUENCY_BANDS 22

/* What is asked for, settled. */
struct plx_breakdown_request {
    unsigned parts;                 /* of enum plx_breakdown, without PLX_BREAKDOWN_ALL */
    struct plx_token_counts counts; /* borrowed, and without the counts themselves once they are of no use */
    size_t worst, best;
};

/* Zero-initialised is empty. Only what is asked for is filled. */
struct plx_breakdown_sums {
    struct plx_exact positions[PLX_POSITION_BINS];
    struct plx_exact bands[PLX_FREQUENCY_BANDS];
    struct plx_exact unknown; /* tokens without a band */
    struct plx_exact after[PLX_BEFORE_COUNT];
};

/* Settles what is asked for. PLX_USAGE where something is missing that it needs, or too much is asked for;
   PLX_UNSUPPORTED where the model lacks it; PLX_MISMATCH where the counts are of another vocabulary. */
enum plx_status plx_breakdown_settle(const struct plx_breakdown_options *options,
                                     const struct plx_model *model, const struct plx_plan *plan,
                                     struct plx_breakdown_request *request, struct plx_error *error);

/* Sets the error of a model whose tokens cannot be told apart by a vocabulary; PLX_UNSUPPORTED. */
enum plx_status plx_breakdown_uncountable(const struct plx_model *model, struct plx_error *error);

/* Whether there are sums to be made, target by target. */
bool plx_breakdown_sums_wanted(const struct plx_breakdown_request *request);

/* Whether tokens are wanted one after the other: see trail.h. */
bool plx_breakdown_trail_wanted(const struct plx_breakdown_options *options,
                                const struct plx_breakdown_request *request);

/* Sums up a scored batch in *sums, whatever that held. Any thread. */
void plx_breakdown_measure(const struct plx_breakdown_request *request, const struct plx_batch *batch,
                           struct plx_breakdown_sums *sums);

void plx_breakdown_merge(struct plx_breakdown_sums *into, const struct plx_breakdown_sums *from);

/* The first and the last position of a bin, and count of a band. */
void plx_position_bin_range(size_t bin, uint64_t *from, uint64_t *to);
void plx_frequency_band_range(size_t band, uint64_t *from, uint64_t *to);

#endif

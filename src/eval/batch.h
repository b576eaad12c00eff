/* A batch of windows on its way to the model, and the scores on their way back. */
#ifndef PLX_EVAL_BATCH_H
#define PLX_EVAL_BATCH_H

#include "eval/block.h"
#include "eval/extra.h"
#include "eval/tally.h"

/* What stands right before a target, by the protocol. */
enum plx_before { PLX_BEFORE_NOTHING, PLX_BEFORE_KNOWN, PLX_BEFORE_UNKNOWN, PLX_BEFORE_COUNT };

/* Where the first target of a window stands. */
struct plx_place {
    uint64_t unit;      /* of the corpus, from 0 */
    uint64_t position;  /* in the unit, symbols that the protocol adds not counted */
    uint64_t token;     /* among all tokens that the protocol keeps */
    uint64_t in_window; /* tokens before it in its window of the protocol, counted alike; without windows, the
                           position */
    enum plx_before before;
};

/* The windows of a batch that are still to be asked, of a model that answers window by window (remote.h). */
struct plx_batch_left {
    size_t *indices; /* [count] in the batch */
    size_t *targets; /* [count] of the batch, where theirs begin */
    uint64_t *questions;
    struct plx_window *windows; /* [count] */
    double *nats;               /* of these windows, one behind the other */
    size_t count, capacity, target_count, nats_capacity;
};

/* Zero-initialised is empty; reused. */
struct plx_batch {
    uint32_t *ids; /* contexts and targets of all windows, one window behind the other */
    size_t id_count, id_capacity;
    struct plx_window *windows;
    size_t *offsets;          /* [window_count] where a window begins in ids, until all ids are there */
    struct plx_place *places; /* [window_count] */
    uint64_t first_target;    /* its first target, among all that windows give out */
    size_t window_count, window_capacity;

    /* For each target, in the order of the windows. */
    uint32_t *bytes, *characters;
    uint16_t *flags; /* of enum plx_token_flag and plx_block_flag */
    double *nats;
    uint8_t *orders;    /* only of models that report them */
    float *log10_float; /* likewise */
    size_t target_count, target_capacity;
    uint64_t *numbers; /* [target_count] of the targets, where they are numbered; allocated when needed */
    size_t numbers_capacity;
    bool keeps_raw; /* what the model says is wanted, whatever the protocol makes of it: */
    double *raw;    /* [target_count], allocated when needed */
    size_t raw_capacity;

    bool answered;     /* the model's answers are there already: see resume.h */
    uint64_t question; /* hash of what it is asked, where there is a journal */
    bool nats_there;   /* what the model says of targets is there already, but nothing beyond */
    struct plx_batch_left left;

    struct plx_tally tally;                  /* of this batch */
    const struct plx_extra_request *request; /* what is wanted beyond it; NULL: nothing */
    struct plx_extra extra;                  /* that, of this batch */
    uint32_t *target_ids; /* [target_count], where something is wanted; allocated when needed */
    size_t target_ids_capacity;
    enum plx_status status; /* of scoring it */
    struct plx_error error;
};

/* Empties the batch but keeps its memory. */
void plx_batch_clear(struct plx_batch *batch);

enum plx_status plx_batch_reserve(struct plx_batch *batch, size_t ids, size_t windows, size_t targets,
                                  struct plx_error *error);

/* Numbers the next targets, before they are counted among those of the batch. */
enum plx_status plx_batch_number(struct plx_batch *batch, const uint64_t *numbers, size_t count,
                                 struct plx_error *error);

/* Charges the targets, whose scores are there, by the protocol, and tallies them. */
void plx_batch_tally(struct plx_batch *batch, const struct plx_plan *plan);

/* Scores and tallies the batch; the outcome is in batch->status. Any thread, each with its own session. */
void plx_batch_score(struct plx_batch *batch, const struct plx_plan *plan, struct plx_session *session);

void plx_batch_release(struct plx_batch *batch);

#endif

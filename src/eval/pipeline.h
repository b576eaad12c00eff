/* The way of a corpus to a model: blocks are read and encoded, cut into windows, and these given to whoever
   scores them, in batches. Encoding and scoring go over the thread pool, reading and cutting stay on the
   caller's thread; whatever comes out is taken in the order of the corpus. */
#ifndef PLX_EVAL_PIPELINE_H
#define PLX_EVAL_PIPELINE_H

#include "base/pool.h"
#include "eval/windows.h"

/* What is done with the batches. */
struct plx_pipeline_user {
    /* Scores a batch, with batch->status as the outcome; any thread, several at a time, a session for each.
       `index` is the batch's own, < plx_pipeline_batches. NULL: nobody does. */
    void (*score)(struct plx_batch *batch, size_t index, struct plx_session *session, void *user);
    /* Sees a batch before it is to be scored, on the caller's thread, in the order of the corpus; NULL:
       nobody wants to. */
    enum plx_status (*submit)(void *user, struct plx_batch *batch, struct plx_error *error);
    /* Takes a batch that was scored well: on the caller's thread, in the order of the corpus.
       NULL: nobody wants to. */
    enum plx_status (*take)(void *user, const struct plx_batch *batch, size_t index, struct plx_error *error);
    void *user;
    /* Is shown every block in turn, when the windows have it; NULL: nobody wants to. May call
       plx_pipeline_settle. */
    enum plx_status (*read)(void *user, const struct plx_block *block, struct plx_error *error);
};

struct plx_pipeline {
    const struct plx_model *model;
    struct plx_corpus *corpus;
    const struct plx_evaluate_options *options;
    struct plx_pipeline_user callbacks;
    struct plx_plan plan;
    struct plx_spelling *spelling; /* where it is noted how tokens are spelled; NULL: nowhere */
    unsigned threads;
    size_t batch; /* targets */
    struct plx_pool *pool;
    struct plx_lane *encoding, *scoring;
    struct plx_session **sessions; /* [threads] */
    struct plx_block *blocks;      /* [depth]: given out in turn */
    struct plx_batch *batches;     /* [depth + 1]: likewise; the one being filled is in no lane */
    size_t depth, next_block, next_batch;
    struct plx_seam seam;
    struct plx_windows windows;
    struct plx_text_counts text; /* of the whole corpus */
    uint64_t lost_hyphens;
    uint64_t scored;    /* targets that have come back */
    uint64_t elsewhere; /* targets of other shards */
    double began;
    bool waits; /* for jobs that take long, because the model is remote */
};

/* Targets that are scored together where that takes whole distributions of `types` elements: the more, the
   more of them share a row; the fewer, the sooner is a run interrupted. */
size_t plx_pipeline_rows_batch(uint64_t types);

/* Settles the protocol of the options, or the default one, as the plan. `model`, `corpus` and `options` are
   borrowed until the release, which is to follow in any case. The errors of plx_plan_make. */
enum plx_status plx_pipeline_init(struct plx_pipeline *pipeline, const struct plx_model *model,
                                  struct plx_corpus *corpus, const struct plx_evaluate_options *options,
                                  struct plx_error *error);

/* How many batches there will be in turn. After plx_pipeline_init. */
size_t plx_pipeline_batches(const struct plx_pipeline *pipeline);

/* The whole corpus. `spelling` may be NULL. */
enum plx_status plx_pipeline_run(struct plx_pipeline *pipeline, const struct plx_pipeline_user *callbacks,
                                 struct plx_spelling *spelling, struct plx_error *error);

/* Has all targets scored and taken that the windows have given out, full batch or not. */
enum plx_status plx_pipeline_settle(struct plx_pipeline *pipeline, struct plx_error *error);

/* Since plx_pipeline_init. */
double plx_pipeline_seconds(const struct plx_pipeline *pipeline);

void plx_pipeline_release(struct plx_pipeline *pipeline);

#endif

/* Scored tokens on their way to whoever wants each of them. */
#ifndef PLX_EVAL_TOKEN_FEED_H
#define PLX_EVAL_TOKEN_FEED_H

#include "eval/batch.h"
#include "eval/spelling.h"

#define PLX_FEED_ROWS 512

struct plx_token_feed {
    const struct plx_plan *plan;
    plx_token_sink *sink; /* NULL: nobody */
    void *user;
    struct plx_spelling spelling; /* filled by the windows */
    struct plx_token_score rows[PLX_FEED_ROWS];
    size_t count;
};

void plx_token_feed_init(struct plx_token_feed *feed, const struct plx_plan *plan,
                         const struct plx_model *model, plx_token_sink *sink, void *user);
void plx_token_feed_release(struct plx_token_feed *feed);

/* Lets a trail see them too, which may be the only one to do so. After plx_token_feed_init. */
void plx_token_feed_follow(struct plx_token_feed *feed, struct plx_trail *trail);

/* Hands on the scored targets of the batch; batches come in the order of the corpus. */
enum plx_status plx_token_feed_batch(struct plx_token_feed *feed, const struct plx_batch *batch,
                                     struct plx_error *error);

#endif

/* Models whose answers come from afar: they are asked window by window, and every answer is kept as soon as
   it is there, whoever it comes to and in whatever order. A journal (journal.h) then has a record for each
   window, whose answer is

     double × targets  −ln p

   so that nothing that has been answered is asked again, whatever the batches and threads are. The first
   record is another one, where the model was asked something when it was opened: 2^64 − 1 as the first
   target, no question, and the logarithms in answer. Another model by the same name is recognised by them. */
#ifndef PLX_EVAL_REMOTE_H
#define PLX_EVAL_REMOTE_H

#include "eval/batch.h"
#include "eval/journal.h"

#include <pthread.h>

/* One evaluation. */
struct plx_remote {
    pthread_mutex_t mutex;
    struct plx_journal *journal; /* NULL: none */
    const double *known; /* [known_count] what the model has answered already, if that is not kept yet;
                            else NULL */
    size_t known_count;
    bool made;              /* the mutex */
    bool stopped;           /* nothing more is to be asked */
    struct plx_error error; /* if stopped: why, unless that is PLX_OK */
    uint8_t *answer;        /* of the journal, on its way */
    size_t answer_capacity;
};

/* `journal`, which may be NULL, has been begun and loaded. PLX_MISMATCH where its answers are another
   model's; PLX_MEMORY, PLX_IO. To be released in any case. */
enum plx_status plx_remote_init(struct plx_remote *remote, const struct plx_model *model,
                                struct plx_journal *journal, struct plx_error *error);

/* Gives the windows of a batch the answers that the journal has, and lists those that are left. One thread.
 */
enum plx_status plx_remote_find(struct plx_remote *remote, struct plx_batch *batch, struct plx_error *error);

/* Asks for those that are left; the batch's nats are there then. A failure stops all who ask. Any thread,
   each with its own session. */
enum plx_status plx_remote_ask(struct plx_remote *remote, struct plx_batch *batch,
                               struct plx_session *session, struct plx_error *error);

/* Has whoever still asks stop at the next answer. Any thread. */
void plx_remote_stop(struct plx_remote *remote);

/* The failure that was the first, if one of those who asked has failed; else *error stays as it is. */
void plx_remote_reason(struct plx_remote *remote, struct plx_error *error);

void plx_remote_release(struct plx_remote *remote);

#endif

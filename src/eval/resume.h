/* Batches and the journal (journal.h): those that it answers are not scored. An answer is what the model
   says, before the protocol makes anything of it:

     double × targets  −ln p
     of models that tell matched orders:
       u8 × targets      the order
       float × targets   the logarithm
     where more is asked for of the model:
       what extra_bytes.h makes of its sums, over the batch */
#ifndef PLX_EVAL_RESUME_H
#define PLX_EVAL_RESUME_H

#include "eval/journal.h"
#include "eval/pipeline.h"

/* Begins the journal of an evaluation, of which the model, the plan and the request say what it is; of its
   batches, which are to answer `request` as well (NULL: nothing more), the raw scores are kept. That of a
   remote model is loaded: its records are remote.h's. The errors of plx_journal_begin; PLX_UNSUPPORTED where
   the model has no fingerprint. */
enum plx_status plx_resume_begin(struct plx_journal *journal, struct plx_pipeline *pipeline,
                                 const struct plx_extra_request *request, struct plx_error *error);

/* Gives the batch its answer, if the journal has it. The errors of plx_journal_next. */
enum plx_status plx_resume_find(struct plx_journal *journal, const struct plx_plan *plan,
                                struct plx_batch *batch, struct plx_error *error);

/* Keeps the answer of a batch that was scored; of one that was found, does nothing. */
enum plx_status plx_resume_keep(struct plx_journal *journal, const struct plx_plan *plan,
                                const struct plx_batch *batch, struct plx_error *error);

#endif

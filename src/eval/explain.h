/* One scoring pass, and the numbers that it gives under other protocols too. Each of them follows the pass:
   it has a plan and windows of its own over the same tokens, whose targets take their scores from those of
   the pass where the model saw the same there. A protocol with a target of which that is not true needs a
   pass of its own. */
#ifndef PLX_EVAL_EXPLAIN_H
#define PLX_EVAL_EXPLAIN_H

#include "eval/pipeline.h"
#include "eval/result.h"

struct plx_explain;

/* Every preset that the protocol of the pipeline is not follows it, which must not have run yet; NULL on
   failure. `pipeline` is borrowed. */
struct plx_explain *plx_explain_new(struct plx_pipeline *pipeline, struct plx_error *error);
void plx_explain_free(struct plx_explain *explain);

/* What the pipeline has read and taken, in the order in which it does. */
enum plx_status plx_explain_read(struct plx_explain *explain, const struct plx_block *block,
                                 struct plx_error *error);
enum plx_status plx_explain_take(struct plx_explain *explain, const struct plx_batch *batch,
                                 struct plx_error *error);

/* The end of the corpus: the numbers go into result->explanations, its own first. The result is complete
   otherwise. */
enum plx_status plx_explain_finish(struct plx_explain *explain, struct plx_result *result,
                                   struct plx_error *error);

#endif

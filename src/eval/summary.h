/* What the summary of a tool wants of an evaluation. The runner knows no more of it than this; src/report has
   a file for each tool. */
#ifndef PLX_EVAL_SUMMARY_H
#define PLX_EVAL_SUMMARY_H

#include <perplex/summary.h>

#include "eval/batch.h"
#include "io/output.h"

struct plx_summary_format {
    const char *name;
    const char *description;
    bool ordered; /* needs KenLM's sums in the order of the corpus: see sequence.h */

    /* The protocol by which the tool scores with such a model. */
    void (*protocol)(const struct plx_model_info *model, struct plx_protocol *protocol);

    /* Whether the tool has a number for this; an error that names the field if not. Before anything is
       scored. */
    enum plx_status (*check)(const struct plx_model_info *model, const struct plx_plan *plan,
                             struct plx_error *error);

    /* Takes a scored batch, in the order of the corpus. NULL: what the result has is enough. */
    enum plx_status (*add)(struct plx_summary *summary, const struct plx_plan *plan,
                           const struct plx_batch *batch, struct plx_error *error);

    /* Writes what is left to write. */
    enum plx_status (*finish)(struct plx_summary *summary, const struct plx_result *result,
                              struct plx_error *error);
};

struct plx_summary {
    const struct plx_summary_format *format;
    struct plx_output *output;
    struct plx_exact total; /* of what was scored so far; for those who take batches */
    uint64_t windows;       /* likewise */
};

#endif

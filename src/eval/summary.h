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
    size_t state; /* bytes of its own, zero at first, in plx_summary.state */

    /* The protocol by which the tool scores with such a model: of those that it may score by, the one most
       like `given`, which is settled; NULL: the one it scores by where nothing is said. */
    void (*protocol)(const struct plx_model_info *model, const struct plx_protocol *given,
                     struct plx_protocol *protocol);

    /* Whether the tool has a number for this, where the mean is that of tokens. */
    bool (*allows)(const struct plx_plan *plan);

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
    void *state; /* the format's; NULL: none */
};

/* Whether the tool has a number for the plan. The mean of all of them is that of tokens; the conventions of a
   result are out of sums, and stand beside any mean. */
bool plx_summary_allows(const struct plx_summary_format *format, const struct plx_plan *plan);

/* The same of a plan made for that model and corpus, before anything is scored: PLX_USAGE, with a message
   that names the field of the protocol, or PLX_UNSUPPORTED where it has no number for such a model;
   PLX_MEMORY. */
enum plx_status plx_summary_check(const struct plx_summary_format *format, const struct plx_model *model,
                                  const struct plx_corpus_info *corpus, const struct plx_plan *plan,
                                  struct plx_error *error);

#endif

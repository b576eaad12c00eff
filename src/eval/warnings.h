/* What a run has to warn of: deviations of the model, and doubts about the fit of model and corpus. */
#ifndef PLX_EVAL_WARNINGS_H
#define PLX_EVAL_WARNINGS_H

#include <perplex/model.h>

#include "eval/pipeline.h"

#define PLX_WARNINGS 24

/* Zero-initialised is empty. */
struct plx_warnings {
    struct plx_warning list[PLX_WARNINGS];
    size_t count;
};

/* The model's, without notes; as many as there is room for, as in all of these. */
void plx_warnings_add_model(struct plx_warnings *warnings, const struct plx_model *model);

/* Says where the text visibly does not fit the model, and where the peer would not take it. `corpus` names
   it: "corpus". */
void plx_warnings_doubt(struct plx_warnings *warnings, const struct plx_pipeline *pipeline,
                        const char *corpus);

/* Says where the bytes that tokens stand for do not come to those of the original. */
void plx_warnings_original(struct plx_warnings *warnings, const struct plx_pipeline *pipeline);

/* The doubts that depend on what was scored come behind all others, so that shards agree in the rest. */

/* Says where the vocabulary visibly does not belong to the text: `strange` of the targets are unknown,
   literal symbols for unknown words apart. */
void plx_warnings_unknown(struct plx_warnings *warnings, const char *corpus, uint64_t strange,
                          uint64_t targets);

/* Says where the bytes that tokens stand for are an estimate, by where they come from (source of struct
   plx_original_info, or ""): `unscored` tokens of the corpus were not scored. */
void plx_warnings_spread(struct plx_warnings *warnings, const char *source, uint64_t unscored);

#endif

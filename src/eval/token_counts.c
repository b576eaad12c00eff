/* How often each token occurs in a corpus: through the pipeline as for an evaluation, but nothing is
   scored. */
#include <perplex/evaluate.h>

#include "base/memory.h"
#include "eval/breakdown.h"
#include "eval/pipeline.h"

#include <stdlib.h>

/* The counters, once it is known what they are for. */
static enum plx_status begin(const struct plx_model *model, const struct plx_plan *plan,
                             struct plx_token_counts *counts, struct plx_error *error)
{
    const uint64_t vocabulary = plx_model_info(model)->vocabulary;
    if (vocabulary == 0 || !plan->named)
        return plx_breakdown_uncountable(model, error);
    counts->vocabulary = vocabulary;
    counts->counts = plx_new_array((size_t)vocabulary, sizeof *counts->counts, error);
    return counts->counts ? PLX_OK : PLX_MEMORY;
}

bool plx_token_counts_possible(const struct plx_model *model, const struct plx_corpus *corpus)
{
    struct plx_corpus_info info;
    plx_corpus_info(corpus, &info);
    return plx_model_info(model)->vocabulary > 0 && plx_plan_named(plx_model_info(model), &info);
}

/* The protocol without what would end or refuse the counting. */
static struct plx_protocol loosen(const struct plx_protocol *protocol)
{
    struct plx_protocol loose = *protocol;
    loose.limit = 0;
    if (loose.unknown == PLX_UNKNOWN_ERROR)
        loose.unknown = PLX_UNKNOWN_ZERO;
    return loose;
}

enum plx_status plx_token_counts_make(const struct plx_model *model, struct plx_corpus *corpus,
                                      const struct plx_evaluate_options *options,
                                      struct plx_token_counts *counts, struct plx_error *error)
{
    const struct plx_pipeline_user callbacks = {0};
    struct plx_evaluate_options settled = options ? *options : (struct plx_evaluate_options){0};
    struct plx_corpus_info info;
    struct plx_pipeline pipeline;
    plx_corpus_info(corpus, &info);
    const struct plx_protocol protocol =
        loosen(settled.protocol ? settled.protocol : plx_protocol_default(plx_model_info(model), &info));
    settled.protocol = &protocol;
    *counts = (struct plx_token_counts){0};
    enum plx_status status = plx_pipeline_init(&pipeline, model, corpus, &settled, error);
    if (status == PLX_OK)
        status = begin(model, &pipeline.plan, counts, error);
    if (status == PLX_OK) {
        plx_windows_count(&pipeline.windows, counts);
        status = plx_pipeline_run(&pipeline, &callbacks, NULL, error);
    }
    plx_pipeline_release(&pipeline);
    return status ? status : plx_corpus_sha256(corpus, counts->sha256, error);
}

void plx_token_counts_release(struct plx_token_counts *counts)
{
    free(counts->counts);
    *counts = (struct plx_token_counts){0};
}

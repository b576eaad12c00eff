/* What models behind an endpoint have beside others, for all models. */
#include "model/model.h"

#include "base/error.h"

void plx_model_endpoint_counts(const struct plx_model *model, struct plx_endpoint_counts *counts)
{
    *counts = (struct plx_endpoint_counts){0};
    if (model->class->endpoint_counts)
        model->class->endpoint_counts(model, counts);
}

void plx_model_estimate(const struct plx_model *model, const struct plx_window *windows, size_t count,
                        uint64_t *requests, uint64_t *tokens)
{
    if (model->class->estimate && count > 0)
        model->class->estimate(model, windows, count, requests, tokens);
}

enum plx_status plx_model_tokenize(const struct plx_model *model, const char *text, size_t size,
                                   struct plx_text_tokens *tokens, struct plx_error *error)
{
    const size_t before = tokens->count;
    size_t at = 0;
    enum plx_status status = model->class->tokenize(model, text, size, tokens, error);
    for (size_t i = before; i < tokens->count && status == PLX_OK; i++) {
        const bool backwards = tokens->ends[i] < at || tokens->ends[i] > size;
        if (backwards || (model->info.vocabulary && tokens->ids[i] >= model->info.vocabulary))
            status = plx_error_set(error, PLX_MISMATCH,
                                   "token %zu of a text of %zu bytes has the id %lu and ends at "
                                   "byte %zu, the one before it at byte %zu",
                                   i - before + 1, size, (unsigned long)tokens->ids[i], tokens->ends[i], at);
        at = tokens->ends[i];
    }
    if (status == PLX_OK && at != size)
        status =
            plx_error_set(error, PLX_MISMATCH, "the tokens of a text of %zu bytes end at byte %zu", size, at);
    return status ? plx_error_input(error, model->name) : PLX_OK;
}

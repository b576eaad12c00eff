/* What models behind an endpoint have beside others, for all models. */
#include "model/model.h"

#include "base/error.h"

#include <math.h>

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

const double *plx_model_known_answer(const struct plx_model *model, size_t *count)
{
    *count = 0;
    return model->class->known_answer ? model->class->known_answer(model, count) : NULL;
}

double plx_answers_apart(const double *a, const double *b, size_t count, size_t *at)
{
    double most = 0;
    *at = 0;
    for (size_t i = 0; i < count; i++) {
        const bool same = a[i] == b[i] || (isnan(a[i]) && isnan(b[i]));
        const double apart = same                               ? 0
                             : isfinite(a[i]) && isfinite(b[i]) ? fabs(a[i] - b[i])
                                                                : (double)INFINITY;
        if (apart > most) {
            most = apart;
            *at = i;
        }
    }
    return most;
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

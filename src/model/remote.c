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

#include "model/neural.h"

#include "base/memory.h"
#include "model/neural_memo.h"
#include "model/roles.h"
#include "model/token_list.h"

#include <stdlib.h>

/* Targets that are best scored together: the more, the fuller are the tiles of contexts; the fewer, the more
   evenly threads are busy. */
#define BATCH 16384

static enum plx_status fill_info(struct plx_neural_model *model, const struct plx_model_options *options,
                                 const char *input, struct plx_error *error)
{
    struct plx_model_info *info = &model->base.info;
    info->kind = PLX_KIND_NEURAL;
    info->context_length = model->context;
    info->least_context = model->padding == PLX_NO_TOKEN ? model->context : 0;
    info->vocabulary = model->types;
    info->start = info->end = info->unknown = PLX_NO_TOKEN;
    info->start_repeat = (unsigned)model->context;
    info->capabilities = PLX_FULL_DISTRIBUTION;
    info->batch = BATCH;
    if (info->least_context == 0)
        info->capabilities |= PLX_EMPTY_CONTEXT;
    const enum plx_status status = plx_token_list_open(
        input, options, info->vocabulary, &model->base.vocabulary, info->vocabulary_sha256, error);
    if (status)
        return status;
    if (model->base.vocabulary)
        info->capabilities |= PLX_STRING_TOKENS;
    return plx_roles_find(&model->tensors, input, &model->base, error);
}

static void close_model(struct plx_model *base)
{
    struct plx_neural_model *model = (struct plx_neural_model *)(void *)base;
    plx_tensors_release(&model->tensors);
    free(model->rows);
    free(model->layers);
    plx_memo_free(model->memo);
    free(model);
}

static const struct plx_model_class NEURAL = {
    .close = close_model,
    .session_new = plx_neural_session_new,
    .session_free = plx_neural_session_free,
    .score = plx_neural_score,
    .distributions = plx_neural_distributions,
};

enum plx_status plx_neural_open(struct plx_tensors *tensors, const char *input,
                                const struct plx_model_options *options, struct plx_model **opened,
                                struct plx_error *error)
{
    *opened = NULL;
    struct plx_neural_model *model = plx_new_array(1, sizeof *model, error);
    if (!model) {
        plx_tensors_release(tensors);
        return PLX_MEMORY;
    }
    model->base.class = &NEURAL;
    model->tensors = *tensors;
    *tensors = (struct plx_tensors){0};
    enum plx_status status = plx_neural_bind(model, input, error);
    if (status == PLX_OK)
        status = fill_info(model, options, input, error);
    if (status)
        goto fail;
    const struct plx_tensor *first = model->logits ? model->logits : model->embed;
    model->memo = plx_memo_new(model->context, first->shape[0], error);
    if (!model->memo) {
        status = PLX_MEMORY;
        goto fail;
    }
    *opened = &model->base;
    return PLX_OK;
fail:
    plx_vocabulary_free(model->base.vocabulary);
    close_model(&model->base);
    return status;
}

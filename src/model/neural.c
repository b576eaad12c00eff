#include "model/neural.h"

#include "base/memory.h"
#include "model/roles.h"
#include "model/token_list.h"

#include <stdlib.h>

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
    free(model->memo);
    free(model);
}

static const struct plx_model_class NEURAL = {
    .close = close_model,
    .session_new = plx_neural_session_new,
    .session_free = plx_neural_session_free,
    .score = plx_neural_score,
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
    model->memo = plx_new_array(model->types, sizeof *model->memo, error);
    if (!model->memo) {
        status = PLX_MEMORY;
        goto fail;
    }
    for (size_t i = 0; i < model->types; i++)
        atomic_init(model->memo + i, PLX_BIGRAM_UNKNOWN);
    *opened = &model->base;
    return PLX_OK;
fail:
    plx_vocabulary_free(model->base.vocabulary);
    close_model(&model->base);
    return status;
}

#include "model/neural.h"

#include "base/memory.h"
#include "model/neural_memo.h"
#include "model/neural_outputs.h"
#include "model/roles.h"
#include "model/token_list.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Targets that are best scored together: the more, the fuller are the tiles of contexts; the fewer, the more
   evenly threads are busy, and the sooner is an evaluation interrupted. */
#define BATCH_LEAST 1024
#define BATCH_MOST  8192

/* The most inputs of a layer: a tile of contexts takes 12 bytes times 128 for each in every thread, and
   matrix libraries count in int. */
#define WIDTH_MOST (1 << 16)

/* Products of a batch: some tenths of a second, if that is not too few targets. */
#define BATCH_PRODUCTS 3e10

static void close_model(struct plx_model *base)
{
    struct plx_neural_model *model = (struct plx_neural_model *)(void *)base;
    plx_tensors_release(&model->tensors);
    free(model->rows);
    free(model->centre);
    free(model->layers);
    free(model->vocabulary_file);
    plx_memo_free(model->memo);
    free(model);
}

static const struct plx_tensor *get_tensor(const struct plx_model *base, size_t index, char *role,
                                           size_t capacity)
{
    const struct plx_neural_model *model = (const struct plx_neural_model *)(const void *)base;
    if (index >= model->tensors.count)
        return NULL;
    const struct plx_tensor *tensor = model->tensors.tensors + index;
    if (!plx_neural_role(model, tensor, role, capacity))
        snprintf(role, capacity, "%s", "");
    return tensor;
}

static const struct plx_model_class NEURAL = {
    .close = close_model,
    .session_new = plx_neural_session_new,
    .session_free = plx_neural_session_free,
    .score = plx_neural_score,
    .distributions = plx_neural_distributions,
    .tensor = get_tensor,
};

static bool is_feed_forward(const struct plx_neural_model *model)
{
    return model->layer_count > 0 || model->context > 1 || model->direct;
}

/* `padding` is "none", "start" or a row of the embeddings. Where nothing is said, a row that is there for it
   pads, else the start symbol's. */
static enum plx_status choose_padding(struct plx_neural_model *model, const struct plx_claims *claims,
                                      struct plx_error *error)
{
    static const char KEY[] = "padding";
    const uint32_t start = model->base.info.start;
    const char *said = plx_claims_get(claims, KEY);
    const bool feed_forward = is_feed_forward(model);
    uint64_t row = PLX_NO_TOKEN;
    if (said && strcmp(said, "none") == 0) {
        model->padding = PLX_NO_TOKEN;
        return PLX_OK;
    }
    if (said && !feed_forward)
        return plx_claims_error(claims, KEY, error, "is for feed-forward models");
    if (said && strcmp(said, "start") != 0) {
        const enum plx_status status =
            plx_claims_u64(claims, KEY, 0, model->embed->shape[0] - 1, &row, error);
        model->padding = (uint32_t)row;
        model->start_pads = start != PLX_NO_TOKEN && row == plx_neural_row(model, start);
        return status;
    }
    if (said && start == PLX_NO_TOKEN)
        return plx_claims_error(claims, KEY, error, "is \"start\", but the model has no start symbol");
    if (start != PLX_NO_TOKEN && feed_forward && (said || model->padding == PLX_NO_TOKEN)) {
        model->padding = plx_neural_row(model, start);
        model->start_pads = true;
    }
    return PLX_OK;
}

static void add_property(struct plx_neural_model *model, const char *name, const char *text, uint64_t number)
{
    model->properties[model->base.info.property_count++] =
        (struct plx_model_property){.name = name, .text = text, .number = number};
}

/* Where the words are from, and what a feed-forward model has and others have not. */
static void list_properties(struct plx_neural_model *model)
{
    const uint32_t start = model->base.info.start;
    model->base.info.properties = model->properties;
    if (model->vocabulary_file)
        add_property(model, "vocabulary_file", model->vocabulary_file, 0);
    if (!is_feed_forward(model))
        return;
    add_property(model, "hidden_layers", NULL, model->layer_count);
    if (model->layer_count > 0)
        add_property(model, "activation", plx_activation_name(model->activation), 0);
    add_property(model, "embedding_dimension", NULL, model->depth);
    add_property(model, "direct_connections", model->direct ? "yes" : "no", 0);
    add_property(model, "context_order", model->newest_first ? "newest-first" : "oldest-first", 0);
    if (model->padding == PLX_NO_TOKEN)
        snprintf(model->padding_text, sizeof model->padding_text, "none");
    else if (start != PLX_NO_TOKEN && model->padding == plx_neural_row(model, start))
        snprintf(model->padding_text, sizeof model->padding_text, "start symbol");
    else
        snprintf(model->padding_text, sizeof model->padding_text, "row %" PRIu32 " of the embeddings",
                 model->padding);
    add_property(model, "padding", model->padding_text, 0);
}

static size_t batch_of(const struct plx_neural_model *model)
{
    const double products =
        model->logits ? (double)model->types : (double)model->outputs * (double)plx_features_width(model);
    const double targets = BATCH_PRODUCTS / products;
    return targets < BATCH_LEAST ? BATCH_LEAST : targets > BATCH_MOST ? BATCH_MOST : (size_t)targets;
}

static enum plx_status fill_info(struct plx_neural_model *model, const struct plx_claims *claims,
                                 struct plx_error *error)
{
    struct plx_model_info *info = &model->base.info;
    info->kind = PLX_KIND_NEURAL;
    info->capabilities = PLX_FULL_DISTRIBUTION;
    info->batch = batch_of(model);
    info->context_length = model->context;
    info->vocabulary = model->types;
    info->start = info->end = info->unknown = PLX_NO_TOKEN;
    if (model->base.vocabulary)
        info->capabilities |= PLX_STRING_TOKENS;
    enum plx_status status = plx_roles_find(claims, &model->base, error);
    if (status == PLX_OK)
        status = choose_padding(model, claims, error);
    if (status)
        return status;
    info->least_context = model->padding == PLX_NO_TOKEN ? model->context : 0;
    if (info->least_context == 0)
        info->capabilities |= PLX_EMPTY_CONTEXT;
    /* What else pads stands before a single start symbol. */
    info->start_repeat = model->padding == PLX_NO_TOKEN || model->start_pads ? (unsigned)model->context : 1;
    list_properties(model);
    return PLX_OK;
}

struct plx_neural_model *plx_neural_new(struct plx_tensors *tensors, struct plx_error *error)
{
    struct plx_neural_model *model = plx_new_array(1, sizeof *model, error);
    if (!model) {
        plx_tensors_release(tensors);
        return NULL;
    }
    model->base.class = &NEURAL;
    model->padding = PLX_NO_TOKEN;
    model->tensors = *tensors;
    *tensors = (struct plx_tensors){0};
    return model;
}

static enum plx_status release(struct plx_neural_model *model, enum plx_status status)
{
    plx_vocabulary_free(model->base.vocabulary);
    close_model(&model->base);
    return status;
}

/* What the matrix products can take; and what their rounding depends on. */
static enum plx_status prepare_outputs(struct plx_neural_model *model, const char *input,
                                       struct plx_error *error)
{
    size_t widest = plx_features_width(model);
    for (size_t l = 0; l < model->layer_count; l++)
        widest = model->layers[l].inputs > widest ? model->layers[l].inputs : widest;
    if (widest <= WIDTH_MOST)
        return plx_outputs_measure(model, error);
    plx_error_set(error, PLX_UNSUPPORTED, "a layer of %zu inputs: up to %d are supported", widest,
                  WIDTH_MOST);
    return plx_error_input(error, input);
}

enum plx_status plx_neural_finish(struct plx_neural_model *model, const struct plx_claims *claims,
                                  const struct plx_model_options *options, struct plx_model **opened,
                                  struct plx_error *error)
{
    *opened = NULL;
    enum plx_status status = plx_neural_check_weights(model, claims, options->allow_non_finite, error);
    if (status == PLX_OK)
        status = fill_info(model, claims, error);
    if (status == PLX_OK && !model->logits)
        status = prepare_outputs(model, claims->input, error);
    if (status)
        return release(model, status);
    const struct plx_tensor *first = model->logits ? model->logits : model->embed;
    model->memo = plx_memo_new(model->context, first->shape[0], error);
    if (!model->memo)
        return release(model, PLX_MEMORY);
    *opened = &model->base;
    return PLX_OK;
}

enum plx_status plx_neural_open_claimed(struct plx_tensors *tensors, const struct plx_claims *claims,
                                        const struct plx_model_options *options, struct plx_model **opened,
                                        struct plx_error *error)
{
    *opened = NULL;
    struct plx_neural_model *model = plx_neural_new(tensors, error);
    if (!model)
        return PLX_MEMORY;
    struct plx_claims all = *claims;
    all.tensors = &model->tensors;
    enum plx_status status = plx_neural_bind(model, &all, error);
    if (status == PLX_OK)
        status = plx_token_list_open(claims->input, options, model->types, &model->base.vocabulary,
                                     &model->vocabulary_file, model->base.info.vocabulary_sha256, error);
    return status ? release(model, status) : plx_neural_finish(model, &all, options, opened, error);
}

enum plx_status plx_neural_open(struct plx_tensors *tensors, const char *input,
                                const struct plx_model_options *options, struct plx_model **opened,
                                struct plx_error *error)
{
    return plx_neural_open_claimed(tensors, &(struct plx_claims){.input = input}, options, opened, error);
}

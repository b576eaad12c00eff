#include "model/neural.h"

#include <stdio.h>
#include <string.h>

/* The roles of a bigram's tensors are their names. */
#define LOGITS "logits"
#define EMBED  "embed.weight"
#define OUT    "out.weight"
#define BIAS   "out.bias"

/* What only a feed-forward n-gram model has. */
#define HIDDEN "hidden.weight"

/* "embed.weight F16 [5, 2], …": the tensors of the file, as many as fit. */
static void list_tensors(const struct plx_tensors *file, char *text, size_t capacity)
{
    size_t used = 0;
    snprintf(text, capacity, "no tensors");
    for (size_t i = 0; i < file->count; i++) {
        char one[160];
        const size_t length = plx_tensor_describe(file->tensors + i, one, sizeof one);
        if (used + length + 24 > capacity) {
            snprintf(text + used, capacity - used, " and %zu more", file->count - i);
            return;
        }
        used += (size_t)snprintf(text + used, capacity - used, "%s%s", i ? ", " : "", one);
    }
}

/* An error about what the file holds, which it lists. `what` ends before "; the file has ...". */
static enum plx_status fail_with_list(const struct plx_tensors *file, enum plx_status status,
                                      const char *what, const char *input, struct plx_error *error)
{
    char list[320];
    list_tensors(file, list, sizeof list);
    plx_error_set(error, status, "%.180s; the file has %s", what, list);
    return plx_error_input(error, input);
}

static enum plx_status fail_architecture(const char *architecture, const char *input, struct plx_error *error)
{
    plx_error_set(error, PLX_UNSUPPORTED, "a model of architecture \"%.60s\" is not supported", architecture);
    plx_error_input(error, input);
    return plx_error_hint(error, "bigram models are: a tensor " LOGITS " [V, V], or " EMBED
                                 " [V, d] with " OUT " [V, d] and " BIAS " [V]");
}

/* Table or factored: by the metadata, and by the names of the tensors. */
static enum plx_status find_architecture(const struct plx_tensors *file, const char *input, bool *table,
                                         struct plx_error *error)
{
    const char *named = plx_tensors_metadata(file, "perplex.architecture");
    const bool logits = plx_tensors_find(file, LOGITS) != NULL;
    const bool embed = plx_tensors_find(file, EMBED) != NULL;
    const bool only_table = named && strcmp(named, "table") == 0;
    if (named && !only_table && strcmp(named, "bigram") != 0)
        return fail_architecture(named, input, error);
    if (plx_tensors_find(file, HIDDEN))
        return fail_architecture("ffn", input, error);
    *table = logits;
    if (only_table && !logits)
        return fail_with_list(file, PLX_MALFORMED, "a table needs a tensor " LOGITS, input, error);
    if (only_table || logits != embed)
        return PLX_OK;
    if (logits)
        return fail_with_list(file, PLX_MALFORMED,
                              "both " LOGITS " (a table) and " EMBED " (a factored bigram)", input, error);
    return fail_with_list(file, named ? PLX_MALFORMED : PLX_UNSUPPORTED,
                          "a bigram needs a tensor " LOGITS " (a table) or " EMBED " (factored)", input,
                          error);
}

/* The tensor must be [rows, columns], or [rows] where columns is 0. A `tensor` of NULL is fine. */
static enum plx_status check_shape(const struct plx_tensor *tensor, size_t rows, size_t columns,
                                   const char *input, struct plx_error *error)
{
    char found[160], wanted[64];
    const unsigned dimensions = columns ? 2 : 1;
    if (!tensor || (tensor->dimensions == dimensions && tensor->shape[0] == rows &&
                    (dimensions == 1 || tensor->shape[1] == columns)))
        return PLX_OK;
    plx_tensor_describe(tensor, found, sizeof found);
    if (columns)
        snprintf(wanted, sizeof wanted, "[%zu, %zu]", rows, columns);
    else
        snprintf(wanted, sizeof wanted, "[%zu]", rows);
    plx_error_set(error, PLX_MALFORMED, "tensor %s should be %s", found, wanted);
    return plx_error_input(error, input);
}

/* The tensor that fixes V and, of the factored form, d. */
static enum plx_status check_first(const struct plx_tensor *tensor, const char *input,
                                   struct plx_error *error)
{
    char found[160];
    if (tensor->dimensions == 2 && tensor->shape[0] > 0 && tensor->shape[1] > 0 &&
        tensor->shape[0] < PLX_NO_TOKEN)
        return PLX_OK;
    plx_tensor_describe(tensor, found, sizeof found);
    plx_error_set(error, PLX_MALFORMED, "tensor %s should be two-dimensional, with a row for each token",
                  found);
    return plx_error_input(error, input);
}

static enum plx_status bind_tensors(struct plx_neural_model *model, const char *input,
                                    struct plx_error *error)
{
    const struct plx_tensors *file = &model->tensors;
    bool table = false;
    enum plx_status status = find_architecture(file, input, &table, error);
    if (status)
        return status;
    const struct plx_tensor *first = plx_tensors_find(file, table ? LOGITS : EMBED);
    status = first ? check_first(first, input, error) : PLX_INTERNAL;
    if (status)
        return status;
    model->types = first->shape[0];
    model->outputs = model->types;
    model->padding = PLX_NO_TOKEN;
    model->context = 1;
    model->base.info.order = 2;
    model->base.info.architecture = table ? "table" : "factored";
    if (table) {
        model->logits = first;
        return check_shape(first, model->types, model->types, input, error);
    }
    model->depth = model->width = first->shape[1];
    model->embed = first;
    model->out = plx_tensors_find(file, OUT);
    model->bias = plx_tensors_find(file, BIAS);
    if (!model->out) /* weight tying */
        model->out = first;
    status = check_shape(model->out, model->types, model->depth, input, error);
    return status ? status : check_shape(model->bias, model->types, 0, input, error);
}

static bool is_used(const struct plx_neural_model *model, const struct plx_tensor *tensor)
{
    return tensor == model->logits || tensor == model->embed || tensor == model->out || tensor == model->bias;
}

/* Counts the weights, which must be finite. A tensor without a role is a warning where the metadata say what
   the model is, and else a reason to doubt that it is one. */
static enum plx_status check_weights(struct plx_neural_model *model, const char *input,
                                     struct plx_error *error)
{
    const struct plx_tensors *file = &model->tensors;
    for (size_t i = 0; i < file->count; i++) {
        const struct plx_tensor *tensor = file->tensors + i;
        if (!is_used(model, tensor)) {
            if (!plx_tensors_metadata(file, "perplex.architecture"))
                return fail_with_list(file, PLX_UNSUPPORTED, "not all tensors have a role in a bigram model",
                                      input, error);
            plx_model_warn(&model->base, "unused-tensor", 0,
                           "tensor \"%.100s\" has no role in a bigram model", tensor->name);
            continue;
        }
        model->base.info.parameters += tensor->count;
        const size_t bad = plx_tensor_find_non_finite(tensor);
        if (bad < tensor->count) {
            plx_error_set(error, PLX_MALFORMED, "element %zu of tensor \"%.100s\" is not a finite number",
                          bad, tensor->name);
            plx_error_input(error, input);
            return plx_error_hint(error, "did the training diverge?");
        }
    }
    return PLX_OK;
}

enum plx_status plx_neural_bind(struct plx_neural_model *model, const char *input, struct plx_error *error)
{
    const enum plx_status status = bind_tensors(model, input, error);
    return status ? status : check_weights(model, input, error);
}

/* The weights of a neural model: which tensors are used, how many numbers they have, and that all are some.
 */
#include "base/json.h"
#include "model/neural.h"
#include "model/neural_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool plx_neural_role(const struct plx_neural_model *model, const struct plx_tensor *tensor, char *role,
                     size_t capacity)
{
    const struct {
        const struct plx_tensor *tensor;
        const char *role;
    } single[] = {{model->logits, PLX_ROLE_LOGITS},
                  {model->embed, PLX_ROLE_EMBED},
                  {model->out, PLX_ROLE_OUT},
                  {model->bias, PLX_ROLE_BIAS},
                  {model->direct, PLX_ROLE_DIRECT}};
    for (size_t i = 0; i < sizeof single / sizeof *single; i++) {
        if (single[i].tensor == tensor) {
            snprintf(role, capacity, "%s", single[i].role);
            return true;
        }
    }
    for (size_t i = 0; i < model->layer_count; i++) {
        const bool weight = model->layers[i].weight == tensor;
        if (weight || model->layers[i].bias == tensor) {
            snprintf(role, capacity, "hidden.%zu.%s", i, weight ? "weight" : "bias");
            return true;
        }
    }
    return false;
}

/* The tensor that a layer has for "weight" or "bias"; NULL: none. */
static const struct plx_tensor *part_of(const struct plx_neural_model *model, size_t layer, const char *part)
{
    if (layer >= model->layer_count)
        return NULL;
    return strcmp(part, "weight") == 0 ? model->layers[layer].weight : model->layers[layer].bias;
}

/* The tensor that the model has in the role. */
static const struct plx_tensor *used_as(const struct plx_neural_model *model, const char *role)
{
    const size_t prefix = sizeof PLX_ROLE_LAYERS - 1;
    if (strncmp(role, PLX_ROLE_LAYERS, prefix) == 0) {
        char *part;
        const size_t layer = strtoul(role + prefix, &part, 10);
        return part_of(model, layer, *part == '.' ? part + 1 : part);
    }
    return strcmp(role, PLX_ROLE_LOGITS) == 0  ? model->logits
           : strcmp(role, PLX_ROLE_EMBED) == 0 ? model->embed
           : strcmp(role, PLX_ROLE_OUT) == 0   ? model->out
           : strcmp(role, PLX_ROLE_BIAS) == 0  ? model->bias
                                               : model->direct;
}

/* Why a role that exists has not been used: a layer is missing before it, or the model has none of that. */
static void explain_role(const struct plx_neural_model *model, const struct plx_claims *claims,
                         const char *role, char *text, size_t capacity)
{
    const bool hidden = strncmp(role, PLX_ROLE_LAYERS, sizeof PLX_ROLE_LAYERS - 1) == 0;
    if (!hidden || !model->embed)
        snprintf(text, capacity, "there is %s, but the model is %s", role, model->base.info.architecture);
    else if (plx_neural_find(claims, PLX_ROLE_HIDDEN))
        snprintf(text, capacity, "both " PLX_ROLE_HIDDEN " and %s", role);
    else if (strcmp(role, PLX_ROLE_HIDDEN_BIAS) == 0)
        snprintf(text, capacity, "there is %s, but no " PLX_ROLE_HIDDEN, role);
    else
        snprintf(text, capacity, "there is %s, but no " PLX_ROLE_LAYERS "%zu.weight", role,
                 model->layer_count);
}

/* Of a file with a table and another model too. */
static bool belongs_to_other(const struct plx_neural_model *model, const struct plx_claims *claims,
                             const char *role)
{
    return plx_neural_find(claims, PLX_ROLE_LOGITS) && plx_neural_find(claims, PLX_ROLE_EMBED) &&
           (model->logits != NULL) != (strcmp(role, PLX_ROLE_LOGITS) == 0);
}

/* What a description names is there to be used. */
static enum plx_status check_names(const struct plx_neural_model *model, const struct plx_claims *claims,
                                   struct plx_error *error)
{
    static const struct plx_json_path ROOT = {0};
    const struct plx_json_path place = {.parent = &ROOT, .key = "tensors"};
    const cJSON *name;
    cJSON_ArrayForEach(name, claims->names)
    {
        const struct plx_json_path path = {.parent = &place, .key = name->string};
        char text[160];
        if (used_as(model, name->string) == plx_tensors_find(claims->tensors, name->valuestring))
            continue;
        explain_role(model, claims, name->string, text, sizeof text);
        return plx_json_error(&path, claims->description, error, "%s", text);
    }
    return PLX_OK;
}

enum plx_status plx_neural_check_roles(const struct plx_neural_model *model, const struct plx_claims *claims,
                                       struct plx_error *error)
{
    const enum plx_status status = check_names(model, claims, error);
    char text[160];
    for (size_t i = 0; i < model->tensors.count && status == PLX_OK; i++) {
        const struct plx_tensor *tensor = model->tensors.tensors + i;
        const char *name = tensor->name;
        const bool is_role = plx_neural_role_exists(name);
        if (is_role && plx_neural_find(claims, name) == tensor && used_as(model, name) != tensor &&
            !belongs_to_other(model, claims, name)) {
            explain_role(model, claims, name, text, sizeof text);
            return plx_neural_fail(claims, PLX_MALFORMED, text, error);
        }
        if (is_role || claims->names || !plx_neural_layer_named(name) ||
            plx_neural_role(model, tensor, text, sizeof text))
            continue;
        snprintf(text, sizeof text,
                 "the tensor \"%.60s\" has the name of a layer, but no place among the others", name);
        plx_neural_fail(claims, plx_claims_named(claims) ? PLX_MALFORMED : PLX_UNSUPPORTED, text, error);
        return plx_error_hint(error, "a description (JSON) can say which tensor has which role");
    }
    return status;
}

/* Training that diverged leaves NaN behind. */
static enum plx_status check_finite(struct plx_neural_model *model, const struct plx_claims *claims,
                                    const struct plx_tensor *tensor, bool tolerant, struct plx_error *error)
{
    char place[PLX_TENSOR_PLACE];
    const size_t bad = plx_tensor_find_non_finite(tensor);
    if (bad == tensor->count)
        return PLX_OK;
    plx_tensor_place(tensor, bad, place, sizeof place);
    if (tolerant) {
        plx_model_warn(&model->base, "not-finite", 0,
                       "element %s of tensor \"%.100s\" is not a finite number: it cannot be evaluated",
                       place, tensor->name);
        return PLX_OK;
    }
    plx_error_set(error, PLX_MALFORMED, "element %s of tensor \"%.100s\" is not a finite number", place,
                  tensor->name);
    plx_error_input(error, claims->input);
    return plx_error_hint(error, "did the training diverge? `perplex inspect` counts them");
}

enum plx_status plx_neural_check_weights(struct plx_neural_model *model, const struct plx_claims *claims,
                                         bool tolerant, struct plx_error *error)
{
    const struct plx_tensors *file = &model->tensors;
    char role[PLX_ROLE_BYTES];
    for (size_t i = 0; i < file->count; i++) {
        const struct plx_tensor *tensor = file->tensors + i;
        if (plx_neural_role(model, tensor, role, sizeof role)) {
            const enum plx_status status = check_finite(model, claims, tensor, tolerant, error);
            if (status)
                return status;
            model->base.info.parameters += tensor->count;
            continue;
        }
        if (!plx_claims_named(claims)) {
            char what[160];
            snprintf(what, sizeof what, "the tensor \"%.60s\" has no role in a model that is %s otherwise",
                     tensor->name, model->base.info.architecture);
            return plx_neural_fail(claims, PLX_UNSUPPORTED, what, error);
        }
        plx_model_warn(&model->base, "unused-tensor", 0, "tensor \"%.100s\" has no role in the model",
                       tensor->name);
    }
    return PLX_OK;
}

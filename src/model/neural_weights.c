/* The weights of a neural model: which tensors are used, how many numbers they have, and that all are some.
 */
#include "model/neural.h"
#include "model/neural_names.h"

#include <stdio.h>

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

#include "inspect/deep.h"

#include "base/memory.h"
#include "model/stored.h"

#include <stdlib.h>

static enum plx_status look(const struct plx_model *model, const struct plx_model_options *options,
                            struct plx_inspected_deep *deep, struct plx_error *error)
{
    const unsigned order = plx_model_info(model)->order;
    enum plx_status status;
    if (plx_model_has_stored(model)) {
        if (!(deep->values = plx_new_array(order, sizeof *deep->values, error)))
            return PLX_MEMORY;
        for (unsigned k = 1; k <= order; k++) {
            if ((status = plx_deep_values(model, options, k, deep->values + k - 1, error)))
                return status;
        }
    }
    if ((status = plx_deep_sums(model, options, deep, error)))
        return status;
    return plx_deep_checks(model, deep, error);
}

enum plx_status plx_inspect_deep(const struct plx_model *model, const struct plx_inspect_options *options,
                                 struct plx_inspected_deep **deep, struct plx_error *error)
{
    const struct plx_model_info *info = plx_model_info(model);
    *deep = NULL;
    if (info->kind != PLX_KIND_NGRAM) {
        plx_error_set(error, PLX_UNSUPPORTED, "only n-gram models can be looked into deeply, this one is: %s",
                      info->format);
        plx_error_input(error, plx_model_name(model));
        return plx_error_hint(error, "leave out --deep");
    }
    if (!(*deep = plx_new_array(1, sizeof **deep, error)))
        return PLX_MEMORY;
    (*deep)->seed = options->seed;
    const enum plx_status status = look(model, &options->model, *deep, error);
    if (status) {
        plx_inspected_deep_free(*deep, info->order);
        *deep = NULL;
    }
    return status;
}

void plx_inspected_deep_free(struct plx_inspected_deep *deep, unsigned order)
{
    if (!deep)
        return;
    for (unsigned k = 0; deep->contexts && k < order; k++) {
        struct plx_inspected_contexts *contexts = deep->contexts + k;
        for (unsigned i = 0; contexts->worst && i < contexts->length; i++)
            free(contexts->worst[i].spelling);
        free(contexts->worst);
    }
    free(deep->contexts);
    free(deep->values);
    free(deep->checks);
    free(deep);
}

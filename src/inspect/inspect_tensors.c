/* The tensors of a model: what they are, and how their weights look. */
#include "inspect/inspect.h"

#include "base/memory.h"
#include "model/model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Elements that are looked at together. */
#define BLOCK 512

void plx_inspected_tensors_free(struct plx_inspected_model *inspected)
{
    for (size_t i = 0; i < inspected->tensor_count; i++)
        free(inspected->tensors[i].name);
    free(inspected->tensors);
    inspected->tensors = NULL;
    inspected->tensor_count = 0;
}

/* The indices of element `at`. */
static void locate(const struct plx_tensor *tensor, size_t at, uint64_t *indices)
{
    for (unsigned i = tensor->dimensions; i-- > 0; at /= tensor->shape[i])
        indices[i] = at % tensor->shape[i];
}

/* Takes one element in. `any`: a finite one was there before. */
static void take(const struct plx_tensor *tensor, size_t at, double value, bool *any,
                 struct plx_inspected_tensor *inspected)
{
    if (!isfinite(value)) {
        if (inspected->non_finite++ == 0)
            locate(tensor, at, inspected->first);
        return;
    }
    inspected->least = *any ? fmin(inspected->least, value) : value;
    inspected->greatest = *any ? fmax(inspected->greatest, value) : value;
    *any = true;
}

static size_t load(const struct plx_tensor *tensor, size_t first, double values[BLOCK])
{
    const size_t left = tensor->count - first, count = left < BLOCK ? left : BLOCK;
    plx_tensor_widen(tensor, first, count, values);
    return count;
}

/* The squares are those of the elements relative to the largest, so that they are neither infinite nor 0. */
static double find_norm(const struct plx_tensor *tensor, double largest)
{
    double values[BLOCK], sum = 0;
    for (size_t first = 0; first < tensor->count && largest > 0; first += BLOCK) {
        const size_t count = load(tensor, first, values);
        for (size_t i = 0; i < count; i++) {
            const double ratio = isfinite(values[i]) ? values[i] / largest : 0;
            sum += ratio * ratio;
        }
    }
    return largest * sqrt(sum);
}

static void measure(const struct plx_tensor *tensor, struct plx_inspected_tensor *inspected)
{
    double values[BLOCK];
    bool any = false;
    for (size_t first = 0; first < tensor->count; first += BLOCK) {
        const size_t count = load(tensor, first, values);
        for (size_t i = 0; i < count; i++)
            take(tensor, first + i, values[i], &any, inspected);
    }
    inspected->norm = find_norm(tensor, fmax(fabs(inspected->least), fabs(inspected->greatest)));
}

enum plx_status plx_inspect_tensors(const struct plx_model *model, struct plx_inspected_model *inspected,
                                    struct plx_error *error)
{
    const struct plx_tensor *tensor;
    char role[PLX_ROLE_BYTES];
    size_t count = 0;
    if (!model->class->tensor)
        return PLX_OK;
    while (model->class->tensor(model, count, role, sizeof role))
        count++;
    inspected->tensors = plx_new_array(count, sizeof *inspected->tensors, error);
    if (!inspected->tensors)
        return PLX_MEMORY;
    for (size_t i = 0; i < count; i++) {
        struct plx_inspected_tensor *one = inspected->tensors + i;
        tensor = model->class->tensor(model, i, role, sizeof role);
        one->name = tensor ? plx_copy_string(tensor->name, strlen(tensor->name), error) : NULL;
        if (!one->name)
            return PLX_MEMORY;
        inspected->tensor_count++;
        snprintf(one->role, sizeof one->role, "%s", role);
        one->dtype = plx_dtype_name(tensor->dtype);
        one->dimensions = tensor->dimensions;
        one->elements = tensor->count;
        for (unsigned d = 0; d < tensor->dimensions; d++)
            one->shape[d] = tensor->shape[d];
        measure(tensor, one);
    }
    return PLX_OK;
}

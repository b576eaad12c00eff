#include "model/neural_contexts.h"

#include "base/hash.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static enum plx_status reserve(struct plx_contexts *contexts, size_t targets, struct plx_error *error)
{
    enum plx_status status;
    if (targets <= contexts->capacity)
        return PLX_OK;
    const size_t capacity = plx_grown_capacity(contexts->capacity, targets);
    if ((status =
             plx_resize_array(&contexts->rows, capacity, contexts->width * sizeof *contexts->rows, error)) ||
        (status = plx_resize_array(&contexts->ids, capacity, sizeof *contexts->ids, error)) ||
        (status = plx_resize_array(&contexts->places, capacity, sizeof *contexts->places, error)) ||
        (status = plx_resize_array(&contexts->of, capacity, sizeof *contexts->of, error)) ||
        (status = plx_resize_array(&contexts->begins, capacity + 1, sizeof *contexts->begins, error)) ||
        (status = plx_resize_array(&contexts->slots, capacity, 2 * sizeof *contexts->slots, error)))
        return status;
    contexts->capacity = capacity;
    contexts->slot_count = 2 * capacity;
    return PLX_OK;
}

/* What stands before ids[t] becomes rows [width]. A context that is too short is filled up at its old end:
   with the start symbol if it begins with that and the model is one that does so, else with the padding. */
static void load_context(const struct plx_neural_model *model, const uint32_t *ids, size_t t, uint32_t *rows)
{
    const size_t width = model->context, known = t < width ? t : width;
    const bool started = model->start_pads && known > 0 && known < width && ids[0] == model->base.info.start;
    const uint32_t fill = started ? plx_neural_row(model, ids[0]) : model->padding;
    for (size_t i = 0; i < width - known; i++)
        rows[i] = fill;
    for (size_t i = 0; i < known; i++)
        rows[width - known + i] = plx_neural_row(model, ids[t - known + i]);
}

/* The number of the context that has been put behind the others, which becomes one of them if it is new. */
static uint32_t find_or_add(struct plx_contexts *contexts)
{
    const size_t width = contexts->width, bytes = width * sizeof *contexts->rows;
    const uint32_t *rows = contexts->rows + contexts->count * width;
    size_t slot = (size_t)plx_hash_place(plx_hash64(rows, bytes, 0), contexts->slot_count);
    for (;; slot = slot + 1 == contexts->slot_count ? 0 : slot + 1) {
        const uint32_t found = contexts->slots[slot];
        if (found == 0)
            break;
        if (memcmp(contexts->rows + (found - 1) * width, rows, bytes) == 0)
            return found - 1;
    }
    contexts->slots[slot] = (uint32_t)++contexts->count;
    return (uint32_t)contexts->count - 1;
}

/* Sorts the targets by their contexts. */
static void sort_targets(struct plx_contexts *contexts)
{
    size_t *begins = contexts->begins, sum = 0;
    memset(begins, 0, (contexts->count + 1) * sizeof *begins);
    for (size_t i = 0; i < contexts->targets; i++)
        begins[contexts->of[i]]++;
    for (size_t c = 0; c <= contexts->count; c++) {
        const size_t count = begins[c];
        begins[c] = sum;
        sum += count;
    }
    for (size_t i = 0; i < contexts->targets; i++)
        contexts->places[begins[contexts->of[i]]++] = i;
    memmove(begins + 1, begins, contexts->count * sizeof *begins); /* each had moved to its successor's */
    begins[0] = 0;
}

enum plx_status plx_contexts_gather(struct plx_contexts *contexts, const struct plx_neural_model *model,
                                    const struct plx_window *windows, size_t count, struct plx_error *error)
{
    size_t targets = 0;
    for (size_t w = 0; w < count; w++)
        targets += windows[w].end - windows[w].first;
    contexts->width = model->context;
    contexts->count = contexts->targets = 0;
    if (targets >= UINT32_MAX)
        return plx_error_set(error, PLX_UNSUPPORTED, "more than 2^32 targets at a time");
    const enum plx_status status = reserve(contexts, targets, error);
    if (status || targets == 0)
        return status;
    memset(contexts->slots, 0, contexts->slot_count * sizeof *contexts->slots);
    for (size_t w = 0; w < count; w++) {
        for (size_t t = windows[w].first; t < windows[w].end; t++) {
            load_context(model, windows[w].ids, t, contexts->rows + contexts->count * contexts->width);
            contexts->ids[contexts->targets] = windows[w].ids[t];
            contexts->of[contexts->targets++] = find_or_add(contexts);
        }
    }
    sort_targets(contexts);
    return PLX_OK;
}

void plx_contexts_release(struct plx_contexts *contexts)
{
    free(contexts->rows);
    free(contexts->ids);
    free(contexts->begins);
    free(contexts->places);
    free(contexts->of);
    free(contexts->slots);
    *contexts = (struct plx_contexts){0};
}

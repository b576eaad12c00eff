#include "model/context_groups.h"

#include "base/hash.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

void plx_context_groups_release(struct plx_context_groups *contexts)
{
    free(contexts->windows);
    free(contexts->targets);
    free(contexts->begins);
    free(contexts->slots);
    free(contexts->of);
    *contexts = (struct plx_context_groups){0};
}

static enum plx_status reserve(struct plx_context_groups *contexts, size_t targets, struct plx_error *error)
{
    enum plx_status status;
    if (targets <= contexts->capacity)
        return PLX_OK;
    const size_t capacity = plx_grown_capacity(contexts->capacity, targets);
    size_t slots = 64;
    while (slots < capacity * 2)
        slots *= 2;
    if ((status = plx_resize_array(&contexts->windows, capacity, sizeof *contexts->windows, error)) ||
        (status = plx_resize_array(&contexts->targets, capacity, sizeof *contexts->targets, error)) ||
        (status = plx_resize_array(&contexts->begins, capacity + 1, sizeof *contexts->begins, error)) ||
        (status = plx_resize_array(&contexts->of, capacity, sizeof *contexts->of, error)) ||
        (status = plx_resize_array(&contexts->slots, slots, sizeof *contexts->slots, error)))
        return status;
    contexts->capacity = capacity;
    contexts->slot_count = slots;
    return PLX_OK;
}

static bool is_same(const struct plx_window *a, const struct plx_window *b)
{
    return a->first == b->first && (a->first == 0 || memcmp(a->ids, b->ids, a->first * sizeof *a->ids) == 0);
}

/* The number of the context of this window of one target; it is added if it is new. */
static size_t find(struct plx_context_groups *contexts, const struct plx_window *window)
{
    const size_t mask = contexts->slot_count - 1;
    size_t slot = (size_t)plx_hash64(window->ids, window->first * sizeof *window->ids, 0) & mask;
    for (; contexts->slots[slot] != 0; slot = (slot + 1) & mask) {
        const size_t there = contexts->slots[slot] - 1;
        if (is_same(contexts->windows + there, window))
            return there;
    }
    contexts->windows[contexts->count] = *window;
    contexts->slots[slot] = ++contexts->count;
    return contexts->count - 1;
}

/* By the last token, then the last but one, … */
static int compare_ends(const void *a, const void *b)
{
    const struct plx_window *x = a, *y = b;
    const size_t least = x->first < y->first ? x->first : y->first;
    for (size_t i = 1; i <= least; i++) {
        const uint32_t ours = x->ids[x->first - i], theirs = y->ids[y->first - i];
        if (ours != theirs)
            return ours < theirs ? -1 : 1;
    }
    return (x->first > y->first) - (x->first < y->first);
}

/* Sorts the contexts, and numbers them anew; the slots are of no use any more. */
static void sort_contexts(struct plx_context_groups *contexts, size_t targets)
{
    size_t *numbers = contexts->begins; /* not in use yet */
    for (size_t c = 0; c < contexts->count; c++)
        contexts->windows[c].position = c;
    if (contexts->count > 0)
        qsort(contexts->windows, contexts->count, sizeof *contexts->windows, compare_ends);
    for (size_t c = 0; c < contexts->count; c++) {
        numbers[contexts->windows[c].position] = c;
        contexts->windows[c].position = 0;
    }
    for (size_t t = 0; t < targets; t++)
        contexts->of[t] = numbers[contexts->of[t]];
}

/* Sorts the targets by their contexts. */
static void sort_targets(struct plx_context_groups *contexts, size_t targets)
{
    size_t *begins = contexts->begins, before = 0;
    memset(begins, 0, (contexts->count + 1) * sizeof *begins);
    for (size_t t = 0; t < targets; t++)
        begins[contexts->of[t]]++;
    for (size_t c = 0; c <= contexts->count; c++) {
        const size_t own = begins[c];
        begins[c] = before;
        before += own;
    }
    for (size_t t = 0; t < targets; t++)
        contexts->targets[begins[contexts->of[t]]++] = t;
    memmove(begins + 1, begins, contexts->count * sizeof *begins); /* each is its successor's now */
    begins[0] = 0;
}

enum plx_status plx_context_groups_find(struct plx_context_groups *contexts, const struct plx_window *windows,
                                        size_t count, uint64_t context_length, struct plx_error *error)
{
    size_t targets = 0, target = 0;
    for (size_t w = 0; w < count; w++)
        targets += windows[w].end - windows[w].first;
    const enum plx_status status = reserve(contexts, targets > 0 ? targets : 1, error);
    if (status)
        return status;
    contexts->count = 0;
    memset(contexts->slots, 0, contexts->slot_count * sizeof *contexts->slots);
    for (size_t w = 0; w < count; w++) {
        for (size_t i = windows[w].first; i < windows[w].end; i++) {
            const size_t length = i < context_length ? i : (size_t)context_length;
            const struct plx_window window = {
                .ids = windows[w].ids + (i - length),
                .first = length,
                .end = length + 1,
            };
            contexts->of[target++] = find(contexts, &window);
        }
    }
    sort_contexts(contexts, targets);
    sort_targets(contexts, targets);
    return PLX_OK;
}

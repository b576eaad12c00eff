#include "eval/extremes.h"

#include "base/memory.h"

#include <stdlib.h>

/* Whether a comes before b in the list. */
static bool precedes(const struct plx_extremes *extremes, const struct plx_extreme *a,
                     const struct plx_extreme *b)
{
    if (a->nats != b->nats)
        return extremes->lowest ? a->nats < b->nats : a->nats > b->nats;
    return a->at < b->at;
}

/* The same of places in the heap. */
static bool in_order(const struct plx_extremes *extremes, size_t i, size_t j)
{
    return precedes(extremes, extremes->list + extremes->heap[i], extremes->list + extremes->heap[j]);
}

static void exchange(struct plx_extremes *extremes, size_t i, size_t j)
{
    const uint32_t kept = extremes->heap[i];
    extremes->heap[i] = extremes->heap[j];
    extremes->heap[j] = kept;
}

static void sift_up(struct plx_extremes *extremes, size_t i)
{
    for (; i > 0 && in_order(extremes, (i - 1) / 2, i); i = (i - 1) / 2)
        exchange(extremes, i, (i - 1) / 2);
}

/* Below i, among the first `count`. */
static void sift_down(struct plx_extremes *extremes, size_t i, size_t count)
{
    for (;;) {
        size_t last = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < count; child++)
            last = in_order(extremes, last, child) ? child : last;
        if (last == i)
            return;
        exchange(extremes, i, last);
        i = last;
    }
}

bool plx_extremes_wants(const struct plx_extremes *extremes, double nats)
{
    if (extremes->count < extremes->most)
        return true;
    if (extremes->most == 0)
        return false;
    const double last = extremes->list[extremes->heap[0]].nats;
    return extremes->lowest ? nats < last : nats > last;
}

static enum plx_status reserve(struct plx_extremes *extremes, struct plx_error *error)
{
    enum plx_status status;
    if (extremes->count < extremes->capacity)
        return PLX_OK;
    size_t capacity = plx_grown_capacity(extremes->capacity, extremes->count + 1);
    capacity = capacity < extremes->most ? capacity : extremes->most;
    if ((status = plx_resize_array(&extremes->list, capacity, sizeof *extremes->list, error)) ||
        (status = plx_resize_array(&extremes->heap, capacity, sizeof *extremes->heap, error)))
        return status;
    extremes->capacity = capacity;
    return PLX_OK;
}

enum plx_status plx_extremes_add(struct plx_extremes *extremes, const struct plx_extreme *token,
                                 struct plx_error *error)
{
    if (extremes->count == extremes->most) {
        extremes->list[extremes->heap[0]] = *token;
        sift_down(extremes, 0, extremes->count);
        return PLX_OK;
    }
    const enum plx_status status = reserve(extremes, error);
    if (status)
        return status;
    const size_t i = extremes->count++;
    extremes->list[i] = *token;
    extremes->heap[i] = (uint32_t)i;
    sift_up(extremes, i);
    return PLX_OK;
}

void plx_extremes_sort(struct plx_extremes *extremes)
{
    for (size_t count = extremes->count; count > 1; count--) {
        exchange(extremes, 0, count - 1);
        sift_down(extremes, 0, count - 1);
    }
}

void plx_extremes_release(struct plx_extremes *extremes)
{
    free(extremes->list);
    free(extremes->heap);
    *extremes = (struct plx_extremes){0};
}

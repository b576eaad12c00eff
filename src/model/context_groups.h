/* The distinct contexts of the targets of a batch, so that what depends on the context alone is computed once
   for each. */
#ifndef PLX_MODEL_CONTEXT_GROUPS_H
#define PLX_MODEL_CONTEXT_GROUPS_H

#include "model/model.h"

/* Zero-initialised is empty; reused. */
struct plx_context_groups {
    /* [count] one target each, with no more context than counts; the ids are those of the batch. Those that
       end alike are neighbours, so that models of shorter contexts meet one and the same at once. */
    struct plx_window *windows;
    size_t count;
    size_t *targets; /* of context c, by their places in the batch: targets[begins[c] … begins[c + 1] − 1] */
    size_t *begins;  /* [count + 1] */
    size_t capacity; /* targets */
    size_t *slots;   /* [slot_count] a hash table of context + 1 */
    size_t slot_count;
    size_t *of; /* [target] */
};

/* No more than the last context_length tokens of a context count. PLX_MEMORY. */
enum plx_status plx_context_groups_find(struct plx_context_groups *contexts, const struct plx_window *windows,
                                        size_t count, uint64_t context_length, struct plx_error *error);

void plx_context_groups_release(struct plx_context_groups *contexts);

#endif

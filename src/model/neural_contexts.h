/* The distinct contexts of a batch, and the targets that each of them has. */
#ifndef PLX_MODEL_NEURAL_CONTEXTS_H
#define PLX_MODEL_NEURAL_CONTEXTS_H

#include "model/neural.h"

struct plx_contexts {
    size_t width;    /* tokens of a context: n − 1 */
    size_t count;    /* of distinct contexts */
    uint32_t *rows;  /* [count, width] rows of embed, the oldest token first, padded; of a table, of logits */
    size_t targets;  /* of the batch */
    uint32_t *ids;   /* [targets] in the order of the batch */
    size_t *begins;  /* [count + 1] */
    size_t *places;  /* [targets] those of context c are places[begins[c] … begins[c + 1]), ascending */
    uint32_t *of;    /* [targets] the context of each target */
    size_t capacity; /* targets for which there is room */
    uint32_t *slots; /* [slot_count] of a hash table: context + 1, 0 for none */
    size_t slot_count;
};

/* Gathers the contexts of the batch's targets; what was there is forgotten. Zero-initialised is empty. */
enum plx_status plx_contexts_gather(struct plx_contexts *contexts, const struct plx_neural_model *model,
                                    const struct plx_window *windows, size_t count, struct plx_error *error);

void plx_contexts_release(struct plx_contexts *contexts);

#endif

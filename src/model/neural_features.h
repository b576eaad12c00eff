/* What the output layer of a neural model is applied to: the last hidden layer, x_L, and behind it, where
   there are direct connections, the embeddings, x_0. In double, for a tile of contexts at a time. */
#ifndef PLX_MODEL_NEURAL_FEATURES_H
#define PLX_MODEL_NEURAL_FEATURES_H

#include "model/neural.h"

/* Contexts of a tile. Matrix products have this shape whatever the batch, so that what comes out for a
   context does not depend on its neighbours. */
#define PLX_NEURAL_TILE 128

struct plx_features;

/* How many features a context has: K. Not of the table form. */
size_t plx_features_width(const struct plx_neural_model *model);

/* NULL on failure. Belongs to one thread. */
struct plx_features *plx_features_new(const struct plx_neural_model *model, struct plx_error *error);
void plx_features_free(struct plx_features *features);

/* values [PLX_NEURAL_TILE, K] of contexts [count, n − 1], count ≤ PLX_NEURAL_TILE: rows of embed, the oldest
   token first. Rows behind count are 0 or of no meaning, but finite numbers if the others are. */
void plx_features_compute(struct plx_features *features, const uint32_t *contexts, size_t count,
                          double *values);

#endif

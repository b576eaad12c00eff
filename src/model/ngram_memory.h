/* Takes n-grams into the tables of a model in memory. */
#ifndef PLX_MODEL_NGRAM_MEMORY_H
#define PLX_MODEL_NGRAM_MEMORY_H

#include "model/ngram_hash.h"
#include "model/ngram_sink.h"

struct plx_ngram_memory {
    struct plx_ngram_sink sink;
    struct plx_ngram_hash *model; /* borrowed */
    unsigned order;               /* under way, or ended last */
};

/* A sink that fills model->tables, which the model must have by the time that an order begins. The tables are
   the model's, and released with it, whether it is complete or not; there is nothing else to release.
   Duplicates are found by `add`. */
void plx_ngram_memory_init(struct plx_ngram_memory *memory, struct plx_ngram_hash *model);

#endif

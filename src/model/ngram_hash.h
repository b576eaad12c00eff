/* N-gram models whose n-grams are in our hash tables: those of ARPA files, in memory, and our own binaries,
   mapped. */
#ifndef PLX_MODEL_NGRAM_HASH_H
#define PLX_MODEL_NGRAM_HASH_H

#include "model/ngram.h"
#include "model/ngram_table.h"

struct plx_ngram_hash {
    struct plx_ngram_model ngram;
    const uint8_t *unigrams;        /* [V] struct plx_ngram */
    struct plx_ngram_table *tables; /* [order − 1], of the orders from 2 on; owned */
    /* [order + 1]: incomplete[k]: an n-gram of more than k words is stored that has a suffix of k words or
       more which is not, so that a search that finds nothing at order k may find something further on. Owned.
     */
    bool *incomplete;
    struct plx_ngram *unigram_memory; /* where they are the model's own, with room; else NULL */
};

extern const struct plx_ngram_search plx_ngram_hash_search;

/* Of a zeroed struct, which a format may have at the beginning of its own: a model without order. */
void plx_ngram_hash_init(struct plx_ngram_hash *model);

/* A model without order; NULL on failure. Released with plx_model_close. */
struct plx_ngram_hash *plx_ngram_hash_new(struct plx_error *error);

/* Room for what there is of each order; `order` ≥ 1. Once. */
enum plx_status plx_ngram_hash_set_order(struct plx_ngram_hash *model, unsigned order,
                                         struct plx_error *error);

/* Once `incomplete` is set for the orders of the missing suffixes: sets it for those below too, since the
   search must get there. */
void plx_ngram_hash_complete(struct plx_ngram_hash *model);

#endif

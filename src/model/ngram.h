/* Backoff n-gram models in memory, whatever file they came from, and the scoring of them.

   p(w | h) is that of the longest stored n-gram that is a suffix of h·w, times the backoffs of all longer
   contexts that are stored (the rule of the ARPA format). Probabilities and backoffs are float32 logarithms
   to the base 10, added in double. */
#ifndef PLX_MODEL_NGRAM_H
#define PLX_MODEL_NGRAM_H

#include "model/model.h"
#include "model/ngram_table.h"

/* Orders fit a byte. */
#define PLX_NGRAM_ORDER_MAX 255

struct plx_unigram {
    float probability; /* log10 */
    float backoff;     /* log10 */
};

struct plx_ngram_model {
    struct plx_model base;
    struct plx_unigram *unigrams;   /* [V] */
    struct plx_ngram_table *tables; /* [order − 1], of the orders from 2 on */
    uint64_t *counts;               /* [order] */
};

/* Every stored n-gram of three words or more must have its suffix in the table of the order below (with
   probability NaN where the file has none): the search for longer n-grams ends where a shorter one is
   missing. */
extern const struct plx_model_class plx_ngram_class;

#endif

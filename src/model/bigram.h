/* Neural bigram models: −ln softmax(logits(previous))[target].

   table:     logits(c) = logits[c], a row of a [V, V] tensor
   factored:  logits(c) = out [V, d] · embed[c] + bias [V], embed [V, d] */
#ifndef PLX_MODEL_BIGRAM_H
#define PLX_MODEL_BIGRAM_H

#include "model/model.h"
#include "model/safetensors.h"

#include <stdatomic.h>

/* A bit pattern of a NaN, which no log-sum-exp that is kept has: not computed yet. */
#define PLX_BIGRAM_UNKNOWN UINT64_MAX

struct plx_bigram_model {
    struct plx_model base;
    struct plx_safetensors file;
    const struct plx_tensor *logits; /* of the table form, NULL in the other */
    const struct plx_tensor *embed, *out;
    const struct plx_tensor *bias; /* NULL: none */
    size_t types;                  /* V */
    size_t depth;                  /* d */

    /* [V] the bits of the log-sum-exp of each context that some session has met. A value depends on the
       weights alone, so that it does not matter which session puts it there, or how often: relaxed accesses
       do. */
    _Atomic uint64_t *memo;
};

struct plx_session *plx_bigram_session_new(const struct plx_model *base, struct plx_error *error);
void plx_bigram_session_free(struct plx_session *base);
enum plx_status plx_bigram_score(struct plx_session *base, const struct plx_window *windows, size_t count,
                                 const struct plx_scores *scores, struct plx_error *error);

#endif

/* Two distributions over one vocabulary, P (BASE) and Q (MODEL), as rows of −ln p. */
#ifndef PLX_EVAL_DIVERGENCE_ROW_H
#define PLX_EVAL_DIVERGENCE_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A row, and where in it the tokens of the vocabulary that both have stand: ids[V], or NULL where they stand
   in order; UINT32_MAX for one that the row does not have, which has no probability. */
struct plx_divergence_side {
    const double *nats;
    const uint32_t *ids;
};

/* Which tokens of the rows count. */
struct plx_divergence_scope {
    size_t types;
    uint32_t excluded; /* a token that both rows are taken to lack; UINT32_MAX: none */
    double clipped;    /* −ln p from which on P is taken to give no probability; +infinity: as it says */
};

/* All in nats. Tokens without probability in P add nothing, whatever Q says; one that P has and Q has not
   makes KL and cross-entropy infinite. */
struct plx_divergence_row {
    double kl;                    /* Σ p (ln p − ln q), summed for itself */
    double entropy;               /* H(P) = −Σ p ln p */
    double cross_entropy;         /* H(P, Q) = −Σ p ln q */
    double base_mass, model_mass; /* Σ p, Σ q over the tokens that count, as far as the row has them */
    bool same_top;                /* the most probable token is the same; of several, the first */
};

/* Σp and Σq being what they are, KL ≥ Σp − Σq by Gibbs' inequality: rows that do not quite add up to 1 can
   make it a little negative. */
void plx_divergence_row(struct plx_divergence_side base, struct plx_divergence_side model,
                        const struct plx_divergence_scope *scope, struct plx_divergence_row *row);

/* −ln p of a token. */
static inline double plx_divergence_nats(struct plx_divergence_side side, uint32_t id)
{
    const uint32_t own = side.ids ? side.ids[id] : id;
    return own == UINT32_MAX ? (double)__builtin_inf() : side.nats[own];
}

#endif

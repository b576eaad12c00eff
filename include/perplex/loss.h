/* Cross-entropy and perplexity of single predictions: the definitions, as functions. Natural logarithms.
   Every function may be called from any thread. */
#ifndef PERPLEX_LOSS_H
#define PERPLEX_LOSS_H

#include <perplex/export.h>

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Computes the surprisal −ln p of an outcome of probability p, in nats: +infinity for 0,
   NaN outside [0, 1]. */
PLX_API double plx_surprisal(double probability);

/* Computes the cross-entropy −z_y + ln Σ exp z_j of target y under logits z[0..n), in nats, the maximum
   subtracted before exponentials are taken. y < n. */
PLX_API double plx_cross_entropy(const double *logits, size_t n, size_t target);

/* Computes the binary cross-entropy −[y ln p + (1 − y) ln(1 − p)] for a label y in [0, 1]; 0·ln 0 is 0.
   NaN outside. */
PLX_API double plx_binary_cross_entropy(double probability, double label);

/* Computes the same from a logit z: max(z, 0) − z·y + ln(1 + exp(−|z|)). */
PLX_API double plx_binary_cross_entropy_logit(double logit, double label);

/* Convert nats to other units: 1 bit = ln 2 nats, 1 hartley = ln 10 nats. */
PLX_API double plx_bits(double nats);
PLX_API double plx_hartleys(double nats);

/* Compute the perplexity exp(mean nats), and the mean in nats from it. */
PLX_API double plx_perplexity(double mean_nats);
PLX_API double plx_perplexity_nats(double perplexity);

#ifdef __cplusplus
}
#endif
#endif

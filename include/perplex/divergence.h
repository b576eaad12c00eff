/* Divergence: how far the distributions of one model, Q (MODEL), are from those of another, P (BASE), over a
   corpus. */
#ifndef PERPLEX_DIVERGENCE_H
#define PERPLEX_DIVERGENCE_H

#include <perplex/evaluate.h>
#include <perplex/warning.h>

#ifdef __cplusplus
extern "C" {
#endif

struct plx_divergence;

/* The shares of the percentiles: 0 (least), 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999 and 1.
 */
#define PLX_DIVERGENCE_PERCENTILES 12

/* The numbers, in nats, of the positions that were compared. In each, P and Q are the distributions that the
   models predict the token there from. */
struct plx_divergence_metrics {
    uint64_t tokens; /* positions compared */
    double kl;       /* mean KL(P‖Q) = Σ p (ln p − ln q); +infinity where Q gives a token that P has
                        no probability */
    double kl_standard_error; /* positions taken as independent, as in all of these; NaN for fewer than two */
    uint64_t kl_infinite;     /* positions where it is */
    uint64_t kl_negative;     /* where it is below 0, because rows do not quite add up to 1 */
    double entropy;           /* mean H(P) = −Σ p ln p */
    double cross_entropy;     /* mean H(P,Q) = −Σ p ln q */
    double identity_error;    /* |H(P,Q) − H(P) − KL| of the means, 0 where KL is infinite */
    double base_deviation, model_deviation; /* the largest |Σp − 1|, |Σq − 1| of a row, without what is left
                                               out: see plx_divergence_measure */
    uint64_t same_top; /* positions where the most probable token is the same; of several, the one
                          with the least id in BASE */
    double same_top_share;
    double base_nats, model_nats; /* mean −ln p of the tokens that stand there */
    uint64_t base_infinite,
        model_infinite; /* tokens among them without a probability: the mean is +infinity */
    /* model_nats − base_nats, the logarithm of the ratio of perplexities: the mean of the differences, which
       is 0 for a token that neither gives a probability. NaN where each misses one that the other has. */
    double ln_ratio;
    double ln_ratio_standard_error; /* of the paired differences: sqrt(se_q² + se_b² − 2 cov) */
    double correlation; /* of −ln p of these tokens; NaN where one does not vary or is infinite */
    double delta;       /* mean Δp = q − p of these tokens */
    double delta_standard_error;
    double delta_rms;
    double kl_percentiles[PLX_DIVERGENCE_PERCENTILES]; /* between neighbours by a straight line */
    double delta_percentiles[PLX_DIVERGENCE_PERCENTILES];
    double seconds;
};

/* Compares the distributions of two models over a corpus, at the positions that the protocol scores for BASE
   and both models can: options as of plx_evaluate (may be NULL; no token sink), the default protocol is
   BASE's. The models share a vocabulary (see mixture.h), and may be of different families. A start
   symbol that one of them never predicts is left out of both distributions. Unknown tokens are
   predicted as the unknown symbol, or left out (unknown skip), or refused; those without a symbol are left
   out and counted. *divergence is to be freed with plx_divergence_free; NULL on failure. 16 bytes for each
   position stay in memory, for the percentiles, and 16 MiB for each thread. The numbers do not depend on
   threads or batch. May be called from several threads at once, with different corpora.

   PLX_UNSUPPORTED for a model that does not give full distributions; PLX_MISMATCH where vocabularies differ;
   PLX_USAGE for a protocol that charges unknown tokens what no distribution does; PLX_INTERNAL where H(P,Q) =
   H(P) + KL does not hold to 1e-9 (relative where H(P,Q) is above 1), for a row or the means; the errors of
   plx_evaluate. */
PLX_API enum plx_status plx_divergence_measure(const struct plx_model *base, const struct plx_model *model,
                                               struct plx_corpus *corpus,
                                               const struct plx_evaluate_options *options,
                                               struct plx_divergence **divergence, struct plx_error *error);

/* Tells whether the file is one of llama.cpp's stored logits (llama-perplexity --save-all-logits). False
   where it cannot be read, and for "-" and URLs, which are not opened. */
PLX_API bool plx_divergence_is_stored(const char *path);

/* The same where P is what llama.cpp has stored: `path` is such a file (a path, "-" or a URL), whose tokens
   are ids of MODEL, which must have as many. Positions are llama.cpp's: of every chunk of n tokens, which
   begins afresh and has MODEL's start symbol, if there is one, in the place of its first, the targets n/2 + 1
   … n − 1. The stored logarithms are rounded to 1/65535 of their range, and none is more than 16 below the
   highest; tokens with ln p ≤ −16 count as llama.cpp counts them: as none in KL, H(P) and H(P,Q), and as
   what is stored where they stand in the text. `options`: the protocol must be NULL and the batch 0, else
   PLX_USAGE. PLX_MALFORMED, with the offset, where the file is not what its format demands; PLX_MISMATCH for
   another size of vocabulary. */
PLX_API enum plx_status plx_divergence_measure_stored(const char *path, const struct plx_model *model,
                                                      const struct plx_evaluate_options *options,
                                                      struct plx_divergence **divergence,
                                                      struct plx_error *error);

/* Computes the numbers into the caller's *metrics. */
PLX_API void plx_divergence_metrics(const struct plx_divergence *divergence,
                                    struct plx_divergence_metrics *metrics);

/* Lists deviations of the models and doubts about their fit with the corpus: [*count], valid as long as the
   divergence. */
PLX_API const struct plx_warning *plx_divergence_warnings(const struct plx_divergence *divergence,
                                                          size_t *count);

/* Writes them as JSON, perplex.divergence/1 (configs/schema/divergence-1.schema.json), as plx_result_json
   does. */
PLX_API enum plx_status plx_divergence_json(const struct plx_divergence *divergence, char **text,
                                            size_t *length, struct plx_error *error);

/* Frees a divergence. NULL is fine. */
PLX_API void plx_divergence_free(struct plx_divergence *divergence);

#ifdef __cplusplus
}
#endif
#endif

/* Mixtures: models whose probabilities are the weighted means of other models', token by token. */
#ifndef PERPLEX_MIXTURE_H
#define PERPLEX_MIXTURE_H

#include <perplex/evaluate.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Makes the mixture p(w) = Σ weights[i] · p_i(w) of models[count], 1 ≤ count ≤ PLX_MIXTURE_MOST. They stay
   the caller's and must outlive the mixture, which is to be closed with plx_model_close; NULL on failure.
   Weights are ≥ 0 and finite, one of them > 0; they are divided by their sum.

   The models share a vocabulary: their tokens are the same, the symbols with a role standing for each other
   however they are spelled, and a start symbol that is never predicted left out; models without strings must
   have equally many tokens. Ids, strings, symbols and the protocol that suits the mixture are those of the
   first model that has strings, which info.components begins with. In a context every model has the start
   symbol that it would have alone, or the end symbol if it has none; those with PLX_RESTART_AT_END begin
   afresh behind an end symbol where the others do not. The mixture can do what all of its models can, and
   needs as much context as the one that needs most.

   PLX_MISMATCH where vocabularies differ, with what only one model has; PLX_UNSUPPORTED for models that score
   by position, and for mixtures; PLX_USAGE for such weights or counts; PLX_MEMORY. Any thread. */
PLX_API enum plx_status plx_model_mix(const struct plx_model *const *models, const double *weights,
                                      size_t count, struct plx_model **mixture, struct plx_error *error);

/* Finds the weights under which the corpus is most probable, by expectation maximisation (Jelinek and Mercer
   1980) from those of the mixture on: *tuned is a mixture of the same models with these weights, to be closed
   likewise; NULL on failure. The models score the corpus once, under the protocol and with the threads of
   options (may be NULL; the token sink must be); 8 bytes for each model and token stay in memory. Tokens that
   are not scored by the models count as little as those to which none of them gives a probability. The search
   ends when a round gains less than 1e-12 of the total, or after 1000. Interruption is asked for before
   every round. What is doubtful about the corpus is among the warnings of *tuned. The total is never higher
   than any of the models' alone: where one alone is better than all that was found, it gets all of the
   weight.

   PLX_USAGE for a model that is no mixture; PLX_MALFORMED where no token counts; the errors of
   plx_evaluate. */
PLX_API enum plx_status plx_mixture_tune(const struct plx_model *mixture, struct plx_corpus *corpus,
                                         const struct plx_evaluate_options *options, struct plx_model **tuned,
                                         struct plx_error *error);

#ifdef __cplusplus
}
#endif
#endif

/* The output layer of a neural model: logits = out · x_L + bias (+ direct · x_0), of which the log-sum-exp is
   taken tile by tile, so that contexts × vocabulary is never in memory. Weights are widened by tile too.

   Products are computed in float, terms of the sum are added in double. What the rounding of a logit does to
   the log-sum-exp is weighed by its probability: the likely tokens' logits are computed once more in double,
   and what all tokens have in common, which rounding would spoil for all in the same way, is left out of the
   products and added in double. Contexts whose logits may differ by more than some hundreds are computed in
   double throughout, and so are models with weights of type F64, small ones, for which speed does not matter,
   and all where no product of the library rounds alike in all places. */
#ifndef PLX_MODEL_NEURAL_OUTPUTS_H
#define PLX_MODEL_NEURAL_OUTPUTS_H

#include "model/neural_features.h"

struct plx_outputs;

/* Finds out how a model is to be computed, from `wide` to `bias_reach`, once, before plx_outputs_new. All
   weights are finite. PLX_MEMORY. */
enum plx_status plx_outputs_measure(struct plx_neural_model *model, struct plx_error *error);

/* NULL on failure. Belongs to one thread. */
struct plx_outputs *plx_outputs_new(const struct plx_neural_model *model, struct plx_error *error);
void plx_outputs_free(struct plx_outputs *outputs);

/* How many contexts plx_outputs_sum takes: a multiple of PLX_NEURAL_TILE. */
size_t plx_outputs_contexts(const struct plx_outputs *outputs);

/* sums [count]: the log-sum-exp of each context's logits; features [whole tiles, K], those behind count
   arbitrary. Not finite where the logits leave the range of a double. */
void plx_outputs_sum(struct plx_outputs *outputs, const double *features, size_t count, double *sums);

/* The logit of `token` < model->outputs for features [K], in double. */
double plx_outputs_logit(struct plx_outputs *outputs, const double *features, size_t token);

/* logits [rows, model->outputs] for features [rows, K], in double; rows = PLX_OUTPUTS_ROWS. */
#define PLX_OUTPUTS_ROWS 16
void plx_outputs_logits(struct plx_outputs *outputs, const double *features, double *logits);

#endif

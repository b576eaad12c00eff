/* The loss of one row over classes, from logits or from probabilities, and its gradient. What one row costs
   is

       Σ_j a_j (1 − q_j)^γ (−ln q_j),    a_j = w_j α_j (t_j (1 − ε) + ε/C)

   for targets t, q = softmax(input/T) or the input itself, and the γ, α, ε and class weights w of the
   options. Its derivative by ln q_j is −c_j, where c is a if γ = 0; by logit k that is (q_k Σ c − c_k)/T, and
   by probability k −c_k/q_k. */
#ifndef PLX_EVAL_LOSS_ROW_H
#define PLX_EVAL_LOSS_ROW_H

#include <perplex/loss.h>

#include "base/softmax.h"

#include <math.h>

/* Nothing times infinity is nothing: what is not asked for costs nothing. Of NaN nothing is made but NaN. */
static inline double plx_loss_product(double weight, double nats)
{
    return weight == 0 && nats == (double)INFINITY ? 0 : weight * nats;
}

struct plx_loss_row {
    /* The caller's. Of the options, from_probabilities and what is in the formula above are looked at. */
    size_t classes;
    const struct plx_loss_options *options;
    double *exponentials; /* [classes] to work in, or NULL where no gradient of logits will be asked for */
    double *coefficients; /* [classes] to work in; only spread targets and smoothing need it */

    /* What the functions below leave for each other. */
    const double *input;
    struct plx_softmax softmax;
    const double *spread; /* c, or NULL: it is `single` at `target` and 0 elsewhere */
    size_t target;
    double single;
    double total; /* Σ c */
};

/* Takes the input [classes], which must stay until the gradient is computed; of logits, divided by a
   temperature that is positive and normal, it computes the softmax. */
void plx_loss_row_begin(struct plx_loss_row *row, const double *input, double temperature);

/* Each gives the loss of the row, in nats, for targets of one kind: class t < classes; weights of all classes
   (those may be row->coefficients); and the divergence Σ t (ln t − ln q) from probabilities, or from their
   logarithms, which takes no other option than from_probabilities. */
double plx_loss_row_sparse(struct plx_loss_row *row, size_t target);
double plx_loss_row_dense(struct plx_loss_row *row, const double *targets);
double plx_loss_row_kl(struct plx_loss_row *row, const double *targets, bool log_targets);

/* gradient[classes] = scale · ∂(the loss computed last)/∂input, or that is added to it. */
void plx_loss_row_gradient(const struct plx_loss_row *row, double scale, bool add, double *gradient);

#endif

/* Losses: cross-entropy and perplexity of single predictions as plain functions, and over batches the losses
   that models are trained with, with their gradients. Natural logarithms. Every function may be called from
   any thread. */
#ifndef PERPLEX_LOSS_H
#define PERPLEX_LOSS_H

#include <perplex/export.h>
#include <perplex/status.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* Entropies of distributions over the same n outcomes, in nats, where 0·ln 0 is 0: H(P) = −Σ p ln p;
   H(P, Q) = −Σ p ln q; and KL(P‖Q) = Σ p ln(p/q) = H(P, Q) − H(P), exactly 0 where P = Q. +infinity where q
   is 0 and p is not. That they sum to 1 is not demanded; NaN if a value is outside [0, 1]. */
PLX_API double plx_entropy(const double *p, size_t n);
PLX_API double plx_cross_entropy_distributions(const double *p, const double *q, size_t n);
PLX_API double plx_kl_divergence(const double *p, const double *q, size_t n);

/* Losses over batches.

   Arrays are row-major [rows, classes]. The _float functions take and give floats and compute in double as
   the others do. Outputs must not overlap inputs. rows may be 0: the sum is 0, the mean NaN.

   What a row costs, for targets t over C classes, is

       Σ_j w_j α_j (t_j (1 − ε) + ε/C) (1 − q_j)^γ (−ln q_j),    q = softmax(input / T), or the input itself

   with the class weights w, the focal α and γ, the label smoothing ε and the temperature T of the options,
   each of which does nothing unless it is set. `losses` gets the mean or the sum over the rows, or with
   PLX_REDUCE_NONE what each row costs, [rows]. `gradient` [rows, classes], unless it is NULL, gets the
   derivative of that (with PLX_REDUCE_NONE: of the sum) by the input.

   The numbers are those of PyTorch (torch.nn.functional.cross_entropy and others, which are named below), of
   TensorFlow's (Sparse)CategoricalCrossentropy, BinaryCrossentropy and KLDivergence and of optax's
   softmax_cross_entropy, with these differences. Nothing is clipped: a probability of 0 costs +infinity and
   its derivative is infinite. Rows of probabilities are not normalised. Nothing times an infinite cost is
   nothing: a target probability or weight of 0 leaves a class out, where others give NaN. Ignored rows are
   not looked at.

   A logit of -infinity masks a class: its probability is 0, and its gradient −(its target), so 0 if it is
   none. A row without any mass, or with a logit of +infinity or NaN, gives NaN for its loss and all of its
   gradient. A probability outside [0, 1] that a target asks for gives NaN for the loss and its derivative. */

/* The mean divides by Σ w_y over class targets that are not ignored, and else by the number of rows. */
enum plx_reduction { PLX_REDUCE_MEAN, PLX_REDUCE_SUM, PLX_REDUCE_NONE };

/* All zero, as NULL, is what PyTorch does by default. Each function says what it takes; all else that is set
   is PLX_USAGE. Borrowed during the call. */
struct plx_loss_options {
    enum plx_reduction reduction;
    bool from_probabilities;     /* the input is probabilities, not logits; excludes a temperature */
    const double *class_weights; /* w [classes], or NULL: 1 */
    bool has_ignore_index;
    int64_t ignore_index;      /* the class target whose rows cost nothing; -100 unless has_ignore_index */
    double label_smoothing;    /* ε in [0, 1] */
    double temperature;        /* T, normal and above 0; 0: 1 */
    double focal_gamma;        /* γ ≥ 0 and finite */
    const double *focal_alpha; /* α [classes], or NULL: 1; a mean does not divide by it */
    const double *positive_weights; /* ρ [columns], or NULL: 1; of plx_loss_binary alone */
};

/* Computes the cross-entropy with class targets [rows], each below `classes` or the ignored one:
   cross_entropy, sparse_categorical_crossentropy, softmax_cross_entropy_with_integer_labels; with γ, the
   focal loss (Lin et al. 2017) of a softmax. Takes all options but positive_weights. Errors: PLX_USAGE for no
   classes, for options outside their range and for a target that is no class, whose row it names; PLX_MEMORY.
   Nothing is written then. */
PLX_API enum plx_status plx_loss_sparse(const double *input, size_t rows, size_t classes,
                                        const int64_t *targets, const struct plx_loss_options *options,
                                        double *losses, double *gradient, struct plx_error *error);
PLX_API enum plx_status plx_loss_sparse_float(const float *input, size_t rows, size_t classes,
                                              const int64_t *targets, const struct plx_loss_options *options,
                                              float *losses, float *gradient, struct plx_error *error);

/* Computes the same with target probabilities [rows, classes], which are not made to sum to 1: cross_entropy,
   categorical_crossentropy, softmax_cross_entropy. The mean is over rows, whatever the weights. Options and
   errors are those of plx_loss_sparse, without ignore_index. */
PLX_API enum plx_status plx_loss_dense(const double *input, size_t rows, size_t classes,
                                       const double *targets, const struct plx_loss_options *options,
                                       double *losses, double *gradient, struct plx_error *error);
PLX_API enum plx_status plx_loss_dense_float(const float *input, size_t rows, size_t classes,
                                             const float *targets, const struct plx_loss_options *options,
                                             float *losses, float *gradient, struct plx_error *error);

/* Computes the divergence KL(t‖q) = Σ_j t_j (ln t_j − ln q_j) of the input's distribution q from target
   probabilities t [rows, classes] or, with log_targets, their logarithms: kl_div, where its input is
   log_softmax(input). The mean is over rows ("batchmean"), not over elements. Takes reduction,
   from_probabilities and temperature. Errors as plx_loss_sparse. */
PLX_API enum plx_status plx_loss_kl(const double *input, size_t rows, size_t classes, const double *targets,
                                    bool log_targets, const struct plx_loss_options *options, double *losses,
                                    double *gradient, struct plx_error *error);
PLX_API enum plx_status plx_loss_kl_float(const float *input, size_t rows, size_t classes,
                                          const float *targets, bool log_targets,
                                          const struct plx_loss_options *options, float *losses,
                                          float *gradient, struct plx_error *error);

/* Computes the distillation loss of a student's logits from a teacher's, both [rows, classes], and class
   targets [rows] (Hinton, Vinyals, Dean 2015):

       hard_weight · H(target, softmax(z)) + (1 − hard_weight) · T² · H(softmax(teacher/T), softmax(z/T))

   The first part is plx_loss_sparse with all options but T, the second its plain form over the rows that are
   not ignored; a mean is the mean of each part. A part whose weight is 0 is not computed. The gradient is by
   the student's logits. Takes what plx_loss_sparse takes but from_probabilities; errors as there, and
   PLX_USAGE for a hard_weight outside [0, 1]. */
PLX_API enum plx_status plx_loss_distillation(const double *logits, const double *teacher, size_t rows,
                                              size_t classes, const int64_t *targets, double hard_weight,
                                              const struct plx_loss_options *options, double *losses,
                                              double *gradient, struct plx_error *error);
PLX_API enum plx_status plx_loss_distillation_float(const float *logits, const float *teacher, size_t rows,
                                                    size_t classes, const int64_t *targets,
                                                    double hard_weight,
                                                    const struct plx_loss_options *options, float *losses,
                                                    float *gradient, struct plx_error *error);

/* Computes, for each element of [rows, columns] by itself, the binary cross-entropy

       −w_j (ρ_j y ln p + (1 − y) ln(1 − p)),    p = 1/(1 + exp(−input/T)), or the input itself

   of a label y in [0, 1] (NaN outside): binary_cross_entropy_with_logits, where an infinite logit is
   certainty, or with from_probabilities binary_cross_entropy. Label smoothing takes y to y (1 − ε) + ε/2.
   PLX_REDUCE_NONE gives [rows, columns] losses; the mean is over the elements, whatever the weights. Takes
   reduction, from_probabilities, class_weights and positive_weights [columns], label_smoothing and
   temperature. Errors as plx_loss_sparse; columns may be 0. */
PLX_API enum plx_status plx_loss_binary(const double *input, size_t rows, size_t columns,
                                        const double *labels, const struct plx_loss_options *options,
                                        double *losses, double *gradient, struct plx_error *error);
PLX_API enum plx_status plx_loss_binary_float(const float *input, size_t rows, size_t columns,
                                              const float *labels, const struct plx_loss_options *options,
                                              float *losses, float *gradient, struct plx_error *error);

#ifdef __cplusplus
}
#endif
#endif

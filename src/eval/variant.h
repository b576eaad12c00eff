/* Modified losses, as they are reported beside the plain cross-entropy: temperature, label smoothing, ignored
   tokens, class weights, focal loss; each by itself and all together. */
#ifndef PLX_EVAL_VARIANT_H
#define PLX_EVAL_VARIANT_H

#include <perplex/evaluate.h>

#include "base/exact.h"
#include "eval/row.h"

/* What makes a loss another one; a bit mask. */
enum plx_modification {
    PLX_TEMPERATURE = 1 << 0,
    PLX_LABEL_SMOOTHING = 1 << 1,
    PLX_IGNORED = 1 << 2,
    PLX_CLASS_WEIGHTS = 1 << 3,
    PLX_FOCAL = 1 << 4
};

#define PLX_MODIFICATIONS 5
#define PLX_VARIANTS_MAX  (PLX_MODIFICATIONS + 1)

/* One loss. With the logits −nats of a row, q = softmax(−nats/T) and the weights w, a target y costs

       (1 − ε) w_y (−ln q_y) (1 − q_y)^γ + ε/V Σ_c w_c (−ln q_c)

   and the loss is the sum over the targets that are not ignored, divided by that of their w_y: PyTorch's
   cross_entropy with reduction "mean"; with γ, T.-Y. Lin et al., "Focal Loss for Dense Object Detection"
   (2017). ε and γ exclude each other. What is 0 times infinite is 0. */
struct plx_variant {
    unsigned modifications;
    double temperature;     /* T; 1 */
    double label_smoothing; /* ε; 0 */
    double focal;           /* γ; 0 */
    const double *weights;  /* w [types], borrowed, or NULL: 1 */
    double weights_sum;     /* Σ_c w_c over the outcomes */
    uint64_t types;         /* V: outcomes */
    size_t ignored_count;
    uint32_t ignored[PLX_IGNORED_MAX];
};

/* Its sums. Zero-initialised is empty. */
struct plx_variant_sums {
    struct plx_exact loss;   /* what the targets cost, weighted */
    struct plx_exact weight; /* w_y */
    uint64_t ignored;        /* targets */
};

/* What a variant needs of a row. */
struct plx_variant_row {
    double least;
    double log_partition; /* ln Σ exp(−(nats − least)/T) */
    double smooth;        /* Σ_c w_c (−ln q_c) */
};

/* The losses that were asked for, into variants[PLX_VARIANTS_MAX]: each modification by itself, in the order
   of the enumeration, and where there are several, last of all, all of them. Returns how many. */
size_t plx_variants_settle(const struct plx_loss_variant *wanted, uint64_t types, uint32_t excluded,
                           struct plx_variant variants[PLX_VARIANTS_MAX]);

/* Of its one modification ("label_smoothing"), or "combined". Static. */
const char *plx_variant_name(const struct plx_variant *variant);

/* Whether it needs full distributions. */
bool plx_variant_needs_rows(const struct plx_variant *variant);

/* False if the row is no distribution. `least` is that of plx_row_least. */
bool plx_variant_prepare(const struct plx_variant *variant, const struct plx_outcomes *outcomes, double least,
                         struct plx_variant_row *row);

/* Adds a target: what it costs at T = 1; row is NULL where the variant needs none. A token without an id has
   the weight 1. */
void plx_variant_add(const struct plx_variant *variant, struct plx_variant_sums *sums,
                     const struct plx_variant_row *row, uint32_t id, double nats);

void plx_variant_merge(struct plx_variant_sums *into, const struct plx_variant_sums *from);

/* The loss: +infinity where a target costs that, NaN where there is nothing to divide by. */
double plx_variant_mean(const struct plx_variant *variant, const struct plx_variant_sums *sums);

#endif

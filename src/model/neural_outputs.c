#include "model/neural_outputs.h"

#include "base/dot.h"
#include "base/logsumexp.h"
#include "base/memory.h"
#include "model/neural_blas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows of the vocabulary that are widened and multiplied together: the shape of every product is
   [PLX_NEURAL_TILE, K] · [K, COLUMNS]. */
#define COLUMNS 256

/* Models of so many weights in the output layer are computed in double. */
#define SMALL ((size_t)1 << 17)

/* Contexts that go over the vocabulary together are bounded by the bytes of their features, and in number. */
#define FEATURES_BYTES_MAX ((size_t)12 << 20)
#define CONTEXTS_MAX       ((size_t)512)

/* Tokens of at least this share of the sum are likely: no more than 64 can be. */
#define LIKELY 64

/* Twice as many: those that had such a share of the sum when they were met, until they are looked through. */
#define CANDIDATES ((size_t)2 * LIKELY)

struct candidate {
    float term;    /* what has been added to the sum */
    float maximum; /* that the sum referred to then */
    uint32_t token;
};

/* A context on its way over the vocabulary. */
struct progress {
    struct plx_lse lse;
    size_t count;
    struct candidate candidates[CANDIDATES];
};

struct plx_outputs {
    const struct plx_neural_model *model;
    size_t width;    /* K */
    bool wide;       /* all in double */
    size_t contexts; /* of one call, whole tiles */
    float *narrow;   /* [contexts, K] the features, rounded */
    float *weights;  /* [COLUMNS, K] */
    float bias[COLUMNS];
    float products[PLX_NEURAL_TILE * COLUMNS];
    struct progress *progress; /* [contexts] */
    /* In double. */
    double *wide_weights; /* [COLUMNS, K] */
    double wide_bias[COLUMNS];
    double *wide_products; /* [PLX_NEURAL_TILE, COLUMNS] */
};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Whether a tensor's elements are more than a float holds. NULL is not. */
static bool is_wide(const struct plx_tensor *tensor)
{
    return tensor && tensor->dtype == PLX_F64;
}

/* As many contexts as memory is meant for, in whole tiles. */
static size_t contexts_of(size_t width)
{
    const size_t bytes = sizeof(double) + sizeof(float);
    const size_t contexts = smaller(FEATURES_BYTES_MAX / bytes / width, CONTEXTS_MAX);
    return contexts < PLX_NEURAL_TILE ? PLX_NEURAL_TILE : contexts - contexts % PLX_NEURAL_TILE;
}

struct plx_outputs *plx_outputs_new(const struct plx_neural_model *model, struct plx_error *error)
{
    struct plx_outputs *outputs = plx_new_array(1, sizeof *outputs, error);
    size_t weights;
    if (!outputs)
        return NULL;
    plx_blas_init();
    outputs->model = model;
    outputs->width = plx_features_width(model);
    outputs->contexts = contexts_of(outputs->width);
    const bool small = !__builtin_mul_overflow(model->outputs, outputs->width, &weights) && weights <= SMALL;
    outputs->wide = small || is_wide(model->out) || is_wide(model->bias) || is_wide(model->direct);
    outputs->wide_weights = plx_new_array(outputs->width, COLUMNS * sizeof(double), error);
    outputs->wide_products = plx_new_array(PLX_NEURAL_TILE, COLUMNS * sizeof(double), error);
    outputs->progress = plx_new_array(outputs->contexts, sizeof *outputs->progress, error);
    outputs->narrow = plx_new_array(outputs->width, outputs->contexts * sizeof(float), error);
    outputs->weights = plx_new_array(outputs->width, COLUMNS * sizeof(float), error);
    if (outputs->wide_weights && outputs->wide_products && outputs->progress && outputs->narrow &&
        outputs->weights)
        return outputs;
    plx_outputs_free(outputs);
    return NULL;
}

void plx_outputs_free(struct plx_outputs *outputs)
{
    if (!outputs)
        return;
    free(outputs->narrow);
    free(outputs->weights);
    free(outputs->progress);
    free(outputs->wide_weights);
    free(outputs->wide_products);
    free(outputs);
}

size_t plx_outputs_contexts(const struct plx_outputs *outputs)
{
    return outputs->contexts;
}

/* In double, and in float. */
#define ELEMENT      double
#define LOADED(name) name
#define WIDEN        plx_tensor_widen
#include "model/neural_rows.inc"
#undef ELEMENT
#undef LOADED
#undef WIDEN

#define ELEMENT      float
#define LOADED(name) name##_narrow
#define WIDEN        plx_tensor_widen_float
#include "model/neural_rows.inc"
#undef ELEMENT
#undef LOADED
#undef WIDEN

/* Forgets the candidates that the sum has outgrown. */
static void look_through(struct progress *progress)
{
    const struct plx_lse *lse = &progress->lse;
    size_t kept = 0;
    for (size_t i = 0; i < progress->count; i++) {
        const struct candidate candidate = progress->candidates[i];
        const double term = (double)candidate.term * exp((double)candidate.maximum - lse->maximum);
        progress->candidates[kept] = candidate;
        kept += term * LIKELY >= lse->sum;
    }
    progress->count = kept;
}

/* Notes which of the terms [COLUMNS], of the tokens from `first` on, are a share of the sum that may count.
 */
static void note_likely(struct progress *progress, const float *terms, size_t first)
{
    const double least = progress->lse.sum / LIKELY;
    const float maximum = (float)progress->lse.maximum;
    if (progress->count + LIKELY > CANDIDATES)
        look_through(progress);
    for (size_t i = 0; i < COLUMNS; i++) {
        if ((double)terms[i] >= least && progress->count < CANDIDATES)
            progress->candidates[progress->count++] =
                (struct candidate){terms[i], maximum, (uint32_t)(first + i)};
    }
}

/* The log-sum-exp, its likely terms computed anew. */
static double finish(struct plx_outputs *outputs, struct progress *progress, const double *features)
{
    struct plx_lse *lse = &progress->lse;
    look_through(progress);
    for (size_t i = 0; i < progress->count; i++) {
        const struct candidate candidate = progress->candidates[i];
        const double logit = plx_outputs_logit(outputs, features, candidate.token);
        lse->sum += exp(logit - lse->maximum) -
                    (double)candidate.term * exp((double)candidate.maximum - lse->maximum);
    }
    return plx_lse_end(lse);
}

/* One context, in double and plainly. */
static double sum_plainly(struct plx_outputs *outputs, const double *features)
{
    struct plx_lse lse = plx_lse_begin();
    for (size_t token = 0; token < outputs->model->outputs; token++) {
        double logit = plx_outputs_logit(outputs, features, token);
        plx_lse_add(&lse, &logit, 1);
    }
    return plx_lse_end(&lse);
}

static void sum_narrow(struct plx_outputs *outputs, const double *features, size_t count, double *sums)
{
    const size_t tiles = (count + PLX_NEURAL_TILE - 1) / PLX_NEURAL_TILE, width = outputs->width;
    for (size_t i = 0; i < tiles * PLX_NEURAL_TILE * width; i++)
        outputs->narrow[i] = (float)features[i];
    for (size_t c = 0; c < count; c++) {
        outputs->progress[c].lse = plx_lse_begin();
        outputs->progress[c].count = 0;
    }
    for (size_t first = 0; first < outputs->model->outputs; first += COLUMNS) {
        load_block_narrow(outputs, first, outputs->weights, outputs->bias);
        for (size_t c = 0; c < count; c++) {
            struct progress *progress = outputs->progress + c;
            float *products = outputs->products + c % PLX_NEURAL_TILE * COLUMNS;
            if (c % PLX_NEURAL_TILE == 0)
                plx_blas_multiply_floats(PLX_NEURAL_TILE, COLUMNS, width, outputs->narrow + c * width,
                                         outputs->weights, outputs->products, COLUMNS);
            const float largest = plx_lse_add_floats(&progress->lse, products, outputs->bias, COLUMNS);
            if ((double)largest * LIKELY >= progress->lse.sum)
                note_likely(progress, products, first);
        }
    }
    for (size_t c = 0; c < count; c++) {
        sums[c] = finish(outputs, outputs->progress + c, features + c * width);
        if (!isfinite(sums[c]))
            sums[c] = sum_plainly(outputs, features + c * width);
    }
}

static void sum_wide(struct plx_outputs *outputs, const double *features, size_t count, double *sums)
{
    for (size_t c = 0; c < count; c++)
        outputs->progress[c].lse = plx_lse_begin();
    for (size_t first = 0; first < outputs->model->outputs; first += COLUMNS) {
        const size_t rows = load_block(outputs, first, outputs->wide_weights, outputs->wide_bias);
        for (size_t c = 0; c < count; c++) {
            double *products = outputs->wide_products + c % PLX_NEURAL_TILE * COLUMNS;
            if (c % PLX_NEURAL_TILE == 0)
                plx_blas_multiply(PLX_NEURAL_TILE, COLUMNS, outputs->width, features + c * outputs->width,
                                  outputs->wide_weights, outputs->wide_products, COLUMNS);
            for (size_t i = 0; i < rows; i++)
                products[i] += outputs->wide_bias[i];
            plx_lse_add(&outputs->progress[c].lse, products, rows);
        }
    }
    for (size_t c = 0; c < count; c++)
        sums[c] = plx_lse_end(&outputs->progress[c].lse);
}

void plx_outputs_sum(struct plx_outputs *outputs, const double *features, size_t count, double *sums)
{
    if (outputs->wide)
        sum_wide(outputs, features, count, sums);
    else
        sum_narrow(outputs, features, count, sums);
}

double plx_outputs_logit(struct plx_outputs *outputs, const double *features, size_t token)
{
    double bias = 0;
    load_rows(outputs, token, 1, outputs->wide_weights);
    if (outputs->model->bias)
        plx_tensor_widen(outputs->model->bias, token, 1, &bias);
    return plx_dot(outputs->wide_weights, features, outputs->width) + bias;
}

void plx_outputs_logits(struct plx_outputs *outputs, const double *features, double *logits)
{
    const size_t types = outputs->model->outputs;
    for (size_t first = 0; first < types; first += COLUMNS) {
        const size_t rows = load_block(outputs, first, outputs->wide_weights, outputs->wide_bias);
        plx_blas_multiply(PLX_OUTPUTS_ROWS, COLUMNS, outputs->width, features, outputs->wide_weights,
                          outputs->wide_products, COLUMNS);
        for (size_t c = 0; c < PLX_OUTPUTS_ROWS; c++) {
            for (size_t i = 0; i < rows; i++)
                logits[c * types + first + i] =
                    outputs->wide_products[c * COLUMNS + i] + outputs->wide_bias[i];
        }
    }
}

#include "model/neural_outputs.h"

#include "base/dot.h"
#include "base/logsumexp.h"
#include "base/memory.h"
#include "model/neural_blas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows of the vocabulary that are widened and multiplied together, a multiple of PLX_LSE_FLOATS: every
   product is [PLX_NEURAL_TILE, K] · [K, columns]. They depend on K alone. */
#define COLUMNS_MOST  256
#define COLUMNS_LEAST 16
#define BLOCK_MOST    ((size_t)1 << 20) /* weights, unless there would be fewer columns than the least */

/* Contexts of a product that is computed as that of the transposes, [columns, K] · [K, TURNED]: OpenBLAS's
   kernels for AVX2 round sixteen of them alike, but not more, nor rows. */
#define TURNED 16

/* Models of so many weights in the output layer are computed in double. */
#define SMALL ((size_t)1 << 17)

/* Of the largest square of a row's norm: a mean row of more is left out of the products in float. */
#define COMMON_MOST 1e-4

/* Contexts of a greater reach are. */
#define REACH_MOST 256

/* And those whose features no float might hold. */
#define NORM_MOST 1e30

/* Contexts that go over the vocabulary together are bounded by the bytes of their features, and in number:
   what one session computes another may wait for. */
#define FEATURES_BYTES_MOST ((size_t)12 << 20)
#define CONTEXTS_MOST       ((size_t)512)

/* Tokens of at least this share of the sum are likely: no more than so many can be. */
#define LIKELY 128

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
    bool wide; /* in double */
    size_t count;
    struct candidate candidates[CANDIDATES];
};

struct plx_outputs {
    const struct plx_neural_model *model;
    size_t width;              /* K */
    size_t columns;            /* of a block */
    bool wide;                 /* all in double */
    size_t contexts;           /* of one call, whole tiles */
    struct progress *progress; /* [contexts] */
    /* In double. */
    double *weights;   /* [columns, K] */
    double *bias;      /* [columns] */
    double *products;  /* [PLX_NEURAL_TILE, columns] */
    double *wide_sums; /* [contexts] */
    /* In float. */
    float *features;        /* [contexts, K] */
    float *narrow_weights;  /* [columns, K] */
    float *narrow_bias;     /* [columns] what it exceeds model->bias_shift by */
    float *narrow_centre;   /* [K] */
    float *narrow_products; /* [PLX_NEURAL_TILE, columns] */
    float *turned_products; /* [columns, TURNED] */
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

static bool model_is_wide(const struct plx_neural_model *model)
{
    size_t weights;
    const bool small =
        !__builtin_mul_overflow(model->outputs, plx_features_width(model), &weights) && weights <= SMALL;
    return small || is_wide(model->out) || is_wide(model->bias) || is_wide(model->direct);
}

/* As many contexts as memory is meant for, in whole tiles. */
static size_t contexts_of(size_t width)
{
    const size_t bytes = sizeof(double) + sizeof(float);
    const size_t contexts = smaller(FEATURES_BYTES_MOST / bytes / width, CONTEXTS_MOST);
    return contexts < PLX_NEURAL_TILE ? PLX_NEURAL_TILE : contexts - contexts % PLX_NEURAL_TILE;
}

static size_t columns_of(size_t width)
{
    const size_t columns = smaller(BLOCK_MOST / width, COLUMNS_MOST);
    return columns < COLUMNS_LEAST ? COLUMNS_LEAST : columns - columns % COLUMNS_LEAST;
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

/* The biases of the block that begins at `first`: −infinity where it ends before. */
static void load_bias(struct plx_outputs *outputs, size_t first)
{
    const struct plx_neural_model *model = outputs->model;
    const size_t rows = smaller(outputs->columns, model->outputs - first);
    for (size_t row = 0; row < outputs->columns; row++)
        outputs->bias[row] = row < rows ? 0 : -(double)INFINITY;
    if (model->bias)
        plx_tensor_widen(model->bias, first, rows, outputs->bias);
}

static bool allocate(struct plx_outputs *outputs, struct plx_error *error)
{
    const size_t columns = outputs->columns, tile = PLX_NEURAL_TILE;
    outputs->progress = plx_new_array(outputs->contexts, sizeof *outputs->progress, error);
    outputs->weights = plx_new_array(outputs->width, columns * sizeof(double), error);
    outputs->bias = plx_new_array(columns, sizeof(double), error);
    outputs->products = plx_new_array(tile, columns * sizeof(double), error);
    outputs->wide_sums = plx_new_array(outputs->contexts, sizeof(double), error);
    if (!outputs->progress || !outputs->weights || !outputs->bias || !outputs->products ||
        !outputs->wide_sums)
        return false;
    if (outputs->wide)
        return true;
    outputs->features = plx_new_array(outputs->width, outputs->contexts * sizeof(float), error);
    outputs->narrow_weights = plx_new_array(outputs->width, columns * sizeof(float), error);
    outputs->narrow_bias = plx_new_array(columns, sizeof(float), error);
    outputs->narrow_centre = plx_new_array(outputs->width, sizeof(float), error);
    outputs->narrow_products = plx_new_array(tile, columns * sizeof(float), error);
    outputs->turned_products = plx_new_array(TURNED, columns * sizeof(float), error);
    if (!outputs->features || !outputs->narrow_weights || !outputs->narrow_bias || !outputs->narrow_centre ||
        !outputs->narrow_products || !outputs->turned_products)
        return false;
    for (size_t k = 0; k < outputs->width; k++)
        outputs->narrow_centre[k] = (float)outputs->model->centre[k];
    return true;
}

struct plx_outputs *plx_outputs_new(const struct plx_neural_model *model, struct plx_error *error)
{
    struct plx_outputs *outputs = plx_new_array(1, sizeof *outputs, error);
    if (!outputs)
        return NULL;
    outputs->model = model;
    outputs->width = plx_features_width(model);
    outputs->columns = columns_of(outputs->width);
    outputs->contexts = contexts_of(outputs->width);
    outputs->wide = model->wide;
    if (allocate(outputs, error))
        return outputs;
    plx_outputs_free(outputs);
    return NULL;
}

void plx_outputs_free(struct plx_outputs *outputs)
{
    if (!outputs)
        return;
    free(outputs->progress);
    free(outputs->weights);
    free(outputs->bias);
    free(outputs->products);
    free(outputs->wide_sums);
    free(outputs->features);
    free(outputs->narrow_weights);
    free(outputs->narrow_bias);
    free(outputs->narrow_centre);
    free(outputs->narrow_products);
    free(outputs->turned_products);
    free(outputs);
}

size_t plx_outputs_contexts(const struct plx_outputs *outputs)
{
    return outputs->contexts;
}

/* The mean of the biases, and how far they are from it. */
static void measure_bias(struct plx_neural_model *model)
{
    double sum = 0, most = 0, bias;
    for (size_t token = 0; token < model->outputs && model->bias; token++) {
        plx_tensor_widen(model->bias, token, 1, &bias);
        sum += bias;
    }
    model->bias_shift =
        rint(sum / (double)model->outputs); /* a number of few digits: most differences are exact */
    for (size_t token = 0; token < model->outputs && model->bias; token++) {
        plx_tensor_widen(model->bias, token, 1, &bias);
        most = fmax(most, fabs(bias - model->bias_shift));
    }
    model->bias_reach = most;
}

/* A context must not come out differently by its place in a tile: how products are to be asked for. */
static enum plx_status choose_products(struct plx_neural_model *model, struct plx_error *error)
{
    const size_t width = plx_features_width(model), columns = columns_of(width);
    bool rows, turned = false;
    enum plx_status status = plx_blas_same_rows(PLX_NEURAL_TILE, columns, width, &rows, error);
    if (status == PLX_OK && !rows)
        status = plx_blas_same_columns(columns, TURNED, width, &turned, error);
    model->turned = turned;
    model->wide = !rows && !turned;
    return status;
}

/* Adds up the rows of the output layer, and their norms' largest square. */
static double add_rows(const struct plx_outputs *outputs, const double *centre, double *row, double *sum)
{
    double most = 0;
    for (size_t token = 0; token < outputs->model->outputs; token++) {
        load_rows(outputs, token, 1, row);
        for (size_t k = 0; k < outputs->width; k++) {
            row[k] -= centre[k];
            sum[k] += row[k];
        }
        most = fmax(most, plx_dot(row, row, outputs->width));
    }
    return most;
}

/* To the seven highest bits of the largest: differences from numbers of few digits are exact for most
 * weights. */
static void round_coarsely(const double *values, size_t count, double *rounded)
{
    double largest = 0;
    for (size_t k = 0; k < count; k++)
        largest = fmax(largest, fabs(values[k]));
    const double unit = ldexp(1, ilogb(largest) - 6);
    for (size_t k = 0; k < count; k++)
        rounded[k] = rint(values[k] / unit) * unit;
}

/* What all rows have in common, where that is much, is their centre; and how long they are beside it. */
static enum plx_status measure_rows(struct plx_neural_model *model, struct plx_error *error)
{
    const size_t width = plx_features_width(model);
    const struct plx_outputs outputs = {.model = model, .width = width};
    double *row = plx_new_array(width, sizeof *row, error), *sum = plx_new_array(width, sizeof *sum, error);
    model->centre = plx_new_array(width, sizeof *model->centre, error);
    if (!row || !sum || !model->centre) {
        free(row);
        free(sum);
        return PLX_MEMORY;
    }
    double most = add_rows(&outputs, model->centre, row, sum);
    for (size_t k = 0; k < width; k++)
        sum[k] /= (double)model->outputs;
    if (plx_dot(sum, sum, width) > COMMON_MOST * most) {
        round_coarsely(sum, width, model->centre);
        most = add_rows(&outputs, model->centre, row, sum);
    }
    model->row_reach = sqrt(most);
    free(row);
    free(sum);
    return PLX_OK;
}

enum plx_status plx_outputs_measure(struct plx_neural_model *model, struct plx_error *error)
{
    model->wide = model_is_wide(model);
    if (model->wide)
        return PLX_OK;
    const enum plx_status status = choose_products(model, error);
    if (status || model->wide)
        return status;
    measure_bias(model);
    return measure_rows(model, error);
}

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

/* Notes which of the terms [count], of the tokens from `first` on, are a share of the sum that may count.
 */
static void note_likely(struct progress *progress, const float *terms, size_t count, size_t first)
{
    const double least = progress->lse.sum / LIKELY;
    const float maximum = (float)progress->lse.maximum;
    if (progress->count + LIKELY > CANDIDATES)
        look_through(progress);
    for (size_t i = 0; i < count; i++) {
        if ((double)terms[i] >= least && progress->count < CANDIDATES)
            progress->candidates[progress->count++] =
                (struct candidate){terms[i], maximum, (uint32_t)(first + i)};
    }
}

/* The log-sum-exp, its likely terms computed anew. */
static double finish(struct plx_outputs *outputs, struct progress *progress, const double *features)
{
    const struct plx_neural_model *model = outputs->model;
    const double shift = model->bias_shift + plx_dot(model->centre, features, outputs->width);
    struct plx_lse *lse = &progress->lse;
    look_through(progress);
    for (size_t i = 0; i < progress->count; i++) {
        const struct candidate candidate = progress->candidates[i];
        const double logit = plx_outputs_logit(outputs, features, candidate.token) - shift;
        lse->sum += exp(logit - lse->maximum) -
                    (double)candidate.term * exp((double)candidate.maximum - lse->maximum);
    }
    return plx_lse_end(lse) + shift;
}

static void load_narrow(struct plx_outputs *outputs, size_t first)
{
    const size_t rows = load_block_narrow(outputs, first, outputs->narrow_weights);
    for (size_t row = 0; row < rows; row++) {
        float *weights = outputs->narrow_weights + row * outputs->width;
        for (size_t k = 0; k < outputs->width; k++)
            weights[k] -= outputs->narrow_centre[k];
    }
    load_bias(outputs, first);
    for (size_t row = 0; row < outputs->columns; row++)
        outputs->narrow_bias[row] = (float)(outputs->bias[row] - outputs->model->bias_shift);
}

/* The products of a tile of features with the block. */
static void multiply_narrow(struct plx_outputs *outputs, const float *features)
{
    const size_t columns = outputs->columns, tile = PLX_NEURAL_TILE;
    if (!outputs->model->turned) {
        plx_blas_multiply_floats(tile, columns, outputs->width, features, outputs->narrow_weights,
                                 outputs->narrow_products, columns);
        return;
    }
    for (size_t first = 0; first < tile; first += TURNED) {
        plx_blas_multiply_floats(columns, TURNED, outputs->width, outputs->narrow_weights,
                                 features + first * outputs->width, outputs->turned_products, TURNED);
        for (size_t c = 0; c < TURNED; c++) {
            for (size_t i = 0; i < columns; i++)
                outputs->narrow_products[(first + c) * columns + i] =
                    outputs->turned_products[i * TURNED + c];
        }
    }
}

static void sum_narrow(struct plx_outputs *outputs, const double *features, size_t count, double *sums)
{
    const size_t tiles = (count + PLX_NEURAL_TILE - 1) / PLX_NEURAL_TILE, width = outputs->width;
    const size_t columns = outputs->columns;
    for (size_t i = 0; i < tiles * PLX_NEURAL_TILE * width; i++)
        outputs->features[i] = (float)features[i];
    for (size_t c = 0; c < count; c++) {
        outputs->progress[c].lse = plx_lse_begin();
        outputs->progress[c].count = 0;
    }
    for (size_t first = 0; first < outputs->model->outputs; first += columns) {
        load_narrow(outputs, first);
        for (size_t c = 0; c < count; c++) {
            struct progress *progress = outputs->progress + c;
            float *products = outputs->narrow_products + c % PLX_NEURAL_TILE * columns;
            if (c % PLX_NEURAL_TILE == 0)
                multiply_narrow(outputs, outputs->features + c * width);
            const float largest = plx_lse_add_floats(&progress->lse, products, outputs->narrow_bias, columns);
            if ((double)largest * LIKELY >= progress->lse.sum)
                note_likely(progress, products, columns, first);
        }
    }
    for (size_t c = 0; c < count; c++)
        sums[c] = finish(outputs, outputs->progress + c, features + c * width);
}

static void sum_wide(struct plx_outputs *outputs, const double *features, size_t count, double *sums)
{
    const size_t columns = outputs->columns;
    for (size_t c = 0; c < count; c++)
        outputs->progress[c].lse = plx_lse_begin();
    for (size_t first = 0; first < outputs->model->outputs; first += columns) {
        const size_t rows = load_block(outputs, first, outputs->weights);
        load_bias(outputs, first);
        for (size_t c = 0; c < count; c++) {
            double *products = outputs->products + c % PLX_NEURAL_TILE * columns;
            if (c % PLX_NEURAL_TILE == 0)
                plx_blas_multiply(PLX_NEURAL_TILE, columns, outputs->width, features + c * outputs->width,
                                  outputs->weights, outputs->products, columns);
            for (size_t i = 0; i < rows; i++)
                products[i] += outputs->bias[i];
            plx_lse_add(&outputs->progress[c].lse, products, rows);
        }
    }
    for (size_t c = 0; c < count; c++)
        sums[c] = plx_lse_end(&outputs->progress[c].lse);
}

/* Marks the contexts whose logits may be too large for float; how many there are. */
static size_t mark_wide(struct plx_outputs *outputs, const double *features, size_t count)
{
    const struct plx_neural_model *model = outputs->model;
    size_t wide = 0;
    for (size_t c = 0; c < count; c++) {
        const double *x = features + c * outputs->width;
        const double norm = sqrt(plx_dot(x, x, outputs->width));
        const double reach = norm * model->row_reach + model->bias_reach;
        outputs->progress[c].wide = !(norm <= NORM_MOST && reach <= REACH_MOST);
        wide += outputs->progress[c].wide;
    }
    return wide;
}

void plx_outputs_sum(struct plx_outputs *outputs, const double *features, size_t count, double *sums)
{
    if (outputs->wide) {
        sum_wide(outputs, features, count, sums);
        return;
    }
    const size_t wide = mark_wide(outputs, features, count);
    if (wide < count)
        sum_narrow(outputs, features, count, sums);
    if (wide > 0)
        sum_wide(outputs, features, count, outputs->wide_sums);
    for (size_t c = 0; c < count; c++)
        sums[c] = outputs->progress[c].wide ? outputs->wide_sums[c] : sums[c];
}

double plx_outputs_logit(struct plx_outputs *outputs, const double *features, size_t token)
{
    double bias = 0;
    load_rows(outputs, token, 1, outputs->weights);
    if (outputs->model->bias)
        plx_tensor_widen(outputs->model->bias, token, 1, &bias);
    return plx_dot(outputs->weights, features, outputs->width) + bias;
}

void plx_outputs_logits(struct plx_outputs *outputs, const double *features, double *logits)
{
    const size_t types = outputs->model->outputs, columns = outputs->columns;
    for (size_t first = 0; first < types; first += columns) {
        const size_t rows = load_block(outputs, first, outputs->weights);
        load_bias(outputs, first);
        plx_blas_multiply(PLX_OUTPUTS_ROWS, columns, outputs->width, features, outputs->weights,
                          outputs->products, columns);
        for (size_t c = 0; c < PLX_OUTPUTS_ROWS; c++) {
            for (size_t i = 0; i < rows; i++)
                logits[c * types + first + i] = outputs->products[c * columns + i] + outputs->bias[i];
        }
    }
}

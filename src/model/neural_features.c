#include "model/neural_features.h"

#include "base/memory.h"
#include "model/neural_blas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows of a hidden layer's weights that are widened and multiplied together. */
#define ROWS 64

struct plx_features {
    const struct plx_neural_model *model;
    size_t inputs;      /* (n − 1) · d */
    double *embeddings; /* [PLX_NEURAL_TILE, inputs]: x_0 */
    double *layers[2];  /* [PLX_NEURAL_TILE, widest layer]: x_l, in turn */
    double *weights;    /* [ROWS, most inputs] */
    double bias[ROWS];
    double products[PLX_NEURAL_TILE * ROWS];
};

static size_t inputs_of(const struct plx_neural_model *model)
{
    return model->context * model->depth;
}

size_t plx_features_width(const struct plx_neural_model *model)
{
    return model->width + (model->direct ? inputs_of(model) : 0);
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

struct plx_features *plx_features_new(const struct plx_neural_model *model, struct plx_error *error)
{
    struct plx_features *features = plx_new_array(1, sizeof *features, error);
    size_t inputs = inputs_of(model), outputs = 1;
    if (!features)
        return NULL;
    features->model = model;
    features->inputs = inputs;
    for (size_t l = 0; l < model->layer_count; l++) {
        inputs = larger(inputs, model->layers[l].inputs);
        outputs = larger(outputs, model->layers[l].outputs);
    }
    features->embeddings =
        plx_new_array(features->inputs, PLX_NEURAL_TILE * sizeof *features->embeddings, error);
    for (size_t i = 0; i < 2; i++)
        features->layers[i] = plx_new_array(outputs, PLX_NEURAL_TILE * sizeof(double), error);
    features->weights = plx_new_array(inputs, ROWS * sizeof *features->weights, error);
    if (features->embeddings && features->layers[0] && features->layers[1] && features->weights)
        return features;
    plx_features_free(features);
    return NULL;
}

void plx_features_free(struct plx_features *features)
{
    if (!features)
        return;
    free(features->embeddings);
    free(features->layers[0]);
    free(features->layers[1]);
    free(features->weights);
    free(features);
}

/* x_0 of `count` contexts. */
static void load_embeddings(struct plx_features *features, const uint32_t *contexts, size_t count)
{
    const struct plx_neural_model *model = features->model;
    const size_t depth = model->depth, width = model->context;
    for (size_t c = 0; c < count; c++) {
        for (size_t i = 0; i < width; i++) {
            const size_t token = model->newest_first ? width - 1 - i : i;
            plx_tensor_widen(model->embed, contexts[c * width + token] * depth, depth,
                             features->embeddings + c * features->inputs + i * depth);
        }
    }
}

static void activate(enum plx_activation activation, double *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const double x = values[i];
        switch (activation) {
        case PLX_ACTIVATION_identity: return;
        case PLX_ACTIVATION_tanh: values[i] = tanh(x); break;
        case PLX_ACTIVATION_relu: values[i] = x < 0 ? 0 : x; break;
        case PLX_ACTIVATION_hardtanh: values[i] = x < -1 ? -1 : x > 1 ? 1 : x; break;
        case PLX_ACTIVATION_gelu: values[i] = 0.5 * x * (1 + erf(x * M_SQRT1_2)); break;
        }
    }
}

/* Rows [first, first + rows) of a layer's weights and bias, filled up with zeros. */
static void load_rows(struct plx_features *features, const struct plx_neural_layer *layer, size_t first,
                      size_t rows)
{
    plx_tensor_widen(layer->weight, first * layer->inputs, rows * layer->inputs, features->weights);
    memset(features->weights + rows * layer->inputs, 0,
           (ROWS - rows) * layer->inputs * sizeof *features->weights);
    memset(features->bias, 0, sizeof features->bias);
    if (layer->bias)
        plx_tensor_widen(layer->bias, first, rows, features->bias);
}

/* to [PLX_NEURAL_TILE, outputs] = activation(from [PLX_NEURAL_TILE, inputs] · weightᵀ + bias) */
static void apply_layer(struct plx_features *features, const struct plx_neural_layer *layer,
                        const double *from, double *to)
{
    for (size_t first = 0; first < layer->outputs; first += ROWS) {
        const size_t rows = layer->outputs - first < ROWS ? layer->outputs - first : ROWS;
        load_rows(features, layer, first, rows);
        plx_blas_multiply(PLX_NEURAL_TILE, ROWS, layer->inputs, from, features->weights, features->products,
                          ROWS);
        for (size_t c = 0; c < PLX_NEURAL_TILE; c++) {
            double *place = to + c * layer->outputs + first;
            for (size_t row = 0; row < rows; row++)
                place[row] = features->products[c * ROWS + row] + features->bias[row];
            activate(features->model->activation, place, rows);
        }
    }
}

void plx_features_compute(struct plx_features *features, const uint32_t *contexts, size_t count,
                          double *values)
{
    const struct plx_neural_model *model = features->model;
    const size_t width = plx_features_width(model), direct = width - model->width;
    load_embeddings(features, contexts, count);
    const double *last = features->embeddings;
    for (size_t l = 0; l < model->layer_count; l++) {
        apply_layer(features, model->layers + l, last, features->layers[l % 2]);
        last = features->layers[l % 2];
    }
    for (size_t c = 0; c < PLX_NEURAL_TILE; c++) {
        memcpy(values + c * width, last + c * model->width, model->width * sizeof *values);
        if (direct > 0)
            memcpy(values + c * width + model->width, features->embeddings + c * direct,
                   direct * sizeof *values);
    }
}

/* The output layer by tiles. Expected values: the same weights and features multiplied and summed one by one
   in long double. */
#include "model/neural_outputs.h"

#include "support/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Beyond the models that are computed in double anyway; the last block of the vocabulary is not full. */
#define TYPES  1100
#define WIDTH  96
#define DIRECT 32
#define K      (WIDTH + DIRECT)

/* Weights of one size, some of which stick out. */
struct layer {
    struct plx_neural_model model;
    struct plx_tensor out, bias, direct;
    float *weights[3];
    double *wide[3];
};

static double between(struct random *seed, double scale)
{
    return scale * ((double)random_below(seed, 2000001) / 1000000 - 1);
}

static void fill_tensor(struct layer *layer, size_t i, struct plx_tensor *tensor, bool wide, size_t count,
                        double scale, struct random *seed)
{
    layer->weights[i] = calloc(count, sizeof(float));
    layer->wide[i] = calloc(count, sizeof(double));
    assert_true(layer->weights[i] && layer->wide[i]);
    for (size_t k = 0; k < count; k++) {
        layer->weights[i][k] = (float)between(seed, scale);
        layer->wide[i][k] = (double)layer->weights[i][k];
    }
    *tensor = (struct plx_tensor){.dtype = wide ? PLX_F64 : PLX_F32,
                                  .count = count,
                                  .data = wide ? (const uint8_t *)layer->wide[i]
                                               : (const uint8_t *)layer->weights[i]};
}

static void make_layer(struct layer *layer, bool wide, double scale)
{
    struct random seed = {5};
    fill_tensor(layer, 0, &layer->out, wide, (size_t)TYPES * WIDTH, scale, &seed);
    fill_tensor(layer, 1, &layer->direct, wide, (size_t)TYPES * DIRECT, scale, &seed);
    fill_tensor(layer, 2, &layer->bias, wide, TYPES, scale, &seed);
    layer->model = (struct plx_neural_model){.types = TYPES,
                                             .outputs = TYPES,
                                             .context = 1,
                                             .depth = DIRECT,
                                             .width = WIDTH,
                                             .out = &layer->out,
                                             .bias = &layer->bias,
                                             .direct = &layer->direct};
}

static void release_layer(struct layer *layer)
{
    free(layer->model.centre);
    for (size_t i = 0; i < 3; i++) {
        free(layer->weights[i]);
        free(layer->wide[i]);
    }
}

static struct plx_outputs *outputs_of(struct layer *layer)
{
    struct plx_error error;
    assert_int_equal(plx_outputs_measure(&layer->model, &error), PLX_OK);
    struct plx_outputs *outputs = plx_outputs_new(&layer->model, &error);
    assert_non_null(outputs);
    return outputs;
}

static long double plain_logit(const struct layer *layer, const double *features, size_t token)
{
    long double logit = (long double)layer->wide[2][token];
    for (size_t k = 0; k < WIDTH; k++)
        logit += (long double)layer->wide[0][token * WIDTH + k] * (long double)features[k];
    for (size_t k = 0; k < DIRECT; k++)
        logit += (long double)layer->wide[1][token * DIRECT + k] * (long double)features[WIDTH + k];
    return logit;
}

static double plain_sum(const struct layer *layer, const double *features)
{
    long double logits[TYPES], maximum = -INFINITY, sum = 0;
    for (size_t token = 0; token < TYPES; token++) {
        logits[token] = plain_logit(layer, features, token);
        maximum = logits[token] > maximum ? logits[token] : maximum;
    }
    for (size_t token = 0; token < TYPES; token++)
        sum += expl(logits[token] - maximum);
    return (double)(maximum + logl(sum));
}

/* Features [contexts, K], whole tiles. */
static double *features_of(size_t contexts, double scale)
{
    struct random seed = {17};
    double *features = calloc(contexts * K, sizeof *features);
    assert_non_null(features);
    for (size_t i = 0; i < contexts * K; i++)
        features[i] = between(&seed, scale);
    return features;
}

static void check_layer(struct layer *layer, const double *features, double tolerance, const char *what)
{
    struct plx_outputs *outputs = outputs_of(layer);
    double sums[PLX_NEURAL_TILE];
    plx_outputs_sum(outputs, features, PLX_NEURAL_TILE - 3, sums);
    for (size_t c = 0; c < PLX_NEURAL_TILE - 3; c++) {
        const double expected = plain_sum(layer, features + c * K);
        if (!(fabs(sums[c] - expected) <= tolerance))
            fail_msg("%s: found %.17g, expected %.17g", what, sums[c], expected);
    }
    plx_outputs_free(outputs);
}

static void check_sums(bool wide, double weights, double scale, double tolerance)
{
    struct layer layer;
    char what[64];
    double *features = features_of(PLX_NEURAL_TILE, scale);
    snprintf(what, sizeof what, "weights %g, features %g", weights, scale);
    make_layer(&layer, wide, weights);
    check_layer(&layer, features, tolerance, what);
    free(features);
    release_layer(&layer);
}

/* From flat distributions to those of one token: logits of some hundredths up to some hundreds. Without the
   likely tokens' logits in double the error is 1.6e-6 at logits of ten. */
static void plx_outputs_sum__float_weights(void **state)
{
    (void)state;
    check_sums(false, 1, 1e-3, 1e-7);
    check_sums(false, 0.1, 1, 1e-7);
    check_sums(false, 1, 1, 3e-7);
    check_sums(false, 2, 1, 5e-7); /* a reach of about 256 */
    check_sums(false, 2, 3, 1e-12);
    check_sums(false, 4, 20, 1e-11);
}

static void plx_outputs_sum__wide_weights(void **state)
{
    (void)state;
    check_sums(true, 1, 1e-3, 1e-14);
    check_sums(true, 2, 3, 1e-12);
    check_sums(true, 4, 20, 1e-11);
}

/* Logits of 1e60, which no float holds. */
static void plx_outputs_sum__beyond_float(void **state)
{
    (void)state;
    check_sums(false, 1e30, 1e30, 1e61 * 1e-13);
}

/* What all biases have in common, and two features that nearly cancel, cost no digits. */
static void plx_outputs_sum__large_logits_of_a_flat_distribution(void **state)
{
    double *features = features_of(PLX_NEURAL_TILE, 1e-2);
    struct layer layer;
    (void)state;
    make_layer(&layer, false, 1);
    for (size_t token = 0; token < TYPES; token++) {
        layer.weights[2][token] += 1e5f;
        layer.wide[2][token] = (double)layer.weights[2][token];
    }
    check_layer(&layer, features, 1e-7, "biases of 1e5");
    release_layer(&layer);
    make_layer(&layer, false, 1);
    for (size_t token = 0; token < TYPES; token++) {
        layer.weights[0][token * WIDTH] = 1;
        layer.weights[0][token * WIDTH + 1] = -1;
        layer.wide[0][token * WIDTH] = 1;
        layer.wide[0][token * WIDTH + 1] = -1;
    }
    for (size_t c = 0; c < PLX_NEURAL_TILE; c += 2) /* every second context of the tile */
        features[c * K] = features[c * K + 1] = 3e4;
    check_layer(&layer, features, 1e-7, "features of 3e4");
    free(features);
    release_layer(&layer);
}

/* A part of the logits that is the same for every token rounds the same way in all of them. */
static void plx_outputs_sum__common_part(void **state)
{
    static const double COMMON[] = {30, 100, 200};
    (void)state;
    for (size_t i = 0; i < sizeof COMMON / sizeof *COMMON; i++) {
        double *features = features_of(PLX_NEURAL_TILE, 1e-1);
        struct layer layer;
        char what[64];
        make_layer(&layer, false, 1);
        for (size_t token = 0; token < TYPES; token++) {
            layer.weights[0][token * WIDTH] = 1;
            layer.wide[0][token * WIDTH] = 1;
        }
        for (size_t c = 0; c < PLX_NEURAL_TILE; c++)
            features[c * K] = COMMON[i] * (1 + 1e-3 * (double)c);
        snprintf(what, sizeof what, "a common part of %g", COMMON[i]);
        check_layer(&layer, features, 1e-7, what);
        free(features);
        release_layer(&layer);
    }
}

/* Not where a context stands, nor how many there are, nor what is in the rest of the tile. */
static void plx_outputs_sum__does_not_depend_on_the_place(void **state)
{
    struct layer layer;
    const size_t most = 2 * PLX_NEURAL_TILE;
    double *features = features_of(most, 2), alone, sums[2 * PLX_NEURAL_TILE];
    (void)state;
    for (int wide = 0; wide < 2; wide++) {
        make_layer(&layer, wide, 1);
        struct plx_outputs *outputs = outputs_of(&layer);
        assert_true(plx_outputs_contexts(outputs) >= most);
        plx_outputs_sum(outputs, features, 1, &alone);
        for (size_t c = 0; c < most; c += 13)
            memcpy(features + c * K, features, K * sizeof *features);
        plx_outputs_sum(outputs, features, most, sums);
        for (size_t c = 0; c < most; c += 13)
            assert_memory_equal(sums + c, &alone, sizeof alone);
        plx_outputs_free(outputs);
        release_layer(&layer);
    }
    free(features);
}

static void plx_outputs_logits__agree_with_one_by_one(void **state)
{
    static double logits[PLX_OUTPUTS_ROWS * TYPES];
    struct layer layer;
    (void)state;
    make_layer(&layer, false, 1);
    struct plx_outputs *outputs = outputs_of(&layer);
    double *features = features_of(PLX_OUTPUTS_ROWS, 2);
    plx_outputs_logits(outputs, features, logits);
    for (size_t c = 0; c < PLX_OUTPUTS_ROWS; c++) {
        for (size_t token = 0; token < TYPES; token++) {
            const double expected = (double)plain_logit(&layer, features + c * K, token);
            assert_true(fabs(logits[c * TYPES + token] - expected) <= 1e-13 * (1 + fabs(expected)));
            assert_true(fabs(plx_outputs_logit(outputs, features + c * K, token) - expected) <=
                        1e-13 * (1 + fabs(expected)));
        }
    }
    free(features);
    plx_outputs_free(outputs);
    release_layer(&layer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_outputs_sum__float_weights),
        cmocka_unit_test(plx_outputs_sum__wide_weights),
        cmocka_unit_test(plx_outputs_sum__beyond_float),
        cmocka_unit_test(plx_outputs_sum__large_logits_of_a_flat_distribution),
        cmocka_unit_test(plx_outputs_sum__common_part),
        cmocka_unit_test(plx_outputs_sum__does_not_depend_on_the_place),
        cmocka_unit_test(plx_outputs_logits__agree_with_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "base/softmax.h"

#include "base/exp.h"
#include "base/vector.h"

#include <math.h>
#include <string.h>

/* How many sums are kept apart, and how many elements are worked on at a time: they stay in the nearest
   cache between the steps. */
#define LANES 8
#define BLOCK 512

#define PLX_WIDTH 2
#include "base/softmax.inc"
#undef PLX_WIDTH

#if PLX_HAS_WIDTH4
#define PLX_WIDTH 4
#include "base/softmax.inc"
#undef PLX_WIDTH
#define CALL(kernel, ...) (plx_use_width4() ? kernel##4(__VA_ARGS__) : kernel##2(__VA_ARGS__))
#else
#define CALL(kernel, ...) kernel##2(__VA_ARGS__)
#endif

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static double sum_of(const double *lanes)
{
    return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

/* values[0..rest) and, up to LANES, what changes nothing. */
static void fill_last(const double *values, size_t rest, double filling, double last[LANES])
{
    for (size_t i = 0; i < LANES; i++)
        last[i] = i < rest ? values[i] : filling;
}

/* NaN is passed over: the sum will show it. */
static double maximum_of(const double *z, size_t n)
{
    const size_t rest = n % LANES;
    double lanes[LANES], last[LANES], maximum = -(double)INFINITY;
    fill_last(z, 0, maximum, lanes);
    fill_last(z + (n - rest), rest, maximum, last);
    CALL(maxima, z, n - rest, lanes);
    CALL(maxima, last, LANES, lanes);
    for (size_t i = 0; i < LANES; i++)
        maximum = lanes[i] > maximum ? lanes[i] : maximum;
    return maximum;
}

static void exponents_of(const struct plx_softmax *softmax, const double *z, size_t count, double *out)
{
    CALL(exponents, z, count, softmax->maximum * 0.5, 2.0 / softmax->temperature, out);
}

void plx_softmax_row(const double *z, size_t n, double temperature, double *exponentials,
                     struct plx_softmax *softmax)
{
    const size_t rest = n % LANES, whole = n - rest;
    double block[BLOCK], last[LANES], lanes[LANES] = {0};
    softmax->temperature = temperature;
    softmax->maximum = maximum_of(z, n);
    fill_last(z + whole, rest, -(double)INFINITY, last);
    for (size_t i = 0; i < whole; i += BLOCK) {
        const size_t count = smaller(whole - i, BLOCK);
        double *place = exponentials ? exponentials + i : block;
        exponents_of(softmax, z + i, count, place);
        plx_exp_nonpositive(place, count);
        CALL(sums, place, count, lanes);
    }
    if (rest > 0) {
        exponents_of(softmax, last, LANES, last);
        plx_exp_nonpositive(last, LANES);
        CALL(sums, last, LANES, lanes);
        if (exponentials)
            memcpy(exponentials + whole, last, rest * sizeof *last);
    }
    softmax->sum = sum_of(lanes);
    softmax->log_sum = log(softmax->sum);
}

double plx_softmax_nats(const struct plx_softmax *softmax, double z)
{
    return (softmax->maximum * 0.5 - z * 0.5) / (softmax->temperature * 0.5) + softmax->log_sum;
}

double plx_softmax_cross_entropy(const struct plx_softmax *softmax, const double *z, const double *weights,
                                 size_t n, double *total)
{
    const size_t rest = n % LANES, whole = n - rest;
    double block[BLOCK], last[LANES], last_weights[LANES], lanes[LANES] = {0}, weight_lanes[LANES] = {0};
    for (size_t i = 0; i < whole; i += BLOCK) {
        const size_t count = smaller(whole - i, BLOCK);
        exponents_of(softmax, z + i, count, block);
        CALL(products, block, weights + i, count, lanes);
    }
    fill_last(z + whole, rest, -(double)INFINITY, last);
    fill_last(weights + whole, rest, 0, last_weights);
    if (rest > 0) {
        exponents_of(softmax, last, LANES, last);
        CALL(products, last, last_weights, LANES, lanes);
    }
    CALL(sums, weights, whole, weight_lanes);
    CALL(sums, last_weights, LANES, weight_lanes);
    *total = sum_of(weight_lanes);
    return sum_of(lanes) + *total * softmax->log_sum;
}

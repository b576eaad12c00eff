#include "base/logsumexp.h"

#include "base/exp.h"
#include "base/vector.h"

#include <float.h>
#include <math.h>

/* Sums that run side by side. */
#define LANES PLX_LSE_FLOATS

#define LOG2_E   1.44269504088896338700f
#define LN2_HIGH 0.693359375f /* 355/512: 14 zero bits at its end, so that products with n are exact */
#define LN2_LOW  (-2.12194440054690583e-4f)

/* 1.5 · 2^23: added to a number of less than 22 bits it rounds to an integer, and leaves that in the lowest
   bits of the sum. */
#define ROUNDER 12582912.0f

#define EXPONENT_BIAS 127
#define MANTISSA_BITS 23

/* Here n is −127, whose biased exponent is 0, so that "2^n" comes out as 0 without a further comparison. */
#define LEAST_ARGUMENT (-88.0f)

#define PLX_WIDTH 2
#include "base/logsumexp.inc"
#undef PLX_WIDTH

#if PLX_HAS_WIDTH4
#define PLX_WIDTH 4
#include "base/logsumexp.inc"
#undef PLX_WIDTH
#endif

static float add_bias(float *z, const float *bias, size_t count, float least)
{
#if PLX_HAS_WIDTH4
    if (plx_use_width4())
        return add_bias4(z, bias, count, least);
#endif
    return add_bias2(z, bias, count, least);
}

static float exp_and_sum(float *z, size_t count, float maximum, double *sums)
{
#if PLX_HAS_WIDTH4
    if (plx_use_width4())
        return exp_and_sum4(z, count, maximum, sums);
#endif
    return exp_and_sum2(z, count, maximum, sums);
}

static double total_of(const double *sums)
{
    return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

double plx_logsumexp_above(const double *z, size_t n, double *maximum)
{
    double sum = 0;
    *maximum = -(double)INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (isnan(z[i])) {
            *maximum = z[i];
            return 0;
        }
        if (z[i] > *maximum)
            *maximum = z[i];
    }
    if (isinf(*maximum)) /* of either sign: there is nothing to subtract */
        return 0;
    for (size_t i = 0; i < n; i++)
        sum += exp(z[i] - *maximum);
    return log(sum);
}

double plx_logsumexp(const double *z, size_t n)
{
    double maximum;
    const double above = plx_logsumexp_above(z, n, &maximum);
    return maximum + above;
}

/* What is subtracted: the maximum, made finite so that infinity − infinity does not arise. Then −infinity
   stays no mass, +infinity (see `exponent`) becomes a mass of one, and NaN alone gives NaN. */
static double shift_of(double maximum)
{
    const double upper = maximum > DBL_MAX ? DBL_MAX : maximum;
    return upper < -DBL_MAX ? -DBL_MAX : upper;
}

static double exponent(double z, double shift)
{
    const double difference = z - shift;
    return difference > 0 ? 0 : difference;
}

void plx_lse_add(struct plx_lse *lse, double *z, size_t count)
{
    double maximum = lse->maximum, sums[LANES] = {0};
    for (size_t i = 0; i < count; i++)
        maximum = z[i] > maximum ? z[i] : maximum;
    const double shift = shift_of(maximum);
    lse->sum *= exp(exponent(lse->maximum, shift));
    lse->maximum = maximum;
    for (size_t i = 0; i < count; i++)
        z[i] = exponent(z[i], shift);
    plx_exp_nonpositive(z, count);
    const size_t whole = count - count % LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (size_t lane = 0; lane < LANES; lane++)
            sums[lane] += z[i + lane];
    }
    for (size_t i = whole; i < count; i++)
        sums[i - whole] += z[i];
    lse->sum += total_of(sums);
}

float plx_lse_add_floats(struct plx_lse *lse, float *z, const float *bias, size_t count)
{
    double sums[LANES] = {0};
    float largest;
    const float maximum = add_bias(z, bias, count, (float)lse->maximum); /* which is that of floats */
    if ((double)maximum > lse->maximum) {
        lse->sum *= exp(lse->maximum - (double)maximum);
        lse->maximum = (double)maximum;
    }
    largest = exp_and_sum(z, count, maximum, sums);
    lse->sum += total_of(sums);
    return largest;
}

double plx_lse_end(const struct plx_lse *lse)
{
    return lse->maximum + log(lse->sum);
}

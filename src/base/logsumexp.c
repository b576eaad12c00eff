#include "base/logsumexp.h"

#include "base/exp.h"

#include <float.h>
#include <math.h>
#include <string.h>

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

void plx_lse_lanes_init(struct plx_lse_lanes *lanes)
{
    for (size_t lane = 0; lane < PLX_LSE_LANES; lane++) {
        lanes->maximum[lane] = -(double)INFINITY;
        lanes->sum[lane] = 0;
    }
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

/* One pass for each step, so that each is a loop that compilers turn into vector instructions: the rows of a
   block stay in the nearest cache. */
void plx_lse_lanes_add(struct plx_lse_lanes *lanes, double *z, size_t rows)
{
    double maximum[PLX_LSE_LANES], shift[PLX_LSE_LANES], sum[PLX_LSE_LANES], scale[PLX_LSE_LANES];
    memcpy(maximum, lanes->maximum, sizeof maximum);
    for (size_t row = 0; row < rows; row++) {
        for (size_t lane = 0; lane < PLX_LSE_LANES; lane++) {
            const double value = z[row * PLX_LSE_LANES + lane];
            maximum[lane] = value > maximum[lane] ? value : maximum[lane];
        }
    }
    for (size_t lane = 0; lane < PLX_LSE_LANES; lane++) {
        shift[lane] = shift_of(maximum[lane]);
        scale[lane] = exponent(lanes->maximum[lane], shift[lane]);
    }
    for (size_t row = 0; row < rows; row++) {
        for (size_t lane = 0; lane < PLX_LSE_LANES; lane++)
            z[row * PLX_LSE_LANES + lane] = exponent(z[row * PLX_LSE_LANES + lane], shift[lane]);
    }
    plx_exp_nonpositive(scale, PLX_LSE_LANES);
    plx_exp_nonpositive(z, rows * PLX_LSE_LANES);
    for (size_t lane = 0; lane < PLX_LSE_LANES; lane++)
        sum[lane] = lanes->sum[lane] * scale[lane];
    for (size_t row = 0; row < rows; row++) {
        for (size_t lane = 0; lane < PLX_LSE_LANES; lane++)
            sum[lane] += z[row * PLX_LSE_LANES + lane];
    }
    memcpy(lanes->maximum, maximum, sizeof maximum);
    memcpy(lanes->sum, sum, sizeof sum);
}

void plx_lse_lanes_finish(const struct plx_lse_lanes *lanes, double result[PLX_LSE_LANES])
{
    for (size_t lane = 0; lane < PLX_LSE_LANES; lane++)
        result[lane] = lanes->maximum[lane] + log(lanes->sum[lane]);
}

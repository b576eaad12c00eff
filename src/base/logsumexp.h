/* The one log-sum-exp. */
#ifndef PLX_BASE_LOGSUMEXP_H
#define PLX_BASE_LOGSUMEXP_H

#include <math.h>
#include <stddef.h>

/* log Σ exp z_j over z[0..n), the maximum subtracted, summed in double in index order with exp of the C
   library. -infinity entries are zero mass; n = 0 or all -infinity gives -infinity; +infinity gives
   +infinity; NaN gives NaN. */
double plx_logsumexp(const double *z, size_t n);

/* The same in two parts, max z and (returned) what log-sum-exp exceeds it by: for differences from large
   logits, which their sum would round. */
double plx_logsumexp_above(const double *z, size_t n, double *maximum);

/* A log-sum-exp under way: Σ exp(z − maximum) over what has been added. */
struct plx_lse {
    double maximum, sum;
};

/* Nothing added yet. */
static inline struct plx_lse plx_lse_begin(void)
{
    return (struct plx_lse){.maximum = -(double)INFINITY};
}

/* Adds z[0..count), in double; z is overwritten. The last bits of the sum depend on how the elements are
   divided into calls. Limits as plx_logsumexp. */
void plx_lse_add(struct plx_lse *lse, double *z, size_t count);

/* How many floats are added at a time: plx_lse_add_floats takes multiples of it. */
#define PLX_LSE_FLOATS 8

/* Adds z[0..count) + bias[0..count), sums in float. z becomes the terms of the sum, exp(z + bias − maximum)
   in float with an error below 2.5 ulp, which are added in double. Returns the largest of them. What is not
   finite, −infinity apart, or all that has been added so far being −infinity, makes the sum NaN. */
float plx_lse_add_floats(struct plx_lse *lse, float *z, const float *bias, size_t count);

/* maximum + log sum: the log-sum-exp. */
double plx_lse_end(const struct plx_lse *lse);

#endif

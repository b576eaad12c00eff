/* The one log-sum-exp. */
#ifndef PLX_BASE_LOGSUMEXP_H
#define PLX_BASE_LOGSUMEXP_H

#include <stddef.h>

/* log Σ exp z_j over z[0..n), the maximum subtracted, summed in double in index order with exp of the C
   library. -infinity entries are zero mass; n = 0 or all -infinity gives -infinity; +infinity gives
   +infinity; NaN gives NaN. */
double plx_logsumexp(const double *z, size_t n);

/* The same in two parts, max z and (returned) what log-sum-exp exceeds it by: for differences from large
   logits, which their sum would round. */
double plx_logsumexp_above(const double *z, size_t n, double *maximum);

/* How many independent columns one call of the blocked form carries. */
#define PLX_LSE_LANES 16

/* Running log-sum-exp of PLX_LSE_LANES columns at a time: per lane Σ exp(z − maximum). */
struct plx_lse_lanes {
    double maximum[PLX_LSE_LANES];
    double sum[PLX_LSE_LANES];
};

void plx_lse_lanes_init(struct plx_lse_lanes *lanes);

/* Adds rows × PLX_LSE_LANES logits (row-major, lane innermost). What a lane gets depends on its own column
   and on how rows are divided into calls, never on the other lanes. z is overwritten. */
void plx_lse_lanes_add(struct plx_lse_lanes *lanes, double *z, size_t rows);

/* maximum + log sum, lane by lane. */
void plx_lse_lanes_finish(const struct plx_lse_lanes *lanes, double result[PLX_LSE_LANES]);

#endif

/* exp for the log-sum-exp: many arguments at a time, none positive. */
#ifndef PLX_BASE_EXP_H
#define PLX_BASE_EXP_H

#include <stddef.h>

/* x[i] becomes exp(x[i]), for x[i] ≤ 0 or NaN; what becomes of a positive argument is not specified. The
   error is below 1.25 ulp. exp(0) is 1 exactly, -infinity gives 0, NaN stays NaN. Below about -708.7, where
   the result would leave the range of normal doubles, it is 0: nothing that a sum with a term of 1 in it
   could notice. */
void plx_exp_nonpositive(double *x, size_t count);

#endif

/* The softmax of a long row of logits, in double, with exp many at a time. */
#ifndef PLX_BASE_SOFTMAX_H
#define PLX_BASE_SOFTMAX_H

#include <stddef.h>

/* q_j = exp((z_j − maximum)/temperature) / sum, and what follows from it. */
struct plx_softmax {
    double maximum;
    double temperature;
    double sum;     /* of the exponentials */
    double log_sum; /* ln sum */
};

/* Fills `softmax` for z[0..n) and a temperature that is positive and normal. The exponentials, of which the
   largest is 1, are left in exponentials[0..n) unless that is NULL; it may be z. -infinity is zero mass. NaN,
   +infinity and a row without any mass make the sum NaN (n = 0: zero). The bits depend on nothing but the
   row.
 */
void plx_softmax_row(const double *z, size_t n, double temperature, double *exponentials,
                     struct plx_softmax *softmax);

/* −ln q of a logit z of the row, at least 0: +infinity for -infinity. */
double plx_softmax_nats(const struct plx_softmax *softmax, double z);

/* −Σ weights_j ln q_j over the row, where a weight of 0 times infinity is 0; *total is Σ weights_j. */
double plx_softmax_cross_entropy(const struct plx_softmax *softmax, const double *z, const double *weights,
                                 size_t n, double *total);

#endif

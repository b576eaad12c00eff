/* What one row of a full distribution has to say: nats[V] = −ln p of every token after one context.
   Everything depends on the row alone, bit for bit: the order of its sums is fixed, whatever the processor.
 */
#ifndef PLX_EVAL_ROW_H
#define PLX_EVAL_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Inverse temperatures β = 1/T at which a row is measured: ⅛, ¼, ⅜, ½, ⅝, ¾, ⅞, 1, 1¼, 1½, 2, 3, 4, 6 and 8.
   exp(−β d) is a product of powers of exp(−d/8) and exp(−d), so that two exponentials give all of them. */
#define PLX_ROW_NODES 15
#define PLX_ROW_ONE   7 /* the node β = 1 */

struct plx_row {
    double least;   /* the smallest of nats: −ln p of the most probable token */
    double mass;    /* Σ p */
    double entropy; /* −Σ p ln p, where 0·ln 0 is 0; p as they are, even if they do not sum to 1 */
    /* With d = nats − least, weighted by exp(−β d): the logarithm of the sum of the weights, mean and
       variance of d. */
    double log_partition[PLX_ROW_NODES], mean[PLX_ROW_NODES], variance[PLX_ROW_NODES];
};

/* β of a node. */
double plx_row_beta(size_t node);

/* A row, of which one token may be left out. */
struct plx_outcomes {
    const double *nats; /* [types] */
    size_t types;
    size_t excluded; /* this token; types or more: none */
};

/* The smallest of nats, NaN passed over. False if no token has a probability: that is no distribution. */
bool plx_row_least(const struct plx_outcomes *outcomes, double *least);

/* Measures the row. False if that is no distribution: no token has a probability, or one is NaN. */
bool plx_row_measure(const struct plx_outcomes *outcomes, struct plx_row *row);

/* ln Σ exp(−(nats − least)/T), for any T > 0. */
double plx_row_log_partition(const struct plx_outcomes *outcomes, double least, double temperature);

/* Σ w nats; w = 1 where weights [types] is NULL. A weight of 0 leaves its token out, even one of zero
   probability. */
double plx_row_weighted(const struct plx_outcomes *outcomes, const double *weights);

/* How many of nats are below `value`, and how many are equal to it. */
void plx_row_compare(const struct plx_outcomes *outcomes, double value, uint64_t *below, uint64_t *equal);

#endif

/* The temperature T that minimises the mean cross-entropy of softmax(−nats/T), in one pass.

   With β = 1/T a target costs f(β) = ln Σ_j exp(−β nats_j) + β nats_target, which is convex in β. Its value
   and first two derivatives are summed exactly at the nodes of row.h, from β = ⅛ to 8. Between two nodes
   their mean F is the polynomial of degree 5 in ln β that has all three at both (Hermite's interpolation),
   whose error is of the sixth order in their distance; the minimum is where its derivative is 0. */
#ifndef PLX_EVAL_TEMPERATURE_H
#define PLX_EVAL_TEMPERATURE_H

#include "base/exact.h"
#include "eval/row.h"

struct plx_temperature_node {
    struct plx_exact value, first, second; /* f and its derivatives by β */
};

/* Zero-initialised is empty. Targets of zero probability are not among the sums: they cost infinity at any
   temperature. */
struct plx_temperature {
    struct plx_temperature_node nodes[PLX_ROW_NODES];
};

/* Adds a target of finite nats with the row that it was predicted from. */
void plx_temperature_add(struct plx_temperature *temperature, const struct plx_row *row, double nats);

void plx_temperature_merge(struct plx_temperature *into, const struct plx_temperature *from);

struct plx_best_temperature {
    double temperature; /* 1 where all cost the same; NaN without targets */
    double nats;        /* mean cross-entropy there */
    /* How far off `nats` may be: by how much it differs from what three of the four nodes say, or two, of
       which polynomials this is about the error. 0 at a node. */
    double error;
    double nats_at_one;
    uint64_t targets;
    bool limit; /* the minimum lies beyond the last node */
};

struct plx_best_temperature plx_temperature_best(const struct plx_temperature *temperature);

#endif

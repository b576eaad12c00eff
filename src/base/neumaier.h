/* A sum of doubles that carries what rounding takes (A. Neumaier, "Rundungsfehleranalyse einiger Verfahren
   zur Summation endlicher Summen", 1974). */
#ifndef PLX_BASE_NEUMAIER_H
#define PLX_BASE_NEUMAIER_H

#include <math.h>

/* Zero-initialised is 0. */
struct plx_neumaier {
    double value, rest;
};

static inline void plx_neumaier_add(struct plx_neumaier *sum, double value)
{
    const double next = sum->value + value;
    sum->rest += fabs(sum->value) >= fabs(value) ? sum->value - next + value : value - next + sum->value;
    sum->value = next;
}

static inline double plx_neumaier_total(struct plx_neumaier sum)
{
    return sum.value + sum.rest;
}

#endif

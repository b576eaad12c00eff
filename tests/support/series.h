/* Values that depend on their neighbours, whose mean is known: 0. */
#ifndef PLX_TESTS_SERIES_H
#define PLX_TESTS_SERIES_H

#include "support/random.h"

enum series_noise { SERIES_NORMAL, SERIES_LAPLACE, SERIES_STUDENT5 };

/* A number of that distribution: of mean 0 and scale 1; STUDENT5 is Student's t of 5 degrees of freedom. */
double series_noise(struct random *random, enum series_noise noise);

/* values[count] of x_i = phi · x_(i − 1) + noise_i, in their steady state; 0 ≤ phi < 1. */
void series_make(struct random *random, double phi, enum series_noise noise, double *values, size_t count);

#endif

#include "support/series.h"

#include <math.h>

/* In (0, 1). */
static double uniform(struct random *random)
{
    return ((double)(random_next(random) >> 11) + 0.5) * 0x1p-53;
}

/* Box and Muller, A note on the generation of random normal deviates (1958). */
static double normal(struct random *random)
{
    const double radius = sqrt(-2 * log(uniform(random)));
    return radius * cos(6.283185307179586477 * uniform(random));
}

double series_noise(struct random *random, enum series_noise noise)
{
    double squares = 0;
    if (noise == SERIES_NORMAL)
        return normal(random);
    if (noise == SERIES_LAPLACE)
        return (random_chance(random, 2) ? -1 : 1) * log(uniform(random));
    for (int i = 0; i < 5; i++) {
        const double one = normal(random);
        squares += one * one;
    }
    return normal(random) / sqrt(squares / 5);
}

void series_make(struct random *random, double phi, enum series_noise noise, double *values, size_t count)
{
    double last = 0;
    /* What the beginning leaves behind is less than 1e-9 of it then. */
    for (int i = 0; phi > 0 && i < 20.8 / -log(phi); i++)
        last = phi * last + series_noise(random, noise);
    for (size_t i = 0; i < count; i++)
        values[i] = last = phi * last + series_noise(random, noise);
}

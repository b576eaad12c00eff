#include "base/dot.h"

#include "base/vector.h"

/* Sums that run side by side. */
#define LANES 8

#define PLX_WIDTH 2
#include "base/dot.inc"
#undef PLX_WIDTH

#if PLX_HAS_WIDTH4
#define PLX_WIDTH 4
#include "base/dot.inc"
#undef PLX_WIDTH
#endif

static void dot_lanes(const double *a, const double *b, size_t count, double *sums)
{
#if PLX_HAS_WIDTH4
    if (plx_use_width4()) {
        dot_lanes4(a, b, count, sums);
        return;
    }
#endif
    dot_lanes2(a, b, count, sums);
}

double plx_dot(const double *a, const double *b, size_t count)
{
    double sums[LANES] = {0};
    const size_t whole = count - count % LANES;
    dot_lanes(a, b, whole, sums);
    for (size_t k = whole; k < count; k++)
        sums[k % LANES] += a[k] * b[k];
    return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

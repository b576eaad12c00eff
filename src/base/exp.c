#include "base/exp.h"

#include "base/vector.h"

#include <string.h>

#define LOG2_E   1.44269504088896338700
#define LN2_HIGH 6.93147180369123816490e-01 /* 0x1.62e42feep-1: 21 zero bits at its end */
#define LN2_LOW  1.90821492927058770002e-10

/* 1.5 · 2^52: added to a number of less than 51 bits it rounds to an integer, and leaves that in the lowest
   bits of the sum. */
#define ROUNDER 6755399441055744.0

#define EXPONENT_BIAS 1023
#define MANTISSA_BITS 52

/* Here n is −1023, whose biased exponent is 0, so that "2^n" comes out as 0 without a further comparison. */
#define LEAST_ARGUMENT (-709.0)

#define PLX_WIDTH 2
#include "base/exp.inc"
#undef PLX_WIDTH

#if PLX_HAS_WIDTH4
#define PLX_WIDTH 4
#include "base/exp.inc"
#undef PLX_WIDTH
#endif

/* `count` is a multiple of 4. */
static void exp_blocks(double *x, size_t count)
{
#if PLX_HAS_WIDTH4
    if (plx_use_width4()) {
        exp_nonpositive4(x, count);
        return;
    }
#endif
    exp_nonpositive2(x, count);
}

void plx_exp_nonpositive(double *x, size_t count)
{
    const size_t rest = count % 4;
    double last[4] = {0};
    exp_blocks(x, count - rest);
    if (rest == 0)
        return;
    memcpy(last, x + (count - rest), rest * sizeof *last);
    exp_blocks(last, 4);
    memcpy(x + (count - rest), last, rest * sizeof *last);
}

/* Logarithms that turn one unit of information into another, rounded to double; and that of zero. */
#ifndef PLX_BASE_LOGARITHMS_H
#define PLX_BASE_LOGARITHMS_H

#include <math.h>
#include <stdint.h>

#define PLX_LN_2  0.693147180559945309
#define PLX_LN_10 2.302585092994045684

/* What programs write for the logarithm of zero where JSON has no infinity: vLLM, and others after it. */
#define PLX_LOG_OF_ZERO (-9999.0)

/* Bits for each of so many bytes, characters or words that cost these nats in all; NaN without any. Whatever
   reports such bits has them from here, so that they are the same to the last digit. */
static inline double plx_bits_each(double nats, uint64_t count)
{
    return count ? nats / (double)count / PLX_LN_2 : (double)NAN;
}

#endif

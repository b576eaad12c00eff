/* Decimal digits eight at a time, and the conversions that one operation, or a division of integers, carries
   out exactly. What is neither short nor common is number.c's. */
#ifndef PLX_BASE_DECIMAL_H
#define PLX_BASE_DECIMAL_H

#include "base/bytes.h"

#include <float.h>
#include <stdbool.h>
#include <stddef.h>

/* ± mantissa × 10^exponent. One operation on two exact doubles is rounded once. False where it is not that
   simple. */
static inline bool plx_decimal_double(uint64_t mantissa, int64_t exponent, bool negative, double *value)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (FLT_EVAL_METHOD != 0 || mantissa > UINT64_C(1) << 53 || exponent < -22 || exponent > 22)
        return false;
    const double digits = (double)(int64_t)mantissa;
    const double magnitude = exponent < 0 ? digits / powers[-exponent] : digits * powers[exponent];
    *value = negative ? -magnitude : magnitude;
    return true;
}

/* The same in integers, for any mantissa, rounded once to nearest even: 5^27 is the largest power of five
   that fits 64 bits. False where the exponent is not within ±27. */
bool plx_decimal_wide(uint64_t mantissa, int64_t exponent, bool negative, double *value);

/* The double nearest to a decimal gives the float nearest to it, unless that double lies exactly halfway
   between two floats, or between the largest and what would be the next: then the first rounding may have
   hidden on which side the decimal is. What plx_decimal_double and plx_decimal_wide give is 0 or at least
   10^-27, so that subnormal floats do not come into it. */
static inline bool plx_decimal_narrows(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (bits & UINT64_C(0x1FFFFFFF)) != UINT64_C(0x10000000);
}

/* The bytes of a text less '0' each: a digit is 0 … 9. */
static inline uint64_t plx_decimal_eight(const char *text)
{
    return plx_load_u64((const uint8_t *)text) ^ PLX_EACH_BYTE('0');
}

/* How many of eight such bytes are digits before the first that is none: 0 … 8. */
static inline unsigned plx_decimal_length(uint64_t eight)
{
    /* Nothing is carried out of a digit's byte, so that the lowest mark is right. */
    const uint64_t others = ((eight + PLX_EACH_BYTE(0x76)) | eight) & PLX_EACH_BYTE(0x80);
    return others ? (unsigned)__builtin_ctzll(others) / 8 : 8;
}

/* The number that the first `length` of them make, length ≤ 8. Pairs of digits are joined, then pairs of
   those, then the two halves. */
static inline uint64_t plx_decimal_number(uint64_t eight, unsigned length)
{
    eight = length > 0 ? eight << (64 - 8 * length) : 0; /* zeros before it do not matter */
    eight = eight * 10 + (eight >> 8);
    const uint64_t low = (eight & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x000F424000000064);
    const uint64_t high = (eight >> 16 & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x0000271000000001);
    return (low + high) >> 32;
}

/* What may be read behind the byte that ends a number. */
#define PLX_DECIMAL_PADDING 16

/* Reads a number of the common form, [-] digits [. digits] with at most 7 digits before the point and 15
   behind it, rounded once to nearest even. Returns the first byte that does not belong to it; NULL where the
   number is of another form, or none. Where it ends another byte than a digit must stand, and
   PLX_DECIMAL_PADDING bytes behind that must be readable. */
static inline const char *plx_decimal_scan_float(const char *text, float *value)
{
    static const uint64_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    const bool negative = *text == '-';
    text += negative;
    const char *const whole = text;
    uint64_t mantissa = 0;
    for (; (unsigned char)(*text - '0') < 10 && text - whole < 8; text++)
        mantissa = mantissa * 10 + (uint64_t)(*text - '0');
    unsigned digits = (unsigned)(text - whole), fraction = 0, length = 0;
    if (digits == 8)
        return NULL;
    if (*text == '.') {
        text++;
        do {
            const uint64_t eight = plx_decimal_eight(text);
            length = plx_decimal_length(eight);
            mantissa = mantissa * powers[length] + plx_decimal_number(eight, length);
            fraction += length;
            text += length;
        } while (length == 8 && fraction < 16);
        digits += fraction;
    }
    double wide;
    if (digits == 0 || fraction > 15 || digits > 19 ||
        !plx_decimal_double(mantissa, -(int64_t)fraction, negative, &wide) || !plx_decimal_narrows(wide))
        return NULL;
    *value = (float)wide;
    return text;
}

/* The same for a double in the grammar of JSON: at most 8 digits before the point and 24 behind it, and no
   more of both than 64 bits hold. What is read behind it is the same. */
static inline const char *plx_decimal_scan_double(const char *text, double *value)
{
    static const uint64_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    const bool negative = *text == '-';
    text += negative;
    uint64_t eight = plx_decimal_eight(text);
    unsigned length = plx_decimal_length(eight), fraction = 0;
    uint64_t mantissa = plx_decimal_number(eight, length);
    if (length == 0 || (length > 1 && *text == '0'))
        return NULL;
    text += length;
    if (*text == '.') {
        text++;
        do {
            eight = plx_decimal_eight(text);
            length = plx_decimal_length(eight);
            if (__builtin_mul_overflow(mantissa, powers[length], &mantissa) ||
                __builtin_add_overflow(mantissa, plx_decimal_number(eight, length), &mantissa))
                return NULL;
            fraction += length;
            text += length;
        } while (length == 8 && fraction < 24);
        if (fraction == 0)
            return NULL;
    }
    if (!plx_decimal_double(mantissa, -(int64_t)fraction, negative, value) &&
        !plx_decimal_wide(mantissa, -(int64_t)fraction, negative, value))
        return NULL;
    return text;
}

#endif

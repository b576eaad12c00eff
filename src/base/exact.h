/* Exact sums: every value is rounded once to a multiple of 2^-64 and added to a 128-bit integer, so that the
   order of the additions, and how they are divided among threads and merged, cannot change the sum. Squares
   likewise.

   Range: a sum must stay within ±2^63, a sum of squares below 2^64; beyond that `overflow` is set and stays
   set. +infinity is counted apart, not added. NaN and -infinity set `invalid`. */
#ifndef PLX_BASE_EXACT_H
#define PLX_BASE_EXACT_H

#include <perplex/status.h>

#include <stdbool.h>
#include <string.h>

__extension__ typedef __int128 plx_int128;
__extension__ typedef unsigned __int128 plx_uint128;

/* The decimal digits of a 128-bit integer, with sign and NUL. */
#define PLX_EXACT_TEXT 48

struct plx_exact {
    plx_int128 sum;      /* of the finite values, in units of 2^-64 */
    plx_uint128 squares; /* of the finite values, in units of 2^-64 */
    uint64_t count;      /* values added, infinite ones too */
    uint64_t infinite;   /* how many were +infinity */
    bool overflow;
    bool invalid;
};

/* Adds the value without counting it; any value. */
void plx_exact_add_any(struct plx_exact *exact, double value);

/* What an ordinary value adds to the sum and to the squares. */
struct plx_exact_terms {
    plx_uint128 sum;    /* < 2^84 */
    plx_uint128 square; /* < 2^104 */
};

/* The common case, exponents from -11 to 19: nothing of the value is rounded away, and its square neither
   overflows nor needs more than one shift to the right, by 2 to 62 bits. False if this is not it. */
static inline bool plx_exact_ordinary(double value, struct plx_exact_terms *terms)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    const uint64_t left = (bits >> 52) - (1023 - 12); /* a sign bit makes it huge */
    if (left - 1 > 30)
        return false;
    const uint64_t mantissa = (bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52;
    const plx_uint128 square = (plx_uint128)mantissa * mantissa;
    /* Shifts to the left by so many bits; those to the right are one to the left and one by a whole word. */
    const uint64_t once = UINT64_C(1) << left, twice = once << left;
    const plx_uint128 low = (plx_uint128)(uint64_t)square * twice;
    const plx_uint128 whole = (plx_uint128)(uint64_t)(square >> 64) * twice + (uint64_t)(low >> 64);
    const uint64_t odd = (uint64_t)whole & 1, half = UINT64_C(1) << 63;
    terms->square = whole + ((uint64_t)low >= half + 1 - odd); /* to the nearest, to even from the middle */
    terms->sum = (plx_uint128)mantissa * once;
    return true;
}

/* Zero-initialised is empty. */
static inline void plx_exact_add(struct plx_exact *exact, double value)
{
    struct plx_exact_terms terms;
    exact->count++;
    if (!plx_exact_ordinary(value, &terms)) {
        plx_exact_add_any(exact, value);
        return;
    }
    bool overflow = __builtin_add_overflow(exact->sum, (plx_int128)terms.sum, &exact->sum);
    overflow |= __builtin_add_overflow(exact->squares, terms.square, &exact->squares);
    if (overflow)
        exact->overflow = true;
}

/* How many values a sum can take by plx_exact_add_few since it was empty. */
#define PLX_EXACT_FEW ((size_t)1 << 23)

/* The same for sums of few values, which ordinary ones cannot make overflow. */
static inline void plx_exact_add_few(struct plx_exact *exact, double value)
{
    struct plx_exact_terms terms;
    exact->count++;
    if (!plx_exact_ordinary(value, &terms)) {
        plx_exact_add_any(exact, value);
        return;
    }
    exact->sum += (plx_int128)terms.sum;
    exact->squares += terms.square;
}

/* Adds and counts the value, any value, and leaves its square out: for sums whose squares nobody wants, and
   which may be of numbers too large for them. */
void plx_exact_add_value(struct plx_exact *exact, double value);

void plx_exact_merge(struct plx_exact *into, const struct plx_exact *from);

/* The sum, correctly rounded to double: +infinity if any value was infinite; NaN if overflowed. */
double plx_exact_total(const struct plx_exact *exact);

/* The finite part of the sum, correctly rounded to double. */
double plx_exact_sum(const struct plx_exact *exact);
double plx_exact_squares(const struct plx_exact *exact);

/* Sum / count: +infinity if any value was infinite; NaN if empty, overflowed or invalid. */
double plx_exact_mean(const struct plx_exact *exact);

/* Standard error of the mean of independent values, sqrt((E[x²] − x̄²)/(n − 1)), from the finite values; NaN
   for fewer than two values, +infinity with infinite ones. Computed without cancellation in integers or wider
   arithmetic. */
double plx_exact_standard_error(const struct plx_exact *exact);

/* The integers as decimal text, and back (strict; false if it is not an integer that fits). */
void plx_exact_format(plx_int128 value, char text[PLX_EXACT_TEXT]);
void plx_exact_format_unsigned(plx_uint128 value, char text[PLX_EXACT_TEXT]);
bool plx_exact_parse(const char *text, plx_int128 *value);
bool plx_exact_parse_unsigned(const char *text, plx_uint128 *value);

#endif

#include "base/exact.h"

#include <math.h>
#include <string.h>

#define FRACTION_BITS 64
#define SUM_BITS      127 /* of the magnitude */
#define SQUARE_BITS   128

static int bit_length(plx_uint128 value)
{
    uint64_t high = (uint64_t)(value >> 64);
    uint64_t low = (uint64_t)value;

    if (high != 0)
        return 128 - __builtin_clzll(high);
    return low != 0 ? 64 - __builtin_clzll(low) : 0;
}

/* magnitude × 2^shift, rounded to nearest even; false if it has more than `limit` bits. */
static bool scale(plx_uint128 magnitude, int shift, int limit, plx_uint128 *scaled)
{
    if (shift >= 0) {
        if (magnitude != 0 && shift > limit - bit_length(magnitude))
            return false;
        *scaled = magnitude == 0 ? 0 : magnitude << shift;
        return true;
    }
    if (-shift > 127) {
        *scaled = 0; /* no magnitude here has more than 106 bits: it is less than a half */
        return true;
    }
    plx_uint128 whole = magnitude >> -shift;
    plx_uint128 rest = magnitude - (whole << -shift);
    plx_uint128 half = (plx_uint128)1 << (-shift - 1);
    *scaled = whole + (rest > half || (rest == half && (whole & 1) != 0));
    return true;
}

/* |value| = mantissa × 2^exponent, but for subnormals, which come to 0 in any case. */
static uint64_t take_apart(double value, int *exponent, bool *negative)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    int biased = (int)(bits >> 52 & 0x7FF);
    uint64_t mantissa = bits & ((UINT64_C(1) << 52) - 1);
    *exponent = biased - 1075;
    *negative = bits >> 63 != 0;
    return biased > 0 ? mantissa | UINT64_C(1) << 52 : mantissa;
}

static void add_finite(struct plx_exact *exact, double value, bool square)
{
    int exponent;
    bool negative;
    plx_uint128 scaled;
    uint64_t mantissa = take_apart(value, &exponent, &negative);

    if (!scale(mantissa, exponent + FRACTION_BITS, SUM_BITS, &scaled)) {
        exact->overflow = true;
        return;
    }
    plx_int128 term = (plx_int128)scaled;
    exact->overflow |= __builtin_add_overflow(exact->sum, negative ? -term : term, &exact->sum);
    if (!square)
        return;
    if (!scale((plx_uint128)mantissa * mantissa, 2 * exponent + FRACTION_BITS, SQUARE_BITS, &scaled)) {
        exact->overflow = true;
        return;
    }
    exact->overflow |= __builtin_add_overflow(exact->squares, scaled, &exact->squares);
}

static void add_any(struct plx_exact *exact, double value, bool square)
{
    if (isfinite(value))
        add_finite(exact, value, square);
    else if (value > 0)
        exact->infinite++;
    else
        exact->invalid = true;
}

void plx_exact_add_any(struct plx_exact *exact, double value)
{
    add_any(exact, value, true);
}

void plx_exact_add_value(struct plx_exact *exact, double value)
{
    exact->count++;
    add_any(exact, value, false);
}

void plx_exact_merge(struct plx_exact *into, const struct plx_exact *from)
{
    bool overflow = into->overflow || from->overflow;

    overflow |= __builtin_add_overflow(into->sum, from->sum, &into->sum);
    overflow |= __builtin_add_overflow(into->squares, from->squares, &into->squares);
    overflow |= __builtin_add_overflow(into->count, from->count, &into->count);
    overflow |= __builtin_add_overflow(into->infinite, from->infinite, &into->infinite);
    into->overflow = overflow;
    into->invalid = into->invalid || from->invalid;
}

static plx_uint128 magnitude_of(plx_int128 value)
{
    return value < 0 ? -(plx_uint128)value : (plx_uint128)value;
}

/* numerator × 2^-64 / denominator, correctly rounded: with the highest bit of the numerator at the top the
   quotient has 64 bits or more, and what the division leaves over is kept as the lowest one. */
static double divide(plx_uint128 numerator, uint64_t denominator)
{
    if (numerator == 0)
        return 0;
    int shift = 128 - bit_length(numerator);
    numerator <<= shift;
    plx_uint128 quotient = numerator / denominator;
    if (quotient * denominator != numerator)
        quotient |= 1;
    return ldexp((double)quotient, -FRACTION_BITS - shift);
}

static double divide_signed(plx_int128 numerator, uint64_t denominator)
{
    double quotient = divide(magnitude_of(numerator), denominator);

    return numerator < 0 ? -quotient : quotient;
}

double plx_exact_sum(const struct plx_exact *exact)
{
    return exact->overflow ? (double)NAN : divide_signed(exact->sum, 1);
}

double plx_exact_total(const struct plx_exact *exact)
{
    return exact->infinite > 0 ? (double)INFINITY : plx_exact_sum(exact);
}

double plx_exact_squares(const struct plx_exact *exact)
{
    return exact->overflow ? (double)NAN : divide(exact->squares, 1);
}

double plx_exact_mean(const struct plx_exact *exact)
{
    if (exact->invalid || exact->count == 0)
        return (double)NAN;
    if (exact->infinite > 0)
        return (double)INFINITY;
    if (exact->overflow)
        return (double)NAN;
    return divide_signed(exact->sum, exact->count);
}

/* 256 bits, the low half first. */
struct wide {
    plx_uint128 low;
    plx_uint128 high;
};

static struct wide wide_subtract(struct wide a, struct wide b)
{
    return (struct wide){a.low - b.low, a.high - b.high - (a.low < b.low)};
}

static bool wide_less(struct wide a, struct wide b)
{
    return a.high != b.high ? a.high < b.high : a.low < b.low;
}

static struct wide wide_multiply(plx_uint128 a, plx_uint128 b)
{
    uint64_t a0 = (uint64_t)a, a1 = (uint64_t)(a >> 64);
    uint64_t b0 = (uint64_t)b, b1 = (uint64_t)(b >> 64);
    plx_uint128 p00 = (plx_uint128)a0 * b0;
    plx_uint128 p01 = (plx_uint128)a0 * b1;
    plx_uint128 p10 = (plx_uint128)a1 * b0;
    plx_uint128 p11 = (plx_uint128)a1 * b1;
    plx_uint128 middle = (p00 >> 64) + (uint64_t)p01 + (uint64_t)p10;

    return (struct wide){(uint64_t)p00 | middle << 64, p11 + (p01 >> 64) + (p10 >> 64) + (middle >> 64)};
}

static struct wide wide_shift_word(struct wide a)
{
    return (struct wide){a.low << 64, a.high << 64 | a.low >> 64};
}

/* With S and Q the sums in units of 2^-64, the variance is (n·Q·2^64 − S²) / (n²·2^128), and its numerator
   is exact in 256 bits. What is left are the roundings at the door: each value is off by at most half a unit,
   each square likewise, which moves the numerator by at most n²·2^63 + n·|S| + n²/4, that is the variance by
   2^-65·(1 + 2|mean|). What does not exceed that is indistinguishable from constant values and gives 0. */
double plx_exact_standard_error(const struct plx_exact *exact)
{
    uint64_t n = exact->count;

    if (exact->invalid || n < 2)
        return (double)NAN;
    if (exact->infinite > 0)
        return (double)INFINITY;
    if (exact->overflow)
        return (double)NAN;

    plx_uint128 sum = magnitude_of(exact->sum);
    struct wide squares = wide_shift_word(wide_multiply(exact->squares, n));
    struct wide squared_sum = wide_multiply(sum, sum);
    struct wide slack = wide_multiply(((plx_uint128)n << 63) + sum + n / 4 + 1, n);
    if (wide_less(squares, squared_sum)) /* below zero by more than the slack: no values have these sums */
        return wide_less(slack, wide_subtract(squared_sum, squares)) ? (double)NAN : 0;
    struct wide numerator = wide_subtract(squares, squared_sum);
    if (!wide_less(slack, numerator))
        return 0;
    double value = ldexp((double)numerator.high, 128) + (double)numerator.low;
    return ldexp(sqrt(value / (double)(n - 1)) / (double)n, -FRACTION_BITS);
}

void plx_exact_format_unsigned(plx_uint128 value, char text[PLX_EXACT_TEXT])
{
    char digits[PLX_EXACT_TEXT];
    size_t first = sizeof(digits) - 1;

    digits[first] = '\0';
    do {
        digits[--first] = (char)('0' + (int)(value % 10));
        value /= 10;
    } while (value != 0);
    memcpy(text, digits + first, sizeof(digits) - first);
}

void plx_exact_format(plx_int128 value, char text[PLX_EXACT_TEXT])
{
    char digits[PLX_EXACT_TEXT];
    size_t sign = value < 0 ? 1 : 0;

    plx_exact_format_unsigned(magnitude_of(value), digits);
    text[0] = '-';
    memcpy(text + sign, digits, strlen(digits) + 1);
}

bool plx_exact_parse_unsigned(const char *text, plx_uint128 *value)
{
    plx_uint128 sum = 0;
    const plx_uint128 most = ~(plx_uint128)0;

    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        unsigned digit = (unsigned)(*text - '0');
        if (sum > most / 10 || (sum == most / 10 && digit > most % 10))
            return false;
        sum = sum * 10 + digit;
    }
    *value = sum;
    return true;
}

bool plx_exact_parse(const char *text, plx_int128 *value)
{
    bool negative = *text == '-';
    plx_uint128 magnitude;
    const plx_uint128 limit = (plx_uint128)1 << 127;

    if (!plx_exact_parse_unsigned(text + negative, &magnitude) || magnitude > limit - !negative)
        return false;
    /* Without a step through +2^127, which has no signed form. */
    *value = negative && magnitude > 0 ? -(plx_int128)(magnitude - 1) - 1 : (plx_int128)magnitude;
    return true;
}

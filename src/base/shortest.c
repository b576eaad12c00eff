#include "base/shortest.h"

#include "base/exact.h"

#include <math.h>
#include <string.h>

#define LEAST 1e-4
#define LIMIT 1e14

/* As many digits always read back. */
#define DIGITS 17

#define TEN_TO_19 UINT64_C(10000000000000000000)

/* 10^k for k = 2 … 21. */
static plx_uint128 power_of_ten(int k)
{
    static const uint64_t powers[] = {
        1,
        10,
        100,
        1000,
        10000,
        100000,
        1000000,
        10000000,
        100000000,
        1000000000,
        UINT64_C(10000000000),
        UINT64_C(100000000000),
        UINT64_C(1000000000000),
        UINT64_C(10000000000000),
        UINT64_C(100000000000000),
        UINT64_C(1000000000000000),
        UINT64_C(10000000000000000),
        UINT64_C(100000000000000000),
        UINT64_C(1000000000000000000),
        TEN_TO_19,
    };
    return k < 20 ? (plx_uint128)powers[k] : (plx_uint128)TEN_TO_19 * powers[k - 19];
}

/* The value as mantissa · 2^-shift, and as digits · 10^-places with 17 digits before what `scaled` has below
   2^shift. The largest number here is 4 · scaled < 4 · 2^53 · 10^21 < 2^125. */
struct decimal {
    uint64_t mantissa;
    int shift; /* 6 … 66 */
    int places;
    plx_uint128 power;  /* 10^places */
    plx_uint128 scaled; /* value · 10^places · 2^shift, exactly */
    uint64_t digits;
};

static void scale(struct decimal *decimal, int places)
{
    decimal->places = places;
    decimal->power = power_of_ten(places);
    decimal->scaled = decimal->power * decimal->mantissa;
    decimal->digits = (uint64_t)(decimal->scaled >> decimal->shift);
}

static struct decimal take_apart(double magnitude)
{
    struct decimal decimal = {0};
    uint64_t bits;
    memcpy(&bits, &magnitude, sizeof bits);
    const int exponent = (int)(bits >> 52) - 1023; /* -14 … 46: no subnormal */
    decimal.mantissa = (bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52;
    decimal.shift = 52 - exponent;
    /* 1233 / 4096 is a little less than log10 2: rounded down it gives the exponent in base 10, or one less.
     */
    const int tens = (exponent * 1233 - (exponent < 0 ? 4095 : 0)) / 4096;
    scale(&decimal, DIGITS - 1 - tens);
    if (decimal.digits >= UINT64_C(100000000000000000))
        scale(&decimal, DIGITS - 2 - tens);
    return decimal;
}

/* The value with the last `dropped` of its 17 digits rounded away, to nearest, ties to even; 17 or, by a
   carry, 18 digits. */
static uint64_t round_off(const struct decimal *decimal, unsigned dropped)
{
    const uint64_t unit = dropped == 0 ? 1 : dropped == 1 ? 10 : 100;
    const uint64_t kept = decimal->digits / unit, rest = decimal->digits % unit;
    const plx_uint128 one = (plx_uint128)1 << decimal->shift;
    /* What is dropped, and half of what the last digit kept is worth, on one scale. */
    const plx_uint128 tail = (rest << 1) * one + ((decimal->scaled & (one - 1)) << 1), half = unit * one;
    const bool up = tail > half || (tail == half && kept % 2 == 1);
    return (kept + up) * unit;
}

/* Whether 16 digits or fewer, digits · 10^-places, lie so near to the value that it is what reading gives:
   within half of the distance to the next double. In this range they never lie just in the middle, which has
   21 digits or more; and powers of two, below which doubles lie closer, have 14 digits at most themselves. */
static bool reads_back(const struct decimal *decimal, uint64_t digits)
{
    const plx_uint128 given = (plx_uint128)digits << (decimal->shift + 2), exact = decimal->scaled << 2;
    const plx_uint128 half = 2 * decimal->power;
    return given >= exact ? given - exact < half : exact - given < half;
}

/* digits · 10^-places, places > 0, without zeros at the end. */
static size_t print(bool negative, uint64_t digits, int places, char *text)
{
    char reversed[DIGITS + 8];
    int count = 0;
    size_t length = 0;
    for (; places > 0 && digits % 10 == 0; places--)
        digits /= 10;
    for (; digits > 0 || count <= places; digits /= 10)
        reversed[count++] = (char)('0' + digits % 10);
    if (negative)
        text[length++] = '-';
    while (count > 0) {
        text[length++] = reversed[--count];
        if (count == places && count > 0)
            text[length++] = '.';
    }
    text[length] = '\0';
    return length;
}

size_t plx_format_shortest(double value, char text[PLX_NUMBER_TEXT])
{
    const double magnitude = fabs(value);
    if (!(magnitude >= LEAST && magnitude < LIMIT))
        return 0;
    const struct decimal decimal = take_apart(magnitude);
    uint64_t digits = 0;
    for (unsigned dropped = 2;; dropped--) {
        digits = round_off(&decimal, dropped);
        if (dropped == 0 || reads_back(&decimal, digits))
            break;
    }
    return print(value < 0, digits, decimal.places, text);
}

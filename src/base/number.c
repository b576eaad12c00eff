#include "base/number.h"

#include "base/decimal.h"
#include "base/shortest.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A decimal number taken apart: ± digits × 10^exponent, the digits being those of text[..) in which one
   decimal point may stand. */
struct decimal {
    const char *digits;
    const char *digits_end;
    size_t digit_count;
    uint64_t mantissa; /* the digits as an integer, if there are at most 19 */
    int64_t exponent;
    bool negative;
};

/* An exponent beyond this cannot be brought back by any number of digits that fits into memory. */
#define EXPONENT_CAP INT64_C(100000000000000000)

/* A halfway point between two doubles has at most 768 significant digits: of those behind only matters
   whether one is not zero. */
#define KEPT_DIGITS 800

static inline bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* [eE] [+-] digits; NULL if that is not what stands there. */
static const char *scan_exponent(const char *p, const char *end, int64_t *exponent)
{
    int64_t value = 0;
    bool negative = false;

    p++;
    if (p < end && (*p == '+' || *p == '-')) {
        negative = *p == '-';
        p++;
    }
    if (p == end || !is_digit(*p))
        return NULL;
    for (; p < end && is_digit(*p); p++)
        if (value < EXPONENT_CAP)
            value = value * 10 + (*p - '0');
    *exponent = negative ? -value : value;
    return p;
}

static inline bool scan_decimal(const char *text, size_t length, struct decimal *decimal)
{
    const char *p = text;
    const char *const end = text + length;
    uint64_t mantissa = 0; /* wraps around where there are too many digits: it is not used then */
    size_t fraction = 0;
    int64_t exponent = 0;

    decimal->negative = false;
    if (p < end && (*p == '-' || *p == '+')) {
        decimal->negative = *p == '-';
        p++;
    }
    decimal->digits = p;
    for (; p < end && is_digit(*p); p++)
        mantissa = mantissa * 10 + (uint64_t)(*p - '0');
    size_t count = (size_t)(p - decimal->digits);
    if (p < end && *p == '.') {
        const char *const point = ++p;
        for (; p < end && is_digit(*p); p++)
            mantissa = mantissa * 10 + (uint64_t)(*p - '0');
        fraction = (size_t)(p - point);
    }
    decimal->digits_end = p;
    decimal->digit_count = count + fraction;
    decimal->mantissa = mantissa;
    if (decimal->digit_count == 0)
        return false;
    if (p < end && (*p | 0x20) == 'e') {
        p = scan_exponent(p, end, &exponent);
        if (p == NULL)
            return false;
    }
    decimal->exponent = exponent - (int64_t)fraction;
    return p == end;
}

static inline bool convert_fast(const struct decimal *decimal, double *value)
{
    return decimal->digit_count <= 19 &&
           (plx_decimal_double(decimal->mantissa, decimal->exponent, decimal->negative, value) ||
            plx_decimal_wide(decimal->mantissa, decimal->exponent, decimal->negative, value));
}

/* Room for a sign, the digits that are kept, one for those that are not, and an exponent. */
#define PLAIN_TEXT (KEPT_DIGITS + 32)

/* Writes the number without a decimal point, as digits and exponent: the C library reads that alike in every
   locale. */
static void plain_text(const struct decimal *decimal, char text[PLAIN_TEXT])
{
    size_t length = 0;
    int64_t exponent = decimal->exponent;
    size_t kept = 0;
    bool dropped = false;

    if (decimal->negative)
        text[length++] = '-';
    for (const char *p = decimal->digits; p < decimal->digits_end; p++) {
        if (*p == '.' || (*p == '0' && kept == 0))
            continue;
        if (kept < KEPT_DIGITS) {
            text[length++] = *p;
            kept++;
        } else {
            exponent++;
            dropped = dropped || *p != '0';
        }
    }
    if (dropped) {
        text[length++] = '1';
        exponent--;
    } else if (kept == 0) {
        text[length++] = '0';
    }
    exponent = exponent > 99999 ? 99999 : exponent < -99999 ? -99999 : exponent;
    snprintf(text + length, PLAIN_TEXT - length, "e%d", (int)exponent);
}

/* `word` is in lower case. */
static bool is_word(const char *text, size_t length, const char *word)
{
    if (length != strlen(word))
        return false;
    for (size_t i = 0; i < length; i++)
        if ((text[i] | 0x20) != word[i])
            return false;
    return true;
}

static bool parse_special(const char *text, size_t length, double *value)
{
    bool negative = length > 0 && text[0] == '-';

    if (length > 0 && (text[0] == '-' || text[0] == '+')) {
        text++;
        length--;
    }
    if (is_word(text, length, "inf") || is_word(text, length, "infinity"))
        *value = negative ? -(double)INFINITY : (double)INFINITY;
    else if (is_word(text, length, "nan"))
        *value = copysign((double)NAN, negative ? -1.0 : 1.0);
    else
        return false;
    return true;
}

bool plx_parse_double(const char *text, size_t length, double *value)
{
    struct decimal decimal;
    char plain[PLAIN_TEXT];

    if (!scan_decimal(text, length, &decimal))
        return parse_special(text, length, value);
    if (convert_fast(&decimal, value))
        return true;
    plain_text(&decimal, plain);
    *value = strtod(plain, NULL);
    return true;
}

bool plx_parse_float(const char *text, size_t length, float *value)
{
    struct decimal decimal;
    char plain[PLAIN_TEXT];
    double wide;

    if (!scan_decimal(text, length, &decimal)) {
        if (!parse_special(text, length, &wide))
            return false;
        *value = (float)wide;
        return true;
    }
    if (convert_fast(&decimal, &wide) && plx_decimal_narrows(wide)) {
        *value = (float)wide;
        return true;
    }
    plain_text(&decimal, plain);
    *value = strtof(plain, NULL);
    return true;
}

bool plx_parse_u64(const char *text, size_t length, uint64_t least, uint64_t most, uint64_t *value)
{
    uint64_t sum = 0;

    if (length == 0)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (!is_digit(text[i]) || __builtin_mul_overflow(sum, UINT64_C(10), &sum) ||
            __builtin_add_overflow(sum, (uint64_t)(text[i] - '0'), &sum))
            return false;
    }
    if (sum < least || sum > most)
        return false;
    *value = sum;
    return true;
}

/* `local` with whatever bytes the locale has for a decimal point made into '.', as much as fits. Returns the
   length. */
static size_t put_point(const char *local, char *text, size_t capacity)
{
    size_t length = 0;
    bool in_point = false;

    for (const char *p = local; *p != '\0' && length < capacity - 1; p++) {
        bool plain = is_digit(*p) || *p == '-' || *p == '+' || *p == 'e';

        if (plain)
            text[length++] = *p;
        else if (!in_point)
            text[length++] = '.';
        in_point = !plain;
    }
    text[length] = '\0';
    return length;
}

static size_t print_digits(double value, int precision, char text[PLX_NUMBER_TEXT])
{
    char local[64];

    snprintf(local, sizeof(local), "%.*g", precision, value);
    return put_point(local, text, PLX_NUMBER_TEXT);
}

static size_t print_special(double value, char *text)
{
    const char *special = isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
    size_t length = strlen(special);

    memcpy(text, special, length + 1);
    return length;
}

size_t plx_format_double(double value, char text[PLX_NUMBER_TEXT])
{
    double back;

    const size_t fast = plx_format_shortest(value, text);
    if (fast > 0)
        return fast;
    if (!isfinite(value))
        return print_special(value, text);
    /* 15 digits survive the way through a normal double, so that %g with 15 gives any shorter form as well;
       subnormal ones have fewer. 17 always suffice. */
    for (int precision = fabs(value) < DBL_MIN ? 1 : 15; precision < 17; precision++) {
        size_t length = print_digits(value, precision, text);
        /* Exact, so that -0 and the last bit count. */
        if (plx_parse_double(text, length, &back) && memcmp(&back, &value, sizeof(back)) == 0)
            return length;
    }
    return print_digits(value, 17, text);
}

size_t plx_format_significant(double value, int digits, char text[PLX_NUMBER_TEXT])
{
    return isfinite(value) ? print_digits(value, digits, text) : print_special(value, text);
}

size_t plx_format_u64(uint64_t value, char text[PLX_NUMBER_TEXT])
{
    char reversed[PLX_NUMBER_TEXT];
    size_t count = 0, length = 0;

    do
        reversed[count++] = (char)('0' + value % 10);
    while ((value /= 10) > 0);
    while (count > 0)
        text[length++] = reversed[--count];
    text[length] = '\0';
    return length;
}

const char *plx_format_grouped(uint64_t value, char text[PLX_NUMBER_TEXT])
{
    char digits[PLX_NUMBER_TEXT];
    const size_t count = plx_format_u64(value, digits);
    char *out = text;

    for (size_t i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0)
            *out++ = ',';
        *out++ = digits[i];
    }
    *out = '\0';
    return text;
}

size_t plx_format_fixed(double value, unsigned digits, char text[PLX_FIXED_TEXT])
{
    char local[PLX_FIXED_TEXT + 16]; /* the decimal point of a locale may have several bytes */

    if (!isfinite(value))
        return print_special(value, text);
    snprintf(local, sizeof(local), "%.*f",
             (int)(digits < PLX_FIXED_DIGITS_MOST ? digits : PLX_FIXED_DIGITS_MOST), value);
    return put_point(local, text, PLX_FIXED_TEXT);
}

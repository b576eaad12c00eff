/* Numbers from and to text: strict, independent of the locale, correctly rounded. */
#ifndef PLX_BASE_NUMBER_H
#define PLX_BASE_NUMBER_H

#include <perplex/status.h>

#include <stdbool.h>

/* Longest text that plx_format_double writes, NUL included. */
#define PLX_NUMBER_TEXT 32

/* The whole of text[0..length) must be a decimal number: [+-] digits [. digits] [eE [+-] digits] with at
   least one digit in the mantissa, or (case-insensitive) inf, infinity, nan with an optional sign. No white
   space, no hexadecimal. Rounded once to nearest even; a magnitude too large becomes infinite, too small 0 or
   subnormal. False if it is not a number. */
bool plx_parse_double(const char *text, size_t length, double *value);
bool plx_parse_float(const char *text, size_t length, float *value);

/* Decimal digits only, within [least, most]; false otherwise. */
bool plx_parse_u64(const char *text, size_t length, uint64_t least, uint64_t most, uint64_t *value);

/* The shortest %g form that reads back as the same double ("0.1", "1e+300", "5", "-0", "inf", "-inf", "nan"),
   a JSON number where it is finite. Returns the length. */
size_t plx_format_double(double value, char text[PLX_NUMBER_TEXT]);

/* With so many significant digits (1 to 17) as %g has them, rounded to nearest, zeros at the end left out;
   "inf", "-inf" or "nan" where it is not finite. Returns the length. */
size_t plx_format_significant(double value, int digits, char text[PLX_NUMBER_TEXT]);

/* With commas between thousands ("4,358"). Returns `text`. */
const char *plx_format_grouped(uint64_t value, char text[PLX_NUMBER_TEXT]);

/* The decimal digits. Returns the length. */
size_t plx_format_u64(uint64_t value, char text[PLX_NUMBER_TEXT]);

/* Longest text that plx_format_fixed writes, NUL included: the largest double has 309 digits before the
   point. */
#define PLX_FIXED_TEXT        352
#define PLX_FIXED_DIGITS_MOST 40u

/* The value with `digits` (at most PLX_FIXED_DIGITS_MOST) behind the point ("226.05"), rounded to nearest,
   its exact middle to even; "inf", "-inf" or "nan" where it is not finite. Returns the length. */
size_t plx_format_fixed(double value, unsigned digits, char text[PLX_FIXED_TEXT]);

#endif

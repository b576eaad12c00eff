/* Where the marks of an axis stand, and what is written at them. */
#ifndef PLX_REPORT_TICKS_H
#define PLX_REPORT_TICKS_H

#include "base/number.h"

#include <stddef.h>

/* Marks at first, first + step, …: whole multiples of 1, 2 or 5 times a power of ten. */
struct plx_ticks {
    double first, step;
    size_t count; /* at least 2 */
};

/* The finest marks, `most` (at least 3) at the most, of which the first is at or below `low` and the last at
   or above `high`. Both are finite; where they are the same, there is something around them. */
struct plx_ticks plx_ticks_find(double low, double high, size_t most);

/* Mark `index`, to the last digit: 0.3 rather than 0.30000000000000004. */
double plx_ticks_at(const struct plx_ticks *ticks, size_t index);

/* With as many digits behind the point as the step has, and thousands, millions and milliards by letters,
   with as few as they need: "0.50", "50k", "1.5M". Returns `text`. */
const char *plx_ticks_label(double value, double step, char text[PLX_FIXED_TEXT]);

#endif

/* The fast part of plx_format_double: whole numbers instead of printf and strtod, some twenty times as fast.
 */
#ifndef PLX_BASE_SHORTEST_H
#define PLX_BASE_SHORTEST_H

#include "base/number.h"

/* What plx_format_double writes for 10^-4 <= |value| < 10^14, where all of its digits stand around the point.
   Returns the length; 0, with nothing written, for any other value. */
size_t plx_format_shortest(double value, char text[PLX_NUMBER_TEXT]);

#endif

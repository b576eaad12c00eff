/* How many digits of a number its uncertainty leaves meaning to: the same in tables and on pages. */
#ifndef PLX_REPORT_DIGITS_H
#define PLX_REPORT_DIGITS_H

/* Behind the point; below 0 where the last one is before it. A standard error above 0 warrants its first
   digit, and the second where the first is 1. */
int plx_decimals_warranted(double standard_error);

#endif

/* Guesses at why tokens are unknown: what might make more of them known. */
#ifndef PLX_INSPECT_GUESSES_H
#define PLX_INSPECT_GUESSES_H

#include "inspect/coverage.h"

/* Adds the guesses that would help with a tenth of a per cent of the tokens at least. */
void plx_guesses_make(const struct plx_coverage *coverage, struct plx_inspected_coverage *inspected);

/* Lower-cases UTF-8 in place: letters of ASCII, Latin-1, Latin Extended-A, Greek and Cyrillic that have a
   lower case of the same length. True if anything changed. */
bool plx_lower_case(char *text, size_t length);

#endif

/* Where words begin in a text of which nothing else is known than its bytes. */
#ifndef PLX_CORPUS_BLANKS_H
#define PLX_CORPUS_BLANKS_H

#include <stdbool.h>

/* Whether the next byte would be inside a word. Whether a carriage return belongs to a line's end is known
   with the next byte only; it leaves things as they are. */
static inline bool plx_inside_after(char c, bool inside)
{
    return c == '\r' ? inside : c != ' ' && c != '\t' && c != '\n';
}

#endif

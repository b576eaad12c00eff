/* A word: bytes somewhere in memory, not NUL-terminated. */
#ifndef PERPLEX_WORD_H
#define PERPLEX_WORD_H

#include <stddef.h>

struct plx_word {
    const char *text;
    size_t length;
};

#endif

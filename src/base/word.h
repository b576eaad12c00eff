/* Comparing words with strings. */
#ifndef PLX_BASE_WORD_H
#define PLX_BASE_WORD_H

#include <perplex/word.h>

#include <stdbool.h>
#include <string.h>

static inline bool plx_word_is(struct plx_word word, const char *text)
{
    return word.length == strlen(text) && memcmp(word.text, text, word.length) == 0;
}

#endif

/* A copy of a token's or a document's name, as much of it as fits: for what is kept of a few among many. */
#ifndef PLX_EVAL_SNIPPET_H
#define PLX_EVAL_SNIPPET_H

#include <perplex/word.h>

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define PLX_SNIPPET_BYTES 93

/* Zero-initialised is a name that is not known. */
struct plx_snippet {
    uint8_t length;
    bool known;
    bool cut; /* there is more */
    char text[PLX_SNIPPET_BYTES];
};

/* Not cut inside a sequence of UTF-8. */
static inline void plx_snippet_set(struct plx_snippet *snippet, struct plx_word word)
{
    size_t length = word.length < PLX_SNIPPET_BYTES ? word.length : PLX_SNIPPET_BYTES;
    snippet->length = 0;
    snippet->cut = false;
    snippet->known = word.text != NULL;
    if (!word.text)
        return;
    snippet->cut = length < word.length;
    for (size_t i = 0; snippet->cut && i < 3 && ((unsigned char)word.text[length] & 0xC0) == 0x80; i++)
        length--;
    snippet->length = (uint8_t)length;
    memcpy(snippet->text, word.text, length);
}

#endif

/* What a server says in an answer that is no success. */
#ifndef PLX_IO_HTTP_WORDS_H
#define PLX_IO_HTTP_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#define PLX_HTTP_WORDS 301 /* bytes of words, with the NUL */

/* The message of a JSON answer ({"error": {"message"}}, {"error"}, {"message"}, {"detail"}), otherwise the
   first line of a text that is no HTML; on one line, visible, cut, and without `key` (NULL: there is none).
   "" where there is none. */
void plx_http_words(const void *answer, size_t size, const char *key, char words[PLX_HTTP_WORDS]);

/* Puts stars in the place of `key` (NULL: there is none), wherever it is in text[size], plain or with the
   escapes of JSON or of URLs; true if it was there. To be done before anything is cut off the text. */
bool plx_http_hide(char *text, size_t size, const char *key);

#endif

/* UTF-8, strictly: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef PLX_BASE_UTF8_H
#define PLX_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Length in bytes (1..4) of the well-formed sequence at text[0..size), size > 0; 0 if it is not well formed.
 */
size_t plx_utf8_sequence(const uint8_t *text, size_t size);

/* The code point of a sequence that plx_utf8_sequence has accepted. */
uint32_t plx_utf8_code_point(const uint8_t *text, size_t length);

/* Whether text that is shown must not have it as it is: controls, of C1 too, byte order marks, and what ends
   a line or turns the direction of reading around. */
bool plx_utf8_hidden(uint32_t code_point);

/* Number of code points; every byte that belongs to no well-formed sequence counts as one, and is counted in
 *invalid besides (added to; may be NULL). Fast on ASCII. */
size_t plx_utf8_count(const uint8_t *text, size_t size, uint64_t *invalid);

/* The length of the byte order mark that the text begins with: 3, or 0 where there is none. */
size_t plx_utf8_mark(const void *text, size_t size);

/* Writes the code point; returns its length. */
size_t plx_utf8_encode(uint32_t code_point, uint8_t text[4]);

#endif

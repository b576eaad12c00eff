/* Token ids as files have them, integers of any width, widened to 32 bits. */
#ifndef PLX_CORPUS_ID_ELEMENTS_H
#define PLX_CORPUS_ID_ELEMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An integer in a file. */
struct plx_id_type {
    unsigned size; /* in bytes: 1, 2, 4 or 8 */
    bool is_signed, big_endian;
};

/* The largest id: the number above it stands for none (PLX_NO_TOKEN). */
#define PLX_ID_MOST (UINT32_MAX - 1)

/* ids[count] become the elements bytes[count · size], which need not be aligned. Returns how many of them are
   ids: all, or those before the first that is negative or above PLX_ID_MOST. */
size_t plx_ids_widen(struct plx_id_type type, const uint8_t *bytes, size_t count, uint32_t *ids);

/* Prints the element into text[PLX_ID_TEXT], as the number that it is. */
#define PLX_ID_TEXT 24
void plx_id_print(struct plx_id_type type, const uint8_t *element, char *text);

#endif

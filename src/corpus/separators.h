/* Where words end and begin: a text by masks of 64 bytes, one bit for each byte, the first the lowest. */
#ifndef PLX_CORPUS_SEPARATORS_H
#define PLX_CORPUS_SEPARATORS_H

#include "corpus/pieces.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define PLX_MASK_BYTES ((size_t)64)

struct plx_masks {
    uint64_t separators;    /* spaces and tabs, and everything behind the end */
    uint64_t continuations; /* bytes of UTF-8 characters behind their first */
};

/* The masks of text[0 … 63]. */
static inline struct plx_masks plx_masks_of_64(const uint8_t *text)
{
    struct plx_masks masks = {0, 0};
#ifdef __SSE2__
    for (unsigned i = 0; i < 4; i++) {
        __m128i bytes;
        memcpy(&bytes, text + 16 * i, sizeof bytes);
        const __m128i parts = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(' ')),
                                           _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t')));
        const __m128i continues = _mm_cmplt_epi8(bytes, _mm_set1_epi8(-64)); /* 0x80 … 0xBF */
        masks.separators |= (uint64_t)(uint32_t)_mm_movemask_epi8(parts) << 16 * i;
        masks.continuations |= (uint64_t)(uint32_t)_mm_movemask_epi8(continues) << 16 * i;
    }
#else
    for (unsigned i = 0; i < PLX_MASK_BYTES; i++) {
        masks.separators |= (uint64_t)plx_is_separator(text[i]) << i;
        masks.continuations |= (uint64_t)((text[i] & 0xC0) == 0x80) << i;
    }
#endif
    return masks;
}

/* The same of text[0 … size − 1], size > 0, of which `readable` ≥ size bytes can be looked at. */
static inline struct plx_masks plx_masks_of(const uint8_t *text, size_t size, size_t readable)
{
    uint8_t copy[PLX_MASK_BYTES];
    if (readable < PLX_MASK_BYTES) {
        memset(copy, 0, sizeof copy);
        memcpy(copy, text, readable);
        text = copy;
    }
    struct plx_masks masks = plx_masks_of_64(text);
    if (size < PLX_MASK_BYTES) {
        masks.separators |= UINT64_MAX << size;
        masks.continuations &= ~(UINT64_MAX << size);
    }
    return masks;
}

#endif

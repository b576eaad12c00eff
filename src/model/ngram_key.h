/* The 64-bit keys by which n-grams are known, of KenLM's making, so that its probing files and ours name an
   n-gram by the same number: the one can be turned into the other, and a false match is as unlikely here as
   there. */
#ifndef PLX_MODEL_NGRAM_KEY_H
#define PLX_MODEL_NGRAM_KEY_H

#include <stdint.h>

/* The key of an n-gram from the key of its suffix and the word before that; the key of one word is its id.
   Keys are therefore rolled from the newest word to the oldest. Two different n-grams of one order have the
   same with a probability of 2^-64. */
static inline uint64_t plx_ngram_key(uint64_t suffix_key, uint32_t word)
{
    return (suffix_key * UINT64_C(8978948897894561157)) ^
           (((uint64_t)word + 1) * UINT64_C(17894857484156487943));
}

/* The key of ids[0 … order − 1], oldest word first, order ≥ 1. */
static inline uint64_t plx_ngram_key_of(const uint32_t *ids, unsigned order)
{
    uint64_t key = ids[order - 1];
    for (unsigned i = order - 1; i > 0; i--)
        key = plx_ngram_key(key, ids[i - 1]);
    return key;
}

#endif

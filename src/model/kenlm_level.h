/* Reading the entries of one order of KenLM's tries. Whatever a damaged file holds, nothing outside the level
   is touched: indices are at most the level's count, and ranges of the next order are cut to it. */
#ifndef PLX_MODEL_KENLM_LEVEL_H
#define PLX_MODEL_KENLM_LEVEL_H

#include "model/kenlm.h"

/* Entries [begin, end) of an order. */
struct plx_kenlm_range {
    uint64_t begin, end;
};

static inline struct plx_kenlm_range plx_kenlm_range(uint64_t begin, uint64_t end, uint64_t count)
{
    end = end < count ? end : count;
    return (struct plx_kenlm_range){begin < end ? begin : end, end};
}

/* A number of at most 57 bits. Levels have 8 bytes more than their entries. */
static inline uint64_t plx_kenlm_bits(const uint8_t *entries, uint64_t at, unsigned bits)
{
    return plx_load_u64(entries + (at >> 3)) >> (at & 7) & ((UINT64_C(1) << bits) - 1);
}

static inline uint32_t plx_kenlm_word(const uint8_t *data, const struct plx_kenlm_level *level,
                                      uint64_t index)
{
    return (uint32_t)plx_kenlm_bits(data + level->begin, index * level->entry_bits, level->word_bits);
}

/* What is stored of an n-gram. */
static inline struct plx_ngram plx_kenlm_weights(const uint8_t *data, const struct plx_kenlm_level *level,
                                                 uint64_t index)
{
    const uint8_t *entries = data + level->begin;
    const uint64_t at = index * level->entry_bits + level->word_bits;
    struct plx_ngram ngram = {0.0f, 0.0f};
    if (level->probabilities) {
        const uint64_t codes = plx_kenlm_bits(entries, at, level->backoff_bits + level->probability_bits);
        const uint64_t code = codes & ((UINT64_C(1) << level->backoff_bits) - 1);
        ngram.probability = plx_ngram_negative(
            plx_load_u32(data + level->probabilities + 4 * (codes >> level->backoff_bits)));
        if (level->backoff_bits > 0)
            ngram.backoff = plx_kenlm_float(data + level->backoffs + 4 * code);
        return ngram;
    }
    ngram.probability = plx_ngram_negative((uint32_t)plx_kenlm_bits(entries, at, 31));
    if (level->backoff_bits > 0) {
        const uint32_t bits = (uint32_t)plx_kenlm_bits(entries, at + 31, 32);
        memcpy(&ngram.backoff, &bits, sizeof bits);
    }
    return ngram;
}

/* How many of the offsets are at most `index`, less one; 0 where there is none, as in a damaged file only. */
static inline uint64_t plx_kenlm_upper(const uint8_t *offsets, uint64_t count, uint64_t index)
{
    uint64_t begin = 0;
    while (count > 1) {
        const uint64_t half = count / 2;
        begin += plx_load_u64(offsets + 8 * (begin + half)) <= index ? half : 0;
        count -= half;
    }
    return begin;
}

/* The n-grams of the next order (`next`) that extend entry `index`. */
static inline struct plx_kenlm_range plx_kenlm_children(const uint8_t *data,
                                                        const struct plx_kenlm_level *level,
                                                        const struct plx_kenlm_level *next, uint64_t index)
{
    const uint8_t *entries = data + level->begin;
    const uint64_t at = (index + 1) * level->entry_bits - level->next_bits;
    uint64_t begin = plx_kenlm_bits(entries, at, level->next_bits);
    uint64_t end = plx_kenlm_bits(entries, at + level->entry_bits, level->next_bits);
    if (level->offset_count > 0) {
        const uint8_t *offsets = data + level->offsets;
        uint64_t upper = plx_kenlm_upper(offsets, level->offset_count, index);
        begin |= upper << level->next_bits;
        while (upper + 1 < level->offset_count && plx_load_u64(offsets + 8 * (upper + 1)) <= index + 1)
            upper++;
        end |= upper << level->next_bits;
    }
    return plx_kenlm_range(begin, end, next->count);
}

#endif

/* The n-grams of one order, found by a 64-bit hash of their words.

   A hash stands for its n-gram: two different n-grams of one order have the same with a probability of about n²/2^65
   (10^-7 for a million n-grams, 3·10^-4 for 10^8), which is what KenLM's probing models accept too. */
#ifndef PLX_MODEL_NGRAM_TABLE_H
#define PLX_MODEL_NGRAM_TABLE_H

#include <perplex/status.h>

#include <stdbool.h>

struct plx_ngram {
    uint64_t key;      /* 0: an empty slot */
    float probability; /* log10; NaN: only here so that longer n-grams are reached through it */
    float backoff;     /* log10; 0 for the highest order */
};

/* Zero-initialised is empty. */
struct plx_ngram_table {
    struct plx_ngram *slots;
    size_t capacity;
    size_t count;
};

/* The key of the word itself, and that of an n-gram from the key of its suffix and the word before that. Keys are
   therefore rolled from the newest word to the oldest. */
static inline uint64_t plx_ngram_key(uint64_t suffix_key, uint32_t word)
{
    const uint64_t key = (suffix_key ^ ((uint64_t)word + 1)) * UINT64_C(0x9E3779B97F4A7C15);
    return key ^ key >> 32;
}

#define PLX_NGRAM_KEY_SEED UINT64_C(0x2545F4914F6CDD1D)

static inline size_t plx_ngram_slot(const struct plx_ngram_table *table, uint64_t key)
{
    __extension__ typedef unsigned __int128 wide;
    return (size_t)((wide)key * table->capacity >> 64);
}

/* NULL if there is none. The table must have a capacity. */
static inline const struct plx_ngram *plx_ngram_find(const struct plx_ngram_table *table, uint64_t key)
{
    key += key == 0;
    for (const struct plx_ngram *slot = table->slots + plx_ngram_slot(table, key);;) {
        if (slot->key == key)
            return slot;
        if (slot->key == 0)
            return NULL;
        if (++slot == table->slots + table->capacity)
            slot = table->slots;
    }
}

/* Room for `count` n-grams in all. */
enum plx_status plx_ngram_table_reserve(struct plx_ngram_table *table, size_t count, struct plx_error *error);

/* *slot is the n-gram's, its values zero if it is new (*found false). Valid until the next insertion. */
enum plx_status plx_ngram_table_insert(struct plx_ngram_table *table, uint64_t key, struct plx_ngram **slot,
                                       bool *found, struct plx_error *error);

void plx_ngram_table_release(struct plx_ngram_table *table);

#endif

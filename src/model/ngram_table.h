/* The n-grams of one order, found by a hash of their words.

   A hash of 63 bits (the lowest is always set, so that no key is 0) stands for its n-gram: two different
   n-grams of one order have the same with a probability of about n²/2^65 (10^-7 for a million n-grams,
   3·10^-4 for 10^8), which is what KenLM's probing models accept too.
 */
#ifndef PLX_MODEL_NGRAM_TABLE_H
#define PLX_MODEL_NGRAM_TABLE_H

#include <perplex/status.h>

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* What a model stores of an n-gram. */
struct plx_ngram {
    float probability; /* log10; NaN: only here so that longer n-grams are reached through it */
    float backoff;     /* log10; 0 for the highest order */
};

#define PLX_NGRAM_BUCKET 4

/* One cache line. Slots are filled from the first on; a key of 0 is an empty slot. An n-gram that finds its
   bucket full goes to the next one. */
struct plx_ngram_bucket {
    uint64_t keys[PLX_NGRAM_BUCKET];
    struct plx_ngram ngrams[PLX_NGRAM_BUCKET];
};

_Static_assert(sizeof(struct plx_ngram_bucket) == 64, "a bucket is a cache line");

/* Zero-initialised is empty. */
struct plx_ngram_table {
    struct plx_ngram_bucket *buckets; /* in `memory`, aligned to 64 bytes */
    void *memory;
    size_t bucket_count;
    size_t count; /* n-grams */
};

/* The key of an n-gram from the key of its suffix and the word before that, PLX_NGRAM_KEY_SEED being the key
   of no word at all. Keys are therefore rolled from the newest word to the oldest. Never 0. */
static inline uint64_t plx_ngram_key(uint64_t suffix_key, uint32_t word)
{
    const uint64_t key = (suffix_key ^ ((uint64_t)word + 1)) * UINT64_C(0x9E3779B97F4A7C15);
    return (key ^ key >> 32) | 1;
}

#define PLX_NGRAM_KEY_SEED UINT64_C(0x2545F4914F6CDD1D)

static inline const struct plx_ngram_bucket *plx_ngram_home(const struct plx_ngram_table *table, uint64_t key)
{
    __extension__ typedef unsigned __int128 wide;
    return table->buckets + (size_t)((wide)key * table->bucket_count >> 64);
}

/* True and what is stored of the n-gram; false, NaN and a backoff of 0 if there is nothing. The table must
   not be empty. Whether and where in its bucket an n-gram is found is computed, not branched upon: the
   processor could only guess. */
static inline bool plx_ngram_find(const struct plx_ngram_table *table, uint64_t key, struct plx_ngram *ngram)
{
    for (const struct plx_ngram_bucket *bucket = plx_ngram_home(table, key);;) {
        uint32_t found = 1u << PLX_NGRAM_BUCKET;
        for (unsigned i = 0; i < PLX_NGRAM_BUCKET; i++)
            found |= (uint32_t)(bucket->keys[i] == key) << i;
        const uint32_t nothing = 0u - (uint32_t)(found == 1u << PLX_NGRAM_BUCKET);
        if (!(nothing & (bucket->keys[PLX_NGRAM_BUCKET - 1] != 0))) {
            uint32_t bits[2];
            memcpy(bits, bucket->ngrams + (__builtin_ctz(found) & (PLX_NGRAM_BUCKET - 1)), sizeof bits);
            bits[0] |= nothing; /* all ones are a NaN */
            bits[1] &= ~nothing;
            memcpy(ngram, bits, sizeof bits);
            return !nothing;
        }
        if (++bucket == table->buckets + table->bucket_count)
            bucket = table->buckets;
    }
}

/* Room for `count` n-grams in all. */
enum plx_status plx_ngram_table_reserve(struct plx_ngram_table *table, size_t count, struct plx_error *error);

/* *ngram is the n-gram's, its values zero if it is new (*found false). Valid until the next insertion. */
enum plx_status plx_ngram_table_insert(struct plx_ngram_table *table, uint64_t key, struct plx_ngram **ngram,
                                       bool *found, struct plx_error *error);

void plx_ngram_table_release(struct plx_ngram_table *table);

#endif

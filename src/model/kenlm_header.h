/* The header of KenLM's binaries, and where the parts lie whose sizes it tells.

   header | lookup of words | n-grams | words, NUL-terminated, in the order of their ids (may be absent)

   All is little-endian, and nothing is aligned to more than 4 bytes. Offsets are from the beginning of the
   file. What struct plx_kenlm_header says lies wholly inside it. Format: KenLM (Heafield 2011),
   lm/binary_format.cc, magic version 5. */
#ifndef PLX_MODEL_KENLM_HEADER_H
#define PLX_MODEL_KENLM_HEADER_H

#include "model/ngram.h"

/* What all of KenLM's files begin with. */
#define PLX_KENLM_MAGIC "mmap lm http://kheafield.com/code"

enum plx_kenlm_type {
    PLX_KENLM_PROBING,
    PLX_KENLM_REST_PROBING,
    PLX_KENLM_TRIE,
    PLX_KENLM_TRIE_QUANTISED,
    PLX_KENLM_TRIE_ARRAY,
    PLX_KENLM_TRIE_QUANTISED_ARRAY,
    PLX_KENLM_TYPE_COUNT
};

/* A hash table: the home of a key is the key mod slots. */
struct plx_kenlm_slots {
    uint64_t begin;      /* offset of the first slot */
    uint64_t count;      /* ≥ 1 */
    uint64_t reciprocal; /* ⌊(2^64 − 1) / count⌋ */
    unsigned bytes;      /* of a slot */
};

/* The n-grams of one order of a trie, in the order of the n-grams without their oldest word, and then of that
   word: entries of bits, the least significant first. */
struct plx_kenlm_level {
    uint64_t begin;
    uint64_t count; /* entries; behind them is one more, of which only `next` counts */
    /* Widths in bits. An entry is word | weights | next. */
    unsigned entry_bits, word_bits, next_bits;
    unsigned probability_bits, backoff_bits; /* quantised: codes, the backoff's first; else 31 and 32, the
                                                probability first, without its sign; 0: none */
    uint64_t probabilities, backoffs;        /* quantised: offsets of the values, f32[2^bits] */
    /* Array-compressed: the upper bits of entry i's `next` are the number of offsets ≤ i, less one. */
    uint64_t offsets, offset_count; /* u64[]; 0 of them: `next` is whole */
};

struct plx_kenlm_header {
    unsigned order; /* ≥ 2 */
    enum plx_kenlm_type type;
    bool has_words;
    float multiplier;                                   /* slots for each n-gram of hash tables */
    unsigned probability_bits, backoff_bits;            /* of quantisation; 0: none */
    unsigned array_bits;                                /* the most that array compression may cut off */
    uint64_t vocabulary;                                /* ids are below, 0 is the unknown word */
    uint64_t counts[PLX_NGRAM_ORDER_MAX];               /* of n-grams, as the file says */
    struct plx_kenlm_slots words;                       /* probing: u64 hash, u32 id */
    uint64_t hashes;                                    /* trie: u64[vocabulary − 1], ascending; id − 1 */
    uint64_t unigrams;                                  /* [vocabulary] and, in a trie, one more */
    unsigned unigram_bytes;                             /* of one */
    struct plx_kenlm_slots slots[PLX_NGRAM_ORDER_MAX];  /* probing: [order − 2] of the orders from 2 on */
    struct plx_kenlm_level levels[PLX_NGRAM_ORDER_MAX]; /* trie: likewise */
    uint64_t list, list_bytes;                          /* of the words themselves */
};

/* Types from PLX_KENLM_TRIE on are tries. */
static inline bool plx_kenlm_is_trie(const struct plx_kenlm_header *header)
{
    return header->type >= PLX_KENLM_TRIE;
}

/* "probing", "trie", … */
const char *plx_kenlm_type_name(enum plx_kenlm_type type);

/* Reads the header of a whole file. PLX_UNSUPPORTED: of another version or another kind of machine;
   PLX_MALFORMED: never finished, damaged, or shorter or longer than it says. The error does not name the
   input. */
enum plx_status plx_kenlm_header_read(const uint8_t *data, uint64_t size, struct plx_kenlm_header *header,
                                      struct plx_error *error);

/* The home of a key. */
static inline uint64_t plx_kenlm_home(const struct plx_kenlm_slots *slots, uint64_t key)
{
    __extension__ typedef unsigned __int128 wide;
    const uint64_t quotient = (uint64_t)((wide)key * slots->reciprocal >> 64); /* one too small at most */
    const uint64_t rest = key - quotient * slots->count;
    return rest >= slots->count ? rest - slots->count : rest;
}

#endif

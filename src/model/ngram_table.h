/* The n-grams of one order, found by their keys (ngram_key.h), in lines of 64 bytes: one cache line answers
   nearly every question. In memory and in our own files alike (native byte order).

   An n-gram's home is the line that its scattered key points to. Where that is full it goes to the nearest
   line behind that has room, and every line that it has passed notes its tag; a search that does not find its
   n-gram goes on only where that tag has passed. Behind the last home are spare lines, so that nothing wraps
   around.

   Two layouts:

   wide      keys u64[4] | {log10 p f32, log10 backoff f32}[4]. The sign bits of the four p (which are ≤ 0, so
             they need none) note tags 0 … 3. Key 0 is an empty slot. Slots are filled from the first on.
   compact   for the highest order, which has no backoffs: fingerprints' low halves u32[6] | log10 p f32[6] |
             fingerprints' high halves u16[6] | u32 noting tags 0 … 31. Fingerprint 0 is an empty slot.

   What a false match is worth: an n-gram that is not stored is taken for one that is with a probability of
   n · 2^-64 with wide lines, n being the n-grams stored, as in KenLM's probing files. A compact line compares
   48 bits with at most 6 slots: 6 · 2^-48 < 2.2e-14 however large the table, which a table of 64-bit keys
   reaches at n = 4e5 and exceeds 250 times at 1e8. Two stored n-grams of a compact table are mistaken for one
   another (an error when it is made) with a probability of about 3 n · 2^-48: 1e-6 at 1e8. Fingerprints of 32
   bits would give 1.4e-9 a search: more than one false match in each billion tokens. */
#ifndef PLX_MODEL_NGRAM_TABLE_H
#define PLX_MODEL_NGRAM_TABLE_H

#include <perplex/status.h>

#include "base/match.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* What a model stores of an n-gram: logarithms to the base 10. */
struct plx_ngram {
    float probability; /* ≤ 0, never −0 */
    float backoff;     /* 0 for the highest order */
};

enum plx_ngram_layout { PLX_NGRAM_WIDE, PLX_NGRAM_COMPACT };

#define PLX_NGRAM_LINE          ((size_t)64) /* bytes */
#define PLX_NGRAM_WIDE_SLOTS    4
#define PLX_NGRAM_COMPACT_SLOTS 6

/* Zero-initialised is empty. */
struct plx_ngram_table {
    const uint8_t *lines; /* [homes + spare][64], at multiples of 64 */
    uint64_t homes;       /* lines that are an n-gram's home; 0: the table is empty */
    uint64_t spare;       /* lines behind them, ≥ 1 where there are homes */
    uint64_t count;       /* n-grams */
    enum plx_ngram_layout layout;
    uint8_t *memory; /* where the lines are the table's own: as they are (plx_pages_free); else NULL */
};

/* Scatters a key, one to one but for 0, which is 1: its upper bits choose the home, its lower ones are tag and fingerprint. */
static inline uint64_t plx_ngram_scatter(uint64_t key)
{
    key += key == 0; /* as which it is stored */
    return (key ^ key >> 32) * UINT64_C(0x9E3779B97F4A7C15);
}

static inline const uint8_t *plx_ngram_home(const struct plx_ngram_table *table, uint64_t scattered)
{
    __extension__ typedef unsigned __int128 wide;
    return table->lines + (size_t)((wide)scattered * table->homes >> 64) * PLX_NGRAM_LINE;
}

/* What a line has to say about an n-gram. */
enum plx_ngram_answer {
    PLX_NGRAM_ABSENT, /* it is not stored */
    PLX_NGRAM_FOUND,
    PLX_NGRAM_PASSED /* it may be in the next line */
};

/* A stored p, whose sign is not its own. */
static inline float plx_ngram_negative(uint32_t bits)
{
    float probability;
    bits &= UINT32_C(0x7FFFFFFF);
    memcpy(&probability, &bits, sizeof probability);
    return 0.0f - probability; /* 0, not −0, of 0 */
}

/* Asks a wide line. *ngram is set only where the n-gram is found. */
static inline enum plx_ngram_answer plx_ngram_ask_wide(const uint8_t *line, uint64_t key, uint64_t scattered,
                                                       struct plx_ngram *ngram)
{
    const uint8_t *values = line + sizeof key * PLX_NGRAM_WIDE_SLOTS;
    uint32_t probability;
    key += key == 0;
    const uint32_t found = plx_match_4_u64(line, key);
    if (found) {
        const uint8_t *value = values + sizeof *ngram * (unsigned)__builtin_ctz(found);
        memcpy(&probability, value, sizeof probability);
        ngram->probability = plx_ngram_negative(probability);
        memcpy(&ngram->backoff, value + sizeof probability, sizeof ngram->backoff);
        return PLX_NGRAM_FOUND;
    }
    memcpy(&probability, values + sizeof *ngram * (scattered % PLX_NGRAM_WIDE_SLOTS), sizeof probability);
    return probability >> 31 ? PLX_NGRAM_PASSED : PLX_NGRAM_ABSENT;
}

/* The fingerprint of compact lines: 48 bits, never 0. */
static inline uint64_t plx_ngram_fingerprint(uint64_t scattered)
{
    const uint64_t fingerprint = scattered & UINT64_C(0xFFFFFFFFFFFF);
    return fingerprint + (fingerprint == 0);
}

/* Asks a compact line. */
static inline enum plx_ngram_answer plx_ngram_ask_compact(const uint8_t *line, uint64_t scattered,
                                                          struct plx_ngram *ngram)
{
    const uint8_t *values = line + sizeof(uint32_t) * PLX_NGRAM_COMPACT_SLOTS;
    const uint8_t *high = values + sizeof(float) * PLX_NGRAM_COMPACT_SLOTS;
    uint32_t bits;
    const uint32_t found = plx_match_6_u48(line, high, plx_ngram_fingerprint(scattered));
    if (found) {
        memcpy(&bits, values + sizeof bits * (unsigned)__builtin_ctz(found), sizeof bits);
        *ngram = (struct plx_ngram){plx_ngram_negative(bits), 0.0f};
        return PLX_NGRAM_FOUND;
    }
    memcpy(&bits, high + sizeof(uint16_t) * PLX_NGRAM_COMPACT_SLOTS, sizeof bits);
    return bits >> scattered % 32 & 1 ? PLX_NGRAM_PASSED : PLX_NGRAM_ABSENT;
}

static inline enum plx_ngram_answer plx_ngram_ask(enum plx_ngram_layout layout, const uint8_t *line,
                                                  uint64_t key, uint64_t scattered, struct plx_ngram *ngram)
{
    return layout == PLX_NGRAM_WIDE ? plx_ngram_ask_wide(line, key, scattered, ngram)
                                    : plx_ngram_ask_compact(line, scattered, ngram);
}

/* True and what is stored of the n-gram; false, *ngram unchanged, if there is nothing. */
bool plx_ngram_find(const struct plx_ngram_table *table, uint64_t key, struct plx_ngram *ngram);

/* How many homes a table of `count` n-grams has in a file, and how many bytes its lines take with `spare`. */
uint64_t plx_ngram_homes(enum plx_ngram_layout layout, uint64_t count);

/* Puts an n-gram that is not there yet into the lines from its home on: lines[end], of which `home` is the
   index of its home. Returns the index of the line that took it, or `end` if all are full. *duplicate: an
   n-gram of the same key (or fingerprint) is there, nothing is changed. */
uint64_t plx_ngram_put(uint8_t *lines, uint64_t home, uint64_t end, enum plx_ngram_layout layout,
                       uint64_t key, const struct plx_ngram *ngram, bool *duplicate);

/* Tables in memory of their own: wide lines that grow. */

/* Room for `count` n-grams in all. */
enum plx_status plx_ngram_table_reserve(struct plx_ngram_table *table, uint64_t count,
                                        struct plx_error *error);

/* Inserts an n-gram. *duplicate: its key is there already, nothing is changed. */
enum plx_status plx_ngram_table_insert(struct plx_ngram_table *table, uint64_t key,
                                       const struct plx_ngram *ngram, bool *duplicate,
                                       struct plx_error *error);

/* Releases what is the table's own. */
void plx_ngram_table_release(struct plx_ngram_table *table);

#endif

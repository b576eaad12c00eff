/* The n-grams of one order, found by their keys (ngram_key.h), in lines of 64 bytes: one cache line answers
   nearly every question. In memory and in our own files alike (native byte order).

   An n-gram's home is the line that its scattered key points to. Where that is full it goes to the first line
   behind that has room, by steps of its own of 1 to 16 lines: so they do not gather in crowds, and seldom
   leave the page of memory. Every line that it has passed notes its tag; a search that does not find its
   n-gram goes on only where that tag has passed. Behind the last home are spare lines, so that nothing wraps
   around.

   Three layouts:

   wide      keys u64[4] | {log10 p f32, log10 backoff f32}[4]. The sign bits of the four p (which are ≤ 0, so
             they need none) note tags 0 … 3. Key 0 is an empty slot. In memory, where tables grow.
   narrow    fingerprints' low halves u32[4] | log10 p f32[4] | log10 backoff f32[4] | fingerprints' high
             halves u16[4] | u64 noting tags 0 … 63. Fingerprint 0 is an empty slot. In files.
   compact   for the highest order, which has no backoffs: fingerprints' low halves u32[6] | log10 p f32[6] |
             fingerprints' high halves u16[6] | u32 noting tags 0 … 31. In files.

   Slots are filled from the first on. The sign of a p means nothing in narrow and compact lines.

   What a false match is worth: an n-gram that is not stored is taken for one that is with a probability of
   n · 2^-64 with wide lines, n being the n-grams stored, as in KenLM's probing files. A line of fingerprints
   compares 47 bits with at most 6 slots: 6 · 2^-47 at most, while the bits that choose the home are others,
   which they are up to some 8e5 n-grams. In larger tables they overlap, home and fingerprint are all 64 bits
   of the scattered key, and it is n · 2^-64 again: 5e-12 at n = 1e8, where fingerprints of 32 bits, with
   homes of 25 bits, would be 4 slots · 2^-32 = 1e-9, more than one false match in each billion tokens. Two
   stored n-grams of a large table are mistaken for one another, which is an error when it is made, with a
   probability of n² · 2^-65, as with any keys of 64 bits: 3e-4 at n = 1e8. */
#ifndef PLX_MODEL_NGRAM_TABLE_H
#define PLX_MODEL_NGRAM_TABLE_H

#include <perplex/status.h>

#include "base/hash.h"
#include "base/match.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* What a model stores of an n-gram: logarithms to the base 10. */
struct plx_ngram {
    float probability; /* ≤ 0, never −0 */
    float backoff;     /* 0 for the highest order */
};

enum plx_ngram_layout { PLX_NGRAM_WIDE, PLX_NGRAM_NARROW, PLX_NGRAM_COMPACT };

#define PLX_NGRAM_LINE          ((size_t)64) /* bytes */
#define PLX_NGRAM_SLOTS         4            /* of wide and narrow lines */
#define PLX_NGRAM_COMPACT_SLOTS 6

/* Where the parts of a line are. */
#define PLX_NGRAM_WIDE_VALUES     32
#define PLX_NGRAM_NARROW_VALUES   16 /* p */
#define PLX_NGRAM_NARROW_BACKOFFS 32
#define PLX_NGRAM_COMPACT_VALUES  24 /* p */
#define PLX_NGRAM_HIGH_HALVES     48 /* of fingerprints */
#define PLX_NGRAM_NARROW_TAGS     56
#define PLX_NGRAM_COMPACT_TAGS    60

/* Zero-initialised is empty. */
struct plx_ngram_table {
    const uint8_t *lines; /* [homes + spare][64], at multiples of 64 */
    uint64_t homes;       /* lines that are an n-gram's home; 0: the table is empty */
    uint64_t spare;       /* lines behind them, ≥ 1 where there are homes */
    uint64_t count;       /* n-grams */
    enum plx_ngram_layout layout;
    uint8_t *memory; /* where the lines are the table's own: as they are (plx_pages_free); else NULL */
};

/* Scatters a key, one to one but for 0, which is 1: its upper bits choose the home, its lower ones are tag,
   step and fingerprint. */
static inline uint64_t plx_ngram_scatter(uint64_t key)
{
    key += key == 0; /* as which it is stored */
    return (key ^ key >> 32) * UINT64_C(0x9E3779B97F4A7C15);
}

static inline const uint8_t *plx_ngram_home(const struct plx_ngram_table *table, uint64_t scattered)
{
    return table->lines + (size_t)plx_hash_place(scattered, table->homes) * PLX_NGRAM_LINE;
}

/* How many lines behind a line is the next that the n-gram may be in. */
static inline size_t plx_ngram_step(uint64_t scattered)
{
    return (size_t)(1 + (scattered >> 6) % 16);
}

/* That line; NULL where the table ends before it: nothing passes its last lines, unless a file is damaged. */
static inline const uint8_t *plx_ngram_next(const struct plx_ngram_table *table, const uint8_t *line,
                                            uint64_t scattered)
{
    const size_t lines = (size_t)(table->homes + table->spare);
    const size_t next = (size_t)(line - table->lines) / PLX_NGRAM_LINE + plx_ngram_step(scattered);
    return next < lines ? table->lines + next * PLX_NGRAM_LINE : NULL;
}

/* What a line has to say about an n-gram. */
struct plx_ngram_answer {
    struct plx_ngram ngram; /* where it is found; with p's sign bit set, so −0 stands for 0 */
    size_t mask;            /* all bits are set where it is found; otherwise 0 */
    bool passed;            /* it is not found, but may be in the line a step behind */
};

/* A p, whose sign is not its own. */
static inline float plx_ngram_negative(uint32_t bits)
{
    float probability;
    bits &= UINT32_C(0x7FFFFFFF);
    memcpy(&probability, &bits, sizeof probability);
    return 0.0f - probability; /* 0, not −0, of 0 */
}

/* What is stored at {p, backoff}, its p taken without its sign: in wide lines that notes a tag, and elsewhere
   a damaged file has no positive ones either. */
static inline struct plx_ngram plx_ngram_values(const uint8_t *at)
{
    struct plx_ngram ngram;
    uint32_t probability;
    memcpy(&probability, at, sizeof probability);
    ngram.probability = plx_ngram_negative(probability);
    memcpy(&ngram.backoff, at + sizeof probability, sizeof ngram.backoff);
    return ngram;
}

/* The answer of slots whose values are `stride` bytes apart: `found` has a bit for that of the n-gram or is
   0, `last` the bit of the last slot, whose values are read where there is none. No branch. */
static inline struct plx_ngram_answer plx_ngram_answer_of(uint32_t found, bool passed,
                                                          const uint8_t *probabilities,
                                                          const uint8_t *backoffs, size_t stride,
                                                          uint32_t last)
{
    struct plx_ngram_answer answer = {.mask = 0 - (size_t)(found != 0), .passed = passed && !found};
    const size_t at = stride * (unsigned)__builtin_ctz(found | last);
    uint32_t bits;
    memcpy(&bits, probabilities + at, sizeof bits);
    bits |= UINT32_C(0x80000000);
    memcpy(&answer.ngram.probability, &bits, sizeof bits);
    if (backoffs)
        memcpy(&answer.ngram.backoff, backoffs + at, sizeof answer.ngram.backoff);
    return answer;
}

/* The fingerprint of narrow and compact lines: 48 bits, the uppermost always set. */
static inline uint64_t plx_ngram_fingerprint(uint64_t scattered)
{
    return (scattered & UINT64_C(0xFFFFFFFFFFFF)) | UINT64_C(1) << 47;
}

/* Asks a line; `key` matters for wide ones alone. */
static inline struct plx_ngram_answer plx_ngram_ask(enum plx_ngram_layout layout, const uint8_t *line,
                                                    uint64_t key, uint64_t scattered)
{
    const uint64_t fingerprint = plx_ngram_fingerprint(scattered);
    const uint8_t *values = line + PLX_NGRAM_WIDE_VALUES;
    uint64_t tags;
    uint32_t passed;
    switch (layout) {
    case PLX_NGRAM_WIDE:
        memcpy(&passed, values + sizeof(struct plx_ngram) * (scattered % PLX_NGRAM_SLOTS), sizeof passed);
        return plx_ngram_answer_of(plx_match_4_u64(line, key + (key == 0)), passed >> 31 != 0, values,
                                   values + sizeof(float), sizeof(struct plx_ngram),
                                   1u << (PLX_NGRAM_SLOTS - 1));
    case PLX_NGRAM_NARROW:
        memcpy(&tags, line + PLX_NGRAM_NARROW_TAGS, sizeof tags);
        return plx_ngram_answer_of(plx_match_4_u48(line, line + PLX_NGRAM_HIGH_HALVES, fingerprint),
                                   (tags >> scattered % 64 & 1) != 0, line + PLX_NGRAM_NARROW_VALUES,
                                   line + PLX_NGRAM_NARROW_BACKOFFS, sizeof(float),
                                   1u << (PLX_NGRAM_SLOTS - 1));
    case PLX_NGRAM_COMPACT: break;
    }
    memcpy(&passed, line + PLX_NGRAM_COMPACT_TAGS, sizeof passed);
    return plx_ngram_answer_of(plx_match_6_u48(line, line + PLX_NGRAM_HIGH_HALVES, fingerprint),
                               (passed >> scattered % 32 & 1) != 0, line + PLX_NGRAM_COMPACT_VALUES, NULL,
                               sizeof(float), 1u << (PLX_NGRAM_COMPACT_SLOTS - 1));
}

/* True and what is stored of the n-gram; false, *ngram unchanged, if there is nothing. */
bool plx_ngram_find(const struct plx_ngram_table *table, uint64_t key, struct plx_ngram *ngram);

/* How many homes a table of `count` n-grams has in a file; of a layout for files. */
uint64_t plx_ngram_homes(enum plx_ngram_layout layout, uint64_t count);

/* Puts an n-gram that is not there yet into the first line that has room, from lines[begin], which is its
   home or on its way, by its steps, below lines[end]. Returns the index of the line that took it, or `end` if
   all are full. *duplicate: an n-gram of the same key (or fingerprint) is there, nothing is changed. */
uint64_t plx_ngram_put(uint8_t *lines, uint64_t begin, uint64_t end, enum plx_ngram_layout layout,
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

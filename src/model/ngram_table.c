#include "model/ngram_table.h"

#include "base/error.h"
#include "base/pages.h"

#include <stdint.h>
#include <stdlib.h>

/* Spare lines of a table in memory; it grows before they are full. */
#define SPARE_LINES ((size_t)64)

bool plx_ngram_find(const struct plx_ngram_table *table, uint64_t key, struct plx_ngram *ngram)
{
    if (table->homes == 0)
        return false;
    const uint64_t scattered = plx_ngram_scatter(key);
    const uint8_t *line = plx_ngram_home(table, scattered);
    for (; line; line = plx_ngram_next(table, line, scattered)) {
        const struct plx_ngram_answer answer = plx_ngram_ask(table->layout, line, key, scattered);
        if (answer.mask) {
            *ngram = answer.ngram;
            ngram->probability += 0.0f; /* 0, not −0 */
            return true;
        }
        if (!answer.passed)
            break;
    }
    return false;
}

/* Of a hundred slots 84 are taken in narrow lines, 90 in compact ones: fuller lines would be passed too
   often, emptier ones are larger than need be. */
uint64_t plx_ngram_homes(enum plx_ngram_layout layout, uint64_t count)
{
    if (count == 0)
        return 0;
    return layout == PLX_NGRAM_COMPACT ? (count + count / 9) / PLX_NGRAM_COMPACT_SLOTS + 1
                                       : (count + count / 21 * 4) / PLX_NGRAM_SLOTS + 1;
}

static uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Which slots of a line have a key or fingerprint, a bit for each; those that are empty have 0. */
static inline uint32_t match_slots(const uint8_t *line, enum plx_ngram_layout layout, uint64_t key)
{
    switch (layout) {
    case PLX_NGRAM_WIDE: return plx_match_4_u64(line, key);
    case PLX_NGRAM_NARROW: return plx_match_4_u48(line, line + PLX_NGRAM_HIGH_HALVES, key);
    case PLX_NGRAM_COMPACT: break;
    }
    return plx_match_6_u48(line, line + PLX_NGRAM_HIGH_HALVES, key);
}

static void fill_wide(uint8_t *line, unsigned slot, uint64_t key, const struct plx_ngram *ngram)
{
    uint8_t *value = line + PLX_NGRAM_WIDE_VALUES + sizeof *ngram * slot;
    uint32_t probability;
    memcpy(line + sizeof key * slot, &key, sizeof key);
    memcpy(&probability, value, sizeof probability);
    probability = (probability & UINT32_C(0x80000000)) |
                  (bits_of(ngram->probability) & UINT32_C(0x7FFFFFFF)); /* what has passed stays noted */
    memcpy(value, &probability, sizeof probability);
    memcpy(value + sizeof probability, &ngram->backoff, sizeof ngram->backoff);
}

/* A narrow or compact line. */
static void fill_slot(uint8_t *line, enum plx_ngram_layout layout, unsigned slot, uint64_t fingerprint,
                      const struct plx_ngram *ngram)
{
    const uint32_t low = (uint32_t)fingerprint;
    const uint16_t high = (uint16_t)(fingerprint >> 32);
    const float probability = 0.0f - ngram->probability;
    const bool narrow = layout == PLX_NGRAM_NARROW;
    uint8_t *values = line + (narrow ? PLX_NGRAM_NARROW_VALUES : PLX_NGRAM_COMPACT_VALUES);
    memcpy(line + sizeof low * slot, &low, sizeof low);
    memcpy(values + sizeof probability * slot, &probability, sizeof probability);
    if (narrow)
        memcpy(line + PLX_NGRAM_NARROW_BACKOFFS + sizeof probability * slot, &ngram->backoff,
               sizeof ngram->backoff);
    memcpy(line + PLX_NGRAM_HIGH_HALVES + sizeof high * slot, &high, sizeof high);
}

static void note_bit(uint8_t *at, unsigned bit)
{
    uint32_t bits;
    at += bit / 32 * sizeof bits;
    memcpy(&bits, at, sizeof bits);
    bits |= UINT32_C(1) << bit % 32;
    memcpy(at, &bits, sizeof bits);
}

/* Notes that the tag has passed a full line. */
static void note_passed(uint8_t *line, enum plx_ngram_layout layout, uint64_t scattered)
{
    switch (layout) {
    case PLX_NGRAM_WIDE:
        note_bit(line + PLX_NGRAM_WIDE_VALUES + sizeof(struct plx_ngram) * (scattered % PLX_NGRAM_SLOTS), 31);
        break;
    case PLX_NGRAM_NARROW: note_bit(line + PLX_NGRAM_NARROW_TAGS, scattered % 64); break;
    case PLX_NGRAM_COMPACT: note_bit(line + PLX_NGRAM_COMPACT_TAGS, scattered % 32); break;
    }
}

uint64_t plx_ngram_put(uint8_t *lines, uint64_t begin, uint64_t end, enum plx_ngram_layout layout,
                       uint64_t key, const struct plx_ngram *ngram, bool *duplicate)
{
    const uint64_t scattered = plx_ngram_scatter(key), step = plx_ngram_step(scattered);
    const bool wide = layout == PLX_NGRAM_WIDE;
    const uint64_t sought = wide ? key + (key == 0) : plx_ngram_fingerprint(scattered);
    *duplicate = false;
    for (uint64_t line = begin; line < end; line += step) {
        uint8_t *at = lines + (size_t)line * PLX_NGRAM_LINE;
        if (match_slots(at, layout, sought)) {
            *duplicate = true;
            return line;
        }
        const uint32_t empty = match_slots(at, layout, 0);
        if (!empty) {
            note_passed(at, layout, scattered);
            continue;
        }
        const unsigned slot = (unsigned)__builtin_ctz(empty);
        if (wide)
            fill_wide(at, slot, sought, ngram);
        else
            fill_slot(at, layout, slot, sought, ngram);
        return line;
    }
    return end;
}

/* Homes of a table in memory for `count` n-grams: three in each. */
static uint64_t roomy_homes(uint64_t count)
{
    return count / 3 + 4;
}

/* Puts the n-grams of a line into a table that has room for them; false if it has not. */
static bool move_line(const uint8_t *line, const struct plx_ngram_table *to)
{
    for (unsigned i = 0; i < PLX_NGRAM_SLOTS; i++) {
        uint64_t key;
        bool duplicate;
        memcpy(&key, line + sizeof key * i, sizeof key);
        if (key == 0)
            break;
        const struct plx_ngram ngram =
            plx_ngram_values(line + PLX_NGRAM_WIDE_VALUES + i * sizeof(struct plx_ngram));
        const uint64_t home = plx_hash_place(plx_ngram_scatter(key), to->homes);
        const uint64_t end = to->homes + to->spare;
        if (plx_ngram_put(to->memory, home, end, PLX_NGRAM_WIDE, key, &ngram, &duplicate) == end)
            return false;
    }
    return true;
}

/* Moves everything into `homes` lines or more. */
static enum plx_status grow(struct plx_ngram_table *table, uint64_t homes, struct plx_error *error)
{
    for (;; homes += homes / 2) {
        struct plx_ngram_table grown = {.homes = homes, .spare = SPARE_LINES, .count = table->count};
        if (homes > SIZE_MAX / PLX_NGRAM_LINE - 2 * SPARE_LINES)
            return plx_error_set(error, PLX_MEMORY, "too many n-grams for this machine");
        /* Zeroed pages that nobody has written to take no memory, so that a header may promise much. */
        grown.memory = plx_pages_new((size_t)(homes + SPARE_LINES) * PLX_NGRAM_LINE, error);
        if (!grown.memory)
            return PLX_MEMORY;
        grown.lines = grown.memory;
        bool fits = true;
        for (uint64_t i = 0; fits && table->count > 0 && i < table->homes + table->spare; i++)
            fits = move_line(table->lines + (size_t)i * PLX_NGRAM_LINE, &grown);
        plx_ngram_table_release(fits ? table : &grown);
        if (fits) {
            *table = grown;
            return PLX_OK;
        }
    }
}

enum plx_status plx_ngram_table_reserve(struct plx_ngram_table *table, uint64_t count,
                                        struct plx_error *error)
{
    const uint64_t homes = roomy_homes(count);
    return homes <= table->homes ? PLX_OK : grow(table, homes, error);
}

enum plx_status plx_ngram_table_insert(struct plx_ngram_table *table, uint64_t key,
                                       const struct plx_ngram *ngram, bool *duplicate,
                                       struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    if (roomy_homes(table->count + 1) > table->homes)
        status = plx_ngram_table_reserve(table, table->count * 2 + 1, error);
    while (status == PLX_OK) {
        const uint64_t home = plx_hash_place(plx_ngram_scatter(key), table->homes);
        const uint64_t end = table->homes + table->spare;
        const uint64_t line = plx_ngram_put(table->memory, home, end, PLX_NGRAM_WIDE, key, ngram, duplicate);
        if (line < end) {
            table->count += !*duplicate;
            return PLX_OK;
        }
        status = grow(table, table->homes + table->homes / 2, error);
    }
    return status;
}

void plx_ngram_table_release(struct plx_ngram_table *table)
{
    if (table->memory)
        plx_pages_free(table->memory, (size_t)(table->homes + table->spare) * PLX_NGRAM_LINE);
    *table = (struct plx_ngram_table){0};
}

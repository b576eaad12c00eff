#include "model/vocabulary.h"

#include "base/buffer.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/match.h"
#include "base/memory.h"
#include "base/pages.h"
#include "base/prefetch.h"

#include <stdlib.h>
#include <string.h>

/* How many words of a batch are hashed and prefetched ahead of their comparison. */
#define BATCH 64

#define SLOTS ((size_t)5)

/* Where the parts of a line are. */
#define LINE   PLX_VOCABULARY_LINE
#define IDS    (8 * SLOTS)
#define PASSED (12 * SLOTS)

/* Ids stay below PLX_NO_TOKEN. */
#define WORDS_MAX ((size_t)UINT32_MAX - 1)

/* Spare lines in memory; more are made before they are full. */
#define SPARE_LINES 64

struct plx_vocabulary {
    struct plx_vocabulary_parts parts;
    uint8_t *memory;        /* where the lines are its own: as they are (plx_pages_free); else NULL */
    uint64_t *offsets;      /* [capacity + 1], likewise */
    size_t capacity;        /* of offsets, less one */
    struct plx_buffer text; /* the words, one behind the other, likewise */
    uint32_t unlisted;      /* the word that is in no line, or PLX_NO_TOKEN */
};

/* At most seven slots of ten are taken: three or four of a line. */
static uint64_t capacity_of(uint64_t homes)
{
    return homes * 7 / 2;
}

uint64_t plx_vocabulary_homes(size_t size)
{
    return (uint64_t)size / 7 * 2 + 2;
}

static uint8_t *new_lines(uint64_t homes, uint64_t spare, struct plx_error *error)
{
    if (homes > SIZE_MAX / LINE - spare) {
        plx_error_set(error, PLX_MEMORY, "too many words for this machine");
        return NULL;
    }
    return plx_pages_new((size_t)(homes + spare) * LINE, error);
}

static void free_lines(struct plx_vocabulary *vocabulary)
{
    plx_pages_free(vocabulary->memory, (size_t)(vocabulary->parts.homes + vocabulary->parts.spare) * LINE);
    vocabulary->memory = NULL;
}

static void set_lines(struct plx_vocabulary *vocabulary, uint8_t *lines, uint64_t homes, uint64_t spare)
{
    free_lines(vocabulary);
    vocabulary->memory = lines;
    vocabulary->parts.lines = lines;
    vocabulary->parts.homes = homes;
    vocabulary->parts.spare = spare;
}

struct plx_vocabulary *plx_vocabulary_new(size_t expected, struct plx_error *error)
{
    if (expected > WORDS_MAX)
        expected = WORDS_MAX;
    struct plx_vocabulary *vocabulary = plx_new_array(1, sizeof *vocabulary, error);
    if (!vocabulary)
        return NULL;
    plx_buffer_init(&vocabulary->text, SIZE_MAX / 2);
    vocabulary->unlisted = PLX_NO_TOKEN;
    const uint64_t homes = plx_vocabulary_homes(expected) + 8;
    uint8_t *lines = new_lines(homes, SPARE_LINES, error);
    if (lines)
        set_lines(vocabulary, lines, homes, SPARE_LINES);
    vocabulary->capacity = expected + 16;
    vocabulary->offsets = plx_new_array(vocabulary->capacity + 1, sizeof *vocabulary->offsets, error);
    vocabulary->parts.offsets = (const uint8_t *)vocabulary->offsets;
    vocabulary->parts.text = "";
    if (!lines || !vocabulary->offsets) {
        plx_vocabulary_free(vocabulary);
        return NULL;
    }
    return vocabulary;
}

struct plx_vocabulary *plx_vocabulary_map(const struct plx_vocabulary_parts *parts, struct plx_error *error)
{
    struct plx_vocabulary *vocabulary = plx_new_array(1, sizeof *vocabulary, error);
    if (vocabulary)
        vocabulary->parts = *parts;
    return vocabulary;
}

void plx_vocabulary_free(struct plx_vocabulary *vocabulary)
{
    if (!vocabulary)
        return;
    plx_buffer_release(&vocabulary->text);
    free_lines(vocabulary);
    free(vocabulary->offsets);
    free(vocabulary);
}

struct plx_vocabulary_parts plx_vocabulary_parts(const struct plx_vocabulary *vocabulary)
{
    return vocabulary->parts;
}

static uint64_t hash_word(struct plx_word word)
{
    return plx_hash64(word.text, word.length, 0);
}

static inline const uint8_t *home_line(const struct plx_vocabulary *vocabulary, uint64_t hash)
{
    return vocabulary->parts.lines + (size_t)plx_hash_place(hash, vocabulary->parts.homes) * LINE;
}

/* The id of the word of this hash. */
static inline uint32_t find_hash(const struct plx_vocabulary *vocabulary, const uint8_t *line, uint64_t hash)
{
    const struct plx_vocabulary_parts *parts = &vocabulary->parts;
    const uint8_t *end = parts->lines + (size_t)(parts->homes + parts->spare) * LINE;
    for (; line < end; line += LINE) {
        uint64_t last;
        uint32_t passed;
        memcpy(&last, line + sizeof last * 4, sizeof last);
        const uint32_t found = plx_match_4_u64(line, hash) | (uint32_t)(last == hash) << 4;
        if (found) {
            uint32_t id;
            memcpy(&id, line + IDS + sizeof id * (unsigned)__builtin_ctz(found), sizeof id);
            id--; /* what is empty, which hash 0 may have found, becomes PLX_NO_TOKEN */
            return id < parts->size ? id : PLX_NO_TOKEN;
        }
        memcpy(&passed, line + PASSED, sizeof passed);
        if (!(passed >> hash % 32 & 1))
            break;
    }
    return PLX_NO_TOKEN;
}

/* Puts a word that is not there into lines[end]. False where all from its home on are full. */
static bool put(uint8_t *lines, uint64_t homes, uint64_t end, uint64_t hash, uint32_t id)
{
    const uint32_t numbered = id + 1;
    for (uint64_t i = plx_hash_place(hash, homes); i < end; i++) {
        uint8_t *line = lines + (size_t)i * LINE;
        uint32_t ids[SLOTS + 1]; /* and what has passed */
        memcpy(ids, line + IDS, sizeof ids);
        for (unsigned slot = 0; slot < SLOTS; slot++) {
            if (ids[slot] == 0) {
                memcpy(line + sizeof hash * slot, &hash, sizeof hash);
                memcpy(line + IDS + sizeof numbered * slot, &numbered, sizeof numbered);
                return true;
            }
        }
        ids[SLOTS] |= UINT32_C(1) << hash % 32;
        memcpy(line + PASSED, ids + SLOTS, sizeof *ids);
    }
    return false;
}

/* Puts the words of all lines into others. False where these are too few. */
static bool move_lines(const struct plx_vocabulary_parts *parts, uint8_t *lines, uint64_t homes, uint64_t end)
{
    const uint8_t *line = parts->lines;
    for (uint64_t i = 0; i < parts->homes + parts->spare; i++, line += LINE) {
        for (unsigned slot = 0; slot < SLOTS; slot++) {
            uint64_t hash;
            uint32_t numbered;
            memcpy(&hash, line + sizeof hash * slot, sizeof hash);
            memcpy(&numbered, line + IDS + sizeof numbered * slot, sizeof numbered);
            if (numbered == 0)
                break;
            if (!put(lines, homes, end, hash, numbered - 1))
                return false;
        }
    }
    return true;
}

/* Moves everything into `homes` lines or more. */
static enum plx_status grow(struct plx_vocabulary *vocabulary, uint64_t homes, struct plx_error *error)
{
    for (;; homes *= 2) {
        uint8_t *lines = new_lines(homes, SPARE_LINES, error);
        if (!lines)
            return PLX_MEMORY;
        if (move_lines(&vocabulary->parts, lines, homes, homes + SPARE_LINES)) {
            set_lines(vocabulary, lines, homes, SPARE_LINES);
            return PLX_OK;
        }
        plx_pages_free(lines, (size_t)(homes + SPARE_LINES) * LINE);
    }
}

/* Room for one word more. */
static enum plx_status make_room(struct plx_vocabulary *vocabulary, struct plx_error *error)
{
    const size_t size = vocabulary->parts.size;
    if (size >= WORDS_MAX)
        return plx_error_set(error, PLX_UNSUPPORTED, "a vocabulary of more than %zu words", WORDS_MAX);
    if (size == vocabulary->capacity) {
        const size_t capacity = plx_grown_capacity(vocabulary->capacity, size + 1);
        const enum plx_status status =
            plx_resize_array(&vocabulary->offsets, capacity + 1, sizeof *vocabulary->offsets, error);
        if (status)
            return status;
        vocabulary->capacity = capacity;
        vocabulary->parts.offsets = (const uint8_t *)vocabulary->offsets;
    }
    return size < capacity_of(vocabulary->parts.homes) ? PLX_OK
                                                       : grow(vocabulary, vocabulary->parts.homes * 2, error);
}

/* Puts the text of the next word behind the others, and the word into its line, if it is listed. */
static enum plx_status append(struct plx_vocabulary *vocabulary, struct plx_word word, uint64_t hash,
                              bool listed, struct plx_error *error)
{
    struct plx_vocabulary_parts *parts = &vocabulary->parts;
    enum plx_status status = make_room(vocabulary, error);
    if (status == PLX_OK)
        status = plx_buffer_append(&vocabulary->text, word.text, word.length, error);
    if (status)
        return status;
    const uint32_t id = (uint32_t)parts->size;
    while (listed && !put(vocabulary->memory, parts->homes, parts->homes + parts->spare, hash, id)) {
        if ((status = grow(vocabulary, parts->homes * 2, error))) {
            vocabulary->text.size -= word.length;
            return status;
        }
    }
    parts->text = vocabulary->text.data ? (const char *)vocabulary->text.data : "";
    parts->text_bytes = vocabulary->text.size;
    vocabulary->offsets[++parts->size] = vocabulary->text.size;
    return PLX_OK;
}

enum plx_status plx_vocabulary_add(struct plx_vocabulary *vocabulary, struct plx_word word, uint32_t *id,
                                   struct plx_error *error)
{
    const uint64_t hash = hash_word(word);
    const uint32_t there = find_hash(vocabulary, home_line(vocabulary, hash), hash);
    if (there == PLX_NO_TOKEN) {
        *id = (uint32_t)vocabulary->parts.size;
        return append(vocabulary, word, hash, true, error);
    }
    const struct plx_word found = plx_vocabulary_word(vocabulary, there);
    if (!found.text || found.length != word.length || memcmp(found.text, word.text, word.length) != 0)
        return plx_error_set(error, PLX_UNSUPPORTED, "two words of the vocabulary have the same 64-bit hash");
    *id = PLX_NO_TOKEN;
    return PLX_OK;
}

enum plx_status plx_vocabulary_add_unlisted(struct plx_vocabulary *vocabulary, struct plx_word word,
                                            struct plx_error *error)
{
    vocabulary->unlisted = (uint32_t)vocabulary->parts.size;
    return append(vocabulary, word, 0, false, error);
}

/* Puts all words into lines in the order of their ids. */
static bool put_all(const struct plx_vocabulary *vocabulary, uint8_t *lines, uint64_t homes, uint64_t end)
{
    uint64_t hashes[BATCH];
    for (size_t done = 0; done < vocabulary->parts.size; done += BATCH) {
        const size_t left = vocabulary->parts.size - done, n = left < BATCH ? left : BATCH;
        for (size_t i = 0; i < n; i++) {
            hashes[i] = hash_word(plx_vocabulary_word(vocabulary, (uint32_t)(done + i)));
            plx_prefetch(lines + (size_t)plx_hash_place(hashes[i], homes) * LINE);
        }
        for (size_t i = 0; i < n; i++) {
            const uint32_t id = (uint32_t)(done + i);
            if (id != vocabulary->unlisted && !put(lines, homes, end, hashes[i], id))
                return false;
        }
    }
    return true;
}

enum plx_status plx_vocabulary_pack(struct plx_vocabulary *vocabulary, struct plx_error *error)
{
    const uint64_t homes = plx_vocabulary_homes(vocabulary->parts.size);
    for (uint64_t spare = SPARE_LINES / 8;; spare *= 2) {
        uint8_t *lines = new_lines(homes, spare, error);
        if (!lines)
            return PLX_MEMORY;
        if (put_all(vocabulary, lines, homes, homes + spare)) {
            set_lines(vocabulary, lines, homes, spare);
            return PLX_OK;
        }
        plx_pages_free(lines, (size_t)(homes + spare) * LINE);
    }
}

size_t plx_vocabulary_size(const struct plx_vocabulary *vocabulary)
{
    return vocabulary->parts.size;
}

uint32_t plx_vocabulary_find(const struct plx_vocabulary *vocabulary, struct plx_word word)
{
    const uint64_t hash = hash_word(word);
    return find_hash(vocabulary, home_line(vocabulary, hash), hash);
}

uint32_t plx_vocabulary_find_text(const struct plx_vocabulary *vocabulary, const char *word)
{
    return plx_vocabulary_find(vocabulary, (struct plx_word){word, strlen(word)});
}

void plx_vocabulary_find_hashed(const struct plx_vocabulary *vocabulary, const uint64_t *hashes, size_t count,
                                uint32_t *ids)
{
    const uint8_t *lines[BATCH];
    for (size_t done = 0; done < count; done += BATCH) {
        const size_t n = count - done < BATCH ? count - done : BATCH;
        for (size_t i = 0; i < n; i++) {
            lines[i] = home_line(vocabulary, hashes[done + i]);
            plx_prefetch(lines[i]);
        }
        for (size_t i = 0; i < n; i++)
            ids[done + i] = find_hash(vocabulary, lines[i], hashes[done + i]);
    }
}

struct plx_word plx_vocabulary_word(const struct plx_vocabulary *vocabulary, uint32_t id)
{
    const struct plx_vocabulary_parts *parts = &vocabulary->parts;
    uint64_t range[2];
    if (id >= parts->size)
        return (struct plx_word){NULL, 0};
    memcpy(range, parts->offsets + sizeof *range * id, sizeof range);
    if (range[0] > range[1] || range[1] > parts->text_bytes)
        return (struct plx_word){"", 0};
    return (struct plx_word){parts->text + range[0], (size_t)(range[1] - range[0])};
}

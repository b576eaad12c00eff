#include "model/kenlm_header.h"

#include "base/bytes.h"

#include <math.h>
#include <string.h>

/* Sizes that a header promises: no product of them overflows. */
__extension__ typedef unsigned __int128 wide;

#define VERSION      " format version 5\n"
#define INCOMPLETE   " incomplete"
#define SANITY_BYTES ((uint64_t)88)
#define FIXED_BYTES  ((uint64_t)112) /* all but the counts */

/* Quantisation codes of more bits are refused by KenLM. */
#define CODE_BITS_MAX 25

/* What fits a 64-bit load at any bit of a byte. */
#define FIELD_BITS_MAX 57

const char *plx_kenlm_type_name(enum plx_kenlm_type type)
{
    static const char *const names[PLX_KENLM_TYPE_COUNT] = {
        "probing", "rest-probing", "trie", "trie-quantised", "trie-array", "trie-quantised-array"};
    return names[type];
}

static float load_f32(const uint8_t *p)
{
    const uint32_t bits = plx_load_u32(p);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static enum plx_status damaged(uint64_t offset, struct plx_error *error)
{
    plx_error_at_offset(error, offset);
    return plx_error_hint(error, "the file is damaged; build it again from the ARPA file");
}

static bool begins(const uint8_t *data, uint64_t size, const char *text)
{
    const size_t length = strlen(text);
    return size >= length && memcmp(data, text, length) == 0;
}

/* Magic and version. */
static enum plx_status check_version(const uint8_t *data, uint64_t size, struct plx_error *error)
{
    const char *version = (const char *)data + strlen(PLX_KENLM_MAGIC);
    if (begins(data, size, PLX_KENLM_MAGIC VERSION))
        return PLX_OK;
    if (begins(data, size, PLX_KENLM_MAGIC INCOMPLETE)) {
        plx_error_set(error, PLX_MALFORMED, "a KenLM binary that was never finished");
        plx_error_at_offset(error, strlen(PLX_KENLM_MAGIC));
        return plx_error_hint(error, "build_binary was interrupted or has failed; run it again");
    }
    if (begins(data, size, PLX_KENLM_MAGIC " format version ") && size >= FIXED_BYTES) {
        const int length = (int)strcspn(version + strlen(" format version "), "\n");
        if (length > 0 && length < 12 && version[strlen(" format version ")] != '5') {
            plx_error_set(error, PLX_UNSUPPORTED, "a KenLM binary of format version %.*s, not 5", length,
                          version + strlen(" format version "));
            return plx_error_hint(
                error, "build it again from the ARPA file with a KenLM that writes version 5, or give "
                       "the ARPA file itself");
        }
    }
    plx_error_set(error, PLX_MALFORMED, "not the first line of a KenLM binary's header");
    return damaged(0, error);
}

/* The values by which KenLM tells machines apart: how floats look, in which order bytes come, where members
   of a struct lie. */
static enum plx_status check_sanity(const uint8_t *data, struct plx_error *error)
{
    static const uint8_t reference[] = {
        0, 0, 0, 0, 0,    0,    0x80, 0x3F, 0, 0, 0, 0xBF, /* floats 0, 1, −0.5 */
        1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0,    /* u32 1, the largest, padding */
        1, 0, 0, 0, 0,    0,    0,    0};                  /* u64 1 */
    const uint64_t begin = SANITY_BYTES - sizeof reference;
    if (memcmp(data + begin, reference, sizeof reference) == 0)
        return PLX_OK;
    static const char again[] = "build it again from the ARPA file on a machine of the common kind, or give "
                                "the ARPA file itself";
    if (plx_load_u32(data + 60) == UINT32_C(0x0000803F) || plx_load_u32(data + 68) == UINT32_C(1) << 24) {
        plx_error_set(error, PLX_UNSUPPORTED, "a KenLM binary of a big-endian machine");
        return plx_error_hint(error, "%s", again);
    }
    if (memcmp(data + begin, reference, 20) == 0 && plx_load_u64(data + 76) == 1) {
        plx_error_set(error, PLX_UNSUPPORTED, "a KenLM binary of an old 32-bit program");
        return plx_error_hint(error, "%s", again);
    }
    uint64_t at = 0;
    while (data[begin + at] == reference[at])
        at++;
    plx_error_set(error, PLX_MALFORMED,
                  "the test values of the header are not what a KenLM binary has there");
    plx_error_at_offset(error, begin + at);
    return plx_error_hint(error, "the file is damaged, or of a machine of another kind; build it again from "
                                 "the ARPA file");
}

/* What of the header has one size for all. */
static enum plx_status read_fixed(const uint8_t *data, struct plx_kenlm_header *header,
                                  struct plx_error *error)
{
    const uint32_t type = plx_load_u32(data + 96), version = plx_load_u32(data + 104);
    header->order = data[88];
    header->multiplier = load_f32(data + 92);
    header->has_words = data[100] != 0;
    if (header->order < 2) {
        plx_error_set(error, PLX_MALFORMED, "the header speaks of order %u, but KenLM has 2 and more",
                      header->order);
        return damaged(88, error);
    }
    if (!isfinite(header->multiplier) || header->multiplier < 1.0f) {
        plx_error_set(error, PLX_MALFORMED, "the header has a probing multiplier of %g, below 1",
                      (double)header->multiplier);
        return damaged(92, error);
    }
    if (type >= PLX_KENLM_TYPE_COUNT) {
        plx_error_set(error, PLX_MALFORMED, "the header has model type %lu, KenLM's are 0 to 5",
                      (unsigned long)type);
        return damaged(96, error);
    }
    header->type = (enum plx_kenlm_type)type;
    if (data[100] > 1) {
        plx_error_set(error, PLX_MALFORMED, "the header has %u for whether words are stored, not 0 or 1",
                      data[100]);
        return damaged(100, error);
    }
    if (version != plx_kenlm_is_trie(header)) {
        plx_error_set(error, PLX_UNSUPPORTED, "a KenLM binary with version %lu of its %s structure, not %d",
                      (unsigned long)version, plx_kenlm_type_name(header->type), plx_kenlm_is_trie(header));
        return damaged(104, error);
    }
    return PLX_OK;
}

static enum plx_status read_counts(const uint8_t *data, uint64_t size, struct plx_kenlm_header *header,
                                   struct plx_error *error)
{
    for (unsigned k = 0; k < header->order; k++) {
        const uint64_t offset = FIXED_BYTES - 4 + 8 * (uint64_t)k;
        header->counts[k] = plx_load_u64(data + offset);
        /* A word takes 8 bytes, an n-gram a bit, at the least. */
        const bool many = k == 0 ? header->counts[0] > size / 8 || header->counts[0] >= UINT32_MAX - 1
                                 : header->counts[k] / 8 > size;
        if (many) {
            plx_error_set(error, PLX_MALFORMED,
                          "the header has %llu %u-grams, which do not go into %llu bytes",
                          (unsigned long long)header->counts[k], k + 1, (unsigned long long)size);
            plx_error_at_offset(error, offset);
            return plx_error_hint(error, "was it downloaded or copied completely?");
        }
    }
    return PLX_OK;
}

/* Where the parts lie, one behind the other. */
struct layout {
    const uint8_t *data;
    uint64_t size;
    struct plx_kenlm_header *header;
    wide end; /* of all parts so far; may be beyond the file */
};

/* The next part: its offset. What is beyond the file is not to be touched, see within(). */
static uint64_t part(struct layout *layout, wide bytes)
{
    const wide begin = layout->end;
    layout->end += bytes;
    return (uint64_t)begin;
}

static bool within(const struct layout *layout)
{
    return layout->end <= layout->size;
}

static enum plx_status cut_short(const struct layout *layout, struct plx_error *error)
{
    if (layout->end <= UINT64_MAX)
        plx_error_set(error, PLX_MALFORMED, "the file has %llu bytes, its header says at least %llu",
                      (unsigned long long)layout->size, (unsigned long long)layout->end);
    else
        plx_error_set(error, PLX_MALFORMED, "the file has %llu bytes, far less than its header says",
                      (unsigned long long)layout->size);
    plx_error_at_offset(error, layout->size);
    return plx_error_hint(error, "it was cut off, or its header is damaged: was it downloaded or copied "
                                 "completely?");
}

/* How many bits a number takes. */
static unsigned bits_of(uint64_t number)
{
    return number == 0 ? 0 : 64 - (unsigned)__builtin_clzll(number);
}

/* Space for `count` keys, as KenLM computes it: in float32. */
static struct plx_kenlm_slots place_slots(struct layout *layout, uint64_t count, unsigned bytes)
{
    struct plx_kenlm_slots slots = {.count = count + 1, .bytes = bytes};
    const float product = layout->header->multiplier * (float)count;
    const uint64_t scaled = product < 0x1p63f ? (uint64_t)product : UINT64_C(1) << 63;
    if (scaled > slots.count)
        slots.count = scaled;
    slots.reciprocal = UINT64_MAX / slots.count;
    slots.begin = part(layout, (wide)slots.count * bytes);
    return slots;
}

static enum plx_status bad_vocabulary(uint64_t words, const struct plx_kenlm_header *header, uint64_t offset,
                                      struct plx_error *error)
{
    plx_error_set(error, PLX_MALFORMED, "the lookup of words has %llu of them, the header %llu",
                  (unsigned long long)words, (unsigned long long)header->counts[0]);
    return damaged(offset, error);
}

static enum plx_status place_probing(struct layout *layout, struct plx_error *error)
{
    struct plx_kenlm_header *header = layout->header;
    const unsigned rest = header->type == PLX_KENLM_REST_PROBING ? 4 : 0;
    const uint64_t lookup = part(layout, 8), count = header->counts[0];
    header->words = place_slots(layout, count, 12);
    header->unigram_bytes = 8 + rest;
    header->unigrams = part(layout, (wide)(count + 1) * header->unigram_bytes);
    for (unsigned k = 2; k <= header->order; k++)
        header->slots[k - 2] = place_slots(layout, header->counts[k - 1], k < header->order ? 16 + rest : 12);
    if (!within(layout))
        return cut_short(layout, error);
    const uint32_t version = plx_load_u32(layout->data + lookup);
    header->vocabulary = plx_load_u32(layout->data + lookup + 4);
    if (version != 0) {
        plx_error_set(error, PLX_UNSUPPORTED, "a KenLM binary with version %lu of its lookup of words, not 0",
                      (unsigned long)version);
        return damaged(lookup, error);
    }
    /* All of the words, or one more where the ARPA file had no unknown symbol. */
    if (header->vocabulary - count > 1 || header->vocabulary == 0)
        return bad_vocabulary(header->vocabulary, header, lookup + 4, error);
    return PLX_OK;
}

/* The tables of quantisation. */
static enum plx_status place_codes(struct layout *layout, struct plx_error *error)
{
    struct plx_kenlm_header *header = layout->header;
    const uint64_t begin = part(layout, 8);
    if (!within(layout))
        return cut_short(layout, error);
    const unsigned version = layout->data[begin];
    header->probability_bits = layout->data[begin + 1];
    header->backoff_bits = layout->data[begin + 2];
    if (version != 2) {
        plx_error_set(error, PLX_UNSUPPORTED, "a KenLM binary with version %u of its quantisation, not 2",
                      version);
        return damaged(begin, error);
    }
    if (header->probability_bits - 1 >= CODE_BITS_MAX || header->backoff_bits - 1 >= CODE_BITS_MAX) {
        plx_error_set(error, PLX_MALFORMED,
                      "logarithms are quantised to %u and %u bits, but KenLM has 1 to %d",
                      header->probability_bits, header->backoff_bits, CODE_BITS_MAX);
        return damaged(begin + 1, error);
    }
    for (unsigned k = 2; k <= header->order; k++) {
        struct plx_kenlm_level *level = header->levels + (k - 2);
        level->probabilities = part(layout, (wide)4 << header->probability_bits);
        if (k < header->order)
            level->backoffs = part(layout, (wide)4 << header->backoff_bits);
    }
    return PLX_OK;
}

/* How many of the bits of `next`, which is `largest` at most, are in the table of offsets rather than in the
   entries, and so how many offsets there are: what makes both together smallest, as KenLM computes it. */
static void cut_pointers(struct plx_kenlm_level *level, uint64_t largest, unsigned most)
{
    __extension__ typedef __int128 signed_wide;
    const unsigned required = bits_of(largest);
    signed_wide least = 0;
    level->next_bits = required;
    level->offset_count = 1;
    for (unsigned cut = 1; cut <= required && cut <= most; cut++) {
        const uint64_t offsets = largest >> (required - cut);
        const signed_wide change = (signed_wide)offsets * 64 - ((signed_wide)level->count + 1) * cut;
        if (change >= least)
            continue;
        least = change;
        level->next_bits = required - cut;
        level->offset_count = offsets + 1;
    }
}

/* The offsets before the entries of a level, of which `largest` is the highest `next`. */
static enum plx_status place_offsets(struct layout *layout, struct plx_kenlm_level *level, uint64_t largest,
                                     struct plx_error *error)
{
    struct plx_kenlm_header *header = layout->header;
    if (layout->end + 2 > layout->size) {
        layout->end += 2;
        return cut_short(layout, error);
    }
    const uint64_t begin = (uint64_t)layout->end;
    const unsigned version = layout->data[begin], bits = layout->data[begin + 1];
    if (version != 0) {
        plx_error_set(error, PLX_UNSUPPORTED,
                      "a KenLM binary with version %u of its array compression, not 0", version);
        return damaged(begin, error);
    }
    if (level == header->levels)
        header->array_bits = bits;
    if (bits != header->array_bits) {
        plx_error_set(error, PLX_MALFORMED, "array compression of %u bits, but of %u at the lowest order",
                      bits, header->array_bits);
        return damaged(begin + 1, error);
    }
    cut_pointers(level, largest, bits);
    level->offsets = (begin + 7) / 8 * 8 + 8;
    part(layout, (wide)8 * (1 + (wide)level->offset_count) + 7);
    return PLX_OK;
}

/* The entries of order k. */
static enum plx_status place_level(struct layout *layout, unsigned k, struct plx_error *error)
{
    struct plx_kenlm_header *header = layout->header;
    struct plx_kenlm_level *level = header->levels + (k - 2);
    const bool highest = k == header->order, quantised = header->probability_bits > 0;
    level->count = header->counts[k - 1];
    level->word_bits = bits_of(header->counts[0]);
    level->probability_bits = quantised ? header->probability_bits : 31;
    level->backoff_bits = highest ? 0 : quantised ? header->backoff_bits : 32;
    if (!highest) {
        enum plx_status status = PLX_OK;
        level->next_bits = bits_of(header->counts[k]);
        if (header->type == PLX_KENLM_TRIE_ARRAY || header->type == PLX_KENLM_TRIE_QUANTISED_ARRAY)
            status = place_offsets(layout, level, header->counts[k], error);
        if (status)
            return status;
        if (level->next_bits > FIELD_BITS_MAX)
            return cut_short(layout, error); /* so many n-grams go into no file */
    }
    level->entry_bits = level->word_bits + level->probability_bits + level->backoff_bits + level->next_bits;
    level->begin = part(layout, (((wide)level->count + 1) * level->entry_bits + 7) / 8 + 8);
    return PLX_OK;
}

static enum plx_status place_trie(struct layout *layout, struct plx_error *error)
{
    struct plx_kenlm_header *header = layout->header;
    const uint64_t lookup = part(layout, 8), count = header->counts[0];
    header->hashes = part(layout, (wide)count * 8);
    if (!within(layout))
        return cut_short(layout, error);
    const uint64_t hashes = plx_load_u64(layout->data + lookup);
    if (count == 0 || hashes != count - 1)
        return bad_vocabulary(hashes + 1, header, lookup, error);
    header->vocabulary = count;
    enum plx_status status = PLX_OK;
    if (header->type == PLX_KENLM_TRIE_QUANTISED || header->type == PLX_KENLM_TRIE_QUANTISED_ARRAY)
        status = place_codes(layout, error);
    header->unigram_bytes = 16;
    header->unigrams = part(layout, (wide)(count + 2) * header->unigram_bytes);
    for (unsigned k = 2; k <= header->order && status == PLX_OK; k++)
        status = place_level(layout, k, error);
    if (status == PLX_OK && !within(layout))
        status = cut_short(layout, error);
    return status;
}

/* What is left of the file is the list of words, or nothing. */
static enum plx_status place_list(struct layout *layout, struct plx_error *error)
{
    struct plx_kenlm_header *header = layout->header;
    header->list = (uint64_t)layout->end;
    header->list_bytes = layout->size - header->list;
    if (header->has_words || header->list_bytes == 0)
        return PLX_OK;
    plx_error_set(error, PLX_MALFORMED, "the file has %llu bytes more than its header says",
                  (unsigned long long)header->list_bytes);
    return damaged(header->list, error);
}

enum plx_status plx_kenlm_header_read(const uint8_t *data, uint64_t size, struct plx_kenlm_header *header,
                                      struct plx_error *error)
{
    struct layout layout = {.data = data, .size = size, .header = header, .end = FIXED_BYTES};
    memset(header, 0, sizeof *header);
    enum plx_status status = check_version(data, size, error);
    if (status == PLX_OK && size < FIXED_BYTES)
        status = cut_short(&layout, error);
    if (status == PLX_OK && (status = check_sanity(data, error)) == PLX_OK)
        status = read_fixed(data, header, error);
    if (status)
        return status;
    part(&layout, 8 * (wide)header->order);
    if (!within(&layout))
        return cut_short(&layout, error);
    status = read_counts(data, size, header, error);
    if (status == PLX_OK)
        status = plx_kenlm_is_trie(header) ? place_trie(&layout, error) : place_probing(&layout, error);
    return status ? status : place_list(&layout, error);
}

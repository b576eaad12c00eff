#include "model/kenlm_vocabulary.h"

#include "base/hash.h"
#include "base/memory.h"
#include "base/prefetch.h"

/* Guesses in a sorted list before it is halved instead: a list that is in order needs fewer. */
#define GUESSES 8

static const struct plx_kenlm *kenlm_of(const struct plx_model *model)
{
    return (const struct plx_kenlm *)(const void *)model;
}

static enum plx_status bad_list(uint64_t offset, struct plx_error *error)
{
    plx_error_at_offset(error, offset);
    return plx_error_hint(error, "was the file downloaded or copied completely?");
}

/* Offset behind the NUL that ends the word at `begin`; 0 where there is none. */
static uint64_t word_end(const struct plx_kenlm *model, uint64_t begin)
{
    const uint64_t end = model->header.list + model->header.list_bytes;
    const uint8_t *found = begin < end ? memchr(model->data + begin, 0, (size_t)(end - begin)) : NULL;
    return found ? (uint64_t)(found - model->data) + 1 : 0;
}

enum plx_status plx_kenlm_vocabulary_read(struct plx_kenlm *model, struct plx_error *error)
{
    static const char first[] = "<unk>";
    const struct plx_kenlm_header *header = &model->header;
    const uint64_t end = header->list + header->list_bytes;
    if (!header->has_words)
        return PLX_OK;
    if (header->list_bytes < sizeof first || memcmp(model->data + header->list, first, sizeof first) != 0) {
        plx_error_set(error, PLX_MALFORMED, "the list of words does not begin with <unk>");
        return bad_list(header->list, error);
    }
    model->offsets =
        plx_new_array((size_t)(header->vocabulary / PLX_KENLM_STRIDE) + 1, sizeof *model->offsets, error);
    if (!model->offsets)
        return PLX_MEMORY;
    uint64_t at = header->list;
    for (uint64_t id = 0; id < header->vocabulary; id++) {
        if (id % PLX_KENLM_STRIDE == 0)
            model->offsets[id / PLX_KENLM_STRIDE] = at;
        at = word_end(model, at);
        if (at == 0) {
            plx_error_set(error, PLX_MALFORMED, "the list of words ends after %llu of %llu",
                          (unsigned long long)id, (unsigned long long)header->vocabulary);
            return bad_list(end, error);
        }
    }
    if (at == end)
        return PLX_OK;
    plx_error_set(error, PLX_MALFORMED, "%llu bytes stand behind the last word",
                  (unsigned long long)(end - at));
    return bad_list(at, error);
}

struct plx_word plx_kenlm_token(const struct plx_model *base, uint32_t id)
{
    const struct plx_kenlm *model = kenlm_of(base);
    if (!model->offsets || id >= model->header.vocabulary)
        return (struct plx_word){NULL, 0};
    uint64_t begin = model->offsets[id / PLX_KENLM_STRIDE];
    uint64_t end = word_end(model, begin);
    for (uint32_t left = id % PLX_KENLM_STRIDE; left > 0 && end > 0; left--) {
        begin = end;
        end = word_end(model, begin);
    }
    if (end == 0)
        return (struct plx_word){NULL, 0}; /* the file has changed since it was opened */
    return (struct plx_word){(const char *)model->data + begin, (size_t)(end - begin - 1)};
}

/* Of a word of five bytes. */
static bool is_unknown(struct plx_word word)
{
    return memcmp(word.text, "<unk>", 5) == 0 || memcmp(word.text, "<UNK>", 5) == 0;
}

/* The id of a hash in the probing table. */
static uint32_t probe(const struct plx_kenlm *model, uint64_t hash)
{
    const struct plx_kenlm_slots *slots = &model->header.words;
    uint64_t at = plx_kenlm_home(slots, hash);
    for (uint64_t left = slots->count; left > 0; left--) {
        const uint8_t *slot = model->data + slots->begin + at * slots->bytes;
        const uint64_t found = plx_load_u64(slot);
        if (found == 0)
            return PLX_NO_TOKEN;
        if (found == hash) {
            const uint32_t id = plx_load_u32(slot + 8);
            return id < model->header.vocabulary ? id : PLX_NO_TOKEN;
        }
        at = at + 1 == slots->count ? 0 : at + 1;
    }
    return PLX_NO_TOKEN;
}

static void probe_all(const struct plx_kenlm *model, const uint64_t *hashes, size_t count, uint32_t *ids)
{
    const struct plx_kenlm_slots *slots = &model->header.words;
    for (size_t i = 0; i < count; i++)
        plx_prefetch(model->data + slots->begin + plx_kenlm_home(slots, hashes[i]) * slots->bytes);
    for (size_t i = 0; i < count; i++)
        ids[i] = probe(model, hashes[i]);
}

/* A hash in the sorted list. Hashes are as good as evenly spread, so that one tells about where another is.
 */
struct search {
    uint64_t low, high; /* it can only be in [low, high) */
    uint64_t at;        /* the next to be looked at */
    uint16_t index, guesses;
};

/* Narrows the search down to what the entry leaves; true while it goes on. */
static bool narrow(struct search *search, uint64_t found, uint64_t hash, uint64_t count)
{
    const uint64_t away = found < hash ? hash - found : found - hash;
    const uint64_t step = plx_hash_place(away, count);
    if (found < hash) {
        search->low = search->at + 1;
        search->at += step < search->high - search->at ? step : search->high - search->at;
    } else {
        search->high = search->at;
        search->at -= step < search->at - search->low ? step : search->at - search->low;
    }
    if (search->low >= search->high)
        return false;
    if (search->guesses++ >= GUESSES)
        search->at = search->low + (search->high - search->low) / 2;
    else if (search->at < search->low)
        search->at = search->low;
    else if (search->at >= search->high)
        search->at = search->high - 1;
    return true;
}

static void search_all(const struct plx_kenlm *model, const uint64_t *hashes, size_t count, uint32_t *ids)
{
    const uint8_t *list = model->data + model->header.hashes;
    const uint64_t words = model->header.vocabulary - 1;
    struct search searches[PLX_MODEL_LOOKUP];
    size_t active = 0;
    for (size_t i = 0; i < count; i++) {
        ids[i] = PLX_NO_TOKEN;
        const uint64_t guess = plx_hash_place(hashes[i], words);
        searches[active] = (struct search){0, words, guess, (uint16_t)i, 0};
        active += words > 0;
        plx_prefetch(list + guess * 8);
    }
    while (active > 0) {
        size_t left = 0;
        for (size_t j = 0; j < active; j++) {
            struct search search = searches[j];
            const uint64_t hash = hashes[search.index], found = plx_load_u64(list + search.at * 8);
            if (found == hash)
                ids[search.index] = (uint32_t)search.at + 1;
            else if (narrow(&search, found, hash, words)) {
                plx_prefetch(list + search.at * 8);
                searches[left++] = search;
            }
        }
        active = left;
    }
}

void plx_kenlm_lookup(const struct plx_model *base, const struct plx_word *words, const uint64_t *hashes,
                      size_t count, uint32_t *ids)
{
    const struct plx_kenlm *model = kenlm_of(base);
    if (plx_kenlm_is_trie(&model->header))
        search_all(model, hashes, count, ids);
    else
        probe_all(model, hashes, count, ids);
    for (size_t i = 0; i < count; i++) {
        if (words[i].length == 5 && is_unknown(words[i]))
            ids[i] = model->has_unknown ? 0 : PLX_NO_TOKEN;
    }
}

#include "model/kenlm_trie.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/prefetch.h"
#include "model/kenlm_level.h"
#include "model/ngram_key.h"

#include <stdlib.h>

/* Guesses where a word is before its range is halved instead: one that is in order needs fewer. */
#define GUESSES 8

/* The records that a sink is given at a time. */
#define BATCH 1024

/* A word among the children of an n-gram. Ids are ranks of hashes, as good as evenly spread over the
   vocabulary: the distance of two words tells that of their entries. */
struct search {
    uint64_t low, high; /* it can only be in [low, high) */
    uint64_t at;        /* the next to be looked at */
    float slope;        /* entries for each id */
    uint32_t word;
    uint16_t position, guesses;
};

static inline uint64_t clamp(uint64_t at, uint64_t low, uint64_t high)
{
    return at < low ? low : at >= high ? high - 1 : at;
}

/* How far from each other the entries of two words are, by the difference of their ids, which has no more
   bits than V: less than 2^58. */
static inline uint64_t distance(float slope, uint32_t words)
{
    return (uint64_t)(int64_t)(slope * (float)words);
}

/* Where to look first for a word in a range that is not empty. */
static inline uint64_t first_guess(struct plx_kenlm_range range, uint32_t word, float slope)
{
    return clamp(range.begin + distance(slope, word), range.begin, range.end);
}

static inline const uint8_t *address(const uint8_t *data, const struct plx_kenlm_level *level, uint64_t index)
{
    return data + level->begin + (index * level->entry_bits >> 3);
}

static inline float slope_of(const struct plx_kenlm *model, struct plx_kenlm_range range)
{
    return (float)(int64_t)(range.end - range.begin) * model->share;
}

/* A position's n-grams of `order` words are in a range: it is alive if there are any, and the first that will
   be looked at is fetched. */
static inline void go_on(const struct plx_kenlm *model, struct plx_ngram_block *block, unsigned order,
                         uint16_t i, struct plx_kenlm_range range)
{
    if (block->reach[i] < order || range.begin == range.end)
        return;
    const uint32_t word = block->id[i][-(ptrdiff_t)(order - 1)];
    const uint64_t at = first_guess(range, word, slope_of(model, range));
    plx_prefetch(address(model->data, model->header.levels + (order - 2), at));
    block->state[i] = (struct plx_ngram_state){range.begin, range.end};
    block->alive[block->alive_count++] = i;
}

static void find_unigrams(const struct plx_ngram_model *base, struct plx_ngram_block *block)
{
    const struct plx_kenlm *model = plx_kenlm_of(base);
    const uint8_t *unigrams = model->data + model->header.unigrams;
    block->alive_count = 0;
    for (size_t i = 0; i < block->count; i++) {
        if (block->reach[i] == 0)
            continue;
        const uint8_t *unigram = unigrams + (size_t)*block->id[i] * 16;
        const struct plx_kenlm_range range = plx_kenlm_range(
            plx_load_u64(unigram + 8), plx_load_u64(unigram + 24), model->header.levels->count);
        block->probability[i] = plx_ngram_negative(plx_load_u32(unigram));
        block->backoffs[i] = plx_kenlm_float(unigram + 4);
        go_on(model, block, 2, (uint16_t)i, range);
    }
}

/* Entry `index` is the n-gram of position i. */
static inline void found(const struct plx_kenlm *model, struct plx_ngram_block *block, unsigned order,
                         uint16_t i, uint64_t index)
{
    const struct plx_kenlm_level *level = model->header.levels + (order - 2);
    const struct plx_ngram ngram = plx_kenlm_weights(model->data, level, index);
    block->probability[i] = ngram.probability;
    block->length[i] = (uint8_t)order;
    if (order == model->header.order)
        return;
    block->backoffs[(size_t)(order - 1) * PLX_NGRAM_ROW + i] = ngram.backoff;
    go_on(model, block, order + 1, i, plx_kenlm_children(model->data, level, level + 1, index));
}

/* Narrows the search down to what the entry leaves; true while it goes on. */
static inline bool narrow(struct search *search, uint32_t word)
{
    const uint64_t step =
        distance(search->slope, word < search->word ? search->word - word : word - search->word);
    uint64_t at = search->at;
    if (word < search->word) {
        search->low = at + 1;
        at += step + (step == 0);
    } else {
        search->high = at;
        at -= step < at ? step + (step == 0 && at > 0) : at;
    }
    if (search->low >= search->high)
        return false;
    if (search->guesses++ >= GUESSES)
        at = search->low + (search->high - search->low) / 2;
    search->at = clamp(at, search->low, search->high);
    return true;
}

/* Looks at entries of one cache line. True where the search goes on in another, which is fetched. */
static inline bool look(const struct plx_kenlm *model, const struct plx_kenlm_level *level,
                        struct plx_ngram_block *block, unsigned order, struct search *search)
{
    const uint8_t *here = address(model->data, level, search->at);
    for (;;) {
        const uint32_t word = plx_kenlm_word(model->data, level, search->at);
        if (word == search->word) {
            found(model, block, order, search->position, search->at);
            return false;
        }
        if (!narrow(search, word))
            return false;
        const uint8_t *next = address(model->data, level, search->at);
        if (((uintptr_t)next ^ (uintptr_t)here) >> 6 == 0)
            continue;
        plx_prefetch(next);
        return true;
    }
}

static void find_ngrams(const struct plx_ngram_model *base, struct plx_ngram_block *block, unsigned order)
{
    const struct plx_kenlm *model = plx_kenlm_of(base);
    const struct plx_kenlm_level *level = model->header.levels + (order - 2);
    struct search searches[PLX_NGRAM_BLOCK];
    size_t count = block->alive_count;
    for (size_t j = 0; j < count; j++) {
        const uint16_t i = block->alive[j];
        const struct plx_kenlm_range range = {block->state[i].first, block->state[i].second};
        const float slope = slope_of(model, range);
        const uint32_t word = block->id[i][-(ptrdiff_t)(order - 1)];
        searches[j] =
            (struct search){range.begin, range.end, first_guess(range, word, slope), slope, word, i, 0};
    }
    block->alive_count = 0;
    while (count > 0) {
        size_t left = 0;
        for (size_t j = 0; j < count; j++) {
            struct search search = searches[j];
            if (look(model, level, block, order, &search))
                searches[left++] = search;
        }
        count = left;
    }
}

/* The way to an n-gram leads through its suffixes. */
static void begin_at(const struct plx_ngram_model *model, struct plx_ngram_block *block, unsigned order)
{
    find_unigrams(model, block);
    for (unsigned k = 2; k < order && block->alive_count > 0; k++)
        find_ngrams(model, block, k);
}

const struct plx_ngram_search plx_kenlm_trie_search = {
    .unigrams = find_unigrams,
    .ngrams = find_ngrams,
    .begin = begin_at,
};

/* A walk over the n-grams of one order: on the way to each, its suffixes. */
struct walk {
    const struct plx_kenlm *model;
    struct plx_ngram_sink *sink;
    struct plx_ngram_record records[BATCH];
    size_t count;
    unsigned order;
    struct plx_kenlm_range ranges[PLX_NGRAM_ORDER_MAX + 1]; /* [k]: the n-grams of k words still to come */
    uint64_t keys[PLX_NGRAM_ORDER_MAX + 1];                 /* [k]: of the suffix of k words */
    uint64_t visited[PLX_NGRAM_ORDER_MAX + 1];              /* [k]: n-grams of k words so far */
};

static enum plx_status flush(struct walk *walk, struct plx_error *error)
{
    const size_t count = walk->count;
    walk->count = 0;
    return count > 0 ? walk->sink->add(walk->sink, walk->records, count, error) : PLX_OK;
}

static enum plx_status damaged(unsigned k, struct plx_error *error)
{
    plx_error_set(error, PLX_MALFORMED, "the tree of the %u-grams does not lead to all of them, one by one",
                  k);
    return plx_error_hint(error, "the file is damaged: build it again from the ARPA file");
}

/* The first of the n-grams of k words to come: in a sound file that which lies behind the last one. */
static enum plx_status visit(struct walk *walk, unsigned k, struct plx_error *error)
{
    const uint8_t *data = walk->model->data;
    const struct plx_kenlm_level *level = walk->model->header.levels + (k - 2);
    const uint64_t index = walk->ranges[k].begin++;
    if (index != walk->visited[k]++)
        return damaged(k, error);
    const uint64_t key = plx_ngram_key(walk->keys[k - 1], plx_kenlm_word(data, level, index));
    if (k < walk->order) {
        walk->keys[k] = key;
        walk->ranges[k + 1] = plx_kenlm_children(data, level, level + 1, index);
        return PLX_OK;
    }
    struct plx_ngram_record *record = walk->records + walk->count++;
    *record = (struct plx_ngram_record){.key = key, .ngram = plx_kenlm_weights(data, level, index)};
    record->ngram.backoff += 0.0f; /* 0, not −0, of −0 */
    return walk->count == BATCH ? flush(walk, error) : PLX_OK;
}

/* All n-grams that end in the word. */
static enum plx_status visit_word(struct walk *walk, uint64_t id, struct plx_error *error)
{
    const struct plx_kenlm *model = walk->model;
    const uint8_t *unigram = model->data + model->header.unigrams + id * 16;
    enum plx_status status = PLX_OK;
    walk->keys[1] = id;
    walk->ranges[2] =
        plx_kenlm_range(plx_load_u64(unigram + 8), plx_load_u64(unigram + 24), model->header.levels->count);
    for (unsigned k = 2; k >= 2 && status == PLX_OK;) {
        if (walk->ranges[k].begin == walk->ranges[k].end) {
            k--;
            continue;
        }
        status = visit(walk, k, error);
        k += k < walk->order;
    }
    return status;
}

enum plx_status plx_kenlm_trie_export(const struct plx_ngram_model *base, unsigned order,
                                      struct plx_ngram_sink *sink, struct plx_error *error)
{
    struct walk *walk = plx_new_array(1, sizeof *walk, error);
    if (!walk)
        return PLX_MEMORY;
    walk->model = plx_kenlm_of(base);
    walk->sink = sink;
    walk->order = order;
    enum plx_status status = sink->begin(sink, order, walk->model->header.counts[order - 1], error);
    for (uint64_t id = 0; id < walk->model->header.vocabulary && status == PLX_OK; id++)
        status = visit_word(walk, id, error);
    if (status == PLX_OK && walk->visited[order] != walk->model->header.counts[order - 1])
        status = damaged(order, error);
    if (status == PLX_OK)
        status = flush(walk, error);
    if (status == PLX_OK)
        status = sink->end(sink, error);
    free(walk);
    return status;
}

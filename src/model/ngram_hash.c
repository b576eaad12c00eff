#include "model/ngram_hash.h"

#include "base/memory.h"
#include "base/prefetch.h"
#include "model/ngram_key.h"

#include <stdlib.h>
#include <string.h>

static const struct plx_ngram_hash *hash_of(const struct plx_ngram_model *model)
{
    return (const struct plx_ngram_hash *)(const void *)model;
}

/* Rolls the keys of all that are alive to n-grams of `order` words and has the lines of their homes fetched:
   in a loop of nothing else, so that many fetches, and the walks through page tables that they begin with,
   are under way at once. state.second is the scattered key. */
static void begin_order(const struct plx_ngram_table *table, struct plx_ngram_block *block, unsigned order)
{
    const struct plx_ngram_table here = *table; /* that nothing written below can change */
    const ptrdiff_t oldest = -(ptrdiff_t)(order - 1);
    const size_t alive = block->alive_count;
    for (size_t j = 0; j < alive; j++) {
        const size_t i = block->alive[j];
        const uint64_t key = plx_ngram_key(block->state[i].first, block->id[i][oldest]);
        const uint64_t scattered = plx_ngram_scatter(key);
        block->state[i] = (struct plx_ngram_state){key, scattered};
        plx_prefetch(plx_ngram_home(&here, scattered));
    }
}

static inline struct plx_ngram unigram_of(const uint8_t *unigrams, uint32_t id)
{
    return plx_ngram_values(unigrams + (size_t)id * sizeof(struct plx_ngram));
}

static void find_unigrams(const struct plx_ngram_model *base, struct plx_ngram_block *block)
{
    const struct plx_ngram_hash *model = hash_of(base);
    const uint8_t *unigrams = model->unigrams;
    const size_t count = block->count;
    size_t alive = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t ahead = i + PLX_NGRAM_UNIGRAMS_AHEAD;
        if (ahead < count && block->reach[ahead] > 0)
            plx_prefetch_close(unigrams + (size_t)*block->id[ahead] * sizeof(struct plx_ngram));
        if (block->reach[i] == 0)
            continue;
        const uint32_t id = *block->id[i];
        const struct plx_ngram unigram = unigram_of(unigrams, id);
        block->probability[i] = unigram.probability;
        block->backoffs[i] = unigram.backoff;
        block->state[i].first = id;
        block->alive[alive] = (uint16_t)i;
        alive += block->reach[i] > 1;
    }
    block->alive_count = alive;
    if (base->base.info.order > 1)
        begin_order(model->tables, block, 2);
}

/* The positions of an order that are asked about again, in a line behind the one that they have passed. */
struct passed {
    uint16_t position[PLX_NGRAM_BLOCK];
    const uint8_t *line[PLX_NGRAM_BLOCK];
    size_t count;
};

/* The search of one order; constant where it is inlined: layout, highest. */
struct search {
    struct plx_ngram_table table;
    unsigned order;
    enum plx_ngram_layout layout;
    bool highest;
};

/* Has the position asked about again. */
static __attribute__((noinline)) void pass_on(const struct plx_ngram_table *table, uint64_t scattered,
                                              uint16_t i, const uint8_t *line, struct passed *passed)
{
    line = plx_ngram_next(table, line, scattered);
    if (!line)
        return;
    plx_prefetch(line);
    passed->position[passed->count] = i;
    passed->line[passed->count++] = line;
}

/* Asks a line about position i, which may put it into the list of those that are passed, or of those that are
   alive for the following order. Whether an n-gram is stored is as good as random, so there is no branch on
   it. */
static inline __attribute__((always_inline)) void ask(const struct search *search,
                                                      struct plx_ngram_block *block, uint16_t i,
                                                      const uint8_t *line, struct passed *passed,
                                                      size_t *alive)
{
    const struct plx_ngram_state state = block->state[i];
    const struct plx_ngram_answer answer = plx_ngram_ask(search->layout, line, state.first, state.second);
    const size_t at = (i & answer.mask) | (PLX_NGRAM_NOWHERE & ~answer.mask);
    block->probability[at] = answer.ngram.probability;
    block->length[at] = (uint8_t)search->order;
    if (!search->highest) {
        block->backoffs[(size_t)(search->order - 1) * PLX_NGRAM_ROW + at] = answer.ngram.backoff;
        block->alive[*alive] = i;
        *alive += answer.mask & (block->reach[i] > search->order);
    }
    if (answer.passed)
        pass_on(&search->table, state.second, i, line, passed);
}

/* All that are alive. */
static inline __attribute__((always_inline)) void find_order(const struct search search,
                                                             struct plx_ngram_block *block)
{
    struct passed passed;
    size_t alive = 0;
    passed.count = 0;
    for (size_t j = 0; j < block->alive_count; j++) {
        const uint16_t i = block->alive[j];
        ask(&search, block, i, plx_ngram_home(&search.table, block->state[i].second), &passed, &alive);
    }
    while (passed.count > 0) {
        const size_t count = passed.count;
        passed.count = 0;
        for (size_t j = 0; j < count; j++)
            ask(&search, block, passed.position[j], passed.line[j], &passed, &alive);
    }
    block->alive_count = alive;
}

/* The same where the table lacks suffixes of longer n-grams: all positions that reach further go on. */
static void find_and_go_on(const struct plx_ngram_table *table, struct plx_ngram_block *block, unsigned order)
{
    struct plx_ngram ngram;
    for (size_t j = 0; j < block->alive_count; j++) {
        const size_t i = block->alive[j];
        if (!plx_ngram_find(table, block->state[i].first, &ngram))
            continue;
        block->probability[i] = ngram.probability;
        block->length[i] = (uint8_t)order;
        block->backoffs[(size_t)(order - 1) * PLX_NGRAM_ROW + i] = ngram.backoff;
    }
    block->alive_count = 0;
    for (size_t i = 0; i < block->count; i++) {
        block->alive[block->alive_count] = (uint16_t)i;
        block->alive_count += block->reach[i] > order;
    }
}

static void find_ngrams(const struct plx_ngram_model *base, struct plx_ngram_block *block, unsigned order)
{
    const struct plx_ngram_hash *model = hash_of(base);
    const struct plx_ngram_table *table = model->tables + (order - 2);
    const bool highest = order == base->base.info.order;
    if (model->incomplete[order])
        find_and_go_on(table, block, order);
    else if (table->homes == 0)
        block->alive_count = 0;
    else if (table->layout == PLX_NGRAM_WIDE && !highest)
        find_order((struct search){*table, order, PLX_NGRAM_WIDE, false}, block);
    else if (table->layout == PLX_NGRAM_WIDE)
        find_order((struct search){*table, order, PLX_NGRAM_WIDE, true}, block);
    else if (table->layout == PLX_NGRAM_NARROW)
        find_order((struct search){*table, order, PLX_NGRAM_NARROW, false}, block);
    else
        find_order((struct search){*table, order, PLX_NGRAM_COMPACT, true}, block);
    if (!highest)
        begin_order(table + 1, block, order + 1);
}

static void begin_at(const struct plx_ngram_model *base, struct plx_ngram_block *block, unsigned order)
{
    plx_ngram_set_keys(block, order - 1);
    begin_order(hash_of(base)->tables + (order - 2), block, order);
}

const struct plx_ngram_search plx_ngram_hash_search = {
    .unigrams = find_unigrams,
    .ngrams = find_ngrams,
    .begin = begin_at,
};

/* What a line has; returns how many. */
static size_t read_wide(const uint8_t *line, struct plx_ngram *ngrams)
{
    uint64_t keys[PLX_NGRAM_SLOTS];
    size_t count = 0;
    memcpy(keys, line, sizeof keys);
    for (; count < PLX_NGRAM_SLOTS && keys[count]; count++)
        ngrams[count] = plx_ngram_values(line + PLX_NGRAM_WIDE_VALUES + count * sizeof *ngrams);
    return count;
}

static size_t read_fingerprints(const uint8_t *line, bool backoffs, struct plx_ngram *ngrams)
{
    const size_t slots = backoffs ? PLX_NGRAM_SLOTS : PLX_NGRAM_COMPACT_SLOTS;
    const uint8_t *values = line + (backoffs ? PLX_NGRAM_NARROW_VALUES : PLX_NGRAM_COMPACT_VALUES);
    size_t count = 0;
    for (size_t i = 0; i < slots; i++) {
        uint32_t low, probability;
        uint16_t high;
        memcpy(&low, line + sizeof low * i, sizeof low);
        memcpy(&high, line + PLX_NGRAM_HIGH_HALVES + sizeof high * i, sizeof high);
        if (!low && !high)
            continue;
        struct plx_ngram *ngram = ngrams + count++;
        memcpy(&probability, values + sizeof probability * i, sizeof probability);
        *ngram = (struct plx_ngram){plx_ngram_negative(probability), 0.0f};
        if (backoffs)
            memcpy(&ngram->backoff, line + PLX_NGRAM_NARROW_BACKOFFS + sizeof ngram->backoff * i,
                   sizeof ngram->backoff);
    }
    return count;
}

static size_t read_line(enum plx_ngram_layout layout, const uint8_t *line, struct plx_ngram *ngrams)
{
    return layout == PLX_NGRAM_WIDE ? read_wide(line, ngrams)
                                    : read_fingerprints(line, layout == PLX_NGRAM_NARROW, ngrams);
}

/* N-grams that are handed on at once, and how many a line can have at most. */
#define EACH_BATCH 512
#define LINE_MOST  PLX_NGRAM_COMPACT_SLOTS

static bool each_of_table(const struct plx_ngram_table *table, plx_take_ngrams *take, void *user)
{
    struct plx_ngram ngrams[EACH_BATCH];
    size_t count = 0;
    const uint64_t lines = table->homes ? table->homes + table->spare : 0;
    for (uint64_t i = 0; i < lines; i++) {
        count += read_line(table->layout, table->lines + (size_t)i * PLX_NGRAM_LINE, ngrams + count);
        if (count + LINE_MOST > EACH_BATCH) {
            if (!take(user, ngrams, count))
                return false;
            count = 0;
        }
    }
    return count == 0 || take(user, ngrams, count);
}

static bool each_ngram(const struct plx_ngram_model *base, unsigned order, plx_take_ngrams *take, void *user)
{
    const struct plx_ngram_hash *model = hash_of(base);
    struct plx_ngram ngrams[EACH_BATCH];
    if (order > 1)
        return each_of_table(model->tables + (order - 2), take, user);
    for (uint64_t id = 0; id < base->base.info.vocabulary; id += EACH_BATCH) {
        const uint64_t left = base->base.info.vocabulary - id;
        const size_t count = left < EACH_BATCH ? (size_t)left : EACH_BATCH;
        for (uint32_t i = 0; i < count; i++)
            ngrams[i] = unigram_of(model->unigrams, (uint32_t)id + i);
        if (!take(user, ngrams, count))
            return false;
    }
    return true;
}

static void close_hash(struct plx_ngram_model *base)
{
    struct plx_ngram_hash *model = (struct plx_ngram_hash *)(void *)base;
    for (unsigned k = 0; model->tables && k + 1 < base->base.info.order; k++)
        plx_ngram_table_release(model->tables + k);
    free(model->tables);
    free(model->incomplete);
    free(model->unigram_memory);
}

void plx_ngram_hash_init(struct plx_ngram_hash *model)
{
    model->ngram.base.class = &plx_ngram_class;
    model->ngram.search = &plx_ngram_hash_search;
    model->ngram.each = each_ngram;
    model->ngram.close = close_hash;
}

struct plx_ngram_hash *plx_ngram_hash_new(struct plx_error *error)
{
    struct plx_ngram_hash *model = plx_new_array(1, sizeof *model, error);
    if (model)
        plx_ngram_hash_init(model);
    return model;
}

enum plx_status plx_ngram_hash_set_order(struct plx_ngram_hash *model, unsigned order,
                                         struct plx_error *error)
{
    model->ngram.base.info.order = order;
    model->ngram.counts = plx_new_array(order, sizeof *model->ngram.counts, error);
    model->tables = plx_new_array(order, sizeof *model->tables, error);
    model->incomplete = plx_new_array((size_t)order + 1, sizeof *model->incomplete, error);
    return model->ngram.counts && model->tables && model->incomplete ? PLX_OK : PLX_MEMORY;
}

void plx_ngram_hash_complete(struct plx_ngram_hash *model)
{
    for (unsigned k = model->ngram.base.info.order; k > 2; k--)
        model->incomplete[k - 1] |= model->incomplete[k];
}

#include "model/ngram_hash.h"

#include "base/memory.h"
#include "model/ngram_key.h"

#include <stdlib.h>
#include <string.h>

static const struct plx_ngram_hash *hash_of(const struct plx_ngram_model *model)
{
    return (const struct plx_ngram_hash *)(const void *)model;
}

/* Rolls the keys of all that are alive to n-grams of `order` words and has the lines of their homes fetched.
   state.second is the scattered key. */
static void begin_order(const struct plx_ngram_hash *model, struct plx_ngram_block *block, unsigned order)
{
    if (order > model->ngram.base.info.order)
        return;
    const struct plx_ngram_table *table = model->tables + (order - 2);
    const struct plx_ngram_table here = *table; /* that nothing written here can change */
    const ptrdiff_t oldest = -(ptrdiff_t)(order - 1);
    const size_t alive = block->alive_count;
    for (size_t j = 0; j < alive; j++) {
        const size_t i = block->alive[j];
        const uint64_t key = plx_ngram_key(block->state[i].first, block->id[i][oldest]);
        const uint64_t scattered = plx_ngram_scatter(key);
        block->state[i] = (struct plx_ngram_state){key, scattered};
        __builtin_prefetch(plx_ngram_home(&here, scattered));
    }
}

static void find_unigrams(const struct plx_ngram_model *base, struct plx_ngram_block *block)
{
    const struct plx_ngram_hash *model = hash_of(base);
    size_t alive = 0;
    for (size_t i = 0; i < block->count; i++) {
        if (block->reach[i] == 0)
            continue;
        struct plx_ngram unigram;
        const uint32_t id = *block->id[i];
        memcpy(&unigram, model->unigrams + (size_t)id * sizeof unigram, sizeof unigram);
        block->probability[i] = unigram.probability;
        block->backoffs[i] = unigram.backoff;
        block->state[i].first = id;
        block->alive[alive] = (uint16_t)i;
        alive += block->reach[i] > 1;
    }
    block->alive_count = alive;
    begin_order(model, block, 2);
}

/* The positions of an order that are asked about again, in the line behind the one that they have passed. */
struct passed {
    uint16_t position[PLX_NGRAM_BLOCK];
    const uint8_t *line[PLX_NGRAM_BLOCK];
    size_t count;
};

/* Asks a line about position i, and puts it into the list where it now belongs. `layout` and `highest` are
   constants where it is inlined. */
static inline __attribute__((always_inline)) void ask(const struct plx_ngram_table *table,
                                                      struct plx_ngram_block *block, unsigned order,
                                                      enum plx_ngram_layout layout, bool highest, uint16_t i,
                                                      const uint8_t *line, struct passed *passed)
{
    const struct plx_ngram_state state = block->state[i];
    struct plx_ngram ngram;
    switch (plx_ngram_ask(layout, line, state.first, state.second, &ngram)) {
    case PLX_NGRAM_FOUND:
        block->probability[i] = ngram.probability;
        block->length[i] = (uint8_t)order;
        if (highest)
            return;
        block->backoffs[(size_t)(order - 1) * PLX_NGRAM_BLOCK + i] = ngram.backoff;
        block->alive[block->alive_count] = i;
        block->alive_count += block->reach[i] > order;
        return;
    case PLX_NGRAM_PASSED:
        line += PLX_NGRAM_LINE;
        if (line >= table->lines + (size_t)(table->homes + table->spare) * PLX_NGRAM_LINE)
            return; /* the file is damaged: nothing passes the last line */
        __builtin_prefetch(line);
        passed->position[passed->count] = i;
        passed->line[passed->count++] = line;
        return;
    case PLX_NGRAM_ABSENT: return;
    }
}

/* All that are alive, in a table of one layout. */
static inline __attribute__((always_inline)) void find_order(const struct plx_ngram_table *table,
                                                             struct plx_ngram_block *block, unsigned order,
                                                             enum plx_ngram_layout layout, bool highest)
{
    struct passed passed;
    const size_t alive = block->alive_count;
    block->alive_count = passed.count = 0;
    for (size_t j = 0; j < alive; j++) {
        const uint16_t i = block->alive[j];
        ask(table, block, order, layout, highest, i, plx_ngram_home(table, block->state[i].second), &passed);
    }
    while (passed.count > 0) {
        const size_t count = passed.count;
        passed.count = 0;
        for (size_t j = 0; j < count; j++)
            ask(table, block, order, layout, highest, passed.position[j], passed.line[j], &passed);
    }
}

/* The list of all positions that reach further than `order`. */
static void all_go_on(struct plx_ngram_block *block, unsigned order)
{
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
    if (table->homes == 0)
        block->alive_count = 0;
    else if (order < base->base.info.order)
        find_order(table, block, order, PLX_NGRAM_WIDE, false);
    else if (table->layout == PLX_NGRAM_WIDE)
        find_order(table, block, order, PLX_NGRAM_WIDE, true);
    else
        find_order(table, block, order, PLX_NGRAM_COMPACT, true);
    if (model->incomplete[order])
        all_go_on(block, order);
    begin_order(model, block, order + 1);
}

const struct plx_ngram_search plx_ngram_hash_search = {
    .unigrams = find_unigrams,
    .ngrams = find_ngrams,
};

static void close_hash(struct plx_ngram_model *base)
{
    struct plx_ngram_hash *model = (struct plx_ngram_hash *)(void *)base;
    for (unsigned k = 0; model->tables && k + 1 < base->base.info.order; k++)
        plx_ngram_table_release(model->tables + k);
    free(model->tables);
    free(model->incomplete);
    free(model->unigram_memory);
}

struct plx_ngram_hash *plx_ngram_hash_new(struct plx_error *error)
{
    struct plx_ngram_hash *model = plx_new_array(1, sizeof *model, error);
    if (!model)
        return NULL;
    model->ngram.base.class = &plx_ngram_class;
    model->ngram.search = &plx_ngram_hash_search;
    model->ngram.close = close_hash;
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

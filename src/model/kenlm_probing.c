#include "model/kenlm_probing.h"

#include "base/prefetch.h"
#include "model/ngram_key.h"

/* The records that a sink is given at a time. */
#define BATCH 1024

/* Slots from the home on whose lines are fetched ahead. Where a table is two thirds full, as KenLM makes it,
   an n-gram that is not stored is missed after five, one that is stored is found after two. */
#define FETCHED 4

/* Rolls the keys of all that are alive to n-grams of `order` words and has their homes fetched. state.second
   is the home. */
static void begin_order(const struct plx_kenlm *model, struct plx_ngram_block *block, unsigned order)
{
    if (order > model->header.order)
        return;
    const struct plx_kenlm_slots *slots = model->header.slots + (order - 2);
    const uint8_t *begin = model->data + slots->begin;
    const ptrdiff_t oldest = -(ptrdiff_t)(order - 1);
    for (size_t j = 0; j < block->alive_count; j++) {
        const size_t i = block->alive[j];
        struct plx_ngram_state *state = block->state + i;
        state->first = plx_ngram_key(state->first, block->id[i][oldest]);
        state->second = plx_kenlm_home(slots, state->first);
        const uint8_t *home = begin + state->second * slots->bytes;
        plx_prefetch(home);
        plx_prefetch(home + (size_t)(FETCHED - 1) * slots->bytes);
    }
}

static void find_unigrams(const struct plx_ngram_model *base, struct plx_ngram_block *block)
{
    const struct plx_kenlm *model = plx_kenlm_of(base);
    const uint8_t *unigrams = model->data + model->header.unigrams;
    size_t alive = 0;
    for (size_t i = 0; i < block->count; i++) {
        if (block->reach[i] == 0)
            continue;
        const uint32_t id = *block->id[i];
        const uint8_t *unigram = unigrams + (size_t)id * model->header.unigram_bytes;
        block->probability[i] = plx_ngram_negative(plx_load_u32(unigram));
        block->backoffs[i] = plx_kenlm_float(unigram + 4);
        block->state[i].first = id;
        block->alive[alive] = (uint16_t)i;
        alive += block->reach[i] > 1;
    }
    block->alive_count = alive;
    begin_order(model, block, 2);
}

/* The slot of a key, or NULL. A damaged table may be full. */
static inline __attribute__((always_inline)) const uint8_t *probe(const uint8_t *slots, uint64_t count,
                                                                  unsigned bytes, uint64_t home, uint64_t key)
{
    const uint8_t *slot = slots + home * bytes;
    for (uint64_t left = count; left > 0; left--) {
        const uint64_t found = plx_load_u64(slot);
        if (found == 0)
            return NULL;
        if (found == key)
            return slot;
        home++;
        slot += bytes;
        if (home == count) {
            home = 0;
            slot = slots;
        }
    }
    return NULL;
}

/* All that are alive; `bytes` and `highest` are constants where it is inlined. */
static inline __attribute__((always_inline)) void find_order(const struct plx_kenlm *model,
                                                             struct plx_ngram_block *block, unsigned order,
                                                             unsigned bytes, bool highest)
{
    const struct plx_kenlm_slots *slots = model->header.slots + (order - 2);
    const uint8_t *begin = model->data + slots->begin;
    float *backoffs = block->backoffs + (size_t)(order - 1) * PLX_NGRAM_BLOCK;
    const size_t alive = block->alive_count;
    size_t left = 0;
    for (size_t j = 0; j < alive; j++) {
        const uint16_t i = block->alive[j];
        const struct plx_ngram_state state = block->state[i];
        const uint8_t *slot = probe(begin, slots->count, bytes, state.second, state.first);
        if (!slot)
            continue;
        block->probability[i] = plx_ngram_negative(plx_load_u32(slot + 8));
        block->length[i] = (uint8_t)order;
        if (highest)
            continue;
        backoffs[i] = plx_kenlm_float(slot + 12);
        block->alive[left] = i;
        left += block->reach[i] > order;
    }
    block->alive_count = left;
}

static void find_ngrams(const struct plx_ngram_model *base, struct plx_ngram_block *block, unsigned order)
{
    const struct plx_kenlm *model = plx_kenlm_of(base);
    if (order == model->header.order)
        find_order(model, block, order, 12, true);
    else if (model->header.type == PLX_KENLM_REST_PROBING)
        find_order(model, block, order, 20, false);
    else
        find_order(model, block, order, 16, false);
    begin_order(model, block, order + 1);
}

const struct plx_ngram_search plx_kenlm_probing_search = {
    .unigrams = find_unigrams,
    .ngrams = find_ngrams,
};

static struct plx_ngram_record record_of(const uint8_t *slot, bool highest)
{
    const float backoff = highest ? 0.0f : plx_kenlm_float(slot + 12);
    return (struct plx_ngram_record){
        .key = plx_load_u64(slot),
        .ngram = {plx_ngram_negative(plx_load_u32(slot + 8)), backoff + 0.0f}, /* 0, not −0, of −0 */
    };
}

enum plx_status plx_kenlm_probing_export(const struct plx_ngram_model *base, unsigned order,
                                         struct plx_ngram_sink *sink, struct plx_error *error)
{
    const struct plx_kenlm *model = plx_kenlm_of(base);
    const struct plx_kenlm_slots *slots = model->header.slots + (order - 2);
    const bool highest = order == model->header.order;
    struct plx_ngram_record records[BATCH];
    size_t count = 0;
    enum plx_status status = sink->begin(sink, order, model->header.counts[order - 1], error);
    for (uint64_t at = 0; at < slots->count && status == PLX_OK; at++) {
        const uint8_t *slot = model->data + slots->begin + at * slots->bytes;
        if (plx_load_u64(slot) == 0)
            continue;
        records[count++] = record_of(slot, highest);
        if (count == BATCH) {
            status = sink->add(sink, records, count, error);
            count = 0;
        }
    }
    if (status == PLX_OK && count > 0)
        status = sink->add(sink, records, count, error);
    return status == PLX_OK ? sink->end(sink, error) : status;
}

#include "model/kenlm_probing.h"

#include "base/error.h"
#include "base/prefetch.h"
#include "model/ngram_key.h"

/* The records that a sink is given at a time. */
#define BATCH 1024

/* The line of a home and the one behind are fetched: where a table is two thirds full, as KenLM makes it, an
   n-gram that is not stored is missed after five slots, one that is stored is found after two. */
#define LINE 64

/* Rolls the keys of all that are alive to n-grams of `order` words and has their homes fetched: in a loop of
   nothing else, so that many fetches, and the walks through page tables that they begin with, are under way
   at once. state.second is the home. */
static void begin_order(const struct plx_kenlm *model, struct plx_ngram_block *block, unsigned order)
{
    const struct plx_kenlm_slots *slots = model->header.slots + (order - 2);
    const uint8_t *begin = model->data + slots->begin;
    const unsigned bytes = slots->bytes;
    const ptrdiff_t oldest = -(ptrdiff_t)(order - 1);
    for (size_t j = 0; j < block->alive_count; j++) {
        const size_t i = block->alive[j];
        const uint64_t key = plx_ngram_key(block->state[i].first, block->id[i][oldest]);
        const uint64_t home = plx_kenlm_home(slots, key);
        const uint8_t *slot = begin + home * bytes;
        block->state[i] = (struct plx_ngram_state){key, home};
        plx_prefetch(slot);
        plx_prefetch(slot + LINE);
    }
}

static void find_unigrams(const struct plx_ngram_model *base, struct plx_ngram_block *block)
{
    const struct plx_kenlm *model = plx_kenlm_of(base);
    const uint8_t *unigrams = model->data + model->header.unigrams;
    const unsigned bytes = model->header.unigram_bytes;
    size_t alive = 0;
    for (size_t i = 0; i < block->count; i++) {
        const size_t ahead = i + PLX_NGRAM_UNIGRAMS_AHEAD;
        if (ahead < block->count && block->reach[ahead] > 0)
            plx_prefetch_close(unigrams + (size_t)*block->id[ahead] * bytes);
        if (block->reach[i] == 0)
            continue;
        const uint32_t id = *block->id[i];
        const uint8_t *unigram = unigrams + (size_t)id * bytes;
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
    float *backoffs = block->backoffs + (size_t)(order - 1) * PLX_NGRAM_ROW;
    const size_t count = block->alive_count;
    size_t alive = 0;
    for (size_t j = 0; j < count; j++) {
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
        block->alive[alive] = i;
        alive += block->reach[i] > order;
    }
    block->alive_count = alive;
    if (!highest)
        begin_order(model, block, order + 1);
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
}

static void begin_at(const struct plx_ngram_model *base, struct plx_ngram_block *block, unsigned order)
{
    plx_ngram_set_keys(block, order - 1);
    begin_order(plx_kenlm_of(base), block, order);
}

const struct plx_ngram_search plx_kenlm_probing_search = {
    .unigrams = find_unigrams,
    .ngrams = find_ngrams,
    .begin = begin_at,
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
    const uint64_t promised = model->header.counts[order - 1];
    uint64_t found = 0;
    size_t count = 0;
    enum plx_status status = sink->begin(sink, order, promised, error);
    for (uint64_t at = 0; at < slots->count && status == PLX_OK; at++) {
        const uint8_t *slot = model->data + slots->begin + at * slots->bytes;
        if (plx_load_u64(slot) == 0)
            continue;
        found++;
        records[count++] = record_of(slot, highest);
        if (count == BATCH) {
            status = sink->add(sink, records, count, error);
            count = 0;
        }
    }
    if (status == PLX_OK && count > 0)
        status = sink->add(sink, records, count, error);
    if (status == PLX_OK &&
        found < promised) { /* more there may be: blanks, which the header does not count */
        plx_error_set(error, PLX_MALFORMED, "the header promises %llu %u-grams, %llu are there",
                      (unsigned long long)promised, order, (unsigned long long)found);
        return plx_error_hint(error, "the file is damaged: build it again from the ARPA file");
    }
    return status == PLX_OK ? sink->end(sink, error) : status;
}

#include "model/kenlm_probing.h"

#include "base/error.h"
#include "base/prefetch.h"
#include "model/ngram_key.h"

/* The records that a sink is given at a time. */
#define BATCH 1024

/* Slots from the home on whose lines are fetched ahead. Where a table is two thirds full, as KenLM makes it,
   an n-gram that is not stored is missed after five, one that is stored is found after two. */
#define FETCHED 4

/* Makes position i, an n-gram of order − 1 words, one of those that are alive if it reaches `order`: its key
   is rolled and its home fetched. state.second is the home. */
static inline __attribute__((always_inline)) void go_on(const struct plx_kenlm_slots *slots,
                                                        const uint8_t *begin, struct plx_ngram_block *block,
                                                        unsigned order, unsigned bytes, uint16_t i,
                                                        uint64_t key)
{
    if (block->reach[i] < order)
        return;
    key = plx_ngram_key(key, block->id[i][-(ptrdiff_t)(order - 1)]);
    const uint64_t home = plx_kenlm_home(slots, key);
    const uint8_t *slot = begin + home * bytes;
    plx_prefetch(slot);
    plx_prefetch(slot + (size_t)(FETCHED - 1) * bytes);
    block->state[i] = (struct plx_ngram_state){key, home};
    block->alive[block->alive_count++] = i;
}

static void find_unigrams(const struct plx_ngram_model *base, struct plx_ngram_block *block)
{
    const struct plx_kenlm *model = plx_kenlm_of(base);
    const uint8_t *unigrams = model->data + model->header.unigrams;
    const struct plx_kenlm_slots *next = model->header.slots;
    block->alive_count = 0;
    for (size_t i = 0; i < block->count; i++) {
        if (block->reach[i] == 0)
            continue;
        const uint32_t id = *block->id[i];
        const uint8_t *unigram = unigrams + (size_t)id * model->header.unigram_bytes;
        block->probability[i] = plx_ngram_negative(plx_load_u32(unigram));
        block->backoffs[i] = plx_kenlm_float(unigram + 4);
        go_on(next, model->data + next->begin, block, 2, next->bytes, (uint16_t)i, id);
    }
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
    const struct plx_kenlm_slots *next = slots + 1;
    const size_t alive = block->alive_count;
    block->alive_count = 0;
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
        go_on(next, model->data + next->begin, block, order + 1, next->bytes, i, state.first);
    }
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

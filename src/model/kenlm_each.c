#include "model/kenlm_each.h"

#include "model/kenlm_level.h"

/* N-grams that are handed on at once. */
#define BATCH 1024

struct batch {
    plx_take_ngrams *take;
    void *user;
    struct plx_ngram ngrams[BATCH];
    size_t count;
};

/* False if no more are wanted. */
static bool flush(struct batch *batch)
{
    const size_t count = batch->count;
    batch->count = 0;
    return count == 0 || batch->take(batch->user, batch->ngrams, count);
}

static bool add(struct batch *batch, struct plx_ngram ngram)
{
    ngram.backoff += 0.0f; /* 0, not −0, of −0 */
    batch->ngrams[batch->count++] = ngram;
    return batch->count < BATCH || flush(batch);
}

static struct plx_ngram values_at(const uint8_t *at, bool highest)
{
    return (struct plx_ngram){plx_ngram_negative(plx_load_u32(at)), highest ? 0.0f : plx_kenlm_float(at + 4)};
}

static bool each_unigram(const struct plx_kenlm *model, struct batch *batch)
{
    const struct plx_kenlm_header *header = &model->header;
    const uint8_t *unigrams = model->data + header->unigrams;
    for (uint64_t id = model->has_unknown ? 0 : 1; id < header->vocabulary; id++) {
        if (!add(batch, values_at(unigrams + (size_t)id * header->unigram_bytes, false)))
            return false;
    }
    return true;
}

static bool each_slot(const struct plx_kenlm *model, unsigned order, struct batch *batch)
{
    const struct plx_kenlm_slots *slots = model->header.slots + (order - 2);
    const bool highest = order == model->header.order;
    for (uint64_t i = 0; i < slots->count; i++) {
        const uint8_t *slot = model->data + slots->begin + (size_t)i * slots->bytes;
        if (plx_load_u64(slot) != 0 && !add(batch, values_at(slot + 8, highest)))
            return false;
    }
    return true;
}

static bool each_entry(const struct plx_kenlm *model, unsigned order, struct batch *batch)
{
    const struct plx_kenlm_level *level = model->header.levels + (order - 2);
    for (uint64_t i = 0; i < level->count; i++) {
        if (!add(batch, plx_kenlm_weights(model->data, level, i)))
            return false;
    }
    return true;
}

bool plx_kenlm_each(const struct plx_ngram_model *base, unsigned order, plx_take_ngrams *take, void *user)
{
    const struct plx_kenlm *model = plx_kenlm_of(base);
    struct batch batch;
    batch.take = take;
    batch.user = user;
    batch.count = 0;
    const bool all = order == 1                          ? each_unigram(model, &batch)
                     : plx_kenlm_is_trie(&model->header) ? each_entry(model, order, &batch)
                                                         : each_slot(model, order, &batch);
    return all && flush(&batch);
}

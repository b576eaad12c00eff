#include "model/ngram.h"

#include "base/logarithms.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Positions searched together: enough to overlap the memory accesses, few enough to stay in the first-level
 * caches. */
#define BLOCK 128

/* What KenLM gives an unknown word of a model without an unknown symbol, before backoffs. */
#define PLX_LOG10_NO_UNKNOWN (-100.0f)

/* What is known of one position of a block: the n-grams that end there. */
struct position {
    const uint32_t *id; /* id[−k] is the word k places before */
    uint64_t key;       /* of the longest n-gram looked up so far */
    float probability;  /* of the longest n-gram found */
    uint8_t length;     /* of that */
    uint8_t available;  /* words before it in its window, order − 1 at most */
    bool target;        /* false: here only for the backoffs that it gives its successor */
};

struct ngram_session {
    struct plx_session base;
    struct position positions[BLOCK];
    float *backoffs;          /* [order − 1, BLOCK]: of the n-gram of k + 1 words that ends at a position */
    uint16_t alive[BLOCK];    /* positions whose search goes on */
    size_t count;             /* positions in the block */
    struct plx_scores scores; /* where the targets of the block go */
};

static const struct plx_ngram_model *model_of(const struct plx_session *session)
{
    return (const struct plx_ngram_model *)(const void *)session->model;
}

static struct plx_session *session_new(const struct plx_model *model, struct plx_error *error)
{
    struct ngram_session *session = plx_new_array(1, sizeof *session, error);
    if (!session)
        return NULL;
    session->backoffs = plx_new_array((size_t)model->info.order * BLOCK, sizeof *session->backoffs, error);
    if (!session->backoffs) {
        free(session);
        return NULL;
    }
    return &session->base;
}

static void session_free(struct plx_session *base)
{
    struct ngram_session *session = (struct ngram_session *)(void *)base;
    free(session->backoffs);
    free(session);
}

/* True if the word `back` places before the position belongs to its window and can be part of a stored
 * n-gram. */
static bool extends(const struct position *position, size_t back)
{
    return position->available >= back && position->id[-(ptrdiff_t)back] != PLX_NO_TOKEN;
}

/* Order 1 for all positions; returns how many go on. */
static size_t find_unigrams(struct ngram_session *session, const struct plx_ngram_model *model)
{
    size_t alive = 0;
    for (size_t i = 0; i < session->count; i++) {
        struct position *position = session->positions + i;
        const uint32_t id = *position->id;
        position->length = 1;
        if (id == PLX_NO_TOKEN) {
            position->probability = -INFINITY;
            continue;
        }
        const struct plx_unigram *unigram = model->unigrams + id;
        position->probability = unigram->probability;
        session->backoffs[i] = unigram->backoff;
        position->key = plx_ngram_key(PLX_NGRAM_KEY_SEED, id);
        session->alive[alive] = (uint16_t)i;
        alive += extends(position, 1);
    }
    return alive;
}

/* condition ? yes : no, without a branch: these conditions are as good as random. */
static inline float select_float(bool condition, float yes, float no)
{
    uint32_t yes_bits, no_bits;
    memcpy(&yes_bits, &yes, sizeof yes_bits);
    memcpy(&no_bits, &no, sizeof no_bits);
    const uint32_t mask = 0u - (uint32_t)condition;
    const uint32_t bits = (yes_bits & mask) | (no_bits & ~mask);
    memcpy(&yes, &bits, sizeof yes);
    return yes;
}

/* Order `order` > 1 for the positions that are alive; returns how many go on. */
static size_t find_order(struct ngram_session *session, const struct plx_ngram_table *table, unsigned order,
                         size_t alive, bool highest)
{
    const ptrdiff_t oldest = -(ptrdiff_t)(order - 1);
    float *backoffs = session->backoffs + (size_t)(order - 1) * BLOCK;
    for (size_t j = 0; j < alive; j++) {
        struct position *position = session->positions + session->alive[j];
        position->key = plx_ngram_key(position->key, position->id[oldest]);
        __builtin_prefetch(plx_ngram_home(table, position->key));
    }
    size_t survivors = 0;
    for (size_t j = 0; j < alive; j++) {
        const uint16_t i = session->alive[j];
        struct position *position = session->positions + i;
        struct plx_ngram ngram;
        const bool found = plx_ngram_find(table, position->key, &ngram);
        const bool stored = !isnan(ngram.probability);
        position->probability = select_float(stored, ngram.probability, position->probability);
        position->length = (uint8_t)(position->length + (order - position->length) * stored);
        if (highest)
            continue;
        backoffs[i] = ngram.backoff;
        session->alive[survivors] = i;
        survivors += (size_t)(found & extends(position, order));
    }
    return survivors;
}

/* Adds up what was found and writes the scores of the block's targets. */
static void write_scores(struct ngram_session *session)
{
    struct plx_scores *scores = &session->scores;
    for (size_t i = 0; i < session->count; i++) {
        const struct position *position = session->positions + i;
        if (!position->target)
            continue;
        double total = (double)position->probability;
        float total_float = *position->id == PLX_NO_TOKEN ? PLX_LOG10_NO_UNKNOWN : position->probability;
        /* All contexts, those that were not used with a weight of zero: a loop of predictable length. */
        for (size_t k = 1; k <= position->available; k++) {
            const float stored = session->backoffs[(k - 1) * BLOCK + i - 1];
            const float backoff = select_float(k >= position->length, stored, 0.0f);
            total += (double)backoff;
            total_float += backoff;
        }
        *scores->nats++ = 0.0 - total * PLX_LN_10;
        if (scores->orders)
            *scores->orders++ = position->length;
        if (scores->log10_float)
            *scores->log10_float++ = total_float;
    }
}

static void score_block(struct ngram_session *session)
{
    const struct plx_ngram_model *model = model_of(&session->base);
    const unsigned order = model->base.info.order;
    for (unsigned k = 0; k + 1 < order; k++)
        memset(session->backoffs + (size_t)k * BLOCK, 0, session->count * sizeof *session->backoffs);
    size_t alive = find_unigrams(session, model);
    for (unsigned k = 2; k <= order && alive > 0; k++) {
        const struct plx_ngram_table *table = model->tables + (k - 2);
        alive = table->count > 0 ? find_order(session, table, k, alive, k == order) : 0;
    }
    write_scores(session);
    session->count = 0;
}

static enum plx_status score(struct plx_session *base, const struct plx_window *windows, size_t count,
                             const struct plx_scores *scores, struct plx_error *error)
{
    (void)error;
    struct ngram_session *session = (struct ngram_session *)(void *)base;
    const size_t most = base->model->info.order - 1;
    session->scores = *scores;
    session->count = 0;
    for (size_t w = 0; w < count; w++) {
        const struct plx_window *window = windows + w;
        bool fresh = true; /* the position before the next target is not in the block */
        for (size_t t = window->first; t < window->end; t++) {
            if (session->count + (fresh && t > 0) >= BLOCK) {
                score_block(session);
                fresh = true;
            }
            for (size_t p = fresh && t > 0 ? t - 1 : t; p <= t; p++) {
                session->positions[session->count++] = (struct position){
                    .id = window->ids + p,
                    .available = (uint8_t)(p < most ? p : most),
                    .target = p == t,
                };
            }
            fresh = false;
        }
    }
    score_block(session);
    return PLX_OK;
}

static void close_model(struct plx_model *base)
{
    struct plx_ngram_model *model = (struct plx_ngram_model *)(void *)base;
    for (unsigned k = 0; model->tables && k + 1 < base->info.order; k++)
        plx_ngram_table_release(model->tables + k);
    free(model->tables);
    free(model->unigrams);
    free(model->counts);
    free(model);
}

const struct plx_model_class plx_ngram_class = {
    .close = close_model,
    .session_new = session_new,
    .session_free = session_free,
    .score = score,
};

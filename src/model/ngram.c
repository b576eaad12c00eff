#include "model/ngram.h"

#include "base/logarithms.h"
#include "base/memory.h"
#include "model/ngram_key.h"
#include "model/ngram_rows.h"
#include "model/ngram_successors.h"
#include "model/roles.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What KenLM gives an unknown word of a model without an unknown symbol, before backoffs. */
#define LOG10_NO_UNKNOWN (-100.0f)

struct ngram_session {
    struct plx_session base;
    struct plx_ngram_block block;
    /* The positions that are targets, by runs: [begins, ends) of each. The others are here only for the
       backoffs that they give their successors. */
    uint16_t begins[PLX_NGRAM_BLOCK], ends[PLX_NGRAM_BLOCK];
    size_t runs;
    double total[PLX_NGRAM_BLOCK];  /* log10 p */
    float rounded[PLX_NGRAM_BLOCK]; /* the same, every sum rounded to float32 */
    bool unknown;                   /* the block has a target without an id */
    bool damaged;                   /* a sum was not a number, or +infinity */
    struct plx_scores scores;       /* where the targets of the block go */
    struct plx_ngram_rows *rows;    /* NULL until distributions are asked for */
};

static const struct plx_ngram_model *model_of(const struct plx_session *session)
{
    return (const struct plx_ngram_model *)(const void *)session->model;
}

struct plx_session *plx_ngram_session_new(const struct plx_model *model, struct plx_error *error)
{
    struct ngram_session *session = plx_new_array(1, sizeof *session, error);
    if (!session)
        return NULL;
    session->block.backoffs =
        plx_new_array((size_t)model->info.order * PLX_NGRAM_ROW, sizeof *session->block.backoffs, error);
    if (!session->block.backoffs) {
        free(session);
        return NULL;
    }
    return &session->base;
}

void plx_ngram_session_free(struct plx_session *base)
{
    struct ngram_session *session = (struct ngram_session *)(void *)base;
    free(session->block.backoffs);
    plx_ngram_rows_free(session->rows);
    free(session);
}

/* condition ? yes : 0, without a branch: these conditions are as good as random. */
static inline float float_if(bool condition, float yes)
{
    uint32_t bits;
    memcpy(&bits, &yes, sizeof bits);
    bits &= 0u - (uint32_t)condition;
    memcpy(&yes, &bits, sizeof yes);
    return yes;
}

/* Adds the backoffs of the contexts longer than what was found, the shortest first. Those that end at a
   position belong to its successor in the block; the first position is never a target with a context. 0 is
   added where there is none, so that −0 becomes 0. */
static void add_backoffs(struct ngram_session *session, unsigned order)
{
    const struct plx_ngram_block *block = &session->block;
    for (size_t i = 0; i < block->count; i++) {
        session->total[i] = (double)block->probability[i];
        session->rounded[i] = block->probability[i];
    }
    for (unsigned k = 1; k < order; k++) {
        const float *backoffs = block->backoffs + (size_t)(k - 1) * PLX_NGRAM_ROW;
        for (size_t i = 1; i < block->count; i++) {
            const float backoff = float_if(k >= block->length[i], backoffs[i - 1]);
            session->total[i] += (double)backoff;
            session->rounded[i] += backoff;
        }
    }
}

/* Writes the scores of the block's targets. */
static void write_scores(struct ngram_session *session)
{
    struct plx_scores *scores = &session->scores;
    for (size_t r = 0; r < session->runs; r++) {
        const size_t begin = session->begins[r], count = session->ends[r] - begin;
        int damaged = 0;
        for (size_t i = 0; i < count; i++) {
            const double total = session->total[begin + i];
            scores->nats[i] = 0.0 - total * PLX_LN_10;
            damaged |= !(total < (double)INFINITY);
        }
        session->damaged |= damaged != 0;
        scores->nats += count;
        if (scores->orders) {
            memcpy(scores->orders, session->block.length + begin, count);
            scores->orders += count;
        }
        if (scores->log10_float) {
            memcpy(scores->log10_float, session->rounded + begin, count * sizeof *scores->log10_float);
            scores->log10_float += count;
        }
    }
    session->runs = 0;
}

/* What an unknown word of a model without an unknown symbol scores: KenLM's figure, and zero probability. */
static void score_unknown(struct ngram_session *session, unsigned order)
{
    struct plx_ngram_block *block = &session->block;
    for (size_t i = 0; i < block->count; i++) {
        if (block->reach[i] > 0)
            continue;
        float rounded = LOG10_NO_UNKNOWN;
        for (unsigned k = 1; k < order && i > 0; k++)
            rounded += block->backoffs[(size_t)(k - 1) * PLX_NGRAM_ROW + i - 1];
        session->rounded[i] = rounded;
        session->total[i] = -(double)INFINITY;
    }
}

static void score_block(struct ngram_session *session)
{
    const struct plx_ngram_model *model = model_of(&session->base);
    const unsigned order = model->base.info.order;
    struct plx_ngram_block *block = &session->block;
    if (block->count == 0)
        return;
    for (unsigned k = 0; k + 1 < order; k++)
        memset(block->backoffs + (size_t)k * PLX_NGRAM_ROW, 0, block->count * sizeof *block->backoffs);
    memset(block->length, 1, block->count);
    model->search->unigrams(model, block);
    for (unsigned k = 2; k <= order && block->alive_count > 0; k++)
        model->search->ngrams(model, block, k);
    add_backoffs(session, order);
    if (session->unknown)
        score_unknown(session, order);
    write_scores(session);
    block->count = 0;
    session->unknown = false;
}

void plx_ngram_set_keys(struct plx_ngram_block *block, unsigned order)
{
    for (size_t i = 0; i < block->count; i++) {
        const uint32_t *newest = block->id[i];
        block->state[i].first = plx_ngram_key_of(newest + 1 - order, order);
        block->alive[i] = (uint16_t)i;
    }
    block->alive_count = block->count;
}

size_t plx_ngram_reach(const uint32_t *ids, size_t before, size_t most)
{
    const ptrdiff_t longest = (ptrdiff_t)(before < most ? before : most);
    ptrdiff_t reach = 0;
    while (reach < longest && ids[-reach - 1] != PLX_NO_TOKEN)
        reach++;
    return (size_t)reach;
}

/* A position that gives its successor nothing: it parts the windows. */
static const uint32_t GAP = PLX_NO_TOKEN;

enum plx_status plx_ngram_refuse_damaged(const struct plx_model *model, struct plx_error *error)
{
    plx_error_set(error, PLX_MALFORMED, "the model has a log-probability or backoff that is not a number");
    plx_error_input(error, plx_model_name(model));
    return plx_error_hint(error, "the file is damaged: was it downloaded or copied completely?");
}

/* The targets ids[t … t + count − 1] of a window, and before them the position that gives the first of them
   its backoffs. */
static void add_run(struct ngram_session *session, const uint32_t *ids, size_t t, size_t count, size_t most)
{
    struct plx_ngram_block *block = &session->block;
    size_t i = block->count, reach = plx_ngram_reach(ids + t, t, most - 1);
    bool unknown = false;
    block->id[i] = t > 0 ? ids + t - 1 : &GAP;
    block->reach[i++] = (uint8_t)reach;
    session->begins[session->runs] = (uint16_t)i;
    for (const uint32_t *id = ids + t, *end = id + count; id < end; id++, i++) {
        const bool known = *id != PLX_NO_TOKEN;
        reach = (reach + (reach < most)) & (0 - (size_t)known);
        unknown |= !known;
        block->id[i] = id;
        block->reach[i] = (uint8_t)reach;
    }
    session->ends[session->runs++] = (uint16_t)i;
    session->unknown |= unknown;
    block->count = i;
}

enum plx_status plx_ngram_score(struct plx_session *base, const struct plx_window *windows, size_t count,
                                const struct plx_scores *scores, struct plx_error *error)
{
    struct ngram_session *session = (struct ngram_session *)(void *)base;
    struct plx_ngram_block *block = &session->block;
    const size_t most = base->model->info.order;
    session->scores = *scores;
    session->damaged = false;
    for (size_t w = 0; w < count; w++) {
        const struct plx_window *window = windows + w;
        for (size_t t = window->first; t < window->end;) {
            if (block->count + 2 > PLX_NGRAM_BLOCK)
                score_block(session);
            const size_t room = PLX_NGRAM_BLOCK - 1 - block->count, left = window->end - t;
            add_run(session, window->ids, t, left < room ? left : room, most);
            t += left < room ? left : room;
        }
    }
    score_block(session);
    return session->damaged ? plx_ngram_refuse_damaged(base->model, error) : PLX_OK;
}

enum plx_status plx_ngram_distributions(struct plx_session *base, const struct plx_window *windows,
                                        size_t count, plx_distribution_sink *sink, void *user,
                                        struct plx_error *error)
{
    struct ngram_session *session = (struct ngram_session *)(void *)base;
    if (!session->rows && !(session->rows = plx_ngram_rows_new(model_of(base), error)))
        return PLX_MEMORY;
    return plx_ngram_rows_give(session->rows, windows, count, sink, user, error);
}

void plx_ngram_close(struct plx_model *base)
{
    struct plx_ngram_model *model = (struct plx_ngram_model *)(void *)base;
    if (model->close)
        model->close(model);
    plx_ngram_successors_free(model->successors);
    free(model->counts);
    free(model);
}

enum plx_status plx_ngram_describe(struct plx_ngram_model *model, struct plx_error *error)
{
    struct plx_model_info *info = &model->base.info;
    info->kind = PLX_KIND_NGRAM;
    info->architecture = "n-gram";
    info->context_length = info->order - 1;
    info->capabilities = PLX_STRING_TOKENS | PLX_EMPTY_CONTEXT | PLX_UNKNOWN_CONTEXT | PLX_MATCHED_ORDER |
                         PLX_LOG10_FLOAT | PLX_FULL_DISTRIBUTION;
    info->start = info->end = info->unknown = PLX_NO_TOKEN;
    plx_roles_spell(&model->base);
    if (info->start != PLX_NO_TOKEN && info->end != PLX_NO_TOKEN)
        info->capabilities |= PLX_RESTART_AT_END;
    info->start_repeat = 1;
    info->ngrams = model->counts;
    info->parameters = 0;
    for (unsigned k = 0; k < info->order; k++)
        info->parameters += model->counts[k] * (k + 1 < info->order ? 2 : 1);
    model->successors = plx_ngram_successors_new(error);
    return model->successors ? PLX_OK : PLX_MEMORY;
}

const struct plx_model_class plx_ngram_class = {PLX_NGRAM_CLASS_SLOTS};

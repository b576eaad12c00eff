#include "eval/batch.h"

#include "base/logarithms.h"
#include "base/memory.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* What SRILM takes for a zero probability. */
#define ZERO_LOG10 (-99.0f)

void plx_batch_clear(struct plx_batch *batch)
{
    batch->id_count = batch->window_count = batch->target_count = 0;
    batch->status = PLX_OK;
}

void plx_batch_release(struct plx_batch *batch)
{
    free(batch->ids);
    free(batch->windows);
    free(batch->offsets);
    free(batch->places);
    free(batch->bytes);
    free(batch->characters);
    free(batch->flags);
    free(batch->nats);
    free(batch->orders);
    free(batch->log10_float);
    plx_tally_release(&batch->tally);
    *batch = (struct plx_batch){0};
}

static enum plx_status reserve_targets(struct plx_batch *batch, size_t count, struct plx_error *error)
{
    const size_t capacity = plx_grown_capacity(batch->target_capacity, count);
    enum plx_status status;
    if ((status = plx_resize_array(&batch->bytes, capacity, sizeof *batch->bytes, error)) ||
        (status = plx_resize_array(&batch->characters, capacity, sizeof *batch->characters, error)) ||
        (status = plx_resize_array(&batch->flags, capacity, sizeof *batch->flags, error)) ||
        (status = plx_resize_array(&batch->nats, capacity, sizeof *batch->nats, error)) ||
        (status = plx_resize_array(&batch->orders, capacity, sizeof *batch->orders, error)) ||
        (status = plx_resize_array(&batch->log10_float, capacity, sizeof *batch->log10_float, error)))
        return status;
    batch->target_capacity = capacity;
    return PLX_OK;
}

enum plx_status plx_batch_reserve(struct plx_batch *batch, size_t ids, size_t windows, size_t targets,
                                  struct plx_error *error)
{
    enum plx_status status;
    if (ids > batch->id_capacity) {
        const size_t capacity = plx_grown_capacity(batch->id_capacity, ids);
        if ((status = plx_resize_array(&batch->ids, capacity, sizeof *batch->ids, error)))
            return status;
        batch->id_capacity = capacity;
    }
    if (windows > batch->window_capacity) {
        const size_t capacity = plx_grown_capacity(batch->window_capacity, windows);
        if ((status = plx_resize_array(&batch->windows, capacity, sizeof *batch->windows, error)) ||
            (status = plx_resize_array(&batch->offsets, capacity, sizeof *batch->offsets, error)) ||
            (status = plx_resize_array(&batch->places, capacity, sizeof *batch->places, error)))
            return status;
        batch->window_capacity = capacity;
    }
    return targets > batch->target_capacity ? reserve_targets(batch, targets, error) : PLX_OK;
}

/* What an unknown token costs, given what its unknown symbol does. */
static double unknown_nats(const struct plx_plan *plan, double nats)
{
    switch (plan->protocol.unknown) {
    case PLX_UNKNOWN_ZERO: return (double)INFINITY;
    case PLX_UNKNOWN_FLOOR: return 0.0 - plan->protocol.floor_log10 * PLX_LN_10;
    case PLX_UNKNOWN_CLASS: return nats + log((double)plan->protocol.class_size);
    case PLX_UNKNOWN_UNK:
    case PLX_UNKNOWN_SKIP:
    case PLX_UNKNOWN_ERROR:
    case PLX_UNKNOWN_UNK_OR_SKIP: break; /* settled by the plan */
    }
    return nats;
}

/* The rare cases; false if the token is not to be counted as scored. */
static bool tally_special(struct plx_batch *batch, size_t i, const struct plx_plan *plan)
{
    struct plx_tally *tally = &batch->tally;
    const unsigned flags = batch->flags[i];
    if (flags & PLX_TOKEN_UNKNOWN) {
        tally->unknown_tokens++;
        tally->literal += (flags & PLX_TOKEN_LITERAL) != 0;
        if (plan->protocol.unknown == PLX_UNKNOWN_SKIP) {
            tally->skipped_unknown++;
            batch->flags[i] |= PLX_TOKEN_UNSCORED;
            return false;
        }
        batch->nats[i] = unknown_nats(plan, batch->nats[i]);
        plx_exact_add(&tally->unknown, batch->nats[i]);
        if (plan->details && batch->log10_float[i] <= ZERO_LOG10)
            plx_exact_add(&tally->unknown_zeros, batch->nats[i]);
    }
    if (flags & PLX_TOKEN_BLANK)
        plx_exact_add(&tally->blank_ends, batch->nats[i]);
    return true;
}

/* A model that finds longer n-grams than it has is defective. */
static inline unsigned checked_order(unsigned order, const struct plx_plan *plan)
{
    assert(order <= plan->order);
    return order < plan->order ? order : plan->order;
}

/* Models that score by position say by NaN where they have no answer; from the others it would be a defect,
   which the sums mark as invalid. */
static void mark_unanswered(struct plx_batch *batch)
{
    for (size_t i = 0; i < batch->target_count; i++) {
        if (!isnan(batch->nats[i]))
            continue;
        batch->flags[i] |= PLX_TOKEN_UNSCORED;
        batch->tally.unanswered++;
    }
}

static void tally_targets(struct plx_batch *batch, const struct plx_plan *plan)
{
    struct plx_tally *tally = &batch->tally;
    const unsigned special = PLX_TOKEN_UNKNOWN | PLX_TOKEN_BLANK;
    if (plan->by_token || plan->by_target)
        mark_unanswered(batch);
    for (size_t i = 0; i < batch->target_count; i++) {
        const unsigned flags = batch->flags[i];
        if ((flags & PLX_TOKEN_UNSCORED) || ((flags & special) && !tally_special(batch, i, plan)))
            continue;
        plx_exact_add(tally->orders + (plan->details ? checked_order(batch->orders[i], plan) : 0),
                      batch->nats[i]);
        tally->bytes += batch->bytes[i];
        tally->characters += batch->characters[i];
        tally->words += (flags & PLX_TOKEN_WORD) != 0;
        tally->ends += (flags & PLX_TOKEN_END) != 0;
        if (plan->details && batch->log10_float[i] <= ZERO_LOG10 && !(flags & special))
            plx_exact_add(&tally->zeros, batch->nats[i]);
    }
}

void plx_batch_score(struct plx_batch *batch, const struct plx_plan *plan, struct plx_session *session)
{
    const struct plx_scores scores = {
        .nats = batch->nats,
        .orders = plan->details ? batch->orders : NULL,
        .log10_float = plan->details ? batch->log10_float : NULL,
    };
    plx_tally_clear(&batch->tally);
    for (size_t w = 0; w < batch->window_count; w++)
        batch->windows[w].ids = batch->ids + batch->offsets[w];
    batch->status = plx_session_score(session, batch->windows, batch->window_count, &scores, &batch->error);
    if (batch->status == PLX_OK)
        tally_targets(batch, plan);
}

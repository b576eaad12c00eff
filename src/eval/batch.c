#include "eval/batch.h"

#include "base/logarithms.h"
#include "base/memory.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What SRILM takes for a zero probability. */
#define ZERO_LOG10 (-99.0f)

void plx_batch_clear(struct plx_batch *batch)
{
    batch->id_count = batch->window_count = batch->target_count = 0;
    batch->status = PLX_OK;
    batch->nats_there = false;
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
    free(batch->target_ids);
    free(batch->numbers);
    free(batch->raw);
    free(batch->left.indices);
    free(batch->left.targets);
    free(batch->left.questions);
    free(batch->left.windows);
    free(batch->left.nats);
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

enum plx_status plx_batch_number(struct plx_batch *batch, const uint64_t *numbers, size_t count,
                                 struct plx_error *error)
{
    const size_t at = batch->target_count;
    const enum plx_status status = plx_reserve_array(&batch->numbers, &batch->numbers_capacity, at + count,
                                                     sizeof *batch->numbers, error);
    if (status == PLX_OK)
        memcpy(batch->numbers + at, numbers, count * sizeof *numbers);
    return status;
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

/* A token that is unknown or the end of a blank line. */
static void tally_special(struct plx_batch *batch, size_t i, const struct plx_plan *plan)
{
    struct plx_tally *tally = &batch->tally;
    const unsigned flags = batch->flags[i];
    if (flags & PLX_TOKEN_UNKNOWN) {
        tally->unknown_tokens++;
        tally->literal += (flags & PLX_TOKEN_LITERAL) != 0;
        if (plan->protocol.unknown == PLX_UNKNOWN_SKIP) {
            tally->skipped_unknown++;
            batch->flags[i] |= PLX_TOKEN_UNSCORED;
            return;
        }
        batch->nats[i] = unknown_nats(plan, batch->nats[i]);
        plx_exact_add(&tally->unknown, batch->nats[i]);
        if (plan->details && batch->log10_float[i] <= ZERO_LOG10)
            plx_exact_add(&tally->unknown_zeros, batch->nats[i]);
    }
    if (flags & PLX_TOKEN_BLANK)
        plx_exact_add(&tally->blank_ends, batch->nats[i]);
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

/* Known tokens without probability. */
static void tally_zeros(struct plx_batch *batch)
{
    const unsigned apart = PLX_TOKEN_UNSCORED | PLX_TOKEN_UNKNOWN | PLX_TOKEN_BLANK;
    size_t zeros = 0;
    for (size_t i = 0; i < batch->target_count; i++)
        zeros += batch->log10_float[i] <= ZERO_LOG10;
    for (size_t i = 0; i < batch->target_count && zeros > 0; i++) {
        if (batch->log10_float[i] <= ZERO_LOG10 && !(batch->flags[i] & apart))
            plx_exact_add(&batch->tally.zeros, batch->nats[i]);
    }
}

/* Bytes, characters, words and ends of what was scored: a loop that the compiler can make wide. */
static void count_originals(struct plx_batch *batch)
{
    struct plx_tally *tally = &batch->tally;
    uint64_t bytes = 0, characters = 0;
    uint32_t words = 0, ends = 0;
    for (size_t i = 0; i < batch->target_count; i++) {
        const uint32_t flags = batch->flags[i];
        const uint32_t counts = flags & PLX_TOKEN_UNSCORED ? 0 : UINT32_MAX;
        bytes += batch->bytes[i] & counts;
        characters += batch->characters[i] & counts;
        words += plx_token_words(flags) & counts;
        ends += (flags & PLX_TOKEN_END) != 0 ? counts & 1 : 0;
    }
    tally->bytes += bytes;
    tally->characters += characters;
    tally->words += words;
    tally->ends += ends;
}

/* The cross-entropies, by order. */
static void add_nats(struct plx_batch *batch, const struct plx_plan *plan)
{
    for (size_t i = 0; i < batch->target_count; i++) {
        if (!(batch->flags[i] & PLX_TOKEN_UNSCORED))
            plx_exact_add(batch->tally.orders + (plan->details ? checked_order(batch->orders[i], plan) : 0),
                          batch->nats[i]);
    }
}

/* The same, faster, for a batch of usual size. */
static void add_few_nats(struct plx_batch *batch, const struct plx_plan *plan)
{
    const uint16_t *flags = batch->flags;
    const uint8_t *orders = plan->details ? batch->orders : NULL;
    const double *nats = batch->nats;
    struct plx_exact *exact = batch->tally.orders;
    const unsigned highest = plan->order;
    const size_t count = batch->target_count;
    for (size_t i = 0; i < count; i++) {
        const unsigned order = orders ? orders[i] : 0;
        if (!(flags[i] & PLX_TOKEN_UNSCORED))
            plx_exact_add_few(exact + (order < highest ? order : highest), nats[i]);
    }
}

void plx_batch_tally(struct plx_batch *batch, const struct plx_plan *plan)
{
    const unsigned special = PLX_TOKEN_UNKNOWN | PLX_TOKEN_BLANK;
    plx_tally_clear(&batch->tally);
    if (plan->by_token || plan->by_target)
        mark_unanswered(batch);
    for (size_t i = 0; i < batch->target_count; i++) {
        if ((batch->flags[i] & special) && !(batch->flags[i] & PLX_TOKEN_UNSCORED))
            tally_special(batch, i, plan);
    }
    if (batch->target_count <= PLX_EXACT_FEW)
        add_few_nats(batch, plan);
    else
        add_nats(batch, plan);
    count_originals(batch);
    if (plan->details)
        tally_zeros(batch);
}

/* The ids of the targets, one behind the other. */
static enum plx_status list_targets(struct plx_batch *batch, struct plx_error *error)
{
    size_t count = 0;
    const enum plx_status status = plx_reserve_array(&batch->target_ids, &batch->target_ids_capacity,
                                                     batch->target_count, sizeof *batch->target_ids, error);
    if (status)
        return status;
    for (size_t w = 0; w < batch->window_count; w++) {
        for (size_t i = batch->windows[w].first; i < batch->windows[w].end; i++)
            batch->target_ids[count++] = batch->windows[w].ids[i];
    }
    return PLX_OK;
}

/* What is wanted beyond the sums of the cross-entropies. */
static enum plx_status score_extra(struct plx_batch *batch, struct plx_session *session,
                                   struct plx_error *error)
{
    if (batch->answered)
        return PLX_OK;
    batch->extra = (struct plx_extra){0};
    if (!batch->request)
        return PLX_OK;
    const enum plx_status status = list_targets(batch, error);
    if (status)
        return status;
    const struct plx_extra_targets targets = {
        .windows = batch->windows,
        .window_count = batch->window_count,
        .ids = batch->target_ids,
        .flags = batch->flags,
        .nats = batch->nats,
        .count = batch->target_count,
    };
    return plx_extra_score(batch->request, &targets, session, &batch->extra, error);
}

/* What the model says, before the protocol charges unknown tokens. */
static enum plx_status copy_raw(struct plx_batch *batch, struct plx_error *error)
{
    const size_t count = batch->target_count;
    const enum plx_status status =
        plx_reserve_array(&batch->raw, &batch->raw_capacity, count, sizeof *batch->raw, error);
    if (status == PLX_OK && count > 0)
        memcpy(batch->raw, batch->nats, count * sizeof *batch->raw);
    return status;
}

void plx_batch_score(struct plx_batch *batch, const struct plx_plan *plan, struct plx_session *session)
{
    const struct plx_scores scores = {
        .nats = batch->nats,
        .orders = plan->details ? batch->orders : NULL,
        .log10_float = plan->details ? batch->log10_float : NULL,
    };
    const bool there = batch->answered || batch->nats_there;
    batch->status =
        there ? PLX_OK
              : plx_session_score(session, batch->windows, batch->window_count, &scores, &batch->error);
    if (batch->status || (batch->keeps_raw && (batch->status = copy_raw(batch, &batch->error))))
        return;
    plx_batch_tally(batch, plan);
    batch->status = score_extra(batch, session, &batch->error);
}

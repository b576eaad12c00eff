#include "eval/trail.h"

#include "base/memory.h"

void plx_trail_init(struct plx_trail *trail, const struct plx_breakdown_options *options, bool ids)
{
    *trail = (struct plx_trail){
        .ids = ids,
        .contexts = options->worst > 0 || options->best > 0,
        .documents = {.sink = options->documents, .user = options->documents_user},
        .worst = {.most = options->worst},
        .best = {.most = options->best, .lowest = true},
    };
    plx_buffer_init(&trail->documents.id, PLX_SOURCE_PEEK_MAX);
}

void plx_trail_release(struct plx_trail *trail)
{
    plx_documents_release(&trail->documents);
    plx_extremes_release(&trail->worst);
    plx_extremes_release(&trail->best);
}

static struct plx_trail_slot *slot_of(struct plx_trail *trail, uint64_t token)
{
    return trail->slots + token % PLX_TRAIL_SLOTS;
}

/* The tokens of its unit before it, as many as are remembered. */
static void put_before(struct plx_trail *trail, uint64_t token, struct plx_extreme *extreme)
{
    uint64_t first = token;
    while (first > 0 && token - first < PLX_CONTEXT_BEFORE && !slot_of(trail, first)->begins_unit)
        first--;
    extreme->before_count = (uint8_t)(token - first);
    for (uint64_t i = first; i < token; i++)
        extreme->before[i - first] = slot_of(trail, i)->token;
}

/* Those behind it that have passed. */
static void put_after(struct plx_trail *trail, uint64_t token, struct plx_extreme *extreme)
{
    size_t count = 0;
    for (uint64_t i = token + 1; i < trail->passed && count < PLX_CONTEXT_AFTER; i++) {
        if (slot_of(trail, i)->begins_unit)
            break;
        extreme->after[count++] = slot_of(trail, i)->token;
    }
    extreme->after_count = (uint8_t)count;
}

/* Whether the token is among the extreme ones, now that it is known what follows. */
static enum plx_status decide(struct plx_trail *trail, uint64_t token, struct plx_error *error)
{
    const struct plx_trail_slot *slot = slot_of(trail, token);
    const bool worst = slot->scored && plx_extremes_wants(&trail->worst, slot->nats);
    const bool best = slot->scored && plx_extremes_wants(&trail->best, slot->nats);
    if (!worst && !best)
        return PLX_OK;
    struct plx_extreme extreme = {
        .at = token,
        .unit = slot->unit,
        .position = slot->position,
        .document = slot->document,
        .nats = slot->nats,
        .order = slot->order,
        .flags = slot->flags,
        .document_id = slot->document_id,
        .token = slot->token,
    };
    put_before(trail, token, &extreme);
    put_after(trail, token, &extreme);
    enum plx_status status = worst ? plx_extremes_add(&trail->worst, &extreme, error) : PLX_OK;
    if (status == PLX_OK && best)
        status = plx_extremes_add(&trail->best, &extreme, error);
    return status;
}

enum plx_status plx_trail_begin_document(struct plx_trail *trail, uint64_t number, struct plx_word id,
                                         struct plx_error *error)
{
    plx_snippet_set(&trail->document_id, id);
    return plx_documents_begin(&trail->documents, number, id, error);
}

enum plx_status plx_trail_pass(struct plx_trail *trail, struct plx_word spelled, uint32_t id,
                               bool begins_unit, struct plx_error *error)
{
    if (!trail->contexts)
        return PLX_OK;
    struct plx_trail_slot *slot = slot_of(trail, trail->passed);
    slot->token.id = trail->ids ? id : PLX_NO_TOKEN;
    plx_snippet_set(&slot->token.spelled, spelled);
    slot->document = trail->documents.number;
    slot->document_id = trail->document_id;
    slot->begins_unit = begins_unit;
    slot->scored = false;
    trail->passed++;
    return trail->passed > PLX_CONTEXT_AFTER ? decide(trail, trail->passed - 1 - PLX_CONTEXT_AFTER, error)
                                             : PLX_OK;
}

void plx_trail_score(struct plx_trail *trail, const struct plx_token_score *score, uint32_t bytes)
{
    plx_documents_add(&trail->documents, score->nats, bytes);
    if (!trail->contexts)
        return;
    struct plx_trail_slot *slot = slot_of(trail, trail->passed - 1);
    slot->scored = true;
    slot->unit = score->unit;
    slot->position = score->position;
    slot->order = score->order;
    slot->flags = score->flags;
    slot->nats = score->nats;
}

enum plx_status plx_trail_finish(struct plx_trail *trail, struct plx_error *error)
{
    enum plx_status status = plx_documents_finish(&trail->documents, error);
    const uint64_t passed = trail->passed;
    uint64_t token = passed > PLX_CONTEXT_AFTER ? passed - PLX_CONTEXT_AFTER : 0;
    for (; trail->contexts && token < passed && status == PLX_OK; token++)
        status = decide(trail, token, error);
    trail->documents.sink = NULL; /* it is the caller's, and gone soon */
    plx_extremes_sort(&trail->worst);
    plx_extremes_sort(&trail->best);
    return status;
}

#include "report/compare/moved.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum plx_status plx_moved_init(struct plx_moved *moved, struct plx_error *error)
{
    moved->worse = (struct plx_extremes){.most = moved->most};
    moved->better = (struct plx_extremes){.most = moved->most, .lowest = true};
    moved->worse_documents.list = plx_new_array(moved->most, sizeof *moved->worse_documents.list, error);
    moved->better_documents.list = plx_new_array(moved->most, sizeof *moved->better_documents.list, error);
    return moved->worse_documents.list && moved->better_documents.list ? PLX_OK : PLX_MEMORY;
}

void plx_moved_release(struct plx_moved *moved)
{
    plx_extremes_release(&moved->worse);
    plx_extremes_release(&moved->better);
    free(moved->worse_documents.list);
    free(moved->better_documents.list);
    free(moved->document_begins);
    free(moved->id);
    *moved = (struct plx_moved){0};
}

bool plx_moved_tells_documents(const struct plx_moved *moved)
{
    return moved->document_count > 0 && (moved->units_are_documents || moved->has_ids);
}

double plx_moved_worse_share(const struct plx_moved *moved)
{
    const uint64_t told = moved->document_count - moved->undefined_count;
    return told ? (double)moved->worse_count / (double)told : 0;
}

/* Documents. */

/* Puts it in its place among those that moved most; of those that moved alike the first ones. */
static void rank_document(struct plx_moved_documents *ranked, const struct plx_moved_document *document,
                          size_t most)
{
    size_t place = ranked->count;
    while (place > 0 && fabs(ranked->list[place - 1].change) < fabs(document->change))
        place--;
    if (place == most)
        return;
    if (ranked->count < most)
        ranked->count++;
    memmove(ranked->list + place + 1, ranked->list + place,
            (ranked->count - 1 - place) * sizeof *ranked->list);
    ranked->list[place] = *document;
}

static void end_document(struct plx_moved *moved)
{
    const struct plx_moved_document *document = &moved->document;
    moved->worse_count += document->change > 0;
    moved->better_count += document->change < 0;
    moved->undefined_count += isnan(document->change) ? 1 : 0;
    if (document->change > 0)
        rank_document(&moved->worse_documents, document, moved->most);
    else if (document->change < 0)
        rank_document(&moved->better_documents, document, moved->most);
}

/* By the rule of token_file.h. */
static bool begins_document(const struct plx_moved *moved, const struct plx_token_score *token)
{
    return moved->passed == 0 || (moved->units_are_documents && token->unit != moved->unit) ||
           token->document.length != moved->id_length ||
           (moved->id_length > 0 && memcmp(token->document.text, moved->id, moved->id_length) != 0);
}

static enum plx_status begin_document(struct plx_moved *moved, struct plx_word id, struct plx_error *error)
{
    enum plx_status status = plx_reserve_array(&moved->id, &moved->id_capacity, id.length, 1, error);
    if (status == PLX_OK)
        status = plx_reserve_array(&moved->document_begins, &moved->document_capacity,
                                   moved->document_count + 1, sizeof *moved->document_begins, error);
    if (status)
        return status;
    end_document(moved);
    if (id.length > 0)
        memcpy(moved->id, id.text, id.length);
    moved->id_length = id.length;
    moved->document = (struct plx_moved_document){.number = moved->document_count};
    moved->document_begins[moved->document_count++] = (size_t)moved->passed;
    plx_snippet_set(&moved->document.id, id);
    return PLX_OK;
}

/* Tokens. */

static struct plx_moved_slot *slot_of(struct plx_moved *moved, uint64_t token)
{
    return moved->slots + token % PLX_MOVED_SLOTS;
}

/* What stands around the token in its unit. */
static void put_context(struct plx_moved *moved, uint64_t token, struct plx_extreme *extreme)
{
    uint64_t first = token, next = token + 1;
    while (first > 0 && token - first < PLX_MOVED_BEFORE && !slot_of(moved, first)->begins_unit)
        first--;
    extreme->before_count = (uint8_t)(token - first);
    for (uint64_t i = first; i < token; i++)
        extreme->before[i - first] = slot_of(moved, i)->token;
    for (; next < moved->passed && !slot_of(moved, next)->begins_unit; next++)
        extreme->after[extreme->after_count++] = slot_of(moved, next)->token;
}

/* Whether the token is among those that moved most, now that it is known what follows. */
static enum plx_status decide(struct plx_moved *moved, uint64_t token, struct plx_error *error)
{
    const struct plx_moved_slot *slot = slot_of(moved, token);
    struct plx_extremes *list = slot->change > 0 ? &moved->worse : slot->change < 0 ? &moved->better : NULL;
    if (!list || !plx_extremes_wants(list, slot->change))
        return PLX_OK;
    struct plx_extreme extreme = {
        .at = token,
        .unit = slot->unit,
        .position = slot->position,
        .document = slot->document,
        .nats = slot->change,
        .compared = {slot->nats[0], slot->nats[1]},
        .flags = slot->flags,
        .document_id = slot->document_id,
        .token = slot->token,
    };
    put_context(moved, token, &extreme);
    return plx_extremes_add(list, &extreme, error);
}

static enum plx_status pass(struct plx_moved *moved, const struct plx_token_score *token, double base,
                            double new, struct plx_error *error)
{
    struct plx_moved_slot *slot = slot_of(moved, moved->passed);
    slot->begins_unit = moved->passed == 0 || token->unit != moved->unit;
    slot->token.id = token->id;
    plx_snippet_set(&slot->token.spelled, token->token);
    slot->unit = token->unit;
    slot->position = token->position;
    slot->document = moved->document.number;
    slot->document_id = moved->document.id;
    slot->flags = token->flags;
    slot->nats[0] = base;
    slot->nats[1] = new;
    slot->change = new - base;
    moved->passed++;
    return moved->passed > PLX_MOVED_AFTER ? decide(moved, moved->passed - 1 - PLX_MOVED_AFTER, error)
                                           : PLX_OK;
}

enum plx_status plx_moved_add(struct plx_moved *moved, const struct plx_token_score *token, double base,
                              double new, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    if (begins_document(moved, token))
        status = begin_document(moved, token->document, error);
    if (status)
        return status;
    moved->has_ids |= token->document.text != NULL;
    moved->document.tokens++;
    moved->document.nats[0] += base;
    moved->document.nats[1] += new;
    moved->document.change += new - base;
    if (moved->most > 0)
        status = pass(moved, token, base, new, error);
    else
        moved->passed++;
    moved->unit = token->unit;
    return status;
}

enum plx_status plx_moved_finish(struct plx_moved *moved, struct plx_error *error)
{
    const uint64_t passed = moved->passed;
    uint64_t token = passed > PLX_MOVED_AFTER ? passed - PLX_MOVED_AFTER : 0;
    enum plx_status status = PLX_OK;
    end_document(moved);
    for (; moved->most > 0 && token < passed && status == PLX_OK; token++)
        status = decide(moved, token, error);
    plx_extremes_sort(&moved->worse);
    plx_extremes_sort(&moved->better);
    return status;
}

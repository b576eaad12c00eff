#include "model/shared_vocabulary.h"

#include "base/memory.h"
#include "model/roles.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many tokens a message names. */
#define SHOWN 5

static bool has_strings(const struct plx_model *model)
{
    return (model->info.capabilities & PLX_STRING_TOKENS) && !(model->info.capabilities & PLX_ANY_TOKENS);
}

/* The ids of a batch of tokens by their strings; those without one have none. */
static void look_up(const struct plx_model *from, const struct plx_model *to, uint32_t first, size_t count,
                    uint32_t *ids)
{
    struct plx_word words[PLX_MODEL_LOOKUP];
    bool spelled[PLX_MODEL_LOOKUP];
    for (size_t i = 0; i < count; i++) {
        words[i] = plx_model_token(from, first + (uint32_t)i);
        spelled[i] = words[i].text != NULL;
        if (!spelled[i])
            words[i] = (struct plx_word){"", 0};
    }
    plx_model_lookup(to, words, count, ids);
    for (size_t i = 0; i < count; i++) {
        if (!spelled[i])
            ids[i] = PLX_NO_TOKEN;
    }
}

static void map_role(uint32_t *ids, uint32_t from, uint32_t to)
{
    if (from != PLX_NO_TOKEN && to != PLX_NO_TOKEN)
        ids[from] = to;
}

/* Where one symbol has two roles, the end wins: it is predicted. */
static void map_ids(const struct plx_model *from, const struct plx_model *to, uint32_t *ids)
{
    const size_t types = (size_t)from->info.vocabulary;
    for (size_t done = 0; done < types; done += PLX_MODEL_LOOKUP) {
        const size_t left = types - done;
        look_up(from, to, (uint32_t)done, left < PLX_MODEL_LOOKUP ? left : PLX_MODEL_LOOKUP, ids + done);
    }
    map_role(ids, from->info.start, to->info.start);
    map_role(ids, from->info.unknown, to->info.unknown);
    map_role(ids, from->info.end, to->info.end);
}

/* The tokens that only one of the two has: how many, and the first of them by name. */
struct rest {
    uint64_t count;
    char names[160];
    size_t used;
};

static void add_rest(struct rest *rest, const struct plx_model *model, uint32_t id)
{
    const struct plx_word word = plx_model_token(model, id);
    const int length = word.length < 40 ? (int)word.length : 40;
    if (rest->count++ < SHOWN && word.text && rest->used < sizeof rest->names)
        rest->used += (size_t)snprintf(rest->names + rest->used, sizeof rest->names - rest->used,
                                       "%s\"%.*s\"", rest->used ? ", " : "", length, word.text);
}

static enum plx_status refuse(const struct plx_model *from, const struct plx_model *to,
                              const struct rest *here, const struct rest *there, struct plx_error *error)
{
    plx_error_set(error, PLX_MISMATCH,
                  "the models do not share a vocabulary: %" PRIu64 " of %" PRIu64 " tokens of the first are "
                  "not among the %" PRIu64 " of the second%s%s%s, %" PRIu64 " the other way round%s%s%s",
                  here->count, from->info.vocabulary, to->info.vocabulary, here->used ? " (" : "",
                  here->names, here->used ? " ...)" : "", there->count, there->used ? " (" : "", there->names,
                  there->used ? " ...)" : "");
    plx_error_input(error, to->name);
    return plx_error_hint(error, "were both models made with one vocabulary?");
}

/* Of each token of `to`, whether one of `from` is it; a token that is another's already is none. */
static void match(const struct plx_model *from, uint32_t *ids, uint8_t *met)
{
    const uint32_t roles[] = {from->info.unknown, from->info.end};
    /* Symbols with a role come first, so that a word of the same spelling as the other's symbol stands alone.
     */
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        if (roles[i] != PLX_NO_TOKEN && ids[roles[i]] != PLX_NO_TOKEN)
            met[ids[roles[i]]] = 1;
    }
    for (size_t id = 0; id < from->info.vocabulary; id++) {
        if (ids[id] == PLX_NO_TOKEN || id == from->info.unknown || id == from->info.end)
            continue;
        if (met[ids[id]])
            ids[id] = PLX_NO_TOKEN;
        else
            met[ids[id]] = 1;
    }
}

/* What is left over on either side is a start that is never predicted, or the vocabularies differ. */
static enum plx_status settle(const struct plx_model *from, const struct plx_model *to, const uint8_t *met,
                              struct plx_shared_vocabulary *shared, struct plx_error *error)
{
    struct rest here = {0}, there = {0};
    uint32_t never_here, never_there;
    enum plx_status status = plx_roles_unpredicted(from, &never_here, error);
    if (status || (status = plx_roles_unpredicted(to, &never_there, error)))
        return status;
    for (uint32_t id = 0; id < from->info.vocabulary; id++) {
        const bool there_too = shared->ids[id] != PLX_NO_TOKEN;
        if (!there_too && id != never_here)
            add_rest(&here, from, id);
        else if (!there_too || shared->ids[id] == never_there)
            shared->left_out = id;
    }
    for (uint32_t id = 0; id < to->info.vocabulary; id++) {
        if (!met[id] && id != never_there)
            add_rest(&there, to, id);
    }
    if (shared->left_out != PLX_NO_TOKEN)
        shared->ids[shared->left_out] = PLX_NO_TOKEN;
    return here.count + there.count > 0 ? refuse(from, to, &here, &there, error) : PLX_OK;
}

static enum plx_status share_ids(const struct plx_model *from, const struct plx_model *to,
                                 struct plx_error *error)
{
    if (from->info.vocabulary == to->info.vocabulary)
        return PLX_OK;
    plx_error_set(error, PLX_MISMATCH,
                  "the models do not share a vocabulary: %" PRIu64 " tokens and %" PRIu64,
                  from->info.vocabulary, to->info.vocabulary);
    plx_error_input(error, to->name);
    return plx_error_hint(error, "a model without strings shares its ids with another of as many tokens");
}

/* Forgets a map that changes nothing. */
static void simplify(const struct plx_model *from, struct plx_shared_vocabulary *shared)
{
    for (size_t id = 0; id < from->info.vocabulary; id++) {
        if (shared->ids[id] != id)
            return;
    }
    free(shared->ids);
    shared->ids = NULL;
}

enum plx_status plx_shared_vocabulary_find(const struct plx_model *from, const struct plx_model *to,
                                           struct plx_shared_vocabulary *shared, struct plx_error *error)
{
    *shared = (struct plx_shared_vocabulary){.left_out = PLX_NO_TOKEN};
    if (!has_strings(from) || !has_strings(to))
        return share_ids(from, to, error);
    shared->ids = plx_new_array((size_t)from->info.vocabulary, sizeof *shared->ids, error);
    uint8_t *met = plx_new_array((size_t)to->info.vocabulary, sizeof *met, error);
    enum plx_status status = shared->ids && met ? PLX_OK : PLX_MEMORY;
    if (status == PLX_OK) {
        map_ids(from, to, shared->ids);
        match(from, shared->ids, met);
        if ((status = settle(from, to, met, shared, error)) == PLX_OK)
            simplify(from, shared);
    }
    free(met);
    return status;
}

void plx_shared_vocabulary_release(struct plx_shared_vocabulary *shared)
{
    free(shared->ids);
    *shared = (struct plx_shared_vocabulary){0};
}

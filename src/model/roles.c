#include "model/roles.h"

#include "base/logarithms.h"
#include "base/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* From here down a log10 p of a start symbol is a way to say "none". */
#define LOG10_NONE (-98.0)

struct role {
    const char *name; /* as claims have it */
    uint32_t *id;
};

/* The first of the spellings that the vocabulary has, for a role that is not filled yet. */
static void spell(const struct plx_model *model, const char *const *spellings, uint32_t *id)
{
    for (; *spellings && *id == PLX_NO_TOKEN; spellings++) {
        const struct plx_word word = {*spellings, strlen(*spellings)};
        plx_model_lookup(model, &word, 1, id);
    }
}

void plx_roles_spell(struct plx_model *model)
{
    static const char *const starts[] = {"<s>", NULL};
    static const char *const ends[] = {"</s>", "<eos>", "<|endoftext|>", NULL};
    static const char *const unknowns[] = {"<unk>", "<UNK>", NULL};
    if (!model->vocabulary && !model->class->lookup)
        return;
    spell(model, starts, &model->info.start);
    spell(model, ends, &model->info.end);
    spell(model, unknowns, &model->info.unknown);
}

/* What the vocabulary has for the token that is named; PLX_NO_TOKEN without a vocabulary. */
static enum plx_status resolve_token(struct plx_model *model, const struct plx_claims *claims,
                                     const char *key, const char *token, uint32_t *id,
                                     struct plx_error *error)
{
    *id = PLX_NO_TOKEN;
    if (!model->vocabulary)
        return PLX_OK;
    *id = plx_vocabulary_find_text(model->vocabulary, token);
    return *id != PLX_NO_TOKEN
               ? PLX_OK
               : plx_claims_error(claims, key, error, "is \"%.100s\", which the vocabulary lacks", token);
}

/* What is said about a role, if anything is. */
static enum plx_status read_claims(const struct plx_claims *claims, struct plx_model *model,
                                   const struct role *role, struct plx_error *error)
{
    char token_key[32], id_key[32];
    uint32_t found = PLX_NO_TOKEN;
    uint64_t number;
    snprintf(token_key, sizeof token_key, "%s_token", role->name);
    snprintf(id_key, sizeof id_key, "%s_id", role->name);
    const char *token = plx_claims_get(claims, token_key);
    const char *id = plx_claims_get(claims, id_key);
    enum plx_status status = token ? resolve_token(model, claims, token_key, token, &found, error) : PLX_OK;
    if (status)
        return status;
    *role->id = found;
    if (!id) {
        if (token && found == PLX_NO_TOKEN)
            plx_model_warn(model, "unresolved-role", 0,
                           "the %s symbol \"%.100s\" has no id, because there is no vocabulary", role->name,
                           token);
        return PLX_OK;
    }
    if (!plx_parse_u64(id, strlen(id), 0, model->info.vocabulary - 1, &number))
        return plx_claims_error(claims, id_key, error, "is \"%.40s\", but ids are 0 to %" PRIu64, id,
                                model->info.vocabulary - 1);
    if (found != PLX_NO_TOKEN && found != number)
        return plx_claims_error(claims, id_key, error,
                                "is %" PRIu64 ", but the vocabulary has \"%.100s\" as %lu", number, token,
                                (unsigned long)found);
    *role->id = (uint32_t)number;
    return PLX_OK;
}

enum plx_status plx_roles_find(const struct plx_claims *claims, struct plx_model *model,
                               struct plx_error *error)
{
    const struct role roles[] = {
        {"start", &model->info.start},
        {"end", &model->info.end},
        {"unknown", &model->info.unknown},
    };
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        const enum plx_status status = read_claims(claims, model, roles + i, error);
        if (status)
            return status;
    }
    plx_roles_spell(model);
    return PLX_OK;
}

bool plx_start_is_no_outcome(double nats)
{
    return nats <= 0 || nats >= -LOG10_NONE * PLX_LN_10;
}

/* More context than a model can demand before its first target. */
#define CONTEXT_MOST 16

enum plx_status plx_roles_unpredicted(const struct plx_model *model, uint32_t *start, struct plx_error *error)
{
    const struct plx_model_info *info = &model->info;
    const bool ngram = info->kind == PLX_KIND_NGRAM;
    const size_t least = (size_t)info->least_context;
    uint32_t ids[CONTEXT_MOST + 1];
    const struct plx_window window = {.ids = ids, .first = least, .end = least + 1};
    double nats;
    *start = PLX_NO_TOKEN;
    if (info->start == PLX_NO_TOKEN || info->start == info->end || info->least_context > CONTEXT_MOST)
        return PLX_OK;
    struct plx_session *session = plx_session_new(model, error);
    if (!session)
        return error->status;
    for (size_t i = 0; i < window.end; i++)
        ids[i] = info->start;
    const enum plx_status status =
        plx_session_score(session, &window, 1, &(struct plx_scores){.nats = &nats}, error);
    plx_session_free(session);
    if (status == PLX_OK && (ngram ? plx_start_is_no_outcome(nats) : isinf(nats)))
        *start = info->start;
    return status;
}

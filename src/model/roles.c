#include "model/roles.h"

#include "base/number.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct role {
    const char *name; /* in the metadata */
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

static enum plx_status fail(const char *input, struct plx_error *error)
{
    plx_error_input(error, input);
    return plx_error_hint(error, "this comes from __metadata__ in the header of the file");
}

/* What the vocabulary has for the token that the metadata name; PLX_NO_TOKEN without a vocabulary. */
static enum plx_status resolve_token(struct plx_model *model, const struct role *role, const char *token,
                                     const char *input, uint32_t *id, struct plx_error *error)
{
    *id = PLX_NO_TOKEN;
    if (!model->vocabulary)
        return PLX_OK;
    *id = plx_vocabulary_find_text(model->vocabulary, token);
    if (*id != PLX_NO_TOKEN)
        return PLX_OK;
    plx_error_set(error, PLX_MALFORMED, "perplex.%s_token is \"%.100s\", which the vocabulary lacks",
                  role->name, token);
    return fail(input, error);
}

/* What the metadata say about a role, if they do. */
static enum plx_status read_metadata(const struct plx_tensors *file, struct plx_model *model,
                                     const struct role *role, const char *input, struct plx_error *error)
{
    char token_key[48], id_key[48];
    uint32_t found = PLX_NO_TOKEN;
    uint64_t number;
    snprintf(token_key, sizeof token_key, "perplex.%s_token", role->name);
    snprintf(id_key, sizeof id_key, "perplex.%s_id", role->name);
    const char *token = plx_tensors_metadata(file, token_key);
    const char *id = plx_tensors_metadata(file, id_key);
    enum plx_status status = token ? resolve_token(model, role, token, input, &found, error) : PLX_OK;
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
    if (!plx_parse_u64(id, strlen(id), 0, model->info.vocabulary - 1, &number)) {
        plx_error_set(error, PLX_MALFORMED, "%s is \"%.40s\", but ids are 0 to %" PRIu64, id_key, id,
                      model->info.vocabulary - 1);
        return fail(input, error);
    }
    if (found != PLX_NO_TOKEN && found != number) {
        plx_error_set(error, PLX_MALFORMED, "%s is %" PRIu64 ", but the vocabulary has \"%.100s\" as %lu",
                      id_key, number, token, (unsigned long)found);
        return fail(input, error);
    }
    *role->id = (uint32_t)number;
    return PLX_OK;
}

enum plx_status plx_roles_find(const struct plx_tensors *file, const char *input, struct plx_model *model,
                               struct plx_error *error)
{
    const struct role roles[] = {
        {"start", &model->info.start},
        {"end", &model->info.end},
        {"unknown", &model->info.unknown},
    };
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        const enum plx_status status = read_metadata(file, model, roles + i, input, error);
        if (status)
            return status;
    }
    plx_roles_spell(model);
    return PLX_OK;
}

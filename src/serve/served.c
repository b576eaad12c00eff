#include "serve/served.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "model/roles.h"

#include <stdlib.h>
#include <string.h>

/* Larger vocabularies are not of characters, and looking through them would take time. */
#define CHARACTERS_MOST 65536

static enum plx_status check_model(const struct plx_model *model, struct plx_error *error)
{
    const struct plx_model_info *info = plx_model_info(model);
    const char *reason = NULL;
    if (info->capabilities & PLX_REMOTE)
        reason = "it is behind an endpoint itself";
    else if (info->capabilities & (PLX_BY_TOKEN | PLX_BY_TARGET))
        reason = "it has answers for the tokens of one corpus only";
    else if (info->kind == PLX_KIND_VOCABULARY)
        reason = "it is a vocabulary alone, without probabilities";
    if (!reason)
        return PLX_OK;
    plx_error_set(error, PLX_UNSUPPORTED, "the model cannot be served: %s", reason);
    return plx_error_input(error, plx_model_name(model));
}

/* Whether it is a symbol, which tells nothing about the tokens of texts. */
static bool is_symbol(const struct plx_model_info *info, uint32_t id, struct plx_word word)
{
    return id == info->start || id == info->end || id == info->unknown ||
           (word.length > 2 && word.text[0] == '<' && word.text[word.length - 1] == '>');
}

/* What texts consist of, by the vocabulary: words, if one of its tokens is longer than a character. */
static enum plx_token_kind recognise_tokens(const struct plx_model *model)
{
    const struct plx_model_info *info = plx_model_info(model);
    size_t characters = 0, bytes = 0;
    if (info->vocabulary > CHARACTERS_MOST)
        return PLX_TOKENS_WORD;
    for (uint32_t id = 0; id < info->vocabulary; id++) {
        const struct plx_word word = plx_model_token(model, id);
        if (!word.text || is_symbol(info, id, word))
            continue;
        const size_t length =
            word.length ? plx_utf8_sequence((const uint8_t *)word.text, word.length) : word.length;
        if (word.length == 1 && length == 0)
            bytes++;
        else if (word.length > 0 && length == word.length)
            characters++;
        else
            return PLX_TOKENS_WORD;
    }
    return bytes > 0 ? PLX_TOKENS_BYTE : characters > 0 ? PLX_TOKENS_CHARACTER : PLX_TOKENS_WORD;
}

/* A line's end is a token where the vocabulary has it, else the end symbol. */
static uint32_t find_newline(const struct plx_model *model, enum plx_token_kind tokens)
{
    uint32_t id = PLX_NO_TOKEN;
    if (tokens != PLX_TOKENS_WORD)
        plx_model_lookup(model, &(struct plx_word){"\n", 1}, 1, &id);
    return id != PLX_NO_TOKEN ? id : plx_model_info(model)->end;
}

enum plx_status plx_served_init(struct plx_served *served, const struct plx_model *model, const char *name,
                                enum plx_token_kind tokens, struct plx_error *error)
{
    *served = (struct plx_served){.model = model,
                                  .info = plx_model_info(model),
                                  .tokens = tokens,
                                  .newline = PLX_NO_TOKEN,
                                  .no_outcome = PLX_NO_TOKEN};
    const enum plx_status status = check_model(model, error);
    if (status)
        return status;
    if (tokens == PLX_TOKENS_PIECE)
        return plx_error_set(error, PLX_USAGE, "texts are served as words, characters or bytes");
    if (name && !*name)
        return plx_error_set(error, PLX_USAGE, "the name that the model is served by is empty");
    if (!name) {
        const char *slash = strrchr(plx_model_name(model), '/');
        name = slash && slash[1] ? slash + 1 : plx_model_name(model);
    }
    served->name = plx_copy_string(name, strlen(name), error);
    if (!served->name)
        return PLX_MEMORY;
    if (served->info->capabilities & PLX_STRING_TOKENS) {
        if (tokens == PLX_TOKENS_AUTO)
            served->tokens = recognise_tokens(model);
        served->newline = find_newline(model, served->tokens);
    }
    return plx_roles_unpredicted(model, &served->no_outcome, error);
}

void plx_served_release(struct plx_served *served)
{
    free(served->name);
}

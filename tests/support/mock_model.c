#include "mock_answer.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of how many tokens the best one is "generated". */
#define CANDIDATES 16

static uint32_t look_up(const struct plx_model *model, const char *text, size_t size)
{
    struct plx_word word = {.text = text, .length = size};
    uint32_t id = PLX_NO_TOKEN;
    plx_model_lookup(model, &word, 1, &id);
    return id;
}

static size_t character_length(const char *text, size_t size)
{
    size_t length = 1;
    while (length < size && ((unsigned char)text[length] & 0xc0) == 0x80)
        length++;
    return length;
}

/* The longest string of the vocabulary that the text begins with, or a character that it does not know. */
static size_t take_piece(const struct plx_model *model, const char *text, size_t size, uint32_t *id)
{
    for (size_t length = size < 32 ? size : 32; length > 0; length--) {
        *id = look_up(model, text, length);
        if (*id != PLX_NO_TOKEN)
            return length;
    }
    return character_length(text, size);
}

static size_t skip_space(const char *text, size_t size, size_t at, bool space)
{
    while (at < size && (isspace((unsigned char)text[at]) != 0) == space)
        at++;
    return at;
}

/* White space and a word; and the white space after it, if nothing else follows. */
static size_t take_word(const struct plx_model *model, const char *text, size_t size, uint32_t *id)
{
    size_t begin = skip_space(text, size, 0, true);
    size_t end = skip_space(text, size, begin, false);
    *id = look_up(model, text + begin, end - begin);
    return skip_space(text, size, end, true) == size ? size : end;
}

bool mock_tokenize(const struct plx_model *model, const char *text, size_t size, bool special,
                   struct mock_tokens *tokens)
{
    const struct plx_model_info *info = plx_model_info(model);
    bool pieces = look_up(model, " ", 1) != PLX_NO_TOKEN;
    *tokens = (struct mock_tokens){.ids = calloc(size + 2, sizeof *tokens->ids),
                                   .ends = calloc(size + 2, sizeof *tokens->ends)};
    if (!tokens->ids || !tokens->ends)
        return false;
    if (special && info->start != PLX_NO_TOKEN)
        tokens->ids[tokens->count++] = info->start;
    for (size_t at = 0; at < size;) {
        uint32_t id = PLX_NO_TOKEN;
        at += pieces ? take_piece(model, text + at, size - at, &id)
                     : take_word(model, text + at, size - at, &id);
        if (id == PLX_NO_TOKEN)
            id = info->unknown;
        if (id == PLX_NO_TOKEN)
            return false;
        tokens->ids[tokens->count] = id;
        tokens->ends[tokens->count++] = at;
    }
    return true;
}

void mock_tokens_free(struct mock_tokens *tokens)
{
    free(tokens->ids);
    free(tokens->ends);
}

char *mock_token_text(const struct plx_model *model, uint32_t id)
{
    struct plx_word word = plx_model_token(model, id);
    return word.text ? strndup(word.text, word.length) : strdup("");
}

/* Gives entries[count] what the token there costs after those before it. */
static enum plx_status append(struct plx_session *session, uint32_t *ids, size_t count,
                              struct mock_entry *entries, uint32_t vocabulary, struct plx_error *error)
{
    struct mock_entry best = {.logprob = -INFINITY};
    for (uint32_t id = 0; id < vocabulary && id < CANDIDATES; id++) {
        double nats = 0;
        struct plx_window window = {.ids = ids, .first = count, .end = count + 1};
        ids[count] = id;
        if (plx_session_score(session, &window, 1, &(struct plx_scores){.nats = &nats}, error))
            return error->status;
        if (-nats > best.logprob)
            best = (struct mock_entry){.id = id, .logprob = -nats};
    }
    ids[count] = best.id;
    entries[count] = best;
    return PLX_OK;
}

struct mock_scored mock_score(const struct plx_model *model, struct plx_session *session,
                              const struct mock_tokens *prompt, size_t generated, struct plx_error *error)
{
    const struct plx_model_info *info = plx_model_info(model);
    size_t count = prompt->count;
    size_t least = info->least_context > 1 ? (size_t)info->least_context : 1;
    uint32_t *ids = calloc(count + generated + 1, sizeof *ids);
    double *nats = calloc(count + 1, sizeof *nats);
    /* With room for one that does not belong there. */
    struct mock_scored scored = {.entries = calloc(count + generated + 2, sizeof *scored.entries),
                                 .prompt = count,
                                 .generated = generated};
    enum plx_status status = ids && nats && scored.entries ? PLX_OK : PLX_MEMORY;
    if (status == PLX_OK)
        memcpy(ids, prompt->ids, count * sizeof *ids);
    if (status == PLX_OK && count > least) {
        struct plx_window window = {.ids = ids, .first = least, .end = count};
        status = plx_session_score(session, &window, 1, &(struct plx_scores){.nats = nats}, error);
    }
    for (size_t i = 0; status == PLX_OK && i < count; i++) {
        double logprob = i < least ? 0 : -nats[i - least];
        scored.entries[i] = (struct mock_entry){.id = ids[i],
                                                .kind = i < least ? MOCK_NOTHING : MOCK_NUMBER,
                                                .logprob = logprob < -9999 ? -9999 : logprob};
    }
    for (size_t i = 0; status == PLX_OK && i < generated; i++)
        status = append(session, ids, count + i, scored.entries, (uint32_t)info->vocabulary, error);
    free(ids);
    free(nats);
    if (status == PLX_OK)
        return scored;
    free(scored.entries);
    return (struct mock_scored){0};
}

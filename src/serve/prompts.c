#include "serve/prompts.h"

#include "base/memory.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many words are looked up at a time. */
#define LOOKUP 64

void plx_prompt_init(struct plx_prompt *prompt, size_t text_most)
{
    *prompt = (struct plx_prompt){0};
    plx_buffer_init(&prompt->text, text_most);
}

void plx_prompt_release(struct plx_prompt *prompt)
{
    free(prompt->ids);
    free(prompt->ends);
    plx_buffer_release(&prompt->text);
}

enum plx_status plx_prompt_reserve(struct plx_prompt *prompt, size_t more, struct plx_error *error)
{
    const size_t need = prompt->count + more;
    if (need <= prompt->capacity)
        return PLX_OK;
    const size_t capacity = plx_grown_capacity(prompt->capacity, need);
    enum plx_status status;
    if ((status = plx_resize_array(&prompt->ids, capacity, sizeof *prompt->ids, error)) ||
        (status = plx_resize_array(&prompt->ends, capacity, sizeof *prompt->ends, error)))
        return status;
    prompt->capacity = capacity;
    return PLX_OK;
}

/* Texts into tokens. */

/* Words found and not yet looked up. */
struct cut {
    struct plx_prompt *prompt;
    const struct plx_served *served;
    struct plx_word words[LOOKUP];
    size_t count;
};

static bool is_blank(const char *text, const char *end)
{
    return *text == ' ' || *text == '\t' || *text == '\n' ||
           (*text == '\r' && end - text > 1 && text[1] == '\n');
}

static enum plx_status refuse_word(struct plx_word word, struct plx_error *error)
{
    char copy[64] = "", shown[4 * sizeof copy];
    const size_t length = word.length < sizeof copy ? word.length : sizeof copy - 1;
    memcpy(copy, word.text, length);
    for (size_t i = 0; i < length; i++) {
        if (!copy[i])
            copy[i] = '?'; /* a NUL would end the text */
    }
    plx_text_visible(copy, shown, sizeof shown);
    return plx_error_set(error, PLX_MISMATCH,
                         "the model's vocabulary lacks \"%s\", and has nothing for unknown words", shown);
}

static enum plx_status look_up(struct cut *cut, struct plx_error *error)
{
    const struct plx_model_info *info = cut->served->info;
    uint32_t ids[LOOKUP];
    plx_model_lookup(cut->served->model, cut->words, cut->count, ids);
    for (size_t i = 0; i < cut->count; i++) {
        const struct plx_word word = cut->words[i];
        if (word.length == 1 && *word.text == '\n' && cut->served->newline != PLX_NO_TOKEN)
            ids[i] = cut->served->newline;
        else if (ids[i] == PLX_NO_TOKEN)
            ids[i] = info->unknown;
        if (ids[i] == PLX_NO_TOKEN && !(info->capabilities & PLX_UNKNOWN_CONTEXT))
            return refuse_word(word, error);
        cut->prompt->ids[cut->prompt->count++] = ids[i];
    }
    cut->count = 0;
    return PLX_OK;
}

/* The token text[begin, end); what lies between it and the one before it is part of it. */
static enum plx_status add(struct cut *cut, const char *text, size_t begin, size_t end,
                           struct plx_error *error)
{
    enum plx_status status = plx_prompt_reserve(cut->prompt, cut->count + 1, error);
    if (status)
        return status;
    cut->prompt->ends[cut->prompt->count + cut->count] = end;
    cut->words[cut->count++] = (struct plx_word){text + begin, end - begin};
    return cut->count == LOOKUP ? look_up(cut, error) : PLX_OK;
}

static enum plx_status cut_words(struct cut *cut, const char *text, size_t size, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    size_t at = 0;
    while (at < size && status == PLX_OK) {
        const size_t begin = at;
        while (at < size && !is_blank(text + at, text + size))
            at++;
        const bool ends_line = at == begin && text[at++] == '\n';
        if (ends_line ? cut->served->newline != PLX_NO_TOKEN : !is_blank(text + begin, text + size))
            status = add(cut, text, begin, at, error);
    }
    return status;
}

static enum plx_status cut_characters(struct cut *cut, const char *text, size_t size, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    for (size_t at = 0, length; at < size && status == PLX_OK; at += length) {
        length = cut->served->tokens == PLX_TOKENS_BYTE
                     ? 1
                     : plx_utf8_sequence((const uint8_t *)text + at, size - at);
        if (length == 0) /* what comes as JSON is UTF-8 */
            length = 1;
        status = add(cut, text, at, at + length, error);
    }
    return status;
}

enum plx_status plx_prompt_tokenize(struct plx_prompt *prompt, const struct plx_served *served,
                                    struct plx_word text, struct plx_error *error)
{
    struct cut cut = {.prompt = prompt, .served = served};
    if (!(served->info->capabilities & PLX_STRING_TOKENS))
        return plx_error_set(error, PLX_MISMATCH,
                             "the model has no vocabulary, so that it takes prompts of token ids only");
    enum plx_status status = plx_buffer_append(&prompt->text, text.text, text.length, error);
    if (status == PLX_OK)
        status = served->tokens == PLX_TOKENS_WORD ? cut_words(&cut, text.text, text.length, error)
                                                   : cut_characters(&cut, text.text, text.length, error);
    if (status == PLX_OK && cut.count > 0)
        status = look_up(&cut, error);
    if (prompt->count > 0)
        prompt->ends[prompt->count - 1] = prompt->text.size;
    else
        prompt->begin = prompt->text.size;
    prompt->spelled = status == PLX_OK;
    return status;
}

/* Tokens into texts. */

/* Whether something else than a blank stands before token `count`. */
static bool needs_space(const struct plx_prompt *prompt, size_t count)
{
    const size_t before = count > 0 ? prompt->ends[count - 1] : prompt->begin;
    const uint8_t byte = before > 0 ? prompt->text.data[before - 1] : ' ';
    return byte != ' ' && byte != '\t' && byte != '\n';
}

enum plx_status plx_prompt_spell_token(const struct plx_prompt *prompt, const struct plx_served *served,
                                       size_t count, uint32_t id, struct plx_buffer *text,
                                       struct plx_error *error)
{
    const struct plx_word word = plx_model_token(served->model, id);
    enum plx_status status = PLX_OK;
    if (id == served->newline && id != PLX_NO_TOKEN)
        return plx_buffer_append(text, "\n", 1, error);
    if (needs_space(prompt, count) && (served->tokens == PLX_TOKENS_WORD || !word.text))
        status = plx_buffer_append(text, " ", 1, error);
    if (status)
        return status;
    if (word.text)
        return plx_buffer_append(text, word.text, word.length, error);
    return id == PLX_NO_TOKEN ? plx_buffer_append_text(text, "<unk>", error)
                              : plx_buffer_printf(text, error, "token_id:%" PRIu32, id);
}

enum plx_status plx_prompt_spell(struct plx_prompt *prompt, const struct plx_served *served, size_t from,
                                 struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    for (size_t i = from; i < prompt->count && status == PLX_OK; i++) {
        status = plx_prompt_spell_token(prompt, served, i, prompt->ids[i], &prompt->text, error);
        prompt->ends[i] = prompt->text.size;
    }
    prompt->spelled = status == PLX_OK;
    return status;
}

struct plx_word plx_prompt_token(const struct plx_prompt *prompt, size_t index)
{
    const size_t begin = index > 0 ? prompt->ends[index - 1] : prompt->begin;
    return (struct plx_word){(const char *)prompt->text.data + begin, prompt->ends[index] - begin};
}

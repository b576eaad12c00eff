/* Completions as OpenAI prints them. */
#include "serve/completions.h"

#include "base/hash.h"
#include "base/json_writer.h"
#include "base/number.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* What clients know zero probability by: JSON has no infinity. */
#define NO_PROBABILITY "-9999.0"

/* What of a completion is shown. */
struct shown {
    struct plx_json_writer *writer;
    const struct plx_served *served;
    const struct plx_completion *completion;
    size_t from;       /* the first token */
    size_t text_begin; /* in bytes */
    struct plx_buffer *room;
    enum plx_status status; /* of what goes to the room */
    struct plx_error error;
};

/* A token's text; in place of what is no UTF-8 of its own, or has a NUL, its bytes: bytes:\xe2\x82. */
static const char *spell(struct shown *shown, struct plx_word token)
{
    uint64_t invalid = 0;
    shown->room->size = 0;
    plx_utf8_count((const uint8_t *)token.text, token.length, &invalid);
    invalid += token.length > 0 && memchr(token.text, '\0', token.length);
    if (invalid == 0 && !shown->status)
        shown->status = plx_buffer_append(shown->room, token.text, token.length, &shown->error);
    if (invalid > 0 && !shown->status)
        shown->status = plx_buffer_append_text(shown->room, "bytes:", &shown->error);
    for (size_t i = 0; i < token.length && invalid > 0 && !shown->status; i++)
        shown->status =
            plx_buffer_printf(shown->room, &shown->error, "\\x%02x", (unsigned)(uint8_t)token.text[i]);
    if (!shown->status)
        shown->status = plx_buffer_append(shown->room, "", 1, &shown->error);
    return shown->status ? "" : (const char *)shown->room->data;
}

static void write_logprob(struct plx_json_writer *writer, const char *key, double nats)
{
    if (isnan(nats))
        plx_json_null(writer, key);
    else if (isinf(nats))
        plx_json_literal(writer, key, NO_PROBABILITY);
    else
        plx_json_double(writer, key, 0 - nats);
}

static void write_tokens(struct shown *shown)
{
    const struct plx_prompt *prompt = shown->completion->prompt;
    plx_json_begin_array(shown->writer, "tokens");
    for (size_t i = shown->from; i < prompt->count; i++)
        plx_json_string(shown->writer, NULL, spell(shown, plx_prompt_token(prompt, i)));
    plx_json_end_array(shown->writer);
    plx_json_begin_array(shown->writer, "token_logprobs");
    for (size_t i = shown->from; i < prompt->count; i++)
        write_logprob(shown->writer, NULL, shown->completion->costs.nats[i]);
    plx_json_end_array(shown->writer);
}

/* The best alternatives, and the token itself where it is not among them. Its cost is the one that
   token_logprobs has, to the last bit: clients compare them. */
static void write_best(struct shown *shown, size_t index)
{
    const struct plx_completion *completion = shown->completion;
    const struct plx_costs *costs = &completion->costs;
    const uint32_t *ids = costs->best_ids + index * costs->ranked;
    const uint32_t id = completion->prompt->ids[index];
    struct plx_buffer text;
    bool met = false;
    plx_buffer_init(&text, PLX_ANSWER_BYTES_MOST);
    plx_json_begin_object(shown->writer, NULL);
    for (unsigned k = 0; k < costs->ranked && ids[k] != PLX_NO_TOKEN; k++) {
        text.size = 0;
        if (ids[k] == id) {
            met = true;
            write_logprob(shown->writer, spell(shown, plx_prompt_token(completion->prompt, index)),
                          costs->nats[index]);
            continue;
        }
        if (!shown->status)
            shown->status = plx_prompt_spell_token(completion->prompt, shown->served, index, ids[k], &text,
                                                   &shown->error);
        write_logprob(shown->writer, spell(shown, (struct plx_word){(const char *)text.data, text.size}),
                      costs->best_nats[index * costs->ranked + k]);
    }
    if (!met)
        write_logprob(shown->writer, spell(shown, plx_prompt_token(completion->prompt, index)),
                      costs->nats[index]);
    plx_json_end_object(shown->writer);
    plx_buffer_release(&text);
}

static void write_alternatives(struct shown *shown)
{
    const struct plx_costs *costs = &shown->completion->costs;
    if (costs->ranked == 0) {
        plx_json_null(shown->writer, "top_logprobs");
        return;
    }
    plx_json_begin_array(shown->writer, "top_logprobs");
    for (size_t i = shown->from; i < costs->count; i++) {
        if (isnan(costs->nats[i]))
            plx_json_null(shown->writer, NULL);
        else
            write_best(shown, i);
    }
    plx_json_end_array(shown->writer);
}

/* Where tokens begin, in characters of the text as it is shown; a token that begins within a character has
   its place. */
static void write_offsets(struct shown *shown)
{
    const struct plx_completion *completion = shown->completion;
    const struct plx_prompt *prompt = completion->prompt;
    const uint8_t *text = prompt->text.data;
    size_t at = shown->text_begin;
    uint64_t characters = 0;
    plx_json_begin_array(shown->writer, "text_offset");
    for (size_t i = shown->from; i < prompt->count; i++) {
        const size_t begin = (size_t)((const uint8_t *)plx_prompt_token(prompt, i).text - text);
        for (; at < begin; characters++) {
            const size_t length = plx_utf8_sequence(text + at, completion->text_end - at);
            at += length > 0 ? length : 1;
        }
        plx_json_u64(shown->writer, NULL, characters - (at > begin));
    }
    plx_json_end_array(shown->writer);
}

static void write_ids(struct plx_json_writer *writer, const struct plx_completion *completion)
{
    plx_json_begin_array(writer, "prompt_token_ids");
    for (size_t i = 0; i < completion->given; i++) {
        if (completion->prompt->ids[i] == PLX_NO_TOKEN)
            plx_json_literal(writer, NULL, "-1");
        else
            plx_json_u64(writer, NULL, completion->prompt->ids[i]);
    }
    plx_json_end_array(writer);
}

static void write_choice(struct shown *shown, const struct plx_completions_request *request, size_t index)
{
    struct plx_json_writer *writer = shown->writer;
    const struct plx_completion *completion = shown->completion;
    const struct plx_buffer *text = &completion->prompt->text;
    const size_t size = completion->text_end - shown->text_begin;
    plx_json_begin_object(writer, NULL);
    plx_json_string_n(writer, "text", size > 0 ? (const char *)text->data + shown->text_begin : "", size);
    plx_json_u64(writer, "index", index);
    if (request->logprobs < 0) {
        plx_json_null(writer, "logprobs");
    } else {
        plx_json_begin_object(writer, "logprobs");
        write_tokens(shown);
        write_alternatives(shown);
        write_offsets(shown);
        plx_json_end_object(writer);
    }
    plx_json_string(writer, "finish_reason", completion->finish);
    if (request->echo)
        write_ids(writer, completion);
    plx_json_end_object(writer);
}

static void write_usage(struct plx_json_writer *writer, const struct plx_completion *completions,
                        size_t count)
{
    uint64_t given = 0, made = 0;
    for (size_t i = 0; i < count; i++) {
        given += completions[i].given;
        made += completions[i].prompt->count - completions[i].given;
    }
    plx_json_begin_object(writer, "usage");
    plx_json_u64(writer, "prompt_tokens", given);
    plx_json_u64(writer, "completion_tokens", made);
    plx_json_u64(writer, "total_tokens", given + made);
    plx_json_end_object(writer);
}

/* The same prompts have the same id; nobody keeps completions by it. */
static void write_head(struct plx_json_writer *writer, const struct plx_served *served,
                       const struct plx_completion *completions, size_t count)
{
    uint64_t hash = (uint64_t)count;
    char id[32];
    for (size_t i = 0; i < count; i++)
        hash = plx_hash64(completions[i].prompt->ids, completions[i].prompt->count * sizeof(uint32_t), hash);
    snprintf(id, sizeof id, "cmpl-%016" PRIx64, hash);
    plx_json_string(writer, "id", id);
    plx_json_string(writer, "object", "text_completion");
    plx_json_u64(writer, "created", (uint64_t)time(NULL));
    plx_json_string(writer, "model", served->name);
}

enum plx_status plx_completions_write(const struct plx_served *served,
                                      const struct plx_completions_request *request,
                                      const struct plx_completion *completions, struct plx_buffer *text,
                                      struct plx_error *error)
{
    struct plx_json_writer writer;
    struct plx_buffer room;
    struct shown shown = {.writer = &writer, .served = served, .room = &room, .status = PLX_OK};
    const size_t count = request->list.count;
    plx_buffer_init(&room, PLX_ANSWER_BYTES_MOST);
    plx_json_writer_init(&writer, text);
    writer.compact = true;
    plx_json_begin_object(&writer, NULL);
    write_head(&writer, served, completions, count);
    plx_json_begin_array(&writer, "choices");
    for (size_t i = 0; i < count; i++) {
        shown.completion = completions + i;
        shown.from = request->echo ? 0 : completions[i].given;
        shown.text_begin = request->echo ? 0 : completions[i].text_given;
        write_choice(&shown, request, i);
    }
    plx_json_end_array(&writer);
    write_usage(&writer, completions, count);
    plx_json_end_object(&writer);
    plx_buffer_release(&room);
    if (shown.status && error)
        *error = shown.error;
    return shown.status ? shown.status : plx_json_writer_finish(&writer, error);
}

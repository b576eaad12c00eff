/* Per-token files as JSON Lines: an object a line. */
#include "report/per_token.h"

#include "base/json_writer.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/utf8.h"
#include "report/flag_names.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_BYTES ((size_t)64 << 10)

/* Of a token's spelling that is written between two looks at the room: a byte becomes six at most (\u0001),
   and the last character may reach a little further. */
#define STRING_BYTES ((size_t)4 << 10)
#define STRING_ROOM  (6 * STRING_BYTES + 8)

/* More than keys and numbers of a line take in all. */
#define LINE_ROOM ((size_t)512)

const struct plx_flag_name plx_flag_names[PLX_FLAG_NAMES] = {{PLX_TOKEN_END, "end"},
                                                             {PLX_TOKEN_BLANK, "blank"},
                                                             {PLX_TOKEN_UNKNOWN, "unknown"},
                                                             {PLX_TOKEN_LITERAL, "literal"}};

struct jsonl {
    struct plx_per_token writer;
    size_t used; /* of text */
    char text[TEXT_BYTES];
};

static enum plx_status flush(struct jsonl *jsonl, struct plx_error *error)
{
    const size_t size = jsonl->used;
    jsonl->used = 0;
    return plx_output_write(jsonl->writer.output, jsonl->text, size, error);
}

/* What is put below finds room that was made before. */
static enum plx_status make_room(struct jsonl *jsonl, size_t size, struct plx_error *error)
{
    return sizeof jsonl->text - jsonl->used >= size ? PLX_OK : flush(jsonl, error);
}

static void put(struct jsonl *jsonl, const char *text, size_t length)
{
    memcpy(jsonl->text + jsonl->used, text, length);
    jsonl->used += length;
}

static void put_text(struct jsonl *jsonl, const char *text)
{
    put(jsonl, text, strlen(text));
}

static void put_u64(struct jsonl *jsonl, const char *key, uint64_t value)
{
    put_text(jsonl, key);
    jsonl->used += plx_format_u64(value, jsonl->text + jsonl->used);
}

static void put_double(struct jsonl *jsonl, const char *key, double value)
{
    const char *quote = isfinite(value) ? "" : "\"";
    put_text(jsonl, key);
    put_text(jsonl, quote);
    jsonl->used += plx_format_double(value, jsonl->text + jsonl->used);
    put_text(jsonl, quote);
}

/* What is no plain ASCII: a sequence of UTF-8, a byte that belongs to none, or something to escape. Returns
   how many bytes it has. */
static size_t put_odd(struct jsonl *jsonl, const char *text, size_t left)
{
    const uint8_t *bytes = (const uint8_t *)text;
    const size_t length = plx_utf8_sequence(bytes, left);
    if (length == 0)
        put_text(jsonl, "\xEF\xBF\xBD");
    else if (length == 1)
        jsonl->used += plx_json_escape(bytes[0], jsonl->text + jsonl->used);
    else
        put(jsonl, text, length);
    return length ? length : 1;
}

static bool is_plain(char c)
{
    return (unsigned char)c >= 0x20 && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

/* Makes its room itself, for a string of any length; leaves LINE_ROOM for what follows. */
static enum plx_status put_string(struct jsonl *jsonl, const char *key, struct plx_word word,
                                  struct plx_error *error)
{
    size_t at = 0;
    put_text(jsonl, key);
    put_text(jsonl, "\"");
    while (at < word.length) {
        const size_t end = word.length - at > STRING_BYTES ? at + STRING_BYTES : word.length;
        const enum plx_status status = make_room(jsonl, STRING_ROOM, error);
        if (status)
            return status;
        while (at < end) {
            if (is_plain(word.text[at]))
                jsonl->text[jsonl->used++] = word.text[at++];
            else
                at += put_odd(jsonl, word.text + at, word.length - at);
        }
    }
    const enum plx_status status = make_room(jsonl, LINE_ROOM, error);
    if (status == PLX_OK)
        put_text(jsonl, "\"");
    return status;
}

static void put_flags(struct jsonl *jsonl, unsigned flags)
{
    const char *before = "\"";
    put_text(jsonl, ",\"flags\":[");
    for (size_t i = 0; flags && i < PLX_FLAG_NAMES; i++) {
        if (!(flags & plx_flag_names[i].flag))
            continue;
        put_text(jsonl, before);
        put_text(jsonl, plx_flag_names[i].name);
        put_text(jsonl, "\"");
        before = ",\"";
    }
    put_text(jsonl, "]");
}

static enum plx_status write_token(struct jsonl *jsonl, const struct plx_token_score *token,
                                   struct plx_error *error)
{
    enum plx_status status = make_room(jsonl, LINE_ROOM, error);
    if (status)
        return status;
    put_u64(jsonl, "{\"unit\":", token->unit);
    put_u64(jsonl, ",\"position\":", token->position);
    if (token->token.text)
        status = put_string(jsonl, ",\"token\":", token->token, error);
    else if (token->id != PLX_NO_TOKEN)
        put_u64(jsonl, ",\"id\":", token->id);
    if (status == PLX_OK && token->document.text)
        status = put_string(jsonl, ",\"document\":", token->document, error);
    if (status)
        return status;
    put_double(jsonl, ",\"nats\":", token->nats);
    if (token->order > 0)
        put_u64(jsonl, ",\"order\":", token->order);
    put_flags(jsonl, token->flags);
    put_text(jsonl, "}\n");
    return PLX_OK;
}

static enum plx_status jsonl_open(struct plx_output *output, struct plx_per_token **writer,
                                  struct plx_error *error)
{
    (void)output;
    struct jsonl *jsonl = plx_new_array(1, sizeof *jsonl, error);
    *writer = jsonl ? &jsonl->writer : NULL;
    return jsonl ? PLX_OK : PLX_MEMORY;
}

static enum plx_status jsonl_write(struct plx_per_token *writer, const struct plx_token_score *tokens,
                                   size_t count, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    for (size_t i = 0; i < count && status == PLX_OK; i++)
        status = write_token((struct jsonl *)writer, tokens + i, error);
    return status;
}

static enum plx_status jsonl_finish(struct plx_per_token *writer, struct plx_error *error)
{
    return flush((struct jsonl *)writer, error);
}

static void jsonl_close(struct plx_per_token *writer)
{
    free(writer);
}

static const char *const SUFFIXES[] = {".jsonl", ".ndjson", ".json", NULL};

const struct plx_per_token_format plx_per_token_jsonl = {
    "jsonl",     "a JSON object a token, a line each (.jsonl, .ndjson, .json)",
    SUFFIXES,    jsonl_open,
    jsonl_write, jsonl_finish,
    jsonl_close};

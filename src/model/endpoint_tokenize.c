/* Tokens that a server makes of a text, and which bytes of it each of them is. Servers tell the ids; where
   the tokens end they tell as strings, in the spelling of their vocabulary (vLLM), as decoded pieces (SGLang)
   or as positions (Text Generation Inference). What does not add up to the text, byte by byte, is refused. */
#include "model/endpoint_tokens.h"

#include "base/byte_alphabet.h"
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

static const struct plx_json_path ROOT = {0};

static enum plx_status add_token(struct plx_text_tokens *tokens, uint32_t id, size_t end,
                                 struct plx_error *error)
{
    size_t capacity = tokens->capacity;
    enum plx_status status =
        plx_reserve_array(&tokens->ids, &capacity, tokens->count + 1, sizeof *tokens->ids, error);
    if (status == PLX_OK)
        status = plx_reserve_array(&tokens->ends, &tokens->capacity, tokens->count + 1, sizeof *tokens->ends,
                                   error);
    if (status)
        return status;
    tokens->ids[tokens->count] = id;
    tokens->ends[tokens->count++] = end;
    return PLX_OK;
}

/* Asks a route for JSON. The body is released. */
static enum plx_status ask_json(const struct plx_endpoint *endpoint, const char *path, enum plx_status status,
                                struct plx_buffer *body, cJSON **value, struct plx_error *error)
{
    struct plx_buffer answer;
    *value = NULL;
    if (status == PLX_OK)
        status = plx_endpoint_ask(endpoint, path, body, NULL, &answer, error);
    plx_buffer_release(body);
    if (status)
        return status;
    status = plx_json_parse((const char *)answer.data, answer.size, endpoint->base.name, value, error);
    plx_buffer_release(&answer);
    return status == PLX_MALFORMED ? plx_error_set(error, PLX_MISMATCH, "the answer of %s is no JSON", path)
                                   : status;
}

/* {"model":…,"prompt":…<rest>} */
static enum plx_status write_prompt(const struct plx_endpoint *endpoint, const char *text, size_t size,
                                    const char *rest, struct plx_buffer *body, struct plx_error *error)
{
    plx_buffer_init(body, PLX_ENDPOINT_BODY_BYTES);
    enum plx_status status = plx_buffer_append_text(body, "{\"model\":", error);
    if (status == PLX_OK)
        status = plx_request_string(body, endpoint->name.model, strlen(endpoint->name.model), error);
    if (status == PLX_OK)
        status = plx_buffer_append_text(body, ",\"prompt\":", error);
    if (status == PLX_OK)
        status = plx_request_string(body, text, size, error);
    return status ? status : plx_buffer_append_text(body, rest, error);
}

static enum plx_status fail_spelling(size_t token, size_t at, struct plx_error *error)
{
    plx_error_set(error, PLX_MISMATCH,
                  "the server's tokens do not spell the text: token %zu is not what stands at byte %zu",
                  token + 1, at);
    return plx_error_hint(error,
                          "a tokenizer that changes the text leaves no way to count its bytes; token ids "
                          "made elsewhere can be scored (convert --to)");
}

/* Passes over a token in one of the ways of spelling; or plainly, as special tokens are. */
static bool pass_spelled(enum plx_spelling_kind kind, const char *text, size_t size, struct plx_word token,
                         char *room, size_t *at)
{
    struct plx_word bytes;
    if (plx_spelling_bytes(kind, token, room, &bytes)) {
        const bool before =
            *at == 0 && bytes.length > 0 && bytes.text[0] == ' ' && (size == 0 || text[0] != ' ');
        if (before) { /* SentencePiece puts a blank before the text */
            bytes.text++;
            bytes.length--;
        }
        if (size - *at >= bytes.length && memcmp(text + *at, bytes.text, bytes.length) == 0) {
            *at += bytes.length;
            return true;
        }
    }
    if (token.length == 0 || size - *at < token.length || memcmp(text + *at, token.text, token.length) != 0)
        return false;
    *at += token.length;
    return true;
}

/* Whether all strings, in that spelling, are the text; *token and *at tell how far it goes. */
static bool spell_out(enum plx_spelling_kind kind, const cJSON *strings, const char *text, size_t size,
                      char *room, size_t *ends, size_t *token, size_t *at)
{
    const cJSON *string;
    *token = *at = 0;
    cJSON_ArrayForEach(string, strings)
    {
        const struct plx_word word = {string->valuestring, strlen(string->valuestring)};
        if (!pass_spelled(kind, text, size, word, room, at))
            return false;
        ends[(*token)++] = *at;
    }
    return *at == size;
}

/* The longest of the strings of an array; SIZE_MAX where one is none. */
static size_t longest_string(const cJSON *strings)
{
    const cJSON *string;
    size_t longest = 0;
    cJSON_ArrayForEach(string, strings)
    {
        if (!cJSON_IsString(string))
            return SIZE_MAX;
        const size_t length = strlen(string->valuestring);
        longest = length > longest ? length : longest;
    }
    return longest;
}

static bool read_id(const cJSON *number, uint32_t *id)
{
    if (!cJSON_IsNumber(number) || !(number->valuedouble >= 0) || number->valuedouble >= UINT32_MAX ||
        number->valuedouble != (double)(uint32_t)number->valuedouble)
        return false;
    *id = (uint32_t)number->valuedouble;
    return true;
}

static enum plx_status add_all(const cJSON *ids, const size_t *ends, struct plx_text_tokens *tokens,
                               struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    const cJSON *id;
    size_t i = 0;
    cJSON_ArrayForEach(id, ids)
    {
        uint32_t value;
        if (!read_id(id, &value))
            return plx_error_set(error, PLX_MISMATCH, "token %zu of the server's answer has no id", i + 1);
        status = add_token(tokens, value, ends[i++], error);
        if (status)
            return status;
    }
    return status;
}

/* Whether two tokens have a character in common, as what ends where the one before it does has. */
static bool hang_together(const char *text, size_t size, size_t end, size_t next)
{
    return end == next || (end < size && ((uint8_t)text[end] & 0xC0) == 0x80);
}

/* The bytes that tokens have in the text, for prompts that are sent as text; those of a character are learned
   together. */
static enum plx_status learn(const struct plx_endpoint *endpoint, const struct plx_text_tokens *tokens,
                             size_t from, const char *text, size_t size, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    size_t begin = 0, end;
    for (size_t i = from, next; i < tokens->count && status == PLX_OK; i = next, begin = end) {
        end = tokens->ends[i];
        for (next = i + 1; next < tokens->count && hang_together(text, size, end, tokens->ends[next]); next++)
            end = tokens->ends[next];
        status = plx_spellings_learn(endpoint->spellings, tokens->ids + i, next - i,
                                     (struct plx_word){text + begin, end - begin}, error);
    }
    return status;
}

/* Tokens as strings of the vocabulary. Which spelling that is the text itself tells. */
static enum plx_status take_strings(const struct plx_endpoint *endpoint, const cJSON *ids,
                                    const cJSON *strings, const char *text, size_t size,
                                    struct plx_text_tokens *tokens, struct plx_error *error)
{
    static const enum plx_spelling_kind kinds[] = {PLX_SPELLED_BYTES, PLX_SPELLED_PIECES,
                                                   PLX_SPELLED_PLAINLY};
    const size_t count = (size_t)cJSON_GetArraySize(ids), longest = longest_string(strings);
    const size_t from = tokens->count;
    if (!cJSON_IsArray(ids) || !cJSON_IsArray(strings) || (size_t)cJSON_GetArraySize(strings) != count ||
        longest == SIZE_MAX) {
        plx_error_set(error, PLX_MISMATCH, "the server's tokenizer does not tell the tokens as strings");
        return plx_error_hint(error, "newer versions of vLLM do; --vocab FILE, or token ids, do without");
    }
    size_t *ends = plx_new_array(count, sizeof *ends, error);
    char *room = plx_new_array(longest, 1, error);
    size_t token = 0, at = 0, best_token = 0, best_at = 0;
    bool found = false;
    enum plx_status status = ends && room ? PLX_OK : PLX_MEMORY;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds && status == PLX_OK && !found; k++) {
        found = spell_out(kinds[k], strings, text, size, room, ends, &token, &at);
        if (token >= best_token) {
            best_token = token;
            best_at = at;
        }
    }
    if (status == PLX_OK)
        status = found ? add_all(ids, ends, tokens, error) : fail_spelling(best_token, best_at, error);
    free(ends);
    free(room);
    return status ? status : learn(endpoint, tokens, from, text, size, error);
}

enum plx_status plx_tokenize_vllm(const struct plx_endpoint *endpoint, const char *text, size_t size,
                                  struct plx_text_tokens *tokens, struct plx_error *error)
{
    struct plx_buffer body;
    cJSON *answer;
    enum plx_status status = write_prompt(
        endpoint, text, size, ",\"add_special_tokens\":false,\"return_token_strs\":true}", &body, error);
    status = ask_json(endpoint, "/tokenize", status, &body, &answer, error);
    if (status == PLX_OK)
        status =
            take_strings(endpoint, cJSON_GetObjectItemCaseSensitive(answer, "tokens"),
                         cJSON_GetObjectItemCaseSensitive(answer, "token_strs"), text, size, tokens, error);
    cJSON_Delete(answer);
    return status;
}

/* The ids that "a" becomes, with special tokens or without. */
static enum plx_status ask_letter(const struct plx_endpoint *endpoint, bool special, cJSON **answer,
                                  struct plx_error *error)
{
    struct plx_buffer body;
    const enum plx_status status = write_prompt(
        endpoint, "a", 1, special ? ",\"add_special_tokens\":true}" : ",\"add_special_tokens\":false}", &body,
        error);
    return ask_json(endpoint, "/tokenize", status, &body, answer, error);
}

/* What stands before the letter's tokens: not what stands behind them, as end symbols do. */
enum plx_status plx_start_special(const struct plx_endpoint *endpoint, uint32_t *start,
                                  struct plx_error *error)
{
    cJSON *with, *without = NULL;
    *start = PLX_NO_TOKEN;
    enum plx_status status = ask_letter(endpoint, true, &with, error);
    const cJSON *special = cJSON_GetObjectItemCaseSensitive(with, "tokens");
    if (status == PLX_OK && cJSON_GetArraySize(special) > 1)
        status = ask_letter(endpoint, false, &without, error);
    const cJSON *letter = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(without, "tokens"), 0);
    if (status == PLX_OK && letter && !cJSON_Compare(special->child, letter, true) &&
        cJSON_Compare(special->child->next, letter, true))
        (void)read_id(special->child, start);
    cJSON_Delete(with);
    cJSON_Delete(without);
    return status == PLX_MEMORY || status == PLX_INTERRUPTED ? status : PLX_OK;
}

/* [[id],[id],…], so that each is decoded by itself. */
static enum plx_status ask_pieces(const struct plx_endpoint *endpoint, const cJSON *ids, cJSON **answer,
                                  struct plx_error *error)
{
    struct plx_buffer body;
    const cJSON *id;
    bool first = true;
    plx_buffer_init(&body, PLX_ENDPOINT_BODY_BYTES);
    enum plx_status status = plx_buffer_append_text(&body, "{\"tokens\":[", error);
    cJSON_ArrayForEach(id, ids)
    {
        if (status == PLX_OK)
            status = plx_buffer_printf(&body, error, "%s[%.0f]", first ? "" : ",", id->valuedouble);
        first = false;
    }
    if (status == PLX_OK)
        status = plx_buffer_append_text(&body, "],\"skip_special_tokens\":false}", error);
    return ask_json(endpoint, "/detokenize", status, &body, answer, error);
}

enum plx_status plx_tokenize_sglang(const struct plx_endpoint *endpoint, const char *text, size_t size,
                                    struct plx_text_tokens *tokens, struct plx_error *error)
{
    struct plx_buffer body;
    cJSON *answer, *decoded = NULL;
    const size_t from = tokens->count;
    size_t token = 0, at = 0;
    enum plx_status status =
        write_prompt(endpoint, text, size, ",\"add_special_tokens\":false}", &body, error);
    status = ask_json(endpoint, "/tokenize", status, &body, &answer, error);
    const cJSON *ids = cJSON_GetObjectItemCaseSensitive(answer, "tokens");
    if (status == PLX_OK && !cJSON_IsArray(ids))
        status = plx_error_set(error, PLX_MISMATCH, "the server's tokenizer answers without \"tokens\"");
    if (status == PLX_OK)
        status = ask_pieces(endpoint, ids, &decoded, error);
    const cJSON *pieces = cJSON_GetObjectItemCaseSensitive(decoded, "text");
    const size_t count = status == PLX_OK ? (size_t)cJSON_GetArraySize(ids) : 0;
    if (status == PLX_OK &&
        ((size_t)cJSON_GetArraySize(pieces) != count || longest_string(pieces) == SIZE_MAX))
        status =
            plx_error_set(error, PLX_MISMATCH, "the server does not decode %zu tokens one by one", count);
    size_t *ends = plx_new_array(count, sizeof *ends, error);
    if (!ends)
        status = PLX_MEMORY;
    if (status == PLX_OK)
        status = plx_join_pieces(pieces, text, size, ends, &token, &at, error);
    if (status == PLX_OK && (token < count || at < size))
        status = fail_spelling(token, at, error);
    if (status == PLX_OK)
        status = add_all(ids, ends, tokens, error);
    free(ends);
    cJSON_Delete(answer);
    cJSON_Delete(decoded);
    return status ? status : learn(endpoint, tokens, from, text, size, error);
}

/* Byte positions of a text, from positions in bytes or in characters. */
struct positions {
    const char *text;
    size_t size;
    bool characters;
    size_t character, byte; /* the last that was asked for, and where it begins */
};

/* Where the character before `at` begins. */
static size_t character_before(const char *text, size_t at)
{
    while (at > 0 && ((uint8_t)text[--at] & 0xC0) == 0x80) {
    }
    return at;
}

/* Positions are asked for in growing order, nearly: a character that tokens share is asked for again. */
static size_t position(struct positions *positions, size_t wanted)
{
    if (!positions->characters)
        return wanted;
    for (; wanted < positions->character; positions->character--)
        positions->byte = character_before(positions->text, positions->byte);
    for (; positions->character < wanted && positions->byte < positions->size; positions->character++) {
        const size_t length = plx_utf8_sequence((const uint8_t *)positions->text + positions->byte,
                                                positions->size - positions->byte);
        positions->byte += length ? length : 1;
    }
    return positions->character == wanted ? positions->byte : SIZE_MAX;
}

static bool all_blank(const char *text, size_t from, size_t to)
{
    while (from < to && plx_is_blank(text[from]))
        from++;
    return from >= to;
}

/* Adds the token {id, start, stop}. It begins where the one before it ends, but for blanks, or shares that
   one's last character: then which bytes are whose is not said, and those that hang together so, of which
   *run is the first, end together. */
static enum plx_status take_span(const cJSON *token, size_t index, struct positions *positions, size_t *at,
                                 size_t *run, struct plx_text_tokens *tokens, struct plx_error *error)
{
    uint64_t id, start, stop;
    enum plx_status status = plx_json_get_u64(token, "id", &ROOT, "/tokenize", 0, UINT32_MAX - 1, &id, error);
    if (status == PLX_OK)
        status = plx_json_get_u64(token, "start", &ROOT, "/tokenize", 0, positions->size, &start, error);
    if (status == PLX_OK)
        status = plx_json_get_u64(token, "stop", &ROOT, "/tokenize", 0, positions->size, &stop, error);
    if (status)
        return status;
    const size_t begin = position(positions, (size_t)start), end = position(positions, (size_t)stop);
    const bool shares = begin < *at && end >= *at && begin == character_before(positions->text, *at);
    if (end == SIZE_MAX || begin >= end || (begin < *at && !shares) ||
        !all_blank(positions->text, *at, begin))
        return fail_spelling(index, *at, error);
    if (!shares)
        *run = tokens->count;
    for (size_t i = *run; end > *at && i < tokens->count; i++)
        tokens->ends[i] = end;
    *at = end;
    return add_token(tokens, (uint32_t)id, end, error);
}

/* Whether a token stands for nothing in the text: a start symbol that the server puts before it. */
static bool is_put(const cJSON *token)
{
    const cJSON *stop = cJSON_GetObjectItemCaseSensitive(token, "stop");
    return !stop || cJSON_IsNull(stop) || (cJSON_IsNumber(stop) && stop->valuedouble == 0);
}

static enum plx_status take_spans(const struct plx_endpoint *endpoint, const cJSON *list, const char *text,
                                  size_t size, struct plx_text_tokens *tokens, struct plx_error *error)
{
    struct positions positions = {.text = text, .size = size};
    const size_t from = tokens->count;
    const cJSON *token = list->child, *last = list->child;
    size_t at = 0, index = 0, run = from;
    enum plx_status status = PLX_OK;
    while (last && last->next)
        last = last->next;
    const cJSON *stop = cJSON_GetObjectItemCaseSensitive(last, "stop");
    /* Some versions count in bytes, and some in characters: the last token tells, at the end of the text. */
    size_t end = size;
    while (end > 0 && plx_is_blank(text[end - 1]))
        end--;
    positions.characters = cJSON_IsNumber(stop) && stop->valuedouble < (double)end;
    if (token && is_put(token)) {
        token = token->next;
        index++;
    }
    for (; token && status == PLX_OK; token = token->next)
        status = take_span(token, index++, &positions, &at, &run, tokens, error);
    if (status == PLX_OK && !all_blank(text, at, size))
        status = fail_spelling(index, at, error);
    if (status)
        return status;
    for (size_t i = run; i < tokens->count; i++)
        tokens->ends[i] = size; /* blanks that the last have lost */
    return learn(endpoint, tokens, from, text, size, error);
}

/* A list of tokens, by Text Generation Inference. */
static enum plx_status ask_spans(const struct plx_endpoint *endpoint, const char *text, size_t size,
                                 cJSON **answer, struct plx_error *error)
{
    struct plx_buffer body;
    plx_buffer_init(&body, PLX_ENDPOINT_BODY_BYTES);
    enum plx_status status = plx_buffer_append_text(&body, "{\"inputs\":", error);
    if (status == PLX_OK)
        status = plx_request_string(&body, text, size, error);
    if (status == PLX_OK)
        status = plx_buffer_append_text(&body, "}", error);
    return ask_json(endpoint, "/tokenize", status, &body, answer, error);
}

enum plx_status plx_start_tgi(const struct plx_endpoint *endpoint, uint32_t *start, struct plx_error *error)
{
    cJSON *answer;
    uint64_t id = PLX_NO_TOKEN;
    enum plx_status status = ask_spans(endpoint, "a", 1, &answer, error);
    const cJSON *first = answer && cJSON_IsArray(answer) ? answer->child : NULL;
    if (status == PLX_OK && first && is_put(first))
        status = plx_json_get_u64(first, "id", &ROOT, "/tokenize", 0, UINT32_MAX - 1, &id, error);
    cJSON_Delete(answer);
    *start = (uint32_t)id;
    return status == PLX_MEMORY || status == PLX_INTERRUPTED ? status : PLX_OK;
}

enum plx_status plx_tokenize_tgi(const struct plx_endpoint *endpoint, const char *text, size_t size,
                                 struct plx_text_tokens *tokens, struct plx_error *error)
{
    cJSON *answer;
    enum plx_status status = ask_spans(endpoint, text, size, &answer, error);
    if (status == PLX_OK && !cJSON_IsArray(answer))
        status =
            plx_error_set(error, PLX_MISMATCH, "the server's tokenizer answers without a list of tokens");
    if (status == PLX_OK)
        status = take_spans(endpoint, answer, text, size, tokens, error);
    cJSON_Delete(answer);
    return status == PLX_MALFORMED ? PLX_MISMATCH : status;
}

enum plx_status plx_endpoint_tokenize(const struct plx_model *model, const char *text, size_t size,
                                      struct plx_text_tokens *tokens, struct plx_error *error)
{
    const struct plx_endpoint *endpoint = (const struct plx_endpoint *)model;
    if (size == 0)
        return PLX_OK;
    const enum plx_status status = endpoint->dialect->tokenize(endpoint, text, size, tokens, error);
    if (status && !*error->input && model->name)
        plx_error_input(error, model->name);
    return status;
}

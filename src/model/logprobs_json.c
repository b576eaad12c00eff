/* JSON records of tokens and their log-probabilities, one a line, as OpenAI's completions and vLLM give them.

   A record is an object; answers are either `tokens` (strings or ids) with `token_logprobs`, in the record
   itself, under `logprobs` or under `choices[0].logprobs`; or `prompt_logprobs` in the record or under
   `choices[0]`, with `prompt_token_ids` beside them or in the record. Where there are both, prompt_logprobs
   are it: vLLM's token_logprobs are then those of the generated tokens. Tokens of prompt_logprobs are ids,
   for decoded_token is a replacement character wherever a token is a part of a character.

   (vLLM, vllm/entrypoints/openai/protocol.py; OpenAI API reference, "Completions", `logprobs`.) */
#include "model/logprobs_record.h"

#include "base/logarithms.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/utf8.h"
#include "base/word.h"
#include "io/lines.h"

#include <math.h>
#include <string.h>

static const char *const PLACE_NAMES[PLACES] = {"the record", "logprobs", "choices[0]",
                                                "choices[0].logprobs"};

static const char *const MEMBER_NAMES[MEMBERS] = {"tokens", "token_logprobs", "prompt_logprobs",
                                                  "prompt_token_ids"};

bool plx_record_string(struct plx_record *record, struct plx_word *string)
{
    struct plx_json_string scanned;
    if (!plx_json_scan_string(&record->json, &scanned))
        return false;
    *string = plx_json_word(&scanned, record->room.data);
    return true;
}

bool plx_record_key(struct plx_record *record, struct plx_word *key)
{
    struct plx_json_string scanned;
    if (!plx_json_scan_key(&record->json, &scanned))
        return false;
    *key = plx_json_word(&scanned, record->room.data);
    return true;
}

static bool locate(struct plx_record *record, enum plx_record_place place);

/* choices: the first one counts, and must be the only one. */
static bool locate_choices(struct plx_record *record)
{
    struct plx_json_scan *json = &record->json;
    if (!plx_json_scan_begin(json, '['))
        return false;
    for (size_t i = 0; plx_json_scan_more(json, ']', i); i++) {
        if (i > 0)
            return plx_json_scan_fail(json, json->at, "a record with several choices",
                                      "write each choice as a record of its own");
        if (plx_json_scan_space(json) == '{' ? !locate(record, AT_CHOICE) : !plx_json_scan_skip(json))
            return false;
    }
    return !json->message;
}

/* Takes the value of a member, whose key has been read. */
static bool locate_member(struct plx_record *record, enum plx_record_place place, struct plx_word key)
{
    struct plx_json_scan *json = &record->json;
    const bool outer = place == AT_RECORD || place == AT_CHOICE;
    const int byte = plx_json_scan_space(json);
    for (int i = 0; i < MEMBERS; i++) {
        if (!plx_word_is(key, MEMBER_NAMES[i]))
            continue;
        if (record->found.seen[place][i])
            return plx_json_scan_fail(json, json->at, PLX_SECOND_VALUE, NULL);
        record->found.seen[place][i] = true;
        record->found.at[place][i] = byte == 'n' ? 0 : json->at;
    }
    if (byte == '{' && outer && plx_word_is(key, "logprobs"))
        return locate(record, place == AT_RECORD ? AT_LOGPROBS : AT_CHOICE_LOGPROBS);
    if (byte == '[' && place == AT_RECORD && plx_word_is(key, "choices"))
        return locate_choices(record);
    return plx_json_scan_skip(json);
}

/* Walks over an object, checks it, and notes where in it the members stand. */
static bool locate(struct plx_record *record, enum plx_record_place place)
{
    struct plx_json_scan *json = &record->json;
    struct plx_word key;
    if (!plx_json_scan_begin(json, '{'))
        return false;
    for (size_t i = 0; plx_json_scan_more(json, '}', i); i++) {
        if (!plx_record_key(record, &key) || !locate_member(record, place, key))
            return false;
    }
    return !json->message;
}

/* The place of an error that has been set: the record's line, and where the JSON reader stands. */
enum plx_status plx_record_at(const struct plx_record *record, size_t at, struct plx_error *error)
{
    plx_error_input(error, record->reader->name);
    return plx_error_at_line(error, record->line, at == SIZE_MAX ? PLX_NOWHERE : at + 1);
}

enum plx_status plx_record_fail(const struct plx_record *record, struct plx_error *error)
{
    plx_json_scan_error(&record->json, record->line, 0, error);
    return plx_error_input(error, record->reader->name);
}

/* The token's id, to be given to the next position. */
enum plx_status plx_record_add_id(struct plx_record *record, uint32_t id, struct plx_error *error)
{
    struct plx_logprobs *model = record->reader->model;
    if (model->id_count == model->id_capacity) {
        const size_t capacity = plx_grown_capacity(model->id_capacity, model->id_count + 1);
        const enum plx_status status = plx_resize_array(&model->ids, capacity, sizeof *model->ids, error);
        if (status)
            return status;
        model->id_capacity = capacity;
    }
    model->ids[model->id_count++] = id;
    return PLX_OK;
}

static enum plx_status add_string(struct plx_record *record, struct plx_word token, struct plx_error *error)
{
    struct plx_vocabulary *vocabulary = record->reader->model->base.vocabulary;
    uint32_t id = plx_vocabulary_find(vocabulary, token);
    const enum plx_status status =
        id == PLX_NO_TOKEN ? plx_vocabulary_add(vocabulary, token, &id, error) : PLX_OK;
    return status ? status : plx_record_add_id(record, id, error);
}

/* Tokens are all strings or all ids, in the whole file. */
enum plx_status plx_record_settle(struct plx_record *record, bool strings, struct plx_error *error)
{
    struct plx_model *model = &record->reader->model->base;
    if (strings ? record->ids : record->strings) {
        plx_error_set(error, PLX_MALFORMED,
                      strings ? "a token that is a string, where others are ids"
                              : "a token that is an id, where others are strings");
        return plx_record_at(record, record->json.at, error);
    }
    record->strings = strings;
    record->ids = !strings;
    if (strings && !model->vocabulary && !(model->vocabulary = plx_vocabulary_new(0, error)))
        return PLX_MEMORY;
    return PLX_OK;
}

bool plx_record_parse_id(struct plx_word text, uint32_t *id)
{
    uint64_t number;
    if (!plx_parse_u64(text.text, text.length, 0, PLX_NO_TOKEN - 1, &number))
        return false;
    *id = (uint32_t)number;
    return true;
}

/* A number that is a token's id. */
enum plx_status plx_record_read_id(struct plx_record *record, uint32_t *id, struct plx_error *error)
{
    struct plx_word text;
    plx_json_scan_space(&record->json);
    const size_t at = record->json.at;
    if (!plx_json_scan_number(&record->json, &text))
        return plx_record_fail(record, error);
    if (plx_record_parse_id(text, id))
        return PLX_OK;
    plx_error_set(error, PLX_MALFORMED, "\"%.*s\" is not the id of a token",
                  (int)(text.length < 60 ? text.length : 60), text.text);
    return plx_record_at(record, at, error);
}

static enum plx_status read_token(struct plx_record *record, struct plx_error *error)
{
    const bool string = plx_json_scan_space(&record->json) == '"';
    struct plx_word token = {NULL, 0};
    uint32_t id = PLX_NO_TOKEN;
    enum plx_status status = plx_record_settle(record, string, error);
    if (status)
        return status;
    if (string && !plx_record_string(record, &token))
        return plx_record_fail(record, error);
    if (string)
        return add_string(record, token, error);
    status = plx_record_read_id(record, &id, error);
    return status ? status : plx_record_add_id(record, id, error);
}

/* A logarithm: a number, or the words for what is not finite, as strings too; null in the first place. */
enum plx_status plx_record_read_log(struct plx_record *record, size_t number, struct plx_error *error)
{
    struct plx_json_scan *json = &record->json;
    struct plx_word text;
    double log;
    const int byte = plx_json_scan_space(json);
    const size_t at = json->at;
    if (byte == 'n' && number == 1)
        return plx_json_scan_skip(json) ? plx_logprobs_add(record->reader->model, (double)NAN, error)
                                        : plx_record_fail(record, error);
    if (byte == 'n') {
        plx_error_set(error, PLX_MALFORMED, "null in place of log-probability %zu of this record", number);
        plx_record_at(record, at, error);
        return plx_error_hint(error, "only the first of a record may be null: it has no context");
    }
    if (byte == '"' ? !plx_record_string(record, &text) : !plx_json_scan_number(json, &text))
        return plx_record_fail(record, error);
    if (!plx_parse_double(text.text, text.length, &log) || (byte == '"' && isfinite(log))) {
        plx_error_set(error, PLX_MALFORMED, "a string in place of log-probability %zu of this line", number);
        return plx_record_at(record, at, error);
    }
    if (log == PLX_LOG_OF_ZERO) {
        log = -(double)INFINITY;
        plx_model_warn(&record->reader->model->base, "zero-probability", record->line,
                       "-9999, which vLLM writes for minus infinity, is read as zero probability");
    }
    const enum plx_status status = plx_logprobs_add_log(record->reader, log, number, error);
    return status ? plx_record_at(record, at, error) : PLX_OK;
}

/* Goes to the value that stands at `at`, which must be an array, and into it. */
bool plx_record_enter(struct plx_record *record, size_t at)
{
    record->json.at = at;
    return plx_json_scan_begin(&record->json, '[');
}

enum plx_status plx_record_differ(const struct plx_record *record, enum plx_record_member left,
                                  size_t left_count, enum plx_record_member right, size_t right_count,
                                  struct plx_error *error)
{
    plx_error_set(error, PLX_MALFORMED, "%s has %zu elements, but %s has %zu", MEMBER_NAMES[left], left_count,
                  MEMBER_NAMES[right], right_count);
    return plx_record_at(record, SIZE_MAX, error);
}

/* tokens and token_logprobs. */
static enum plx_status read_tokens(struct plx_record *record, enum plx_record_place place,
                                   struct plx_error *error)
{
    const size_t *at = record->found.at[place];
    size_t tokens = 0, logs = 0;
    enum plx_status status = PLX_OK;
    if (!at[TOKENS]) {
        plx_error_set(error, PLX_MALFORMED, "token_logprobs, but no tokens in %s", PLACE_NAMES[place]);
        plx_record_at(record, SIZE_MAX, error);
        return plx_error_hint(error, "numbers without tokens can be given as lines of numbers");
    }
    if (!plx_record_enter(record, at[TOKENS]))
        return plx_record_fail(record, error);
    for (; status == PLX_OK && plx_json_scan_more(&record->json, ']', tokens); tokens++)
        status = read_token(record, error);
    if (status == PLX_OK && !plx_record_enter(record, at[TOKEN_LOGPROBS]))
        return plx_record_fail(record, error);
    for (; status == PLX_OK && plx_json_scan_more(&record->json, ']', logs); logs++)
        status = plx_record_read_log(record, logs + 1, error);
    if (status == PLX_OK && tokens != logs)
        return plx_record_differ(record, TOKENS, tokens, TOKEN_LOGPROBS, logs, error);
    return status;
}

/* The place that has the member; PLACES if none has. Two that have it are refused. */
static enum plx_status find_place(const struct plx_record *record, enum plx_record_member member,
                                  enum plx_record_place *place, struct plx_error *error)
{
    *place = PLACES;
    for (int i = 0; i < PLACES; i++) {
        if (!record->found.at[i][member])
            continue;
        if (*place != PLACES) {
            plx_error_set(error, PLX_MALFORMED, "%s in %s and in %s: which of them is it?",
                          MEMBER_NAMES[member], PLACE_NAMES[*place], PLACE_NAMES[i]);
            return plx_record_at(record, record->found.at[i][member], error);
        }
        *place = (enum plx_record_place)i;
    }
    return PLX_OK;
}

static enum plx_status add_record(struct plx_record *record, struct plx_error *error)
{
    struct plx_logprobs *model = record->reader->model;
    if (model->record_count == model->record_capacity) {
        const size_t capacity = plx_grown_capacity(model->record_capacity, model->record_count + 1);
        const enum plx_status status =
            plx_resize_array(&model->records, capacity, sizeof *model->records, error);
        if (status)
            return status;
        model->record_capacity = capacity;
    }
    model->records[model->record_count++] = (struct plx_logprobs_record){model->count, record->line};
    return PLX_OK;
}

/* The answers of the record whose text the JSON reader has. */
static enum plx_status read_record(struct plx_record *record, struct plx_error *error)
{
    enum plx_record_place prompt, tokens;
    record->found = (struct plx_record_found){0};
    if (!locate(record, AT_RECORD) || !plx_json_scan_end(&record->json))
        return plx_record_fail(record, error);
    enum plx_status status = add_record(record, error);
    if (status == PLX_OK)
        status = find_place(record, PROMPT_LOGPROBS, &prompt, error);
    if (status)
        return status;
    if (prompt != PLACES) {
        status = plx_record_read_prompt(record, prompt, error);
    } else {
        status = find_place(record, TOKEN_LOGPROBS, &tokens, error);
        if (status == PLX_OK && tokens == PLACES) {
            plx_error_set(error, PLX_MALFORMED, "a record without token_logprobs and prompt_logprobs");
            plx_record_at(record, SIZE_MAX, error);
            return plx_error_hint(error,
                                  "is it the answer to a request that failed or did not ask for them?");
        }
        if (status == PLX_OK)
            status = read_tokens(record, tokens, error);
    }
    return status || !record->json.message ? status : plx_record_fail(record, error);
}

enum plx_status plx_logprobs_read_json(struct plx_logprobs_reader *reader, struct plx_error *error)
{
    struct plx_record record = {.reader = reader};
    struct plx_lines lines;
    enum plx_status status;
    plx_lines_init(&lines, reader->source, PLX_SOURCE_PEEK_MAX - 1);
    plx_buffer_init(&record.room, PLX_SOURCE_PEEK_MAX);
    for (;;) {
        const char *line;
        size_t length;
        status = plx_logprobs_pause(reader, error);
        if (status == PLX_OK)
            status = plx_lines_next(&lines, &line, &length, NULL, error);
        if (status || !line)
            break;
        record.line = lines.number;
        const size_t mark = record.line == 1 ? plx_model_pass_mark(&reader->model->base, line, length) : 0;
        record.json = (struct plx_json_scan){
            .text = (const uint8_t *)line, .size = length, .at = mark, .not_finite = true};
        if (plx_json_scan_space(&record.json) < 0)
            continue; /* a blank line */
        status = plx_buffer_reserve(&record.room, length, error);
        if (status == PLX_OK)
            status = read_record(&record, error);
        if (status)
            break;
    }
    plx_buffer_release(&record.room);
    return status;
}

/* Whether a key of that name, with its quotes, is in the text. */
static bool has_key(const uint8_t *text, size_t size, const char *key)
{
    const size_t length = strlen(key);
    const uint8_t *end = text + size, *at = text;
    while ((at = memmem(at, (size_t)(end - at), key, length)) != NULL) {
        at += length;
        struct plx_json_scan behind = {.text = at, .size = (size_t)(end - at)};
        if (plx_json_scan_space(&behind) == ':')
            return true;
    }
    return false;
}

bool plx_logprobs_begins_record(const uint8_t *head, size_t size)
{
    struct plx_json_scan scan = {.text = head, .size = size, .at = plx_utf8_mark(head, size)};
    return plx_json_scan_space(&scan) == '{';
}

/* One of the keys that only answers have. Where the first line is longer than the head, they may come later:
   a record may begin with all of its tokens. */
enum plx_probe plx_logprobs_probe_json(const uint8_t *head, size_t size)
{
    if (!plx_logprobs_begins_record(head, size))
        return PLX_PROBE_NO;
    if (has_key(head, size, "\"token_logprobs\"") || has_key(head, size, "\"prompt_logprobs\""))
        return PLX_PROBE_CONTENT;
    const uint8_t *brace = memchr(head, '{', size);
    const bool long_line = size >= PLX_PROBE_BYTES && !memchr(brace, '\n', size - (size_t)(brace - head));
    return long_line ? PLX_PROBE_FALLBACK : PLX_PROBE_NO;
}

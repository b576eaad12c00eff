#include "model/endpoint_answer.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/word.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* JSON has no infinity; vLLM and others write this for the logarithm of zero. */
#define ZERO_PROBABILITY (-9999.0)

/* Below this a number is no logarithm of a probability that a model has given: others write the least number
   of a float for that of zero. */
#define LEAST_LOG (-1e6)

/* How much of an answer an error shows. */
#define SHOWN_BYTES 160

enum plx_status plx_answer_init(struct plx_answer *answer, const struct plx_sent_prompt *prompts,
                                size_t count, unsigned generated, const void *text, size_t size,
                                struct plx_error *error)
{
    size_t tokens = 0;
    *answer = (struct plx_answer){.prompts = prompts, .count = count, .generated = generated};
    answer->json = (struct plx_json_scan){.text = text, .size = size, .not_finite = true};
    for (size_t i = 0; i < count; i++)
        tokens += prompts[i].count;
    answer->room = plx_new_array(size, 1, error);
    answer->came = plx_new_array(count, sizeof *answer->came, error);
    answer->logs = plx_new_array(tokens, sizeof *answer->logs, error);
    answer->ids = plx_new_array(tokens, sizeof *answer->ids, error);
    answer->strings = plx_new_array(tokens, sizeof *answer->strings, error);
    if (!answer->room || !answer->came || !answer->logs || !answer->ids || !answer->strings) {
        plx_answer_release(answer);
        return PLX_MEMORY;
    }
    for (size_t i = 0, at = 0; i < count; at += prompts[i++].count) {
        answer->came[i].logs = answer->logs + at;
        answer->came[i].ids = answer->ids + at;
        answer->came[i].strings = answer->strings + at;
    }
    return PLX_OK;
}

void plx_answer_release(struct plx_answer *answer)
{
    free(answer->room);
    free(answer->came);
    free(answer->logs);
    free(answer->ids);
    free(answer->strings);
    *answer = (struct plx_answer){0};
}

/* The answer's beginning, as a hint. */
static enum plx_status show(const struct plx_answer *answer, struct plx_error *error)
{
    char head[SHOWN_BYTES + 1], visible[320];
    const size_t size = answer->json.size < SHOWN_BYTES ? answer->json.size : SHOWN_BYTES;
    size_t length = 0;
    for (size_t i = 0; i < size; i++) { /* in one line; a NUL would end it */
        const uint8_t byte = answer->json.text[i];
        const bool blank = byte == '\n' || byte == '\r' || byte == '\t' || byte == ' ' || byte == '\0';
        if (!blank || (length > 0 && head[length - 1] != ' '))
            head[length++] = (char)(blank ? (uint8_t)' ' : byte);
    }
    head[length] = '\0';
    plx_text_visible(head, visible, sizeof visible);
    return plx_error_hint(error, "%s%s%s", size ? "the server answered " : "the server's answer is empty",
                          visible, size < answer->json.size ? "…" : "");
}

enum plx_status plx_answer_fail(const struct plx_answer *answer, struct plx_error *error, const char *format,
                                ...)
{
    char message[sizeof error->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    plx_error_set(error, PLX_MISMATCH, "%s", message);
    return show(answer, error);
}

enum plx_status plx_answer_fail_prompt(const struct plx_answer *answer, size_t prompt,
                                       struct plx_error *error, const char *format, ...)
{
    const struct plx_sent_prompt *sent = answer->prompts + prompt;
    char message[320], begin[64] = "";
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    size_t used = 0;
    for (size_t i = 0; i < sent->count && i < 4; i++)
        used += (size_t)snprintf(begin + used, sizeof begin - used, " %" PRIu32, sent->ids[i]);
    plx_error_set(error, PLX_MISMATCH, "%s, of the prompt of %zu tokens that begins%s", message, sent->count,
                  begin);
    return show(answer, error);
}

enum plx_status plx_answer_fail_json(const struct plx_answer *answer, struct plx_error *error)
{
    return plx_answer_fail(answer, error, "the answer is not the JSON that is expected: at byte %zu, %s",
                           answer->json.at, answer->json.message ? answer->json.message : "another kind");
}

enum plx_status plx_answer_fail_reported(struct plx_answer *answer, struct plx_error *error)
{
    static const char *const keys[] = {"message"};
    struct plx_word words = {NULL, 0};
    size_t at = 0;
    if (plx_json_scan_space(&answer->json) == '{') {
        if (plx_answer_locate(answer, keys, 1, &at, error))
            return error->status;
        answer->json.at = at;
    }
    if (answer->json.at > 0 && plx_json_scan_space(&answer->json) == '"' && plx_answer_string(answer, &words))
        return plx_answer_fail(answer, error, "the server reports an error: %.*s",
                               (int)(words.length < 240 ? words.length : 240), words.text);
    answer->json.message = NULL;
    return plx_answer_fail(answer, error, "the server reports an error");
}

bool plx_answer_key(struct plx_answer *answer, struct plx_word *key)
{
    struct plx_json_string scanned;
    if (!plx_json_scan_key(&answer->json, &scanned))
        return false;
    *key = plx_json_word(&scanned, answer->room);
    return true;
}

bool plx_answer_string(struct plx_answer *answer, struct plx_word *string)
{
    struct plx_json_string scanned;
    if (!plx_json_scan_string(&answer->json, &scanned))
        return false;
    *string = plx_json_word(&scanned, answer->room);
    return true;
}

enum plx_status plx_answer_locate(struct plx_answer *answer, const char *const *keys, size_t count,
                                  size_t *at, struct plx_error *error)
{
    struct plx_json_scan *json = &answer->json;
    struct plx_word key;
    uint32_t seen = 0;
    for (size_t k = 0; k < count; k++)
        at[k] = 0;
    if (!plx_json_scan_begin(json, '{'))
        return plx_answer_fail_json(answer, error);
    for (size_t i = 0; plx_json_scan_more(json, '}', i); i++) {
        if (!plx_answer_key(answer, &key))
            break;
        const bool null = plx_json_scan_space(json) == 'n';
        for (size_t k = 0; k < count; k++) {
            if (!plx_word_is(key, keys[k]))
                continue;
            if (seen & 1u << k)
                return plx_answer_fail(answer, error, "the answer has \"%s\" twice in one object", keys[k]);
            seen |= 1u << k;
            at[k] = null ? 0 : json->at;
        }
        if (!plx_json_scan_skip(json))
            break;
    }
    return json->message ? plx_answer_fail_json(answer, error) : PLX_OK;
}

enum plx_status plx_answer_u64(struct plx_answer *answer, size_t at, const char *what, uint64_t *value,
                               struct plx_error *error)
{
    struct plx_word text;
    answer->json.at = at;
    if (plx_json_scan_number(&answer->json, &text) &&
        plx_parse_u64(text.text, text.length, 0, UINT64_MAX, value))
        return PLX_OK;
    answer->json.message = NULL;
    return plx_answer_fail(answer, error, "\"%s\" is no count", what);
}

/* What is written for a log-probability and means none. */
static enum plx_status refuse_log(const struct plx_answer *answer, size_t prompt, struct plx_word text,
                                  const char *why, struct plx_error *error)
{
    return plx_answer_fail_prompt(answer, prompt, error, "%.*s in place of log-probability %zu%s",
                                  (int)(text.length < 40 ? text.length : 40), text.text,
                                  answer->came[prompt].log_count + 1, why);
}

/* A logarithm that is a number, or a word for minus infinity; text as it stands in the answer. */
static enum plx_status judge_log(const struct plx_answer *answer, size_t prompt, struct plx_word text,
                                 bool quoted, double *log, struct plx_error *error)
{
    if (!plx_parse_double(text.text, text.length, log) || (quoted && isfinite(*log)))
        return refuse_log(answer, prompt, text, ": that is a string", error);
    if (isnan(*log))
        return refuse_log(answer, prompt, text, ": the model has no answer", error);
    if (*log > 0)
        return refuse_log(answer, prompt, text, ": no logarithm of a probability is above 0", error);
    if (*log == ZERO_PROBABILITY)
        *log = -(double)INFINITY;
    if (isfinite(*log) && *log < LEAST_LOG)
        return refuse_log(answer, prompt, text, ": no probability of a token is as small", error);
    return PLX_OK;
}

static enum plx_status add_log(struct plx_answer *answer, size_t prompt, double log)
{
    struct plx_prompt_answer *came = answer->came + prompt;
    if (came->log_count < answer->prompts[prompt].count)
        came->logs[came->log_count] = log;
    came->log_count++;
    return PLX_OK;
}

enum plx_status plx_answer_take_no_log(struct plx_answer *answer, size_t prompt, struct plx_error *error)
{
    (void)error;
    return add_log(answer, prompt, (double)NAN);
}

enum plx_status plx_answer_take_log(struct plx_answer *answer, size_t prompt, struct plx_error *error)
{
    struct plx_json_scan *json = &answer->json;
    const int byte = plx_json_scan_space(json);
    const size_t at = json->at;
    struct plx_word text = {"", 0};
    double log = (double)NAN;
    if (answer->came[prompt].log_count >= answer->prompts[prompt].count || byte == 'n')
        return plx_json_scan_skip(json) ? add_log(answer, prompt, (double)NAN)
                                        : plx_answer_fail_json(answer, error);
    if (byte == '"' ? !plx_answer_string(answer, &text) : !plx_json_scan_number(json, &text)) {
        json->at = at;
        return plx_answer_fail_json(answer, error);
    }
    const enum plx_status status = judge_log(answer, prompt, text, byte == '"', &log, error);
    return status ? status : add_log(answer, prompt, log);
}

enum plx_status plx_answer_take_id(struct plx_answer *answer, size_t prompt, struct plx_error *error)
{
    struct plx_prompt_answer *came = answer->came + prompt;
    struct plx_word text;
    uint64_t id = UINT32_MAX; /* what the unknown word -1 is */
    (void)plx_json_scan_space(&answer->json);
    if (!plx_json_scan_number(&answer->json, &text))
        return plx_answer_fail_json(answer, error);
    if (!plx_word_is(text, "-1") && !plx_parse_u64(text.text, text.length, 0, UINT32_MAX - 1, &id))
        return plx_answer_fail_prompt(answer, prompt, error, "%.*s is the id of no token",
                                      (int)(text.length < 40 ? text.length : 40), text.text);
    if (came->id_count < answer->prompts[prompt].count)
        came->ids[came->id_count] = (uint32_t)id;
    came->id_count++;
    came->has_ids = true;
    return PLX_OK;
}

/* A piece of a character is shown as U+FFFD, or as nothing until the character is complete. */
static bool says_nothing(struct plx_word string)
{
    return string.length == 0 || memmem(string.text, string.length, "\xEF\xBF\xBD", 3);
}

enum plx_status plx_answer_take_string(struct plx_answer *answer, size_t prompt, struct plx_error *error)
{
    struct plx_prompt_answer *came = answer->came + prompt;
    struct plx_word string;
    if (plx_json_scan_space(&answer->json) == 'n')
        return plx_json_scan_skip(&answer->json) ? PLX_OK : plx_answer_fail_json(answer, error);
    if (!plx_answer_string(answer, &string))
        return plx_answer_fail_json(answer, error);
    if (came->string_count < answer->prompts[prompt].count)
        came->strings[came->string_count] =
            says_nothing(string) ? 0 : plx_hash64(string.text, string.length, 0) | 1;
    came->string_count++;
    came->has_strings = true;
    return PLX_OK;
}

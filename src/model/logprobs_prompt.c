/* vLLM's prompt_logprobs: an array with, for each token of the prompt, null or an object {"<id>": {"logprob":
   x, "rank": r, "decoded_token": "…"}} of candidates, among which is the prompt's own token. */
#include "model/logprobs_record.h"

#include "base/word.h"

/* One of the candidates for a place: {"logprob": x, …}. Its logarithm is at *at. */
static enum plx_status locate_logprob(struct plx_record *record, size_t *at, struct plx_error *error)
{
    struct plx_json_scan *json = &record->json;
    struct plx_word key;
    *at = 0;
    if (!plx_json_scan_begin(json, '{'))
        return plx_record_fail(record, error);
    const size_t begin = json->at - 1;
    for (size_t i = 0; plx_json_scan_more(json, '}', i); i++) {
        if (!plx_record_key(record, &key))
            return plx_record_fail(record, error);
        plx_json_scan_space(json);
        if (plx_word_is(key, "logprob")) {
            if (*at) {
                plx_json_scan_fail(json, json->at, PLX_SECOND_VALUE, NULL);
                return plx_record_fail(record, error);
            }
            *at = json->at;
        }
        if (!plx_json_scan_skip(json))
            return plx_record_fail(record, error);
    }
    if (json->message)
        return plx_record_fail(record, error);
    if (*at)
        return PLX_OK;
    plx_error_set(error, PLX_MALFORMED, "a candidate without a logprob");
    return plx_record_at(record, begin, error);
}

/* Which of the candidates for a place is the token of the prompt. */
struct choice {
    uint32_t wanted; /* PLX_NO_TOKEN: not told, there must be one only */
    size_t count;
    uint32_t id;    /* of the one chosen */
    size_t logprob; /* where it is; 0: none chosen */
};

static enum plx_status read_candidate(struct plx_record *record, struct choice *choice,
                                      struct plx_error *error)
{
    struct plx_json_scan *json = &record->json;
    struct plx_word key;
    uint32_t id;
    size_t logprob;
    plx_json_scan_space(json);
    const size_t at = json->at;
    if (!plx_record_key(record, &key))
        return plx_record_fail(record, error);
    if (!plx_record_parse_id(key, &id)) {
        plx_error_set(error, PLX_MALFORMED, "\"%.*s\" is not the id of a token",
                      (int)(key.length < 60 ? key.length : 60), key.text);
        return plx_record_at(record, at, error);
    }
    choice->count++;
    if (choice->logprob && choice->id == id) {
        plx_json_scan_fail(json, json->at, PLX_SECOND_VALUE, NULL);
        return plx_record_fail(record, error);
    }
    const enum plx_status status = locate_logprob(record, &logprob, error);
    if (status == PLX_OK && (choice->wanted == PLX_NO_TOKEN || choice->wanted == id)) {
        choice->id = id;
        choice->logprob = logprob;
    }
    return status;
}

static enum plx_status fail_choice(const struct plx_record *record, const struct choice *choice,
                                   size_t number, size_t at, struct plx_error *error)
{
    if (choice->wanted == PLX_NO_TOKEN && choice->count > 1) {
        plx_error_set(error, PLX_MALFORMED,
                      "element %zu of prompt_logprobs has %zu candidates, and there are no prompt_token_ids "
                      "that say which is the prompt's token",
                      number, choice->count);
        plx_record_at(record, at, error);
        return plx_error_hint(error,
                              "ask vLLM for prompt_logprobs: 0, or write prompt_token_ids beside them");
    }
    if (choice->wanted == PLX_NO_TOKEN)
        plx_error_set(error, PLX_MALFORMED, "element %zu of prompt_logprobs has no candidate", number);
    else
        plx_error_set(
            error, PLX_MALFORMED,
            "element %zu of prompt_logprobs lacks the prompt's token, %lu, among its %zu candidates", number,
            (unsigned long)choice->wanted, choice->count);
    return plx_record_at(record, at, error);
}

/* Element `number` of prompt_logprobs: candidates, or null in the first place. *id is that of the prompt's
   token: `wanted`, or that of the only candidate. */
static enum plx_status read_candidates(struct plx_record *record, uint32_t wanted, size_t number,
                                       uint32_t *id, struct plx_error *error)
{
    struct plx_json_scan *json = &record->json;
    struct choice choice = {.wanted = wanted};
    const int byte = plx_json_scan_space(json);
    const size_t at = json->at;
    enum plx_status status = PLX_OK;
    *id = wanted;
    if (byte == 'n')
        return plx_record_read_log(record, number, error);
    if (!plx_json_scan_begin(json, '{'))
        return plx_record_fail(record, error);
    for (size_t i = 0; status == PLX_OK && plx_json_scan_more(json, '}', i); i++)
        status = read_candidate(record, &choice, error);
    if (status || json->message)
        return status ? status : plx_record_fail(record, error);
    if (!choice.logprob || (wanted == PLX_NO_TOKEN && choice.count > 1))
        return fail_choice(record, &choice, number, at, error);
    *id = choice.id;
    const size_t behind = json->at;
    json->at = choice.logprob;
    status = plx_record_read_log(record, number, error);
    json->at = behind;
    return status;
}

/* prompt_token_ids, which stand at `at`, as the tokens of the next positions. */
static enum plx_status read_prompt_ids(struct plx_record *record, size_t at, size_t *count,
                                       struct plx_error *error)
{
    uint32_t id;
    enum plx_status status = PLX_OK;
    *count = 0;
    if (!plx_record_enter(record, at))
        return plx_record_fail(record, error);
    for (; status == PLX_OK && plx_json_scan_more(&record->json, ']', *count); ++*count) {
        status = plx_record_read_id(record, &id, error);
        if (status == PLX_OK)
            status = plx_record_add_id(record, id, error);
    }
    return status;
}

enum plx_status plx_record_read_prompt(struct plx_record *record, enum plx_record_place place,
                                       struct plx_error *error)
{
    const struct plx_logprobs *model = record->reader->model;
    const size_t *at = record->found.at[place];
    const size_t ids_at =
        at[PROMPT_TOKEN_IDS] ? at[PROMPT_TOKEN_IDS] : record->found.at[AT_RECORD][PROMPT_TOKEN_IDS];
    const size_t first = model->id_count;
    size_t ids = 0, logs = 0;
    record->json.at = at[PROMPT_LOGPROBS];
    enum plx_status status = plx_record_settle(record, false, error);
    if (status == PLX_OK && ids_at)
        status = read_prompt_ids(record, ids_at, &ids, error);
    if (status == PLX_OK && !plx_record_enter(record, at[PROMPT_LOGPROBS]))
        return plx_record_fail(record, error);
    for (; status == PLX_OK && plx_json_scan_more(&record->json, ']', logs); logs++) {
        uint32_t id;
        const uint32_t wanted = logs < ids ? model->ids[first + logs] : PLX_NO_TOKEN;
        if (ids_at && logs >= ids)
            plx_json_scan_skip(&record->json); /* to be counted */
        else
            status = read_candidates(record, wanted, logs + 1, &id, error);
        if (status == PLX_OK && !ids_at)
            status = plx_record_add_id(record, id, error);
    }
    if (status == PLX_OK && ids_at && ids != logs)
        return plx_record_differ(record, PROMPT_TOKEN_IDS, ids, PROMPT_LOGPROBS, logs, error);
    return status;
}

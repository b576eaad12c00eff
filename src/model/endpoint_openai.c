/* OpenAI's completions with echo: the prompt comes back with the log-probabilities of its tokens, followed by
   what was generated. (OpenAI API reference, "Completions": `echo`, `logprobs`; as EleutherAI's
   lm-evaluation-harness uses it, lm_eval/models/openai_completions.py.) */
#include "model/endpoint_openai.h"
#include "model/endpoint.h"

#include "base/error.h"

#include <inttypes.h>

static enum plx_status write_request(const struct plx_endpoint *endpoint,
                                     const struct plx_sent_prompt *prompts, size_t count,
                                     struct plx_buffer *body, struct plx_error *error)
{
    enum plx_status status = plx_request_begin(body, endpoint, error);
    if (status == PLX_OK)
        status = plx_request_prompts(body, prompts, count, error);
    /* The best tokens are not asked for, which take a whole distribution each, but where only the answer to
       that is sure to have the prompt's own. */
    return status ? status
                  : plx_buffer_printf(body, error,
                                      ",\"temperature\":0,\"max_tokens\":%u,\"logprobs\":%d,\"echo\":true,"
                                      "\"seed\":1234}",
                                      endpoint->generated, endpoint->served ? 0 : 1);
}

/* Every element of the array that stands at `at`, if it is there. */
static enum plx_status take_array(struct plx_answer *answer, size_t prompt, size_t at,
                                  enum plx_status (*take)(struct plx_answer *answer, size_t prompt,
                                                          struct plx_error *error),
                                  struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    if (at == 0)
        return PLX_OK;
    answer->json.at = at;
    if (!plx_json_scan_begin(&answer->json, '['))
        return plx_answer_fail_json(answer, error);
    for (size_t i = 0; status == PLX_OK && plx_json_scan_more(&answer->json, ']', i); i++)
        status = take(answer, prompt, error);
    return status == PLX_OK && answer->json.message ? plx_answer_fail_json(answer, error) : status;
}

static enum plx_status read_logprobs(struct plx_answer *answer, size_t prompt, size_t at,
                                     struct plx_error *error)
{
    enum { LOGS, TOKENS, CONTENT, COUNT };
    static const char *const keys[COUNT] = {"token_logprobs", "tokens", "content"};
    size_t found[COUNT];
    answer->json.at = at;
    enum plx_status status = plx_answer_locate(answer, keys, COUNT, found, error);
    if (status)
        return status;
    if (!found[LOGS])
        return plx_answer_fail_prompt(answer, prompt, error,
                                      found[CONTENT] ? "log-probabilities of generated tokens only, none"
                                                     : "no \"token_logprobs\"");
    status = take_array(answer, prompt, found[LOGS], plx_answer_take_log, error);
    return status ? status : take_array(answer, prompt, found[TOKENS], plx_answer_take_string, error);
}

/* Which prompt a choice is of: they may come in any order. */
static enum plx_status read_index(struct plx_answer *answer, size_t at, size_t *prompt,
                                  struct plx_error *error)
{
    uint64_t index;
    if (at == 0)
        return plx_answer_fail(answer, error, "an answer without an index");
    const enum plx_status status = plx_answer_u64(answer, at, "index", &index, error);
    if (status)
        return status;
    if (index >= answer->count)
        return plx_answer_fail(answer, error, "an answer of index %" PRIu64 ", where %zu prompts were sent",
                               index, answer->count);
    if (answer->came[index].came)
        return plx_answer_fail(answer, error, "two answers of index %" PRIu64, index);
    answer->came[index].came = true;
    *prompt = (size_t)index;
    return PLX_OK;
}

enum plx_status plx_openai_read_choice(struct plx_answer *answer, struct plx_choice *choice,
                                       struct plx_error *error)
{
    enum { INDEX, LOGPROBS, PROMPT_LOGPROBS, IDS, COUNT };
    static const char *const keys[COUNT] = {"index", "logprobs", "prompt_logprobs", "prompt_token_ids"};
    size_t found[COUNT];
    enum plx_status status = plx_answer_locate(answer, keys, COUNT, found, error);
    choice->end = answer->json.at;
    if (status == PLX_OK)
        status = read_index(answer, found[INDEX], &choice->prompt, error);
    if (status == PLX_OK)
        status = take_array(answer, choice->prompt, found[IDS], plx_answer_take_id, error);
    choice->logprobs = found[LOGPROBS];
    choice->prompt_logprobs = found[PROMPT_LOGPROBS];
    return status;
}

static enum plx_status read_choice(struct plx_answer *answer, struct plx_error *error)
{
    struct plx_choice choice = {0};
    enum plx_status status = plx_openai_read_choice(answer, &choice, error);
    if (status == PLX_OK && !choice.logprobs)
        return plx_answer_fail_prompt(answer, choice.prompt, error, "no log-probabilities");
    if (status == PLX_OK)
        status = read_logprobs(answer, choice.prompt, choice.logprobs, error);
    answer->json.at = choice.end;
    return status;
}

static enum plx_status read_usage(struct plx_answer *answer, size_t at, struct plx_error *error)
{
    enum { PROMPT, COMPLETION, COUNT };
    static const char *const keys[COUNT] = {"prompt_tokens", "completion_tokens"};
    size_t found[COUNT];
    answer->json.at = at;
    enum plx_status status = plx_answer_locate(answer, keys, COUNT, found, error);
    answer->has_usage = found[PROMPT];
    answer->has_completion_usage = found[COMPLETION];
    if (status == PLX_OK && found[PROMPT])
        status = plx_answer_u64(answer, found[PROMPT], keys[PROMPT], &answer->prompt_tokens, error);
    if (status == PLX_OK && found[COMPLETION])
        status =
            plx_answer_u64(answer, found[COMPLETION], keys[COMPLETION], &answer->completion_tokens, error);
    return status;
}

enum plx_status plx_openai_read(struct plx_answer *answer,
                                enum plx_status (*read)(struct plx_answer *answer, struct plx_error *error),
                                struct plx_error *error)
{
    enum { CHOICES, USAGE, ERROR, MODEL, MESSAGE, DETAIL, COUNT };
    static const char *const keys[COUNT] = {"choices", "usage", "error", "model", "message", "detail"};
    size_t found[COUNT];
    enum plx_status status = plx_answer_locate(answer, keys, COUNT, found, error);
    if (status)
        return status;
    if (!plx_json_scan_end(&answer->json))
        return plx_answer_fail_json(answer, error);
    const size_t reported = found[ERROR] ? found[ERROR] : found[MESSAGE] ? found[MESSAGE] : found[DETAIL];
    if (found[ERROR] || (!found[CHOICES] && reported)) {
        answer->json.at = reported;
        return plx_answer_fail_reported(answer, error);
    }
    if (!found[CHOICES])
        return plx_answer_fail(answer, error, "an answer without \"choices\"");
    answer->json.at = found[MODEL];
    if (found[MODEL] && plx_json_scan_space(&answer->json) == '"') {
        struct plx_json_string name;
        if (plx_json_scan_string(&answer->json, &name) && !name.escaped)
            answer->model = (struct plx_word){(const char *)name.raw, name.length};
    }
    answer->json.message = NULL;
    if (found[USAGE])
        status = read_usage(answer, found[USAGE], error);
    answer->json.at = found[CHOICES];
    if (status == PLX_OK && !plx_json_scan_begin(&answer->json, '['))
        return plx_answer_fail_json(answer, error);
    for (size_t i = 0; status == PLX_OK && plx_json_scan_more(&answer->json, ']', i); i++)
        status = read(answer, error);
    return status == PLX_OK && answer->json.message ? plx_answer_fail_json(answer, error) : status;
}

static enum plx_status read_answer(struct plx_answer *answer, struct plx_error *error)
{
    return plx_openai_read(answer, read_choice, error);
}

const struct plx_dialect plx_dialect_openai = {
    .name = "openai",
    .title = "the OpenAI-compatible server",
    .path = "/v1/completions",
    .takes_ids = true,
    .takes_text = true,
    .prompts = 16,
    .write = write_request,
    .read = read_answer,
};

/* vLLM: completions with prompt_logprobs, which has for every position an object of token ids, the true one
   always among them. (vllm-project/vllm, vllm/entrypoints/openai/completion/protocol.py and serving.py;
   -inf is written as -9999.0; with return_token_ids the prompt's ids come back.) */
#include "model/endpoint.h"
#include "model/endpoint_openai.h"
#include "model/endpoint_tokens.h"

#include "base/error.h"
#include "base/number.h"

#include <inttypes.h>
#include <string.h>

static enum plx_status write_request(const struct plx_endpoint *endpoint,
                                     const struct plx_sent_prompt *prompts, size_t count,
                                     struct plx_buffer *body, struct plx_error *error)
{
    enum plx_status status = plx_buffer_append_text(body, "{\"model\":", error);
    if (status == PLX_OK)
        status = plx_request_string(body, endpoint->name.model, strlen(endpoint->name.model), error);
    if (status == PLX_OK)
        status = plx_buffer_append_text(body, ",\"prompt\":", error);
    if (status == PLX_OK)
        status = plx_request_prompts(body, prompts, count, error);
    return status ? status
                  : plx_buffer_append_text(body,
                                           ",\"temperature\":0,\"max_tokens\":1,\"prompt_logprobs\":0,"
                                           "\"add_special_tokens\":false,\"return_token_ids\":true,"
                                           "\"seed\":1234}",
                                           error);
}

/* {"logprob": …, "rank": …, "decoded_token": …} of the true token. */
static enum plx_status read_entry(struct plx_answer *answer, size_t prompt, struct plx_error *error)
{
    enum { LOG, TOKEN, COUNT };
    static const char *const keys[COUNT] = {"logprob", "decoded_token"};
    size_t found[COUNT];
    enum plx_status status = plx_answer_locate(answer, keys, COUNT, found, error);
    const size_t end = answer->json.at, position = answer->came[prompt].log_count;
    if (status == PLX_OK && !found[LOG])
        return plx_answer_fail_prompt(answer, prompt, error, "null in place of log-probability %zu",
                                      position + 1);
    answer->json.at = found[LOG];
    if (status == PLX_OK)
        status = plx_answer_take_log(answer, prompt, error);
    answer->json.at = end;
    return status;
}

/* The object of a position: tokens by their ids, of which one is the prompt's. */
static enum plx_status read_position(struct plx_answer *answer, size_t prompt, struct plx_error *error)
{
    struct plx_json_scan *json = &answer->json;
    const size_t position = answer->came[prompt].log_count;
    struct plx_word key = {"", 0};
    uint64_t id, other = 0;
    bool found = false;
    if (plx_json_scan_space(json) == 'n' || position >= answer->prompts[prompt].count)
        return plx_answer_take_log(answer, prompt, error);
    if (!plx_json_scan_begin(json, '{'))
        return plx_answer_fail_json(answer, error);
    for (size_t i = 0; plx_json_scan_more(json, '}', i); i++) {
        if (!plx_answer_key(answer, &key))
            break;
        if (!plx_parse_u64(key.text, key.length, 0, UINT32_MAX, &id))
            return plx_answer_fail_prompt(answer, prompt, error, "\"%.*s\" is the id of no token",
                                          (int)(key.length < 40 ? key.length : 40), key.text);
        const bool true_one = id == answer->prompts[prompt].ids[position];
        if (true_one && found)
            return plx_answer_fail_prompt(answer, prompt, error, "two log-probabilities of token %zu",
                                          position + 1);
        const enum plx_status status = true_one ? read_entry(answer, prompt, error) : PLX_OK;
        if (status)
            return status;
        if (!true_one && !plx_json_scan_skip(json))
            break;
        found |= true_one;
        other = true_one ? other : id;
    }
    if (json->message)
        return plx_answer_fail_json(answer, error);
    if (!found)
        return plx_answer_fail_prompt(answer, prompt, error,
                                      "log-probability %zu is of token %" PRIu64 ", not of %" PRIu32 "%s",
                                      position + 1, other, answer->prompts[prompt].ids[position],
                                      position == 1 && other == answer->prompts[prompt].ids[0]
                                          ? " (has the server put a start symbol before it?)"
                                          : "");
    return PLX_OK;
}

static enum plx_status read_choice(struct plx_answer *answer, struct plx_error *error)
{
    struct plx_choice choice = {0};
    enum plx_status status = plx_openai_read_choice(answer, &choice, error);
    if (status)
        return status;
    if (!choice.prompt_logprobs)
        return plx_answer_fail_prompt(answer, choice.prompt, error, "no \"prompt_logprobs\"%s",
                                      choice.logprobs ? ", log-probabilities of generated tokens only" : "");
    answer->json.at = choice.prompt_logprobs;
    if (!plx_json_scan_begin(&answer->json, '['))
        return plx_answer_fail_json(answer, error);
    for (size_t i = 0; status == PLX_OK && plx_json_scan_more(&answer->json, ']', i); i++)
        status = read_position(answer, choice.prompt, error);
    if (status == PLX_OK && answer->json.message)
        return plx_answer_fail_json(answer, error);
    answer->json.at = choice.end;
    return status;
}

/* What is generated is not among the prompt_logprobs. */
static enum plx_status read_answer(struct plx_answer *answer, struct plx_error *error)
{
    answer->generated = 0;
    return plx_openai_read(answer, read_choice, error);
}

const struct plx_dialect plx_dialect_vllm = {
    .name = "vllm",
    .title = "the vLLM server",
    .path = "/v1/completions",
    .takes_ids = true,
    .takes_text = true,
    .prompts = 16,
    .reserved = 1,
    .write = write_request,
    .read = read_answer,
    .tokenize = plx_tokenize_vllm,
    .start = plx_start_special,
};

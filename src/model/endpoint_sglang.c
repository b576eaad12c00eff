/* SGLang's own route: input_ids with return_logprob from the first token on. A position is
   [logprob, id, text or null]. (sgl-project/sglang, python/sglang/srt/managers/io_struct.py and
   tokenizer_manager.py. It writes what is not finite as null, which is refused like any null.) */
#include "model/endpoint.h"
#include "model/endpoint_tokens.h"

#include "base/error.h"

static enum plx_status write_request(const struct plx_endpoint *endpoint,
                                     const struct plx_sent_prompt *prompts, size_t count,
                                     struct plx_buffer *body, struct plx_error *error)
{
    (void)endpoint;
    enum plx_status status =
        plx_buffer_append_text(body, prompts->text ? "{\"text\":" : "{\"input_ids\":", error);
    if (status == PLX_OK)
        status = plx_request_prompts(body, prompts, count, error);
    return status ? status
                  : plx_buffer_append_text(body,
                                           ",\"sampling_params\":{\"temperature\":0,\"max_new_tokens\":0},"
                                           "\"return_logprob\":true,\"logprob_start_len\":0}",
                                           error);
}

/* [logprob, id, text] */
static enum plx_status read_position(struct plx_answer *answer, size_t prompt, struct plx_error *error)
{
    struct plx_json_scan *json = &answer->json;
    enum plx_status status = PLX_OK;
    size_t i = 0;
    if (!plx_json_scan_begin(json, '['))
        return plx_answer_fail_json(answer, error);
    for (; status == PLX_OK && plx_json_scan_more(json, ']', i); i++) {
        if (i == 0)
            status = plx_answer_take_log(answer, prompt, error);
        else if (i == 1)
            status = plx_answer_take_id(answer, prompt, error);
        else if (!plx_json_scan_skip(json))
            break;
    }
    if (status == PLX_OK && (json->message || i < 2))
        return plx_answer_fail_json(answer, error);
    return status;
}

static enum plx_status read_positions(struct plx_answer *answer, size_t prompt, size_t at,
                                      struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    answer->json.at = at;
    if (!plx_json_scan_begin(&answer->json, '['))
        return plx_answer_fail_json(answer, error);
    for (size_t i = 0; status == PLX_OK && plx_json_scan_more(&answer->json, ']', i); i++)
        status = read_position(answer, prompt, error);
    return status == PLX_OK && answer->json.message ? plx_answer_fail_json(answer, error) : status;
}

/* One object for each prompt, in their order. */
static enum plx_status read_one(struct plx_answer *answer, size_t prompt, struct plx_error *error)
{
    enum { META, ERROR, DETAIL, COUNT };
    enum { LOGS, TOKENS, META_COUNT };
    static const char *const keys[COUNT] = {"meta_info", "error", "detail"};
    static const char *const meta[META_COUNT] = {"input_token_logprobs", "prompt_tokens"};
    size_t found[COUNT], inner[META_COUNT];
    enum plx_status status = plx_answer_locate(answer, keys, COUNT, found, error);
    const size_t end = answer->json.at;
    if (status)
        return status;
    if (!found[META] && (found[ERROR] || found[DETAIL])) {
        answer->json.at = found[ERROR] ? found[ERROR] : found[DETAIL];
        return plx_answer_fail_reported(answer, error);
    }
    if (!found[META])
        return plx_answer_fail(answer, error, "an answer without \"meta_info\"");
    if (prompt >= answer->count)
        return plx_answer_fail(answer, error, "more answers than the %zu prompts that were sent",
                               answer->count);
    answer->came[prompt].came = true;
    answer->json.at = found[META];
    status = plx_answer_locate(answer, meta, META_COUNT, inner, error);
    if (status == PLX_OK && !inner[LOGS])
        return plx_answer_fail_prompt(answer, prompt, error, "no \"input_token_logprobs\"");
    if (status == PLX_OK)
        status = read_positions(answer, prompt, inner[LOGS], error);
    uint64_t tokens = 0;
    if (status == PLX_OK && inner[TOKENS])
        status = plx_answer_u64(answer, inner[TOKENS], meta[TOKENS], &tokens, error);
    answer->prompt_tokens += tokens;
    answer->has_usage = (prompt == 0 || answer->has_usage) && inner[TOKENS];
    answer->json.at = end;
    return status;
}

static enum plx_status read_answer(struct plx_answer *answer, struct plx_error *error)
{
    struct plx_json_scan *json = &answer->json;
    enum plx_status status = PLX_OK;
    if (plx_json_scan_space(json) == '{') {
        status = read_one(answer, 0, error);
    } else {
        if (!plx_json_scan_begin(json, '['))
            return plx_answer_fail_json(answer, error);
        for (size_t i = 0; status == PLX_OK && plx_json_scan_more(json, ']', i); i++)
            status = read_one(answer, i, error);
    }
    if (status == PLX_OK && (json->message || !plx_json_scan_end(json)))
        return plx_answer_fail_json(answer, error);
    return status;
}

const struct plx_dialect plx_dialect_sglang = {
    .name = "sglang",
    .title = "the SGLang server",
    .path = "/generate",
    .takes_ids = true,
    .takes_text = true,
    .prompts = 16,
    .reserved = 1,
    .write = write_request,
    .read = read_answer,
    .tokenize = plx_tokenize_sglang,
    .start = plx_start_special,
    .puts_start = true,
};

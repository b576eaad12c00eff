/* Text Generation Inference: /generate takes text only, one prompt a request, and with decoder_input_details
   lists the prompt's tokens as {id, text, logprob}, the first without one. It puts the model's start symbol
   before every text by itself. (huggingface/text-generation-inference, router/src/lib.rs and server.rs.) */
#include "model/endpoint.h"
#include "model/endpoint_tokens.h"

#include "base/error.h"

static enum plx_status write_request(const struct plx_endpoint *endpoint,
                                     const struct plx_sent_prompt *prompts, size_t count,
                                     struct plx_buffer *body, struct plx_error *error)
{
    (void)endpoint;
    (void)count; /* one */
    enum plx_status status = plx_buffer_append_text(body, "{\"inputs\":", error);
    if (status == PLX_OK)
        status = plx_request_string(body, prompts->text, prompts->length, error);
    return status ? status
                  : plx_buffer_append_text(body,
                                           ",\"parameters\":{\"max_new_tokens\":1,\"details\":true,"
                                           "\"decoder_input_details\":true}}",
                                           error);
}

static enum plx_status read_token(struct plx_answer *answer, struct plx_error *error)
{
    enum { ID, LOG, COUNT };
    static const char *const keys[COUNT] = {"id", "logprob"};
    size_t found[COUNT];
    enum plx_status status = plx_answer_locate(answer, keys, COUNT, found, error);
    const size_t end = answer->json.at;
    if (status)
        return status;
    if (!found[ID])
        return plx_answer_fail(answer, error, "a token without an id");
    answer->json.at = found[ID];
    status = plx_answer_take_id(answer, 0, error);
    if (status == PLX_OK && found[LOG]) {
        answer->json.at = found[LOG];
        status = plx_answer_take_log(answer, 0, error);
    } else if (status == PLX_OK) {
        status = plx_answer_take_no_log(answer, 0, error);
    }
    answer->json.at = end;
    return status;
}

static enum plx_status read_prefill(struct plx_answer *answer, size_t details, struct plx_error *error)
{
    static const char *const keys[] = {"prefill"};
    size_t at;
    answer->json.at = details;
    enum plx_status status = plx_answer_locate(answer, keys, 1, &at, error);
    if (status)
        return status;
    if (!at)
        return plx_answer_fail_prompt(answer, 0, error, "no \"prefill\"");
    answer->json.at = at;
    if (!plx_json_scan_begin(&answer->json, '['))
        return plx_answer_fail_json(answer, error);
    for (size_t i = 0; status == PLX_OK && plx_json_scan_more(&answer->json, ']', i); i++)
        status = read_token(answer, error);
    return status == PLX_OK && answer->json.message ? plx_answer_fail_json(answer, error) : status;
}

static enum plx_status read_answer(struct plx_answer *answer, struct plx_error *error)
{
    enum { DETAILS, ERROR, COUNT };
    static const char *const keys[COUNT] = {"details", "error"};
    size_t found[COUNT];
    struct plx_json_scan *json = &answer->json;
    const bool list = plx_json_scan_byte(json, '[');
    enum plx_status status = plx_answer_locate(answer, keys, COUNT, found, error);
    if (status)
        return status;
    if ((list && !plx_json_scan_byte(json, ']')) || !plx_json_scan_end(json))
        return plx_answer_fail_json(answer, error);
    if (found[ERROR]) {
        json->at = found[ERROR];
        return plx_answer_fail_reported(answer, error);
    }
    if (!found[DETAILS])
        return plx_answer_fail_prompt(answer, 0, error, "no \"details\"");
    answer->generated = 0; /* those are not in the prefill */
    answer->came[0].came = true;
    return read_prefill(answer, found[DETAILS], error);
}

const struct plx_dialect plx_dialect_tgi = {
    .name = "tgi",
    .title = "the server of Text Generation Inference",
    .path = "/generate",
    .takes_text = true,
    .prompts = 1,
    .write = write_request,
    .read = read_answer,
    .tokenize = plx_tokenize_tgi,
    .start = plx_start_tgi,
    .puts_start = true,
};

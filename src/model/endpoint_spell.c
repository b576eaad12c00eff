/* Spelling prompts that are sent as text. */
#include "model/endpoint.h"

#include "base/error.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <string.h>

static enum plx_status add_bytes(const struct plx_endpoint *endpoint, uint32_t id, struct plx_buffer *text,
                                 struct plx_error *error)
{
    enum plx_status status;
    if (plx_spellings_bytes(endpoint->spellings, id, text, &status, error))
        return status;
    const struct plx_word word = plx_model_token(&endpoint->base, id);
    if (word.text)
        return plx_buffer_append(text, word.text, word.length, error);
    plx_error_set(error, PLX_MISMATCH,
                  "the bytes of token %" PRIu32 " are not known, so that it cannot be sent as text", id);
    return plx_error_hint(error, "--vocab FILE tells them; of a text that the server has made tokens of they "
                                 "are known");
}

static enum plx_status check_text(const uint8_t *text, size_t length, struct plx_error *error)
{
    uint64_t invalid = 0;
    plx_utf8_count(text, length, &invalid);
    if (invalid == 0)
        return PLX_OK;
    plx_error_set(error, PLX_MISMATCH,
                  "a prompt that begins or ends within a character cannot be sent as text");
    return plx_error_hint(error, "another --window or --stride may help, or a server that takes ids");
}

/* The start symbol that the server puts there itself. */
static enum plx_status check_first(const struct plx_endpoint *endpoint, const struct plx_prompt *prompt,
                                   struct plx_error *error)
{
    if (endpoint->put_first == PLX_NO_TOKEN || prompt->ids[0] == endpoint->put_first)
        return PLX_OK;
    plx_error_set(error, PLX_MISMATCH,
                  "the server puts token %" PRIu32
                  " before every text, and a prompt begins with token %" PRIu32,
                  endpoint->put_first, prompt->ids[0]);
    return plx_error_hint(error,
                          "a protocol whose every window begins with the start symbol can be used with "
                          "this server: --unit document or line with --start context");
}

enum plx_status plx_endpoint_spell(const struct plx_endpoint *endpoint, const struct plx_prompt *prompt,
                                   struct plx_buffer *text, struct plx_error *error)
{
    const size_t begin = text->size;
    enum plx_status status = check_first(endpoint, prompt, error);
    for (size_t i = endpoint->put_first != PLX_NO_TOKEN; i < prompt->count && status == PLX_OK; i++)
        status = add_bytes(endpoint, prompt->ids[i], text, error);
    if (status == PLX_OK && endpoint->puts_blank && text->size > begin && text->data[begin] == ' ')
        memmove(text->data + begin, text->data + begin + 1, --text->size - begin);
    return status ? status : check_text(text->data + begin, text->size - begin, error);
}

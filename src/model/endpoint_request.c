/* Requests are written by hand: the ids of a corpus are all that there is in them. */
#include "model/endpoint.h"

#include "base/json_writer.h"
#include "base/number.h"
#include "base/utf8.h"

#include <string.h>

/* Characters of a string up to one that is escaped. */
static size_t plain_length(const char *text, size_t length)
{
    size_t plain = 0;
    while (plain < length && (unsigned char)text[plain] >= ' ' && text[plain] != '"' && text[plain] != '\\')
        plain++;
    return plain;
}

enum plx_status plx_request_string(struct plx_buffer *body, const char *text, size_t length,
                                   struct plx_error *error)
{
    enum plx_status status = plx_buffer_append(body, "\"", 1, error);
    for (size_t at = 0; at < length && status == PLX_OK;) {
        const size_t plain = plain_length(text + at, length - at);
        status = plx_buffer_append(body, text + at, plain, error);
        at += plain;
        if (at < length && status == PLX_OK) {
            char escape[PLX_JSON_ESCAPE];
            const size_t size = plx_json_escape((uint8_t)text[at++], escape);
            status = plx_buffer_append(body, escape, size, error);
        }
    }
    return status ? status : plx_buffer_append(body, "\"", 1, error);
}

enum plx_status plx_request_begin(struct plx_buffer *body, const struct plx_endpoint *endpoint,
                                  struct plx_error *error)
{
    const char *model = endpoint->name.model;
    enum plx_status status = plx_buffer_append_text(body, "{\"model\":", error);
    if (status == PLX_OK)
        status = plx_request_string(body, model, strlen(model), error);
    return status ? status : plx_buffer_append_text(body, ",\"prompt\":", error);
}

enum plx_status plx_request_ids(struct plx_buffer *body, const uint32_t *ids, size_t count,
                                struct plx_error *error)
{
    enum plx_status status = plx_buffer_reserve(body, count * 11 + 2, error);
    if (status)
        return status;
    body->data[body->size++] = '[';
    for (size_t i = 0; i < count; i++) {
        char number[PLX_NUMBER_TEXT];
        const bool unknown = ids[i] == PLX_NO_TOKEN;
        const size_t length = unknown ? 2 : plx_format_u64(ids[i], number);
        if (i > 0)
            body->data[body->size++] = ',';
        memcpy(body->data + body->size, unknown ? "-1" : number, length);
        body->size += length;
    }
    body->data[body->size++] = ']';
    return PLX_OK;
}

enum plx_status plx_request_prompts(struct plx_buffer *body, const struct plx_sent_prompt *prompts,
                                    size_t count, struct plx_error *error)
{
    enum plx_status status = plx_buffer_append(body, "[", 1, error);
    for (size_t i = 0; i < count && status == PLX_OK; i++) {
        if (i > 0)
            status = plx_buffer_append(body, ",", 1, error);
        if (status == PLX_OK)
            status = prompts[i].text ? plx_request_string(body, prompts[i].text, prompts[i].length, error)
                                     : plx_request_ids(body, prompts[i].ids, prompts[i].count, error);
    }
    return status ? status : plx_buffer_append(body, "]", 1, error);
}

/* Estimates as JSON, perplex.estimate/1. */
#include <perplex/estimate.h>

#include "base/json_writer.h"

#define JSON_BYTES ((size_t)4096)

enum plx_status plx_estimate_json(const struct plx_estimate *estimate, char **text, size_t *length,
                                  struct plx_error *error)
{
    struct plx_buffer buffer;
    struct plx_json_writer json;
    plx_buffer_init(&buffer, JSON_BYTES);
    plx_json_writer_init(&json, &buffer);
    plx_json_begin_object(&json, NULL);
    plx_json_string(&json, "schema", "perplex.estimate/1");
    plx_json_string(&json, "protocol", estimate->protocol);
    plx_json_u64(&json, "tokens", estimate->tokens);
    plx_json_u64(&json, "targets", estimate->targets);
    if (estimate->remote) {
        plx_json_u64(&json, "kept_windows", estimate->kept_windows);
        plx_json_u64(&json, "windows", estimate->windows);
        plx_json_u64(&json, "requests", estimate->requests);
        plx_json_u64(&json, "prompt_tokens", estimate->prompt_tokens);
    }
    plx_json_end_object(&json);
    const enum plx_status status = plx_json_writer_finish(&json, error);
    return plx_buffer_finish(&buffer, status, text, length, error);
}

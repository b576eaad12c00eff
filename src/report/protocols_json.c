/* Presets as JSON, perplex.protocols/1. */
#include <perplex/protocol.h>

#include "base/json_writer.h"
#include "report/result/result_parts.h"

#include <string.h>

#define JSON_BYTES (UINT64_C(1) << 20)

static void write_preset(struct plx_json_writer *json, size_t index, const struct plx_protocol *protocol)
{
    const struct plx_protocol *preset = plx_protocol_preset(index);
    plx_json_begin_object(json, NULL);
    plx_json_string(json, "preset", preset->name);
    plx_json_string(json, "description", plx_protocol_description(index));
    plx_json_string(json, "rule", plx_protocol_rule(index));
    plx_json_bool(json, "letters", plx_protocol_wants_letters(preset));
    plx_json_u64(json, "least_windows", plx_protocol_least_windows(preset, NULL));
    plx_json_protocol(json, protocol);
    plx_json_end_object(json);
}

enum plx_status plx_protocols_json(const struct plx_protocol *preset, const struct plx_protocol *protocol,
                                   char **text, size_t *length, struct plx_error *error)
{
    struct plx_buffer buffer;
    struct plx_json_writer json;
    const struct plx_protocol *row;
    plx_buffer_init(&buffer, JSON_BYTES);
    plx_json_writer_init(&json, &buffer);
    plx_json_begin_object(&json, NULL);
    plx_json_string(&json, "schema", "perplex.protocols/1");
    plx_json_begin_array(&json, "protocols");
    for (size_t i = 0; (row = plx_protocol_preset(i)) != NULL; i++) {
        if (!preset || strcmp(row->name, preset->name) == 0)
            write_preset(&json, i, preset ? protocol : row);
    }
    plx_json_end_array(&json);
    plx_json_end_object(&json);
    return plx_buffer_finish(&buffer, plx_json_writer_finish(&json, error), text, length, error);
}

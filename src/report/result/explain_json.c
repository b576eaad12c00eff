#include "report/result/explain_json.h"

static void write_one(struct plx_json_writer *json, const struct plx_explained *explained)
{
    const struct plx_metrics *metrics = &explained->metrics;
    plx_json_begin_object(json, NULL);
    plx_json_string(json, "protocol", explained->protocol);
    plx_json_bool(json, "allowed", explained->allowed);
    if (explained->allowed) {
        plx_json_double(json, "perplexity", metrics->perplexity);
        plx_json_double(json, "nats_per_token", metrics->nats_per_token);
        plx_json_double(json, "bits_per_byte", metrics->bits_per_byte);
        plx_json_u64(json, "scored", metrics->scored);
        plx_json_u64(json, "skipped", metrics->skipped);
        plx_json_begin_array(json, "notes");
        for (size_t i = 0; i < explained->note_count; i++)
            plx_json_string(json, NULL, explained->notes[i]);
        plx_json_end_array(json);
    } else {
        plx_json_string(json, "reason", explained->reason);
    }
    plx_json_end_object(json);
}

void plx_write_explained(struct plx_json_writer *json, const struct plx_result *result)
{
    struct plx_explained explained;
    if (!plx_result_explained(result, 0, &explained))
        return;
    plx_json_begin_array(json, "explain");
    for (size_t i = 0; plx_result_explained(result, i, &explained); i++)
        write_one(json, &explained);
    plx_json_end_array(json);
}

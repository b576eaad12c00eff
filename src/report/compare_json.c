/* Comparisons as JSON, perplex.comparison/2. */
#include "base/json_writer.h"
#include "report/comparison.h"
#include "report/gate_write.h"
#include "report/result_file.h"

#include <math.h>

static const char *const COMPARABLE[] = {
    [PLX_COMPARABLE_NOTHING] = "nothing", [PLX_COMPARABLE_TEXT] = "text", [PLX_COMPARABLE_TOKENS] = "tokens"};

/* A field's value as the result has it. Those of a result are strings and numbers. */
static void write_value(struct plx_json_writer *json, const char *key, const cJSON *value)
{
    if (cJSON_IsString(value))
        plx_json_string(json, key, value->valuestring);
    else if (cJSON_IsNumber(value) && value->valuedouble >= 0 && value->valuedouble < 9007199254740992.0 &&
             value->valuedouble == floor(value->valuedouble))
        plx_json_u64(json, key, (uint64_t)value->valuedouble);
    else if (cJSON_IsNumber(value))
        plx_json_double(json, key, value->valuedouble);
    else if (cJSON_IsBool(value))
        plx_json_bool(json, key, cJSON_IsTrue(value));
    else if (value)
        plx_json_string(json, key, "neither a string nor a number");
}

static void write_side(struct plx_json_writer *json, const char *key, const struct plx_compared *side)
{
    plx_json_begin_object(json, key);
    plx_json_string(json, "file", side->file);
    plx_json_string(json, "model", side->model);
    plx_json_string(json, "corpus", side->corpus);
    plx_json_string(json, "protocol", side->protocol);
    plx_json_u64(json, "tokens", side->tokens);
    plx_json_u64(json, "scored", side->scored);
    plx_json_u64(json, "scored_bytes", side->scored_bytes);
    plx_json_u64(json, "unknown", side->unknown);
    for (size_t i = 0; i < PLX_FIGURE_COUNT; i++)
        plx_json_double(json, plx_figure_keys[i], side->figures[i]);
    plx_json_end_object(json);
}

static void write_changes(struct plx_json_writer *json, const struct plx_pair *pair)
{
    plx_json_begin_object(json, "difference");
    for (size_t i = 0; i < PLX_FIGURE_COUNT; i++) {
        const enum plx_comparable needed = i < PLX_FIGURE_BYTE ? PLX_COMPARABLE_TOKENS : PLX_COMPARABLE_TEXT;
        if (pair->comparability.level >= needed)
            plx_json_double(json, i == PLX_FIGURE_PERPLEXITY ? "perplexity_ratio" : plx_figure_keys[i],
                            pair->changes[i]);
    }
    plx_json_end_object(json);
}

static void write_pair(struct plx_json_writer *json, const struct plx_pair *pair)
{
    plx_json_begin_object(json, NULL);
    write_side(json, "new", &pair->other);
    plx_json_string(json, "comparable", COMPARABLE[pair->comparability.level]);
    plx_json_string(json, "verdict", plx_verdict_name(pair->verdict));
    plx_json_string(json, "reason", pair->reason);
    plx_json_begin_array(json, "differences");
    for (size_t i = 0; i < pair->comparability.difference_count; i++) {
        plx_json_begin_object(json, NULL);
        plx_json_string(json, "field", pair->comparability.differences[i].field);
        write_value(json, "base", pair->comparability.differences[i].values[0]);
        write_value(json, "new", pair->comparability.differences[i].values[1]);
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
    write_changes(json, pair);
    plx_json_begin_array(json, "warnings");
    for (size_t i = 0; i < pair->warning_count; i++) {
        plx_json_begin_object(json, NULL);
        plx_json_string(json, "code", pair->warnings[i].code);
        plx_json_string(json, "message", pair->warnings[i].message);
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
    plx_gate_json_outcomes(json, pair);
    plx_json_end_object(json);
}

enum plx_status plx_comparison_json(const struct plx_comparison *comparison, struct plx_buffer *out,
                                    struct plx_error *error)
{
    struct plx_json_writer json;
    plx_json_writer_init(&json, out);
    plx_json_begin_object(&json, NULL);
    plx_json_string(&json, "schema", "perplex.comparison/2");
    write_side(&json, "base", &comparison->base);
    plx_json_begin_array(&json, "comparisons");
    for (size_t i = 0; i < comparison->pair_count; i++)
        write_pair(&json, comparison->pairs + i);
    plx_json_end_array(&json);
    plx_gate_json(&json, comparison);
    plx_json_end_object(&json);
    return plx_json_writer_finish(&json, error);
}

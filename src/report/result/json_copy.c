#include "report/result/json_copy.h"

#include <math.h>

static void copy_number(struct plx_json_writer *json, const char *key, double value)
{
    if (value >= 0 && value < 0x1p53 && value == floor(value) && !signbit(value))
        plx_json_u64(json, key, (uint64_t)value);
    else
        plx_json_double(json, key, value);
}

void plx_json_copy(struct plx_json_writer *json, const char *key, const cJSON *value)
{
    const bool room = json->depth + 1 < PLX_JSON_WRITER_DEPTH;
    const cJSON *child;
    if (room && cJSON_IsObject(value)) {
        plx_json_begin_object(json, key);
        cJSON_ArrayForEach(child, value) plx_json_copy(json, child->string, child);
        plx_json_end_object(json);
    } else if (room && cJSON_IsArray(value)) {
        plx_json_begin_array(json, key);
        cJSON_ArrayForEach(child, value) plx_json_copy(json, NULL, child);
        plx_json_end_array(json);
    } else if (cJSON_IsString(value)) {
        plx_json_string(json, key, value->valuestring);
    } else if (cJSON_IsNumber(value)) {
        copy_number(json, key, value->valuedouble);
    } else if (cJSON_IsBool(value)) {
        plx_json_bool(json, key, cJSON_IsTrue(value));
    } else {
        plx_json_null(json, key);
    }
}

#include "report/result/json_place.h"

#include <math.h>

struct plx_json_place plx_json_root(struct plx_json_reading *reading, const cJSON *json)
{
    return (struct plx_json_place){.value = json, .reading = reading};
}

struct plx_json_place plx_json_member(const struct plx_json_place *object, const char *key)
{
    return (struct plx_json_place){
        .value = cJSON_GetObjectItemCaseSensitive(object->value, key),
        .path = {.parent = &object->path, .key = key},
        .reading = object->reading,
    };
}

struct plx_json_place plx_json_element(const struct plx_json_place *array, size_t index)
{
    return (struct plx_json_place){
        .value = cJSON_GetArrayItem(array->value, (int)index),
        .path = {.parent = &array->path, .index = index},
        .reading = array->reading,
    };
}

bool plx_json_has(const struct plx_json_place *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object->value, key) != NULL;
}

void plx_json_wrong(const struct plx_json_place *place, const char *message)
{
    struct plx_json_reading *reading = place->reading;
    if (reading->status == PLX_OK)
        reading->status = plx_json_error(&place->path, reading->name, reading->error, "%s", message);
}

size_t plx_json_elements(const struct plx_json_place *array, size_t most)
{
    const size_t count = cJSON_IsArray(array->value) ? (size_t)cJSON_GetArraySize(array->value) : 0;
    if (!cJSON_IsArray(array->value))
        plx_json_wrong(array, array->value ? "expected an array" : "missing");
    else if (count > most)
        plx_json_wrong(array, "too many elements");
    return array->reading->status == PLX_OK ? count : 0;
}

uint64_t plx_json_read_u64(const struct plx_json_place *object, const char *key)
{
    struct plx_json_reading *reading = object->reading;
    uint64_t value = 0;
    if (reading->status == PLX_OK)
        reading->status = plx_json_get_u64(object->value, key, &object->path, reading->name, 0, UINT64_MAX,
                                           &value, reading->error);
    return value;
}

double plx_json_read_double(const struct plx_json_place *object, const char *key)
{
    struct plx_json_reading *reading = object->reading;
    double value = 0;
    if (reading->status == PLX_OK)
        reading->status =
            plx_json_get_double(object->value, key, &object->path, reading->name, &value, reading->error);
    return value;
}

const char *plx_json_read_string(const struct plx_json_place *object, const char *key)
{
    struct plx_json_reading *reading = object->reading;
    const char *value = "";
    if (reading->status == PLX_OK)
        reading->status =
            plx_json_get_string(object->value, key, &object->path, reading->name, &value, reading->error);
    return value;
}

uint64_t plx_json_u64_here(const struct plx_json_place *place)
{
    const double value = cJSON_IsNumber(place->value) ? place->value->valuedouble : -1;
    if (value >= 0 && value < 0x1p53 && value == floor(value))
        return (uint64_t)value;
    plx_json_wrong(place, "expected an integer from 0 to 9007199254740991");
    return 0;
}

const char *plx_json_string_here(const struct plx_json_place *place)
{
    if (cJSON_IsString(place->value))
        return place->value->valuestring;
    plx_json_wrong(place, "expected a string");
    return "";
}

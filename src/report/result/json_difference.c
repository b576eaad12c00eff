#include "report/result/json_difference.h"

#include "base/number.h"

#include <stdio.h>
#include <string.h>

struct search {
    bool (*passed)(const char *path);
    struct plx_json_difference *found;
};

static void show(const cJSON *value, char *text, size_t capacity)
{
    char number[PLX_NUMBER_TEXT];
    if (!value)
        snprintf(text, capacity, "missing");
    else if (cJSON_IsString(value))
        snprintf(text, capacity, strlen(value->valuestring) > 80 ? "\"%.76s…\"" : "\"%s\"",
                 value->valuestring);
    else if (cJSON_IsBool(value))
        snprintf(text, capacity, "%s", cJSON_IsTrue(value) ? "true" : "false");
    else if (cJSON_IsNumber(value) && plx_format_double(value->valuedouble, number))
        snprintf(text, capacity, "%s", number);
    else
        snprintf(text, capacity, "%s", plx_json_kind(value));
}

static bool differ(const struct search *search, const cJSON *a, const cJSON *b,
                   const struct plx_json_path *path);

static bool differ_in_members(const struct search *search, const cJSON *a, const cJSON *b,
                              const struct plx_json_path *path)
{
    const cJSON *member;
    cJSON_ArrayForEach(member, a)
    {
        const struct plx_json_path place = {.parent = path, .key = member->string};
        if (differ(search, member, cJSON_GetObjectItemCaseSensitive(b, member->string), &place))
            return true;
    }
    cJSON_ArrayForEach(member, b)
    {
        const struct plx_json_path place = {.parent = path, .key = member->string};
        if (!cJSON_GetObjectItemCaseSensitive(a, member->string) && differ(search, NULL, member, &place))
            return true;
    }
    return false;
}

static bool differ_in_elements(const struct search *search, const cJSON *a, const cJSON *b,
                               const struct plx_json_path *path)
{
    struct plx_json_path place = {.parent = path};
    for (a = a->child, b = b->child; a || b; a = a ? a->next : NULL, b = b ? b->next : NULL) {
        if (differ(search, a, b, &place))
            return true;
        place.index++;
    }
    return false;
}

static bool same_leaf(const cJSON *a, const cJSON *b)
{
    if ((a->type & 0xFF) != (b->type & 0xFF) || cJSON_IsObject(a) || cJSON_IsArray(a))
        return false;
    if (cJSON_IsNumber(a))
        return a->valuedouble >= b->valuedouble && a->valuedouble <= b->valuedouble;
    return !cJSON_IsString(a) || strcmp(a->valuestring, b->valuestring) == 0;
}

static bool differ(const struct search *search, const cJSON *a, const cJSON *b,
                   const struct plx_json_path *path)
{
    struct plx_json_difference *found = search->found;
    plx_json_path_format(path, found->path, sizeof found->path);
    if (search->passed(found->path))
        return false;
    if (!a && !b)
        return false;
    if (a && b) {
        if (cJSON_IsObject(a) && cJSON_IsObject(b))
            return differ_in_members(search, a, b, path);
        if (cJSON_IsArray(a) && cJSON_IsArray(b))
            return differ_in_elements(search, a, b, path);
        if (same_leaf(a, b))
            return false;
    }
    show(a, found->values[0], sizeof found->values[0]);
    show(b, found->values[1], sizeof found->values[1]);
    return true;
}

bool plx_json_differ(const cJSON *a, const cJSON *b, const struct plx_json_path *path,
                     bool (*passed)(const char *path), struct plx_json_difference *difference)
{
    const struct search search = {passed, difference};
    return differ(&search, a, b, path);
}

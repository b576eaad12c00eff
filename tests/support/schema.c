#include "support/schema.h"

#include <math.h>
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PATH_TEXT 256

/* One value against one schema. */
struct check {
    const cJSON *root; /* of the schema, for references */
    const cJSON *schema;
    const cJSON *value;
    const char *path; /* of the value */
    char *problem;
    size_t capacity;
};

static bool check_value(const struct check *check);

static bool __attribute__((__format__(__printf__, 2, 3)))
fail(const struct check *check, const char *format, ...)
{
    va_list arguments;
    const int length = snprintf(check->problem, check->capacity, "%s: ", check->path);
    if (length < 0 || (size_t)length >= check->capacity)
        return false;
    va_start(arguments, format);
    vsnprintf(check->problem + length, check->capacity - (size_t)length, format, arguments);
    va_end(arguments);
    return false;
}

static const cJSON *member(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static bool check_type(const struct check *check, const cJSON *wanted)
{
    const cJSON *value = check->value;
    const char *type = cJSON_GetStringValue(wanted);
    const bool number = cJSON_IsNumber(value) && isfinite(value->valuedouble);
    const struct {
        const char *name;
        bool fits;
    } types[] = {
        {"object", cJSON_IsObject(value)},
        {"array", cJSON_IsArray(value)},
        {"string", cJSON_IsString(value)},
        {"boolean", cJSON_IsBool(value)},
        {"null", cJSON_IsNull(value)},
        {"number", number},
        {"integer", number && value->valuedouble == floor(value->valuedouble)},
    };
    for (size_t i = 0; type && i < sizeof types / sizeof *types; i++) {
        if (strcmp(types[i].name, type) == 0)
            return types[i].fits || fail(check, "is not of type %s", type);
    }
    return fail(check, "the schema has a type that is not known here");
}

static bool check_const(const struct check *check, const cJSON *wanted)
{
    return cJSON_Compare(check->value, wanted, 1) || fail(check, "is not the constant");
}

static bool check_enum(const struct check *check, const cJSON *wanted)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, wanted)
    {
        if (cJSON_Compare(check->value, item, 1))
            return true;
    }
    return fail(check, "is none of the values");
}

static bool check_required(const struct check *check, const cJSON *wanted)
{
    const cJSON *key;
    cJSON_ArrayForEach(key, wanted)
    {
        if (cJSON_IsObject(check->value) && !member(check->value, key->valuestring))
            return fail(check, "lacks \"%s\"", key->valuestring);
    }
    return true;
}

static bool check_properties(const struct check *check, const cJSON *wanted)
{
    const cJSON *property;
    cJSON_ArrayForEach(property, wanted)
    {
        const cJSON *value = cJSON_IsObject(check->value) ? member(check->value, property->string) : NULL;
        char path[PATH_TEXT];
        struct check inner = *check;
        if (!value)
            continue;
        snprintf(path, sizeof path, "%s.%s", check->path, property->string);
        inner.schema = property;
        inner.value = value;
        inner.path = path;
        if (!check_value(&inner))
            return false;
    }
    return true;
}

static bool check_additional(const struct check *check, const cJSON *wanted)
{
    const cJSON *properties = member(check->schema, "properties");
    const cJSON *item;
    if (!cJSON_IsFalse(wanted))
        return fail(check, "the schema has additionalProperties other than false");
    if (!cJSON_IsObject(check->value))
        return true;
    cJSON_ArrayForEach(item, check->value)
    {
        if (!member(properties, item->string))
            return fail(check, "has \"%s\" besides", item->string);
    }
    return true;
}

static bool check_items(const struct check *check, const cJSON *wanted)
{
    const cJSON *item;
    size_t index = 0;
    if (!cJSON_IsArray(check->value))
        return true;
    cJSON_ArrayForEach(item, check->value)
    {
        char path[PATH_TEXT];
        struct check inner = *check;
        snprintf(path, sizeof path, "%s[%zu]", check->path, index++);
        inner.schema = wanted;
        inner.value = item;
        inner.path = path;
        if (!check_value(&inner))
            return false;
    }
    return true;
}

static bool check_min_items(const struct check *check, const cJSON *wanted)
{
    return !cJSON_IsArray(check->value) || cJSON_GetArraySize(check->value) >= wanted->valueint ||
           fail(check, "has too few items");
}

static bool check_max_items(const struct check *check, const cJSON *wanted)
{
    return !cJSON_IsArray(check->value) || cJSON_GetArraySize(check->value) <= wanted->valueint ||
           fail(check, "has too many items");
}

static bool check_pattern(const struct check *check, const cJSON *wanted)
{
    const char *text = cJSON_GetStringValue(check->value);
    regex_t pattern;
    if (!text)
        return true;
    if (!cJSON_IsString(wanted) || regcomp(&pattern, wanted->valuestring, REG_EXTENDED | REG_NOSUB) != 0)
        return fail(check, "the schema has a pattern that cannot be read");
    const bool fits = regexec(&pattern, text, 0, NULL, 0) == 0;
    regfree(&pattern);
    return fits || fail(check, "\"%s\" does not match %s", text, wanted->valuestring);
}

static bool check_minimum(const struct check *check, const cJSON *wanted)
{
    return !cJSON_IsNumber(check->value) || check->value->valuedouble >= wanted->valuedouble ||
           fail(check, "is too small");
}

static bool check_exclusive_minimum(const struct check *check, const cJSON *wanted)
{
    return !cJSON_IsNumber(check->value) || check->value->valuedouble > wanted->valuedouble ||
           fail(check, "is too small");
}

static bool check_maximum(const struct check *check, const cJSON *wanted)
{
    return !cJSON_IsNumber(check->value) || check->value->valuedouble <= wanted->valuedouble ||
           fail(check, "is too large");
}

/* The problem that stays is that of the last alternative. */
static bool check_any_of(const struct check *check, const cJSON *wanted)
{
    const cJSON *alternative;
    cJSON_ArrayForEach(alternative, wanted)
    {
        struct check inner = *check;
        inner.schema = alternative;
        if (check_value(&inner))
            return true;
    }
    return false;
}

static bool check_reference(const struct check *check, const cJSON *wanted)
{
    static const char prefix[] = "#/$defs/";
    const char *reference = cJSON_GetStringValue(wanted);
    struct check inner = *check;
    if (!reference || strncmp(reference, prefix, sizeof prefix - 1) != 0)
        return fail(check, "the schema has a reference that is not known here");
    inner.schema = member(member(check->root, "$defs"), reference + sizeof prefix - 1);
    return inner.schema ? check_value(&inner) : fail(check, "the schema has nothing at %s", reference);
}

static bool accept(const struct check *check, const cJSON *wanted)
{
    (void)check;
    (void)wanted;
    return true;
}

static bool check_keyword(const struct check *check, const cJSON *keyword)
{
    static const struct {
        const char *name;
        bool (*run)(const struct check *check, const cJSON *wanted);
    } keywords[] = {
        {"type", check_type},
        {"const", check_const},
        {"enum", check_enum},
        {"required", check_required},
        {"properties", check_properties},
        {"additionalProperties", check_additional},
        {"items", check_items},
        {"minItems", check_min_items},
        {"maxItems", check_max_items},
        {"pattern", check_pattern},
        {"minimum", check_minimum},
        {"exclusiveMinimum", check_exclusive_minimum},
        {"maximum", check_maximum},
        {"anyOf", check_any_of},
        {"$ref", check_reference},
        {"$schema", accept},
        {"$defs", accept},
        {"title", accept},
        {"description", accept},
    };
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        if (strcmp(keywords[i].name, keyword->string) == 0)
            return keywords[i].run(check, keyword);
    }
    return fail(check, "the schema has the keyword \"%s\", which is not known here", keyword->string);
}

static bool check_value(const struct check *check)
{
    const cJSON *keyword;
    if (!cJSON_IsObject(check->schema))
        return fail(check, "the schema is no object");
    cJSON_ArrayForEach(keyword, check->schema)
    {
        if (!check_keyword(check, keyword))
            return false;
    }
    return true;
}

bool schema_check(const cJSON *schema, const cJSON *value, char *problem, size_t capacity)
{
    const struct check check = {schema, schema, value, "$", problem, capacity};
    if (!value)
        return fail(&check, "there is no value");
    return check_value(&check);
}

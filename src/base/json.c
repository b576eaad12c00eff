#include "base/json.h"

#include "base/error.h"
#include "base/json_scan.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* cJSON takes more than JSON (control characters, "01", "1.", anything up to a space as white space), cuts
   strings at \u0000 and does not tell a syntax error from a failed allocation. So the text is scanned first,
   and cJSON sees only what has passed: it makes the tree. */

_Static_assert(PLX_JSON_DEPTH_MOST <= CJSON_NESTING_LIMIT, "cJSON refuses what is nested deeper");

/* cJSON copies a number into a buffer of this size, NUL included, before it reads it. */
#define NUMBER_CHARACTERS 63

/* What is JSON, but nothing that cJSON can keep: in a text that has been scanned to its end. */
static bool check_limits(struct plx_json_scan *scan)
{
    while (scan->at < scan->size) {
        const size_t begin = scan->at;
        const uint8_t byte = scan->text[begin];
        struct plx_json_string string;
        struct plx_word number;

        if (byte == '"') {
            plx_json_scan_string(scan, &string);
            for (size_t i = 0; string.escaped && i < string.length; i += string.raw[i] == '\\' ? 2 : 1) {
                if (string.length - i >= 6 && memcmp(string.raw + i, "\\u0000", 6) == 0)
                    return plx_json_scan_fail(scan, begin + 1 + i,
                                              "a NUL character (\\u0000) is not accepted", NULL);
            }
        } else if (byte == '-' || (byte >= '0' && byte <= '9')) {
            plx_json_scan_number(scan, &number);
            if (number.length > NUMBER_CHARACTERS)
                return plx_json_scan_fail(scan, begin, "a number of more than 63 characters", NULL);
        } else {
            scan->at++;
        }
    }
    return true;
}

static enum plx_status check_syntax(const char *text, size_t size, const char *name, struct plx_error *error)
{
    const size_t begin = plx_utf8_mark(text, size); /* cJSON passes over it too */
    struct plx_json_scan scan = {.text = (const uint8_t *)text, .size = size, .at = begin};
    bool fine = plx_json_scan_skip(&scan) && plx_json_scan_end(&scan);
    uint64_t line = 1;
    size_t line_start = 0;

    if (fine) {
        scan.at = begin;
        fine = check_limits(&scan);
    } else if (scan.at == size) {
        scan.hint = NULL; /* which speaks of records */
    }
    if (fine)
        return PLX_OK;
    for (size_t i = 0; i < scan.at; i++) {
        if (text[i] == '\n') {
            line++;
            line_start = i + 1;
        }
    }
    plx_json_scan_error(&scan, line, line_start, error);
    return plx_error_input(error, name);
}

static int compare_keys(const void *a, const void *b)
{
    const cJSON *const *left = a;
    const cJSON *const *right = b;

    return strcmp((*left)->string, (*right)->string);
}

/* Sorted, because a vocabulary is an object of many thousand keys. */
static enum plx_status check_keys(const cJSON *object, const struct plx_json_path *path, const char *name,
                                  struct plx_error *error)
{
    size_t count = (size_t)cJSON_GetArraySize(object);
    size_t i = 0;
    const cJSON *member;
    enum plx_status status = PLX_OK;

    const cJSON **members = plx_new_array(count, sizeof(*members), error);
    if (members == NULL)
        return PLX_MEMORY;
    cJSON_ArrayForEach(member, object) members[i++] = member;
    qsort(members, count, sizeof(*members), compare_keys);
    for (i = 1; i < count && status == PLX_OK; i++) {
        struct plx_json_path place = {.parent = path, .key = members[i]->string};

        if (compare_keys(&members[i - 1], &members[i]) == 0)
            status = plx_json_error(&place, name, error, "the key stands twice in its object");
    }
    free(members);
    return status;
}

/* As deep as the scan has allowed. */
static enum plx_status check_duplicates(const cJSON *value, const struct plx_json_path *path,
                                        const char *name, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    struct plx_json_path place = {.parent = path};
    const cJSON *child;

    if (cJSON_IsObject(value))
        status = check_keys(value, path, name, error);
    cJSON_ArrayForEach(child, value)
    {
        if (status != PLX_OK)
            return status;
        place.key = child->string;
        if (child->child != NULL)
            status = check_duplicates(child, &place, name, error);
        place.index++;
    }
    return status;
}

enum plx_status plx_json_parse(const char *text, size_t size, const char *name, cJSON **value,
                               struct plx_error *error)
{
    const struct plx_json_path root = {0};
    cJSON *tree = NULL;

    *value = NULL;
    enum plx_status status = check_syntax(text, size, name, error);
    if (status != PLX_OK)
        return status;
    tree = cJSON_ParseWithLengthOpts(text, size, NULL, 0);
    if (tree == NULL) {
        plx_error_set(error, PLX_MEMORY, "no memory for the JSON tree of %zu bytes of text", size);
        plx_error_input(error, name);
        return PLX_MEMORY;
    }
    status = check_duplicates(tree, &root, name, error);
    if (status != PLX_OK) {
        cJSON_Delete(tree);
        return status;
    }
    *value = tree;
    return PLX_OK;
}

/* A key that needs no quotes in a path. */
static bool is_plain(const char *key)
{
    size_t length = strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");

    return length > 0 && key[length] == '\0' && (key[0] < '0' || key[0] > '9');
}

/* Returns how much has been written. */
static size_t format_path(const struct plx_json_path *path, char *text, size_t capacity)
{
    int added;

    if (path == NULL || (path->parent == NULL && path->key == NULL))
        return (size_t)snprintf(text, capacity, "$") < capacity ? 1 : capacity - 1;
    size_t length = format_path(path->parent, text, capacity);
    if (path->key == NULL)
        added = snprintf(text + length, capacity - length, "[%zu]", path->index);
    else
        added =
            snprintf(text + length, capacity - length, is_plain(path->key) ? ".%s" : "[\"%s\"]", path->key);
    if (added < 0)
        return length;
    return (size_t)added < capacity - length ? length + (size_t)added : capacity - 1;
}

void plx_json_path_format(const struct plx_json_path *path, char *text, size_t capacity)
{
    if (capacity > 0)
        format_path(path, text, capacity);
}

enum plx_status plx_json_error(const struct plx_json_path *path, const char *name, struct plx_error *error,
                               const char *format, ...)
{
    char place[256];
    char message[256];
    va_list arguments;

    va_start(arguments, format);
    if (vsnprintf(message, sizeof(message), format, arguments) < 0)
        message[0] = '\0';
    va_end(arguments);
    plx_json_path_format(path, place, sizeof(place));
    plx_error_set(error, PLX_MALFORMED, "%s: %s", place, message);
    plx_error_input(error, name);
    return PLX_MALFORMED;
}

const char *plx_json_kind(const cJSON *value)
{
    if (value == NULL)
        return "nothing";
    switch (value->type & 0xFF) {
    case cJSON_False:
    case cJSON_True: return "true or false";
    case cJSON_NULL: return "null";
    case cJSON_Number: return "a number";
    case cJSON_String: return "a string";
    case cJSON_Array: return "an array";
    case cJSON_Object: return "an object";
    default: return "something else";
    }
}

/* The member at `place`, whose parent is the path of the object. */
static const cJSON *get_member(const cJSON *object, const struct plx_json_path *place, const char *name,
                               struct plx_error *error)
{
    if (!cJSON_IsObject(object)) {
        plx_json_error(place->parent, name, error, "expected an object, found %s", plx_json_kind(object));
        return NULL;
    }
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, place->key);
    if (member == NULL)
        plx_json_error(place, name, error, "missing");
    return member;
}

enum plx_status plx_json_get_string(const cJSON *object, const char *key, const struct plx_json_path *path,
                                    const char *name, const char **value, struct plx_error *error)
{
    const struct plx_json_path place = {.parent = path, .key = key};
    const cJSON *member = get_member(object, &place, name, error);

    if (member == NULL)
        return PLX_MALFORMED;
    if (!cJSON_IsString(member))
        return plx_json_error(&place, name, error, "expected a string, found %s", plx_json_kind(member));
    *value = member->valuestring;
    return PLX_OK;
}

/* cJSON keeps numbers as doubles: from 2^53 on, one may stand for several integers of the text. */
enum plx_status plx_json_get_u64(const cJSON *object, const char *key, const struct plx_json_path *path,
                                 const char *name, uint64_t least, uint64_t most, uint64_t *value,
                                 struct plx_error *error)
{
    const struct plx_json_path place = {.parent = path, .key = key};
    const cJSON *member = get_member(object, &place, name, error);
    const double exact_end = 9007199254740992.0;
    char found[PLX_NUMBER_TEXT];

    if (member == NULL)
        return PLX_MALFORMED;
    if (!cJSON_IsNumber(member))
        return plx_json_error(&place, name, error, "expected a number, found %s", plx_json_kind(member));
    double number = member->valuedouble;
    plx_format_double(number, found);
    if (!(number >= 0) || number >= exact_end || number != floor(number) || (uint64_t)number < least ||
        (uint64_t)number > most) {
        uint64_t end = most < (UINT64_C(1) << 53) ? most : (UINT64_C(1) << 53) - 1;
        return plx_json_error(&place, name, error,
                              "expected an integer from %" PRIu64 " to %" PRIu64 ", found %s", least, end,
                              found);
    }
    *value = (uint64_t)number;
    return PLX_OK;
}

enum plx_status plx_json_get_array(const cJSON *object, const char *key, const struct plx_json_path *path,
                                   const char *name, const cJSON **value, struct plx_error *error)
{
    const struct plx_json_path place = {.parent = path, .key = key};
    const cJSON *member = get_member(object, &place, name, error);

    if (member == NULL)
        return PLX_MALFORMED;
    if (!cJSON_IsArray(member))
        return plx_json_error(&place, name, error, "expected an array, found %s", plx_json_kind(member));
    *value = member;
    return PLX_OK;
}

/* The value at `place` itself. */
static enum plx_status read_double(const cJSON *value, const struct plx_json_path *place, const char *name,
                                   double *number, struct plx_error *error)
{
    static const struct {
        const char *word;
        double value;
    } words[] = {{"inf", (double)INFINITY}, {"-inf", -(double)INFINITY}, {"nan", (double)NAN}};

    for (size_t i = 0; cJSON_IsString(value) && i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(value->valuestring, words[i].word) == 0) {
            *number = words[i].value;
            return PLX_OK;
        }
    }
    if (!cJSON_IsNumber(value))
        return plx_json_error(place, name, error, "expected a number, \"inf\", \"-inf\" or \"nan\", found %s",
                              plx_json_kind(value));
    if (!isfinite(value->valuedouble))
        return plx_json_error(place, name, error, "the number is too large for a double");
    *number = value->valuedouble;
    return PLX_OK;
}

enum plx_status plx_json_get_double(const cJSON *object, const char *key, const struct plx_json_path *path,
                                    const char *name, double *value, struct plx_error *error)
{
    const struct plx_json_path place = {.parent = path, .key = key};
    const cJSON *member = get_member(object, &place, name, error);

    return member == NULL ? PLX_MALFORMED : read_double(member, &place, name, value, error);
}

enum plx_status plx_json_get_doubles(const cJSON *object, const char *key, const struct plx_json_path *path,
                                     const char *name, double *values, size_t count, struct plx_error *error)
{
    const struct plx_json_path place = {.parent = path, .key = key};
    struct plx_json_path element = {.parent = &place};
    const cJSON *array = NULL, *child;
    enum plx_status status = plx_json_get_array(object, key, path, name, &array, error);

    if (status != PLX_OK)
        return status;
    size_t found = (size_t)cJSON_GetArraySize(array);
    if (found != count)
        return plx_json_error(&place, name, error, "expected %zu elements, found %zu", count, found);
    cJSON_ArrayForEach(child, array)
    {
        status = read_double(child, &element, name, &values[element.index], error);
        if (status != PLX_OK)
            return status;
        element.index++;
    }
    return PLX_OK;
}

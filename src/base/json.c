#include "base/json.h"

#include "base/error.h"
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
   strings at \u0000 and does not tell a syntax error from a failed allocation. So RFC 8259 is checked here,
   to the letter, and cJSON sees only what has passed: it makes the tree. */

/* cJSON copies a number into a buffer of this size, NUL included, before it reads it. */
#define NUMBER_CHARACTERS 63

struct scan {
    const char *text;
    size_t size;
    size_t at;
    unsigned depth;
    const char *message; /* of the first failure, at `at` */
    const char *hint;
};

static bool check_value(struct scan *scan);

/* The byte at hand, -1 at the end. */
static int peek(const struct scan *scan)
{
    return scan->at < scan->size ? (uint8_t)scan->text[scan->at] : -1;
}

static bool fail_scan(struct scan *scan, const char *message, const char *hint)
{
    scan->message = message;
    scan->hint = hint;
    return false;
}

static bool follows_comma(const struct scan *scan)
{
    size_t before = scan->at;

    while (before > 0 && strchr(" \t\r\n", scan->text[before - 1]) != NULL)
        before--;
    return before > 0 && scan->text[before - 1] == ',';
}

/* Fails at the byte at hand: `expected` unless the byte itself says more. */
static bool fail_unexpected(struct scan *scan, const char *expected)
{
    int byte = peek(scan);

    if (byte < 0)
        return fail_scan(scan, "the JSON text ends too early", NULL);
    if (byte == 0)
        return fail_scan(scan, "there is a NUL byte in the JSON text", NULL);
    if (plx_utf8_sequence((const uint8_t *)scan->text + scan->at, scan->size - scan->at) == 0)
        return fail_scan(scan, "the JSON text is not UTF-8", NULL);
    if (byte == '/' || byte == '#')
        return fail_scan(scan, expected, "JSON has no comments");
    if (byte == '\'')
        return fail_scan(scan, expected, "JSON has its strings in double quotes");
    if (byte == 'N' || byte == 'I')
        return fail_scan(scan, expected, "JSON has no NaN and no Infinity; results write \"inf\"");
    if ((byte == ']' || byte == '}') && follows_comma(scan))
        return fail_scan(scan, expected, "JSON has no comma behind the last element");
    return fail_scan(scan, expected, NULL);
}

static void skip_space(struct scan *scan)
{
    for (int byte = peek(scan); byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
         byte = peek(scan))
        scan->at++;
}

static bool skip_byte(struct scan *scan, int byte)
{
    if (peek(scan) != byte)
        return false;
    scan->at++;
    return true;
}

/* Four hexadecimal digits. */
static bool check_hex(struct scan *scan, unsigned *value)
{
    *value = 0;
    for (int i = 0; i < 4; i++, scan->at++) {
        int byte = peek(scan);
        int letter = byte | 0x20;

        if (byte >= '0' && byte <= '9')
            *value = *value << 4 | (unsigned)(byte - '0');
        else if (byte >= 0 && letter >= 'a' && letter <= 'f')
            *value = *value << 4 | (unsigned)(letter - 'a' + 10);
        else
            return fail_unexpected(scan, "\\u must be followed by four hexadecimal digits");
    }
    return true;
}

/* What follows "\u". */
static bool check_unicode_escape(struct scan *scan)
{
    size_t start = scan->at;
    unsigned unit;

    if (!check_hex(scan, &unit))
        return false;
    bool high = unit >= 0xD800 && unit < 0xDC00;
    bool lone = unit >= 0xDC00 && unit < 0xE000;
    if (high) {
        lone = !skip_byte(scan, '\\') || !skip_byte(scan, 'u');
        if (!lone && !check_hex(scan, &unit))
            return false;
        lone = lone || unit < 0xDC00 || unit >= 0xE000;
    }
    if (!lone && unit != 0)
        return true;
    scan->at = start;
    return fail_scan(scan, lone ? "half of a surrogate pair" : "a NUL character (\\u0000) is not accepted",
                     NULL);
}

static bool check_string(struct scan *scan)
{
    if (!skip_byte(scan, '"'))
        return fail_unexpected(scan, "a string in double quotes is expected");
    while (!skip_byte(scan, '"')) {
        const uint8_t *bytes = (const uint8_t *)scan->text + scan->at;
        int byte = peek(scan);

        if (byte == '\\') {
            scan->at++;
            if (skip_byte(scan, 'u')) {
                if (!check_unicode_escape(scan))
                    return false;
            } else if (peek(scan) > 0 && strchr("\"\\/bfnrt", peek(scan)) != NULL) {
                scan->at++;
            } else {
                return fail_unexpected(scan, "no escape of JSON");
            }
            continue;
        }
        size_t length = byte < 0x20 ? 0 : plx_utf8_sequence(bytes, scan->size - scan->at);
        if (length == 0)
            return fail_unexpected(scan, "a control character in a string must be escaped");
        scan->at += length;
    }
    return true;
}

static size_t skip_digits(struct scan *scan)
{
    size_t start = scan->at;

    while (peek(scan) >= '0' && peek(scan) <= '9')
        scan->at++;
    return scan->at - start;
}

static bool check_number(struct scan *scan)
{
    size_t start = scan->at;

    skip_byte(scan, '-');
    if (!skip_byte(scan, '0') && skip_digits(scan) == 0)
        return fail_unexpected(scan, "a digit is expected");
    if (skip_byte(scan, '.') && skip_digits(scan) == 0)
        return fail_unexpected(scan, "a digit is expected behind the decimal point");
    if (skip_byte(scan, 'e') || skip_byte(scan, 'E')) {
        if (!skip_byte(scan, '+'))
            skip_byte(scan, '-');
        if (skip_digits(scan) == 0)
            return fail_unexpected(scan, "a digit is expected in the exponent");
    }
    if (scan->at - start <= NUMBER_CHARACTERS)
        return true;
    scan->at = start;
    return fail_scan(scan, "a number of more than 63 characters", NULL);
}

static bool check_word(struct scan *scan, const char *word)
{
    size_t length = strlen(word);

    if (scan->size - scan->at < length || memcmp(scan->text + scan->at, word, length) != 0)
        return fail_unexpected(scan, "a value is expected");
    scan->at += length;
    return true;
}

/* The members of an object or the elements of an array, from the opening bracket to the closing one. */
static bool check_container(struct scan *scan, bool object)
{
    const int closing = object ? '}' : ']';

    if (scan->depth == CJSON_NESTING_LIMIT)
        return fail_scan(scan, "the JSON text is nested too deeply", NULL);
    scan->depth++;
    scan->at++;
    skip_space(scan);
    if (skip_byte(scan, closing)) {
        scan->depth--;
        return true;
    }
    for (;;) {
        if (object) {
            skip_space(scan);
            if (!check_string(scan))
                return false;
            skip_space(scan);
            if (!skip_byte(scan, ':'))
                return fail_unexpected(scan, "':' is expected behind a key");
        }
        if (!check_value(scan))
            return false;
        if (skip_byte(scan, closing))
            break;
        if (!skip_byte(scan, ','))
            return fail_unexpected(scan, object ? "',' or '}' is expected" : "',' or ']' is expected");
    }
    scan->depth--;
    return true;
}

/* A value with white space around it. */
static bool check_value(struct scan *scan)
{
    bool fine;

    skip_space(scan);
    switch (peek(scan)) {
    case '{': fine = check_container(scan, true); break;
    case '[': fine = check_container(scan, false); break;
    case '"': fine = check_string(scan); break;
    case 't': fine = check_word(scan, "true"); break;
    case 'f': fine = check_word(scan, "false"); break;
    case 'n': fine = check_word(scan, "null"); break;
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9': fine = check_number(scan); break;
    default: return fail_unexpected(scan, "a value is expected");
    }
    if (fine)
        skip_space(scan);
    return fine;
}

static enum plx_status check_syntax(const char *text, size_t size, const char *name, struct plx_error *error)
{
    static const char byte_order_mark[] = "\xEF\xBB\xBF";
    struct scan scan = {.text = text, .size = size};
    uint64_t line = 1;
    size_t line_start = 0;

    if (size >= 3 && memcmp(text, byte_order_mark, 3) == 0)
        scan.at = 3; /* cJSON passes over it too */
    if (check_value(&scan)) {
        if (scan.at == size)
            return PLX_OK;
        fail_unexpected(&scan, "there is more behind the JSON value");
    }
    for (size_t i = 0; i < scan.at; i++) {
        if (text[i] == '\n') {
            line++;
            line_start = i + 1;
        }
    }
    plx_error_set(error, PLX_MALFORMED, "%s", scan.message);
    plx_error_input(error, name);
    plx_error_at_line(error, line, scan.at - line_start + 1);
    if (scan.hint != NULL)
        plx_error_hint(error, "%s", scan.hint);
    return PLX_MALFORMED;
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

/* As deep as check_container has allowed. */
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

static const char *kind_of(const cJSON *value)
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
        plx_json_error(place->parent, name, error, "expected an object, found %s", kind_of(object));
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
        return plx_json_error(&place, name, error, "expected a string, found %s", kind_of(member));
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
        return plx_json_error(&place, name, error, "expected a number, found %s", kind_of(member));
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
        return plx_json_error(&place, name, error, "expected an array, found %s", kind_of(member));
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
                              kind_of(value));
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

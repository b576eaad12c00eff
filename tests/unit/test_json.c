#include "base/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* From memory of exactly that size, so that a read behind it is seen. */
static enum plx_status parse_bytes(const char *text, size_t size, cJSON **value, struct plx_error *error)
{
    char *copy = malloc(size + (size == 0));

    assert_non_null(copy);
    memcpy(copy, text, size);
    enum plx_status status = plx_json_parse(copy, size, "name.json", value, error);
    free(copy);
    return status;
}

static cJSON *parse_good(const char *text)
{
    struct plx_error error = {0};
    cJSON *value = NULL;

    if (parse_bytes(text, strlen(text), &value, &error) != PLX_OK)
        fail_msg("%s: %s", text, error.message);
    assert_non_null(value);
    return value;
}

static void parse__accepts(void **state)
{
    static const char *const good[] = {
        "0",
        "-0",
        "-1.5e+10",
        "1E5",
        "0.25",
        "null",
        "true",
        "false",
        "\"\"",
        "[]",
        "{}",
        " \t\r\n[ 1 , [ ] , { } ] \n",
        "{\"a\":1,\"A\":2,\"\":3}",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\"",
        "\"\xC3\xA9 \xF0\x9F\x98\x80 \x7F\"",
        "\xEF\xBB\xBF{\"mark\": 1}",
        "[{\"a\":1},{\"a\":1}]",
        "[\"\\\\u0000\",\"u0000\"]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        cJSON_Delete(parse_good(good[i]));
}

static void parse__makes_the_tree(void **state)
{
    cJSON *value = parse_good("{\"list\": [1, 2.5, \"\\u00e9\\ud83d\\ude00\"], \"flag\": true}");
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(value, "list");

    (void)state;
    assert_int_equal(cJSON_GetArraySize(list), 3);
    assert_true(cJSON_GetArrayItem(list, 1)->valuedouble == 2.5);
    assert_string_equal(cJSON_GetArrayItem(list, 2)->valuestring, "\xC3\xA9\xF0\x9F\x98\x80");
    assert_true(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(value, "flag")));
    cJSON_Delete(value);
}

/* Line and column counted by hand. */
static void parse__malformed_has_its_place(void **state)
{
    static const struct {
        const char *text;
        uint64_t line;
        uint64_t column;
        const char *message;
    } bad[] = {
        {"", 1, 1, "ends too early"},
        {" \n ", 2, 2, "ends too early"},
        {"{\"a\": 1,\n \"b\": }", 2, 7, "a value is expected"},
        {"{\"a\": 1", 1, 8, "ends too early"},
        {"[1, 2", 1, 6, "ends too early"},
        {"\"abc", 1, 5, "ends too early"},
        {"\"abc\\", 1, 6, "ends too early"},
        {"[1 2]", 1, 4, "',' or ']'"},
        {"[1}", 1, 3, "',' or ']'"},
        {"{\"a\" 1}", 1, 6, "':' is expected"},
        {"{\"a\":1 \"b\":2}", 1, 8, "',' or '}'"},
        {"{a: 1}", 1, 2, "double quotes"},
        {"[1,]", 1, 4, "a value is expected"},
        {"{\"a\":1,}", 1, 8, "a string in double quotes"},
        {"[1],", 1, 4, "more behind"},
        {"{}\n\n{}", 3, 1, "more behind"},
        {"1 2", 1, 3, "more behind"},
        {"nul", 1, 4, "ends too early"},
        {"truefalse", 1, 5, "more behind"},
        {"[NaN]", 1, 2, "a value is expected"},
        {"-Infinity", 1, 2, "a digit"},
        {"01", 1, 2, "more behind"},
        {"1.", 1, 3, "ends too early"},
        {"[1.]", 1, 4, "a digit"},
        {"[-.5]", 1, 3, "a digit"},
        {"[.5]", 1, 2, "a value is expected"},
        {"[+1]", 1, 2, "a value is expected"},
        {"[1e]", 1, 4, "a digit"},
        {"[1e+]", 1, 5, "a digit"},
        {"[0x10]", 1, 3, "',' or ']'"},
        {"[\"a\nb\"]", 1, 4, "control character"},
        {"[\"a\tb\"]", 1, 4, "control character"},
        {"[1,\f2]", 1, 4, "a value is expected"},
        {"[\"\\x\"]", 1, 4, "no escape"},
        {"[\"\\u12g4\"]", 1, 7, "hexadecimal"},
        {"[\"\\ud800\"]", 1, 3, "surrogate"},
        {"[\"\\ud800\\n\"]", 1, 3, "surrogate"},
        {"[\"\\ud800\\u0041\"]", 1, 3, "surrogate"},
        {"[\"\\udc00\"]", 1, 3, "surrogate"},
        {"[\"a\\u0000b\"]", 1, 4, "NUL"},
        {"{\"\\\\u0000\":\n-0,\"\\n\\\\\\u0000\":1}", 2, 9, "NUL"},
        {"[\"\xFF\"]", 1, 3, "not UTF-8"},
        {"[\"\xC0\x80\"]", 1, 3, "not UTF-8"},
        {"[\"\xED\xA0\x80\"]", 1, 3, "not UTF-8"},
        {"\x1F\x8B\x08", 1, 1, "a value is expected"},
        {"\xFF\xFE{", 1, 1, "not UTF-8"},
        {"[1] \xFF", 1, 5, "not UTF-8"},
        {"// no\n1", 1, 1, "a value is expected"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct plx_error error = {0};
        cJSON *value = NULL;

        if (parse_bytes(bad[i].text, strlen(bad[i].text), &value, &error) != PLX_MALFORMED)
            fail_msg("%s was taken", bad[i].text);
        assert_null(value);
        assert_int_equal(error.status, PLX_MALFORMED);
        assert_string_equal(error.input, "name.json");
        if (error.line != bad[i].line || error.column != bad[i].column ||
            strstr(error.message, bad[i].message) == NULL)
            fail_msg("%s: %u:%u: %s", bad[i].text, (unsigned)error.line, (unsigned)error.column,
                     error.message);
    }
}

static void parse__nul_bytes(void **state)
{
    struct plx_error error = {0};
    cJSON *value = NULL;

    (void)state;
    assert_int_equal(parse_bytes("[\"a\0b\"]", 7, &value, &error), PLX_MALFORMED);
    assert_non_null(strstr(error.message, "NUL byte"));
    assert_true(error.line == 1 && error.column == 4);
    assert_int_equal(parse_bytes("[1]\0", 4, &value, &error), PLX_MALFORMED);
    assert_true(error.column == 4);
    assert_int_equal(parse_bytes("[1]\0", 3, &value, &error), PLX_OK);
    cJSON_Delete(value);
}

static void parse__hints_at_the_mistake(void **state)
{
    static const char *const pairs[][2] = {
        {"[1,]", "comma"},     {"{\"a\":1, }", "comma"},     {"[NaN]", "NaN"},
        {"{'a':1}", "quotes"}, {"[1 // one\n]", "comments"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        struct plx_error error = {0};
        cJSON *value = NULL;

        assert_int_equal(parse_bytes(pairs[i][0], strlen(pairs[i][0]), &value, &error), PLX_MALFORMED);
        assert_non_null(strstr(error.hint, pairs[i][1]));
    }
    struct plx_error error = {0};
    cJSON *value = NULL;
    assert_int_equal(parse_bytes("{\"a\":}", 6, &value, &error), PLX_MALFORMED);
    assert_string_equal(error.hint, "");
    assert_int_equal(parse_bytes("{\"a\":", 5, &value, &error), PLX_MALFORMED);
    assert_string_equal(error.hint, ""); /* nothing of records and lines */
}

static void parse__every_truncation_fails(void **state)
{
    static const char text[] = "{\"a\": [1.5e3, true, null, \"\\u00e9\xC3\xA9\"], \"b\": {\"c\": -1}}";

    (void)state;
    for (size_t size = 0; size < sizeof(text) - 1; size++) {
        struct plx_error error = {0};
        cJSON *value = NULL;

        assert_int_equal(parse_bytes(text, size, &value, &error), PLX_MALFORMED);
        assert_null(value);
    }
    cJSON_Delete(parse_good(text));
}

static void parse__duplicates_are_named(void **state)
{
    static const struct {
        const char *text;
        const char *path;
    } bad[] = {
        {"{\"a\":1,\"b\":2,\"a\":3}", "$.a: "},
        {"{\"x\":[0,{\"y\":{\"k\":1,\"k\":1}}]}", "$.x[1].y.k: "},
        {"{\"a b\":{\"\\u0061\":1,\"a\":1}}", "$[\"a b\"].a: "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct plx_error error = {0};
        cJSON *value = NULL;

        assert_int_equal(parse_bytes(bad[i].text, strlen(bad[i].text), &value, &error), PLX_MALFORMED);
        assert_null(value);
        assert_string_equal(error.input, "name.json");
        assert_memory_equal(error.message, bad[i].path, strlen(bad[i].path));
    }
}

static void parse__large_object(void **state)
{
    enum { KEYS = 50000 };
    char *text = malloc(KEYS * 16);
    size_t size = 0;
    struct plx_error error = {0};
    cJSON *value = NULL;

    (void)state;
    assert_non_null(text);
    for (int i = 0; i < KEYS; i++)
        size += (size_t)sprintf(text + size, "%c\"k%d\":%d", i == 0 ? '{' : ',', i, i % 10);
    text[size++] = '}';
    assert_int_equal(plx_json_parse(text, size, "", &value, &error), PLX_OK);
    assert_int_equal(cJSON_GetArraySize(value), KEYS);
    cJSON_Delete(value);
    memcpy(strstr(text, "\"k49998\""), "\"k12345\"", 8);
    assert_int_equal(plx_json_parse(text, size, "", &value, &error), PLX_MALFORMED);
    assert_non_null(strstr(error.message, "$.k12345: "));
    free(text);
}

static void parse__depth(void **state)
{
    static char text[2 * CJSON_NESTING_LIMIT + 2];
    struct plx_error error = {0};
    cJSON *value = NULL;

    (void)state;
    memset(text, '[', CJSON_NESTING_LIMIT);
    memset(text + CJSON_NESTING_LIMIT, ']', CJSON_NESTING_LIMIT);
    assert_int_equal(parse_bytes(text, 2 * CJSON_NESTING_LIMIT, &value, &error), PLX_OK);
    cJSON_Delete(value);
    memset(text, '[', CJSON_NESTING_LIMIT + 1);
    memset(text + CJSON_NESTING_LIMIT + 1, ']', CJSON_NESTING_LIMIT + 1);
    assert_int_equal(parse_bytes(text, sizeof(text), &value, &error), PLX_MALFORMED);
    assert_non_null(strstr(error.message, "deep"));
}

static void parse__number_of_many_digits(void **state)
{
    char text[80];
    struct plx_error error = {0};
    cJSON *value = NULL;

    (void)state;
    memset(text, '1', sizeof(text));
    assert_int_equal(parse_bytes(text, 63, &value, &error), PLX_OK);
    assert_true(value->valuedouble == 1.11111111111111111e62);
    cJSON_Delete(value);
    assert_int_equal(parse_bytes(text, 64, &value, &error), PLX_MALFORMED);
    assert_non_null(strstr(error.message, "63"));
}

static void *no_memory(size_t size)
{
    (void)size;
    return NULL;
}

static void parse__no_memory_is_no_syntax_error(void **state)
{
    cJSON_Hooks hooks = {.malloc_fn = no_memory, .free_fn = free};
    struct plx_error error = {0};
    cJSON *value = NULL;

    (void)state;
    cJSON_InitHooks(&hooks);
    enum plx_status status = plx_json_parse("[1]", 3, "name.json", &value, &error);
    cJSON_InitHooks(NULL);
    assert_int_equal(status, PLX_MEMORY);
    assert_int_equal(error.status, PLX_MEMORY);
    assert_null(value);
}

static void path_format__chain(void **state)
{
    const struct plx_json_path root = {0};
    const struct plx_json_path tensors = {.parent = &root, .key = "tensors"};
    const struct plx_json_path third = {.parent = &tensors, .index = 3};
    const struct plx_json_path shape = {.parent = &third, .key = "shape"};
    const struct plx_json_path dotted = {.parent = &shape, .key = "a.b"};
    const struct plx_json_path digits = {.parent = &root, .key = "1a"};
    char text[64];

    (void)state;
    plx_json_path_format(NULL, text, sizeof(text));
    assert_string_equal(text, "$");
    plx_json_path_format(&root, text, sizeof(text));
    assert_string_equal(text, "$");
    plx_json_path_format(&shape, text, sizeof(text));
    assert_string_equal(text, "$.tensors[3].shape");
    plx_json_path_format(&dotted, text, sizeof(text));
    assert_string_equal(text, "$.tensors[3].shape[\"a.b\"]");
    plx_json_path_format(&digits, text, sizeof(text));
    assert_string_equal(text, "$[\"1a\"]");
}

static void path_format__any_capacity(void **state)
{
    static const char whole[] = "$.tensors[3].shape";
    const struct plx_json_path root = {0};
    const struct plx_json_path tensors = {.parent = &root, .key = "tensors"};
    const struct plx_json_path third = {.parent = &tensors, .index = 3};
    const struct plx_json_path shape = {.parent = &third, .key = "shape"};

    (void)state;
    plx_json_path_format(&shape, NULL, 0);
    for (size_t capacity = 1; capacity <= sizeof(whole) + 2; capacity++) {
        char text[sizeof(whole) + 4];
        size_t length = capacity - 1 < sizeof(whole) - 1 ? capacity - 1 : sizeof(whole) - 1;

        memset(text, '#', sizeof(text));
        plx_json_path_format(&shape, text, capacity);
        assert_int_equal(strlen(text), length);
        assert_memory_equal(text, whole, length);
        assert_int_equal(text[capacity], '#');
    }
}

static void error__names_the_path(void **state)
{
    const struct plx_json_path root = {0};
    const struct plx_json_path key = {.parent = &root, .key = "key"};
    struct plx_error error;

    (void)state;
    assert_int_equal(plx_json_error(&key, "f.json", &error, "%d is odd", 7), PLX_MALFORMED);
    assert_string_equal(error.message, "$.key: 7 is odd");
    assert_string_equal(error.input, "f.json");
    assert_int_equal(plx_json_error(&key, "f.json", NULL, "x"), PLX_MALFORMED);
}

static const char members[] = "{\"s\": \"text\", \"n\": 7, \"half\": 0.5, \"minus\": -1, \"big\": "
                              "9007199254740991, \"bigger\": 9007199254740993,"
                              " \"huge\": 1e999, \"inf\": \"inf\", \"-inf\": \"-inf\", \"nan\": \"nan\", "
                              "\"a\": [1], \"o\": {}, \"null\": null,"
                              " \"zero\": 0, \"t\": true}";

static void expect_error(enum plx_status status, const struct plx_error *error, const char *message)
{
    assert_int_equal(status, PLX_MALFORMED);
    assert_string_equal(error->message, message);
    assert_string_equal(error->input, "f.json");
}

static void get_string__members(void **state)
{
    cJSON *object = parse_good(members);
    const struct plx_json_path root = {0};
    const struct plx_json_path place = {.parent = &root, .key = "p"};
    struct plx_error error;
    const char *value = NULL;

    (void)state;
    assert_int_equal(plx_json_get_string(object, "s", &place, "f.json", &value, &error), PLX_OK);
    assert_string_equal(value, "text");
    expect_error(plx_json_get_string(object, "n", &place, "f.json", &value, &error), &error,
                 "$.p.n: expected a string, found a number");
    expect_error(plx_json_get_string(object, "S", &place, "f.json", &value, &error), &error,
                 "$.p.S: missing");
    expect_error(plx_json_get_string(object->child, "s", &place, "f.json", &value, &error), &error,
                 "$.p: expected an object, found a string");
    expect_error(plx_json_get_string(NULL, "s", &root, "f.json", &value, &error), &error,
                 "$: expected an object, found nothing");
    cJSON_Delete(object);
}

static void get_u64__members(void **state)
{
    cJSON *object = parse_good(members);
    struct plx_error error;
    uint64_t value = 0;

    (void)state;
    assert_int_equal(plx_json_get_u64(object, "n", NULL, "f.json", 7, 7, &value, &error), PLX_OK);
    assert_true(value == 7);
    assert_int_equal(plx_json_get_u64(object, "zero", NULL, "f.json", 0, 7, &value, &error), PLX_OK);
    assert_true(value == 0);
    assert_int_equal(plx_json_get_u64(object, "big", NULL, "f.json", 0, UINT64_MAX, &value, &error), PLX_OK);
    assert_true(value == UINT64_C(9007199254740991));
    expect_error(plx_json_get_u64(object, "n", NULL, "f.json", 8, 20, &value, &error), &error,
                 "$.n: expected an integer from 8 to 20, found 7");
    expect_error(plx_json_get_u64(object, "n", NULL, "f.json", 0, 6, &value, &error), &error,
                 "$.n: expected an integer from 0 to 6, found 7");
    expect_error(plx_json_get_u64(object, "half", NULL, "f.json", 0, 6, &value, &error), &error,
                 "$.half: expected an integer from 0 to 6, found 0.5");
    expect_error(plx_json_get_u64(object, "minus", NULL, "f.json", 0, 6, &value, &error), &error,
                 "$.minus: expected an integer from 0 to 6, found -1");
    expect_error(plx_json_get_u64(object, "s", NULL, "f.json", 0, 6, &value, &error), &error,
                 "$.s: expected a number, found a string");
    /* cJSON has made 9007199254740992 of it. */
    expect_error(plx_json_get_u64(object, "bigger", NULL, "f.json", 0, UINT64_MAX, &value, &error), &error,
                 "$.bigger: expected an integer from 0 to 9007199254740991, found 9007199254740992");
    expect_error(plx_json_get_u64(object, "huge", NULL, "f.json", 0, UINT64_MAX, &value, &error), &error,
                 "$.huge: expected an integer from 0 to 9007199254740991, found inf");
    assert_true(value == UINT64_C(9007199254740991)); /* as it was */
    cJSON_Delete(object);
}

static void get_array__members(void **state)
{
    cJSON *object = parse_good(members);
    struct plx_error error;
    const cJSON *value = NULL;

    (void)state;
    assert_int_equal(plx_json_get_array(object, "a", NULL, "f.json", &value, &error), PLX_OK);
    assert_int_equal(cJSON_GetArraySize(value), 1);
    expect_error(plx_json_get_array(object, "o", NULL, "f.json", &value, &error), &error,
                 "$.o: expected an array, found an object");
    expect_error(plx_json_get_array(object, "null", NULL, "f.json", &value, &error), &error,
                 "$.null: expected an array, found null");
    expect_error(plx_json_get_array(object, "t", NULL, "f.json", &value, &error), &error,
                 "$.t: expected an array, found true or false");
    expect_error(plx_json_get_array(object, "none", NULL, "f.json", &value, &error), &error,
                 "$.none: missing");
    cJSON_Delete(object);
}

static void get_double__members(void **state)
{
    cJSON *object = parse_good(members);
    struct plx_error error;
    double value = 0;

    (void)state;
    assert_int_equal(plx_json_get_double(object, "half", NULL, "f.json", &value, &error), PLX_OK);
    assert_true(value == 0.5);
    assert_int_equal(plx_json_get_double(object, "inf", NULL, "f.json", &value, &error), PLX_OK);
    assert_true(isinf(value) && value > 0);
    assert_int_equal(plx_json_get_double(object, "-inf", NULL, "f.json", &value, &error), PLX_OK);
    assert_true(isinf(value) && value < 0);
    assert_int_equal(plx_json_get_double(object, "nan", NULL, "f.json", &value, &error), PLX_OK);
    assert_true(isnan(value));
    expect_error(plx_json_get_double(object, "s", NULL, "f.json", &value, &error), &error,
                 "$.s: expected a number, \"inf\", \"-inf\" or \"nan\", found a string");
    expect_error(plx_json_get_double(object, "huge", NULL, "f.json", &value, &error), &error,
                 "$.huge: the number is too large for a double");
    expect_error(plx_json_get_double(object, "null", NULL, "f.json", &value, &error), &error,
                 "$.null: expected a number, \"inf\", \"-inf\" or \"nan\", found null");
    expect_error(plx_json_get_double(object, "none", NULL, "f.json", &value, &error), &error,
                 "$.none: missing");
    cJSON_Delete(object);
}

static void get_doubles__elements(void **state)
{
    cJSON *object =
        parse_good("{\"a\": [0.5, \"inf\", \"nan\"], \"bad\": [1, null], \"none\": [], \"n\": 7}");
    const struct plx_json_path root = {0};
    const struct plx_json_path place = {.parent = &root, .key = "p"};
    struct plx_error error;
    double values[3] = {0};

    (void)state;
    assert_int_equal(plx_json_get_doubles(object, "a", &place, "f.json", values, 3, &error), PLX_OK);
    assert_true(values[0] == 0.5);
    assert_true(isinf(values[1]) && values[1] > 0);
    assert_true(isnan(values[2]));
    assert_int_equal(plx_json_get_doubles(object, "none", &place, "f.json", values, 0, &error), PLX_OK);
    for (size_t count = 2; count <= 4; count += 2)
        expect_error(plx_json_get_doubles(object, "a", &place, "f.json", values, count, &error), &error,
                     count == 2 ? "$.p.a: expected 2 elements, found 3"
                                : "$.p.a: expected 4 elements, found 3");
    expect_error(plx_json_get_doubles(object, "bad", &place, "f.json", values, 2, &error), &error,
                 "$.p.bad[1]: expected a number, \"inf\", \"-inf\" or \"nan\", found null");
    expect_error(plx_json_get_doubles(object, "n", &place, "f.json", values, 2, &error), &error,
                 "$.p.n: expected an array, found a number");
    expect_error(plx_json_get_doubles(object, "missing", &place, "f.json", values, 2, &error), &error,
                 "$.p.missing: missing");
    cJSON_Delete(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parse__accepts),
        cmocka_unit_test(parse__makes_the_tree),
        cmocka_unit_test(parse__malformed_has_its_place),
        cmocka_unit_test(parse__nul_bytes),
        cmocka_unit_test(parse__hints_at_the_mistake),
        cmocka_unit_test(parse__every_truncation_fails),
        cmocka_unit_test(parse__duplicates_are_named),
        cmocka_unit_test(parse__large_object),
        cmocka_unit_test(parse__depth),
        cmocka_unit_test(parse__number_of_many_digits),
        cmocka_unit_test(parse__no_memory_is_no_syntax_error),
        cmocka_unit_test(path_format__chain),
        cmocka_unit_test(path_format__any_capacity),
        cmocka_unit_test(error__names_the_path),
        cmocka_unit_test(get_string__members),
        cmocka_unit_test(get_u64__members),
        cmocka_unit_test(get_array__members),
        cmocka_unit_test(get_double__members),
        cmocka_unit_test(get_doubles__elements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

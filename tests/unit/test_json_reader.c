/* JSON without a tree. Expected values: RFC 8259. */
#include "base/json_reader.h"

#include "base/number.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A reader of a text in memory of just its size. */
static char *start(struct plx_json_reader *reader, const char *string, size_t size)
{
    char *bytes = malloc(size ? size : 1);
    if (!bytes)
        abort();
    memcpy(bytes, string, size);
    *reader = (struct plx_json_reader){0};
    plx_json_reader_init(reader, bytes, size);
    return bytes;
}

static void finish(struct plx_json_reader *reader, char *bytes)
{
    plx_json_reader_release(reader);
    free(bytes);
}

/* The one value of the text is fine, or else it is refused at byte `at`. */
static void check(const char *string, size_t size, bool fine, size_t at, const char *words)
{
    struct plx_json_reader reader;
    char *bytes = start(&reader, string, size);
    struct plx_error error;
    const bool read = plx_json_skip(&reader) && plx_json_end(&reader);
    if (read != fine)
        fail_msg("%s: %s", string, read ? "accepted" : reader.message);
    if (!fine) {
        assert_int_equal(plx_json_reader_error(&reader, "test", 17, &error), PLX_MALFORMED);
        if (!strstr(error.message, words) || error.column != at + 1)
            fail_msg("%s: column %d, \"%s\"", string, (int)error.column, error.message);
        assert_int_equal(error.line, 17);
        assert_string_equal(error.input, "test");
        assert_false(plx_json_skip(&reader)); /* it does not recover */
    }
    finish(&reader, bytes);
}

#define ACCEPTS(string)            check(string, sizeof(string) - 1, true, 0, "")
#define REFUSES(string, at, words) check(string, sizeof(string) - 1, false, at, words)

static void plx_json_skip__values(void **state)
{
    (void)state;
    ACCEPTS("{}");
    ACCEPTS(" [ ] ");
    ACCEPTS("{\"a\":[1,-2.5e+3,0.0,-0],\"b\":{\"\":null},\"c\" : true , \"d\":false}\r");
    ACCEPTS("\"\\u00e9\\ud83c\\udf0a\\\"\\\\\\/\\b\\f\\n\\r\\t\xF0\x9F\x8C\x8A\"");
    ACCEPTS("[NaN,Infinity,-Infinity]");
    ACCEPTS("12345678901234567890123456789012345678901234567890123456789012345678901234567890");
}

static void plx_json_skip__not_json(void **state)
{
    (void)state;
    REFUSES("", 0, "ends too early");
    REFUSES("[", 1, "ends too early");
    REFUSES("[1", 2, "ends too early");
    REFUSES("[1,", 3, "ends too early");
    REFUSES("{\"a\"", 4, "ends too early");
    REFUSES("{\"a\":", 5, "ends too early");
    REFUSES("\"a", 2, "ends too early");
    REFUSES("\"\\", 2, "ends too early");
    REFUSES("\"\\u00", 5, "ends too early");
    REFUSES("[1,]", 3, "a value is expected");
    REFUSES("[,1]", 1, "a value is expected");
    REFUSES("[1 2]", 3, "',' or ']'");
    REFUSES("{\"a\":1 \"b\":2}", 7, "',' or '}'");
    REFUSES("{\"a\" 1}", 5, "':' is expected");
    REFUSES("{a:1}", 1, "string in double quotes");
    REFUSES("{1:1}", 1, "string in double quotes");
    REFUSES("{\"a\":1]", 6, "',' or '}'");
    REFUSES("[1}", 2, "',' or ']'");
    REFUSES("'a'", 0, "a value is expected");
    REFUSES("\"\t\"", 1, "control character");
    REFUSES("\"\\x\"", 2, "no escape");
    REFUSES("\"\\u00g0\"", 5, "four hexadecimal digits");
    REFUSES("\"\xFF\"", 1, "not UTF-8");
    REFUSES("\"\xC0\x80\"", 1, "not UTF-8");
    REFUSES("\"\xE2\x82\"", 1, "not UTF-8");
    REFUSES("\"\\ud83c\"", 3, "surrogate");
    REFUSES("\"\\ud83cx\"", 3, "surrogate");
    REFUSES("\"\\ud83c\\u0041\"", 3, "surrogate");
    REFUSES("\"\\udf0a\\ud83c\"", 3, "surrogate");
    REFUSES("01", 1, "more behind");
    REFUSES("+1", 0, "a value is expected");
    REFUSES("-", 1, "ends too early");
    REFUSES("-x", 1, "a number is expected");
    REFUSES("-NaN", 1, "a number is expected");
    REFUSES("1.", 2, "ends too early");
    REFUSES("[1.]", 3, "behind the decimal point");
    REFUSES("[1e]", 3, "in the exponent");
    REFUSES("[1e+]", 4, "in the exponent");
    REFUSES(".5", 0, "a value is expected");
    REFUSES("tru", 0, "a value is expected");
    REFUSES("[nul]", 1, "a value is expected");
    REFUSES("[Inf]", 1, "a number is expected");
    REFUSES("{} {}", 3, "more behind");
    REFUSES("[1\0]", 2, "',' or ']'");
}

static void plx_json_skip__depth(void **state)
{
    (void)state;
    char deep[1000];
    memset(deep, '[', 200);
    memset(deep + 200, ']', 200);
    check(deep, 400, true, 0, "");
    memset(deep, '[', 201);
    check(deep, 401, false, 200, "nested too deeply");
    deep[0] = '[';
    for (size_t i = 1; i < 1000; i += 3)
        memcpy(deep + i, "[],", 3); /* beside each other */
    deep[999] = ']';
    check(deep, 1000, true, 0, "");
}

/* Whatever is missing at the end, it is seen. */
static void plx_json_skip__every_truncation(void **state)
{
    (void)state;
    static const char whole[] =
        "{\"a\": [1.5e-7, \"\\ud83c\\udf0a\\n\xC3\xA9\", null, true, -Infinity], \"b\": {}}";
    for (size_t size = 0; size < sizeof whole - 1; size++) {
        struct plx_json_reader reader;
        char *bytes = start(&reader, whole, size);
        assert_false(plx_json_skip(&reader) && plx_json_end(&reader));
        assert_int_equal(reader.status, PLX_MALFORMED);
        finish(&reader, bytes);
    }
    ACCEPTS("{\"a\": [1.5e-7, \"\\ud83c\\udf0a\\n\xC3\xA9\", null, true, -Infinity], \"b\": {}}");
}

static void assert_word(struct plx_word word, const char *text, size_t length)
{
    assert_int_equal(word.length, length);
    assert_memory_equal(word.text, text, length);
}

static void plx_json_read_string__meaning(void **state)
{
    (void)state;
    static const char string[] = "[\"plain\", \"\", \"\\\"\\\\\\/\\b\\f\\n\\r\\t\", \"a\\u0000b\", "
                                 "\"x\\u00e9\\u20ACy\\ud83c\\udf0a\\uDBFF\\uDFFFz\", \"\\u0041\"]";
    static const char *const meanings[] = {
        "plain", "", "\"\\/\b\f\n\r\t", "a\0b", "x\xC3\xA9\xE2\x82\xACy\xF0\x9F\x8C\x8A\xF4\x8F\xBF\xBFz",
        "A"};
    static const size_t lengths[] = {5, 0, 8, 3, 16, 1};
    struct plx_json_reader reader;
    char *bytes = start(&reader, string, sizeof string - 1);
    struct plx_word word;
    size_t i;
    assert_true(plx_json_begin(&reader, '['));
    for (i = 0; plx_json_more(&reader, ']', i); i++) {
        assert_true(i < 6);
        assert_int_equal(plx_json_peek(&reader), '"');
        assert_true(plx_json_read_string(&reader, &word));
        assert_word(word, meanings[i], lengths[i]);
    }
    assert_int_equal(i, 6);
    assert_true(plx_json_end(&reader));
    finish(&reader, bytes);
}

static void plx_json_read_number__text(void **state)
{
    (void)state;
    static const char string[] = "{\"a\" : -1.25e-3 ,\"b\":NaN,\"c\":-Infinity,\"d\":Infinity,\"e\":0}";
    static const char *const keys[] = {"a", "b", "c", "d", "e"};
    static const char *const numbers[] = {"-1.25e-3", "NaN", "-Infinity", "Infinity", "0"};
    struct plx_json_reader reader;
    char *bytes = start(&reader, string, sizeof string - 1);
    struct plx_word word;
    double value;
    size_t i;
    assert_true(plx_json_begin(&reader, '{'));
    for (i = 0; plx_json_more(&reader, '}', i); i++) {
        assert_true(i < 5);
        assert_true(plx_json_read_key(&reader, &word));
        assert_word(word, keys[i], 1);
        assert_true(plx_json_read_number(&reader, &word));
        assert_word(word, numbers[i], strlen(numbers[i]));
        assert_true(plx_parse_double(word.text, word.length, &value));
    }
    assert_int_equal(i, 5);
    assert_true(plx_json_end(&reader));
    finish(&reader, bytes);
}

static void plx_json_read_null__only_null(void **state)
{
    (void)state;
    struct plx_json_reader reader;
    char *bytes = start(&reader, "[null, 1, nul]", 14);
    struct plx_word word;
    assert_true(plx_json_begin(&reader, '['));
    assert_true(plx_json_more(&reader, ']', 0));
    assert_true(plx_json_read_null(&reader));
    assert_true(plx_json_more(&reader, ']', 1));
    assert_false(plx_json_read_null(&reader));
    assert_true(plx_json_read_number(&reader, &word));
    assert_true(plx_json_more(&reader, ']', 2));
    assert_false(plx_json_read_null(&reader));
    assert_int_equal(reader.status, PLX_OK);
    assert_false(plx_json_skip(&reader));
    assert_int_equal(reader.status, PLX_MALFORMED);
    finish(&reader, bytes);
}

static void plx_json_reader_init__again(void **state)
{
    (void)state;
    struct plx_json_reader reader;
    char *bytes = start(&reader, "\"a\\nb\"", 6);
    struct plx_word word;
    assert_true(plx_json_read_string(&reader, &word));
    assert_false(plx_json_skip(&reader));
    plx_json_reader_init(&reader, "\"\\t\"", 4);
    assert_true(plx_json_read_string(&reader, &word));
    assert_word(word, "\t", 1);
    finish(&reader, bytes);
}

static void plx_json_fail__the_first_stays(void **state)
{
    (void)state;
    struct plx_json_reader reader;
    char *bytes = start(&reader, "[1, 2]", 6);
    struct plx_error error;
    assert_true(plx_json_begin(&reader, '['));
    assert_true(plx_json_more(&reader, ']', 0));
    assert_false(plx_json_fail(&reader, "first", "hint"));
    assert_false(plx_json_fail(&reader, "second", NULL));
    assert_false(plx_json_more(&reader, ']', 1));
    assert_int_equal(plx_json_reader_error(&reader, "test", 3, &error), PLX_MALFORMED);
    assert_string_equal(error.message, "first");
    assert_string_equal(error.hint, "hint");
    assert_int_equal(error.column, 2);
    finish(&reader, bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_json_skip__values),          cmocka_unit_test(plx_json_skip__not_json),
        cmocka_unit_test(plx_json_skip__depth),           cmocka_unit_test(plx_json_skip__every_truncation),
        cmocka_unit_test(plx_json_read_string__meaning),  cmocka_unit_test(plx_json_read_number__text),
        cmocka_unit_test(plx_json_read_null__only_null),  cmocka_unit_test(plx_json_reader_init__again),
        cmocka_unit_test(plx_json_fail__the_first_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

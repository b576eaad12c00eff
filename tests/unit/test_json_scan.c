/* The scanner of JSON. What is JSON and what is not follows from RFC 8259; random and broken texts are judged
   by its grammar, written down once more in support/json_grammar.c. */
#include "base/json_scan.h"

#include "base/error.h"
#include "support/json_grammar.h"
#include "support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A copy of just that size, so that a sanitizer sees what reads beyond it. */
static struct plx_json_scan scan_of(const void *text, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, text, size);
    return (struct plx_json_scan){.text = copy, .size = size};
}

static void scan_end(struct plx_json_scan *scan)
{
    union {
        const uint8_t *bytes;
        void *memory;
    } text = {.bytes = scan->text};
    free(text.memory);
}

/* Strings. */

static void expect_string_of(const char *json, size_t json_size, const void *expected, size_t size)
{
    uint8_t out[256];
    struct plx_json_scan scan = scan_of(json, json_size);
    struct plx_json_string string;
    if (!plx_json_scan_string(&scan, &string))
        fail_msg("%s: %s", json, scan.message);
    assert_int_equal(scan.at, json_size);
    assert_int_equal(string.length, json_size - 2);
    assert_int_equal(string.escaped, memchr(json, '\\', json_size) != NULL);
    assert_true(string.length < sizeof out);
    const struct plx_word word = plx_json_word(&string, out);
    assert_int_equal(word.length, size);
    assert_memory_equal(word.text, expected, size);
    assert_true(string.escaped ? (const uint8_t *)word.text == out
                               : (const uint8_t *)word.text == string.raw);
    scan_end(&scan);
}

#define EXPECT_STRING(json, expected) \
    expect_string_of("\"" json "\"", sizeof(json) + 1, expected, sizeof(expected) - 1)

static void plx_json_scan_string__escapes(void **state)
{
    (void)state;
    EXPECT_STRING("", "");
    EXPECT_STRING("plain", "plain");
    EXPECT_STRING("\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t");
    EXPECT_STRING("\\u0041\\u00e9\\u20AC", "A\xc3\xa9\xe2\x82\xac");
    EXPECT_STRING("\\ud83d\\ude00", "\xf0\x9f\x98\x80");
    EXPECT_STRING("\\uD800\\uDC00\\uDBFF\\uDFFF", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
    EXPECT_STRING("\\ud7ff\\ue000\\uffff", "\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf");
    EXPECT_STRING("a\\u0000b", "a\0b");
    EXPECT_STRING("\\\\u0041", "\\u0041");
    EXPECT_STRING("before\\nbehind a longer run\\n", "before\nbehind a longer run\n");
    EXPECT_STRING("\x7f\xc2\x80\xf4\x8f\xbf\xbf", "\x7f\xc2\x80\xf4\x8f\xbf\xbf");
}

/* Every byte of a run of eight may be the one that ends it. */
static void plx_json_scan_string__every_place(void **state)
{
    static const char *const parts[] = {"\\n", "\xc3\xa9", "\xe2\x82\xac", "\\u00e9"};
    static const char *const meanings[] = {"\n", "\xc3\xa9", "\xe2\x82\xac", "\xc3\xa9"};
    (void)state;
    for (size_t before = 0; before < 20; before++) {
        for (size_t behind = 0; behind < 20; behind++) {
            for (size_t i = 0; i < 4; i++) {
                char json[64], expected[64];
                const int size =
                    snprintf(json, sizeof json, "\"%.*s%s%.*s\"", (int)before, "!#[]~^ abcdefghijklmn",
                             parts[i], (int)behind, "!#[]~^ abcdefghijklmn");
                const int length =
                    snprintf(expected, sizeof expected, "%.*s%s%.*s", (int)before, "!#[]~^ abcdefghijklmn",
                             meanings[i], (int)behind, "!#[]~^ abcdefghijklmn");
                expect_string_of(json, (size_t)size, expected, (size_t)length);
            }
        }
    }
}

/* `at`: from 0. */
static void expect_failure_of(const char *json, size_t size, size_t at, const char *message)
{
    struct plx_json_scan scan = scan_of(json, size);
    if (plx_json_scan_skip(&scan) && plx_json_scan_space(&scan) < 0)
        fail_msg("not refused: %s", json);
    assert_non_null(scan.message);
    if (scan.at != at || !strstr(scan.message, message))
        fail_msg("%s: \"%s\" at %zu, not \"%s\" at %zu", json, scan.message, scan.at, message, at);
    scan_end(&scan);
}

#define EXPECT_FAILURE(json, at, message) expect_failure_of(json, sizeof(json) - 1, at, message)

static void plx_json_scan_string__what_is_wrong(void **state)
{
    (void)state;
    EXPECT_FAILURE("\"abc", 4, "too early");
    EXPECT_FAILURE("\"", 1, "too early");
    EXPECT_FAILURE("\"abcdefghijkl", 13, "too early");
    EXPECT_FAILURE("\"a\\", 3, "too early");
    EXPECT_FAILURE("\"a\tb\"", 2, "control character");
    EXPECT_FAILURE("\"0123456789\x1f\"", 11, "control character");
    EXPECT_FAILURE("\"a\nb\"", 2, "control character");
    EXPECT_FAILURE("\"a\0b\"", 2, "NUL");
    EXPECT_FAILURE("\"\\x\"", 2, "no escape");
    EXPECT_FAILURE("\"\\'\"", 2, "no escape");
    EXPECT_FAILURE("\"\\\0\"", 2, "NUL");
    EXPECT_FAILURE("\"\\u12\"", 5, "four hexadecimal digits");
    EXPECT_FAILURE("\"\\u00g0\"", 5, "four hexadecimal digits");
    EXPECT_FAILURE("\"\\u12", 5, "too early");
    EXPECT_FAILURE("\"\\u", 3, "too early");
    EXPECT_FAILURE("\"x\\ud83d\"", 2, "surrogate");
    EXPECT_FAILURE("\"x\\ude00\"", 2, "surrogate");
    EXPECT_FAILURE("\"\\ud83dx\"", 1, "surrogate");
    EXPECT_FAILURE("\"\\ud83d\\n\"", 1, "surrogate");
    EXPECT_FAILURE("\"\\ud83d\\ud83d\"", 1, "surrogate");
    EXPECT_FAILURE("\"\\ud83d\\u0041\"", 1, "surrogate");
    EXPECT_FAILURE("\"\\ud83d\\u", 9, "too early");
    EXPECT_FAILURE("\"\\ud83d\\", 8, "too early");
    EXPECT_FAILURE("\"\\ud83d", 7, "too early");
    EXPECT_FAILURE("\"a\x80\"", 2, "UTF-8");
    EXPECT_FAILURE("\"a\xc3\"", 2, "UTF-8");
    EXPECT_FAILURE("\"\xc0\x80\"", 1, "UTF-8");         /* overlong */
    EXPECT_FAILURE("\"\xe0\x9f\xbf\"", 1, "UTF-8");     /* overlong */
    EXPECT_FAILURE("\"\xed\xa0\x80\"", 1, "UTF-8");     /* a surrogate */
    EXPECT_FAILURE("\"\xf4\x90\x80\x80\"", 1, "UTF-8"); /* above U+10FFFF */
    EXPECT_FAILURE("\"\xff\"", 1, "UTF-8");
    EXPECT_FAILURE("\"0123456789012345\x9f\"", 17, "UTF-8");
}

/* Every control character, wherever it stands in a run of eight, and no other byte of ASCII. */
static void plx_json_scan_string__control_characters(void **state)
{
    (void)state;
    for (size_t at = 1; at < 18; at++) {
        for (unsigned byte = 0; byte < 0x80; byte++) {
            char json[32] = "\"abcdefghijklmnopqrstuvwxyz\"";
            struct plx_json_string string;
            json[at] = (char)byte;
            if (byte == '"' || byte == '\\')
                continue;
            struct plx_json_scan scan = scan_of(json, 28);
            assert_int_equal(plx_json_scan_string(&scan, &string), byte >= 0x20);
            assert_int_equal(scan.at, byte >= 0x20 ? 28 : at);
            scan_end(&scan);
        }
    }
}

/* Values. */

static void expect_json(const char *json)
{
    struct plx_json_scan scan = scan_of(json, strlen(json));
    if (!plx_json_scan_skip(&scan) || plx_json_scan_space(&scan) >= 0)
        fail_msg("refused: %s", json);
    scan_end(&scan);
}

static void plx_json_scan_skip__values(void **state)
{
    static const char *const values[] = {
        "0",
        "-0",
        "12",
        "-3.25",
        "0.5",
        "1e5",
        "1E+05",
        "-0.0e-1",
        "true",
        "false",
        "null",
        "\"\"",
        "[]",
        "{}",
        " [ ] ",
        "\t{ \r\n } ",
        "[1]",
        "[1,2]",
        "[ 1 , 2 ]",
        "[[]]",
        "[[],[]]",
        "[{}]",
        "{\"a\":1}",
        " { \"a\" : 1 , \"b\" : [ ] } ",
        "{\"a\":{\"b\":[1,{\"c\":null},\"]\"]},\"\":\"}\"}",
        "[[[[1],2],3],{\"x\":[{}]}]",
        "{\"a\":1,\"a\":2}",
        "123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890e99999",
    };
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        expect_json(values[i]);
}

static void plx_json_scan_skip__what_is_wrong(void **state)
{
    (void)state;
    EXPECT_FAILURE("", 0, "too early");
    EXPECT_FAILURE("  ", 2, "too early");
    EXPECT_FAILURE("[", 1, "too early");
    EXPECT_FAILURE("[1", 2, "too early");
    EXPECT_FAILURE("[1,", 3, "too early");
    EXPECT_FAILURE("{\"a\"", 4, "too early");
    EXPECT_FAILURE("{\"a\":", 5, "too early");
    EXPECT_FAILURE("{\"a\":1,", 7, "too early");
    EXPECT_FAILURE("nul", 3, "too early");
    EXPECT_FAILURE("nulx", 3, "a value");
    EXPECT_FAILURE("-", 1, "too early");
    EXPECT_FAILURE("-a", 1, "a digit");
    EXPECT_FAILURE("1.", 2, "too early");
    EXPECT_FAILURE("[1.]", 3, "decimal point");
    EXPECT_FAILURE("[1e+]", 4, "exponent");
    EXPECT_FAILURE("[01]", 2, "',' or ']'");
    EXPECT_FAILURE("[+1]", 1, "a value");
    EXPECT_FAILURE("[.5]", 1, "a value");
    EXPECT_FAILURE("[1 2]", 3, "',' or ']'");
    EXPECT_FAILURE("[1,]", 3, "a value");
    EXPECT_FAILURE("[,1]", 1, "a value");
    EXPECT_FAILURE("[1}", 2, "',' or ']'");
    EXPECT_FAILURE("{1:2}", 1, "a string");
    EXPECT_FAILURE("{\"a\" 1}", 5, "':'");
    EXPECT_FAILURE("{\"a\":1]", 6, "',' or '}'");
    EXPECT_FAILURE("{\"a\":1,}", 7, "a string");
    EXPECT_FAILURE("{'a':1}", 1, "a string");
    EXPECT_FAILURE("{\"a\":1 \"b\":2}", 7, "',' or '}'");
    EXPECT_FAILURE("[NaN]", 1, "a value");
    EXPECT_FAILURE("[1 // one\n]", 3, "',' or ']'");
    EXPECT_FAILURE("[\xff]", 1, "UTF-8");
    EXPECT_FAILURE("[\0]", 1, "NUL");
    EXPECT_FAILURE("[\v1]", 1, "a value");
}

static void plx_json_scan_skip__hints(void **state)
{
    static const struct {
        const char *json, *hint;
    } cases[] = {
        {"{\"a\":", "jq -c ."},       {"[1,]", "no comma"},   {"{\"a\":1 , }", "no comma"},
        {"{'a':1}", "double quotes"}, {"# a", "no comments"}, {"[NaN]", "no NaN"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plx_json_scan scan = scan_of(cases[i].json, strlen(cases[i].json));
        assert_false(plx_json_scan_skip(&scan));
        assert_non_null(scan.hint);
        assert_non_null(strstr(scan.hint, cases[i].hint));
        scan_end(&scan);
    }
}

static void plx_json_scan_skip__depth(void **state)
{
    char text[5 * (PLX_JSON_DEPTH_MOST + 2)];
    (void)state;
    for (unsigned object = 0; object < 2; object++) {
        const char *open = object ? "{\"\":" : "[";
        for (size_t depth = PLX_JSON_DEPTH_MOST - 1; depth <= PLX_JSON_DEPTH_MOST + 1; depth++) {
            size_t size = 0;
            for (size_t i = 0; i < depth; i++, size += strlen(open))
                memcpy(text + size, open, strlen(open));
            text[size++] = '1';
            memset(text + size, object ? '}' : ']', depth);
            struct plx_json_scan scan = scan_of(text, size + depth);
            assert_int_equal(plx_json_scan_skip(&scan), depth <= PLX_JSON_DEPTH_MOST);
            if (depth > PLX_JSON_DEPTH_MOST)
                assert_non_null(strstr(scan.message, "deeply"));
            else
                assert_int_equal(scan.at, scan.size);
            scan_end(&scan);
        }
    }
}

/* Closing brackets of both kinds at every depth around the borders of the words that remember them. */
static void plx_json_scan_skip__mixed_depth(void **state)
{
    enum { DEPTH = 200 };
    char text[DEPTH * 8];
    struct random random = {5};
    (void)state;
    for (unsigned round = 0; round < 50; round++) {
        bool object[DEPTH];
        size_t size = 0;
        for (size_t i = 0; i < DEPTH; i++) {
            object[i] = random_chance(&random, 2);
            size += (size_t)sprintf(text + size, "%s", object[i] ? "{\"\":" : "[");
        }
        text[size++] = '1';
        const size_t inside = size;
        for (size_t i = DEPTH; i-- > 0;)
            text[size++] = object[i] ? '}' : ']';
        struct plx_json_scan scan = scan_of(text, size);
        assert_true(plx_json_scan_skip(&scan));
        assert_int_equal(scan.at, size);
        scan_end(&scan);
        const size_t wrong = inside + random_below(&random, DEPTH);
        text[wrong] = text[wrong] == '}' ? ']' : '}';
        scan = scan_of(text, size);
        assert_false(plx_json_scan_skip(&scan));
        assert_int_equal(scan.at, wrong);
        scan_end(&scan);
    }
}

static void plx_json_scan_skip_rest__of_an_array(void **state)
{
    static const char text[] = "[1, [2], {\"a\": 3}, 4] , 5";
    static const size_t elements[] = {1, 4, 9, 19}; /* where they begin; 21: behind the bracket */
    (void)state;
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++) {
        struct plx_json_scan scan = scan_of(text, sizeof text - 1);
        scan.at = elements[i];
        uint64_t count = 7;
        assert_true(plx_json_scan_skip_rest(&scan, &count));
        assert_int_equal(count, 7 + 4 - i);
        assert_int_equal(scan.at, 21);
        scan_end(&scan);
    }
    struct plx_json_scan scan = scan_of("[1, 2", 5);
    scan.at = 1;
    assert_false(plx_json_scan_skip_rest(&scan, &(uint64_t){0}));
    assert_int_equal(scan.at, 5);
    scan_end(&scan);
}

/* Lists of numbers. */

/* What is left when no more are taken begins with `rest`. */
static void expect_numbers(const char *text, const char *rest, const uint32_t *expected, size_t count)
{
    uint32_t numbers[16];
    struct plx_json_scan scan = scan_of(text, strlen(text));
    if (plx_json_scan_numbers(&scan, numbers, 16) != count || strcmp(text + scan.at, rest) != 0)
        fail_msg("%s: stops at %s", text, text + scan.at);
    if (count > 0)
        assert_memory_equal(numbers, expected, count * sizeof *numbers);
    scan.at = 0;
    assert_int_equal(plx_json_scan_numbers(&scan, NULL, 16), count);
    assert_string_equal(text + scan.at, rest);
    scan_end(&scan);
}

#define EXPECT_NUMBERS(text, rest, ...)                         \
    expect_numbers(text, rest, (const uint32_t[]){__VA_ARGS__}, \
                   sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

/* The last eight bytes of a text are left to others. */
static void plx_json_scan_numbers__where_it_stops(void **state)
{
    (void)state;
    EXPECT_NUMBERS("1,22, 333,4444, 55555,666666, 7777777,0,12345678]", "12345678]", 1, 22, 333, 4444, 55555,
                   666666, 7777777, 0);
    EXPECT_NUMBERS("1,02,3,4,5,6,7,8", "02,3,4,5,6,7,8", 1);
    EXPECT_NUMBERS("1,2.5,3,4,5,6,7,8", "2.5,3,4,5,6,7,8", 1);
    EXPECT_NUMBERS("1,2e5,3,4,5,6,7,8", "2e5,3,4,5,6,7,8", 1);
    EXPECT_NUMBERS("1,-2,3,4,5,6,7,8", "-2,3,4,5,6,7,8", 1);
    EXPECT_NUMBERS("1,  2,3,4,5,6,7,8", " 2,3,4,5,6,7,8", 1);
    EXPECT_NUMBERS("1,2 ,3,4,5,6,7,8", "2 ,3,4,5,6,7,8", 1);
    EXPECT_NUMBERS("1,\"a\",3,4,5,6,7", "\"a\",3,4,5,6,7", 1);
    EXPECT_NUMBERS("1,,3,4,5,6,7,8,9", ",3,4,5,6,7,8,9", 1);
    EXPECT_NUMBERS("9,2]         ", "2]         ", 9);
    expect_numbers("1,2,3,4,", "1,2,3,4,", NULL, 0);
    EXPECT_NUMBERS("1,2,3,4,5", "2,3,4,5", 1);
}

static void plx_json_scan_numbers__no_more_than_asked_for(void **state)
{
    uint32_t numbers[3] = {0, 0, 77};
    (void)state;
    struct plx_json_scan scan = scan_of("1,2,3,4,5,6,7,8,9", 17);
    assert_int_equal(plx_json_scan_numbers(&scan, numbers, 2), 2);
    assert_int_equal(scan.at, 4);
    assert_int_equal(numbers[1], 2);
    assert_int_equal(numbers[2], 77);
    assert_int_equal(plx_json_scan_numbers(&scan, numbers, 0), 0);
    assert_int_equal(scan.at, 4);
    scan_end(&scan);
}

static void plx_json_scan_numbers__random(void **state)
{
    struct random random = {31};
    uint32_t expected[1000], numbers[1000];
    char text[10000];
    (void)state;
    for (unsigned round = 0; round < 500; round++) {
        size_t size = 0;
        for (size_t i = 0; i < 1000; i++) {
            static const uint32_t bounds[] = {10, 100, 1000, 10000, 100000, 1000000, 10000000};
            expected[i] = (uint32_t)random_below(&random, bounds[random_below(&random, 7)]);
            size += (size_t)sprintf(text + size, "%u,%s", expected[i], random_chance(&random, 2) ? " " : "");
        }
        struct plx_json_scan scan = scan_of(text, size);
        const size_t count = plx_json_scan_numbers(&scan, numbers, 1000);
        assert_in_range(count, 994, 1000);
        assert_memory_equal(numbers, expected, count * sizeof *numbers);
        scan_end(&scan);
    }
}

/* Random texts. */

struct text {
    char bytes[4096];
    size_t size;
};

static void put(struct text *text, const char *part)
{
    const size_t size = strlen(part);
    assert_true(text->size + size <= sizeof text->bytes);
    memcpy(text->bytes + text->size, part, size);
    text->size += size;
}

static const char *pick(struct random *random, const char *const *of, size_t count)
{
    return of[random_below(random, count)];
}

#define PICK(random, of) pick(random, of, sizeof(of) / sizeof *(of))

static void put_value(struct text *text, struct random *random, unsigned depth)
{
    static const char *const scalars[] = {"0",
                                          "-1.5e3",
                                          "42",
                                          "true",
                                          "null",
                                          "false",
                                          "1E9",
                                          "\"\"",
                                          "\"a\"",
                                          "\"\\n\\\"\"",
                                          "\"\\u20ac\"",
                                          "\"\xc3\xa9 and\"",
                                          "\"\\ud83d\\ude00\"",
                                          "\"a longer one, without escapes\"",
                                          "[1, 2,33 ,444,5.5, 6,7,80,9,10]",
                                          "[12,3, 4,5,6,7,8,9,10,11]"};
    static const char *const spaces[] = {"", "", "", " ", "\t", "\r\n", "  "};
    const bool container = depth < 5 && text->size < 1500 && !random_chance(random, 3);
    const bool object = random_chance(random, 2);
    put(text, PICK(random, spaces));
    if (!container) {
        put(text, PICK(random, scalars));
    } else {
        put(text, object ? "{" : "[");
        const size_t count = random_below(random, 4);
        for (size_t i = 0; i < count; i++) {
            char key[32];
            snprintf(key, sizeof key, "\"key%zu\"", i);
            put(text, i ? "," : "");
            put(text, PICK(random, spaces));
            put(text, object ? key : "");
            put(text, PICK(random, spaces));
            put(text, object ? ":" : "");
            put_value(text, random, depth + 1);
        }
        put(text, PICK(random, spaces));
        put(text, object ? "}" : "]");
    }
    put(text, PICK(random, spaces));
}

static void plx_json_scan_skip__random_texts(void **state)
{
    struct random random = {11};
    size_t fine = 0, broken = 0;
    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        static const char bytes[] = "{}[],:\"\\0129-.eEtfnu \t\n\x01\x7f\x80\xc3";
        struct text text = {.size = 0};
        put_value(&text, &random, 0);
        for (size_t i = random_below(&random, 3); i > 0; i--)
            text.bytes[random_below(&random, text.size)] = bytes[random_below(&random, sizeof bytes)];
        if (random_chance(&random, 10))
            text.size = random_below(&random, text.size + 1);
        const bool expected = is_json(text.bytes, text.size);
        struct plx_json_scan scan = scan_of(text.bytes, text.size);
        const bool accepted = plx_json_scan_skip(&scan) && plx_json_scan_end(&scan);
        if (accepted != expected)
            fail_msg("round %u: %s %.*s", round, accepted ? "accepted:" : scan.message, (int)text.size,
                     text.bytes);
        fine += accepted;
        broken += !accepted;
        scan_end(&scan);
    }
    assert_true(fine > 5000 && broken > 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_json_scan_string__escapes),
        cmocka_unit_test(plx_json_scan_string__every_place),
        cmocka_unit_test(plx_json_scan_string__what_is_wrong),
        cmocka_unit_test(plx_json_scan_string__control_characters),
        cmocka_unit_test(plx_json_scan_skip__values),
        cmocka_unit_test(plx_json_scan_skip__what_is_wrong),
        cmocka_unit_test(plx_json_scan_skip__hints),
        cmocka_unit_test(plx_json_scan_skip__depth),
        cmocka_unit_test(plx_json_scan_skip__mixed_depth),
        cmocka_unit_test(plx_json_scan_skip_rest__of_an_array),
        cmocka_unit_test(plx_json_scan_numbers__where_it_stops),
        cmocka_unit_test(plx_json_scan_numbers__no_more_than_asked_for),
        cmocka_unit_test(plx_json_scan_numbers__random),
        cmocka_unit_test(plx_json_scan_skip__random_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

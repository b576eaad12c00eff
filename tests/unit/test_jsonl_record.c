/* Records of JSONL, what they mean and what is wrong with them. What JSON is follows from RFC 8259; offsets
   and columns have been counted by hand. */
#include "support/records.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void plx_jsonl_record_read__texts(void **state)
{
    (void)state;
    struct corpus_reading reading =
        read_records("{\"text\": \"One two\\n\"}\n"
                     "{\"id\": \"b\", \"text\": \"three\"}\n"
                     "{\"text\":\"\",\"id\":17}\n"
                     "{\"meta\":{\"text\":[1]},\"text\":\"\\u00e9\\ttab\",\"id\":-3}");
    expect_text(&reading, "One two\nthree\xc3\xa9\ttab", 19);
    assert_string_equal(reading.info.format, "jsonl");
    assert_int_equal(reading.document_count, 4);
    assert_int_equal(reading.chunks, 4);
    expect_document(&reading, 0, 0, 1, 0, NULL);
    expect_document(&reading, 1, 8, 2, 22, "b");
    expect_document(&reading, 2, 13, 3, 51, "17");
    expect_document(&reading, 3, 13, 4, 71, "-3");
    assert_int_equal(reading.info.bytes, 121);
    corpus_reading_free(&reading);
}

static void plx_jsonl_record_read__ids(void **state)
{
    (void)state;
    struct corpus_reading reading =
        read_records("{\"input_ids\": [0, 1,22 , 333\t,4444,55555,666666,7777777,88888888]}\n"
                     "{\"input_ids\":[]}\n"
                     "{\"id\":\"x\",\"input_ids\":[4294967294,999999999,4294967293,1234567890]}\n");
    EXPECT_IDS(&reading, 0, 1, 22, 333, 4444, 55555, 666666, 7777777, 88888888, 4294967294, 999999999,
               4294967293, 1234567890);
    assert_int_equal(reading.document_count, 3);
    expect_document(&reading, 0, 0, 1, 0, NULL);
    expect_document(&reading, 1, 9, 2, 67, NULL);
    expect_document(&reading, 2, 9, 3, 84, "x");
    corpus_reading_free(&reading);
    reading = read_records("{\"tokens\":[5,6]}\n{\"tokens\":[]}\n{\"tokens\":[7]}");
    EXPECT_IDS(&reading, 5, 6, 7);
    assert_int_equal(reading.document_count, 3);
    corpus_reading_free(&reading);
}

static void plx_jsonl_record_read__strings(void **state)
{
    (void)state;
    struct corpus_reading reading = read_records("{\"tokens\": [\"The\", \"\\u0120sat\" ,\"\"]}\n"
                                                 "{\"tokens\": []}\n"
                                                 "{\"tokens\":[\"a\\\"b\",\"plain\",\"\\n\\n\"]}\n");
    EXPECT_STRINGS(&reading, "The", "\xc4\xa0sat", "", "a\"b", "plain", "\n\n");
    assert_int_equal(reading.document_count, 3);
    expect_document(&reading, 2, 3, 3, 52, NULL);
    corpus_reading_free(&reading);
}

static void plx_jsonl_record_read__which_member_counts(void **state)
{
    (void)state;
    struct corpus_reading reading = read_records("{\"text\":\"a\",\"tokens\":[\"b\"],\"input_ids\":[1]}\n"
                                                 "{\"input_ids\":[2],\"tokens\":[\"b\"],\"text\":\"a\"}\n"
                                                 "{\"text\":\"a\",\"tokens\":[3]}\n");
    EXPECT_IDS(&reading, 1, 2, 3);
    corpus_reading_free(&reading);
    reading = read_records("{\"tokens\":[\"b\"],\"input_ids\":[3],\"text\":null}\n"
                           "{\"text\":5,\"tokens\":[1.5,\"x\"],\"input_ids\":[4]}\n");
    EXPECT_IDS(&reading, 3, 4);
    corpus_reading_free(&reading);
    reading = read_records("{\"text\":\"a\",\"tokens\":[\"b\"]}\n{\"tokens\":[\"c\"],\"text\":\"a\"}");
    EXPECT_STRINGS(&reading, "b", "c");
    corpus_reading_free(&reading);
}

/* Names may be escaped as other strings may. */
static void plx_jsonl_record_read__names_of_members(void **state)
{
    (void)state;
    struct corpus_reading reading =
        read_records("{\"\\u0074\\u0065\\u0078\\u0074\": \"a\", \"text_\": 1, \"tex\": 2, \"Text\": 3, "
                     "\"\\u0069\\u006e\\u0070\\u0075\\u0074\\u005f\\u0069\\u0064\\u0078\": 4, "
                     "\"a name that is longer than any of those that matter, however they are written\": 5, "
                     "\"text\\u0000\": 6}");
    expect_text(&reading, "a", 1);
    corpus_reading_free(&reading);
    reading = read_records("{\"\\u0069\\u006e\\u0070\\u0075\\u0074\\u005f\\u0069\\u0064\\u0073\": [7], "
                           "\"\\u0069d\": \"\\u0041\\\\\"}");
    EXPECT_IDS(&reading, 7);
    expect_document(&reading, 0, 0, 1, 0, "A\\");
    corpus_reading_free(&reading);
}

static void plx_jsonl_record_read__nul_in_a_text(void **state)
{
    (void)state;
    struct corpus_reading reading = read_records("{\"text\":\"a\\u0000b\",\"id\":\"\\u0000\"}");
    expect_text(&reading, "a\0b", 3);
    assert_int_equal(reading.documents[0].id_length, 1);
    assert_int_equal(reading.documents[0].id[0], 0);
    corpus_reading_free(&reading);
}

/* What is wrong. */

/* The first line and, behind fine records of that kind, a later one. */
static void expect_wrong(const char *fine, const char *record, uint64_t column, const char *message,
                         const char *hint)
{
    char records[1024];
    expect_refused_of(record, strlen(record), PLX_MALFORMED, 1, column, message, hint);
    const int size = snprintf(records, sizeof records, "%s\n\r\n%s\n%s\n%s\n", fine, fine, record, fine);
    assert_true(size > 0 && (size_t)size < sizeof records);
    expect_refused_of(records, (size_t)size, PLX_MALFORMED, 4, column, message, hint);
}

static void plx_jsonl_record_read__records_that_are_wrong(void **state)
{
    static const struct {
        const char *record;
        uint64_t column;
        const char *message, *hint;
    } cases[] = {
        {"[{\"text\":\"a\"}]", 1, "must be an object", "jq -c '.[]'"},
        {"\"text\"", 1, "must be an object", NULL},
        {"text", 1, "must be an object", NULL},
        {"  5", 3, "must be an object", NULL},
        {"{}", 1, "neither", "jq -c '{text"},
        {" {\"body\":\"a\"}", 1, "neither", NULL},
        {"{\"id\":\"a\"}", 1, "neither", NULL},
        {"{", 2, "too early", "jq -c ."},
        {"{\"text\":\"a\"", 12, "too early", NULL},
        {"{\"text\":\"a\",", 13, "too early", NULL},
        {"{\"text\":\"a\"} x", 14, "more behind", NULL},
        {"{\"text\":\"a\"},", 13, "more behind", NULL},
        {"{\"text\":\"a\"}{\"text\":\"b\"}", 13, "more behind", "one record a line"},
        {"{\"text\":\"a\",}", 13, "a string", "no comma"},
        {"{\"text\" \"a\"}", 9, "':'", NULL},
        {"{text:\"a\"}", 2, "a string", NULL},
        {"{\"text\":\"a\" \"id\":1}", 13, "',' or '}'", NULL},
        {"{\"text\":\"a\",\"x\":[1,]}", 20, "a value", NULL},
        {"{\"x\":tru,\"text\":\"a\"}", 9, "a value", NULL},
        {"{\"text\":\"a\tb\"}", 11, "control character", NULL},
        {"{\"text\":\"a\\q\"}", 12, "no escape", NULL},
        {"{\"text\":\"ab\xff\"}", 12, "UTF-8", NULL},
        {"{\"x\":\"\xc3\",\"text\":\"\"}", 7, "UTF-8", NULL},
        {"{\"text\":\"\\ud800\"}", 10, "surrogate", NULL},
        {"{\"text\":\"a\\udc00\"}", 11, "surrogate", NULL},
        {"{\"\\ud800\":\"\",\"text\":\"\"}", 3, "surrogate", NULL},
        {"{\"text\":\"a\",\"text\":\"a\"}", 13, "twice", NULL},
        {"{\"text\":\"a\", \"\\u0074ext\":\"a\"}", 14, "twice", NULL},
        {"{\"id\":1,\"text\":\"a\",\"id\":1}", 20, "twice", NULL},
        {"{\"text\":\"a\",\"input_ids\":[1],\"text\":\"b\"}", 29, "twice", NULL},
        {"{\"text\":null}", 9, "\"text\" must be a string", "null"},
        {"{\"text\":nul}", 12, "a value", NULL},
        {"{\"text\":5}", 9, "\"text\" must be a string", NULL},
        {"{\"text\":[\"a\"]}", 9, "\"text\" must be a string", NULL},
        {"{\"text\":{\"a\":\"b\"}}", 9, "\"text\" must be a string", NULL},
        {"{\"text\":\"a\",\"id\":1.5}", 18, "\"id\" must be", NULL},
        {"{\"text\":\"a\",\"id\":1e3}", 18, "\"id\" must be", NULL},
        {"{\"text\":\"a\",\"id\":true}", 18, "\"id\" must be", NULL},
        {"{\"text\":\"a\",\"id\":[1]}", 18, "\"id\" must be", NULL},
        {"{\"text\":\"a\",\"id\":{}}", 18, "\"id\" must be", NULL},
        {"{\"text\":\"a\",\"id\":-}", 19, "a digit", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_wrong("{\"text\": \"fine\"}", cases[i].record, cases[i].column, cases[i].message,
                     cases[i].hint);
}

static void plx_jsonl_record_read__tokens_that_are_wrong(void **state)
{
    static const char ids[] = "must be an integer from 0 to 4294967294";
    static const struct {
        const char *record;
        uint64_t column;
        const char *message, *hint;
    } cases[] = {
        {"{\"input_ids\":[1,-100]}", 17, ids, "-100"},
        {"{\"input_ids\":[-0]}", 15, ids, NULL},
        {"{\"input_ids\":[1.0]}", 15, ids, NULL},
        {"{\"input_ids\":[1, 1e3, 5,6,7,8]}", 18, ids, NULL},
        {"{\"input_ids\":[1, 12E1, 5,6,7,8]}", 18, ids, NULL},
        {"{\"input_ids\":[3,12.5, 5,6,7,8]}", 17, ids, NULL},
        {"{\"input_ids\":[4294967295]}", 15, ids, NULL},
        {"{\"input_ids\":[4294967296]}", 15, ids, NULL},
        {"{\"input_ids\":[18446744073709551616]}", 15, ids, NULL},
        {"{\"input_ids\":[1,null]}", 17, ids, NULL},
        {"{\"input_ids\":[true]}", 15, ids, NULL},
        {"{\"input_ids\":[[1,2]]}", 15, ids, "one list a record"},
        {"{\"input_ids\":[{}]}", 15, ids, NULL},
        {"{\"input_ids\":[\"1\"]}", 15, ids, "\"tokens\""},
        {"{\"input_ids\":null}", 14, "\"input_ids\" must be a list", "null"},
        {"{\"input_ids\":null,\"text\":\"a\"}", 14, "\"input_ids\" must be a list", "null"},
        {"{\"input_ids\":\"1 2\"}", 14, "\"input_ids\" must be a list", NULL},
        {"{\"input_ids\":{}}", 14, "\"input_ids\" must be a list", NULL},
        {"{\"input_ids\":[01]}", 16, "',' or ']'", NULL},
        {"{\"input_ids\":[01,2,3,4,5,6]}", 16, "',' or ']'", NULL},
        {"{\"input_ids\":[1 2]}", 17, "',' or ']'", NULL},
        {"{\"input_ids\":[1,]}", 17, "a value", NULL},
        {"{\"input_ids\":[1,2", 18, "too early", NULL},
        {"{\"input_ids\":[1,", 17, "too early", NULL},
        {"{\"input_ids\":[1a]}", 16, "',' or ']'", NULL},
        {"{\"input_ids\":[1}", 16, "',' or ']'", NULL},
        {"{\"tokens\":[1,\"a\"]}", 14, ids, "all elements"},
        {"{\"tokens\":null}", 11, "\"tokens\" must be a list", "null"},
        {"{\"tokens\":\"a b\"}", 11, "\"tokens\" must be a list", NULL},
        {"{\"tokens\":[[\"a\"]]}", 12, ids, NULL},
        {"{\"tokens\":[null]}", 12, ids, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_wrong("{\"input_ids\": [1, 2]}", cases[i].record, cases[i].column, cases[i].message,
                     cases[i].hint);
    expect_wrong("{\"tokens\":[\"a\"]}", "{\"tokens\":[\"a\",1]}", 16, "must be a string", NULL);
    expect_wrong("{\"tokens\":[\"a\"]}", "{\"tokens\":[\"a\",\"\\x\"]}", 18, "no escape", NULL);
    expect_wrong("{\"tokens\":[\"a\"]}", "{\"tokens\":[\"a\",\"b", 18, "too early", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_jsonl_record_read__texts),
        cmocka_unit_test(plx_jsonl_record_read__ids),
        cmocka_unit_test(plx_jsonl_record_read__strings),
        cmocka_unit_test(plx_jsonl_record_read__which_member_counts),
        cmocka_unit_test(plx_jsonl_record_read__names_of_members),
        cmocka_unit_test(plx_jsonl_record_read__nul_in_a_text),
        cmocka_unit_test(plx_jsonl_record_read__records_that_are_wrong),
        cmocka_unit_test(plx_jsonl_record_read__tokens_that_are_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* JSONL as a corpus. What records mean follows from shared documentation of the format ("input_ids" before
   "tokens" before "text"), what JSON means from RFC 8259; random records are read by cJSON too. */
#include "support/corpora.h"
#include "support/gzip_member.h"
#include "support/random.h"
#include "support/sanitized.h"

#include <cjson/cJSON.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct corpus_reading read_records(const char *records)
{
    return corpus_read_memory(records, strlen(records), "test.jsonl");
}

/* Records. */

/* The bytes of all documents, and where each begins. */
static void expect_text(const struct corpus_reading *reading, const char *text, size_t size)
{
    assert_int_equal(reading->info.content, PLX_CONTENT_TEXT);
    assert_int_equal(reading->text.size, size);
    if (size > 0)
        assert_memory_equal(reading->text.data, text, size);
}

static void expect_document(const struct corpus_reading *reading, size_t i, uint64_t begin, uint64_t line,
                            uint64_t offset, const char *id)
{
    assert_true(i < reading->document_count);
    const struct read_document *document = &reading->documents[i];
    assert_int_equal(document->begin, begin);
    assert_int_equal(document->line, line);
    assert_int_equal(document->offset, offset);
    assert_int_equal(document->id != NULL, id != NULL);
    if (id)
        assert_string_equal(document->id, id);
}

static void expect_ids(const struct corpus_reading *reading, const uint32_t *ids, size_t count)
{
    assert_int_equal(reading->info.content, PLX_CONTENT_IDS);
    assert_int_equal(reading->count, count);
    if (count > 0)
        assert_memory_equal(reading->ids, ids, count * sizeof *ids);
}

#define EXPECT_IDS(reading, ...)                         \
    expect_ids(reading, (const uint32_t[]){__VA_ARGS__}, \
               sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void expect_strings(const struct corpus_reading *reading, const char *const *strings, size_t count)
{
    uint64_t begin = 0;
    assert_int_equal(reading->info.content, PLX_CONTENT_STRINGS);
    assert_int_equal(reading->count, count);
    for (size_t i = 0; i < count; begin = reading->ends[i++]) {
        assert_int_equal(reading->ends[i] - begin, strlen(strings[i]));
        assert_memory_equal(reading->text.data + begin, strings[i], strlen(strings[i]));
    }
}

#define EXPECT_STRINGS(reading, ...)                            \
    expect_strings(reading, (const char *const[]){__VA_ARGS__}, \
                   sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void jsonl_next__texts(void **state)
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

static void jsonl_next__ids(void **state)
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

static void jsonl_next__strings(void **state)
{
    (void)state;
    struct corpus_reading reading = read_records("{\"tokens\": [\"The\", \"\\u0120cat\" ,\"\"]}\n"
                                                 "{\"tokens\": []}\n"
                                                 "{\"tokens\":[\"a\\\"b\",\"plain\",\"\\n\\n\"]}\n");
    EXPECT_STRINGS(&reading, "The",
                   "\xc4\xa0"
                   "cat",
                   "", "a\"b", "plain", "\n\n");
    assert_int_equal(reading.document_count, 3);
    expect_document(&reading, 2, 3, 3, 52, NULL);
    corpus_reading_free(&reading);
}

static void jsonl_next__which_member_counts(void **state)
{
    (void)state;
    struct corpus_reading reading = read_records("{\"text\":\"a\",\"tokens\":[\"b\"],\"input_ids\":[1]}\n"
                                                 "{\"input_ids\":[2],\"tokens\":[\"b\"],\"text\":\"a\"}\n"
                                                 "{\"tokens\":[\"b\"],\"input_ids\":[3],\"text\":null}\n"
                                                 "{\"text\":5,\"tokens\":[1.5,\"x\"],\"input_ids\":[4]}\n"
                                                 "{\"text\":\"a\",\"tokens\":[5]}\n");
    EXPECT_IDS(&reading, 1, 2, 3, 4, 5);
    corpus_reading_free(&reading);
    reading = read_records("{\"text\":\"a\",\"tokens\":[\"b\"]}\n{\"tokens\":[\"c\"],\"text\":\"a\"}");
    EXPECT_STRINGS(&reading, "b", "c");
    corpus_reading_free(&reading);
}

/* Names may be escaped as other strings may. */
static void jsonl_next__names_of_members(void **state)
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

/* An empty list is of either kind: the first list that is not empty says which. */
static void jsonl_next__undecided_records(void **state)
{
    (void)state;
    struct corpus_reading reading = read_records("{\"tokens\":[]}\n\n{\"tokens\":[]}\n{\"tokens\":[1]}\n");
    EXPECT_IDS(&reading, 1);
    assert_int_equal(reading.document_count, 3);
    corpus_reading_free(&reading);
    reading = read_records("{\"tokens\":[]}\n{\"tokens\":[\"1\"]}\n{\"tokens\":[]}\n");
    EXPECT_STRINGS(&reading, "1");
    assert_int_equal(reading.document_count, 3);
    corpus_reading_free(&reading);
    reading = read_records("{\"tokens\":[]}");
    assert_int_equal(reading.info.content, PLX_CONTENT_STRINGS);
    assert_int_equal(reading.document_count, 1);
    corpus_reading_free(&reading);
}

static void jsonl_next__blank_lines_and_line_ends(void **state)
{
    (void)state;
    struct corpus_reading reading =
        read_records("\xef\xbb\xbf\r\n\n \t\r\n{\"text\":\"a\"}\r\n\r\n  {\"text\":\"b\"}  \r\n\n");
    expect_text(&reading, "ab", 2);
    expect_document(&reading, 0, 0, 4, 10, NULL);
    expect_document(&reading, 1, 1, 6, 26, NULL);
    corpus_reading_free(&reading);
    reading = read_records("\xef\xbb\xbf{\"text\":\"a\"}");
    expect_text(&reading, "a", 1);
    expect_document(&reading, 0, 0, 1, 0, NULL);
    corpus_reading_free(&reading);
}

static void jsonl_next__nothing(void **state)
{
    static const char *const texts[] = {"", "\n", "\n \r\n\t", "\xef\xbb\xbf", "\xef\xbb\xbf\n"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct corpus_reading reading = read_records(texts[i]);
        assert_int_equal(reading.chunks, 0);
        assert_string_equal(reading.info.format, "jsonl");
        assert_int_equal(reading.info.bytes, strlen(texts[i]));
        corpus_reading_free(&reading);
    }
}

static void jsonl_next__nul_in_a_text(void **state)
{
    (void)state;
    struct corpus_reading reading = read_records("{\"text\":\"a\\u0000b\",\"id\":\"\\u0000\"}");
    expect_text(&reading, "a\0b", 3);
    assert_int_equal(reading.documents[0].id_length, 1);
    assert_int_equal(reading.documents[0].id[0], 0);
    corpus_reading_free(&reading);
}

/* A heading of WikiText inside a record begins no document. */
static void jsonl_next__headings(void **state)
{
    (void)state;
    struct corpus_reading reading = read_records("{\"text\":\"x\\n\\n = A = \\n\\ny\\n\\n = B = \\n\\nz\"}");
    assert_int_equal(reading.document_count, 1);
    corpus_reading_free(&reading);
}

/* What is wrong. */

static void expect_refused_of(const char *records, size_t size, enum plx_status expected, uint64_t line,
                              uint64_t column, const char *message, const char *hint)
{
    struct corpus_reading reading = {.count = 0};
    struct plx_corpus *corpus;
    struct plx_error error = {0};
    enum plx_status status = corpus_open_memory(records, size, "test.jsonl", NULL, &corpus, &error);
    if (status == PLX_OK)
        status = corpus_read(corpus, &reading, &error);
    uint64_t offset = 0;
    for (uint64_t i = 1; i < line; i++)
        offset = (uint64_t)((const char *)memchr(records + offset, '\n', size - offset) - records) + 1;
    if (status != expected || error.line != line || error.column != column ||
        !strstr(error.message, message) || (hint && !strstr(error.hint, hint)))
        fail_msg("%s\n: status %d, %llu:%llu: \"%s\" (%s), not %llu:%llu: %s", records, (int)status,
                 (unsigned long long)error.line, (unsigned long long)error.column, error.message, error.hint,
                 (unsigned long long)line, (unsigned long long)column, message);
    assert_int_equal(error.offset, offset + column - 1);
    assert_string_equal(error.input, "test.jsonl");
    corpus_reading_free(&reading);
}

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

static void jsonl_next__records_that_are_wrong(void **state)
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
        {"{\"text\":\"a\",\"id\":null}", 18, "\"id\" must be", NULL},
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

static void jsonl_next__tokens_that_are_wrong(void **state)
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

static void jsonl_next__records_of_another_kind(void **state)
{
    static const char *const records[] = {"{\"text\":\"a\"}",    "{\"tokens\":[\"a\"]}", "{\"tokens\":[1]}",
                                          "{\"input_ids\":[1]}", "{\"input_ids\":[]}",   "{\"tokens\":[]}"};
    static const uint64_t columns[] = {9, 11, 11, 14, 14, 11};
    static const enum plx_content contents[] = {PLX_CONTENT_TEXT, PLX_CONTENT_STRINGS, PLX_CONTENT_IDS,
                                                PLX_CONTENT_IDS, PLX_CONTENT_IDS};
    static const char *const kinds[] = {"a text", "tokens as strings", "token ids"};
    char text[128];
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        for (size_t k = 0; k < 6; k++) {
            const bool fits = k == 5 ? contents[i] != PLX_CONTENT_TEXT : contents[i] == contents[k];
            const int size = snprintf(text, sizeof text, "%s\n%s\n%s\n", records[i], records[i], records[k]);
            if (fits) {
                struct corpus_reading reading = read_records(text);
                assert_int_equal(reading.document_count, 3);
                corpus_reading_free(&reading);
            } else {
                expect_refused_of(text, (size_t)size, PLX_MALFORMED, 3, columns[k], kinds[contents[i]],
                                  "count before");
            }
        }
    }
}

/* Columns count the bytes of the line, those of a byte order mark too. */
static void jsonl_next__columns_behind_a_mark(void **state)
{
    static const char text[] = "\xef\xbb\xbf{\"text\":5}";
    (void)state;
    expect_refused_of(text, sizeof text - 1, PLX_MALFORMED, 1, 12, "must be a string", NULL);
    static const char second[] = "{\"text\":\"\"}\n\xef\xbb\xbf{\"text\":\"\"}";
    expect_refused_of(second, sizeof second - 1, PLX_MALFORMED, 2, 1, "must be an object", NULL);
}

/* Recognising. */

static const char *format_of(const void *text, size_t size, const char *name)
{
    struct plx_corpus_info info;
    struct plx_corpus *corpus;
    struct plx_error error;
    if (corpus_open_memory(text, size, name, NULL, &corpus, &error))
        return error.status == PLX_MALFORMED ? "malformed" : "unknown";
    plx_corpus_info(corpus, &info);
    plx_corpus_close(corpus);
    return info.format;
}

static void jsonl_probe__content_and_name(void **state)
{
    static const struct {
        const char *text, *name, *format;
    } cases[] = {
        {"{\"text\":\"\"}", "x", "jsonl"},
        {"\n \r\n\t{ \t\"text\":\"\"}", "x.txt", "jsonl"},
        {"\xef\xbb\xbf{\"text\":\"\"}", "-", "jsonl"},
        {"{}", "x", "malformed"},
        {"{ }", "x", "malformed"},
        {"{\n\"text\": \"\"\n}", "x", "malformed"},
        {"{\"", "x", "malformed"},
        {"{ a }", "x", "text"},
        {"{", "x", "text"},
        {"x {\"text\":\"\"}", "x", "text"},
        {"[{\"text\":\"\"}]", "x", "text"},
        {"[{\"text\":\"\"}]", "x.json", "malformed"},
        {"[{\"text\":\"\"}]", "x.jsonl", "malformed"},
        {"words", "x.ndjson", "malformed"},
        {"words", "x.jsonl.gz", "malformed"},
        {"words", "x.jsonl.txt", "text"},
        {"words", "jsonl", "text"},
        {"", "x.jsonl", "jsonl"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *format = format_of(cases[i].text, strlen(cases[i].text), cases[i].name);
        if (strcmp(format, cases[i].format) != 0)
            fail_msg("%s: %s is %s", cases[i].name, cases[i].text, format);
    }
    /* Ids 8827 and 1, the bytes of which are a brace, a quote, 1 and 0. */
    assert_string_equal(format_of("{\"\1\0", 4, "train.bin"), "u16");
}

/* Pieces. */

/* Appends a JSON string of the bytes, everything escaped that can be if `escaped`. */
static void append_string(struct plx_buffer *json, const char *text, size_t size, bool escaped)
{
    struct plx_error error;
    assert_int_equal(plx_buffer_append(json, "\"", 1, &error), PLX_OK);
    for (size_t i = 0; i < size; i++) {
        const uint8_t byte = (uint8_t)text[i];
        if (byte < 0x20 || byte == '"' || byte == '\\' || (escaped && byte < 0x80))
            assert_int_equal(plx_buffer_printf(json, &error, "\\u%04x", byte), PLX_OK);
        else
            assert_int_equal(plx_buffer_append(json, text + i, 1, &error), PLX_OK);
    }
    assert_int_equal(plx_buffer_append(json, "\"", 1, &error), PLX_OK);
}

static void append_text(struct plx_buffer *json, const char *text)
{
    struct plx_error error;
    assert_int_equal(plx_buffer_append_text(json, text, &error), PLX_OK);
}

/* A record of the text, after `before` blanks and followed by a small one. */
static void expect_whole_text(const char *text, size_t size, size_t before, bool escaped)
{
    struct plx_buffer json;
    plx_buffer_init(&json, (size_t)1 << 30);
    for (size_t i = 0; i < before; i++)
        append_text(&json, " ");
    append_text(&json, "{\"text\":");
    append_string(&json, text, size, escaped);
    append_text(&json, ",\"id\":\"first\"}\n{\"text\":\"end\"}\n");
    struct corpus_reading reading = corpus_read_memory(json.data, json.size, "test.jsonl");
    assert_int_equal(reading.text.size, size + 3);
    if (size > 0)
        assert_memory_equal(reading.text.data, text, size);
    assert_int_equal(reading.document_count, 2);
    expect_document(&reading, 0, 0, 1, 0, "first");
    expect_document(&reading, 1, size, 2, json.size - 15, NULL);
    corpus_reading_free(&reading);
    plx_buffer_release(&json);
}

#define PIECE  ((size_t)64 << 10)
#define BUFFER ((size_t)256 << 10) /* of a source */

/* Lines and words on both sides of where pieces end. corpus_read checks what each says of itself. */
static void jsonl_next__pieces_of_a_text(void **state)
{
    static const char *const middles[] = {"a b\nc", "\n\n", " \n x", "x y", "\xc3\xa9\xf0\x9f\x98\x80",
                                          "\t \t"};
    const size_t most = 3 * PIECE + 100;
    char *text = malloc(most);
    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < sizeof middles / sizeof *middles; i++) {
        for (size_t at = PIECE - 8; at < PIECE + 3; at++) {
            for (unsigned fill = 0; fill < 3; fill++) {
                for (size_t k = 0; k < most; k++)
                    text[k] = "some words\n"
                              "some words "
                              "somexwords!"[11 * fill + k % 11];
                memcpy(text + at, middles[i], strlen(middles[i]));
                expect_whole_text(text, most - at % 3, 0, false);
            }
        }
    }
    free(text);
}

static void jsonl_next__size_of_pieces(void **state)
{
    const size_t size = 10 * PIECE;
    struct plx_buffer json;
    (void)state;
    char *text = malloc(size);
    assert_non_null(text);
    for (size_t i = 0; i < size; i++)
        text[i] = i % 50 == 49 ? '\n' : 'x';
    plx_buffer_init(&json, (size_t)1 << 30);
    append_text(&json, "{\"text\":");
    append_string(&json, text, size, false);
    append_text(&json, "}");
    struct corpus_reading reading = corpus_read_memory(json.data, json.size, "test.jsonl");
    assert_in_range(reading.chunks, 10, 12);
    assert_true(reading.largest <= PIECE);
    corpus_reading_free(&reading);
    plx_buffer_release(&json);
    free(text);
}

/* Records of every length and place around the borders of a source's buffer. */
static void jsonl_next__records_across_the_buffer(void **state)
{
    static char text[2 * BUFFER];
    const size_t step = SANITIZED ? 7 : 1;
    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = "a line of words\n"[i % 16];
    for (size_t before = BUFFER - 40; before <= BUFFER + 2; before += step) {
        expect_whole_text("a \"word\" or \xe2\x82\xac", 15, before, false);
        expect_whole_text("a \"word\" or \xe2\x82\xac", 15, before, true);
    }
    for (size_t size = BUFFER - 40; size <= BUFFER + 2; size += 3 * step)
        expect_whole_text(text, size, 0, false);
    expect_whole_text(text, sizeof text, BUFFER - 1, true);
}

static void jsonl_next__pieces_of_tokens(void **state)
{
    static const size_t counts[] = {16383, 16384, 16385, 32768, 40000, 100000};
    (void)state;
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        for (unsigned strings = 0; strings < 2; strings++) {
            struct plx_buffer json;
            struct plx_error error;
            plx_buffer_init(&json, (size_t)1 << 30);
            append_text(&json, strings ? "{\"tokens\":[" : "{\"input_ids\":[");
            for (size_t i = 0; i < counts[c]; i++)
                plx_buffer_printf(&json, &error, strings ? "%s\"%s%zu\"" : "%s%s%zu",
                                  i ? i % 3 ? ", " : "," : "", strings && i % 5 == 0 ? "\\t\\u20ac" : "",
                                  i * 7);
            append_text(&json, "], \"id\": \"\\tmany\"}\n");
            append_text(&json, strings ? "{\"tokens\":[\"x\"]}" : "{\"input_ids\":[9]}");
            struct corpus_reading reading = corpus_read_memory(json.data, json.size, "test.jsonl");
            assert_int_equal(reading.count, counts[c] + 1);
            assert_int_equal(reading.document_count, 2);
            expect_document(&reading, 0, 0, 1, 0, "\tmany");
            expect_document(&reading, 1, counts[c], 2, json.size - 17 + strings, NULL);
            assert_int_equal(reading.chunks, (counts[c] + 16383) / 16384 + 1);
            uint64_t begin = 0;
            for (size_t i = 0; i < counts[c]; i++) {
                char expected[64];
                if (!strings) {
                    assert_int_equal(reading.ids[i], i * 7);
                    continue;
                }
                const int size =
                    snprintf(expected, sizeof expected, "%s%zu", i % 5 == 0 ? "\t\xe2\x82\xac" : "", i * 7);
                assert_int_equal(reading.ends[i] - begin, size);
                assert_memory_equal(reading.text.data + begin, expected, (size_t)size);
                begin = reading.ends[i];
            }
            corpus_reading_free(&reading);
            plx_buffer_release(&json);
        }
    }
}

/* An error far inside a list comes with its place. */
static void jsonl_next__wrong_token_in_a_later_piece(void **state)
{
    (void)state;
    for (unsigned form = 0; form < 3; form++) {
        struct plx_buffer json;
        plx_buffer_init(&json, (size_t)1 << 30);
        append_text(&json, "\n{\"input_ids\":[");
        for (size_t i = 0; i < 20000; i++)
            append_text(&json, "1,");
        append_text(&json, form == 0 ? "-1]}\n" : form == 1 ? "x]}\n" : "2] x}\n");
        expect_refused_of((const char *)json.data, json.size, PLX_MALFORMED, 2,
                          14 + 40000 + (form == 2 ? 4 : 1),
                          form == 0   ? "must be an integer"
                          : form == 1 ? "a value"
                                      : "',' or '}'",
                          NULL);
        plx_buffer_release(&json);
    }
}

/* The longest line that can be held, and one more. */
static void jsonl_next__longest_record(void **state)
{
    const size_t size = PLX_SOURCE_PEEK_MAX;
    (void)state;
    char *json = malloc(size + 2);
    assert_non_null(json);
    for (unsigned more = 0; more < 2; more++) {
        memset(json, 'x', size + 2);
        memcpy(json, "{\"text\":\"", 9);
        json[100000] = ' ';
        memcpy(json + size - 3 + more, "\"}\n", 3);
        if (more) {
            static const char *const before[] = {"", "\n", "{\"text\":\"\"}\n"};
            struct plx_corpus *corpus;
            struct corpus_reading reading = {.count = 0};
            struct plx_error error;
            for (size_t i = 0; i < 3; i++) {
                const size_t length = strlen(before[i]);
                char *whole = malloc(size + 1 + length);
                assert_non_null(whole);
                memcpy(whole, before[i], length);
                memcpy(whole + length, json, size + 1);
                enum plx_status status =
                    corpus_open_memory(whole, size + 1 + length, "test.jsonl", NULL, &corpus, &error);
                if (status == PLX_OK) {
                    status = corpus_read(corpus, &reading, &error);
                    corpus_reading_free(&reading);
                }
                assert_int_equal(status, PLX_UNSUPPORTED);
                assert_int_equal(error.line, length > 0 ? 2 : 1);
                assert_int_equal(error.offset, length);
                free(whole);
            }
        } else {
            struct corpus_reading reading = corpus_read_memory(json, size, "test.jsonl");
            assert_int_equal(reading.text.size, size - 12);
            assert_int_equal(reading.document_count, 1);
            corpus_reading_free(&reading);
        }
    }
    free(json);
}

/* Other ways to come by the bytes. */

struct trickle {
    int descriptor;
    const uint8_t *bytes;
    size_t size;
};

/* Writes a pipe in portions of changing sizes. */
static void *write_pipe(void *argument)
{
    const struct trickle *trickle = argument;
    struct random random = {3};
    for (size_t at = 0; at < trickle->size;) {
        size_t size = 1 + random_below(&random, random_chance(&random, 3) ? 5000 : 10);
        size = size < trickle->size - at ? size : trickle->size - at;
        const ssize_t written = write(trickle->descriptor, trickle->bytes + at, size);
        if (written < 0)
            break;
        at += (size_t)written;
    }
    close(trickle->descriptor);
    return NULL;
}

static struct corpus_reading read_pipe(const void *bytes, size_t size)
{
    struct corpus_reading reading;
    struct plx_corpus *corpus;
    struct plx_error error;
    pthread_t writer;
    char name[64];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct trickle trickle = {ends[1], bytes, size};
    assert_int_equal(pthread_create(&writer, NULL, write_pipe, &trickle), 0);
    snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
    const char *const names[] = {name};
    assert_int_equal(plx_corpus_open(names, 1, NULL, &corpus, &error), PLX_OK);
    assert_int_equal(corpus_read(corpus, &reading, &error), PLX_OK);
    pthread_join(writer, NULL);
    close(ends[0]);
    return reading;
}

/* Random records, against cJSON. */

struct made {
    struct plx_buffer json;
    enum plx_content content;
    size_t records;
};

static void append_space(struct plx_buffer *json, struct random *random)
{
    static const char *const spaces[] = {"", "", "", " ", "\t", "  ", "\r"};
    append_text(json, spaces[random_below(random, sizeof spaces / sizeof *spaces)]);
}

static void append_random_string(struct plx_buffer *json, struct random *random, size_t most)
{
    static const char *const parts[] = {"a",
                                        "word",
                                        " ",
                                        "\\n",
                                        "\\\"",
                                        "\\\\",
                                        "\xc3\xa9",
                                        "\xe2\x82\xac",
                                        "\xf0\x9f\x98\x80",
                                        "\\u00e9",
                                        "\\ud83d\\ude00",
                                        "\\/",
                                        "some more words",
                                        "\\t",
                                        "\n"};
    append_text(json, "\"");
    for (size_t i = random_below(random, most); i > 0; i--) {
        const char *part = parts[random_below(random, sizeof parts / sizeof *parts - 1)];
        append_text(json, part);
    }
    append_text(json, "\"");
}

static void append_other(struct plx_buffer *json, struct random *random, unsigned depth)
{
    static const char *const scalars[] = {"1", "-2.5e-3", "true", "null", "\"text\"", "{}", "[]"};
    if (depth > 3 || random_chance(random, 2)) {
        append_text(json, scalars[random_below(random, sizeof scalars / sizeof *scalars)]);
        return;
    }
    const bool object = random_chance(random, 2);
    append_text(json, object ? "{" : "[");
    for (size_t i = 0, count = random_below(random, 4); i < count; i++) {
        append_text(json, i ? "," : "");
        append_space(json, random);
        append_text(json, !object ? "" : i ? i > 1 ? "\"c\":" : "\"text\":" : "\"input_ids\":");
        append_other(json, random, depth + 1);
    }
    append_text(json, object ? "}" : "]");
}

static void append_list(struct plx_buffer *json, struct random *random, bool strings, size_t most)
{
    append_text(json, "[");
    append_space(json, random);
    for (size_t i = 0, count = random_below(random, most); i < count; i++) {
        struct plx_error error;
        append_text(json, i ? "," : "");
        append_space(json, random);
        if (strings)
            append_random_string(json, random, 5);
        else
            plx_buffer_printf(json, &error, "%u",
                              (unsigned)(random_next(random) >> (32 + random_below(random, 32))) / 2);
        append_space(json, random);
    }
    append_text(json, "]");
}

/* The members of a record in any order, of which the one that counts is of the corpus's kind. */
static void append_record(struct made *made, struct random *random)
{
    static const char *const names[] = {
        "\"id\":", "\"other\":", "\"text\":", "\"tokens\":", "\"input_ids\":"};
    const bool first = random_chance(random, 2); /* ids as "input_ids", else as "tokens" */
    bool has[5] = {random_chance(random, 2), random_chance(random, 2), random_chance(random, 2), false,
                   false};
    has[2] = has[2] || made->content == PLX_CONTENT_TEXT;
    has[3] = made->content == PLX_CONTENT_STRINGS || (made->content == PLX_CONTENT_IDS && !first);
    has[4] = made->content == PLX_CONTENT_IDS && first;
    const size_t most = random_chance(random, 50) ? 40000 : random_chance(random, 5) ? 500 : 8;
    append_text(&made->json, "{");
    append_space(&made->json, random);
    for (size_t i = 0, from = random_below(random, 5), written = 0; i < 5; i++) {
        const size_t member = (from + 2 * i) % 5;
        if (!has[member])
            continue;
        append_text(&made->json, written++ ? "," : "");
        append_space(&made->json, random);
        append_text(&made->json, names[member]);
        append_space(&made->json, random);
        if (member == 0 && random_chance(random, 2))
            append_text(&made->json, "1234567");
        else if (member == 0 || member == 2)
            append_random_string(&made->json, random, member == 0 ? 4 : most);
        else if (member == 1)
            append_other(&made->json, random, 0);
        else
            append_list(&made->json, random, made->content == PLX_CONTENT_STRINGS, most);
        append_space(&made->json, random);
    }
    append_text(&made->json, "}");
    append_space(&made->json, random);
    append_text(&made->json, "\n");
    made->records++;
}

/* What cJSON finds in the line, against document i of the reading. */
static void compare_record(const struct corpus_reading *reading, size_t i, const char *line, size_t size)
{
    cJSON *record = cJSON_ParseWithLength(line, size);
    assert_non_null(record);
    const struct read_document *document = &reading->documents[i];
    const bool last = i + 1 == reading->document_count;
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(record, "id");
    assert_int_equal(id != NULL, document->id != NULL);
    if (id)
        assert_string_equal(document->id, cJSON_IsString(id) ? id->valuestring : "1234567");
    if (reading->info.content == PLX_CONTENT_TEXT) {
        const char *text = cJSON_GetObjectItemCaseSensitive(record, "text")->valuestring;
        const uint64_t end = last ? reading->text.size : reading->documents[i + 1].begin;
        assert_int_equal(end - document->begin, strlen(text));
        if (*text)
            assert_memory_equal(reading->text.data + document->begin, text, strlen(text));
        cJSON_Delete(record);
        return;
    }
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(record, "input_ids"), *element;
    if (!list)
        list = cJSON_GetObjectItemCaseSensitive(record, "tokens");
    uint64_t at = document->begin;
    cJSON_ArrayForEach(element, list)
    {
        if (reading->info.content == PLX_CONTENT_IDS) {
            assert_int_equal(reading->ids[at], (uint32_t)element->valuedouble);
        } else {
            const uint64_t begin = at ? reading->ends[at - 1] : 0;
            assert_int_equal(reading->ends[at] - begin, strlen(element->valuestring));
            assert_memory_equal(reading->text.data + begin, element->valuestring,
                                strlen(element->valuestring));
        }
        at++;
    }
    assert_int_equal(at, last ? reading->count : reading->documents[i + 1].begin);
    cJSON_Delete(record);
}

static void compare_all(const struct corpus_reading *reading, const struct made *made)
{
    const char *at = (const char *)made->json.data;
    assert_int_equal(reading->document_count, made->records);
    for (size_t i = 0; i < made->records; i++) {
        const char *newline = strchr(at, '\n');
        assert_non_null(newline);
        assert_int_equal(reading->documents[i].line, i + 1);
        compare_record(reading, i, at, (size_t)(newline - at));
        at = newline + 1;
    }
}

static void jsonl_next__random_records(void **state)
{
    struct random random = {21};
    (void)state;
    for (unsigned round = 0; round < (SANITIZED ? 12 : 60); round++) {
        struct made made = {.content = (enum plx_content)(round % 3)};
        struct plx_error error;
        plx_buffer_init(&made.json, (size_t)1 << 30);
        for (size_t i = 1 + random_below(&random, 150); i > 0; i--)
            append_record(&made, &random);
        assert_int_equal(plx_buffer_append(&made.json, "", 1, &error), PLX_OK); /* for strchr */
        struct corpus_reading reading = corpus_read_memory(made.json.data, made.json.size - 1, "test.jsonl");
        if (reading.info.content == made.content) /* not if all lists are empty */
            compare_all(&reading, &made);
        struct corpus_reading other = read_pipe(made.json.data, made.json.size - 1);
        assert_true(corpus_readings_equal(&reading, &other));
        corpus_reading_free(&other);
        uint8_t *packed = malloc(made.json.size + 1000);
        assert_non_null(packed);
        const size_t size =
            gzip_member(made.json.data, made.json.size - 1, 6, NULL, packed, made.json.size + 1000);
        other = corpus_read_memory(packed, size, "test");
        assert_true(corpus_readings_equal(&reading, &other));
        corpus_reading_free(&other);
        free(packed);
        corpus_reading_free(&reading);
        plx_buffer_release(&made.json);
    }
}

/* Cut short. */

/* Records that are whole come before the one error, if there is one. */
static void expect_prefix(const struct corpus_reading *whole, const char *records, size_t size)
{
    struct corpus_reading reading = {.count = 0};
    struct plx_corpus *corpus;
    struct plx_error error;
    char *copy = malloc(size ? size : 1); /* of just that size */
    size_t lines = 0;
    assert_non_null(copy);
    memcpy(copy, records, size);
    for (size_t i = 0; i < size; i++)
        lines += copy[i] == '\n';
    size_t last = size;
    while (last > 0 && copy[last - 1] != '\n')
        last--;
    const bool blank = last == size;
    const bool complete = !blank && (records[size] == '\n' || records[size] == '\r');
    enum plx_status status = corpus_open_memory(copy, size, "test.jsonl", NULL, &corpus, &error);
    if (status == PLX_OK)
        status = corpus_read(corpus, &reading, &error);
    assert_int_equal(status, blank || complete ? PLX_OK : PLX_MALFORMED);
    if (status) {
        assert_int_equal(error.line, lines + 1);
        assert_int_equal(error.column, size - last + 1);
        assert_non_null(strstr(error.message, "too early"));
    }
    /* The record of line 1 must be whole for anything to be opened. */
    assert_int_equal(reading.document_count, lines == 0 && status ? 0 : lines + complete);
    for (size_t i = 0; i < reading.document_count; i++) {
        assert_int_equal(reading.documents[i].begin, whole->documents[i].begin);
        assert_int_equal(reading.documents[i].offset, whole->documents[i].offset);
    }
    corpus_reading_free(&reading);
    free(copy);
}

static void jsonl_next__truncation_at_every_byte(void **state)
{
    static const char *const texts[] = {
        "{\"text\":\"one\\ntwo\",\"x\":{\"y\":[true,null,-1.5e+7]},\"id\":12}\r\n{\"id\":\"b\\u20ac\","
        "\"text\":\"\\ud83d\\ude00"
        " and \\\"more\\\"\"}\n{\"text\":\"\"}\n",
        "{\"input_ids\":[1,22,333],\"x\":[[],{}]}\n{\"input_ids\":[4294967294, 7 ]}\n",
        "{\"tokens\":[\"a\",\"\\u00e9\",\"\"]}\n{\"x\":\"\", \"tokens\":[\"b\\n\"]}\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct corpus_reading whole = read_records(texts[i]);
        for (size_t size = 0; size < strlen(texts[i]); size++)
            expect_prefix(&whole, texts[i], size);
        corpus_reading_free(&whole);
    }
}

/* Compressed, every cut is noticed. */
static void jsonl_next__truncated_gzip(void **state)
{
    static const char text[] = "{\"text\":\"one\"}\n{\"text\":\"two\"}\n";
    uint8_t packed[256];
    (void)state;
    const size_t whole = gzip_member(text, sizeof text - 1, 6, NULL, packed, sizeof packed);
    for (size_t size = 3; size < whole; size++) {
        struct corpus_reading reading = {.count = 0};
        struct plx_corpus *corpus;
        struct plx_error error;
        enum plx_status status = corpus_open_memory(packed, size, "test.jsonl.gz", NULL, &corpus, &error);
        if (status == PLX_OK)
            status = corpus_read(corpus, &reading, &error);
        assert_int_equal(status, PLX_MALFORMED);
        corpus_reading_free(&reading);
    }
}

/* Bytes that are changed anywhere: read or refused, with its line, never a crash. */
static void jsonl_next__random_damage(void **state)
{
    static const char text[] =
        "{\"text\":\"one\\ntwo\",\"x\":{\"y\":[true,-1.5e+7]},\"id\":12}\n"
        "{\"input_ids\":[1,22,333],\"text\":\"\\u20ac\"}\n{\"tokens\":[\"\\ud83d\\ude00\", \"b\"]}\n";
    struct random random = {77};
    size_t read = 0, refused = 0;
    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        const char *from = round % 3 == 0 ? text : strchr(text, '\n') + 1;
        from = round % 3 == 2 ? strchr(from, '\n') + 1 : from;
        const size_t size = (size_t)(strchr(from, '\n') - from);
        char copy[sizeof text];
        memcpy(copy, from, size);
        for (size_t i = 1 + random_below(&random, 2); i > 0; i--) {
            const char any = (char)random_next(&random), letter = (char)('a' + random_below(&random, 26));
            const char sign = "{}[],:\"\\u19-.e \n"[random_below(&random, 16)];
            const size_t kind = random_below(&random, 3);
            copy[random_below(&random, size)] = kind == 0 ? any : kind == 1 ? letter : sign;
        }
        char *exact = malloc(size);
        assert_non_null(exact);
        memcpy(exact, copy, size);
        struct corpus_reading reading = {.count = 0};
        struct plx_corpus *corpus;
        struct plx_error error;
        const struct plx_corpus_options options = {.format = "jsonl"};
        enum plx_status status = corpus_open_memory(exact, size, "test.jsonl", &options, &corpus, &error);
        if (status == PLX_OK)
            status = corpus_read(corpus, &reading, &error);
        assert_true(status == PLX_OK || (status == PLX_MALFORMED && error.line >= 1 && error.column >= 1 &&
                                         error.column <= size + 1 && error.line <= 3));
        read += status == PLX_OK;
        refused += status != PLX_OK;
        corpus_reading_free(&reading);
        free(exact);
    }
    if (read < 2000 || refused < 5000)
        fail_msg("%zu read, %zu refused", read, refused);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jsonl_next__texts),
        cmocka_unit_test(jsonl_next__ids),
        cmocka_unit_test(jsonl_next__strings),
        cmocka_unit_test(jsonl_next__which_member_counts),
        cmocka_unit_test(jsonl_next__names_of_members),
        cmocka_unit_test(jsonl_next__undecided_records),
        cmocka_unit_test(jsonl_next__blank_lines_and_line_ends),
        cmocka_unit_test(jsonl_next__nothing),
        cmocka_unit_test(jsonl_next__nul_in_a_text),
        cmocka_unit_test(jsonl_next__headings),
        cmocka_unit_test(jsonl_next__records_that_are_wrong),
        cmocka_unit_test(jsonl_next__tokens_that_are_wrong),
        cmocka_unit_test(jsonl_next__records_of_another_kind),
        cmocka_unit_test(jsonl_next__columns_behind_a_mark),
        cmocka_unit_test(jsonl_probe__content_and_name),
        cmocka_unit_test(jsonl_next__pieces_of_a_text),
        cmocka_unit_test(jsonl_next__size_of_pieces),
        cmocka_unit_test(jsonl_next__records_across_the_buffer),
        cmocka_unit_test(jsonl_next__pieces_of_tokens),
        cmocka_unit_test(jsonl_next__wrong_token_in_a_later_piece),
        cmocka_unit_test(jsonl_next__longest_record),
        cmocka_unit_test(jsonl_next__random_records),
        cmocka_unit_test(jsonl_next__truncation_at_every_byte),
        cmocka_unit_test(jsonl_next__truncated_gzip),
        cmocka_unit_test(jsonl_next__random_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* JSONL as a corpus: lines, documents, pieces. */
#include "support/records.h"
#include "support/sanitized.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Lines. */

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

/* A heading of WikiText inside a record begins no document. */
static void jsonl_next__headings(void **state)
{
    (void)state;
    struct corpus_reading reading = read_records("{\"text\":\"x\\n\\n = A = \\n\\ny\\n\\n = B = \\n\\nz\"}");
    assert_int_equal(reading.document_count, 1);
    corpus_reading_free(&reading);
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
    for (size_t before = BUFFER - 80; before <= BUFFER + 2; before += step) {
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jsonl_next__undecided_records),
        cmocka_unit_test(jsonl_next__blank_lines_and_line_ends),
        cmocka_unit_test(jsonl_next__nothing),
        cmocka_unit_test(jsonl_next__headings),
        cmocka_unit_test(jsonl_next__records_of_another_kind),
        cmocka_unit_test(jsonl_next__columns_behind_a_mark),
        cmocka_unit_test(jsonl_probe__content_and_name),
        cmocka_unit_test(jsonl_next__pieces_of_a_text),
        cmocka_unit_test(jsonl_next__size_of_pieces),
        cmocka_unit_test(jsonl_next__records_across_the_buffer),
        cmocka_unit_test(jsonl_next__pieces_of_tokens),
        cmocka_unit_test(jsonl_next__wrong_token_in_a_later_piece),
        cmocka_unit_test(jsonl_next__longest_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

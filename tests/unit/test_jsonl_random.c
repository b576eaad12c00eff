/* JSONL that is made at random, cut short or damaged. Random records are read by cJSON too. */
#include "support/gzip_member.h"
#include "support/random.h"
#include "support/records.h"
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

static void append_text(struct plx_buffer *json, const char *text)
{
    struct plx_error error;
    assert_int_equal(plx_buffer_append_text(json, text, &error), PLX_OK);
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
    bool bytes, texts; /* stand beside the tokens of every record */
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

static void append_list(struct plx_buffer *json, struct random *random, bool strings, size_t count)
{
    append_text(json, "[");
    append_space(json, random);
    for (size_t i = 0; i < count; i++) {
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
        "\"id\":", "\"other\":", "\"text\":", "\"tokens\":", "\"input_ids\":", "\"bytes\":"};
    const bool first = random_chance(random, 2); /* ids as "input_ids", else as "tokens" */
    bool has[6] = {random_chance(random, 2), random_chance(random, 2)};
    has[2] = made->texts || made->content == PLX_CONTENT_TEXT;
    has[5] = made->bytes;
    has[3] = made->content == PLX_CONTENT_STRINGS || (made->content == PLX_CONTENT_IDS && !first);
    has[4] = made->content == PLX_CONTENT_IDS && first;
    const size_t most = random_chance(random, 50) ? 40000 : random_chance(random, 5) ? 500 : 8;
    const size_t count = random_below(random, most);
    const size_t step = random_chance(random, 2) ? 1 : 5; /* forwards or backwards */
    append_text(&made->json, "{");
    append_space(&made->json, random);
    for (size_t i = 0, from = random_below(random, 6), written = 0; i < 6; i++) {
        const size_t member = (from + step * i) % 6;
        if (!has[member])
            continue;
        append_text(&made->json, written++ ? "," : "");
        append_space(&made->json, random);
        append_text(&made->json, names[member]);
        append_space(&made->json, random);
        if (member == 0 && random_chance(random, 2))
            append_text(&made->json, "1234567");
        else if (member == 0 || member == 2)
            append_random_string(&made->json, random,
                                 member == 0 || made->content != PLX_CONTENT_TEXT ? 4 : most);
        else if (member == 1)
            append_other(&made->json, random, 0);
        else
            append_list(&made->json, random, made->content == PLX_CONTENT_STRINGS && member != 5, count);
        append_space(&made->json, random);
    }
    append_text(&made->json, "}");
    append_space(&made->json, random);
    append_text(&made->json, "\n");
    made->records++;
}

/* What stands beside the tokens: counts for each, or a text, of which each has its share. */
static void compare_originals(const struct corpus_reading *reading, uint64_t begin, const cJSON *tokens,
                              const cJSON *record)
{
    const cJSON *bytes = cJSON_GetObjectItemCaseSensitive(record, "bytes"), *element;
    const cJSON *text = cJSON_GetObjectItemCaseSensitive(record, "text");
    const uint64_t size = text ? strlen(text->valuestring) : 0, count = (uint64_t)cJSON_GetArraySize(tokens);
    assert_int_equal(reading->bytes != NULL, bytes || text);
    assert_int_equal(reading->words != NULL, text != NULL);
    uint64_t k = 0;
    cJSON_ArrayForEach(element, bytes)
    {
        assert_int_equal(reading->bytes[begin + k++], (uint32_t)element->valuedouble);
    }
    for (; text && !bytes && k < count; k++)
        assert_int_equal(reading->bytes[begin + k], size * (k + 1) / count - size * k / count);
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
    compare_originals(reading, document->begin, list, record);
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
        struct made made = {.content = (enum plx_content)(round % 3),
                            .bytes = round % 9 > 5,
                            .texts = random_chance(&random, 2)};
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
            copy[random_below(&random, size)] = (char)(kind == 0 ? any : kind == 1 ? letter : sign);
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
        cmocka_unit_test(jsonl_next__random_records),
        cmocka_unit_test(jsonl_next__truncation_at_every_byte),
        cmocka_unit_test(jsonl_next__truncated_gzip),
        cmocka_unit_test(jsonl_next__random_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

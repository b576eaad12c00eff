#include "support/records.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct corpus_reading read_records(const char *records)
{
    return corpus_read_memory(records, strlen(records), "test.jsonl");
}

void expect_text(const struct corpus_reading *reading, const char *text, size_t size)
{
    assert_int_equal(reading->info.content, PLX_CONTENT_TEXT);
    assert_int_equal(reading->text.size, size);
    if (size > 0)
        assert_memory_equal(reading->text.data, text, size);
}

void expect_document(const struct corpus_reading *reading, size_t i, uint64_t begin, uint64_t line,
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

void expect_ids(const struct corpus_reading *reading, const uint32_t *ids, size_t count)
{
    assert_int_equal(reading->info.content, PLX_CONTENT_IDS);
    assert_int_equal(reading->count, count);
    if (count > 0)
        assert_memory_equal(reading->ids, ids, count * sizeof *ids);
}

void expect_strings(const struct corpus_reading *reading, const char *const *strings, size_t count)
{
    uint64_t begin = 0;
    assert_int_equal(reading->info.content, PLX_CONTENT_STRINGS);
    assert_int_equal(reading->count, count);
    for (size_t i = 0; i < count; begin = reading->ends[i++]) {
        assert_int_equal(reading->ends[i] - begin, strlen(strings[i]));
        assert_memory_equal(reading->text.data + begin, strings[i], strlen(strings[i]));
    }
}

void expect_refused_of(const char *records, size_t size, enum plx_status expected, uint64_t line,
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

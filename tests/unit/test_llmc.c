/* llm.c's token files, made after dev/data/data_common.py of that project. */
#include "support/corpora.h"
#include "support/fixtures.h"
#include "support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEADER 1024

/* A header with these first numbers, and `size` bytes behind it. */
struct file {
    uint8_t bytes[HEADER + 64];
    size_t size;
};

static struct file file_of(uint32_t magic, uint32_t version, uint32_t count, const uint8_t *rest, size_t size)
{
    const uint32_t numbers[] = {magic, version, count};
    struct file file = {.size = HEADER + size};
    for (size_t i = 0; i < 12; i++)
        file.bytes[i] = (uint8_t)(numbers[i / 4] >> 8 * (i % 4));
    memcpy(file.bytes + HEADER, rest, size);
    return file;
}

static const uint8_t REST[] = {1, 0, 0, 0, 0xFF, 0xFF, 0, 0, 2, 1};

static void llmc_next__both_versions(void **state)
{
    static const uint32_t twos[] = {1, 0, 65535, 0, 258}, fours[] = {1, 65535};
    (void)state;
    struct file file = file_of(20240520, 1, 5, REST, 10);
    struct corpus_reading reading = corpus_read_memory(file.bytes, file.size, "x");
    assert_string_equal(reading.info.format, "llmc");
    assert_int_equal(reading.count, 5);
    assert_memory_equal(reading.ids, twos, sizeof twos);
    assert_int_equal(reading.document_count, 1);
    assert_int_equal(reading.documents[0].offset, HEADER);
    assert_int_equal(reading.info.bytes, file.size);
    corpus_reading_free(&reading);
    file = file_of(20240801, 7, 2, REST, 8);
    reading = corpus_read_memory(file.bytes, file.size, "train.bin");
    assert_string_equal(reading.info.format, "llmc");
    assert_int_equal(reading.count, 2);
    assert_memory_equal(reading.ids, fours, sizeof fours);
    corpus_reading_free(&reading);
}

static void llmc_next__nothing(void **state)
{
    (void)state;
    const struct file file = file_of(20240520, 1, 0, REST, 0);
    struct corpus_reading reading = corpus_read_memory(file.bytes, file.size, "x");
    assert_string_equal(reading.info.format, "llmc");
    assert_int_equal(reading.document_count, 0);
    corpus_reading_free(&reading);
}

struct refusal {
    uint32_t magic, version, count;
    size_t size; /* of the file */
    enum plx_status status;
    const char *message;
    uint64_t offset;
};

static const struct refusal REFUSALS[] = {
    {20240520, 2, 5, HEADER + 10, PLX_UNSUPPORTED, "of version 2, which is not known", 4},
    {20240801, 1, 2, HEADER + 8, PLX_UNSUPPORTED, "20240801 has version 7", 4},
    {20240522, 1, 5, HEADER + 10, PLX_MALFORMED, "begins with neither 20240520 nor 20240801", 0},
    {20240520, 1, 5, 1023, PLX_MALFORMED, "within llm.c's header", 1023},
    {20240520, 1, 0xFFFFFFFF, HEADER + 10, PLX_MALFORMED, "counts -1 tokens", 8},
    {20240520, 1, 5, HEADER + 8, PLX_MALFORMED, "counts 5 tokens of 2 bytes, but the file ends after 4",
     HEADER + 8},
    {20240520, 1, 5, HEADER + 9, PLX_MALFORMED, "counts 5 tokens of 2 bytes, but the file ends after 4",
     HEADER + 9},
    {20240520, 1, 4, HEADER + 10, PLX_MALFORMED, "counts 4 tokens of 2 bytes, but there is more behind them",
     HEADER + 8},
    {20240520, 1, 4, HEADER + 9, PLX_MALFORMED, "counts 4 tokens of 2 bytes, but there is more behind them",
     HEADER + 8},
    {20240801, 7, 0, HEADER + 1, PLX_MALFORMED, "counts 0 tokens of 4 bytes, but there is more", HEADER},
};

/* `known`: the size of the source is, so that nothing need be read to see what is wrong. */
static enum plx_status read_all(struct plx_source *source, bool known, struct plx_error *error)
{
    const struct plx_corpus_options options = {.format = "llmc"};
    struct plx_corpus *corpus;
    struct corpus_reading reading;
    enum plx_status status = plx_corpus_open_source(source, &options, &corpus, error);
    if (status || known)
        return status;
    status = corpus_read(corpus, &reading, error);
    corpus_reading_free(&reading);
    return status;
}

/* From memory, whose end is met while it is read; and from a file, whose size is known at once. */
static void llmc_open__refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * sizeof REFUSALS / sizeof *REFUSALS; i++) {
        const struct refusal *refusal = REFUSALS + i / 2;
        const struct file file = file_of(refusal->magic, refusal->version, refusal->count, REST, 10);
        const char *path = folder_path("x.bin");
        struct plx_source *source;
        struct plx_error error;
        file_write(path, file.bytes, refusal->size);
        assert_int_equal(i % 2
                             ? plx_source_open_memory(file.bytes, refusal->size, path, NULL, &source, &error)
                             : plx_source_open(path, NULL, &source, &error),
                         PLX_OK);
        assert_int_equal(read_all(source, i % 2 == 0, &error), refusal->status);
        if (!strstr(error.message, refusal->message) || error.offset != refusal->offset)
            fail_msg("offset %lld: \"%s\", not \"%s\"", (long long)error.offset, error.message,
                     refusal->message);
        assert_string_equal(error.input, path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(llmc_next__both_versions),
        cmocka_unit_test(llmc_next__nothing),
        cmocka_unit_test_setup_teardown(llmc_open__refusals, folder_make, folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

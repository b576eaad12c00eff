/* Data sets of Megatron and fairseq. The fixtures are those of tests/data/corpora, made after the writers of
   both; damaged ones are in conformance/test_malformed.c. */
#include "support/corpora.h"
#include "support/fixtures.h"
#include "support/folder.h"
#include "support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(a) (sizeof(a) / sizeof *(a))

static enum plx_status read_named(const char *const *names, size_t count, const char *format,
                                  struct corpus_reading *reading, struct plx_error *error)
{
    const struct plx_corpus_options options = {.format = format};
    struct plx_corpus *corpus;
    *reading = (struct corpus_reading){.count = 0};
    *error = (struct plx_error){.status = PLX_OK};
    const enum plx_status status = plx_corpus_open(names, count, &options, &corpus, error);
    return status ? status : corpus_read(corpus, reading, error);
}

static void expect_documents(const char *name, const char *format, const uint64_t *begins, size_t count,
                             unsigned id_bytes)
{
    static const uint32_t ids[] = {2, 3, 4, 0, 1, 4, 4, 3, 2, 1, 0, 2};
    struct corpus_reading reading;
    struct plx_error error;
    char *path = fixture_path(name);
    const char *names[] = {path};
    if (read_named(names, 1, NULL, &reading, &error)) {
        fail_msg("%s: %s", name, error.message);
        return;
    }
    assert_string_equal(reading.info.format, format);
    assert_int_equal(reading.info.bytes, sizeof ids / 4 * id_bytes);
    assert_int_equal(reading.count, LENGTH(ids));
    assert_memory_equal(reading.ids, ids, sizeof ids);
    assert_int_equal(reading.document_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(reading.documents[i].begin, begins[i]);
        assert_int_equal(reading.documents[i].offset, begins[i] * id_bytes);
        assert_null(reading.documents[i].id);
    }
    corpus_reading_free(&reading);
    free(path);
}

/* Sequences of 4, 1, 0 and 7 tokens. Documents: the first two, none, the last two; or the first, the others.
 */
static void indexed_next__fixtures(void **state)
{
    (void)state;
    expect_documents("corpora/megatron/sentences.bin", "megatron", (const uint64_t[]){0, 5, 5}, 3, 2);
    expect_documents("corpora/megatron/sentences.idx", "megatron", (const uint64_t[]){0, 5, 5}, 3, 2);
    expect_documents("corpora/megatron/sentences", "megatron", (const uint64_t[]){0, 5, 5}, 3, 2);
    expect_documents("corpora/megatron/modes", "megatron", (const uint64_t[]){0, 4}, 2, 4);
    expect_documents("corpora/fairseq/train", "fairseq", (const uint64_t[]){0, 4, 5, 5}, 4, 8);
}

static void put(FILE *out, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        fputc((int)(value >> 8 * i & 0xFF), out);
}

/* So many sequences that the index is read in several pieces, and tokens too; some of them none, one very
   long. Each is a document of its own. */
static void indexed_next__long(void **state)
{
    enum { SEQUENCES = 20000, LONG = 100000 };
    static uint32_t lengths[SEQUENCES];
    struct random random = {8};
    uint64_t total = 0;
    (void)state;
    FILE *tokens = fopen(folder_path("long.bin"), "wb"), *index = fopen(folder_path("long.idx"), "wb");
    assert_true(tokens && index);
    for (size_t i = 0; i < SEQUENCES; i++)
        lengths[i] = i == 7777 ? LONG : (uint32_t)random_below(&random, 12);
    fwrite("MMIDIDX\0", 1, 9, index);
    put(index, 1, 8);
    put(index, 9, 1);
    put(index, SEQUENCES, 8);
    for (size_t i = 0; i < SEQUENCES; i++)
        put(index, lengths[i], 4);
    for (size_t i = 0; i < SEQUENCES; total += lengths[i++])
        put(index, 4 * total, 8);
    for (uint64_t i = 0; i < total; i++)
        put(tokens, i * 7919 % 1000003, 4);
    fclose(index);
    fclose(tokens);
    const char *names[] = {folder_path("long")};
    struct corpus_reading reading;
    struct plx_error error;
    assert_int_equal(read_named(names, 1, NULL, &reading, &error), PLX_OK);
    assert_int_equal(reading.count, total);
    assert_int_equal(reading.document_count, SEQUENCES);
    for (uint64_t i = 0; i < total; i++)
        assert_int_equal(reading.ids[i], i * 7919 % 1000003);
    uint64_t begin = 0;
    for (size_t i = 0; i < SEQUENCES; begin += lengths[i++])
        assert_int_equal(reading.documents[i].begin, begin);
    corpus_reading_free(&reading);
}

struct refusal {
    const char *names[2];
    const char *format;
    enum plx_status status;
    const char *input, *message, *hint;
};

/* lone.bin has no index; a and b have one. */
static const struct refusal REFUSALS[] = {
    {{"lone.bin"}, "megatron", PLX_IO, "lone.idx", "No such file", "--corpus-format u16 needs none"},
    {{"lone.txt"}, "fairseq", PLX_UNSUPPORTED, "lone.txt", "index cannot be looked for", "NAME.bin"},
    {{"alone.idx"}, NULL, PLX_UNSUPPORTED, "alone.idx", "without the token ids", "is it missing?"},
    {{"a.bin"}, "fairseq", PLX_UNSUPPORTED, "a.idx", "one of Megatron", "--corpus-format megatron"},
    {{"b"}, "megatron", PLX_UNSUPPORTED, "b.idx", "one of fairseq", "--corpus-format fairseq"},
    {{"other.bin"}, "megatron", PLX_MALFORMED, "other.idx", "does not begin with MMIDIDX", ""},
    {{"a", "b"},
     NULL,
     PLX_UNSUPPORTED,
     "b.bin",
     "looks like fairseq, but the files before it are megatron",
     ""},
};

static void copy(const char *fixture, const char *name)
{
    char *path = fixture_path(fixture);
    const struct file_bytes file = file_read(path);
    file_write(folder_path(name), file.bytes, file.size);
    free(file.bytes);
    free(path);
}

static void indexed_open__refusals(void **state)
{
    (void)state;
    copy("corpora/megatron/sentences.bin", "a.bin");
    copy("corpora/megatron/sentences.idx", "a.idx");
    copy("corpora/fairseq/train.bin", "b.bin");
    copy("corpora/fairseq/train.idx", "b.idx");
    copy("corpora/megatron/sentences.idx", "alone.idx");
    copy("corpora/megatron/sentences.bin", "lone.bin");
    copy("corpora/megatron/sentences.bin", "lone.txt");
    copy("corpora/megatron/sentences.bin", "other.bin");
    copy("corpora/megatron/sentences.bin", "other.idx");
    for (size_t i = 0; i < LENGTH(REFUSALS); i++) {
        const struct refusal *refusal = REFUSALS + i;
        const size_t count = refusal->names[1] ? 2 : 1;
        const char *names[2];
        struct corpus_reading reading;
        struct plx_error error;
        for (size_t k = 0; k < count; k++)
            names[k] = folder_path(refusal->names[k]);
        assert_int_equal(read_named(names, count, refusal->format, &reading, &error), refusal->status);
        if (strcmp(path_name(error.input), refusal->input) != 0 || !strstr(error.message, refusal->message) ||
            !strstr(error.hint, refusal->hint))
            fail_msg("%s: %s (%s)", error.input, error.message, error.hint);
        corpus_reading_free(&reading);
    }
}

/* Without an index it is nanoGPT's. */
static void indexed_probe__lone_tokens(void **state)
{
    (void)state;
    copy("corpora/megatron/sentences.bin", "lone.bin");
    const char *names[] = {folder_path("lone.bin")};
    struct corpus_reading reading;
    struct plx_error error;
    assert_int_equal(read_named(names, 1, NULL, &reading, &error), PLX_OK);
    assert_string_equal(reading.info.format, "u16");
    assert_int_equal(reading.document_count, 1);
    corpus_reading_free(&reading);
}

/* Ids that begin as a zip archive does: what lies beside them knows better. */
static void indexed_probe__like_an_archive(void **state)
{
    struct corpus_reading reading;
    struct plx_error error;
    (void)state;
    char *path = fixture_path("corpora/megatron/sentences.bin");
    const struct file_bytes file = file_read(path);
    memcpy(file.bytes, "PK\3\4", 4);
    file_write(folder_path("x.bin"), file.bytes, file.size);
    copy("corpora/megatron/sentences.idx", "x.idx");
    const char *names[] = {folder_path("x.bin")};
    if (read_named(names, 1, NULL, &reading, &error)) {
        fail_msg("%s", error.message);
        return;
    }
    assert_string_equal(reading.info.format, "megatron");
    assert_int_equal(reading.ids[0], 0x4B50);
    corpus_reading_free(&reading);
    free(file.bytes);
    free(path);
}

/* Reads the tokens with such an index: all of them, or a clear error that says where. */
static void read_damaged(const char *tokens, const uint8_t *index, size_t size)
{
    struct corpus_reading reading;
    struct plx_error error;
    char text[1200];
    (void)remove(folder_path("x.idx")); /* or some file systems wait for the disk */
    file_write(folder_path("x.idx"), index, size);
    const enum plx_status status = read_named(&tokens, 1, NULL, &reading, &error);
    plx_error_format(&error, text, sizeof text);
    if (status == PLX_OK)
        assert_int_equal(reading.info.bytes, 24);
    else if ((status != PLX_MALFORMED && status != PLX_UNSUPPORTED) || error.offset == PLX_NOWHERE ||
             strncmp(path_name(error.input), "x.", 2) != 0 || strchr(text, '\n'))
        fail_msg("index of %zu bytes: %s: \"%s\"", size, plx_status_name(status), text);
    corpus_reading_free(&reading);
}

/* Every truncation, and every byte changed in some ways. Without its magic it is no index. */
static void indexed__damaged_index(void **state)
{
    static const uint8_t changes[] = {1, 0x80, 0xFF, 0x10};
    (void)state;
    char *path = fixture_path("corpora/megatron/sentences.idx");
    const struct file_bytes index = file_read(path);
    copy("corpora/megatron/sentences.bin", "x.bin");
    char *tokens = strdup(folder_path("x.bin"));
    for (size_t size = 0; size <= index.size; size++)
        read_damaged(tokens, index.bytes, size);
    for (size_t at = 0; at < index.size; at++) {
        for (size_t i = 0; i < LENGTH(changes); i++) {
            index.bytes[at] ^= changes[i];
            read_damaged(tokens, index.bytes, index.size);
            index.bytes[at] ^= changes[i];
        }
    }
    free(tokens);
    free(index.bytes);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(indexed_next__fixtures),
        cmocka_unit_test_setup_teardown(indexed_next__long, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(indexed_open__refusals, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(indexed__damaged_index, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(indexed_probe__lone_tokens, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(indexed_probe__like_an_archive, folder_make, folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

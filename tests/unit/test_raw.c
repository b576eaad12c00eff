/* Token ids of two bytes. The bytes of expected ids are written out by hand. */
#include "support/corpora.h"
#include "support/gzip_member.h"
#include "support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define AT_ONCE ((size_t)32 << 10)

static void u16_next__values(void **state)
{
    static const uint8_t bytes[] = {0, 0, 1, 0, 0, 1, 0xFF, 0x00, 0x50, 0xC3, 0xFF, 0xFF};
    static const uint32_t ids[] = {0, 1, 256, 255, 50000, 65535};
    (void)state;
    struct corpus_reading reading = corpus_read_memory(bytes, sizeof bytes, "train.bin");
    assert_string_equal(reading.info.format, "u16");
    assert_int_equal(reading.info.content, PLX_CONTENT_IDS);
    assert_int_equal(reading.info.bytes, sizeof bytes);
    assert_int_equal(reading.count, 6);
    assert_memory_equal(reading.ids, ids, sizeof ids);
    assert_int_equal(reading.document_count, 1);
    assert_null(reading.documents[0].id);
    assert_int_equal(reading.documents[0].offset, 0);
    assert_true(reading.documents[0].line == PLX_NOWHERE);
    corpus_reading_free(&reading);
}

static void u16_next__nothing(void **state)
{
    (void)state;
    struct corpus_reading reading = corpus_read_memory("", 0, "train.bin");
    assert_string_equal(reading.info.format, "u16");
    assert_int_equal(reading.chunks, 0);
    corpus_reading_free(&reading);
}

/* Every chunk says where it stands, so that the place of an id follows. */
static void u16_next__pieces(void **state)
{
    static const size_t counts[] = {1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 5 * AT_ONCE + 77};
    (void)state;
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        struct random random = {c};
        struct plx_corpus *corpus;
        struct plx_chunk chunk;
        struct plx_error error;
        uint64_t at = 0;
        bool more = true;
        uint8_t *bytes = malloc(2 * counts[c]);
        assert_non_null(bytes);
        for (size_t i = 0; i < 2 * counts[c]; i++)
            bytes[i] = (uint8_t)random_next(&random);
        assert_int_equal(corpus_open_memory(bytes, 2 * counts[c], "x.u16", NULL, &corpus, &error), PLX_OK);
        while (more) {
            assert_int_equal(plx_corpus_next(corpus, &chunk, &more, &error), PLX_OK);
            if (!more)
                break;
            assert_int_equal(chunk.id_bytes, 2);
            assert_int_equal(chunk.offset, 2 * at);
            assert_int_equal(chunk.first_token, at);
            assert_int_equal(chunk.begins_document, at == 0);
            assert_in_range(chunk.size, 1, AT_ONCE);
            for (size_t i = 0; i < chunk.size; i++, at++)
                assert_int_equal(chunk.ids[i], bytes[2 * at] + 256 * bytes[2 * at + 1]);
        }
        assert_int_equal(at, counts[c]);
        plx_corpus_close(corpus);
        free(bytes);
    }
}

/* All whole ids come before the error. */
static void u16_next__odd_number_of_bytes(void **state)
{
    static const size_t sizes[] = {1, 3, 2 * AT_ONCE - 1, 2 * AT_ONCE + 1, 4 * AT_ONCE + 1};
    (void)state;
    uint8_t *bytes = calloc(1, 4 * AT_ONCE + 1);
    assert_non_null(bytes);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct corpus_reading reading;
        struct plx_corpus *corpus;
        struct plx_error error;
        assert_int_equal(corpus_open_memory(bytes, sizes[i], "x.bin", NULL, &corpus, &error), PLX_OK);
        assert_int_equal(corpus_read(corpus, &reading, &error), PLX_MALFORMED);
        assert_int_equal(reading.count, sizes[i] / 2);
        assert_int_equal(error.offset, sizes[i] - 1);
        assert_true(error.line == PLX_NOWHERE);
        assert_string_equal(error.input, "x.bin");
        assert_non_null(strstr(error.message, "part of a token id at the end: each takes 2 bytes"));
        assert_true(*error.hint);
        corpus_reading_free(&reading);
    }
    free(bytes);
}

static void u16_next__gzip(void **state)
{
    static uint8_t bytes[100000], packed[110000];
    struct random random = {9};
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(random_next(&random) & 15);
    const size_t size = gzip_member(bytes, sizeof bytes, 6, NULL, packed, sizeof packed);
    struct corpus_reading plain = corpus_read_memory(bytes, sizeof bytes, "x.bin");
    struct corpus_reading unpacked = corpus_read_memory(packed, size, "x.bin.gz");
    assert_int_equal(plain.count, sizeof bytes / 2);
    assert_true(corpus_readings_equal(&plain, &unpacked));
    corpus_reading_free(&plain);
    corpus_reading_free(&unpacked);
}

static const char *format_of(const void *bytes, size_t size, const char *name)
{
    struct plx_corpus_info info;
    struct plx_corpus *corpus;
    struct plx_error error;
    if (corpus_open_memory(bytes, size, name, NULL, &corpus, &error))
        return "none";
    plx_corpus_info(corpus, &info);
    plx_corpus_close(corpus);
    return info.format;
}

static void u16_probe__names(void **state)
{
    static const char *const names[] = {"x.bin", "/a/b.c/x.u16", "x.bin.gz", "x.u16.gz", ".bin"};
    static const char *const others[] = {"x", "bin", "x.bin.txt", "x.bin.gz.gz", "x.u16/", "-"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_string_equal(format_of("\1\0\2\0", 4, names[i]), "u16");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_string_equal(format_of("\1\0\2\0", 4, others[i]), "text");
}

/* What speaks against the name. */
static void u16_probe__other_content(void **state)
{
    char text[300];
    (void)state;
    assert_string_equal(format_of("{\"text\":\"\"}", 11, "x.bin"), "jsonl");
    assert_string_equal(format_of("PK\3\4", 4, "pytorch_model.bin"), "none");
    assert_string_equal(format_of("\x8a\xd8\x34\x01\1\0\0\0", 8, "train.bin"), "none");
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = "some\twords\xe2\x82\xac\r\n"[i % 15];
    assert_string_equal(format_of(text, sizeof text, "x.bin"), "text");
    text[200] = 4;
    assert_string_equal(format_of(text, sizeof text, "x.bin"), "u16");
    assert_string_equal(format_of("AB", 2, "x.bin"), "u16"); /* too little to tell */
    /* Common ids, which are below 8192: their upper bytes are control characters. */
    struct random random = {1};
    for (size_t i = 0; i < sizeof text; i += 2) {
        const size_t id = random_below(&random, 8192);
        text[i] = (char)(id & 255);
        text[i + 1] = (char)(id >> 8);
    }
    assert_string_equal(format_of(text, sizeof text, "x.bin"), "u16");
}

/* What the user says goes before all. */
static void u16_open__named_format(void **state)
{
    const struct plx_corpus_options options = {.format = "u16"};
    struct corpus_reading reading;
    struct plx_corpus *corpus;
    struct plx_error error;
    (void)state;
    assert_int_equal(corpus_open_memory("PK\3\4", 4, "x.zip", &options, &corpus, &error), PLX_OK);
    assert_int_equal(corpus_read(corpus, &reading, &error), PLX_OK);
    assert_int_equal(reading.count, 2);
    assert_int_equal(reading.ids[0], 'P' + 256 * 'K');
    assert_int_equal(reading.ids[1], 3 + 256 * 4);
    corpus_reading_free(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(u16_next__values),         cmocka_unit_test(u16_next__nothing),
        cmocka_unit_test(u16_next__pieces),         cmocka_unit_test(u16_next__odd_number_of_bytes),
        cmocka_unit_test(u16_next__gzip),           cmocka_unit_test(u16_probe__names),
        cmocka_unit_test(u16_probe__other_content), cmocka_unit_test(u16_open__named_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

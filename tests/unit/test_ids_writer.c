/* Writers of ids: what each format has, byte by byte. The layouts are those of the peers' own sources:
   nanoGPT's prepare.py, llm.c's data_common.py, Megatron's and fairseq's indexed_dataset.py,
   numpy/lib/format.py. */
#include "corpus/ids_writer.h"

#include "support/fixtures.h"
#include "support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Three documents: two ids, none, one. */
static const uint32_t IDS[] = {1, 258, 3}, BYTES[] = {4, 1000, 0};

static enum plx_status write_all(const char *path, const struct plx_ids_options *options,
                                 struct plx_error *error)
{
    static const struct plx_word names[] = {{"a\"b\n", 4}, {NULL, 0}, {"c\xFFz", 3}};
    const uint32_t *bytes = options->bytes ? BYTES : NULL;
    struct plx_ids_writer *writer;
    enum plx_status status = plx_ids_writer_open(path, options, &writer, error);
    if (status)
        return status;
    if ((status = plx_ids_writer_begin(writer, names[0], error)) ||
        (status = plx_ids_writer_add(writer, IDS, bytes, 1, error)) ||
        (status = plx_ids_writer_add(writer, IDS + 1, bytes ? bytes + 1 : NULL, 1, error)) ||
        (status = plx_ids_writer_begin(writer, names[1], error)) ||
        (status = plx_ids_writer_begin(writer, names[2], error)) ||
        (status = plx_ids_writer_add(writer, IDS + 2, bytes ? bytes + 2 : NULL, 1, error)) ||
        (status = plx_ids_writer_finish(writer, error))) {
        plx_ids_writer_discard(writer);
        return status;
    }
    return plx_ids_writer_commit(writer, error);
}

static void write_fine(const char *name, const struct plx_ids_options *options)
{
    struct plx_error error = {0};
    if (write_all(folder_path(name), options, &error))
        fail_msg("%s", error.message);
}

static void refuses(const char *path, const struct plx_ids_options *options, enum plx_status expected,
                    const char *message)
{
    struct plx_error error = {0};
    assert_int_equal(write_all(path, options, &error), expected);
    if (!strstr(error.message, message))
        fail_msg("says \"%s\"", error.message);
    folder_holds("");
}

/* What a file holds, gzip undone; `size` bytes. */
static void holds(const char *name, const void *bytes, size_t size)
{
    struct plx_source *source = NULL;
    struct plx_error error;
    uint8_t found[4096];
    size_t got;
    assert_int_equal(plx_source_open(folder_path(name), NULL, &source, &error), PLX_OK);
    assert_int_equal(plx_source_read(source, found, sizeof found, &got, &error), PLX_OK);
    plx_source_close(source);
    assert_int_equal(got, size);
    assert_memory_equal(found, bytes, size);
}

static void raw__has_the_ids_alone(void **state)
{
    (void)state;
    write_fine("x.u16", &(struct plx_ids_options){.types = 0});
    folder_file_is("x.u16", "\1\0\2\1\3\0", 6);
    write_fine("x.u32", &(struct plx_ids_options){.bytes = true});
    folder_file_is("x.u32", "\1\0\0\0\2\1\0\0\3\0\0\0", 12);
    folder_holds("x.u16 x.u32");
}

static void llmc__has_magic_version_and_count(void **state)
{
    (void)state;
    uint8_t expected[1024 + 12] = {0};
    memcpy(expected, "\x88\xD8\x34\x01\1\0\0\0\3\0\0\0", 12); /* 20240520 = 0x0134D888 */
    memcpy(expected + 1024, "\1\0\2\1\3\0", 6);
    write_fine("x.bin", &(struct plx_ids_options){.format = "llmc"});
    holds("x.bin", expected, 1030);
    write_fine("x.bin.gz", &(struct plx_ids_options){.format = "llmc"});
    holds("x.bin.gz", expected, 1030);
    memcpy(expected, "\xA1\xD9\x34\x01\7\0\0\0\3\0\0\0", 12); /* 20240801 = 0x0134D9A1 */
    memcpy(expected + 1024, "\1\0\0\0\2\1\0\0\3\0\0\0", 12);
    write_fine("x.bin", &(struct plx_ids_options){.format = "llmc-u32"});
    holds("x.bin", expected, 1036);
}

static void llmc__refuses_more_than_the_header_can_count(void **state)
{
    (void)state;
    refuses(folder_path("x.bin"), &(struct plx_ids_options){.format = "llmc", .longest = 2}, PLX_UNSUPPORTED,
            "3 tokens, but a file of llm.c has 2 at most");
}

/* The header of numpy.lib.format.write_array_header_1_0 ends with a newline at a multiple of 64. */
static void npy__is_as_narrow_as_it_can_be(void **state)
{
    (void)state;
    static const char narrow[] = "\x93NUMPY\1\0v\0{'descr': '<u2', 'fortran_order': False, 'shape': (3,), }";
    uint8_t expected[128 + 12];
    memset(expected, ' ', 128);
    memcpy(expected, narrow, sizeof narrow - 1);
    expected[127] = '\n';
    memcpy(expected + 128, "\1\0\2\1\3\0", 6);
    write_fine("unknown.npy", &(struct plx_ids_options){.types = 0});
    holds("unknown.npy", expected, 134);
    write_fine("known.npy", &(struct plx_ids_options){.types = 65536});
    holds("known.npy", expected, 134);
    write_fine("known.npy.gz", &(struct plx_ids_options){.types = 65536});
    holds("known.npy.gz", expected, 134);
    expected[10 + sizeof "{'descr': '<u" - 1] = '4';
    memcpy(expected + 128, "\1\0\0\0\2\1\0\0\3\0\0\0", 12);
    write_fine("wide.npy", &(struct plx_ids_options){.types = 65537});
    holds("wide.npy", expected, 140);
}

static void jsonl__has_a_record_for_each_document(void **state)
{
    (void)state;
    static const char with[] = "{\"id\":\"a\\\"b\\n\",\"input_ids\":[1,258],\"bytes\":[4,1000]}\n"
                               "{\"input_ids\":[],\"bytes\":[]}\n"
                               "{\"id\":\"c\xEF\xBF\xBDz\",\"input_ids\":[3],\"bytes\":[0]}\n",
                      without[] = "{\"id\":\"a\\\"b\\n\",\"input_ids\":[1,258]}\n"
                                  "{\"input_ids\":[]}\n"
                                  "{\"id\":\"c\xEF\xBF\xBDz\",\"input_ids\":[3]}\n";
    write_fine("x.jsonl", &(struct plx_ids_options){.bytes = true});
    folder_file_is("x.jsonl", with, sizeof with - 1);
    write_fine("x.ndjson", &(struct plx_ids_options){.bytes = false});
    folder_file_is("x.ndjson", without, sizeof without - 1);
}

/* A line that is longer than what can be read again. */
static void jsonl__refuses_a_document_that_cannot_be_read_again(void **state)
{
    (void)state;
    const size_t count = (size_t)1 << 20;
    struct plx_ids_writer *writer;
    struct plx_error error;
    uint32_t *ids = malloc(count * sizeof *ids);
    enum plx_status status = PLX_OK;
    size_t rounds = 0;
    assert_non_null(ids);
    for (size_t i = 0; i < count; i++)
        ids[i] = UINT32_MAX - 1;
    assert_int_equal(
        plx_ids_writer_open(folder_path("x.jsonl"), &(struct plx_ids_options){.types = 0}, &writer, &error),
        PLX_OK);
    assert_int_equal(plx_ids_writer_begin(writer, (struct plx_word){NULL, 0}, &error), PLX_OK);
    for (; rounds < 8 && status == PLX_OK; rounds++)
        status = plx_ids_writer_add(writer, ids, NULL, count, &error);
    plx_ids_writer_discard(writer);
    free(ids);
    assert_int_equal(status, PLX_UNSUPPORTED);
    assert_int_equal(rounds, 6); /* 11 MiB each: the sixth passes 64 MiB */
    assert_non_null(strstr(error.message, "document 1 is too long for a line of JSON"));
    folder_holds("");
}

#define MAGIC "MMIDIDX\0\0\1\0\0\0\0\0\0\0"
#define ZERO7 "\0\0\0\0\0\0\0"

/* Lengths 2, 0, 1; offsets 0, 4, 4; documents 0, 1, 2, 3. */
static void megatron__has_lengths_offsets_and_documents(void **state)
{
    (void)state;
    static const char index[] =
        MAGIC "\10"
              "\3" ZERO7 "\4" ZERO7 "\2\0\0\0\0\0\0\0\1\0\0\0"
              "\0" ZERO7 "\4" ZERO7 "\4" ZERO7 "\0" ZERO7 "\1" ZERO7 "\2" ZERO7 "\3" ZERO7;
    write_fine("x", &(struct plx_ids_options){.format = "megatron", .types = 65499});
    folder_file_is("x.bin", "\1\0\2\1\3\0", 6);
    folder_file_is("x.idx", index, sizeof index - 1);
    write_fine("x.bin", &(struct plx_ids_options){.format = "megatron", .id_bytes = 2});
    folder_file_is("x.idx", index, sizeof index - 1);
    write_fine("x.idx", &(struct plx_ids_options){.format = "megatron", .types = 65500, .id_bytes = 2});
    folder_file_is("x.bin", "\1\0\0\0\2\1\0\0\3\0\0\0", 12);
    folder_holds("x.bin x.idx");
}

/* Sequences of one id at most: the first document is two of them. i32: type 4, offsets 0, 4, 8, 8. */
static void megatron__cuts_documents_that_are_too_long_for_a_sequence(void **state)
{
    (void)state;
    static const char index[] =
        MAGIC "\4"
              "\4" ZERO7 "\4" ZERO7 "\1\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0"
              "\0" ZERO7 "\4" ZERO7 "\10" ZERO7 "\10" ZERO7 "\0" ZERO7 "\2" ZERO7 "\3" ZERO7 "\4" ZERO7;
    write_fine("x", &(struct plx_ids_options){.format = "megatron", .longest = 1});
    folder_file_is("x.bin", "\1\0\0\0\2\1\0\0\3\0\0\0", 12);
    folder_file_is("x.idx", index, sizeof index - 1);
}

static void fairseq__has_lengths_and_offsets(void **state)
{
    (void)state;
    static const char index[] = MAGIC "\10"
                                      "\3" ZERO7 "\2\0\0\0\0\0\0\0\1\0\0\0"
                                      "\0" ZERO7 "\4" ZERO7 "\4" ZERO7,
                      wide[] = MAGIC "\11"
                                     "\3" ZERO7 "\2\0\0\0\0\0\0\0\1\0\0\0"
                                     "\0" ZERO7 "\10" ZERO7 "\10" ZERO7;
    write_fine("x", &(struct plx_ids_options){.format = "fairseq", .types = 300});
    folder_file_is("x.idx", index, sizeof index - 1);
    write_fine("x", &(struct plx_ids_options){.format = "fairseq"});
    folder_file_is("x.idx", wide, sizeof wide - 1);
}

static void fairseq__refuses_documents_that_are_too_long_for_a_sequence(void **state)
{
    (void)state;
    refuses(folder_path("x"), &(struct plx_ids_options){.format = "fairseq", .longest = 1}, PLX_UNSUPPORTED,
            "document 1 has more than 1 tokens");
}

static void open__refuses_what_cannot_be_there(void **state)
{
    (void)state;
    refuses(folder_path("x.bin"), &(struct plx_ids_options){.types = 0}, PLX_USAGE, "does not say");
    refuses(folder_path("x.npy"), &(struct plx_ids_options){.format = "text"}, PLX_USAGE, "\"text\"");
    refuses("-", &(struct plx_ids_options){.format = "megatron"}, PLX_USAGE, "two files");
    refuses(folder_path("x.bin.gz"), &(struct plx_ids_options){.format = "fairseq"}, PLX_USAGE,
            "cannot be compressed");
    refuses(folder_path("none/x"), &(struct plx_ids_options){.format = "megatron"}, PLX_IO, "x.bin");
    refuses("/dev/full", &(struct plx_ids_options){.format = "llmc"}, PLX_IO, "/dev/full");
}

static bool always(void *user)
{
    (void)user;
    return true;
}

static void finish__can_be_interrupted(void **state)
{
    (void)state;
    refuses(folder_path("x"), &(struct plx_ids_options){.format = "megatron", .interrupted = always},
            PLX_INTERRUPTED, "interrupted");
    refuses(folder_path("x.npy"), &(struct plx_ids_options){.interrupted = always}, PLX_INTERRUPTED,
            "interrupted");
    refuses(folder_path("x.bin.gz"), &(struct plx_ids_options){.format = "llmc", .interrupted = always},
            PLX_INTERRUPTED, "interrupted");
}

/* What does not fit is for the caller to refuse. */
static void most__is_what_the_format_can_hold(void **state)
{
    (void)state;
    static const struct {
        const char *format;
        uint64_t types;
        uint32_t most;
    } cases[] = {
        {"u16", 0, 65535},
        {"llmc", 0, 65535},
        {"u32", 0, UINT32_MAX - 1},
        {"megatron", 9, 65535},
        {"megatron", 0, INT32_MAX},
        {"fairseq", 9, 65535},
        {"fairseq", 0, UINT32_MAX - 1},
        {"npy", 0, UINT32_MAX - 1},
        {"jsonl", 0, UINT32_MAX - 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct plx_ids_options options = {.format = cases[i].format, .types = cases[i].types};
        struct plx_ids_writer *writer;
        struct plx_error error;
        assert_int_equal(plx_ids_writer_open(folder_path("x"), &options, &writer, &error), PLX_OK);
        assert_int_equal(writer->most, cases[i].most);
        plx_ids_writer_discard(writer);
    }
    folder_holds("");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(raw__has_the_ids_alone, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(llmc__has_magic_version_and_count, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(llmc__refuses_more_than_the_header_can_count, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(npy__is_as_narrow_as_it_can_be, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(jsonl__has_a_record_for_each_document, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(jsonl__refuses_a_document_that_cannot_be_read_again, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(megatron__has_lengths_offsets_and_documents, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(megatron__cuts_documents_that_are_too_long_for_a_sequence,
                                        folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(fairseq__has_lengths_and_offsets, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(fairseq__refuses_documents_that_are_too_long_for_a_sequence,
                                        folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(open__refuses_what_cannot_be_there, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(finish__can_be_interrupted, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(most__is_what_the_format_can_hold, folder_make, folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

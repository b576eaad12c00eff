/* A file out of an archive. The archives are written by libarchive or by hand (support/zip_file.h); what is
   in them is told here. */
#include "io/archive.h"

#include "io/unpack.h"
#include "support/archive_file.h"
#include "support/folder.h"
#include "support/gzip_member.h"
#include "support/zip_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct archive_part PARTS[] = {
    {"wiki/", NULL, 0},
    {"wiki/train.tokens", "train\n", 6},
    {"./wiki/test.tokens", "the test\n", 9},
    {"wiki/deeper/valid.tokens", "valid\n", 6},
    {"README", "read me\n", 8},
    {"latest", NULL, 0},
};
#define PART_COUNT (sizeof PARTS / sizeof *PARTS)

/* Zip tells links in its directory only, which a stream has at its end. */
static struct archive_file archive_of(const char *format)
{
    return archive_file(format, PARTS, PART_COUNT - (strncmp(format, "zip", 3) == 0));
}

#define ALL "wiki/train.tokens, wiki/test.tokens, wiki/deeper/valid.tokens, README"

static struct plx_source *open_memory(const void *bytes, size_t size)
{
    struct plx_source *source;
    struct plx_error error;
    assert_int_equal(plx_source_open_memory(bytes, size, "a.zip", NULL, &source, &error), PLX_OK);
    return source;
}

/* From a file, which is searched before. */
static struct plx_source *open_file(const void *bytes, size_t size)
{
    struct plx_source *source;
    struct plx_error error;
    FILE *file = fopen(folder_path("a.zip"), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(plx_source_open(folder_path("a.zip"), NULL, &source, &error), PLX_OK);
    return source;
}

/* Opens the member and reads it to its end. Its bytes are in text[256]. */
static enum plx_status read_member(struct plx_source *archive, const char *member, char text[256],
                                   struct plx_error *error)
{
    const struct plx_source_options options = {.fingerprint = true};
    struct plx_source *file;
    char hex[65];
    size_t got = 0;
    enum plx_status status = plx_archive_open_member(archive, member, true, &options, &file, error);
    if (status == PLX_OK) {
        status = plx_source_read(file, text, 255, &got, error);
        if (status == PLX_OK)
            status = plx_source_sha256(file, hex, error);
        plx_source_close(file);
    } else {
        assert_null(file);
    }
    text[got] = '\0';
    return status;
}

static void expect_member(const struct archive_file *file, const char *member, const char *content)
{
    struct plx_error error = {0};
    char text[256];
    if (read_member(open_memory(file->bytes, file->size), member, text, &error))
        fail_msg("%s: %s", member, error.message);
    assert_string_equal(text, content);
    if (read_member(open_file(file->bytes, file->size), member, text, &error))
        fail_msg("%s: %s", member, error.message);
    assert_string_equal(text, content);
}

/* The same from memory, where it may be noticed behind the file, and from a file. */
static void expect_refused(const struct archive_file *file, const char *member, enum plx_status status,
                           const char *message)
{
    struct plx_error error;
    char text[256];
    for (int i = 0; i < 2; i++) {
        struct plx_source *source =
            i ? open_file(file->bytes, file->size) : open_memory(file->bytes, file->size);
        assert_int_equal(read_member(source, member, text, &error), status);
        if (!strstr(error.message, message))
            fail_msg("\"%s\" instead of \"%s\"", error.message, message);
        assert_non_null(strstr(error.input, "a.zip"));
    }
}

static const char *const FORMATS[] = {"zip",     "zip.stored", "tar",     "tar.gnu",
                                      "tar.bz2", "tar.xz",     "tar.zst", "tar.gz"};
#define FORMAT_COUNT (sizeof FORMATS / sizeof *FORMATS)

static void plx_archive_open_member__by_name_and_pattern(void **state)
{
    (void)state;
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        struct archive_file file = archive_of(FORMATS[i]);
        expect_member(&file, "wiki/test.tokens", "the test\n");
        expect_member(&file, "./wiki/test.tokens", "the test\n");
        expect_member(&file, "test.tokens", "the test\n");
        expect_member(&file, "*test*", "the test\n");
        expect_member(&file, "*/valid.*", "valid\n");
        expect_member(&file, "R*", "read me\n");
        free(file.bytes);
    }
}

static void plx_archive_open_member__not_to_be_chosen(void **state)
{
    (void)state;
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        struct archive_file file = archive_of(FORMATS[i]);
        expect_refused(&file, NULL, PLX_USAGE, "holds 4 files: " ALL);
        expect_refused(&file, "*.tokens", PLX_USAGE,
                       "\"*.tokens\" means 3 of the archive's files: wiki/train.tokens, wiki/test.tokens, "
                       "wiki/deeper/valid.tokens");
        expect_refused(&file, "test", PLX_USAGE, "\"test\" is none of the archive's 4 files: " ALL);
        expect_refused(&file, "wiki", PLX_USAGE, "\"wiki\" is a directory");
        if (strncmp(FORMATS[i], "tar", 3) == 0)
            expect_refused(&file, "latest", PLX_USAGE, "\"latest\" is a link");
        free(file.bytes);
    }
    struct archive_file file = archive_file("zip", PARTS, PART_COUNT);
    struct plx_error error;
    char text[256];
    assert_int_equal(read_member(open_file(file.bytes, file.size), "latest", text, &error), PLX_USAGE);
    assert_non_null(strstr(error.message, "is a link"));
    free(file.bytes);
}

/* Of that very name goes before of such a name, wherever it stands. */
static void plx_archive_open_member__exact_goes_first(void **state)
{
    static const struct archive_part parts[] = {
        {"a/x.txt", "one\n", 4}, {"x.txt", "two\n", 4}, {"b/x.txt", "three\n", 6}};
    struct archive_file file = archive_file("tar", parts + 1, 2);
    struct plx_error error;
    char text[256];
    (void)state;
    expect_member(&file, "x.txt", "two\n");
    free(file.bytes);
    file = archive_file("tar", parts, 3);
    assert_int_equal(read_member(open_file(file.bytes, file.size), "x.txt", text, &error), PLX_OK);
    assert_string_equal(text, "two\n");
    /* In a stream it shows too late. */
    for (size_t count = 2; count <= 3; count++) {
        free(file.bytes);
        file = archive_file("tar", parts, count);
        assert_int_equal(read_member(open_memory(file.bytes, file.size), "x.txt", text, &error), PLX_USAGE);
        assert_non_null(strstr(error.message, "\"x.txt\" is a file of the archive behind \"a/x.txt\""));
    }
    free(file.bytes);
    file = archive_file("tar", parts + 1, 2);
    assert_int_equal(read_member(open_memory(file.bytes, file.size), "?.txt", text, &error), PLX_USAGE);
    free(file.bytes);
}

/* Of a data set in two files neither stands for itself; both orders, in one folder or not. */
static void plx_archive_open_member__with_an_index(void **state)
{
    static const struct archive_part parts[] = {
        {"a/x.bin", "1234", 4}, {"a/x.idx", "1", 1},  {"a/x.bin", "1234", 4}, {"b/x.idx", "1", 1},
        {"x.idx", "1", 1},      {"a/xy.idx", "1", 1}, {"a/x.bin", "1234", 4},
    };
    static const char message[] = "\"a/x.bin\" has an index beside it";
    (void)state;
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        struct archive_file file = archive_file(FORMATS[i], parts, 2);
        expect_refused(&file, "x.bin", PLX_UNSUPPORTED, message);
        expect_refused(&file, "*.bin", PLX_UNSUPPORTED, message);
        expect_member(&file, "x.idx", "1");
        free(file.bytes);
        file = archive_file(FORMATS[i], parts + 1, 2);
        expect_refused(&file, "x.bin", PLX_UNSUPPORTED, message);
        free(file.bytes);
        file = archive_file(FORMATS[i], parts + 3, 4);
        expect_member(&file, "x.bin", "1234");
        free(file.bytes);
    }
    struct archive_file file = archive_file("tar", parts, 2);
    const struct plx_source_options options = {.fingerprint = true};
    struct plx_source *opened;
    struct plx_error error;
    assert_int_equal(plx_archive_open_member(open_memory(file.bytes, file.size), "x.bin", false, &options,
                                             &opened, &error),
                     PLX_OK);
    plx_source_close(opened);
    free(file.bytes);
}

/* A file that is there twice: tar's way to write a newer one. */
static void plx_archive_open_member__twice(void **state)
{
    static const struct archive_part parts[] = {{"x.txt", "one\n", 4}, {"x.txt", "two\n", 4}};
    struct archive_file file = archive_file("tar", parts, 2);
    (void)state;
    expect_refused(&file, "x.txt", PLX_USAGE, "2 files of the name \"x.txt\"");
    free(file.bytes);
}

static void plx_archive_open_member__only_file(void **state)
{
    static const struct archive_part parts[] = {
        {"text8/", NULL, 0}, {"text8/text8", "anarchism\n", 10}, {"__MACOSX/text8/._text8", "\0\5\26\7", 4}};
    (void)state;
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        struct archive_file file = archive_file(FORMATS[i], parts, 3);
        expect_member(&file, NULL, "anarchism\n");
        free(file.bytes);
        file = archive_file(FORMATS[i], parts, 1);
        expect_refused(&file, NULL, PLX_MALFORMED, "holds no file");
        free(file.bytes);
    }
}

/* As many names as a message has room for. */
static void plx_archive_open_member__many_files(void **state)
{
    struct archive_part parts[40];
    char names[40][80];
    (void)state;
    for (size_t i = 0; i < 40; i++) {
        snprintf(names[i], sizeof names[i], "a-name-of-some-length/to-fill-a-message/%02zu", i);
        parts[i] = (struct archive_part){names[i], "x", 1};
    }
    struct archive_file file = archive_file("zip", parts, 40);
    expect_refused(&file, NULL, PLX_USAGE, "holds 40 files: a-name-of-some-length/to-fill-a-message/00, a-");
    expect_refused(&file, "x", PLX_USAGE, ", and 33 more");
    free(file.bytes);
}

/* Outside ASCII, in whatever locale. */
static void plx_archive_open_member__names_in_utf8(void **state)
{
    static const struct archive_part parts[] = {{"größe/ü.txt", "x\n", 2}};
    static const char *const formats[] = {"zip", "tar", "tar.gnu"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct archive_file file = archive_file(formats[i], parts, 1);
        expect_member(&file, "größe/ü.txt", "x\n");
        free(file.bytes);
    }
    struct zip_file marked = zip_file(
        &(struct zip_part){.name = "größe/ü.txt", .content = "x\n", .size = 2, .deflated = true}, 1, false);
    put_u16(marked.bytes + marked.local[0] + 6, 1 << 11); /* APPNOTE 4.4.4: names are UTF-8 */
    put_u16(marked.bytes + marked.entry[0] + 8, 1 << 11);
    expect_member(&(struct archive_file){marked.bytes, marked.size}, "ü.txt", "x\n");
    free(marked.bytes);
}

/* Sizes and checksum behind the data, and zip64. */
static void plx_archive_open_member__forms_of_zip(void **state)
{
    (void)state;
    for (int form = 0; form < 3; form++) {
        const struct zip_part part = {.name = "x.txt",
                                      .content = "some text\n",
                                      .size = 10,
                                      .deflated = true,
                                      .zip64 = form & 1,
                                      .descriptor = form & 2};
        struct zip_file file = zip_file(&part, 1, form & 1);
        expect_member(&(struct archive_file){file.bytes, file.size}, NULL, "some text\n");
        free(file.bytes);
    }
}

static void plx_archive_open_member__encrypted(void **state)
{
    static const struct archive_part parts[] = {{"x.txt", "some text\n", 10}};
    struct archive_file file = archive_file("zip.encrypted", parts, 1);
    (void)state;
    expect_refused(&file, NULL, PLX_UNSUPPORTED, "\"x.txt\" is encrypted");
    free(file.bytes);
}

/* Of a stored file: its content, its checksum, its size. */
static void plx_archive_open_member__damaged(void **state)
{
    static const struct zip_part part = {.name = "x.txt", .content = "some text\n", .size = 10};
    struct zip_file zip = zip_file(&part, 1, false);
    const struct archive_file file = {zip.bytes, zip.size};
    (void)state;
    zip.bytes[zip.data[0] + 3] ^= 1;
    expect_refused(&file, NULL, PLX_MALFORMED, "damaged: ZIP bad CRC");
    zip.bytes[zip.data[0] + 3] ^= 1;
    zip.bytes[zip.local[0] + 14] ^= 1;
    zip.bytes[zip.entry[0] + 16] ^= 1;
    expect_refused(&file, NULL, PLX_MALFORMED, "damaged: ZIP bad CRC");
    zip.bytes[zip.local[0] + 14] ^= 1;
    zip.bytes[zip.entry[0] + 16] ^= 1;
    zip.bytes[zip.local[0] + 22] ^= 1;
    zip.bytes[zip.entry[0] + 24] ^= 1;
    expect_refused(&file, NULL, PLX_MALFORMED, "");
    free(zip.bytes);
}

/* Cut anywhere, an archive is refused, or its only file is whole. */
static void plx_archive_open_member__cut_short(void **state)
{
    static const char content[] = "some text that is a little longer\n";
    static const struct archive_part parts[] = {{"x.txt", content, sizeof content - 1}};
    (void)state;
    for (size_t i = 0; i < FORMAT_COUNT - 1; i++) { /* gzip is the source's */
        struct archive_file file = archive_file(FORMATS[i], parts, 1);
        for (size_t size = 4; size < file.size; size += 1 + size / 64) {
            struct plx_error error;
            char text[256];
            const enum plx_status status = read_member(open_memory(file.bytes, size), NULL, text, &error);
            if (status == PLX_OK)
                assert_string_equal(text, content);
            else
                assert_int_equal(status, PLX_MALFORMED);
        }
        free(file.bytes);
    }
}

/* Any byte may be another: whatever comes of it, nothing worse than an error does. */
static void plx_archive_open_member__random_damage(void **state)
{
    (void)state;
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        struct archive_file file = archive_of(FORMATS[i]);
        for (size_t at = 0; at < file.size; at += 1 + file.size / 256) {
            struct plx_error error;
            char text[256];
            file.bytes[at] ^= 0x5A;
            (void)read_member(open_memory(file.bytes, file.size), "*test*", text, &error);
            file.bytes[at] ^= 0x5A;
        }
        free(file.bytes);
    }
}

/* Zeros, some 70 MB of them: a thousandth of that in the archive. In the last, they are of another file,
   which has to be passed over. */
static void plx_archive_open_member__bomb(void **state)
{
    static const char *const formats[] = {"zip", "tar.gz"};
    const size_t size = PLX_UNPACK_FREE_BYTES + (6 << 20);
    char *zeros = calloc(size, 1);
    (void)state;
    assert_non_null(zeros);
    for (size_t i = 0; i < 2; i++) {
        const struct archive_part parts[] = {{"bomb", zeros, size}, {"x.txt", "x\n", 2}};
        struct archive_file file = archive_file(formats[i], parts, 1 + i);
        struct plx_error error;
        char text[256];
        assert_int_equal(read_member(open_file(file.bytes, file.size), i ? "x.txt" : NULL, text, &error),
                         PLX_MALFORMED);
        assert_non_null(strstr(error.message, "grows without measure"));
        assert_non_null(strstr(error.input, "a.zip:bomb"));
        assert_true(error.offset >= PLX_UNPACK_FREE_BYTES && error.offset <= size);
        free(file.bytes);
    }
    free(zeros);
}

/* As large, but of what cannot be packed so well. */
static void plx_archive_open_member__large(void **state)
{
    const size_t size = PLX_UNPACK_FREE_BYTES + (6 << 20);
    char *text = malloc(size);
    struct plx_source *file;
    struct plx_error error;
    char hex[65];
    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < size; i++)
        text[i] = (char)('a' + (i * 2654435761u >> 13) % 8 * (i % 64 == 0));
    const struct archive_part part = {"text8", text, size};
    struct archive_file archive = archive_file("zip", &part, 1);
    assert_true(size / archive.size > 20);
    assert_int_equal(plx_archive_open_member(open_file(archive.bytes, archive.size), NULL, true,
                                             &(struct plx_source_options){.fingerprint = true}, &file,
                                             &error),
                     PLX_OK);
    assert_int_equal(plx_source_sha256(file, hex, &error), PLX_OK);
    assert_int_equal(plx_source_offset(file), size);
    plx_source_close(file);
    free(archive.bytes);
    free(text);
}

static void plx_archive_recognise__by_content(void **state)
{
    static const char *const texts[] = {"", "PK", "PK and so on", "BZh91AY&SY and no more",
                                        "\x28\xB5\x2F\xFD"};
    struct plx_error error;
    bool archive;
    (void)state;
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        struct archive_file file = archive_of(FORMATS[i]);
        for (int strict = 0; strict < 2; strict++) {
            struct plx_source *source = open_memory(file.bytes, file.size);
            assert_int_equal(plx_archive_recognise(source, strict, &archive, &error), PLX_OK);
            assert_true(archive);
            assert_int_equal(plx_source_offset(source), 0);
            plx_source_close(source);
        }
        free(file.bytes);
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct plx_source *source = open_memory(texts[i], strlen(texts[i]));
        assert_int_equal(plx_archive_recognise(source, false, &archive, &error), PLX_OK);
        assert_false(archive);
        plx_source_close(source);
    }
}

static bool recognised(const void *bytes, size_t size, bool strict)
{
    struct plx_source *source = open_memory(bytes, size);
    struct plx_error error;
    bool archive;
    assert_int_equal(plx_archive_recognise(source, strict, &archive, &error), PLX_OK);
    plx_source_close(source);
    return archive;
}

/* Ids of 2 bytes that begin as zip does: behind it too few, zeros, others; as its end: zeros, letters. */
static void plx_archive_recognise__ids(void **state)
{
    static const char zeros[44] = "PK\3\4", end[44] = "PK\5\6";
    char ids[600] = "PK\3\4";
    (void)state;
    for (size_t i = 4; i < sizeof ids; i++)
        ids[i] = (char)(i % 2 ? 1 : i % 200);
    assert_true(recognised("PK\3\4\1\2\3\4", 8, false));
    assert_false(recognised("PK\3\4\1\2\3\4", 8, true));
    assert_false(recognised(zeros, sizeof zeros, true));
    assert_false(recognised(ids, sizeof ids, true));
    assert_false(recognised(end, sizeof end, true));
    assert_false(recognised("PK\5\6aaaaaaaaaaaaaaaaaaaaaaaaaaaa", 32, true));
}

/* Zeros are the end of a tar archive; behind a compression they are anything. */
static void plx_archive_recognise__compressed_zeros(void **state)
{
    static const char *const formats[] = {"tar.xz", "tar.bz2", "tar.zst"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct archive_file file = archive_file(formats[i], PARTS, 0);
        assert_int_not_equal(plx_archive_kind(file.bytes, file.size), PLX_ARCHIVE_NONE);
        assert_false(recognised(file.bytes, file.size, false));
        free(file.bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plx_archive_open_member__by_name_and_pattern, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(plx_archive_open_member__not_to_be_chosen, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(plx_archive_open_member__exact_goes_first, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(plx_archive_open_member__with_an_index, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_archive_open_member__twice, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_archive_open_member__only_file, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_archive_open_member__many_files, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_archive_open_member__names_in_utf8, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_archive_open_member__forms_of_zip, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_archive_open_member__encrypted, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_archive_open_member__damaged, folder_make, folder_remove),
        cmocka_unit_test(plx_archive_open_member__cut_short),
        cmocka_unit_test(plx_archive_open_member__random_damage),
        cmocka_unit_test_setup_teardown(plx_archive_open_member__bomb, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_archive_open_member__large, folder_make, folder_remove),
        cmocka_unit_test(plx_archive_recognise__by_content),
        cmocka_unit_test(plx_archive_recognise__ids),
        cmocka_unit_test(plx_archive_recognise__compressed_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

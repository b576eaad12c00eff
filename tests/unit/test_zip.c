/* Zip archives: what is in them, and what is wrong. Expected values: PKWARE's APPNOTE.TXT, sections 4.3
   to 4.5, and archives that Python's zipfile has read (support/zip_file.c makes them). */
#include "io/zip.h"

#include "support/zip_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char TEXT[] = "the sea rises, the sea falls, the sea rises, the sea falls";

static const struct zip_part PARTS[] = {{.name = "plain", .content = TEXT, .size = sizeof TEXT},
                                        {.name = "tight", .content = TEXT, .size = 40, .deflated = true},
                                        {.name = "none", .content = TEXT, .size = 0}};

/* In memory of just that size, so that a sanitizer sees every byte that is read behind it. */
static enum plx_status open_bytes(const uint8_t *bytes, size_t size, struct plx_zip *zip, uint8_t **copy,
                                  struct plx_error *error)
{
    *copy = malloc(size ? size : 1);
    assert_non_null(*copy);
    memcpy(*copy, bytes, size);
    return plx_zip_open(*copy, size, "test", zip, error);
}

/* The whole content of a member, in pieces of `step`. */
static enum plx_status read_member(const struct plx_zip_member *member, size_t step, uint8_t *content,
                                   struct plx_error *error)
{
    struct plx_unzip *unzip = plx_unzip_new(member, error);
    enum plx_status status = PLX_OK;
    assert_non_null(unzip);
    for (uint64_t done = 0; done < member->size && status == PLX_OK; done += step) {
        const uint64_t left = member->size - done;
        status = plx_unzip_read(unzip, content + done, left < step ? (size_t)left : step, error);
    }
    if (status == PLX_OK)
        status = plx_unzip_finish(unzip, error);
    plx_unzip_free(unzip);
    return status;
}

/* Directory and contents; the first error there is. */
static enum plx_status read_all(const uint8_t *bytes, size_t size, struct plx_error *error)
{
    struct plx_zip zip;
    uint8_t *copy, content[4096];
    enum plx_status status = open_bytes(bytes, size, &zip, &copy, error);
    for (size_t i = 0; i < zip.count && status == PLX_OK; i++) {
        assert_true(zip.members[i].size <= sizeof content);
        status = read_member(zip.members + i, 7, content, error);
    }
    plx_zip_close(&zip);
    plx_zip_close(&zip);
    free(copy);
    return status;
}

static void assert_parts(const struct zip_part *parts, size_t count, bool zip64)
{
    struct zip_file file = zip_file(parts, count, zip64);
    struct plx_zip zip;
    struct plx_error error;
    uint8_t *copy, content[256];
    if (open_bytes(file.bytes, file.size, &zip, &copy, &error))
        fail_msg("%s", error.message);
    assert_int_equal(zip.count, count);
    for (size_t i = 0; i < count; i++) {
        const struct plx_zip_member *member = zip.members + i;
        assert_int_equal(member->length, strlen(parts[i].name));
        assert_memory_equal(member->name, parts[i].name, member->length);
        assert_int_equal(member->size, parts[i].size);
        assert_int_equal(member->offset, file.data[i]);
        assert_int_equal(member->deflated, parts[i].deflated);
        for (size_t step = 1; step <= 64; step++) {
            memset(content, 0, sizeof content);
            if (read_member(member, step, content, &error))
                fail_msg("%s", error.message);
            assert_memory_equal(content, parts[i].content, parts[i].size);
        }
    }
    plx_zip_close(&zip);
    free(copy);
    free(file.bytes);
}

static void plx_zip_open__members(void **state)
{
    (void)state;
    assert_parts(PARTS, 3, false);
    assert_parts(PARTS, 0, false);
}

static void plx_zip_open__zip64_and_descriptors(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        struct zip_part parts[3];
        memcpy(parts, PARTS, sizeof parts);
        for (size_t k = 0; k < 3; k++) {
            parts[k].zip64 = i & 1;
            parts[k].descriptor = i & 2;
        }
        assert_parts(parts, 3, i & 4);
    }
}

static void plx_zip_open__comment(void **state)
{
    struct zip_file file = zip_file(PARTS, 3, false);
    struct plx_error error;
    (void)state;
    uint8_t *longer = calloc(1, file.size + 70000);
    assert_non_null(longer);
    memcpy(longer, file.bytes, file.size);
    put_u16(longer + file.end + 20, 65535);
    assert_int_equal(read_all(longer, file.size + 65535, &error), PLX_OK);
    assert_int_equal(read_all(longer, file.size + 65534, &error), PLX_MALFORMED);
    assert_int_equal(read_all(longer, file.size + 65536, &error), PLX_MALFORMED);
    assert_non_null(strstr(error.message, "has no end"));
    free(longer);
    free(file.bytes);
}

/* Every shorter one is refused, with a place in it. */
static void plx_zip_open__every_truncation(void **state)
{
    (void)state;
    for (int zip64 = 0; zip64 < 2; zip64++) {
        struct zip_file file = zip_file(PARTS, 3, zip64);
        struct plx_error error;
        for (size_t size = 0; size < file.size; size++) {
            assert_int_equal(read_all(file.bytes, size, &error), PLX_MALFORMED);
            assert_string_equal(error.input, "test");
            assert_true(error.offset <= size);
        }
        assert_int_equal(read_all(file.bytes, file.size, &error), PLX_OK);
        free(file.bytes);
    }
}

/* Whatever a byte is changed into, nothing else comes out without an error: but times, attributes, versions
   and what tells systems apart mean nothing here. */
static void plx_zip_open__every_byte_changed(void **state)
{
    (void)state;
    for (int zip64 = 0; zip64 < 2; zip64++) {
        struct zip_part parts[3];
        memcpy(parts, PARTS, sizeof parts);
        for (size_t i = 0; i < 3; i++)
            parts[i].zip64 = zip64;
        struct zip_file file = zip_file(parts, 3, zip64);
        for (size_t at = 0; at < file.size; at++) {
            const uint8_t before = file.bytes[at];
            for (unsigned bit = 0; bit < 8; bit++) {
                struct plx_error error = {0};
                file.bytes[at] = (uint8_t)(before ^ 1U << bit);
                const enum plx_status status = read_all(file.bytes, file.size, &error);
                assert_true(status == PLX_OK || status == PLX_MALFORMED || status == PLX_UNSUPPORTED);
                for (size_t i = 0; i < 2; i++) { /* the last byte of a stream may have bits to spare */
                    if (at >= file.data[i] && at + i < file.data[i] + file.packed[i])
                        assert_int_equal(status, PLX_MALFORMED);
                }
            }
            file.bytes[at] = before;
        }
        free(file.bytes);
    }
}

enum where { LOCAL, ENTRY, END, END64 };

/* A field of the second part, or of an end, that gets another value. */
struct fault {
    enum where where;
    size_t at;
    unsigned bytes;
    uint64_t value;
    enum plx_status status;
    const char *words;
};

static void assert_fault(const struct fault *fault, bool zip64)
{
    struct zip_part parts[3];
    struct plx_error error = {0};
    memcpy(parts, PARTS, sizeof parts);
    for (size_t i = 0; i < 3; i++)
        parts[i].zip64 = zip64;
    struct zip_file file = zip_file(parts, 3, zip64);
    const size_t places[] = {
        [LOCAL] = file.local[1], [ENTRY] = file.entry[1], [END] = file.end, [END64] = file.end64};
    for (unsigned i = 0; i < fault->bytes; i++)
        file.bytes[places[fault->where] + fault->at + i] = (uint8_t)(fault->value >> (8 * i));
    const enum plx_status status = read_all(file.bytes, file.size, &error);
    if (status != fault->status || !strstr(error.message, fault->words))
        fail_msg("place %d, byte %zu: status %s, \"%s\" without \"%s\"", (int)fault->where, fault->at,
                 plx_status_name(status), error.message, fault->words);
    assert_int_equal(error.status, status);
    free(file.bytes);
}

static void plx_zip_open__faults(void **state)
{
    static const struct fault faults[] = {
        {ENTRY, 8, 2, 1, PLX_UNSUPPORTED, "\"tight\" is encrypted"},
        {ENTRY, 8, 2, 1 << 13, PLX_UNSUPPORTED, "\"tight\" is encrypted"},
        {ENTRY, 10, 2, 12, PLX_UNSUPPORTED, "\"tight\" is compressed by the method 12"},
        {ENTRY, 10, 2, 0, PLX_MALFORMED, "\"tight\" claims a size"},
        {ENTRY, 16, 4, 77, PLX_MALFORMED, "\"tight\" is described otherwise"},
        {ENTRY, 20, 4, 3, PLX_MALFORMED, "\"tight\" is described otherwise"},
        {ENTRY, 20, 4, 4000, PLX_MALFORMED, "\"tight\" reaches into the directory"},
        {ENTRY, 24, 4, 41, PLX_MALFORMED, "\"tight\" is described otherwise"},
        {ENTRY, 24, 4, UINT32_MAX - 1, PLX_MALFORMED, "\"tight\" claims a size"},
        {ENTRY, 24, 4, UINT32_MAX, PLX_MALFORMED, "none of zip64"},
        {ENTRY, 28, 2, 4, PLX_MALFORMED, ""},
        {ENTRY, 28, 2, 0, PLX_MALFORMED, "no proper name"},
        {ENTRY, 30, 2, 60000, PLX_MALFORMED, "directory is damaged"},
        {ENTRY, 42, 4, 0, PLX_MALFORMED, "\"tight\" is described otherwise"},
        {ENTRY, 42, 4, 3, PLX_MALFORMED, "\"tight\" is not where the directory says"},
        {ENTRY, 42, 4, UINT32_MAX - 1, PLX_MALFORMED, "\"tight\" is not where the directory says"},
        {ENTRY, 46, 1, 'T', PLX_MALFORMED, "\"Tight\" is described otherwise"},
        {ENTRY, 48, 1, 0, PLX_MALFORMED, "no proper name"},
        {ENTRY, 0, 1, 'Q', PLX_MALFORMED, "directory is damaged"},
        {LOCAL, 6, 2, 1, PLX_MALFORMED, "\"tight\" is described otherwise"},
        {LOCAL, 8, 2, 0, PLX_MALFORMED, "\"tight\" is described otherwise"},
        {LOCAL, 14, 4, 5, PLX_MALFORMED, "\"tight\" is described otherwise"},
        {LOCAL, 18, 4, 5, PLX_MALFORMED, "\"tight\" is described otherwise"},
        {LOCAL, 22, 4, 5, PLX_MALFORMED, "\"tight\" is described otherwise"},
        {LOCAL, 28, 2, 60000, PLX_MALFORMED, "\"tight\" reaches into the directory"},
        {LOCAL, 30, 1, 'T', PLX_MALFORMED, "\"tight\" is described otherwise"},
        {END, 4, 2, 1, PLX_UNSUPPORTED, "several parts"},
        {END, 8, 2, 2, PLX_UNSUPPORTED, "several parts"},
        {END, 8, 4, 4 | 4 << 16, PLX_MALFORMED, "no room for all its members"},
        {END, 8, 4, 2 | 2 << 16, PLX_MALFORMED, "more members than its end says"},
        {END, 8, 4, UINT32_MAX, PLX_MALFORMED, "no room for all its members"},
        {END, 12, 4, 9, PLX_MALFORMED, "directory is not where its end says"},
        {END, 16, 4, 9, PLX_MALFORMED, "directory is not where its end says"},
        {END, 16, 4, UINT32_MAX, PLX_MALFORMED, "directory is not where its end says"},
        {END, 20, 2, 1, PLX_MALFORMED, "has no end"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        assert_fault(faults + i, false);
}

/* Sizes that are told twice, and ends; the name is of five bytes, so that fields begin behind 51 and 35. */
static void plx_zip_open__zip64_inconsistent(void **state)
{
    static const struct fault faults[] = {
        {ENTRY, 51, 2, 2, PLX_MALFORMED, "none of zip64"},
        {ENTRY, 53, 2, 16, PLX_MALFORMED, "none of zip64"},
        {ENTRY, 53, 2, 8, PLX_MALFORMED, "none of zip64"},
        {ENTRY, 53, 2, 60000, PLX_MALFORMED, "none of zip64"},
        {ENTRY, 55, 8, 41, PLX_MALFORMED, "\"tight\" is described otherwise"},
        {ENTRY, 55, 8, UINT64_MAX, PLX_MALFORMED, "\"tight\" claims a size"},
        {ENTRY, 63, 8, 3, PLX_MALFORMED, "\"tight\" is described otherwise"},
        {ENTRY, 63, 8, UINT64_MAX, PLX_MALFORMED, "\"tight\" reaches into the directory"},
        {ENTRY, 71, 8, UINT64_MAX, PLX_MALFORMED, "\"tight\" is not where the directory says"},
        {LOCAL, 35, 2, 2, PLX_MALFORMED, "\"tight\" is described otherwise"},
        {LOCAL, 39, 8, 41, PLX_MALFORMED, "\"tight\" is described otherwise"},
        {LOCAL, 47, 8, 3, PLX_MALFORMED, "\"tight\" is described otherwise"},
        {END, 8, 4, 2 | 2 << 16, PLX_MALFORMED, "two ends differ"},
        {END, 12, 4, 9, PLX_MALFORMED, "two ends differ"},
        {END, 16, 4, 9, PLX_MALFORMED, "two ends differ"},
        {END64, 4, 8, 45, PLX_MALFORMED, "zip64 end is not where"},
        {END64, 4, 8, UINT64_MAX, PLX_MALFORMED, "zip64 end is not where"},
        {END64, 16, 4, 1, PLX_UNSUPPORTED, "several parts"},
        {END64, 24, 8, 2, PLX_UNSUPPORTED, "several parts"},
        {END64, 40, 8, UINT64_MAX, PLX_MALFORMED, "directory is not where its end says"},
        {END64, 48, 8, UINT64_MAX, PLX_MALFORMED, "directory is not where its end says"},
        {END64, 64, 8, 0, PLX_MALFORMED, "zip64 end is not where"},
        {END64, 64, 8, UINT64_MAX, PLX_MALFORMED, "zip64 end is not where"},
        {END64, 72, 4, 2, PLX_UNSUPPORTED, "several parts"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        assert_fault(faults + i, true);
}

static void plx_zip_open__names_twice(void **state)
{
    const struct zip_part parts[] = {{.name = "b", .content = TEXT, .size = 4},
                                     {.name = "a", .content = TEXT, .size = 4},
                                     {.name = "b", .content = TEXT, .size = 5}};
    struct zip_file file = zip_file(parts, 3, false);
    struct plx_error error = {0};
    (void)state;
    assert_int_equal(read_all(file.bytes, file.size, &error), PLX_MALFORMED);
    assert_non_null(strstr(error.message, "\"b\" is there twice"));
    free(file.bytes);
}

/* A member inside another: how archives of a few bytes give many. */
static void plx_zip_open__overlapping(void **state)
{
    const struct zip_part inner[] = {{.name = "in", .content = TEXT, .size = 9}};
    struct zip_file inside = zip_file(inner, 1, false);
    const struct zip_part parts[] = {{.name = "out", .content = inside.bytes, .size = inside.directory},
                                     {.name = "in", .content = TEXT, .size = 9}};
    struct zip_file file = zip_file(parts, 2, false);
    struct plx_error error = {0};
    (void)state;
    assert_int_equal(read_all(file.bytes, file.size, &error), PLX_OK);
    put_u32(file.bytes + file.entry[1] + 42, (uint32_t)file.data[0]);
    assert_int_equal(read_all(file.bytes, file.size, &error), PLX_MALFORMED);
    assert_non_null(strstr(error.message, "\"in\" begins before the one before it ends"));
    free(file.bytes);
    free(inside.bytes);
}

/* Both places agree about the size, and the stream gives another one. */
static void plx_unzip_read__other_sizes(void **state)
{
    static const struct {
        uint32_t size;
        const char *words;
    } cases[] = {{39, "is longer than the directory says"},
                 {41, "is shorter than the directory says"},
                 {2000, "is shorter than the directory says"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zip_file file = zip_file(PARTS, 3, false);
        struct plx_error error = {0};
        put_u32(file.bytes + file.entry[1] + 24, cases[i].size);
        put_u32(file.bytes + file.local[1] + 22, cases[i].size);
        assert_int_equal(read_all(file.bytes, file.size, &error), PLX_MALFORMED);
        if (!strstr(error.message, cases[i].words))
            fail_msg("%u: \"%s\"", (unsigned)cases[i].size, error.message);
        free(file.bytes);
    }
}

static void plx_unzip_finish__checksum(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct zip_file file = zip_file(PARTS, 3, false);
        struct plx_error error = {0};
        put_u32(file.bytes + file.entry[i] + 16, 0x12345678);
        put_u32(file.bytes + file.local[i] + 14, 0x12345678);
        assert_int_equal(read_all(file.bytes, file.size, &error), PLX_MALFORMED);
        assert_non_null(strstr(error.message, "its CRC-32 is another"));
        free(file.bytes);
    }
}

/* What deflate can make of the fewest bytes is believed, and no more. */
static void plx_zip_open__bomb(void **state)
{
    static uint8_t zeros[1 << 20];
    const struct zip_part part = {.name = "zeros", .content = zeros, .size = sizeof zeros, .deflated = true};
    struct zip_file file = zip_file(&part, 1, false);
    struct plx_zip zip;
    struct plx_error error;
    uint8_t *copy;
    (void)state;
    assert_true(file.packed[0] < sizeof zeros / 1000); /* it is near the limit */
    assert_int_equal(open_bytes(file.bytes, file.size, &zip, &copy, &error), PLX_OK);
    plx_zip_close(&zip);
    free(copy);
    put_u32(file.bytes + file.entry[0] + 24, (uint32_t)(file.packed[0] + 1) * 1032);
    put_u32(file.bytes + file.local[0] + 22, (uint32_t)(file.packed[0] + 1) * 1032);
    assert_int_equal(open_bytes(file.bytes, file.size, &zip, &copy, &error), PLX_MALFORMED);
    assert_non_null(strstr(error.message, "claims a size"));
    free(copy);
    free(file.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_zip_open__members),
        cmocka_unit_test(plx_zip_open__zip64_and_descriptors),
        cmocka_unit_test(plx_zip_open__comment),
        cmocka_unit_test(plx_zip_open__every_truncation),
        cmocka_unit_test(plx_zip_open__every_byte_changed),
        cmocka_unit_test(plx_zip_open__faults),
        cmocka_unit_test(plx_zip_open__zip64_inconsistent),
        cmocka_unit_test(plx_zip_open__names_twice),
        cmocka_unit_test(plx_zip_open__overlapping),
        cmocka_unit_test(plx_unzip_read__other_sizes),
        cmocka_unit_test(plx_unzip_finish__checksum),
        cmocka_unit_test(plx_zip_open__bomb),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

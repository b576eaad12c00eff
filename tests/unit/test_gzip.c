/* Gzip as sources undo it. What comes out is compared with what went into zlib's compressor. */
#include <perplex/source.h>

#include "support/gzip_member.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PACKED_MAX  ((size_t)1 << 20)
#define CONTENT_MAX ((size_t)4 << 20)

struct packed {
    uint8_t data[PACKED_MAX];
    size_t size;
    uint8_t content[CONTENT_MAX];
    size_t content_size;
    size_t ends[8];     /* of the members, in data */
    size_t contents[8]; /* and in content */
    unsigned members;
};

static void add_member(struct packed *packed, const void *data, size_t size, int level, const char *name)
{
    packed->size +=
        gzip_member(data, size, level, name, packed->data + packed->size, PACKED_MAX - packed->size);
    memcpy(packed->content + packed->content_size, data, size);
    packed->content_size += size;
    packed->ends[packed->members] = packed->size;
    packed->contents[packed->members++] = packed->content_size;
}

/* Several kinds of member: text, nothing, stored rather than deflated, with a name and a checksum in the
   header, and text once more. */
static struct packed *packed_new(void)
{
    struct packed *packed = calloc(1, sizeof *packed);
    assert_non_null(packed);
    add_member(packed, "The first member, the first, the first.\n", 40, 9, NULL);
    add_member(packed, "", 0, 9, NULL);
    add_member(packed, "Stored.\n", 8, 0, NULL);
    add_member(packed, "Named, named and named again.\n", 30, 6, "a name");
    add_member(packed, "", 0, 9, "nothing");
    add_member(packed, "The last, the last.\n", 20, 6, NULL);
    return packed;
}

/* Reads data[0..size) to its end into out. The source is closed. */
static enum plx_status unpack(const uint8_t *data, size_t size, uint8_t *out, size_t capacity, size_t *got,
                              bool *compressed, struct plx_error *error)
{
    /* An allocation of exactly that size, so that a read behind it is noticed. */
    uint8_t *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, data, size);
    struct plx_source *source = NULL;
    assert_int_equal(plx_source_open_memory(copy, size, "packed", NULL, &source, error), PLX_OK);
    enum plx_status status = plx_source_read(source, out, capacity, got, error);
    *compressed = plx_source_compressed(source);
    plx_source_close(source);
    free(copy);
    return status;
}

static void expect_content(const uint8_t *data, size_t size, const void *expected, size_t expected_size)
{
    uint8_t *out = malloc(expected_size + 1);
    assert_non_null(out);
    struct plx_error error;
    size_t got = 0;
    bool compressed = false;
    assert_int_equal(unpack(data, size, out, expected_size + 1, &got, &compressed, &error), PLX_OK);
    assert_true(compressed);
    assert_int_equal(got, expected_size);
    assert_memory_equal(out, expected, got);
    free(out);
}

/* `offset` is what the message has to name. */
static void expect_malformed(const uint8_t *data, size_t size, const char *message, size_t offset)
{
    uint8_t out[4096];
    struct plx_error error;
    size_t got = 0;
    bool compressed = false;
    char place[64];
    assert_int_equal(unpack(data, size, out, sizeof out, &got, &compressed, &error), PLX_MALFORMED);
    assert_true(compressed);
    assert_string_equal(error.input, "packed");
    assert_non_null(strstr(error.message, message));
    snprintf(place, sizeof place, "compressed byte %zu", offset);
    const char *found = strstr(error.message, place);
    assert_non_null(found);
    assert_true(found[strlen(place)] == '\0' || found[strlen(place)] == ':');
}

static void plx_gzip_read__members(void **state)
{
    (void)state;
    struct packed *packed = packed_new();
    for (unsigned i = 0; i < packed->members; i++)
        expect_content(packed->data, packed->ends[i], packed->content, packed->contents[i]);
    free(packed);
}

static void plx_gzip_read__only_empty_members(void **state)
{
    (void)state;
    uint8_t data[256];
    size_t size = gzip_member("", 0, 9, NULL, data, sizeof data);
    expect_content(data, size, "", 0);
    size += gzip_member("", 0, 9, NULL, data + size, sizeof data - size);
    expect_content(data, size, "", 0);
}

/* Larger than the buffers on the way, and much larger than its compressed form. */
static void plx_gzip_read__large(void **state)
{
    (void)state;
    struct packed *packed = calloc(1, sizeof *packed);
    uint8_t *data = calloc(1, CONTENT_MAX);
    assert_non_null(packed);
    assert_non_null(data);
    uint32_t random = 1; /* what hardly can be compressed */
    for (size_t i = 0; i < 400000; i++) {
        random = random * 1664525U + 1013904223U;
        data[i] = (uint8_t)(random >> 24);
    }
    add_member(packed, data, 400000, 1, NULL);
    add_member(packed, data + 400000, CONTENT_MAX - 400000, 9, NULL); /* zeros */
    assert_true(packed->size > 300000);
    expect_content(packed->data, packed->size, packed->content, packed->content_size);
    free(data);
    free(packed);
}

static void plx_gzip_read__every_truncation(void **state)
{
    (void)state;
    struct packed *packed = packed_new();
    for (size_t size = 0; size < packed->size; size++) {
        bool at_an_end = size == 0;
        for (unsigned i = 0; i < packed->members; i++)
            at_an_end |= size == packed->ends[i];
        if (!at_an_end && size > 1) /* a single byte is not recognised as gzip */
            expect_malformed(packed->data, size, "end unexpectedly", size);
    }
    free(packed);
}

/* What has been read before the end is torn is delivered; the error says where that ends. */
static void plx_gzip_read__truncated_after_content(void **state)
{
    (void)state;
    struct packed *packed = packed_new();
    struct plx_source *source = NULL;
    struct plx_error error;
    uint8_t out[40];
    size_t got = 0;
    assert_int_equal(
        plx_source_open_memory(packed->data, packed->ends[0] - 1, "packed", NULL, &source, &error), PLX_OK);
    assert_int_equal(plx_source_read(source, out, 40, &got, &error), PLX_OK);
    assert_int_equal(got, 40);
    assert_memory_equal(out, packed->content, 40);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(plx_source_read(source, out, 1, &got, &error), PLX_MALFORMED);
        assert_int_equal(error.offset, 40);
    }
    plx_source_close(source);
    free(packed);
}

/* The trailer (RFC 1952): CRC-32, then the length, four bytes each. The offset is that behind the field. */
static void plx_gzip_read__wrong_check(void **state)
{
    (void)state;
    struct packed *packed = packed_new();
    for (unsigned i = 0; i < packed->members; i++)
        for (size_t back = 1; back <= 8; back++) {
            packed->data[packed->ends[i] - back] ^= 0x10;
            expect_malformed(packed->data, packed->size, back > 4 ? "data check" : "length check",
                             packed->ends[i] - (back > 4 ? 4 : 0));
            packed->data[packed->ends[i] - back] ^= 0x10;
        }
    free(packed);
}

static void plx_gzip_read__padding(void **state)
{
    (void)state;
    struct packed *packed = packed_new();
    const size_t size = packed->size;
    expect_content(packed->data, size + 1, packed->content, packed->content_size);
    expect_content(packed->data, size + 511, packed->content, packed->content_size);
    expect_content(packed->data, size + 600000, packed->content, packed->content_size);
    packed->data[size + 300000] = 1;
    expect_content(packed->data, size + 300000, packed->content, packed->content_size);
    expect_malformed(packed->data, size + 600000, "data follow the zeros", size + 300000);
    /* Not even another member. */
    memcpy(packed->data + size + 10, packed->data, packed->ends[0]);
    expect_malformed(packed->data, size + 10 + packed->ends[0], "data follow the zeros", size + 10);
    free(packed);
}

static void plx_gzip_read__garbage(void **state)
{
    (void)state;
    struct packed *packed = packed_new();
    const size_t size = packed->size;
    memcpy(packed->data + size, "text", 4);
    expect_malformed(packed->data, size + 4, "neither", size);
    expect_malformed(packed->data, size + 1, "neither", size);
    memcpy(packed->data + size, "\x1f\x8c\x08", 3);
    expect_malformed(packed->data, size + 3, "neither", size);
    /* Another compression method; zlib reads it and the flags behind it at once. */
    memcpy(packed->data + size, "\x1f\x8b\x07\x00", 4);
    expect_malformed(packed->data, size + 4, "damaged", size + 4);
    free(packed);
}

/* One flipped bit, everywhere: an error, or what the checksums cannot see (the header's fields), but then
   with the right content; and once the magic is gone it is not gzip any more. */
static void plx_gzip_read__every_flipped_bit(void **state)
{
    (void)state;
    struct packed *packed = packed_new();
    uint8_t out[4096];
    unsigned failures = 0;
    for (size_t bit = 0; bit < 8 * packed->size; bit++) {
        struct plx_error error;
        size_t got = 0;
        bool compressed = false;
        packed->data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        enum plx_status status =
            unpack(packed->data, packed->size, out, sizeof out, &got, &compressed, &error);
        if (bit < 24) {
            assert_int_equal(status, PLX_OK);
            assert_false(compressed);
        } else if (status == PLX_OK) {
            assert_int_equal(got, packed->content_size);
            assert_memory_equal(out, packed->content, got);
        } else {
            assert_int_equal(status, PLX_MALFORMED);
            assert_non_null(strstr(error.message, "compressed byte "));
            failures++;
        }
        packed->data[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    /* Time, extra flags, system of six headers, and bits that flags or padding do not use: well under half.
     */
    assert_true(failures > 4 * packed->size);
    free(packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_gzip_read__members),
        cmocka_unit_test(plx_gzip_read__only_empty_members),
        cmocka_unit_test(plx_gzip_read__large),
        cmocka_unit_test(plx_gzip_read__every_truncation),
        cmocka_unit_test(plx_gzip_read__truncated_after_content),
        cmocka_unit_test(plx_gzip_read__wrong_check),
        cmocka_unit_test(plx_gzip_read__padding),
        cmocka_unit_test(plx_gzip_read__garbage),
        cmocka_unit_test(plx_gzip_read__every_flipped_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

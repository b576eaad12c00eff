/* Parts of a content. Expected bytes are written out by hand. */
#include "io/part.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char WHOLE[] = "0123456789";

static enum plx_status open_part(uint64_t offset, uint64_t length, struct plx_source **part,
                                 struct plx_error *error)
{
    const struct plx_source_options options = {.fingerprint = true};
    struct plx_source *whole;
    assert_int_equal(plx_source_open_memory(WHOLE, strlen(WHOLE), "whole", NULL, &whole, error), PLX_OK);
    return plx_part_open(whole, offset, length, "part", &options, part, error);
}

static void plx_part_open__ranges(void **state)
{
    static const struct {
        uint64_t offset, length;
        const char *content, *sha256; /* by sha256sum */
    } cases[] = {
        {0, 0, "0123456789", "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882"},
        {0, 10, "0123456789", "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882"},
        {3, 4, "3456", "ceaa28bba4caba687dc31b1bbe79eca3c70c33f871f1ce8f528cf9ab5cfd76dd"},
        {9, 0, "9", "19581e27de7ced00ff1ce50b2047e7a567c76b1cbaebabe5ef03f7c3017bb5b7"},
        {10, 0, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plx_source *part;
        struct plx_error error;
        char content[16], hex[65];
        size_t got;
        assert_int_equal(open_part(cases[i].offset, cases[i].length, &part, &error), PLX_OK);
        assert_string_equal(plx_source_name(part), "part");
        assert_int_equal(plx_source_read(part, content, sizeof content, &got, &error), PLX_OK);
        assert_int_equal(got, strlen(cases[i].content));
        assert_memory_equal(content, cases[i].content, got);
        assert_int_equal(plx_source_sha256(part, hex, &error), PLX_OK);
        assert_string_equal(hex, cases[i].sha256);
        plx_source_close(part);
    }
}

static void plx_part_open__too_short(void **state)
{
    static const struct {
        uint64_t offset, length;
        const char *message;
    } cases[] = {
        {5, 6, "the range ends at byte 11, and there are only 10"},
        {11, 0, "the range begins at byte 11, and there are only 10"},
        {11, 2, "the range begins at byte 11, and there are only 10"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plx_source *part;
        struct plx_error error;
        char content[16];
        size_t got;
        assert_int_equal(open_part(cases[i].offset, cases[i].length, &part, &error), PLX_OK);
        assert_int_equal(plx_source_read(part, content, sizeof content, &got, &error), PLX_MALFORMED);
        assert_string_equal(error.message, cases[i].message);
        assert_string_equal(error.input, "part");
        plx_source_close(part);
    }
}

static void plx_part_open__size(void **state)
{
    struct plx_source *part;
    struct plx_error error;
    uint64_t size, done;
    (void)state;
    assert_int_equal(open_part(2, 5, &part, &error), PLX_OK);
    plx_source_progress(part, &size, &done);
    assert_int_equal(size, 5);
    plx_source_close(part);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_part_open__ranges),
        cmocka_unit_test(plx_part_open__too_short),
        cmocka_unit_test(plx_part_open__size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

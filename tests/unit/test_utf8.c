#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static size_t sequence(const char *bytes)
{
    return plx_utf8_sequence((const uint8_t *)bytes, strlen(bytes));
}

/* The rows of table 3-7 of the Unicode Standard, first and last of each, and what lies just outside. */
static void sequence__bounds(void **state)
{
    (void)state;
    assert_int_equal(plx_utf8_sequence((const uint8_t *)"", 1), 1); /* U+0000 */
    assert_int_equal(sequence("\x7F"), 1);
    assert_int_equal(sequence("\xC2\x80"), 2);
    assert_int_equal(sequence("\xDF\xBF"), 2);
    assert_int_equal(sequence("\xE0\xA0\x80"), 3);
    assert_int_equal(sequence("\xED\x9F\xBF"), 3);
    assert_int_equal(sequence("\xEE\x80\x80"), 3);
    assert_int_equal(sequence("\xEF\xBF\xBF"), 3);
    assert_int_equal(sequence("\xF0\x90\x80\x80"), 4);
    assert_int_equal(sequence("\xF4\x8F\xBF\xBF"), 4);

    assert_int_equal(sequence("\x80"), 0);
    assert_int_equal(sequence("\xC0\x80"), 0); /* overlong */
    assert_int_equal(sequence("\xC1\xBF"), 0);
    assert_int_equal(sequence("\xE0\x9F\xBF"), 0);
    assert_int_equal(sequence("\xF0\x8F\xBF\xBF"), 0);
    assert_int_equal(sequence("\xED\xA0\x80"), 0);     /* surrogate */
    assert_int_equal(sequence("\xF4\x90\x80\x80"), 0); /* above U+10FFFF */
    assert_int_equal(sequence("\xF5\x80\x80\x80"), 0);
    assert_int_equal(sequence("\xFF"), 0);
    assert_int_equal(sequence("\xC2"
                              "A"),
                     0);
    assert_int_equal(sequence("\xE2\x82"
                              "A"),
                     0);
    assert_int_equal(sequence("\xF0\x9F\x98"
                              "A"),
                     0);
}

static void sequence__cut_off(void **state)
{
    const uint8_t *face = (const uint8_t *)"\xF0\x9F\x98\x80";

    (void)state;
    for (size_t size = 1; size < 4; size++) {
        /* Of exactly that size, so that a read behind it is seen. */
        uint8_t *cut = malloc(size);
        assert_non_null(cut);
        memcpy(cut, face, size);
        assert_int_equal(plx_utf8_sequence(cut, size), 0);
        free(cut);
    }
    assert_int_equal(plx_utf8_sequence(face, 4), 4);
}

/* Every code point goes there and back; the lengths are those of RFC 3629. */
static void encode__every_code_point(void **state)
{
    uint8_t text[4];

    (void)state;
    for (uint32_t code = 0; code <= 0x10FFFF; code++) {
        if (code == 0xD800)
            code = 0xE000;
        size_t expected = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        size_t length = plx_utf8_encode(code, text);
        if (length != expected || plx_utf8_sequence(text, length) != length ||
            plx_utf8_code_point(text, length) != code)
            fail_msg("U+%04X", (unsigned)code);
    }
    assert_int_equal(plx_utf8_encode(0x20AC, text), 3);
    assert_memory_equal(text, "\xE2\x82\xAC", 3); /* the euro sign, as the standard has it */
}

static void encode__no_code_point_becomes_the_replacement(void **state)
{
    uint8_t text[4];

    (void)state;
    assert_int_equal(plx_utf8_encode(0xD800, text), 3);
    assert_memory_equal(text, "\xEF\xBF\xBD", 3);
    assert_int_equal(plx_utf8_encode(0x110000, text), 3);
    assert_memory_equal(text, "\xEF\xBF\xBD", 3);
}

static void count__text(void **state)
{
    static const char text[] = "na\xC3\xAFve caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80 plain ASCII behind it";
    uint64_t invalid = 5;

    (void)state;
    /* 36 by len() of Python; 43 bytes. */
    assert_int_equal(plx_utf8_count((const uint8_t *)text, sizeof(text) - 1, &invalid), 36);
    assert_true(invalid == 5);
    assert_int_equal(plx_utf8_count(NULL, 0, &invalid), 0);
    assert_int_equal(plx_utf8_count((const uint8_t *)text, sizeof(text) - 1, NULL), 36);
}

static void count__invalid_bytes_count_one_each(void **state)
{
    /* A lone continuation, a cut sequence of three bytes (two of them), a surrogate (three). */
    static const char text[] = "a\x80"
                               "b\xE2\x82"
                               "c\xED\xA0\x80";
    uint64_t invalid = 0;

    (void)state;
    assert_int_equal(plx_utf8_count((const uint8_t *)text, sizeof(text) - 1, &invalid), 9);
    assert_true(invalid == 6);
}

/* A character of two bytes at every place among ASCII, over the borders of the words. */
static void count__at_every_offset(void **state)
{
    uint8_t text[40];

    (void)state;
    for (size_t size = 2; size <= sizeof(text); size++) {
        for (size_t at = 0; at + 2 <= size; at++) {
            uint64_t invalid = 0;

            memset(text, 'x', sizeof(text));
            memcpy(text + at, "\xC3\xA9", 2);
            assert_int_equal(plx_utf8_count(text, size, &invalid), size - 1);
            assert_true(invalid == 0);
            text[at + 1] = 'x';
            assert_int_equal(plx_utf8_count(text, size, &invalid), size);
            assert_true(invalid == 1);
        }
    }
}

static void mark__whole_or_none(void **state)
{
    (void)state;
    assert_int_equal(plx_utf8_mark("\xEF\xBB\xBFx", 4), 3);
    assert_int_equal(plx_utf8_mark("\xEF\xBB\xBF", 3), 3);
    assert_int_equal(plx_utf8_mark("\xEF\xBB", 2), 0);
    assert_int_equal(plx_utf8_mark("\xEF\xBB\xBE", 3), 0);
    assert_int_equal(plx_utf8_mark("x\xEF\xBB\xBF", 4), 0);
    assert_int_equal(plx_utf8_mark("", 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sequence__bounds),
        cmocka_unit_test(sequence__cut_off),
        cmocka_unit_test(encode__every_code_point),
        cmocka_unit_test(encode__no_code_point_becomes_the_replacement),
        cmocka_unit_test(count__text),
        cmocka_unit_test(count__invalid_bytes_count_one_each),
        cmocka_unit_test(count__at_every_offset),
        cmocka_unit_test(mark__whole_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

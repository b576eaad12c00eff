#include "base/error.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void expect_format(const struct plx_error *error, const char *expected)
{
    char text[2048];
    size_t length = plx_error_format(error, text, sizeof(text));

    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
}

static void status__names_and_exit_codes(void **state)
{
    (void)state;
    assert_string_equal(plx_status_name(PLX_OK), "OK");
    assert_string_equal(plx_status_name(PLX_MALFORMED), "MALFORMED");
    assert_string_equal(plx_status_description(PLX_MEMORY), "memory is exhausted");
    /* The exit codes that the program promises. */
    assert_int_equal(plx_status_exit_code(PLX_OK), 0);
    assert_int_equal(plx_status_exit_code(PLX_USAGE), 2);
    assert_int_equal(plx_status_exit_code(PLX_MALFORMED), 3);
    assert_int_equal(plx_status_exit_code(PLX_NETWORK), 4);
    assert_int_equal(plx_status_exit_code(PLX_NOT_FINITE), 5);
    assert_int_equal(plx_status_exit_code(PLX_INTERNAL), 6);
    assert_int_equal(plx_status_exit_code(PLX_INTERRUPTED), 130);
}

static void status__out_of_range_is_internal(void **state)
{
    (void)state;
    assert_string_equal(plx_status_name((enum plx_status)1000), "INTERNAL");
    assert_non_null(plx_status_description((enum plx_status)1000));
    assert_int_equal(plx_status_exit_code((enum plx_status)1000), 6);
}

static void set__clears_what_was_there(void **state)
{
    struct plx_error error;

    (void)state;
    memset(&error, 'x', sizeof(error));
    assert_int_equal(plx_error_set(&error, PLX_IO, "%s %d", "number", 7), PLX_IO);
    assert_int_equal(error.status, PLX_IO);
    assert_string_equal(error.message, "number 7");
    assert_string_equal(error.input, "");
    assert_string_equal(error.hint, "");
    assert_true(error.offset == PLX_NOWHERE && error.line == PLX_NOWHERE && error.column == PLX_NOWHERE);
}

static void set__accepts_its_own_fields(void **state)
{
    struct plx_error error;

    (void)state;
    plx_error_set(&error, PLX_IO, "inner");
    plx_error_input(&error, "file");
    plx_error_set(&error, PLX_INTERNAL, "%s: outer %s", error.input, error.message);
    assert_string_equal(error.message, "file: outer inner");
}

static void set__long_message_is_cut_between_characters(void **state)
{
    struct plx_error error;
    char text[1024];

    (void)state;
    for (size_t shift = 0; shift < 2; shift++) {
        memset(text, 'a', sizeof(text));
        for (size_t i = shift; i + 2 < sizeof(text); i += 2)
            memcpy(text + i, "\xC3\xA9", 2);
        text[sizeof(text) - 1] = '\0';
        plx_error_set(&error, PLX_IO, "%s", text);
        size_t length = strlen(error.message);
        assert_true(length == 510 + shift); /* 511 bytes fit */
        assert_memory_equal(error.message, text, length);
    }
}

static void set_errno__adds_the_description(void **state)
{
    struct plx_error error;

    (void)state;
    assert_int_equal(plx_error_set_errno(&error, PLX_IO, ENOENT, "cannot open %s", "it"), PLX_IO);
    assert_string_equal(error.message, "cannot open it: No such file or directory"); /* of the C locale */
    assert_true(error.line == PLX_NOWHERE);
    assert_int_equal(error.os_error, ENOENT);
    plx_error_set(&error, PLX_IO, "no system call");
    assert_int_equal(error.os_error, 0);
}

static void additions__return_the_status(void **state)
{
    struct plx_error error;

    (void)state;
    plx_error_set(&error, PLX_MALFORMED, "bad");
    assert_int_equal(plx_error_input(&error, "model.arpa"), PLX_MALFORMED);
    assert_int_equal(plx_error_at_line(&error, 3, 14), PLX_MALFORMED);
    assert_int_equal(plx_error_at_offset(&error, 99), PLX_MALFORMED);
    assert_int_equal(plx_error_hint(&error, "try %d", 1), PLX_MALFORMED);
    assert_string_equal(error.input, "model.arpa");
    assert_true(error.line == 3 && error.column == 14 && error.offset == 99);
    assert_string_equal(error.hint, "try 1");
}

static void additions__accept_null(void **state)
{
    (void)state;
    assert_int_equal(plx_error_set(NULL, PLX_IO, "x"), PLX_IO);
    assert_int_equal(plx_error_set_errno(NULL, PLX_IO, ENOENT, "x"), PLX_IO);
    assert_int_equal(plx_error_input(NULL, "x"), PLX_INTERNAL);
    assert_int_equal(plx_error_at_line(NULL, 1, 1), PLX_INTERNAL);
    assert_int_equal(plx_error_at_offset(NULL, 1), PLX_INTERNAL);
    assert_int_equal(plx_error_hint(NULL, "x"), PLX_INTERNAL);
}

static void input__long_path_keeps_its_end(void **state)
{
    struct plx_error error;
    char path[400];

    (void)state;
    memset(path, 'd', sizeof(path));
    strcpy(path + sizeof(path) - 9, "/file.gz");
    plx_error_set(&error, PLX_IO, "x");
    plx_error_input(&error, path);
    assert_int_equal(strlen(error.input), 255);
    assert_memory_equal(error.input, "...ddd", 6);
    assert_string_equal(error.input + 255 - 9, "d/file.gz");
    memset(path, '\x80', 200); /* of a letter that began before the part that is kept */
    plx_error_input(&error, path);
    assert_memory_equal(error.input, "...dd", 5);
    memset(path, 'd', 200);
    path[255] = '\0';
    plx_error_input(&error, path);
    assert_string_equal(error.input, path);
    plx_error_input(&error, NULL);
    assert_string_equal(error.input, "");
}

static void format__place(void **state)
{
    struct plx_error error;

    (void)state;
    plx_error_set(&error, PLX_MALFORMED, "a bad word");
    expect_format(&error, "a bad word");
    plx_error_at_offset(&error, 12);
    expect_format(&error, "at byte 12: a bad word");
    plx_error_input(&error, "m.arpa");
    expect_format(&error, "m.arpa: at byte 12: a bad word");
    plx_error_hint(&error, "look there");
    expect_format(&error, "m.arpa: at byte 12: a bad word (look there)");
    plx_error_at_line(&error, 3, PLX_NOWHERE);
    expect_format(&error, "m.arpa:3: a bad word (look there)");
    plx_error_at_line(&error, 3, 14);
    expect_format(&error, "m.arpa:3:14: a bad word (look there)");
    plx_error_input(&error, "");
    expect_format(&error, "line 3, column 14: a bad word (look there)");
}

static void format__no_message_gives_the_description(void **state)
{
    struct plx_error error;

    (void)state;
    plx_error_set(&error, PLX_MEMORY, "%s", "");
    expect_format(&error, "memory is exhausted");
}

static void format__control_characters_are_visible(void **state)
{
    struct plx_error error;

    (void)state;
    plx_error_set(&error, PLX_MALFORMED, "%s", "a\n\x1B[1m\x7F \xC3\xA9 \xC2\x9B \xFF");
    plx_error_input(&error, "f\t");
    expect_format(&error, "f\\x09: a\\x0a\\x1b[1m\\x7f \xC3\xA9 \\xc2\\x9b \\xff");
}

/* At every capacity: the start of the whole, terminated, and the length of the whole. */
static void format__any_capacity(void **state)
{
    static const char whole[] = "file:7: ab\xC3\xA9\\x01 (c)";
    struct plx_error error;

    (void)state;
    plx_error_set(&error, PLX_MALFORMED, "%s", "ab\xC3\xA9\x01");
    plx_error_input(&error, "file");
    plx_error_at_line(&error, 7, PLX_NOWHERE);
    plx_error_hint(&error, "c");
    assert_int_equal(plx_error_format(&error, NULL, 0), sizeof(whole) - 1);
    for (size_t capacity = 1; capacity <= sizeof(whole) + 1; capacity++) {
        char text[sizeof(whole) + 4];

        memset(text, '#', sizeof(text));
        assert_int_equal(plx_error_format(&error, text, capacity), sizeof(whole) - 1);
        size_t length = strlen(text);
        assert_true(length < capacity);
        assert_memory_equal(text, whole, length);
        assert_int_equal(text[capacity], '#');
        bool inside = length == 11 || (length > 12 && length < 16); /* of the letter, of the escape */
        assert_false(inside);
    }
}

/* U+00E9 and U+00A0 stay; U+009B, which terminals take for the start of a command, does not. */
static void text_visible__control_characters(void **state)
{
    static const char given[] = "a\x1B[31m \xC3\xA9\xC2\xA0\xC2\x9B\r\n\xE2\x82 \\x";
    static const char expected[] = "a\\x1b[31m \xC3\xA9\xC2\xA0\\xc2\\x9b\\x0d\\x0a\\xe2\\x82 \\x";
    char text[4 * sizeof given];

    (void)state;
    assert_int_equal(plx_text_visible(given, text, sizeof text), sizeof expected - 1);
    assert_string_equal(text, expected);
    assert_int_equal(plx_text_visible("", text, sizeof text), 0);
    assert_string_equal(text, "");
}

/* What turns the direction of a line, as names in terminals were disguised with; é, a joiner and the letters
   of Hebrew, which turn their own direction only, stay. */
static void text_visible__direction(void **state)
{
    static const char *const turning[] = {"\u061C", "\u200E", "\u200F", "\u202A", "\u202E",
                                          "\u2066", "\u2069", "\u2028", "\uFEFF"};
    char text[64], expected[64];

    (void)state;
    for (size_t i = 0; i < sizeof turning / sizeof *turning; i++) {
        size_t length = 0;
        for (const char *at = turning[i]; *at; at++)
            length +=
                (size_t)snprintf(expected + length, sizeof expected - length, "\\x%02x", (unsigned char)*at);
        plx_text_visible(turning[i], text, sizeof text);
        assert_string_equal(text, expected);
    }
    plx_text_visible("\u00E9\u200D\u05D0\u2065\u206A", text, sizeof text);
    assert_string_equal(text, "\u00E9\u200D\u05D0\u2065\u206A");
}

static void text_visible__any_capacity(void **state)
{
    char text[8];

    (void)state;
    assert_int_equal(plx_text_visible("ab\n", NULL, 0), 6);
    for (size_t capacity = 1; capacity < sizeof text; capacity++) {
        memset(text, '#', sizeof text);
        assert_int_equal(plx_text_visible("ab\n", text, capacity), 6);
        /* The escape is there whole or not at all. */
        assert_string_equal(text, capacity == 1 ? "" : capacity == 2 ? "a" : capacity < 7 ? "ab" : "ab\\x0a");
        assert_int_equal(text[capacity], '#');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status__names_and_exit_codes),
        cmocka_unit_test(status__out_of_range_is_internal),
        cmocka_unit_test(set__clears_what_was_there),
        cmocka_unit_test(set__accepts_its_own_fields),
        cmocka_unit_test(set__long_message_is_cut_between_characters),
        cmocka_unit_test(set_errno__adds_the_description),
        cmocka_unit_test(additions__return_the_status),
        cmocka_unit_test(additions__accept_null),
        cmocka_unit_test(input__long_path_keeps_its_end),
        cmocka_unit_test(format__place),
        cmocka_unit_test(format__no_message_gives_the_description),
        cmocka_unit_test(format__control_characters_are_visible),
        cmocka_unit_test(format__any_capacity),
        cmocka_unit_test(text_visible__control_characters),
        cmocka_unit_test(text_visible__direction),
        cmocka_unit_test(text_visible__any_capacity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

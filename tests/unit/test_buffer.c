#include "base/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void append__keeps_the_bytes(void **state)
{
    struct plx_buffer buffer;
    struct plx_error error;

    (void)state;
    plx_buffer_init(&buffer, 1 << 20);
    for (int i = 0; i < 10000; i++) {
        uint8_t byte = (uint8_t)(i * 7);
        assert_int_equal(plx_buffer_append(&buffer, &byte, 1, &error), PLX_OK);
    }
    assert_int_equal(buffer.size, 10000);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(buffer.data[i], (uint8_t)(i * 7));
    plx_buffer_release(&buffer);
    assert_null(buffer.data);
    assert_int_equal(buffer.size, 0);
}

static void append__nothing_is_fine(void **state)
{
    struct plx_buffer buffer;

    (void)state;
    plx_buffer_init(&buffer, 0);
    assert_int_equal(plx_buffer_append(&buffer, NULL, 0, NULL), PLX_OK);
    assert_int_equal(plx_buffer_append_text(&buffer, "", NULL), PLX_OK);
    assert_int_equal(buffer.size, 0);
    plx_buffer_release(&buffer);
}

static void append__exactly_to_the_cap(void **state)
{
    struct plx_buffer buffer;
    struct plx_error error = {0};

    (void)state;
    plx_buffer_init(&buffer, 5);
    assert_int_equal(plx_buffer_append_text(&buffer, "abc", &error), PLX_OK);
    assert_int_equal(plx_buffer_append_text(&buffer, "def", &error), PLX_MEMORY);
    assert_int_equal(error.status, PLX_MEMORY);
    assert_int_equal(buffer.size, 3);
    assert_int_equal(plx_buffer_append_text(&buffer, "de", &error), PLX_OK);
    assert_memory_equal(buffer.data, "abcde", 5);
    assert_true(buffer.capacity <= 5);
    assert_int_equal(plx_buffer_append_text(&buffer, "f", &error), PLX_MEMORY);
    plx_buffer_release(&buffer);
}

static void reserve__makes_room_within_the_cap(void **state)
{
    struct plx_buffer buffer;
    struct plx_error error;

    (void)state;
    plx_buffer_init(&buffer, 1000);
    assert_int_equal(plx_buffer_reserve(&buffer, 100, &error), PLX_OK);
    assert_true(buffer.capacity >= 100);
    assert_int_equal(buffer.size, 0);
    assert_int_equal(plx_buffer_append_text(&buffer, "x", &error), PLX_OK);
    assert_int_equal(plx_buffer_reserve(&buffer, 1000, &error), PLX_MEMORY);
    assert_int_equal(plx_buffer_reserve(&buffer, SIZE_MAX, &error), PLX_MEMORY);
    assert_int_equal(plx_buffer_reserve(&buffer, 999, &error), PLX_OK);
    assert_int_equal(buffer.capacity, 1000);
    plx_buffer_release(&buffer);
}

static void printf__short_and_long(void **state)
{
    struct plx_buffer buffer;
    struct plx_error error;
    char word[1000];

    (void)state;
    memset(word, 'w', sizeof(word));
    plx_buffer_init(&buffer, 1006);
    assert_int_equal(plx_buffer_printf(&buffer, &error, "%d-%s", 12, "ab"), PLX_OK);
    assert_int_equal(buffer.size, 5);
    assert_memory_equal(buffer.data, "12-ab", 5);
    assert_int_equal(plx_buffer_printf(&buffer, &error, "%.*s!", 1000, word), PLX_OK); /* up to the cap */
    assert_int_equal(buffer.size, 1006);
    assert_memory_equal(buffer.data + 5, word, 1000);
    assert_int_equal(buffer.data[1005], '!');
    assert_int_equal(plx_buffer_printf(&buffer, &error, "x"), PLX_MEMORY);
    assert_int_equal(plx_buffer_printf(&buffer, &error, "%.*s", 1000, word), PLX_MEMORY);
    assert_int_equal(buffer.size, 1006);
    plx_buffer_release(&buffer);
}

/* Around the size of the room on the stack. */
static void printf__every_length(void **state)
{
    struct plx_buffer buffer;
    struct plx_error error;
    char word[600];

    (void)state;
    memset(word, 'w', sizeof(word));
    for (int length = 0; length < 600; length++) {
        plx_buffer_init(&buffer, 600);
        assert_int_equal(plx_buffer_printf(&buffer, &error, "%.*s", length, word), PLX_OK);
        assert_int_equal(buffer.size, length);
        if (length > 0)
            assert_memory_equal(buffer.data, word, (size_t)length);
        plx_buffer_release(&buffer);
    }
}

static void finish__hands_the_text_over(void **state)
{
    struct plx_buffer buffer;
    struct plx_error error;
    size_t length;
    char *text;

    (void)state;
    plx_buffer_init(&buffer, 4);
    assert_int_equal(plx_buffer_append_text(&buffer, "abc", &error), PLX_OK);
    assert_int_equal(plx_buffer_finish(&buffer, PLX_OK, &text, &length, &error), PLX_OK);
    assert_string_equal(text, "abc");
    assert_int_equal(length, 3);
    free(text);
    plx_buffer_init(&buffer, 1);
    assert_int_equal(plx_buffer_finish(&buffer, PLX_OK, &text, &length, &error), PLX_OK);
    assert_string_equal(text, "");
    assert_int_equal(length, 0);
    free(text);
}

/* Nothing is left to be released: a sanitizer sees it if there is. */
static void finish__failures(void **state)
{
    struct plx_buffer buffer;
    struct plx_error error;
    size_t length;
    char *text;

    (void)state;
    plx_buffer_init(&buffer, 3); /* no room for the NUL */
    assert_int_equal(plx_buffer_append_text(&buffer, "abc", &error), PLX_OK);
    assert_int_equal(plx_buffer_finish(&buffer, PLX_OK, &text, &length, &error), PLX_MEMORY);
    assert_null(text);
    plx_buffer_init(&buffer, 8);
    assert_int_equal(plx_buffer_append_text(&buffer, "abc", &error), PLX_OK);
    assert_int_equal(plx_buffer_finish(&buffer, PLX_MALFORMED, &text, &length, &error), PLX_MALFORMED);
    assert_null(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(append__keeps_the_bytes),     cmocka_unit_test(append__nothing_is_fine),
        cmocka_unit_test(append__exactly_to_the_cap),  cmocka_unit_test(reserve__makes_room_within_the_cap),
        cmocka_unit_test(printf__short_and_long),      cmocka_unit_test(printf__every_length),
        cmocka_unit_test(finish__hands_the_text_over), cmocka_unit_test(finish__failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

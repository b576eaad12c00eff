#include "io/whole.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* More than is read at a time, by a number that is no multiple of anything. */
#define CONTENT_SIZE ((size_t)1000003)

static uint8_t content[CONTENT_SIZE];

static struct plx_source *open_content(size_t size)
{
    struct plx_source *source = NULL;
    struct plx_error error;
    uint32_t random = 1;
    for (size_t i = 0; i < CONTENT_SIZE; i++) {
        random = random * 1664525U + 1013904223U;
        content[i] = (uint8_t)(random >> 24);
    }
    content[0] = 'x'; /* not gzip */
    assert_int_equal(plx_source_open_memory(content, size, "it", NULL, &source, &error), PLX_OK);
    return source;
}

static void read_all__of_any_size(void **state)
{
    const size_t sizes[] = {0, 1, (1 << 18) - 1, 1 << 18, (1 << 18) + 1, CONTENT_SIZE};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct plx_source *source = open_content(sizes[i]);
        struct plx_buffer buffer;
        struct plx_error error;
        plx_buffer_init(&buffer, CONTENT_SIZE * 2);
        assert_int_equal(plx_source_read_all(source, "a thing", &buffer, &error), PLX_OK);
        assert_int_equal(buffer.size, sizes[i]);
        if (sizes[i])
            assert_memory_equal(buffer.data, content, sizes[i]);
        plx_buffer_release(&buffer);
        plx_source_close(source);
    }
}

/* What stands in the buffer stays, and what has been consumed does not come again. */
static void read_all__appends_the_rest(void **state)
{
    struct plx_source *source = open_content(100);
    struct plx_buffer buffer;
    struct plx_error error;
    uint8_t head[10];
    size_t got;
    (void)state;
    plx_buffer_init(&buffer, 200);
    assert_int_equal(plx_buffer_append_text(&buffer, "before", &error), PLX_OK);
    assert_int_equal(plx_source_read(source, head, sizeof head, &got, &error), PLX_OK);
    assert_int_equal(plx_source_read_all(source, "a thing", &buffer, &error), PLX_OK);
    assert_int_equal(buffer.size, 6 + 90);
    assert_memory_equal(buffer.data, "before", 6);
    assert_memory_equal(buffer.data + 6, content + 10, 90);
    plx_buffer_release(&buffer);
    plx_source_close(source);
}

static void read_all__up_to_the_limit(void **state)
{
    const size_t sizes[] = {0, 5, 1 << 18, CONTENT_SIZE - 1};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (size_t more = 0; more < 2; more++) {
            struct plx_source *source = open_content(sizes[i] + more);
            struct plx_buffer buffer;
            struct plx_error error;
            plx_buffer_init(&buffer, sizes[i]);
            assert_int_equal(plx_source_read_all(source, "a thing", &buffer, &error),
                             more ? PLX_UNSUPPORTED : PLX_OK);
            assert_int_equal(buffer.size, sizes[i]);
            if (more) {
                assert_memory_equal(error.message, "a thing of more than ", 21);
                assert_int_equal(strtoul(error.message + 21, NULL, 10), sizes[i]);
                assert_string_equal(error.input, "it");
            }
            plx_buffer_release(&buffer);
            plx_source_close(source);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_all__of_any_size),
        cmocka_unit_test(read_all__appends_the_rest),
        cmocka_unit_test(read_all__up_to_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

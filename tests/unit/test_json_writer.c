#include "base/json_writer.h"

#include "base/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct page {
    struct plx_buffer buffer;
    struct plx_json_writer writer;
};

static int open_page(void **state)
{
    static struct page page;

    plx_buffer_init(&page.buffer, 1 << 16);
    plx_json_writer_init(&page.writer, &page.buffer);
    *state = &page;
    return 0;
}

static int close_page(void **state)
{
    struct page *page = *state;

    plx_buffer_release(&page->buffer);
    return 0;
}

static void expect(struct page *page, const char *expected)
{
    struct plx_error error;

    assert_int_equal(plx_json_writer_finish(&page->writer, &error), PLX_OK);
    assert_int_equal(plx_buffer_append(&page->buffer, "", 1, &error), PLX_OK); /* a NUL */
    assert_string_equal((const char *)page->buffer.data, expected);
}

static void write__nested(void **state)
{
    struct page *page = *state;
    struct plx_json_writer *writer = &page->writer;

    plx_json_begin_object(writer, NULL);
    plx_json_string(writer, "schema", "perplex.result/1");
    plx_json_bool(writer, "complete", true);
    plx_json_bool(writer, "partial", false);
    plx_json_null(writer, "nothing");
    plx_json_literal(writer, "huge", "Infinity");
    plx_json_begin_array(writer, "interval");
    plx_json_double(writer, NULL, 1.5);
    plx_json_u64(writer, NULL, UINT64_MAX);
    plx_json_end_array(writer);
    plx_json_begin_object(writer, "none");
    plx_json_end_object(writer);
    plx_json_begin_array(writer, "empty");
    plx_json_end_array(writer);
    plx_json_begin_array(writer, "orders");
    plx_json_begin_object(writer, NULL);
    plx_json_u64(writer, "order", 1);
    plx_json_end_object(writer);
    plx_json_begin_array(writer, NULL);
    plx_json_end_array(writer);
    plx_json_end_array(writer);
    plx_json_end_object(writer);
    expect(page, "{\n"
                 "  \"schema\": \"perplex.result/1\",\n"
                 "  \"complete\": true,\n"
                 "  \"partial\": false,\n"
                 "  \"nothing\": null,\n"
                 "  \"huge\": Infinity,\n"
                 "  \"interval\": [\n"
                 "    1.5,\n"
                 "    18446744073709551615\n"
                 "  ],\n"
                 "  \"none\": {},\n"
                 "  \"empty\": [],\n"
                 "  \"orders\": [\n"
                 "    {\n"
                 "      \"order\": 1\n"
                 "    },\n"
                 "    []\n"
                 "  ]\n"
                 "}\n");
}

static void write__scalar_root(void **state)
{
    struct page *page = *state;

    plx_json_u64(&page->writer, NULL, 0);
    expect(page, "0\n");
}

static void string__escapes(void **state)
{
    struct page *page = *state;

    plx_json_string_n(&page->writer, NULL, "a\"b\\c\b\f\n\r\t\x01\x1F\x7F\0/z", 16);
    expect(page, "\"a\\\"b\\\\c\\b\\f\\n\\r\\t\\u0001\\u001f\x7F\\u0000/z\"\n");
}

static void string__keys_are_escaped(void **state)
{
    struct page *page = *state;

    plx_json_begin_object(&page->writer, NULL);
    plx_json_string(&page->writer, "a\"\n", "");
    plx_json_end_object(&page->writer);
    expect(page, "{\n  \"a\\\"\\n\": \"\"\n}\n");
}

static void string__utf8_stays_and_other_bytes_are_replaced(void **state)
{
    struct page *page = *state;

    /* é and a face as they are; then a lone byte, a cut sequence of two bytes, a surrogate of three. */
    plx_json_string(&page->writer, NULL, "\xC3\xA9\xF0\x9F\x98\x80|\xFF|\xE2\x82|\xED\xA0\x80|");
    expect(page, "\"\xC3\xA9\xF0\x9F\x98\x80|\xEF\xBF\xBD|\xEF\xBF\xBD\xEF\xBF\xBD|"
                 "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD|\"\n");
}

static void double__finite_and_not(void **state)
{
    struct page *page = *state;
    const double values[] = {0.1, -0.0, 1e300, (double)INFINITY, -(double)INFINITY, (double)NAN};

    plx_json_begin_array(&page->writer, NULL);
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        plx_json_double(&page->writer, NULL, values[i]);
    plx_json_end_array(&page->writer);
    expect(page, "[\n  0.1,\n  -0,\n  1e+300,\n  \"inf\",\n  \"-inf\",\n  \"nan\"\n]\n");
}

/* Every byte, alone and in pairs, gives JSON that the strict reader takes. */
static void string__any_bytes_give_valid_json(void **state)
{
    struct page *page = *state;

    for (unsigned first = 0; first < 256; first++) {
        for (unsigned second = 1; second < 256; second += 3) {
            const char text[] = {(char)first, (char)second};
            struct plx_error error;
            cJSON *value = NULL;

            page->buffer.size = 0;
            plx_json_writer_init(&page->writer, &page->buffer);
            plx_json_string_n(&page->writer, NULL, text, 2);
            assert_int_equal(plx_json_writer_finish(&page->writer, &error), PLX_OK);
            enum plx_status status =
                plx_json_parse((const char *)page->buffer.data, page->buffer.size, "", &value, &error);
            /* The reader refuses \u0000, which is JSON all the same. */
            if (status != (first == 0 ? PLX_MALFORMED : PLX_OK))
                fail_msg("%02x %02x: %s", first, second, error.message);
            if (first != 0 && first < 0x80 && second < 0x80)
                assert_memory_equal(value->valuestring, text, 2);
            cJSON_Delete(value);
        }
    }
}

static void finish__reports_the_first_failure(void **state)
{
    struct page *page = *state;
    struct plx_error error = {0};

    page->buffer.limit = 12;
    plx_json_begin_array(&page->writer, NULL);
    plx_json_string(&page->writer, NULL, "more than fits");
    plx_json_end_array(&page->writer);
    assert_int_equal(plx_json_writer_finish(&page->writer, &error), PLX_MEMORY);
    assert_int_equal(error.status, PLX_MEMORY);
    assert_int_equal(plx_json_writer_finish(&page->writer, NULL), PLX_MEMORY);
}

static void begin__as_deep_as_promised(void **state)
{
    struct page *page = *state;
    struct plx_error error;
    cJSON *value = NULL;

    for (unsigned depth = 1; depth < PLX_JSON_WRITER_DEPTH; depth++)
        plx_json_begin_array(&page->writer, NULL);
    for (unsigned depth = 1; depth < PLX_JSON_WRITER_DEPTH; depth++)
        plx_json_end_array(&page->writer);
    assert_int_equal(plx_json_writer_finish(&page->writer, &error), PLX_OK);
    assert_int_equal(plx_json_parse((const char *)page->buffer.data, page->buffer.size, "", &value, &error),
                     PLX_OK);
    cJSON_Delete(value);
}

#ifdef NDEBUG
/* With assertions these would end the program. */
static void misuse__is_reported(void **state)
{
    struct page *page = *state;
    struct plx_error error = {0};

    plx_json_begin_array(&page->writer, NULL);
    plx_json_u64(&page->writer, "key", 1);
    plx_json_end_array(&page->writer);
    assert_int_equal(plx_json_writer_finish(&page->writer, &error), PLX_INTERNAL);

    plx_json_writer_init(&page->writer, &page->buffer);
    for (unsigned depth = 0; depth < 2 * PLX_JSON_WRITER_DEPTH; depth++)
        plx_json_begin_array(&page->writer, NULL);
    assert_int_equal(plx_json_writer_finish(&page->writer, &error), PLX_INTERNAL);

    plx_json_writer_init(&page->writer, &page->buffer);
    plx_json_end_object(&page->writer);
    assert_int_equal(plx_json_writer_finish(&page->writer, &error), PLX_INTERNAL);
}
#endif

#define PAGE_TEST(test) cmocka_unit_test_setup_teardown(test, open_page, close_page)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAGE_TEST(write__nested),
        PAGE_TEST(write__scalar_root),
        PAGE_TEST(string__escapes),
        PAGE_TEST(string__keys_are_escaped),
        PAGE_TEST(string__utf8_stays_and_other_bytes_are_replaced),
        PAGE_TEST(double__finite_and_not),
        PAGE_TEST(string__any_bytes_give_valid_json),
        PAGE_TEST(finish__reports_the_first_failure),
        PAGE_TEST(begin__as_deep_as_promised),
#ifdef NDEBUG
        PAGE_TEST(misuse__is_reported),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

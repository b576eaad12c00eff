/* Where the caret stands; widths of characters by Unicode's EastAsianWidth and the eye. */
#include <perplex/status.h>

#include "support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void plx_text_point__table(void **state)
{
    static const struct {
        const char *text;
        uint64_t column;
        const char *shown;
    } cases[] = {
        {"ppl > x", 7, "  ppl > x\n        ^\n"},
        {"ppl > x", 1, "  ppl > x\n  ^\n"},
        {"ppl >", 6, "  ppl >\n       ^\n"},  /* behind the end */
        {"ppl >", 99, "  ppl >\n       ^\n"}, /* far behind it */
        {"", 1, "  \n  ^\n"},
        {"gr\xC3\xB6\xC3\x9F"
         "e x",
         9,
         "  gr\xC3\xB6\xC3\x9F"
         "e x\n        ^\n"},                                /* two bytes, one column */
        {"\xE9\x9B\xBB x", 5, "  \xE9\x9B\xBB x\n     ^\n"}, /* two columns */
        {"a\tx", 3, "  a\\x09x\n       ^\n"},                /* a control character */
        {"a\nx", 3, "  a\\x0ax\n       ^\n"},
        {"a\x1B[31mx", 7, "  a\\x1b[31mx\n           ^\n"},
        {"a\xFFx", 3, "  a\\xffx\n       ^\n"}, /* not UTF-8 */
        {"a\xE2\x80\xAEx\xE2\x80\xAC", 5,
         "  a\\xe2\\x80\\xaex\\xe2\\x80\\xac\n               ^\n"},       /* right to left */
        {"a\xCC\x81x", 4, "  a\\xcc\\x81x\n           ^\n"},              /* an accent by itself */
        {"a\xC2\xA0x", 4, "  a\\xc2\\xa0x\n           ^\n"},              /* a blank that is none */
        {"a\xE2\x80\x8Bx", 5, "  a\\xe2\\x80\\x8bx\n               ^\n"}, /* of no width */
    };
    char shown[512];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(plx_text_point(cases[i].text, cases[i].column, shown, sizeof shown),
                         strlen(cases[i].shown));
        assert_string_equal(shown, cases[i].shown);
    }
}

/* The letter under the caret is the one that is meant, however long the text is. */
static void plx_text_point__long(void **state)
{
    char text[401], shown[512];
    (void)state;
    for (size_t at = 0; at < 400; at++) {
        memset(text, '.', 400);
        text[400] = '\0';
        text[at] = 'X';
        plx_text_point(text, at + 1, shown, sizeof shown);
        const char *line = strchr(shown, '\n') + 1, *caret = strchr(line, '^');
        assert_non_null(caret);
        assert_int_equal(shown[caret - line], 'X');
        assert_true(line - shown <= 80);
    }
}

/* Of any bytes it is two lines of 80 columns at most, and 512 bytes hold them. */
static void plx_text_point__any_bytes(void **state)
{
    struct random random = {.state = 7};
    char text[200], shown[512];
    (void)state;
    for (size_t round = 0; round < 20000; round++) {
        const size_t length = random_below(&random, sizeof text);
        for (size_t i = 0; i < length; i++)
            text[i] = (char)(1 + random_below(&random, 255));
        text[length] = '\0';
        const size_t size = plx_text_point(text, 1 + random_below(&random, 210), shown, sizeof shown);
        assert_true(size < sizeof shown);
        const char *line = strchr(shown, '\n') + 1;
        assert_non_null(strchr(line, '^'));
        assert_true(strlen(line) <= 80);
        for (size_t i = 0; i < size; i++)
            assert_true(shown[i] == '\n' || (unsigned char)shown[i] >= ' ');
    }
}

static void plx_text_point__cut(void **state)
{
    char shown[8];
    (void)state;
    assert_int_equal(plx_text_point("ppl > x", 7, shown, sizeof shown), 20);
    assert_string_equal(shown, "  ppl >");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_text_point__table),
        cmocka_unit_test(plx_text_point__long),
        cmocka_unit_test(plx_text_point__any_bytes),
        cmocka_unit_test(plx_text_point__cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

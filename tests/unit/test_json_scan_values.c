/* The scanner, value by value: what is taken, and where that ends or is refused. Expected values: RFC 8259,
   places counted by hand. */
#include "base/json_scan.h"

#include "base/error.h"
#include "base/number.h"
#include "base/word.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct plx_json_scan scan_of(const char *text)
{
    return (struct plx_json_scan){.text = (const uint8_t *)text, .size = strlen(text)};
}

static void assert_failed(const struct plx_json_scan *scan, size_t at, const char *message)
{
    assert_non_null(scan->message);
    if (scan->at != at || !strstr(scan->message, message))
        fail_msg("%s: \"%s\" at %zu, not \"%s\" at %zu", (const char *)scan->text, scan->message, scan->at,
                 message, at);
}

/* The members of an object whose values are numbers. */
static size_t read_members(struct plx_json_scan *scan, const char *const *keys, const char *const *numbers)
{
    uint8_t room[64];
    struct plx_json_string key;
    struct plx_word number;
    size_t i;
    assert_true(plx_json_scan_begin(scan, '{'));
    for (i = 0; plx_json_scan_more(scan, '}', i); i++) {
        assert_true(plx_json_scan_key(scan, &key));
        assert_true(plx_word_is(plx_json_word(&key, room), keys[i]));
        plx_json_scan_space(scan);
        assert_true(plx_json_scan_number(scan, &number));
        assert_true(plx_word_is(number, numbers[i]));
    }
    assert_null(scan->message);
    return i;
}

static void plx_json_scan_more__members(void **state)
{
    static const char *const keys[] = {"a", "\n", "", "d"};
    static const char *const numbers[] = {"-1.25e-3", "0", "17", "1E+9"};
    struct plx_json_scan scan = scan_of(" { \"a\" : -1.25e-3 ,\"\\n\":0,\"\":17,\t\"d\":1E+9 } ");
    (void)state;
    assert_int_equal(read_members(&scan, keys, numbers), 4);
    assert_true(plx_json_scan_end(&scan));
    scan = scan_of(" { } ");
    assert_int_equal(read_members(&scan, keys, numbers), 0);
    assert_true(plx_json_scan_end(&scan));
}

/* Walks through an array of arrays; the text is refused somewhere. */
static void expect_refused(const char *text, size_t at, const char *message)
{
    struct plx_json_scan scan = scan_of(text);
    bool fine = plx_json_scan_begin(&scan, '[');
    for (size_t i = 0; fine && plx_json_scan_more(&scan, ']', i); i++)
        fine = plx_json_scan_skip(&scan);
    if (!scan.message && plx_json_scan_end(&scan))
        fail_msg("not refused: %s", text);
    assert_failed(&scan, at, message);
}

static void plx_json_scan_more__what_is_wrong(void **state)
{
    (void)state;
    expect_refused("{}", 0, "'[' is expected");
    expect_refused("", 0, "too early");
    expect_refused("[", 1, "too early");
    expect_refused("[1", 2, "too early");
    expect_refused("[1,", 3, "too early");
    expect_refused("[,1]", 1, "a value is expected");
    expect_refused("[1,]", 3, "a value is expected");
    expect_refused("[1 2]", 3, "',' or ']' is expected");
    expect_refused("[1}", 2, "',' or ']' is expected");
    expect_refused("[1] 2", 4, "more behind");
    struct plx_json_scan scan = scan_of(" [");
    assert_false(plx_json_scan_begin(&scan, '{'));
    assert_failed(&scan, 1, "'{' is expected");
    scan = scan_of("]");
    assert_false(plx_json_scan_more(&scan, '}', 1));
    assert_failed(&scan, 0, "',' or '}' is expected");
}

static void plx_json_scan_key__what_is_wrong(void **state)
{
    struct plx_json_string key;
    (void)state;
    struct plx_json_scan scan = scan_of(" \"a\" 1");
    assert_false(plx_json_scan_key(&scan, &key));
    assert_failed(&scan, 5, "':' is expected");
    scan = scan_of(" a:1");
    assert_false(plx_json_scan_key(&scan, &key));
    assert_failed(&scan, 1, "a string in double quotes");
}

/* A number that is taken whole, with `taken` bytes, or refused (`message`) behind them. */
static void expect_number(const char *text, bool not_finite, size_t taken, const char *message)
{
    struct plx_json_scan scan = scan_of(text);
    struct plx_word number;
    double value;
    scan.not_finite = not_finite;
    const bool read = plx_json_scan_number(&scan, &number);
    if (read != !message)
        fail_msg("%s: %s", text, read ? "accepted" : scan.message);
    if (message) {
        assert_failed(&scan, taken, message);
        return;
    }
    assert_int_equal(scan.at, taken);
    assert_ptr_equal(number.text, text);
    assert_int_equal(number.length, taken);
    assert_true(plx_parse_double(number.text, number.length, &value));
}

static void plx_json_scan_number__texts(void **state)
{
    (void)state;
    for (int not_finite = 0; not_finite < 2; not_finite++) {
        expect_number("0,", not_finite, 1, NULL);
        expect_number("-0]", not_finite, 2, NULL);
        expect_number("01", not_finite, 1, NULL); /* what follows is for others to refuse */
        expect_number("12.50e-07 ", not_finite, 9, NULL);
        expect_number("-", not_finite, 1, "too early");
        expect_number("-x", not_finite, 1, "a digit is expected");
        expect_number("+1", not_finite, 0, "a number is expected");
        expect_number("true", not_finite, 0, "a number is expected");
        expect_number("1.x", not_finite, 2, "behind the decimal point");
        expect_number("1ex", not_finite, 2, "in the exponent");
        expect_number("-NaN", not_finite, 1, "a digit is expected");
        expect_number("nan", not_finite, 0, "a number is expected");
    }
}

static void plx_json_scan_number__not_finite(void **state)
{
    (void)state;
    expect_number("NaN,", true, 3, NULL);
    expect_number("Infinity]", true, 8, NULL);
    expect_number("-Infinity", true, 9, NULL);
    expect_number("Inf,", true, 3, "a value is expected");
    expect_number("NaM", true, 2, "a value is expected");
    expect_number("NaN", false, 0, "a number is expected");
    expect_number("Infinity", false, 0, "a number is expected");
    expect_number("-Infinity", false, 1, "a digit is expected");
}

static void plx_json_scan_skip__not_finite(void **state)
{
    static const char text[] = "{\"a\":[NaN,1.5,-Infinity],\"b\":Infinity}";
    (void)state;
    struct plx_json_scan scan = scan_of(text);
    scan.not_finite = true;
    assert_true(plx_json_scan_skip(&scan) && plx_json_scan_end(&scan));
    scan = scan_of(text);
    assert_false(plx_json_scan_skip(&scan));
    assert_failed(&scan, 6, "a value is expected");
    assert_non_null(strstr(scan.hint, "no NaN"));
    scan = scan_of("[-NaN]");
    scan.not_finite = true;
    assert_false(plx_json_scan_skip(&scan));
    assert_failed(&scan, 2, "a digit is expected");
    assert_null(scan.hint); /* NaN would be fine */
}

/* Whatever is missing at the end, it is seen. */
static void plx_json_scan_skip__every_truncation(void **state)
{
    static const char whole[] =
        "{\"a\": [1.5e-7, \"\\ud83c\\udf0a\\n\xC3\xA9\", null, true, -Infinity], \"b\": {}}";
    (void)state;
    for (size_t size = 0; size < sizeof whole; size++) {
        uint8_t *copy = malloc(size ? size : 1);
        assert_non_null(copy);
        memcpy(copy, whole, size);
        struct plx_json_scan scan = {.text = copy, .size = size, .not_finite = true};
        const bool fine = plx_json_scan_skip(&scan);
        assert_int_equal(fine, size == sizeof whole - 1 || size == sizeof whole);
        free(copy);
    }
}

static void plx_json_scan_error__place(void **state)
{
    struct plx_error error;
    (void)state;
    struct plx_json_scan scan = scan_of("[1,\n  NaN]");
    assert_false(plx_json_scan_skip(&scan));
    assert_int_equal(plx_json_scan_error(&scan, 2, 4, &error), PLX_MALFORMED);
    assert_int_equal(error.status, PLX_MALFORMED);
    assert_int_equal(error.line, 2);
    assert_int_equal(error.column, 3);
    assert_string_equal(error.message, "a value is expected");
    assert_string_equal(error.hint, "JSON has no NaN and no Infinity");
    scan = scan_of("x");
    assert_false(plx_json_scan_fail(&scan, 0, "no", NULL));
    assert_int_equal(plx_json_scan_error(&scan, 7, 0, &error), PLX_MALFORMED);
    assert_int_equal(error.line, 7);
    assert_int_equal(error.column, 1);
    assert_string_equal(error.message, "no");
    assert_string_equal(error.hint, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_json_scan_more__members),
        cmocka_unit_test(plx_json_scan_more__what_is_wrong),
        cmocka_unit_test(plx_json_scan_key__what_is_wrong),
        cmocka_unit_test(plx_json_scan_number__texts),
        cmocka_unit_test(plx_json_scan_number__not_finite),
        cmocka_unit_test(plx_json_scan_skip__not_finite),
        cmocka_unit_test(plx_json_scan_skip__every_truncation),
        cmocka_unit_test(plx_json_scan_error__place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

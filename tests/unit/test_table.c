/* Tables of results that were written by somebody: what is taken over, and what cannot break a row. */
#include <perplex/result.h>

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Model, protocol, perplexity, interval: as JSON. */
static const char RESULT[] =
    "{\"schema\": \"perplex.result/1\", \"nats_per_token\": 2, \"perplexity\": %s,"
    " \"uncertainty\": {\"standard_error_nats\": 7, \"interval95_perplexity\": %s},"
    " \"normalized\": {\"bits_per_byte\": 1.23456}, \"counts\": {\"scored\": 10}, \"unknown\": {\"tokens\": "
    "3},"
    " \"protocol\": {\"name\": %s}, \"runtime\": {\"inputs\": {\"model\": %s, \"corpus\": \"c.txt\"}}}";

static enum plx_status tabulate(enum plx_table_format format, const char *json, char **text,
                                struct plx_error *error)
{
    char path[] = "/tmp/plx-test-XXXXXX";
    const char *const paths[] = {path};
    size_t length = 0;
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, json, strlen(json)), (ssize_t)strlen(json));
    close(descriptor);
    const enum plx_status status = plx_table(paths, 1, format, text, &length, error);
    assert_int_equal(unlink(path), 0);
    if (status == PLX_OK)
        assert_int_equal(strlen(*text), length);
    else
        assert_null(*text);
    return status;
}

/* The last line of the table. */
static void expect_row(enum plx_table_format format, const char *perplexity, const char *interval,
                       const char *protocol, const char *model, const char *expected)
{
    char json[1024];
    char *text;
    struct plx_error error;
    const size_t size = strlen(expected);
    snprintf(json, sizeof json, RESULT, perplexity, interval, protocol, model);
    assert_int_equal(tabulate(format, json, &text, &error), PLX_OK);
    assert_true(strlen(text) > size);
    assert_string_equal(text + strlen(text) - size, expected);
    plx_text_free(text);
}

/* It is not computed again: the standard error of 7 would give another one. */
static void table__interval_is_that_of_the_result(void **state)
{
    (void)state;
    expect_row(PLX_TABLE_MARKDOWN, "100", "[98.5, 101.75]", "\"p\"", "\"m\"",
               "| m | c.txt | p | 10 | 3 | 2.0000 | 100.00 | 98.50 – 101.75 | 1.2346 |\n");
    expect_row(PLX_TABLE_CSV, "100", "[98.5, 101.75]", "\"p\"", "\"m\"",
               "\nm,c.txt,p,10,3,2,100,98.5,101.75,1.23456\n");
}

static void table__not_finite(void **state)
{
    (void)state;
    expect_row(PLX_TABLE_MARKDOWN, "\"inf\"", "[\"nan\", \"-inf\"]", "\"p\"", "\"m\"",
               "| inf | nan – -inf | 1.2346 |\n");
    expect_row(PLX_TABLE_CSV, "\"inf\"", "[\"nan\", \"-inf\"]", "\"p\"", "\"m\"", ",inf,nan,-inf,1.23456\n");
}

/* Whatever a foreign result has for a name stays in its cell (a pipe and what escapes it: GFM, 4.10; commas,
   quotes and line ends: RFC 4180), and drives no terminal. */
static void table__names_cannot_break_a_row(void **state)
{
    static const char name[] = "\"a|b\\\\|c\\r\\u001b[31m\\u009b,\\\"\\u007f\"";
    (void)state;
    expect_row(PLX_TABLE_MARKDOWN, "1", "[1, 1]", name, "\"m\"",
               "| m | c.txt | a\\|b\\\\\\|c  [31m ,\"  | 10 | 3 | 2.0000 | 1.00 | 1.00 – 1.00 | 1.2346 |\n");
    expect_row(PLX_TABLE_MARKDOWN, "1", "[1, 1]", "\"p\"", "\"x/a\\nb\"",
               "| a b | c.txt | p | 10 | 3 | 2.0000 | 1.00 | 1.00 – 1.00 | 1.2346 |\n");
    expect_row(PLX_TABLE_CSV, "1", "[1, 1]", "\"p,q\"", "\"say \\\"m\\\"\"",
               "\n\"say \"\"m\"\"\",c.txt,\"p,q\",10,3,2,1,1,1,1.23456\n");
    expect_row(PLX_TABLE_CSV, "1", "[1, 1]", "\"p\\r\"", "\"a|b\\\\\"",
               "\na|b\\,c.txt,\"p\r\",10,3,2,1,1,1,1.23456\n");
}

static void table__not_a_result(void **state)
{
    static const struct {
        const char *interval, *message;
    } bad[] = {
        {"[1]", "$.uncertainty.interval95_perplexity: expected 2 elements, found 1"},
        {"[1, 2, 3]", "$.uncertainty.interval95_perplexity: expected 2 elements, found 3"},
        {"{}", "$.uncertainty.interval95_perplexity: expected an array, found an object"},
        {"[1, \"2\"]", "$.uncertainty.interval95_perplexity[1]: expected a number, \"inf\", \"-inf\" or "
                       "\"nan\", found a string"},
    };
    char json[1024];
    char *text;
    struct plx_error error;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(json, sizeof json, RESULT, "1", bad[i].interval, "\"p\"", "\"m\"");
        assert_int_equal(tabulate(PLX_TABLE_CSV, json, &text, &error), PLX_MALFORMED);
        assert_string_equal(error.message, bad[i].message);
        assert_memory_equal(error.input, "/tmp/plx-test-", 14);
    }
    assert_int_equal(tabulate(PLX_TABLE_CSV, "", &text, &error), PLX_MALFORMED);
}

/* A comma for a decimal point, where the machine has such a locale. */
static void table__locale_does_not_matter(void **state)
{
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE", "ps_AF"};
    bool found = false;
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names && !found; i++)
        found = setlocale(LC_ALL, names[i]) != NULL && strcmp(localeconv()->decimal_point, ".") != 0;
    if (!found) {
        setlocale(LC_ALL, "C");
        skip();
    }
    expect_row(PLX_TABLE_MARKDOWN, "100", "[98.5, 101.75]", "\"p\"", "\"m\"",
               "| 2.0000 | 100.00 | 98.50 – 101.75 | 1.2346 |\n");
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table__interval_is_that_of_the_result), cmocka_unit_test(table__not_finite),
        cmocka_unit_test(table__names_cannot_break_a_row),       cmocka_unit_test(table__not_a_result),
        cmocka_unit_test(table__locale_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

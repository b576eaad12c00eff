/* Tables of results that were written by somebody: what is taken over, how it is rounded, and what cannot
   break a row. Rounded values are worked out by hand. */
#include <perplex/result.h>
#include <perplex/table.h>

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Perplexity, standard error, protocol, model: as JSON. */
static const char RESULT[] =
    "{\"schema\": \"perplex.result/1\", \"complete\": true, \"nats_per_token\": 4.605170185988092, "
    "\"perplexity\": %s,"
    " \"uncertainty\": {\"standard_error_nats\": %s}, \"normalized\": {\"bits_per_byte\": 1.23456},"
    " \"counts\": {\"scored\": 10, \"tokens\": 10}, \"unknown\": {\"tokens\": 3},"
    " \"protocol\": {\"name\": %s, \"unknown\": \"unk\"},"
    " \"runtime\": {\"inputs\": {\"model\": %s, \"corpus\": \"c.txt\"}}}";

static enum plx_status tabulate(const struct plx_table_options *options, const char *json, char **text,
                                struct plx_error *error)
{
    char path[] = "/tmp/plx-test-XXXXXX";
    const char *const paths[] = {path};
    size_t length = 0;
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, json, strlen(json)), (ssize_t)strlen(json));
    close(descriptor);
    const enum plx_status status = plx_table(paths, 1, options, text, &length, error);
    assert_int_equal(unlink(path), 0);
    if (status == PLX_OK)
        assert_int_equal(strlen(*text), length);
    else
        assert_null(*text);
    return status;
}

/* A line of the table, without the blanks that align it. */
static void expect_line(const struct plx_table_options *options, const char *perplexity,
                        const char *error_nats, const char *protocol, const char *model, const char *expected)
{
    char json[1024], *text;
    struct plx_error error;
    snprintf(json, sizeof json, RESULT, perplexity, error_nats, protocol, model);
    if (tabulate(options, json, &text, &error))
        fail_msg("%s", error.message);
    size_t size = 0;
    for (const char *at = text; *at; at++) {
        if (*at != ' ' || (size > 0 && text[size - 1] != ' '))
            text[size++] = *at;
    }
    text[size] = '\0';
    if (!strstr(text, expected))
        fail_msg("no \"%s\" in:\n%s", expected, text);
    plx_text_free(text);
}

static const struct plx_table_options CSV = {.format = "csv"},
                                      WITH_INTERVAL = {.format = "csv", .interval = true};

/* exp(ln 100 ± 1.959963984540054 · 0.1) = 82.2015…, 121.6522… (Python's math). */
static void table__interval_of_independent_tokens(void **state)
{
    (void)state;
    expect_line(NULL, "100", "0.1", "\"p\"", "\"m\"",
                "\n| m | c.txt | p | 10 | 3 | 4.61 | 100 [82, 122] | 1.23 |\n");
    expect_line(&WITH_INTERVAL, "100", "0.1", "\"p\"", "\"m\"", "\nm,c.txt,p,10,3,4.605170185988092,4.40917");
    /* 1.96 · 0.001 · 100 = 0.196: the standard error of 0.10 leaves two digits behind the point. */
    expect_line(NULL, "100", "0.001", "\"p\"", "\"m\"", "| 4.6052 | 100.00 ± 0.20 | 1.2346 |\n");
}

static void table__not_finite(void **state)
{
    (void)state;
    expect_line(NULL, "\"inf\"", "\"nan\"", "\"p\"", "\"m\"", "| 4.605 | ∞ | 1.235 |\n");
    expect_line(NULL, "\"nan\"", "\"nan\"", "\"p\"", "\"m\"", "| 4.605 | n/a | 1.235 |\n");
    expect_line(NULL, "\"-inf\"", "\"inf\"", "\"p\"", "\"m\"", "| 4.605 | −∞ | 1.235 |\n");
    expect_line(&CSV, "\"inf\"", "\"nan\"", "\"p\"", "\"m\"", ",inf,,,1.23456,\n");
    expect_line(&CSV, "\"nan\"", "\"nan\"", "\"p\"", "\"m\"", ",nan,,,1.23456,\n");
}

/* Whatever a foreign result has for a name stays in its cell (a pipe and what escapes it: GFM, 4.10; commas,
   quotes and line ends: RFC 4180), and drives no terminal. */
static void table__names_cannot_break_a_row(void **state)
{
    static const char name[] = "\"a|b\\\\|c\\r\\u001b[31m\\u009b,\\\"\\u007f\\u202e\"";
    (void)state;
    expect_line(NULL, "1", "\"nan\"", name, "\"m\"",
                "| m | c.txt | a\\|b\\\\\\|c\\\\x0d\\\\x1b\\[31m\\\\x9b,\"\\\\x7f\\\\u202e | 10 |");
    expect_line(NULL, "1", "\"nan\"", "\"p\"", "\"x/a\\nb\"", "| a\\\\x0ab | c.txt | p | 10 |");
    expect_line(NULL, "1", "\"nan\"", "\"p\"", "\"<script>*_`&~$\"",
                "| &lt;script&gt;\\*\\_\\`&amp;&#126;&#36; | c.txt | p | 10 |");
    expect_line(&CSV, "1", "\"nan\"", "\"p,q\"", "\"say \\\"m\\\"\"",
                "\n\"say \"\"m\"\"\",c.txt,\"p,q\",10,3,4.605170185988092,1,,,1.23456,\n");
    expect_line(&CSV, "1", "\"nan\"", "\"p\"", "\"a\\nb\"",
                "\n\"a\nb\",c.txt,p,10,3,4.605170185988092,1,,,1.23456,\n");
    expect_line(&CSV, "1", "\"nan\"", "\"p\\r\"", "\"a|b\\\\\"",
                "\na|b\\,c.txt,\"p\r\",10,3,4.605170185988092,1,,,1.23456,\n");
}

static void table__not_a_result(void **state)
{
    static const struct {
        const char *error_nats, *message;
    } bad[] = {
        {"[1]", "$.uncertainty.standard_error_nats: expected a number, \"inf\", \"-inf\" or \"nan\", found "
                "an array"},
        {"\"2\"", "$.uncertainty.standard_error_nats: expected a number, \"inf\", \"-inf\" or \"nan\", found "
                  "a string"},
    };
    char json[1024];
    char *text;
    struct plx_error error;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(json, sizeof json, RESULT, "1", bad[i].error_nats, "\"p\"", "\"m\"");
        assert_int_equal(tabulate(&CSV, json, &text, &error), PLX_MALFORMED);
        assert_string_equal(error.message, bad[i].message);
        assert_memory_equal(error.input, "/tmp/plx-test-", 14);
    }
    assert_int_equal(tabulate(&CSV, "", &text, &error), PLX_MALFORMED);
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
    expect_line(NULL, "100", "0.001", "\"p\"", "\"m\"", "| 4.6052 | 100.00 ± 0.20 | 1.2346 |\n");
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table__interval_of_independent_tokens), cmocka_unit_test(table__not_finite),
        cmocka_unit_test(table__names_cannot_break_a_row),       cmocka_unit_test(table__not_a_result),
        cmocka_unit_test(table__locale_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

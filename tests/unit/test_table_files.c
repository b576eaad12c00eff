/* Tables of several result files, of what an evaluation really writes, and of files in which something is
   missing; single rows are in test_table.c. Rows are written out by hand, rounding by Python. */
#include "support/inputs.h"

#include <perplex/table.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];

static const struct plx_table_options CSV = {.format = "csv"};

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/perplex-test-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static void write_file(const char *name, const char *text, char path[128])
{
    snprintf(path, 128, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

/* Those members that a table needs, and some others. */
static const char RESULT[] =
    "{\"schema\": \"perplex.result/1\", \"complete\": true, \"nats_per_token\": 5.4207608751875, "
    "\"perplexity\": "
    "226.05104778595947,"
    " \"other\": [1, {}], \"uncertainty\": {\"standard_error_nats\": 0.01},"
    " \"normalized\": {\"bits_per_byte\": 1.5299, \"byte_perplexity\": 1},"
    " \"counts\": {\"tokens\": 999999999, \"scored\": 245569}, \"unknown\": {\"tokens\": 15218},"
    " \"protocol\": {\"name\": \"sentence\"},"
    " \"runtime\": {\"inputs\": {\"model\": \"%s\", \"corpus\": \"%s\"}}}\n";

static void write_result(const char *name, const char *model, const char *corpus, char path[128])
{
    char text[2048];
    snprintf(text, sizeof text, RESULT, model, corpus);
    write_file(name, text, path);
}

static void assert_table(const char *const *paths, size_t count, const char *format, const char *expected)
{
    const struct plx_table_options options = {.format = format};
    struct plx_error error;
    char *text;
    size_t length;
    if (plx_table(paths, count, &options, &text, &length, &error))
        fail_msg("%s: %s", error.input, error.message);
    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
    plx_text_free(text);
}

#define CSV_HEAD                                                                                            \
    "model,corpus,protocol,scored,unknown.tokens,nats_per_token,perplexity,perplexity_low,perplexity_high," \
    "bits_"                                                                                                 \
    "per_byte,notes\n"
/* 226.05104778595947 · exp(±1.959963984540054 · 0.01), by Python. */
#define CSV_TAIL                                                                                       \
    ",sentence,245569,15218,5.4207608751875,226.05104778595947,221.66366469683587,230.52527023324788," \
    "1.5299,\n"

/* One row for each file, in their order, behind the head. */
static void plx_table__several_files(void **state)
{
    char one[128], two[128];
    (void)state;
    write_result("1.json", "models/wt2.o3.arpa.gz", "test.txt", one);
    write_result("2.json", "b", "valid.txt", two);
    const char *const paths[] = {two, one, two};
    assert_table(
        paths, 3, "markdown",
        "Results. Protocol: sentence (every line by itself between &lt;s&gt; and a scored &lt;/s&gt;, blank "
        "lines too: KenLM's query). 95 % intervals: as if tokens were independent of each other (there are "
        "too few "
        "for blocks).\n\n"
        "| model          | corpus    | scored | unknown tokens | nats/token | perplexity | "
        "bits/byte |\n"
        "|----------------|-----------|-------:|---------------:|-----------:|-----------:|-"
        "---------:|\n"
        "| b              | valid.txt | 245569 |          15218 |      5.421 |    226 ± 4 | "
        "    1.530 |\n"
        "| wt2.o3.arpa.gz | test.txt  | 245569 |          15218 |      5.421 |    226 ± 4 | "
        "    1.530 |\n"
        "| b              | valid.txt | 245569 |          15218 |      5.421 |    226 ± 4 | "
        "    1.530 |\n");
    assert_table(paths, 2, "csv", CSV_HEAD "b,valid.txt" CSV_TAIL "wt2.o3.arpa.gz,test.txt" CSV_TAIL);
    unlink(one);
    unlink(two);
}

static void plx_table__no_result(void **state)
{
    struct plx_error error;
    char *text;
    size_t length;
    (void)state;
    assert_int_equal(plx_table(NULL, 0, NULL, &text, &length, &error), PLX_USAGE);
    assert_null(text);
    assert_string_equal(error.message, "a table needs a result");
}

/* Of inputs the table has the name alone. */
static void plx_table__names_of_inputs(void **state)
{
    static const char *const names[][2] = {
        {"a/b/c.arpa", "c.arpa"},
        {"/c.arpa", "c.arpa"},
        {"-", "-"},
        {"https://x.org/m.arpa", "m.arpa"},
        {"/", "/"},
        {"folder/", "folder/"},
        {"", ""},
        {"caf\xc3\xa9", "caf\xc3\xa9"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[128], expected[512];
        const char *const paths[] = {path};
        write_result("r.json", names[i][0], names[i][0], path);
        snprintf(expected, sizeof expected, "%s%s,%s%s", CSV_HEAD, names[i][1], names[i][1], CSV_TAIL);
        assert_table(paths, 1, "csv", expected);
        unlink(path);
    }
}

/* What plx_result_json writes: with one token, which has no standard error; with infinite values; with
   averages that have no standard error. */
static void plx_table__real_results(void **state)
{
    static const char *const protocols[] = {"sentence", "sentence limit=1", "sentence unknown=zero",
                                            "exact window=4 average=window"};
    (void)state;
    struct plx_model *model =
        inputs_model("\\data\\\nngram 1=4\n\n\\1-grams:\n-1\ta\n-1\t</s>\n-99\t<s>\n-2\t<unk>\n\n\\end\\\n");
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++) {
        struct plx_result *result = inputs_evaluate(model, "a a a a b\n", PLX_TOKENS_WORD, protocols[i]);
        struct plx_error error;
        char *json, *table, path[128];
        const char *const paths[] = {path};
        size_t length;
        assert_int_equal(plx_result_json(result, &json, &length, &error), PLX_OK);
        write_file("real.json", json, path);
        if (plx_table(paths, 1, &CSV, &table, &length, &error))
            fail_msg("%s: %s", protocols[i], error.message);
        assert_non_null(strstr(table, "\ntest.arpa,test.txt,"));
        plx_text_free(table);
        plx_text_free(json);
        plx_result_free(result);
        unlink(path);
    }
    plx_model_close(model);
}

/* Behind a good file; nothing of the table is left. */
static void assert_refused(const char *text, const char *words)
{
    char fine[128], bad[128];
    const char *const paths[] = {fine, bad};
    struct plx_error error;
    char *table;
    size_t length;
    write_result("fine.json", "m", "c", fine);
    write_file("bad.json", text, bad);
    const enum plx_status found = plx_table(paths, 2, &CSV, &table, &length, &error);
    if (found != PLX_MALFORMED || !strstr(error.message, words))
        fail_msg("%s: %s \"%s\"", text, plx_status_name(found), found ? error.message : "");
    assert_null(table);
    assert_string_equal(error.input, bad);
    unlink(fine);
    unlink(bad);
}

static void plx_table__what_is_no_result(void **state)
{
    (void)state;
    assert_refused("", "");
    assert_refused("no JSON", "");
    assert_refused("[]", "expected an object");
    assert_refused("{}", "$.schema: missing");
    assert_refused("{\"schema\": 1}", "$.schema: expected a string");
    assert_refused("{\"schema\": \"perplex.result/2\"}",
                   "\"perplex.result/2\" instead of \"perplex.result/1\"");
    assert_refused("{\"schema\": \"perplex.result/1\"}", "$.complete");
    assert_refused("{\"schema\": \"perplex.result/1\", \"complete\": true}", "$.runtime");
}

/* Each member that is needed is named where it is missing or of another type. */
static void plx_table__missing_members(void **state)
{
    static const char *const paths[] = {
        "$.nats_per_token",       "$.uncertainty.standard_error_nats", "$.protocol.name",
        "$.runtime.inputs.model", "$.runtime.inputs.corpus",
    };
    char text[2048], changed[2048];
    (void)state;
    snprintf(text, sizeof text, RESULT, "m", "c");
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char key[64];
        snprintf(key, sizeof key, "\"%s\":", strrchr(paths[i], '.') + 1);
        const char *at = strstr(text, key);
        assert_non_null(at);
        const int before = (int)(at - text);
        snprintf(changed, sizeof changed, "%.*s\"X%s", before, text, at + 2); /* another key */
        assert_refused(changed, paths[i]);
        snprintf(changed, sizeof changed, "%.*s%s true, \"x\": %s", before, text, key, at + strlen(key));
        assert_refused(changed, paths[i]);
    }
}

static void plx_table__no_file(void **state)
{
    const char *const paths[] = {"/no/such/file.json"};
    struct plx_error error;
    char *table;
    size_t length;
    (void)state;
    assert_int_equal(plx_table(paths, 1, NULL, &table, &length, &error), PLX_IO);
    assert_null(table);
    assert_string_equal(error.input, paths[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_table__no_result),         cmocka_unit_test(plx_table__several_files),
        cmocka_unit_test(plx_table__names_of_inputs),   cmocka_unit_test(plx_table__real_results),
        cmocka_unit_test(plx_table__what_is_no_result), cmocka_unit_test(plx_table__missing_members),
        cmocka_unit_test(plx_table__no_file),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

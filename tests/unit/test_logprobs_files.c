/* Which files are taken for answers of another program, and which of those are refused, where and why.
   Expected values: the description of the format, places counted by hand. */
#include "model/model.h"

#include "support/answers.h"
#include "support/fixtures.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The text repeated up to `size` bytes, behind `begin` and before `end`. */
static char *repeat(const char *begin, const char *text, size_t size, const char *end)
{
    const size_t length = strlen(text);
    char *all = malloc(strlen(begin) + size + length + strlen(end) + 1);
    assert_non_null(all);
    strcpy(all, begin);
    for (char *at = all + strlen(begin); (size_t)(at - all) < size; at += length)
        strcpy(at, text);
    strcat(all, end);
    return all;
}

/* What is refused, where, and with what words in message and hint. Column 0: none. */
struct refused {
    const char *text;
    uint64_t line, column;
    const char *words, *hint;
};

static void check_refused(const struct refused *refused)
{
    const struct plx_model_options options = {.format = "logprobs"};
    const uint64_t column = refused->column ? refused->column : PLX_NOWHERE;
    struct plx_model *model;
    struct plx_error error;
    const enum plx_status status =
        answers_open(refused->text, strlen(refused->text), &options, &model, &error);
    if (status != PLX_MALFORMED || !strstr(error.message, refused->words) ||
        !strstr(error.hint, refused->hint) || error.line != refused->line || error.column != column)
        fail_msg("%s: %s, line %d, column %d, \"%s\" (%s)", refused->text, plx_status_name(status),
                 (int)error.line, (int)error.column, status ? error.message : "", status ? error.hint : "");
    assert_null(model);
    assert_string_equal(error.input, "test");
}

static void plx_model_open__lines_refused(void **state)
{
    (void)state;
    static const struct refused cases[] = {
        {"-1\n2.5\n", 2, 1, "1 of this line is positive (2.5)", "negative, as log-probabilities are"},
        {"-1 -2  1e-9\n", 1, 8, "3 of this line is positive (1e-09)", "negative, as log-prob"},
        {"2.5\n1.5\n", 1, 1, "is positive (2.5)", "never positive; if these are nats"},
        {"0\n1.5\n", 2, 1, "is positive (1.5)", "never positive; if these are nats"},
        {"-1\ninf\n", 2, 1, "is positive (inf)", ""},
        {"-1\nnan\n", 2, 1, "not a number (NaN)", ""},
        {"-1\n-NaN\n", 2, 1, "not a number (NaN)", ""},
        {"-1\nnull\n", 2, 1, "null in place of log-probability 1", "only the first number"},
        {"\n-1\nnull \r\n-1 -1\n", 3, 1, "null in place of log-probability 1", "only the first number"},
        {"-1 null\n", 1, 4, "null in place of log-probability 2", "only the first number"},
        {"null null\n", 1, 6, "null in place of log-probability 2", "only the first number"},
        {"-1\n-1,-2\n", 2, 1, "\"-1,-2\" is not a number", ""},
        {"-1\nthe\n", 2, 1, "\"the\" is not a number", ""},
        {"-1\n -0x1p-3\n", 2, 2, "\"-0x1p-3\" is not a number", ""},
        {"-1\n- 1\n", 2, 1, "\"-\" is not a number", ""},
        {"-1\nNULL\n", 2, 1, "\"NULL\" is not a number", ""},
        {"\xEF\xBB\xBFx", 1, 4, "\"x\" is not a number", ""},
        {" \n\n", PLX_NOWHERE, 0, "no log-probability in the whole file", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_refused(cases + i);
}

static void plx_model_open__records_refused(void **state)
{
    (void)state;
    static const struct refused cases[] = {
        {"{}", 1, 0, "without token_logprobs and prompt_logprobs", "request that failed"},
        {"{\"tokens\":[\"a\"],\"token_logprobs\":[-1]}\n{\"error\":{\"code\":400}}\n", 2, 0,
         "without token_logprobs", ""},
        {"{\"token_logprobs\":[-1]}", 1, 0, "no tokens in the record", "lines of numbers"},
        {"{\"tokens\":[\"a\"],\"logprobs\":{\"token_logprobs\":[-1]}}", 1, 0, "no tokens in logprobs", ""},
        {"{\"tokens\":null,\"token_logprobs\":[-1]}", 1, 0, "no tokens", ""},
        {"{\"tokens\":[\"a\"],\"token_logprobs\":null}", 1, 0, "without token_logprobs", ""},
        {"\n{\"tokens\":[\"a\",\"b\"],\"token_logprobs\":[null,-1,-1]}", 2, 0,
         "tokens has 2 elements, but token_logprobs has 3", ""},
        {"{\"token_logprobs\":[null],\"tokens\":[1,2]}", 1, 0,
         "tokens has 2 elements, but token_logprobs has 1", ""},
        {"{\"tokens\":[\"a\",\"b\"],\"token_logprobs\":[-1,null]}", 1, 42,
         "null in place of log-probability 2", "only the first"},
        {"{\"tokens\":[\"a\",\"b\"],\"token_logprobs\":[-1,0.5]}", 1, 42, "2 of this line is positive (0.5)",
         "negative, as log-probabilities are"},
        {"{\"tokens\":[\"a\",\"b\"],\"token_logprobs\":[1,0.5]}", 1, 39, "1 of this line is positive (1)",
         "if these are nats"},
        {"{\"tokens\":[\"a\"],\"token_logprobs\":[NaN]}", 1, 35, "not a number (NaN)", ""},
        {"{\"tokens\":[\"a\"],\"token_logprobs\":[\"nan\"]}", 1, 35, "not a number (NaN)", ""},
        {"{\"tokens\":[\"a\"],\"token_logprobs\":[Infinity]}", 1, 35, "positive (inf)", ""},
        {"{\"tokens\":[\"a\"],\"token_logprobs\":[\"-1\"]}", 1, 35, "a string in place of", ""},
        {"{\"tokens\":[\"a\"],\"token_logprobs\":[true]}", 1, 35, "a number is expected", ""},
        {"{\"tokens\":[\"a\"],\"token_logprobs\":[[-1]]}", 1, 35, "a number is expected", ""},
        {"{\"tokens\":[\"a\"],\"token_logprobs\":-1}", 1, 34, "'[' is expected", ""},
        {"{\"tokens\":\"a\",\"token_logprobs\":[-1]}", 1, 11, "'[' is expected", ""},
        {"{\"tokens\":[\"a\",7],\"token_logprobs\":[-1,-1]}", 1, 16, "an id, where others are strings", ""},
        {"{\"tokens\":[7],\"token_logprobs\":[-1]}\n{\"tokens\":[\"a\"],\"token_logprobs\":[-1]}", 2, 12,
         "a string, where others are ids", ""},
        {"{\"tokens\":[\"a\"],\"token_logprobs\":[-1]}\n{\"prompt_logprobs\":[{\"1\":{\"logprob\":-1}}]}", 2,
         20, "an id, where others are strings", ""},
        {"{\"tokens\":[-7],\"token_logprobs\":[-1]}", 1, 12, "\"-7\" is not the id", ""},
        {"{\"tokens\":[7.0],\"token_logprobs\":[-1]}", 1, 12, "\"7.0\" is not the id", ""},
        {"{\"tokens\":[4294967295],\"token_logprobs\":[-1]}", 1, 12, "\"4294967295\" is not the id", ""},
        {"{\"tokens\":[null],\"token_logprobs\":[-1]}", 1, 12, "a number is expected", ""},
        {"{\"tokens\":[1],\"tokens\":[1],\"token_logprobs\":[-1]}", 1, 24, "a second value", ""},
        {"{\"tokens\":[1],\"token_logprobs\":[-1],\"logprobs\":{\"tokens\":[1],\"token_logprobs\":[-1]}}", 1,
         79, "token_logprobs in the record and in logprobs", ""},
        {"{\"choices\":[{\"logprobs\":{\"tokens\":[1],\"token_logprobs\":[-1]}},{}]}", 1, 63,
         "several choices", "a record of its own"},
        {"{\"tokens\":[1],\"token_logprobs\":[-1]} x", 1, 38, "more behind", ""},
        {"{\"tokens\":[1],\"token_logprobs\":[-1]", 1, 36, "ends too early", "a record a line"},
        {"{\n\"tokens\":[1],\"token_logprobs\":[-1]}", 1, 2, "ends too early", "a record a line"},
        {"{\"tokens\":[],\"token_logprobs\":[]}", PLX_NOWHERE, 0, "no log-probability in the whole file", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_refused(cases + i);
}

static void plx_model_open__prompts_refused(void **state)
{
    (void)state;
    static const struct refused cases[] = {
        {"{\"prompt_logprobs\":[{\"1\":{\"logprob\":-1},\"2\":{\"logprob\":-2}}]}", 1, 21,
         "element 1 of prompt_logprobs has 2 candidates, and there are no prompt_token_ids",
         "prompt_logprobs: 0"},
        {"{\"prompt_logprobs\":[null,{}]}", 1, 26, "element 2 of prompt_logprobs has no candidate", ""},
        {"{\"prompt_token_ids\":[5],\"prompt_logprobs\":[{\"1\":{\"logprob\":-1},\"2\":{\"logprob\":-2}}]}",
         1, 44, "element 1 of prompt_logprobs lacks the prompt's token, 5, among its 2 candidates", ""},
        {"{\"prompt_token_ids\":[5],\"prompt_logprobs\":[{\"1\":{\"logprob\":-1}}]}", 1, 44,
         "lacks the prompt's token, 5", ""},
        {"{\"prompt_token_ids\":[5,6],\"prompt_logprobs\":[null]}", 1, 0,
         "prompt_token_ids has 2 elements, but prompt_logprobs has 1", ""},
        {"{\"prompt_token_ids\":[5],\"prompt_logprobs\":[null,null]}", 1, 0,
         "prompt_token_ids has 1 elements, but prompt_logprobs has 2", ""},
        {"{\"prompt_logprobs\":[null,null]}", 1, 26, "null in place of log-probability 2", "only the first"},
        {"{\"prompt_logprobs\":[null,{\"1\":{\"rank\":1}}]}", 1, 31, "without a logprob", ""},
        {"{\"prompt_logprobs\":[null,{\"1\":-1}]}", 1, 31, "'{' is expected", ""},
        {"{\"prompt_logprobs\":[null,{\"1\":{\"logprob\":null}}]}", 1, 42, "null in place of", ""},
        {"{\"prompt_logprobs\":[null,{\"1\":{\"logprob\":0.5}}]}", 1, 42, "2 of this line is positive", ""},
        {"{\"prompt_logprobs\":[null,{\"1\":{\"logprob\":-1,\"logprob\":-2}}]}", 1, 55, "a second value", ""},
        {"{\"prompt_token_ids\":[null,1],\"prompt_logprobs\":[null,{\"1\":{\"logprob\":-1}}]}", 1, 22,
         "a number is expected", ""},
        {"{\"prompt_token_ids\":[0,1],\"prompt_logprobs\":[null,{\"1\":{\"logprob\":-1},\"1\":{\"logprob\":-"
         "1}}]}",
         1, 75, "a second value", ""},
        {"{\"prompt_logprobs\":[null,{\"the\":{\"logprob\":-1}}]}", 1, 27, "\"the\" is not the id", ""},
        {"{\"prompt_logprobs\":[null,[-1]]}", 1, 26, "'{' is expected", ""},
        {"{\"prompt_logprobs\":{}}", 1, 20, "'[' is expected", ""},
        {"{\"prompt_logprobs\":[null],\"choices\":[{\"prompt_logprobs\":[null]}]}", 1, 57,
         "prompt_logprobs in the record and in choices[0]", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_refused(cases + i);
}

/* An array of `count` numbers of `size` bytes. */
static struct file_bytes make_array(const char *type, const char *shape, const double *values, size_t count,
                                    size_t size)
{
    struct file_bytes file = {malloc(128 + 8 * count), 128};
    assert_non_null(file.bytes);
    memcpy(file.bytes, "\x93NUMPY\1\0\x76\0", 10);
    memset(file.bytes + 10, ' ', 118);
    file.bytes[127] = '\n';
    char header[119];
    const int length = snprintf(header, sizeof header,
                                "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", type, shape);
    memcpy(file.bytes + 10, header, (size_t)length);
    for (size_t i = 0; i < count; i++, file.size += size) {
        const float narrow = (float)values[i];
        const void *bytes = size == 8 ? (const void *)(values + i) : (const void *)&narrow;
        memcpy(file.bytes + file.size, bytes, size); /* tests run on little-endian machines */
    }
    return file;
}

static void check_array(const char *type, const char *shape, const double *values, size_t count,
                        enum plx_status expected, uint64_t offset, const char *words, const char *hint)
{
    const size_t size = (size_t)(type[2] - '0');
    const struct file_bytes file = make_array(type, shape, values, count, size);
    struct plx_model *model;
    struct plx_error error;
    const enum plx_status status = answers_open(file.bytes, file.size, NULL, &model, &error);
    if (status != expected || !strstr(error.message, words) || !strstr(error.hint, hint) ||
        error.offset != offset)
        fail_msg("%s %s: %s, offset %d, \"%s\" (%s)", type, shape, plx_status_name(status), (int)error.offset,
                 status ? error.message : "", status ? error.hint : "");
    assert_null(model);
    assert_string_equal(error.input, "test");
    free(file.bytes);
}

static void plx_model_open__array_refused(void **state)
{
    (void)state;
    const double mixed[] = {1, 0.5, -2}, logs[] = {-1, -2, -3}, nan[] = {0, 1, (double)NAN},
                 zero[] = {0, -1, 2}, minus[] = {1, -(double)INFINITY, 1};
    check_array("<f8", "(3,)", mixed, 3, PLX_MALFORMED, 144,
                "element 2 of the array (from 0) is negative: -2", "positive, as nats are");
    check_array("<f4", "(3,)", mixed, 3, PLX_MALFORMED, 136,
                "element 2 of the array (from 0) is negative: -2", "positive, as nats are");
    check_array("<f8", "(3,)", logs, 3, PLX_MALFORMED, 128, "element 0 of the array (from 0) is negative: -1",
                "save their negatives");
    check_array("<f8", "(3,)", zero, 3, PLX_MALFORMED, 136, "element 1", "save their negatives");
    check_array("<f8", "(3,)", minus, 3, PLX_MALFORMED, 136, "negative: -inf", "");
    check_array("<f4", "(3,)", nan, 3, PLX_MALFORMED, 136, "element 2 of the array (from 0) is not a number",
                "");
    check_array("<f8", "(4,)", mixed, 2, PLX_MALFORMED, 144,
                "should have 4 elements, but the file ends after 2", "completely");
    check_array("<f8", "(1,)", mixed, 2, PLX_MALFORMED, 136, "more behind the 1 elements", "");
    check_array("<f8", "(0,)", mixed, 0, PLX_MALFORMED, PLX_NOWHERE, "no log-probability", "");
    check_array("<f8", "()", mixed, 1, PLX_UNSUPPORTED, PLX_NOWHERE, "<f8 []", "ravel");
    check_array("<f8", "(1, 2)", mixed, 2, PLX_UNSUPPORTED, PLX_NOWHERE, "<f8 [1, 2]", "ravel");
    check_array("<i8", "(2,)", mixed, 2, PLX_UNSUPPORTED, PLX_NOWHERE, "<i8 [2]", "is the file the corpus");
    check_array("<f2", "(2,)", mixed, 0, PLX_UNSUPPORTED, PLX_NOWHERE, "<f2 [2]", "astype");
}

/* Longer than what is read at a time. */
static void plx_model_open__array(void **state)
{
    (void)state;
    enum { COUNT = 10000 };
    double *values = malloc(COUNT * sizeof *values), *found = malloc(COUNT * sizeof *found);
    uint32_t *ids = calloc(COUNT, sizeof *ids);
    assert_true(values && found && ids);
    for (size_t i = 0; i < COUNT; i++)
        values[i] = (double)i / 8;
    values[0] = -0.0;
    const struct file_bytes file = make_array("<f8", "(10000,)", values, COUNT, 8);
    struct plx_model *model;
    struct plx_error error;
    assert_int_equal(answers_open(file.bytes, file.size, NULL, &model, &error), PLX_OK);
    assert_int_equal(plx_model_info(model)->positions, COUNT);
    const struct plx_window window = {ids, 0, COUNT, 0};
    const struct plx_scores scores = {.nats = found};
    struct plx_session *session = plx_session_new(model, &error);
    assert_int_equal(plx_session_score(session, &window, 1, &scores, &error), PLX_OK);
    values[0] = 0.0;
    assert_memory_equal(found, values, COUNT * sizeof *found);
    plx_session_free(session);
    plx_model_close(model);
    free(file.bytes);
    free(values);
    free(found);
    free(ids);
}

static void plx_model_open__recognised(void **state)
{
    (void)state;
    struct plx_model *model;
    struct plx_error error;
    static const char *const claimed[] = {
        "-1.5\n",
        "0\n0\n",
        "null\n-1\n",
        "\n \t-inf -1\r\n",
        "\xEF\xBB\xBF-1\n",
        "-1",
        "\xEF\xBB\xBF{\"tokens\":[1],\"token_logprobs\":[-1]}",
        "\n {\"tokens\":[1],\"token_logprobs\":[-1]}",
    };
    for (size_t i = 0; i < sizeof claimed / sizeof *claimed; i++)
        plx_model_close(answers_of(claimed[i], NULL));
    char *records = repeat("{\"tokens\":[1", ",1", 100000, "],\"token_logprobs\":[-1]}");
    assert_int_equal(answers_open(records, strlen(records), NULL, &model, &error), PLX_MALFORMED);
    assert_non_null(strstr(error.message, "token_logprobs has 1")); /* found behind the head */
    free(records);
    char *numbers = repeat("", "-1.25 -17.5 ", PLX_PROBE_BYTES + 10, ""); /* the head ends within a number */
    plx_model_close(answers_of(numbers, NULL));
    free(numbers);
    numbers = repeat("-1 ", "-1.25 ", 2 * PLX_PROBE_BYTES, "then words");
    assert_int_equal(answers_open(numbers, strlen(numbers), NULL, &model, &error), PLX_MALFORMED);
    assert_non_null(strstr(error.message, "\"then\" is not a number"));
    free(numbers);
    /* Of the wrong sign altogether: recognised, to say so. */
    assert_int_equal(answers_open("1.5\n2.5\n", 8, NULL, &model, &error), PLX_MALFORMED);
}

/* How sure it is, for when another format has a claim too. */
static void probe__how_sure(void **state)
{
    (void)state;
    static const struct {
        const char *content;
        enum plx_probe sure;
    } cases[] = {
        {"null\n-1.5\n0\n", PLX_PROBE_CONTENT},
        {"-1.5\n1\n", PLX_PROBE_FALLBACK},
        {"0\n", PLX_PROBE_FALLBACK},
        {"1.5\n", PLX_PROBE_FALLBACK},
        {"-inf\n", PLX_PROBE_NO},
        {"{ \"tokens\": [], \"token_logprobs\" : [", PLX_PROBE_CONTENT},
        {"{\"prompt_logprobs\":", PLX_PROBE_CONTENT},
        {"{\"prompt_logprobs\"", PLX_PROBE_NO},
        {"\x93NUMPY", PLX_PROBE_CONTENT},
    };
    const struct plx_model_format *format = NULL;
    for (size_t i = 0; (format = plx_model_format(i)) && strcmp(format->name, "logprobs") != 0; i++)
        continue;
    if (!format) {
        fail_msg("no format logprobs");
        return;
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const uint8_t *head = (const uint8_t *)cases[i].content;
        assert_int_equal(format->probe(head, strlen(cases[i].content), "name"), cases[i].sure);
    }
}

static void plx_model_open__not_recognised(void **state)
{
    (void)state;
    static const char *const others[] = {
        "null\n",
        "nan\n",
        "inf -inf\n",
        " \n",
        "-1 the\n",
        "1 2 three\n",
        "-0.5\ta\t-0.25\n",
        "\\1-grams:\n-1\n",
        "{\"text\":\"x\"}\n",
        "{\"text\":\"token_logprobs\"}\n",
        "[-1,-2]\n",
        "[{\"tokens\":[1],\"token_logprobs\":[-1]}]",
        "\"token_logprobs\"\n",
        "-1;-2\n",
        "1,5\n",
    };
    struct plx_model *model;
    struct plx_error error;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (answers_open(others[i], strlen(others[i]), NULL, &model, &error) != PLX_UNSUPPORTED)
            fail_msg("%s is claimed", others[i]);
    }
    static const char arpa[] = "-1 -2\n\\data\\\nngram 1=1\n\n\\1-grams:\n-0.5 a\n\n\\end\\\n";
    assert_int_equal(answers_open(arpa, sizeof arpa - 1, NULL, &model, &error), PLX_OK);
    assert_string_equal(plx_model_info(model)->format, "arpa");
    plx_model_close(model);
    char *words = repeat("", "a", 2 * PLX_PROBE_BYTES, "");
    assert_int_equal(answers_open(words, strlen(words), NULL, &model, &error), PLX_UNSUPPORTED);
    free(words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_model_open__lines_refused),   cmocka_unit_test(plx_model_open__records_refused),
        cmocka_unit_test(plx_model_open__prompts_refused), cmocka_unit_test(plx_model_open__array_refused),
        cmocka_unit_test(plx_model_open__array),           cmocka_unit_test(plx_model_open__recognised),
        cmocka_unit_test(plx_model_open__not_recognised),  cmocka_unit_test(probe__how_sure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Comparisons of small results written by hand; those of real ones are in tests/cli/compare.sh. Ratios by
   Python. */
#include <perplex/compare.h>
#include <perplex/result.h>

#include "support/schema.h"
#include "support/small_result.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define TOKENS 99

/* All of them cost as much: any difference of two such results is beyond noise. */
static void fill(double nats[TOKENS], double each)
{
    for (size_t i = 0; i < TOKENS; i++)
        nats[i] = each;
}

static struct small_result plain(const double nats[TOKENS])
{
    return (struct small_result){.nats = nats, .count = TOKENS, .tokens = 100, .unknown = 3};
}

static cJSON *read_schema(void)
{
    const char *folder = getenv("SOURCE_DIR");
    char path[512], text[65536];
    snprintf(path, sizeof path, "%s/configs/schema/comparison-2.schema.json", folder ? folder : ".");
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s is missing", path);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    cJSON *schema = cJSON_Parse(text);
    assert_non_null(schema);
    return schema;
}

/* The only element of the comparison as JSON, which satisfies its schema. */
static cJSON *compare(const struct small_result *base, const struct small_result *new,
                      enum plx_verdict expected)
{
    char paths[2][SMALL_PATH] = {"", ""}, problem[512], *text;
    const char *news[] = {paths[1]};
    size_t length;
    struct plx_error error;
    struct plx_comparison *comparison;
    small_result_write(base, paths[0]);
    small_result_write(new, paths[1]);
    if (plx_compare(paths[0], news, 1, NULL, &comparison, &error))
        fail_msg("%s: %s", error.input, error.message);
    unlink(paths[0]);
    unlink(paths[1]);
    assert_int_equal(plx_comparison_count(comparison), 1);
    assert_int_equal(plx_comparison_verdict(comparison, 0), expected);
    assert_int_equal(plx_comparison_write(comparison, PLX_COMPARISON_JSON, &text, &length, &error), PLX_OK);
    plx_comparison_free(comparison);
    assert_int_equal(length, strlen(text));
    cJSON *json = cJSON_Parse(text), *schema = read_schema();
    plx_text_free(text);
    if (!schema_check(schema, json, problem, sizeof problem))
        fail_msg("%s", problem);
    cJSON_Delete(schema);
    cJSON *only = cJSON_DetachItemFromArray(cJSON_GetObjectItem(json, "comparisons"), 0);
    cJSON_Delete(json);
    return only;
}

static const cJSON *get(const cJSON *json, const char *object, const char *key)
{
    return cJSON_GetObjectItem(object ? cJSON_GetObjectItem(json, object) : json, key);
}

static void assert_word(const cJSON *json, const char *key, const char *expected)
{
    assert_string_equal(get(json, NULL, key)->valuestring, expected);
}

static void assert_near(double value, double expected, double epsilon)
{
    if (!(fabs(value - expected) <= epsilon))
        fail_msg("%.17g instead of %.17g", value, expected);
}

static void plx_compare__verdicts(void **state)
{
    static const struct {
        double a, b;
        const char *word;
        enum plx_verdict verdict;
        double ratio;
    } cases[] = {
        {2.5, 2.5, "same", PLX_VERDICT_SAME, 1.0},
        {2.5, 2.5000000000000004, "worse", PLX_VERDICT_WORSE, 1.0000000000000004},
        {2.5, 2.25, "better", PLX_VERDICT_BETTER, 0.7788007830714049},
        {2.5, 3.5, "worse", PLX_VERDICT_WORSE, 2.718281828459045},
        {1000.5, 1000, "better", PLX_VERDICT_BETTER, 0.6065306597126334}, /* of perplexities beyond doubles */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double nats[2][TOKENS];
        fill(nats[0], cases[i].a);
        fill(nats[1], cases[i].b);
        const struct small_result a = plain(nats[0]), b = plain(nats[1]);
        cJSON *json = compare(&a, &b, cases[i].verdict);
        assert_word(json, "comparable", "tokens");
        assert_word(json, "verdict", cases[i].word);
        assert_near(get(json, "difference", "perplexity_ratio")->valuedouble, cases[i].ratio, 1e-15);
        assert_int_equal(cJSON_GetArraySize(get(json, NULL, "differences")), 0);
        assert_int_equal(cJSON_GetArraySize(get(json, NULL, "warnings")), 0);
        cJSON_Delete(json);
    }
}

/* 49 tokens cost half a nat more, 49 half a nat less: sqrt(0.25 / 99) is the standard error of the mean of
   each, 0.07106690545187015 that of the difference, of which 1.96 are 0.139289. */
static void plx_compare__noise(void **state)
{
    static const struct {
        double shift, p;
        enum plx_verdict verdict;
    } cases[] = {{0.125, 0.07859349120710249, PLX_VERDICT_NOISE},
                 {-0.125, 0.07859349120710249, PLX_VERDICT_NOISE},
                 {0.25, 0.0004351208042636385, PLX_VERDICT_WORSE},
                 {-0.25, 0.0004351208042636385, PLX_VERDICT_BETTER}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double nats[2][TOKENS];
        for (size_t k = 0; k < TOKENS; k++) {
            nats[0][k] = k == 98 ? 3 : k % 2 ? 3.5 : 2.5;
            nats[1][k] = nats[0][k] + cases[i].shift;
        }
        const struct small_result a = plain(nats[0]), b = plain(nats[1]);
        cJSON *json = compare(&a, &b, cases[i].verdict);
        const cJSON *interval = get(json, "test", "interval95_nats");
        assert_string_equal(get(json, "test", "pairing")->valuestring, "none");
        assert_string_equal(get(json, "test", "drawn")->valuestring, "nothing");
        assert_near(get(json, "test", "standard_error_nats")->valuedouble, 0.07106690545187015, 1e-15);
        assert_near(cJSON_GetArrayItem(interval, 0)->valuedouble, cases[i].shift - 0.13928857517837873,
                    1e-14);
        assert_near(cJSON_GetArrayItem(interval, 1)->valuedouble, cases[i].shift + 0.13928857517837873,
                    1e-14);
        assert_near(get(json, "test", "p_value")->valuedouble, cases[i].p, 1e-14);
        cJSON_Delete(json);
    }
}

static void plx_compare__not_finite(void **state)
{
    double numbers[TOKENS], infinities[TOKENS];
    (void)state;
    fill(numbers, 1);
    fill(infinities, 1);
    infinities[7] = infinities[8] = (double)INFINITY;
    const struct small_result finite = plain(numbers), infinite = plain(infinities);
    struct small_result none = plain(numbers);
    none.nats_per_token = "\"nan\"";
    const struct {
        const struct small_result *a, *b;
        const char *difference, *ratio, *reason;
        enum plx_verdict verdict;
    } cases[] = {
        {&infinite, &infinite, "nan", "nan", "tokens without probability are 2 in BASE and 2 in NEW",
         PLX_VERDICT_UNDEFINED},
        {&none, &finite, "nan", "nan", "one of the results says nothing", PLX_VERDICT_UNDEFINED},
        {&finite, &none, "nan", "nan", "one of the results says nothing", PLX_VERDICT_UNDEFINED},
        {&finite, &infinite, "inf", "inf", "NEW is infinite: it gives no probability to 2 of",
         PLX_VERDICT_WORSE},
        {&infinite, &finite, "-inf", NULL, "BASE is infinite: it gives no probability to 2 of",
         PLX_VERDICT_BETTER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cJSON *json = compare(cases[i].a, cases[i].b, cases[i].verdict);
        const cJSON *ratio = get(json, "difference", "perplexity_ratio");
        assert_string_equal(get(json, "difference", "nats_per_token")->valuestring, cases[i].difference);
        if (cases[i].ratio)
            assert_string_equal(ratio->valuestring, cases[i].ratio);
        else
            assert_near(ratio->valuedouble, 0, 0);
        assert_non_null(strstr(get(json, NULL, "reason")->valuestring, cases[i].reason));
        if (cases[i].a != &none && cases[i].b != &none)
            assert_null(get(json, "test", "p_value"));
        cJSON_Delete(json);
    }
}

static void plx_compare__fields_that_differ(void **state)
{
    double nats[TOKENS];
    (void)state;
    fill(nats, 2.5);
    struct small_result a = plain(nats), b = plain(nats);
    a.protocol = "\"window\": 8";
    b.protocol = "\"window\": 16, \"new_field\": \"x\"";
    b.skipped = "\"tail\": 2";
    b.text = "joined";
    b.sha256 = "cd";
    b.unknown = 4;
    cJSON *json = compare(&a, &b, PLX_VERDICT_INCOMPARABLE);
    const cJSON *differences = get(json, NULL, "differences");
    static const struct {
        const char *field, *a, *b, *effect;
    } expected[] = {{"corpus.sha256", "\"ab\"", "\"cd\"", "another text: "},
                    {"corpus.text", "\"original\"", "\"joined\"", "counted in another text"},
                    {"counts.skipped.tail", NULL, "2", "other positions are left out"},
                    {"protocol.window", "8", "16", "a larger window gives every token more context"},
                    {"protocol.new_field", NULL, "\"x\"", "does not know"}};
    const int count = sizeof expected / sizeof *expected;
    assert_int_equal(cJSON_GetArraySize(differences), count);
    for (int i = 0; i < count; i++) {
        const cJSON *item = cJSON_GetArrayItem(differences, i);
        const char *const values[] = {expected[i].a, expected[i].b};
        assert_string_equal(cJSON_GetObjectItem(item, "field")->valuestring, expected[i].field);
        assert_non_null(strstr(cJSON_GetObjectItem(item, "effect")->valuestring, expected[i].effect));
        for (int k = 0; k < 2; k++) {
            char *text = cJSON_PrintUnformatted(cJSON_GetObjectItem(item, k ? "new" : "base"));
            if (values[k])
                assert_string_equal(text, values[k]);
            else
                assert_null(text);
            cJSON_free(text);
        }
    }
    assert_word(json, "comparable", "nothing");
    assert_word(json, "verdict", "incomparable");
    assert_int_equal(cJSON_GetArraySize(get(json, NULL, "difference")), 0);
    assert_null(get(json, NULL, "test"));
    assert_int_equal(cJSON_GetArraySize(get(json, NULL, "warnings")), 0);
    cJSON_Delete(json);
}

/* Figures per byte are of what is scored: skipping what is hard must not make them better. */
static void plx_compare__text_that_is_left_out(void **state)
{
    static const struct {
        size_t tokens, bytes;
        const char *skipped, *comparable, *field;
    } cases[] = {
        {90, 900, "\"unknown\": 2", "text", NULL}, /* another tokenization */
        {90, 909, "\"unknown\": 2", "text", NULL},
        {90, 910, "\"unknown\": 2", "nothing", "counts.scored_bytes"},
        {90, 900, "\"unknown\": 3", "nothing", "counts.skipped.unknown"},
        {90, 450, "\"unknown\": 2, \"no_context\": 9", "nothing", "counts.scored_bytes"},
        {100, 900, "\"unknown\": 2", "tokens", NULL},
        {100, 300, "\"unknown\": 2", "nothing", "counts.scored_bytes"}, /* as many, but others */
    };
    double nats[TOKENS];
    (void)state;
    fill(nats, 2.5);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct small_result a = plain(nats), b = plain(nats);
        a.skipped = "\"unknown\": 2";
        b.tokens = cases[i].tokens;
        b.bytes = cases[i].bytes;
        b.skipped = cases[i].skipped;
        const bool all = strcmp(cases[i].comparable, "tokens") == 0;
        cJSON *json = compare(&a, &b, all ? PLX_VERDICT_SAME : PLX_VERDICT_INCOMPARABLE);
        assert_word(json, "comparable", cases[i].comparable);
        if (cases[i].field) {
            const cJSON *differences = get(json, NULL, "differences");
            bool found = false;
            for (const cJSON *item = differences->child; item; item = item->next)
                found |= strcmp(cJSON_GetObjectItem(item, "field")->valuestring, cases[i].field) == 0;
            assert_true(found);
            assert_word(json, "reason", "the results leave out different parts of the text");
        }
        cJSON_Delete(json);
    }
}

/* Fields that make a difference only beside others. */
static void plx_compare__fields_that_make_no_difference(void **state)
{
    static const struct {
        const char *a, *b, *comparable;
    } cases[] = {
        {"\"unit\": \"line\", \"pages\": \"none\"", "\"unit\": \"line\", \"pages\": \"heading\"", "tokens"},
        {"\"unit\": \"stream\", \"pages\": \"none\"", "\"unit\": \"stream\", \"pages\": \"article\"",
         "tokens"},
        {"\"unit\": \"stream\", \"pages\": \"none\"", "\"unit\": \"line\", \"pages\": \"article\"", "text"},
        {"\"unit\": \"document\", \"pages\": \"none\"", "\"unit\": \"document\", \"pages\": \"article\"",
         "nothing"},
        {"\"pages\": \"none\"", "\"pages\": \"article\"", "nothing"},
        {"\"control_words\": \"refuse\"", "\"control_words\": \"score\"", "tokens"},
        {"\"control_words\": \"word\"", "\"control_words\": \"refuse\"", "tokens"},
        {"\"control_words\": \"word\"", "\"control_words\": \"score\"", "nothing"},
    };
    double nats[TOKENS];
    (void)state;
    fill(nats, 2.5);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct small_result a = plain(nats), b = plain(nats);
        a.protocol = cases[i].a;
        b.protocol = cases[i].b;
        const bool all = strcmp(cases[i].comparable, "tokens") == 0;
        cJSON *json = compare(&a, &b, all ? PLX_VERDICT_SAME : PLX_VERDICT_INCOMPARABLE);
        assert_word(json, "comparable", cases[i].comparable);
        assert_int_equal(cJSON_GetArraySize(get(json, NULL, "differences")) == 0, all);
        cJSON_Delete(json);
    }
}

static void plx_compare__doubts(void **state)
{
    static const char *const codes[] = {"unknown-tokens", "scored-text", "average"};
    double nats[TOKENS];
    (void)state;
    fill(nats, 2.5);
    struct small_result a = plain(nats), b = plain(nats);
    a.protocol = b.protocol = "\"average\": \"window\"";
    b.unknown = 4;
    b.bytes = 901;
    cJSON *json = compare(&a, &b, PLX_VERDICT_SAME);
    const cJSON *warnings = get(json, NULL, "warnings");
    assert_int_equal(cJSON_GetArraySize(warnings), 3);
    for (int i = 0; i < 3; i++)
        assert_string_equal(cJSON_GetObjectItem(cJSON_GetArrayItem(warnings, i), "code")->valuestring,
                            codes[i]);
    assert_non_null(strstr(cJSON_GetObjectItem(cJSON_GetArrayItem(warnings, 0), "message")->valuestring,
                           "3 unknown tokens and NEW 4"));
    cJSON_Delete(json);

    /* As many unknown tokens, which may be others; none cannot. */
    b = plain(nats);
    b.vocabulary = "ef";
    a = plain(nats);
    json = compare(&a, &b, PLX_VERDICT_SAME);
    assert_string_equal(
        cJSON_GetObjectItem(cJSON_GetArrayItem(get(json, NULL, "warnings"), 0), "code")->valuestring,
        "vocabulary");
    cJSON_Delete(json);
    a.unknown = b.unknown = 0;
    json = compare(&a, &b, PLX_VERDICT_SAME);
    assert_int_equal(cJSON_GetArraySize(get(json, NULL, "warnings")), 0);
    cJSON_Delete(json);
}

/* What the protocol averages goes down, the mean over tokens up. */
static void plx_compare__averages_that_disagree(void **state)
{
    double nats[2][TOKENS];
    (void)state;
    fill(nats[0], 2.5);
    fill(nats[1], 2.75);
    struct small_result a = plain(nats[0]), b = plain(nats[1]);
    a.protocol = b.protocol = "\"average\": \"unit\"";
    b.nats_per_token = "2.25";
    cJSON *json = compare(&a, &b, PLX_VERDICT_NOISE);
    assert_non_null(strstr(get(json, NULL, "reason")->valuestring, "opposite directions"));
    assert_near(get(json, "test", "difference_nats")->valuedouble, 0.25, 0);
    cJSON_Delete(json);
}

static void plx_compare__several(void **state)
{
    double nats[3][TOKENS];
    char paths[3][SMALL_PATH] = {"", "", ""};
    const char *news[] = {paths[0], paths[1], paths[2]};
    struct plx_comparison *comparison;
    struct plx_error error;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        fill(nats[i], 2 + (double)i);
        const struct small_result result = plain(nats[i]);
        small_result_write(&result, paths[i]);
    }
    assert_int_equal(plx_compare(paths[1], news, 3, NULL, &comparison, &error), PLX_OK);
    assert_int_equal(plx_comparison_count(comparison), 3);
    assert_int_equal(plx_comparison_verdict(comparison, 0), PLX_VERDICT_BETTER);
    assert_int_equal(plx_comparison_verdict(comparison, 1), PLX_VERDICT_SAME);
    assert_int_equal(plx_comparison_verdict(comparison, 2), PLX_VERDICT_WORSE);
    plx_comparison_free(comparison);
    for (size_t i = 0; i < 3; i++)
        unlink(paths[i]);
}

static void plx_compare__not_a_result(void **state)
{
    double nats[TOKENS];
    char paths[2][SMALL_PATH] = {"", ""};
    struct plx_error error;
    struct plx_comparison *comparison;
    (void)state;
    fill(nats, 2.5);
    const struct small_result good = plain(nats);
    struct small_result bad = plain(nats);
    bad.nats_per_token = "[]";
    small_result_write(&good, paths[0]);
    small_result_write(&bad, paths[1]);
    for (int order = 0; order < 2; order++) {
        const char *news[] = {paths[!order]};
        comparison = (struct plx_comparison *)&error;
        assert_int_equal(plx_compare(paths[order], news, 1, NULL, &comparison, &error), PLX_MALFORMED);
        assert_null(comparison);
        assert_string_equal(error.input, paths[1]);
        assert_non_null(strstr(error.message, "$.nats_per_token"));
    }
    unlink(paths[1]);
    const char *news[] = {paths[1]};
    assert_int_equal(plx_compare(paths[0], news, 1, NULL, &comparison, &error), PLX_IO);
    unlink(paths[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_compare__verdicts),
        cmocka_unit_test(plx_compare__noise),
        cmocka_unit_test(plx_compare__not_finite),
        cmocka_unit_test(plx_compare__fields_that_differ),
        cmocka_unit_test(plx_compare__text_that_is_left_out),
        cmocka_unit_test(plx_compare__fields_that_make_no_difference),
        cmocka_unit_test(plx_compare__doubts),
        cmocka_unit_test(plx_compare__averages_that_disagree),
        cmocka_unit_test(plx_compare__several),
        cmocka_unit_test(plx_compare__not_a_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Comparisons of small results written by hand; those of real ones are in tests/cli/compare.sh. Ratios by
   Python. */
#include <perplex/compare.h>
#include <perplex/result.h>

#include "support/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct fields {
    const char *nats, *perplexity, *sha256, *text, *protocol, *unknown, *bytes;
};

static const struct fields PLAIN = {"2.5", "12.25", "ab", "original", "\"window\": 8", "3", "900"};

static void write_result(const struct fields *f, char path[64])
{
    strcpy(path, "/tmp/perplex-compare-XXXXXX");
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    FILE *file = fdopen(descriptor, "wb");
    assert_non_null(file);
    fprintf(
        file,
        "{\"schema\": \"perplex.result/1\", \"complete\": true, \"nats_per_token\": %s,"
        " \"bits_per_token\": %s, \"perplexity\": %s, \"normalized\": {\"bits_per_byte\": 0.5,"
        " \"bits_per_character\": 0.5, \"bits_per_word\": 3}, \"counts\": {\"tokens\": 100, \"scored\": 99,"
        " \"scored_bytes\": %s}, \"unknown\": {\"tokens\": %s}, \"protocol\": {\"name\": \"n\", %s},"
        " \"corpus\": {\"format\": \"text\", \"tokenization\": \"word\", \"text\": \"%s\", \"sha256\": "
        "\"%s\"},"
        " \"runtime\": {\"inputs\": {\"model\": \"m/a.arpa\", \"corpus\": \"c/t.txt\"}}}",
        f->nats, f->nats, f->perplexity, f->bytes, f->unknown, f->protocol, f->text, f->sha256);
    assert_int_equal(fclose(file), 0);
}

static cJSON *read_schema(void)
{
    const char *folder = getenv("SOURCE_DIR");
    char path[512], text[32768];
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
static cJSON *compare(const struct fields *base, const struct fields *new, enum plx_verdict expected)
{
    char paths[2][64], problem[512], *text;
    const char *news[] = {paths[1]};
    size_t length;
    struct plx_error error;
    struct plx_comparison *comparison;
    write_result(base, paths[0]);
    write_result(new, paths[1]);
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

static void plx_compare__verdicts(void **state)
{
    static const struct {
        const char *a, *b, *word;
        enum plx_verdict verdict;
        double ratio;
    } cases[] = {
        {"2.5", "2.5", "same", PLX_VERDICT_SAME, 1.0},
        {"2.5", "2.5000000000000004", "worse", PLX_VERDICT_WORSE, 1.0000000000000004},
        {"2.5", "2.25", "better", PLX_VERDICT_BETTER, 0.7788007830714049},
        {"2.5", "3.5", "worse", PLX_VERDICT_WORSE, 2.718281828459045},
        {"1000.5", "1000", "better", PLX_VERDICT_BETTER,
         0.6065306597126334}, /* of perplexities beyond doubles */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fields a = PLAIN, b = PLAIN;
        a.nats = cases[i].a;
        b.nats = cases[i].b;
        cJSON *json = compare(&a, &b, cases[i].verdict);
        assert_word(json, "comparable", "tokens");
        assert_word(json, "verdict", cases[i].word);
        assert_float_equal(get(json, "difference", "perplexity_ratio")->valuedouble, cases[i].ratio, 1e-15);
        assert_int_equal(cJSON_GetArraySize(get(json, NULL, "differences")), 0);
        assert_int_equal(cJSON_GetArraySize(get(json, NULL, "warnings")), 0);
        cJSON_Delete(json);
    }
}

static void plx_compare__not_finite(void **state)
{
    static const struct {
        const char *a, *b, *difference, *ratio;
        enum plx_verdict verdict;
    } cases[] = {
        {"\"inf\"", "\"inf\"", "nan", "nan", PLX_VERDICT_UNDEFINED},
        {"\"nan\"", "1", "nan", "nan", PLX_VERDICT_UNDEFINED},
        {"1", "\"nan\"", "nan", "nan", PLX_VERDICT_UNDEFINED},
        {"1", "\"inf\"", "inf", "inf", PLX_VERDICT_WORSE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fields a = PLAIN, b = PLAIN;
        a.nats = cases[i].a;
        b.nats = cases[i].b;
        cJSON *json = compare(&a, &b, cases[i].verdict);
        assert_string_equal(get(json, "difference", "nats_per_token")->valuestring, cases[i].difference);
        assert_string_equal(get(json, "difference", "perplexity_ratio")->valuestring, cases[i].ratio);
        cJSON_Delete(json);
    }
    struct fields a = PLAIN;
    a.nats = "\"inf\"";
    cJSON *json = compare(&a, &PLAIN, PLX_VERDICT_BETTER);
    assert_string_equal(get(json, "difference", "nats_per_token")->valuestring, "-inf");
    assert_float_equal(get(json, "difference", "perplexity_ratio")->valuedouble, 0, 0);
    cJSON_Delete(json);
}

static void plx_compare__fields_that_differ(void **state)
{
    struct fields b = PLAIN;
    (void)state;
    b.protocol = "\"window\": 16, \"new_field\": \"x\"";
    b.text = "joined";
    b.sha256 = "cd";
    b.unknown = "4";
    cJSON *json = compare(&PLAIN, &b, PLX_VERDICT_INCOMPARABLE);
    const cJSON *differences = get(json, NULL, "differences");
    static const struct {
        const char *field, *a, *b;
    } expected[] = {{"corpus.sha256", "\"ab\"", "\"cd\""},
                    {"corpus.text", "\"original\"", "\"joined\""},
                    {"protocol.window", "8", "16"},
                    {"protocol.new_field", NULL, "\"x\""}};
    assert_int_equal(cJSON_GetArraySize(differences), 4);
    for (int i = 0; i < 4; i++) {
        const cJSON *item = cJSON_GetArrayItem(differences, i);
        const char *const values[] = {expected[i].a, expected[i].b};
        assert_string_equal(cJSON_GetObjectItem(item, "field")->valuestring, expected[i].field);
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
    assert_int_equal(cJSON_GetArraySize(get(json, NULL, "warnings")), 0);
    cJSON_Delete(json);
}

static void plx_compare__doubts(void **state)
{
    struct fields b = PLAIN;
    (void)state;
    b.unknown = "4";
    b.bytes = "901";
    cJSON *json = compare(&PLAIN, &b, PLX_VERDICT_SAME);
    const cJSON *warnings = get(json, NULL, "warnings");
    assert_int_equal(cJSON_GetArraySize(warnings), 2);
    const cJSON *first = cJSON_GetArrayItem(warnings, 0), *second = cJSON_GetArrayItem(warnings, 1);
    assert_string_equal(cJSON_GetObjectItem(first, "code")->valuestring, "unknown-tokens");
    assert_non_null(strstr(cJSON_GetObjectItem(first, "message")->valuestring, "3 unknown tokens and NEW 4"));
    assert_string_equal(cJSON_GetObjectItem(second, "code")->valuestring, "scored-text");
    cJSON_Delete(json);
}

static void plx_compare__not_a_result(void **state)
{
    struct fields b = PLAIN;
    char paths[2][64];
    struct plx_error error;
    (void)state;
    b.unknown = "-1";
    write_result(&PLAIN, paths[0]);
    write_result(&b, paths[1]);
    for (int order = 0; order < 2; order++) {
        const char *news[] = {paths[!order]};
        struct plx_comparison *comparison = (struct plx_comparison *)&error;
        assert_int_equal(plx_compare(paths[order], news, 1, NULL, &comparison, &error), PLX_MALFORMED);
        assert_null(comparison);
        assert_string_equal(error.input, paths[1]);
        assert_non_null(strstr(error.message, "$.unknown.tokens"));
    }
    unlink(paths[1]);
    const char *news[] = {paths[1]};
    struct plx_comparison *comparison;
    assert_int_equal(plx_compare(paths[0], news, 1, NULL, &comparison, &error), PLX_IO);
    unlink(paths[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_compare__verdicts),           cmocka_unit_test(plx_compare__not_finite),
        cmocka_unit_test(plx_compare__fields_that_differ), cmocka_unit_test(plx_compare__doubts),
        cmocka_unit_test(plx_compare__not_a_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

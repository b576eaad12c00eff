/* Descriptions of neural models: what they say, what it makes of the weights beside them, and every mistake
   with its place. */
#include "model/neural.h"

#include "support/fixtures.h"
#include "support/folder.h"
#include "support/safetensors_file.h"
#include "support/schema.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct plx_neural_model *inside(const struct plx_model *model)
{
    return (const struct plx_neural_model *)(const void *)model;
}

/* NumPy 1.24 in float64, by the formula in neural.h: the newest embedding first, hardtanh, <s> <s> <s> before
   the first token. */
static void plx_model_format_described__scores(void **state)
{
    static const uint32_t IDS[] = {2, 3, 4, 0, 4, 1};
    static const double NATS[] = {0.5331042082605264, 2.6706584670719034, 5.826817734071053,
                                  2.11596811643982,   2.379745912427597,  4.7459121947058645};
    double nats[6];
    struct plx_error error;
    (void)state;
    char *path = fixture_path("models/described/model.json");
    struct plx_model *model = fixture_open(path);
    struct plx_session *session = plx_session_new(model, &error);
    const struct plx_window window = {IDS, 0, 6, 0};
    assert_int_equal(plx_session_score(session, &window, 1, &(struct plx_scores){nats, NULL, NULL}, &error),
                     PLX_OK);
    for (size_t i = 0; i < 6; i++)
        assert_true(fabs(nats[i] - NATS[i]) < 1e-12 * (1 + NATS[i]));
    plx_session_free(session);
    plx_model_close(model);
    free(path);
}

static void plx_model_format_described__info(void **state)
{
    size_t count;
    (void)state;
    char *path = fixture_path("models/described/model.json");
    struct plx_model *model = fixture_open(path);
    const struct plx_model_info *info = plx_model_info(model);
    const struct plx_warning *warnings = plx_model_warnings(model, &count);
    assert_string_equal(info->format, "described");
    assert_string_equal(info->architecture, "feed-forward");
    assert_int_equal(info->order, 4);
    assert_int_equal(info->vocabulary, 6);
    assert_int_equal(info->start, 5);
    assert_int_equal(inside(model)->outputs, 5);
    assert_int_equal(inside(model)->layer_count, 2);
    assert_int_equal(inside(model)->padding, 5);
    assert_true(inside(model)->newest_first);
    assert_string_equal(inside(model)->direct->name, "short");
    assert_int_equal(count, 1); /* "steps" is named nowhere */
    assert_string_equal(warnings[0].code, "unused-tensor");
    /* cat model.json weights.safetensors | sha256sum */
    assert_string_equal(info->sha256, "28a7d7bd3f4e6f039677b4186640183b605ec0e3befbe4f2f9b83b1c07d03218");
    /* sha256sum words.vocab.txt */
    assert_string_equal(info->vocabulary_sha256,
                        "9896667dc6c0b840c91e2f2734452f2282575bef41bc9887272d8800a1b61ddb");
    plx_model_close(model);
    free(path);
}

/* A table [2, 2] of zeros under the name "t", and one [3] under "x", with metadata of their own. */
static void write_weights(void)
{
    static const uint8_t zeros[28];
    const struct safetensors_file file =
        safetensors_file("{\"__metadata__\":{\"perplex.order\":\"2\",\"perplex.end_id\":\"1\"},"
                         "\"t\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]},"
                         "\"x\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[16,28]}}",
                         zeros, sizeof zeros);
    file_write(folder_path("w.safetensors"), file.bytes, file.size);
    free(file.bytes);
}

static enum plx_status open_text(const char *text, struct plx_model **model, struct plx_error *error)
{
    const struct plx_model_options options = {.format = "described"};
    write_weights();
    file_write(folder_path("d.json"), text, strlen(text));
    return plx_model_open(folder_path("d.json"), &options, model, error);
}

#define TABLE "\"weights\":\"w.safetensors\",\"tensors\":{\"logits\":\"t\"}"

/* What the description does not say, the metadata may; where both say something, it goes before. */
static void plx_model_format_described__goes_before_metadata(void **state)
{
    struct plx_model *model;
    struct plx_error error;
    (void)state;
    if (open_text("{" TABLE ",\"format\":\"safetensors\"}", &model, &error))
        fail_msg("%s", error.message);
    assert_string_equal(plx_model_info(model)->architecture, "table");
    assert_int_equal(plx_model_info(model)->end, 1);
    plx_model_close(model);
    assert_int_equal(open_text("{" TABLE ",\"end_id\":0}", &model, &error), PLX_OK);
    assert_int_equal(plx_model_info(model)->end, 0);
    plx_model_close(model);
}

static void plx_model_format_described__mistakes(void **state)
{
    static const struct {
        const char *text;
        enum plx_status status;
        const char *words, *input;
    } cases[] = {
        {"[]", PLX_MALFORMED, "$: an object is expected", "d.json"},
        {"{", PLX_MALFORMED, "", "d.json"},
        {"{\"tensors\":{}}", PLX_MALFORMED, "$.weights: the file of the weights is not named", "d.json"},
        {"{" TABLE ",\"colour\":1}", PLX_MALFORMED, "$.colour: there is no such member", "d.json"},
        {"{" TABLE ",\"order\":\"2\"}", PLX_MALFORMED, "$.order: expected a number, found a string",
         "d.json"},
        {"{" TABLE ",\"order\":2.5}", PLX_MALFORMED, "$.order: expected an integer", "d.json"},
        {"{" TABLE ",\"order\":-1}", PLX_MALFORMED, "$.order: expected an integer", "d.json"},
        {"{" TABLE ",\"architecture\":\"table\",\"order\":3}", PLX_MALFORMED,
         "$.order is 3, but the tensor t F32 [2, 2] is for 1 preceding token", "d.json"},
        {"{" TABLE ",\"architecture\":\"rnn\"}", PLX_MALFORMED, "$.architecture is \"rnn\"", "d.json"},
        {"{" TABLE ",\"activation\":7}", PLX_MALFORMED, "$.activation: expected a string, found a number",
         "d.json"},
        {"{" TABLE ",\"padding\":true}", PLX_MALFORMED,
         "$.padding: expected a string or a number, found true or false", "d.json"},
        {"{" TABLE ",\"end_id\":2}", PLX_MALFORMED, "$.end_id is \"2\", but ids are 0 to 1", "d.json"},
        {"{" TABLE ",\"schema\":\"perplex.model/2\"}", PLX_MALFORMED,
         "$.schema: \"perplex.model/2\" is not \"perplex.model/1\"", "d.json"},
        {"{" TABLE ",\"format\":\"arpa\"}", PLX_MALFORMED, "$.format: \"arpa\" is no format of weights",
         "d.json"},
        {"{" TABLE ",\"format\":\"npz\"}", PLX_MALFORMED, "", "w.safetensors"},
        {"{\"weights\":\"\"}", PLX_MALFORMED, "$.weights: the name of a file is expected", "d.json"},
        {"{\"weights\":\"absent\"}", PLX_MALFORMED, "$.weights: the file /tmp/", "d.json"},
        {"{\"weights\":\".\"}", PLX_MALFORMED, "/. is not there", "d.json"},
        {"{\"weights\":\"d.json\"}", PLX_UNSUPPORTED, "no file of weights", "d.json"},
        {"{" TABLE ",\"vocabulary\":\"absent\"}", PLX_MALFORMED, "absent is not there", "d.json"},
        {"{\"weights\":\"w.safetensors\",\"tensors\":[]}", PLX_MALFORMED,
         "$.tensors: expected an object, found an array", "d.json"},
        {"{\"weights\":\"w.safetensors\",\"tensors\":{\"logit\":\"t\"}}", PLX_MALFORMED,
         "$.tensors.logit: there is no such role", "d.json"},
        {"{\"weights\":\"w.safetensors\",\"tensors\":{\"logits\":1}}", PLX_MALFORMED,
         "$.tensors.logits: expected a string, the name of a tensor, found a number", "d.json"},
        {"{\"weights\":\"w.safetensors\",\"tensors\":{\"logits\":\"T\"}}", PLX_MALFORMED,
         "$.tensors.logits: there is no tensor \"T\"; the tensors are t F32 [2, 2], x F32 [3]", "d.json"},
        {"{\"weights\":\"w.safetensors\",\"tensors\":{\"embed.weight\":\"t\",\"out.bias\":\"x\"}}",
         PLX_MALFORMED, "tensor x F32 [3] should be [2]", "w.safetensors"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plx_model *model;
        struct plx_error error;
        const enum plx_status found = open_text(cases[i].text, &model, &error);
        if (found != cases[i].status || !strstr(error.message, cases[i].words))
            fail_msg("%s: %s, \"%s\"", cases[i].text, plx_status_name(found), found ? error.message : "");
        assert_null(model);
        assert_string_equal(path_name(error.input), cases[i].input);
    }
}

/* V = 2: embeddings of one number, and one weight w that every hidden layer has. */
static void write_shared(void)
{
    static const float weights[] = {1, 0, 2};
    const struct safetensors_file file =
        safetensors_file("{\"e\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]},"
                         "\"w\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[8,12]}}",
                         weights, sizeof weights);
    file_write(folder_path("s.safetensors"), file.bytes, file.size);
    free(file.bytes);
}

static enum plx_status open_shared(const char *layers, struct plx_model **model, struct plx_error *error)
{
    char text[512];
    snprintf(text, sizeof text,
             "{\"weights\":\"s.safetensors\",\"architecture\":\"ffn\",\"activation\":\"identity\","
             "\"tensors\":{\"embed.weight\":\"e\",\"out.weight\":\"e\",%s}}",
             layers);
    write_shared();
    return open_text(text, model, error);
}

/* Layers may be more than tensors: after k of them the logits behind token 0 are 2^k and 0. */
static void plx_model_format_described__layers_that_share_a_tensor(void **state)
{
    static const uint32_t IDS[] = {0, 1};
    const struct plx_window window = {IDS, 1, 2, 0};
    struct plx_model *model;
    struct plx_error error;
    char layers[256] = "";
    double nats;
    (void)state;
    for (unsigned k = 1; k <= 5; k++) {
        snprintf(layers + strlen(layers), sizeof layers - strlen(layers), "%s\"hidden.%u.weight\":\"w\"",
                 k > 1 ? "," : "", k - 1);
        if (open_shared(layers, &model, &error))
            fail_msg("%s", error.message);
        assert_int_equal(inside(model)->layer_count, k);
        struct plx_session *session = plx_session_new(model, &error);
        assert_int_equal(
            plx_session_score(session, &window, 1, &(struct plx_scores){&nats, NULL, NULL}, &error), PLX_OK);
        const double logit = (double)(1U << k);
        assert_true(fabs(nats - (logit + log1p(exp(-logit)))) < 1e-12 * logit);
        plx_session_free(session);
        plx_model_close(model);
    }
}

static void plx_model_format_described__roles_that_are_not_used(void **state)
{
    static const struct {
        const char *layers, *words;
    } cases[] = {
        {"\"hidden.0.weight\":\"w\",\"hidden.2.weight\":\"w\"",
         "$.tensors[\"hidden.2.weight\"]: there is hidden.2.weight, but no hidden.1.weight"},
        {"\"hidden.0.weight\":\"w\",\"hidden.3.bias\":\"w\"",
         "$.tensors[\"hidden.3.bias\"]: there is hidden.3.bias, but no hidden.1.weight"},
        {"\"hidden.weight\":\"w\",\"hidden.1.weight\":\"w\"",
         "$.tensors[\"hidden.1.weight\"]: both hidden.weight and hidden.1.weight"},
        {"\"hidden.0.weight\":\"w\",\"logits\":\"e\"",
         "$.tensors.logits: there is logits, but the model is feed-forward"},
    };
    struct plx_model *model;
    struct plx_error error;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(open_shared(cases[i].layers, &model, &error), PLX_MALFORMED);
        if (!strstr(error.message, cases[i].words))
            fail_msg("%s", error.message);
        assert_string_equal(path_name(error.input), "d.json");
    }
}

/* Weights have a folder; a stream has none. */
static void plx_model_format_described__from_a_stream(void **state)
{
    static const char text[] = "{" TABLE "}";
    struct plx_model *model;
    struct plx_error error;
    (void)state;
    assert_int_equal(model_open_bytes(text, sizeof text - 1, "-", NULL, &model, &error), PLX_UNSUPPORTED);
    assert_non_null(strstr(error.message, "from a file only"));
}

static void plx_model_format_described__probe(void **state)
{
    extern const struct plx_model_format plx_model_format_described;
    static const struct {
        const char *text;
        enum plx_probe sure;
    } cases[] = {{"{" TABLE "}", PLX_PROBE_CONTENT},
                 {" {\n \"schema\": \"perplex.model/1\", \"weights\": \"a\"}", PLX_PROBE_CONTENT},
                 {"{\"schema\":\"perplex.result/1\"}", PLX_PROBE_NO},
                 {"{\"text\":\"x\",\"weights\":\"a\"}", PLX_PROBE_NO},
                 {"{\"weights", PLX_PROBE_NO},
                 {"{", PLX_PROBE_NO},
                 {"", PLX_PROBE_NO}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(
            plx_model_format_described.probe((const uint8_t *)cases[i].text, strlen(cases[i].text), "x"),
            cases[i].sure);
}

static cJSON *read_json(char *path)
{
    const struct file_bytes file = file_read(path);
    cJSON *value = cJSON_ParseWithLength((const char *)file.bytes, file.size);
    assert_non_null(value);
    free(file.bytes);
    free(path);
    return value;
}

/* The fixture is valid; what the reader refuses by its form is not. */
static void model_schema__fixture(void **state)
{
    static const char *const invalid[] = {
        "{}",
        "{\"weights\":1}",
        "{" TABLE ",\"colour\":1}",
        "{" TABLE ",\"order\":\"2\"}",
        "{" TABLE ",\"order\":1}",
        "{" TABLE ",\"padding\":true}",
        "{" TABLE ",\"activation\":\"swish\"}",
        "{" TABLE ",\"schema\":\"perplex.model/2\"}",
        "{\"weights\":\"w\",\"tensors\":[]}",
    };
    char problem[512];
    (void)state;
    cJSON *schema = read_json(source_path("configs/schema/model-1.schema.json"));
    cJSON *fixture = read_json(fixture_path("models/described/model.json"));
    if (!schema_check(schema, fixture, problem, sizeof problem))
        fail_msg("%s", problem);
    cJSON_Delete(fixture);
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++) {
        cJSON *value = cJSON_Parse(invalid[i]);
        if (schema_check(schema, value, problem, sizeof problem))
            fail_msg("%s is valid", invalid[i]);
        cJSON_Delete(value);
    }
    cJSON_Delete(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_model_format_described__scores),
        cmocka_unit_test(plx_model_format_described__info),
        cmocka_unit_test_setup_teardown(plx_model_format_described__goes_before_metadata, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(plx_model_format_described__mistakes, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_model_format_described__layers_that_share_a_tensor, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(plx_model_format_described__roles_that_are_not_used, folder_make,
                                        folder_remove),
        cmocka_unit_test(plx_model_format_described__from_a_stream),
        cmocka_unit_test(plx_model_format_described__probe),
        cmocka_unit_test(model_schema__fixture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

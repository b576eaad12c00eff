/* How cells stand as JSON, against its schema; and what results come to. */
#include <perplex/cells.h>
#include <perplex/result.h>

#include "support/fixtures.h"
#include "support/schema.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static cJSON *read_schema(void)
{
    char *path = source_path("configs/schema/run-1.schema.json");
    const struct file_bytes file = file_read(path);
    cJSON *schema = cJSON_ParseWithLength((const char *)file.bytes, file.size);
    assert_non_null(schema);
    free(file.bytes);
    free(path);
    return schema;
}

static const char *text_of(const cJSON *object, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

static void plx_cells_json__every_state(void **state)
{
    static const char KEY[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    static const struct plx_cell cells[] = {
        {.model = "a \"b\"", .corpus = "c", .protocol = "d", .state = PLX_CELL_TO_DO},
        {.model = "m", .corpus = "c", .protocol = "d", .key = KEY, .state = PLX_CELL_RUNNING, .exit_code = 3},
        {"m", "c", "d", KEY, "m.c.d.json", PLX_CELL_DONE, 0, NULL},
        {"m", "c", "d", KEY, "m.c.d.json", PLX_CELL_FAILED, 5, "the perplexity is not finite"}};
    static const char *const names[] = {"to do", "running", "done", "failed"};
    struct plx_error error;
    char *text, problem[512];
    size_t length;
    (void)state;
    assert_int_equal(plx_cells_json("plan.json", KEY, cells, 4, &text, &length, &error), PLX_OK);
    assert_int_equal(strlen(text), length);
    cJSON *schema = read_schema(), *json = cJSON_Parse(text);
    if (!schema_check(schema, json, problem, sizeof problem))
        fail_msg("%s", problem);
    const cJSON *list = cJSON_GetObjectItem(json, "cells");
    assert_int_equal(cJSON_GetArraySize(list), 4);
    for (int i = 0; i < 4; i++) {
        const cJSON *cell = cJSON_GetArrayItem(list, i);
        assert_string_equal(text_of(cell, "state"), names[i]);
        assert_string_equal(plx_cell_state_name((enum plx_cell_state)i), names[i]);
        assert_int_equal(cJSON_HasObjectItem(cell, "exit_code"), i >= 2);
        assert_int_equal(cJSON_HasObjectItem(cell, "error"), i == 3);
    }
    assert_string_equal(text_of(cJSON_GetArrayItem(list, 0), "model"), "a \"b\"");
    assert_string_equal(text_of(cJSON_GetObjectItem(json, "plan"), "sha256"), KEY);
    cJSON_Delete(json);
    cJSON_Delete(schema);
    plx_text_free(text);
}

static enum plx_status headline_of(const char *text, struct plx_headline *headline, struct plx_error *error)
{
    char path[] = "/tmp/perplex-headline-XXXXXX";
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    file_write(path, text, strlen(text));
    const enum plx_status status = plx_result_headline(path, headline, error);
    unlink(path);
    return status;
}

static void plx_result_headline__of_a_result(void **state)
{
    struct plx_headline headline;
    struct plx_error error;
    (void)state;
    assert_int_equal(headline_of("{\"schema\": \"perplex.result/1\", \"complete\": true, \"perplexity\": 4.5,"
                                 " \"nats_per_token\": 1.5, \"counts\": {\"scored\": 7, \"infinite\": 0}}",
                                 &headline, &error),
                     PLX_OK);
    assert_true(headline.perplexity == 4.5 && headline.nats_per_token == 1.5);
    assert_int_equal(headline.scored, 7);
    assert_int_equal(headline.infinite, 0);
    assert_int_equal(
        headline_of("{\"schema\": \"perplex.result/1\", \"complete\": true, \"perplexity\": \"inf\","
                    " \"nats_per_token\": \"inf\", \"counts\": {\"scored\": 7, \"infinite\": 2}}",
                    &headline, &error),
        PLX_OK);
    assert_true(isinf(headline.perplexity) && isinf(headline.nats_per_token));
    assert_int_equal(headline.infinite, 2);
}

static void plx_result_headline__of_none(void **state)
{
    static const char *const texts[] = {
        "",
        "{}",
        "{\"schema\": \"perplex.result/1\"}",
        "{\"schema\": \"perplex.result/1\", \"complete\": false, \"perplexity\": 4.5, \"nats_per_token\": "
        "1.5,"
        " \"counts\": {\"scored\": 7, \"infinite\": 0}}",
        "{\"schema\": \"perplex.result/1\", \"complete\": true, \"perplexity\": null, \"nats_per_token\": "
        "1.5,"
        " \"counts\": {\"scored\": 7, \"infinite\": 0}}",
        "{\"schema\": \"perplex.result/1\", \"complete\": true, \"perplexity\": 4.5, \"nats_per_token\": 1.5,"
        " \"counts\": {\"scored\": 7}}"};
    struct plx_headline headline;
    struct plx_error error;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(headline_of(texts[i], &headline, &error), PLX_MALFORMED);
    assert_int_equal(plx_result_headline("/nowhere.json", &headline, &error), PLX_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_cells_json__every_state),
        cmocka_unit_test(plx_result_headline__of_a_result),
        cmocka_unit_test(plx_result_headline__of_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

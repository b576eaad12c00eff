/* perplex's own scores of every token, fed back as a model, give the same result to the bit: over all fixture
   models that have a distribution. */
#include "support/fixtures.h"
#include "support/folder.h"
#include "support/result_text.h"

#include <perplex/per_token.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Evaluates by the model, and writes what every token costs to the file. */
static struct plx_result *evaluate_and_write(const struct plx_model *model, const struct file_bytes *text,
                                             const struct plx_protocol *protocol, const char *path,
                                             struct plx_error *error)
{
    struct plx_per_token *writer;
    assert_int_equal(plx_per_token_open(path, &writer, error), PLX_OK);
    const struct plx_evaluate_options options = {
        .protocol = protocol, .tokens = plx_per_token_write, .tokens_user = writer};
    struct plx_result *result =
        evaluate_bytes(model, text->bytes, text->size, PLX_TOKENS_WORD, &options, error);
    if (result)
        assert_int_equal(plx_per_token_commit(writer, error), PLX_OK);
    else
        plx_per_token_discard(writer);
    return result;
}

/* The file as a model, under the same protocol; but where that had no context, nobody can answer. */
static void check_fed_back(const struct plx_result *expected, const char *path, const struct file_bytes *text,
                           const struct plx_protocol *protocol, const char *what)
{
    struct plx_model *model = fixture_open(path);
    struct plx_metrics before, after;
    struct plx_protocol same = *protocol;
    struct plx_error error = {0};
    plx_result_metrics(expected, &before);
    same.first = before.skipped > 0 ? PLX_FIRST_SKIP : protocol->first;
    const struct plx_evaluate_options options = {.protocol = &same};
    struct plx_result *result =
        evaluate_bytes(model, text->bytes, text->size, PLX_TOKENS_WORD, &options, &error);
    if (!result) {
        fail_msg("%s: %s", what, error.message);
        return;
    }
    plx_result_metrics(result, &after);
    char *one = result_text(expected), *other = result_text(result);
    cJSON *left = cJSON_Parse(one), *right = cJSON_Parse(other);
    assert_int_equal(memcmp(&before.nats_per_token, &after.nats_per_token, sizeof(double)), 0);
    assert_int_equal(before.tokens, after.tokens);
    assert_int_equal(before.scored, after.scored);
    assert_int_equal(before.infinite, after.infinite);
    for (const char *const *name = (const char *const[]){"sum", "squares", NULL}; *name; name++) {
        char member[64];
        snprintf(member, sizeof member, "accumulators.nats.%s", *name);
        assert_string_equal(result_member(left, member)->valuestring,
                            result_member(right, member)->valuestring);
    }
    assert_true(cJSON_Compare(result_member(left, "normalized"), result_member(right, "normalized"), true));
    cJSON_Delete(left);
    cJSON_Delete(right);
    plx_text_free(one);
    plx_text_free(other);
    plx_result_free(result);
    plx_model_close(model);
}

/* Under every preset without windows and unknown words that are left out. */
static size_t check_own(const char *model_path, const char *name)
{
    char *text_path = fixture_text(model_path);
    const struct file_bytes text = file_read(text_path);
    struct plx_model *model = fixture_open(model_path);
    const struct plx_protocol *preset;
    size_t checked = 0;
    for (size_t i = 0; (preset = plx_protocol_preset(i)) != NULL; i++) {
        struct plx_error error = {0};
        char what[256];
        if (preset->window || preset->unknown != PLX_UNKNOWN_UNK || plx_protocol_wants_letters(preset))
            continue;
        snprintf(what, sizeof what, "%s, %s, %s", fixture_name(model_path), preset->name, name);
        struct plx_result *result = evaluate_and_write(model, &text, preset, folder_path(name), &error);
        if (!result) {
            assert_int_equal(error.status, PLX_MISMATCH); /* no end symbol */
            continue;
        }
        check_fed_back(result, folder_path(name), &text, preset, what);
        plx_result_free(result);
        checked++;
    }
    plx_model_close(model);
    free(text.bytes);
    free(text_path);
    return checked;
}

static void plx_evaluate__of_its_own_scores_is_the_same_to_the_bit(void **state)
{
    (void)state;
    struct fixtures fixtures = fixtures_distributions();
    for (size_t i = 0; i < fixtures.count; i++) {
        assert_true(check_own(fixtures.paths[i], "scores.npy") > 0);
        assert_true(check_own(fixtures.paths[i], "scores.npy.gz") > 0);
    }
    fixtures_free(&fixtures);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plx_evaluate__of_its_own_scores_is_the_same_to_the_bit, folder_make,
                                        folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Texts whose tokens a model makes itself: what they are, and what of the text is theirs, by hand. The model
   makes tokens of two bytes. */
#include "eval/block_server.h"

#include "support/fixtures.h"
#include "support/inputs.h"
#include "support/remote_model.h"
#include "support/result_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* 29 bytes, 28 characters, 7 words, 6 lines. */
static const char TEXT[] = "ab c\n\n  d\xC3\xA9 e f\r\ngggggggg\n \nh";

static struct plx_model *local, *model;

static int open_models(void **state)
{
    (void)state;
    local = inputs_bare_model(7);
    model = remote_model(local, &(struct remote_settings){.context_length = 1000, .tokenizes = true});
    return 0;
}

static int close_models(void **state)
{
    (void)state;
    plx_model_close(model);
    plx_model_close(local);
    return 0;
}

/* What is seen of the tokens: their spellings with "|" behind each, "/" where a unit begins. */
struct seen {
    char text[200];
    size_t length;
    uint64_t unit;
};

static enum plx_status see(void *user, const struct plx_token_score *tokens, size_t count,
                           struct plx_error *error)
{
    struct seen *seen = user;
    (void)error;
    for (size_t i = 0; i < count; i++) {
        if (tokens[i].unit != seen->unit)
            seen->text[seen->length++] = '/';
        seen->unit = tokens[i].unit;
        memcpy(seen->text + seen->length, tokens[i].token.text ? tokens[i].token.text : "",
               tokens[i].token.length);
        seen->length += tokens[i].token.length;
        seen->text[seen->length++] = '|';
    }
    return PLX_OK;
}

static cJSON *evaluate(const char *fields, struct seen *seen)
{
    const struct plx_protocol protocol = inputs_protocol(fields);
    const struct plx_evaluate_options options = {.protocol = &protocol, .tokens = see, .tokens_user = seen};
    struct plx_error error;
    *seen = (struct seen){0};
    struct plx_result *result = evaluate_bytes(model, TEXT, strlen(TEXT), PLX_TOKENS_WORD, &options, &error);
    if (!result)
        fail_msg("%s", error.message);
    return result_tree(result);
}

/* Whatever the tokens are, they are the whole text. */
static void check_counts(const cJSON *json, uint64_t tokens)
{
    assert_string_equal(cJSON_GetStringValue(result_member(json, "corpus.tokenization")), "model");
    assert_string_equal(cJSON_GetStringValue(result_member(json, "corpus.text")), "original");
    assert_int_equal(result_count(json, "counts.tokens"), tokens);
    assert_int_equal(strlen(TEXT), 29);
    assert_int_equal(result_count(json, "counts.bytes"), 29);
    assert_int_equal(result_count(json, "counts.characters"), strlen(TEXT) - 1);
    assert_int_equal(result_count(json, "counts.words"), 7);
    assert_int_equal(result_count(json, "counts.lines"), 6);
    assert_int_equal(result_count(json, "counts.scored_bytes"), strlen(TEXT));
    assert_int_equal(result_count(json, "counts.scored_characters"), strlen(TEXT) - 1);
    assert_int_equal(result_count(json, "counts.scored_words"), 7);
}

static void plx_block_ask_tokens__of_documents(void **state)
{
    struct seen seen;
    (void)state;
    cJSON *json = evaluate("lm-eval-api start=context:3", &seen);
    assert_string_equal(seen.text, "ab| c|\n\n|  |d\xC3|\xA9 |e |f\r|\ng|gg|gg|gg|g\n| \n|h|");
    check_counts(json, 15);
    cJSON_Delete(json);
}

static void plx_block_ask_tokens__of_lines(void **state)
{
    struct seen seen;
    (void)state;
    cJSON *json = evaluate("sentence start=context:3 end=none", &seen);
    assert_string_equal(seen.text, "ab| c|/  |d\xC3|\xA9 |e |f|/gg|gg|gg|gg|/ |/h|");
    check_counts(json, 13);
    cJSON_Delete(json);
    json = evaluate("sentence start=context:3 end=scored:5", &seen);
    assert_string_equal(seen.text, "ab| c||/|/  |d\xC3|\xA9 |e |f||/gg|gg|gg|gg||/ ||/h||");
    check_counts(json, 19);
    cJSON_Delete(json);
}

static void plx_block_ask_tokens__of_streams(void **state)
{
    struct seen seen;
    (void)state;
    cJSON *json = evaluate("wikitext-eos start=context:3 end=scored:5", &seen);
    assert_string_equal(seen.text, "ab| c|||  |d\xC3|\xA9 |e |f||gg|gg|gg|gg|| ||h||");
    check_counts(json, 19);
    cJSON_Delete(json);
}

/* Of seven tokens alike each costs ln 7, whatever it stands for. */
static void plx_block_ask_tokens__gives_bits_per_byte(void **state)
{
    struct seen seen;
    (void)state;
    cJSON *json = evaluate("lm-eval-api start=context:3", &seen);
    const double bits = 15 * 2.807354922057604 / (double)strlen(TEXT); /* log2 7 */
    assert_true(result_number(json, "normalized.bits_per_byte") > bits - 1e-6);
    assert_true(result_number(json, "normalized.bits_per_byte") < bits + 1e-6);
    cJSON_Delete(json);
}

static void plx_block_ask_tokens__refuses_what_is_no_text(void **state)
{
    (void)state;
    const struct plx_protocol protocol = inputs_protocol("exact start=none");
    const struct plx_evaluate_options options = {.protocol = &protocol};
    struct plx_error error;
    assert_null(evaluate_bytes(model, "a\nb\xFF\n", 5, PLX_TOKENS_WORD, &options, &error));
    assert_int_equal(error.status, PLX_MALFORMED);
    assert_int_equal(error.line, 2);
    assert_null(evaluate_bytes(model, "ab", 2, PLX_TOKENS_BYTE, &options, &error));
    assert_int_equal(error.status, PLX_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_block_ask_tokens__of_documents),
        cmocka_unit_test(plx_block_ask_tokens__of_lines),
        cmocka_unit_test(plx_block_ask_tokens__of_streams),
        cmocka_unit_test(plx_block_ask_tokens__gives_bits_per_byte),
        cmocka_unit_test(plx_block_ask_tokens__refuses_what_is_no_text),
    };
    return cmocka_run_group_tests(tests, open_models, close_models);
}

/* Requests for completions and their answers. Expected values are computed by hand from the numbers of
   served_arpa, times ln 10. */
#include "serve/completions_request.h"
#include "support/served.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LN_10 2.302585092994045684

static struct plx_model *model;
static struct plx_served served;

static int open_model(void **state)
{
    (void)state;
    model = served_open(served_arpa, PLX_TOKENS_WORD, &served);
    return 0;
}

static int close_model(void **state)
{
    (void)state;
    served_close(model, &served);
    return 0;
}

static void check_text(const cJSON *value, const char *path, const char *expected)
{
    const cJSON *found = served_at(value, path);
    assert_true(cJSON_IsString(found));
    assert_string_equal(found->valuestring, expected);
}

static void check_number(const cJSON *value, const char *path, double expected)
{
    const cJSON *found = served_at(value, path);
    assert_true(cJSON_IsNumber(found));
    if (!(fabs(found->valuedouble - expected) <= 1e-12))
        fail_msg("%s is %.17g instead of %.17g", path, found->valuedouble, expected);
}

static void check_compact(const cJSON *value, const char *path, const char *expected)
{
    char *text = cJSON_PrintUnformatted(served_at(value, path));
    assert_string_equal(text, expected);
    free(text);
}

/* p(a | <s>), p(b | a), p(</s> | b), p(é | </s>), p(<unk> | é). */
static void completions__of_ids(void **state)
{
    (void)state;
    cJSON *value = served_complete(
        &served, "{\"prompt\": [1,3,4, 2,5,-1], \"echo\": true, \"max_tokens\": 0, \"logprobs\": 0}", 200);
    check_text(value, "object", "text_completion");
    check_text(value, "model", "m");
    check_text(value, "choices.0.text", "<s> a b\n\xc3\xa9 <unk>");
    check_compact(value, "choices.0.logprobs.tokens",
                  "[\"<s>\",\" a\",\" b\",\"\\n\",\"\xc3\xa9\",\" <unk>\"]");
    check_compact(value, "choices.0.logprobs.text_offset", "[0,3,5,7,8,9]");
    check_compact(value, "choices.0.prompt_token_ids", "[1,3,4,2,5,-1]");
    check_compact(value, "choices.0.logprobs.top_logprobs", "null");
    check_compact(value, "usage", "{\"prompt_tokens\":6,\"completion_tokens\":0,\"total_tokens\":6}");
    check_text(value, "choices.0.finish_reason", "length");
    assert_true(cJSON_IsNull(served_at(value, "choices.0.logprobs.token_logprobs.0")));
    check_number(value, "choices.0.logprobs.token_logprobs.1", -0.125 * LN_10);
    check_number(value, "choices.0.logprobs.token_logprobs.2", -0.25 * LN_10);
    check_number(value, "choices.0.logprobs.token_logprobs.3", -0.5 * LN_10);
    check_number(value, "choices.0.logprobs.token_logprobs.4", -1.5 * LN_10);
    /* what has no id has no probability */
    check_compact(value, "choices.0.logprobs.token_logprobs.5", "-9999");
    cJSON_Delete(value);
}

/* The same as text; words that are not known have the unknown symbol's probability, and their own text. */
static void completions__of_texts(void **state)
{
    (void)state;
    cJSON *value =
        served_complete(&served,
                        "{\"model\": \"m\", \"prompt\": [\"a  b\\n\\u00e9 zz \", \"\", \"b\"], "
                        "\"echo\": true, \"max_tokens\": 0, \"logprobs\": 0, \"user\": {\"x\": [1]}}",
                        200);
    check_text(value, "choices.0.text", "a  b\n\xc3\xa9 zz ");
    check_compact(value, "choices.0.prompt_token_ids", "[3,4,2,5,0]");
    check_compact(value, "choices.0.logprobs.tokens", "[\"a\",\"  b\",\"\\n\",\"\xc3\xa9\",\" zz \"]");
    check_compact(value, "choices.0.logprobs.text_offset", "[0,1,4,5,6]");
    check_number(value, "choices.0.logprobs.token_logprobs.4", -1 * LN_10);
    check_number(value, "choices.1.index", 1);
    check_compact(value, "choices.1.logprobs.tokens", "[]");
    check_compact(value, "choices.2.logprobs.token_logprobs", "[null]");
    cJSON_Delete(value);
}

/* After "a": b −0.25, a −0.25−0.375, </s> −0.25−0.5, <unk> −1.25, é −1.75; the start symbol is no outcome.
   After "b": a −0.375, </s> −0.5. */
static void completions__the_most_probable(void **state)
{
    (void)state;
    cJSON *value =
        served_complete(&served,
                        "{\"prompt\": \"a\", \"echo\": true, \"max_tokens\": 3, \"temperature\": 0, "
                        "\"logprobs\": 2}",
                        200);
    check_text(value, "choices.0.text", "a b a b");
    check_compact(value, "choices.0.prompt_token_ids", "[3]");
    check_number(value, "usage.completion_tokens", 3);
    check_number(value, "choices.0.logprobs.token_logprobs.1", -0.25 * LN_10);
    check_number(value, "choices.0.logprobs.token_logprobs.2", -0.375 * LN_10);
    assert_true(cJSON_IsNull(served_at(value, "choices.0.logprobs.top_logprobs.0")));
    check_number(value, "choices.0.logprobs.top_logprobs.1. b", -0.25 * LN_10);
    check_number(value, "choices.0.logprobs.top_logprobs.1. a", -0.625 * LN_10);
    check_number(value, "choices.0.logprobs.top_logprobs.2.\n", -0.5 * LN_10);
    assert_int_equal(cJSON_GetArraySize(served_at(value, "choices.0.logprobs.top_logprobs.1")), 2);
    cJSON_Delete(value);
}

/* What is in the prompt is among the alternatives, with the same number to the last digit. */
static void completions__alternatives_of_the_prompt(void **state)
{
    (void)state;
    cJSON *value = served_complete(
        &served, "{\"prompt\": [3,5], \"echo\": true, \"max_tokens\": 0, \"logprobs\": 1}", 200);
    check_number(value, "choices.0.logprobs.top_logprobs.1. b", -0.25 * LN_10);
    check_number(value, "choices.0.logprobs.top_logprobs.1. \xc3\xa9", -1.75 * LN_10);
    assert_true(served_at(value, "choices.0.logprobs.top_logprobs.1. \xc3\xa9")->valuedouble ==
                served_at(value, "choices.0.logprobs.token_logprobs.1")->valuedouble);
    cJSON_Delete(value);
}

/* Blanks behind a prompt are its own: what is made behind them is not, and tokens join to the text. */
static void completions__behind_blanks(void **state)
{
    (void)state;
    cJSON *value = served_complete(
        &served, "{\"prompt\": [\"a  \", \" \"], \"max_tokens\": 1, \"temperature\": 0, \"logprobs\": 1}",
        200);
    check_text(value, "choices.0.text", "b");
    check_compact(value, "choices.0.logprobs.tokens", "[\"b\"]");
    check_compact(value, "choices.0.logprobs.text_offset", "[0]");
    check_number(value, "choices.0.logprobs.top_logprobs.0.b", -0.25 * LN_10);
    check_text(value, "choices.1.text", "a");
    check_compact(value, "choices.1.logprobs.tokens", "[\"a\"]");
    cJSON_Delete(value);
    value = served_complete(&served,
                            "{\"prompt\": [\"a  \", \" \"], \"max_tokens\": 1, \"temperature\": 0, "
                            "\"logprobs\": 0, \"echo\": true}",
                            200);
    check_text(value, "choices.0.text", "a  b");
    check_compact(value, "choices.0.logprobs.tokens", "[\"a  \",\"b\"]");
    check_compact(value, "choices.0.logprobs.text_offset", "[0,3]");
    check_text(value, "choices.1.text", " a");
    check_compact(value, "choices.1.logprobs.text_offset", "[1]");
    cJSON_Delete(value);
}

/* A token with a NUL is shown whole, as one of other bytes that no text has. */
static void completions__of_nul(void **state)
{
    (void)state;
    cJSON *value = served_complete(&served,
                                   "{\"prompt\": \"a\\u0000 b\", \"max_tokens\": 0, \"logprobs\": 1, "
                                   "\"echo\": true}",
                                   200);
    check_compact(value, "choices.0.logprobs.tokens", "[\"bytes:\\\\x61\\\\x00\",\" b\"]");
    cJSON_Delete(value);
}

/* What a request may have, and how much of the memory it gets. */
static void completions__limits(void **state)
{
    enum { PROMPTS = PLX_PROMPTS_MOST };
    char *body = malloc(4 * PROMPTS + 100), *at = body;
    struct plx_completions_request request;
    struct plx_reply reply;
    (void)state;
    assert_non_null(body);
    at += sprintf(at, "{\"max_tokens\": 0, \"prompt\": [[1]");
    for (size_t i = 1; i < PROMPTS; i++)
        at += sprintf(at, ",[1]");
    strcpy(at, "]}");
    plx_reply_init(&reply);
    assert_true(plx_completions_request_read(&request, &served, body, strlen(body), &reply));
    assert_int_equal(request.list.count, PROMPTS);
    assert_in_range(request.list.prompts[PROMPTS - 1].capacity, 1, 16);
    plx_completions_request_release(&request);
    strcpy(at, ",[1]]}");
    cJSON *value = served_complete(&served, body, 400);
    check_text(value, "error.message", "there are more than 2048 prompts");
    cJSON_Delete(value);
    free(body);
    value = served_complete(&served, "{\"prompt\": [[1],[1],[1],[1],[1],[1],[1],[1]], \"max_tokens\": 65536}",
                            400);
    check_text(value, "error.message",
               "the request has more than 524288 tokens, with those that are to be made");
    cJSON_Delete(value);
}

static void completions__stops(void **state)
{
    (void)state;
    cJSON *value =
        served_complete(&served,
                        "{\"prompt\": [3], \"max_tokens\": 9, \"temperature\": 0, \"logprobs\": 0, "
                        "\"stop\": [\"zz\", \" a\"]}",
                        200);
    check_text(value, "choices.0.text", " b");
    check_text(value, "choices.0.finish_reason", "stop");
    check_compact(value, "choices.0.logprobs.tokens", "[\" b\"]");
    check_compact(value, "choices.0.logprobs.text_offset", "[0]");
    cJSON_Delete(value);
}

/* The same seed draws the same; in 2000 draws after "b" the share of a is 10^-0.375 = 0.42 of what is left
   without the start symbol: a 0.4217, </s> 0.3162, b 0.1778, <unk> 0.1, é 0.0316, together 1.0473. */
static void completions__drawn(void **state)
{
    (void)state;
    char body[160];
    unsigned drawn = 0;
    for (unsigned seed = 0; seed < 2000; seed++) {
        snprintf(body, sizeof body, "{\"prompt\": [4], \"max_tokens\": 1, \"temperature\": 1, \"seed\": %u}",
                 seed);
        cJSON *value = served_complete(&served, body, 200);
        drawn += strcmp(served_at(value, "choices.0.text")->valuestring, " a") == 0;
        if (seed == 7) {
            cJSON *again = served_complete(&served, body, 200);
            assert_string_equal(served_at(again, "choices.0.text")->valuestring,
                                served_at(value, "choices.0.text")->valuestring);
            cJSON_Delete(again);
        }
        cJSON_Delete(value);
    }
    /* 805 expected; five standard deviations are 110 */
    assert_in_range(drawn, 695, 915);
}

/* As OpenAI's client and lm-evaluation-harness send them, with what they leave at its default. */
static void completions__of_clients(void **state)
{
    static const char *const bodies[] = {
        "{\"model\":\"m\",\"prompt\":[[1,3,4]],\"temperature\":0,\"max_tokens\":1,\"logprobs\":1,\"seed\":"
        "1234,"
        "\"echo\":true}",
        "{\"prompt\":[\"a "
        "b\"],\"model\":\"m\",\"max_tokens\":1,\"temperature\":0,\"stop\":[\"\\n\\n\",\"</s>\"],"
        "\"seed\":1234}",
        "{\"model\":\"m\",\"prompt\":\"a\",\"max_tokens\":1,\"n\":1,\"best_of\":1,\"stream\":false,\"logit_"
        "bias\":{},"
        "\"presence_penalty\":0.0,\"frequency_penalty\":0,\"suffix\":null,\"top_p\":1.0,\"stop\":null,"
        "\"logprobs\":null,\"seed\":null,\"user\":\"u\"}",
        "{\"model\":\"m\",\"prompt\":[1],\"max_tokens\":1,\"seed\":-1}",
        "{\"prompt\":[1],\"max_tokens\":1,\"top_k\":-1,\"min_p\":0.0,\"repetition_penalty\":1.0,\"min_"
        "tokens\":0,"
        "\"ignore_eos\":false,\"prompt_logprobs\":null}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        cJSON_Delete(served_complete(&served, bodies[i], 200));
}

static void completions__refused(void **state)
{
    static const struct {
        const char *body;
        unsigned code;
        const char *message;
    } cases[] = {
        {"", 400, "must be a JSON object"},
        {"[1]", 400, "must be a JSON object"},
        {"{}", 400, "prompt is missing"},
        {"{\"prompt\": [1,2}", 400, "',' or ']' is expected, at byte 15"},
        {"{\"prompt\": [1]} x", 400, "no usable JSON"},
        {"{\"prompt\": \"\xff\"}", 400, "not UTF-8"},
        {"{\"prompt\": []}", 400, "empty array"},
        {"{\"prompt\": [1, \"a\"]}", 400, "mixes"},
        {"{\"prompt\": [\"a\", 1]}", 400, "mixes"},
        {"{\"prompt\": [[1], 2]}", 400, "mixes"},
        {"{\"prompt\": 5}", 400, "a string or an array"},
        {"{\"prompt\": [1, 6]}", 400, "token 1 of prompt 0 is 6"},
        {"{\"prompt\": [[1], [2, 99, 1, 1, 1, 1, 1, 1]]}", 400, "token 1 of prompt 1 is 99"},
        {"{\"prompt\": [-2]}", 400, "is -2"},
        {"{\"prompt\": [1.5]}", 400, "is 1.5"},
        {"{\"prompt\": [4294967295]}", 400, "is 4294967295"},
        {"{\"prompt\": [1], \"prompt\": [1]}", 400, "twice"},
        {"{\"prompt\": [1], \"model\": \"other\"}", 404, "there is no model \"other\" here: it is \"m\""},
        {"{\"prompt\": [1], \"model\": 1}", 400, "model must be a string"},
        {"{\"prompt\": [1], \"n\": 2}", 400, "n other than 1"},
        {"{\"prompt\": [1], \"best_of\": 3}", 400, "best_of other than 1"},
        {"{\"prompt\": [1], \"top_p\": 0.5}", 400, "top_p other than 1"},
        {"{\"prompt\": [1], \"stream\": true}", 400, "stream is not supported"},
        {"{\"prompt\": [1], \"suffix\": \"x\"}", 400, "suffix is not supported"},
        {"{\"prompt\": [1], \"logit_bias\": {\"1\": 2}}", 400, "logit_bias is not supported"},
        {"{\"prompt\": [1], \"presence_penalty\": 0.5}", 400, "presence_penalty is not supported"},
        {"{\"prompt\": [1], \"logprobs\": 6}", 400, "logprobs must be a whole number from 0 to 5, not 6"},
        {"{\"prompt\": [1], \"logprobs\": true}", 400, "logprobs must be a number"},
        {"{\"prompt\": [1], \"max_tokens\": -1}", 400, "max_tokens must be"},
        {"{\"prompt\": [1], \"max_tokens\": 1000000}", 400, "max_tokens must be"},
        {"{\"prompt\": [1], \"temperature\": -1}", 400, "temperature must be"},
        {"{\"prompt\": [1], \"echo\": 1}", 400, "echo must be true or false"},
        {"{\"prompt\": [1], \"stop\": [\"\"]}", 400, "stop is empty"},
        {"{\"prompt\": [1], \"seed\": \"x\"}", 400, "seed must be a number"},
        {"{\"prompt\": [1], \"seed\":", 400, "seed must be a number"},
        {"{\"prompt\": [1], \"seed\": - 5}", 400, "no usable JSON"},
        {"{\"prompt\": [1], \"seed\": -9223372036854775808}", 400, "not -9223372036854775808"},
        {"{\"prompt\": [1], \"top_k\": 5}", 400, "top_k other than 0 or -1"},
        {"{\"prompt\": [1], \"min_p\": 0.1}", 400, "min_p is not supported"},
        {"{\"prompt\": [1], \"repetition_penalty\": 1.2}", 400, "repetition_penalty other than 1"},
        {"{\"prompt\": [1], \"prompt_logprobs\": 1}", 400, "this is perplex serve"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cJSON *value = served_complete(&served, cases[i].body, cases[i].code);
        const char *message = served_at(value, "error.message")->valuestring;
        if (!strstr(message, cases[i].message))
            fail_msg("%s: \"%s\" instead of \"%s\"", cases[i].body, message, cases[i].message);
        check_text(value, "error.type", "invalid_request_error");
        cJSON_Delete(value);
    }
}

/* Longer than what is scored at a time: every token costs what it does in a short prompt. */
static void completions__of_a_long_prompt(void **state)
{
    enum { PAIRS = 5000 };
    char *body = malloc(PAIRS * 4 + 100), *at = body;
    (void)state;
    assert_non_null(body);
    at += sprintf(at, "{\"echo\": true, \"max_tokens\": 0, \"logprobs\": 0, \"prompt\": [3");
    for (size_t i = 0; i < PAIRS; i++)
        at += sprintf(at, ",4,3");
    strcpy(at, "]}");
    cJSON *value = served_complete(&served, body, 200);
    const cJSON *costs = served_at(value, "choices.0.logprobs.token_logprobs");
    const cJSON *each = costs->child->next;
    assert_int_equal(cJSON_GetArraySize(costs), 2 * PAIRS + 1);
    for (size_t i = 0; each; each = each->next, i++)
        assert_true(fabs(each->valuedouble - (i % 2 ? -0.375 : -0.25) * LN_10) <= 1e-12);
    cJSON_Delete(value);
    free(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(completions__of_ids),
        cmocka_unit_test(completions__of_texts),
        cmocka_unit_test(completions__the_most_probable),
        cmocka_unit_test(completions__alternatives_of_the_prompt),
        cmocka_unit_test(completions__behind_blanks),
        cmocka_unit_test(completions__of_nul),
        cmocka_unit_test(completions__limits),
        cmocka_unit_test(completions__stops),
        cmocka_unit_test(completions__drawn),
        cmocka_unit_test(completions__of_clients),
        cmocka_unit_test(completions__refused),
        cmocka_unit_test(completions__of_a_long_prompt),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}

/* Requests of all dialects, and answers, sound and spoilt. The sound ones are in tests/data/endpoints, in the
   form in which the servers write them: openai.json by the API reference ("Create completion", with echo and
   logprobs), vllm.json by vllm/entrypoints/openai/completion/protocol.py and an answer of vLLM 0.8, tgi.json
   by router/src/lib.rs of text-generation-inference (GenerateResponse, PrefillToken), sglang.json by an
   answer that is quoted in sgl-project/sglang-jax#13. All have the same numbers for the same four tokens. */
#include "model/endpoint.h"
#include "support/fixtures.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint32_t IDS[] = {791, 8415, 7731, 389};
static const struct plx_sent_prompt PROMPT = {.ids = IDS, .count = 4};
static const double LOGS[] = {-9.125, -4.5, -0.75};

static const struct plx_dialect *const DIALECTS[] = {&plx_dialect_openai, &plx_dialect_vllm, &plx_dialect_tgi,
                                                     &plx_dialect_sglang};

static struct file_bytes sound(const struct plx_dialect *dialect)
{
    char name[64];
    snprintf(name, sizeof name, "endpoints/%s.json", dialect->name);
    char *path = fixture_path(name);
    struct file_bytes bytes = file_read(path);
    free(path);
    return bytes;
}

/* Reads and checks; copies into memory of just the size, so that reading beyond it is seen. */
static enum plx_status read_text(const struct plx_dialect *dialect, const struct plx_sent_prompt *prompts,
                                 size_t count, unsigned generated, const char *text, size_t size,
                                 struct plx_answer *answer, struct plx_error *error)
{
    char *copy = malloc(size ? size : 1);
    memcpy(copy, text, size);
    enum plx_status status = plx_answer_init(answer, prompts, count, generated, copy, size, error);
    if (status == PLX_OK)
        status = dialect->read(answer, error);
    if (status == PLX_OK)
        status = plx_answer_check(answer, error);
    free(copy);
    return status;
}

static void read__every_dialect(void **state)
{
    (void)state;
    for (size_t d = 0; d < 4; d++) {
        struct file_bytes bytes = sound(DIALECTS[d]);
        struct plx_answer answer;
        struct plx_error error;
        if (read_text(DIALECTS[d], &PROMPT, 1, 0, (char *)bytes.bytes, bytes.size, &answer, &error))
            fail_msg("%s: %s", DIALECTS[d]->name, error.message);
        assert_true(isnan(answer.came[0].logs[0]));
        for (size_t i = 0; i < 3; i++)
            assert_true(answer.came[0].logs[i + 1] == LOGS[i]);
        assert_int_equal(answer.came[0].has_ids, d != 0);
        plx_answer_release(&answer);
        free(bytes.bytes);
    }
}

/* Every beginning of an answer is refused, without reading behind it; every byte replaced is refused or gives
   finite numbers that are no positive logarithms. */
static void read__cut_and_spoilt(void **state)
{
    (void)state;
    static const char other[] = "\0\"9-x]},:[{n";
    for (size_t d = 0; d < 4; d++) {
        struct file_bytes bytes = sound(DIALECTS[d]);
        struct plx_answer answer;
        struct plx_error error;
        while (bytes.size > 0 && bytes.bytes[bytes.size - 1] <= ' ')
            bytes.size--;
        for (size_t size = 0; size < bytes.size; size++) {
            assert_int_equal(
                read_text(DIALECTS[d], &PROMPT, 1, 0, (char *)bytes.bytes, size, &answer, &error),
                PLX_MISMATCH);
            plx_answer_release(&answer);
        }
        for (size_t i = 0; i < bytes.size; i++) {
            const uint8_t kept = bytes.bytes[i];
            for (size_t k = 0; k < sizeof other - 1; k++) {
                bytes.bytes[i] = (uint8_t)other[k];
                const enum plx_status status =
                    read_text(DIALECTS[d], &PROMPT, 1, 0, (char *)bytes.bytes, bytes.size, &answer, &error);
                assert_true(status == PLX_OK || status == PLX_MISMATCH);
                for (size_t t = 1; status == PLX_OK && t < 4; t++)
                    assert_true(answer.came[0].logs[t] <= 0);
                plx_answer_release(&answer);
            }
            bytes.bytes[i] = kept;
        }
        free(bytes.bytes);
    }
}

/* What comes in the place of a part of the sound answer; and what is said then. NULL: it is taken. */
struct change {
    const struct plx_dialect *dialect;
    const char *from, *to, *message;
};

static void check_change(const struct change *change)
{
    struct file_bytes bytes = sound(change->dialect);
    struct plx_answer answer;
    struct plx_error error;
    char text[4096], shown[1400];
    bytes.bytes[bytes.size - 1] = '\0'; /* the newline */
    char *at = strstr((char *)bytes.bytes, change->from);
    assert_non_null(at);
    const int size = snprintf(text, sizeof text, "%.*s%s%s", (int)(at - (char *)bytes.bytes), bytes.bytes,
                              change->to, at + strlen(change->from));
    const enum plx_status status =
        read_text(change->dialect, &PROMPT, 1, 0, text, (size_t)size, &answer, &error);
    if (!change->message && status)
        fail_msg("%s is refused: %s", change->to, error.message);
    if (!change->message) /* all that is taken but one is zero probability */
        assert_true(strcmp(change->to, "-0.0") == 0 ? answer.came[0].logs[2] == 0
                                                    : isinf(answer.came[0].logs[2]));
    if (change->message && !status)
        fail_msg("%s in the place of %s is taken", change->to, change->from);
    if (change->message && !strstr(error.message, change->message))
        fail_msg("%s in the place of %s: %s", change->to, change->from, error.message);
    if (change->message) {
        plx_error_format(&error, shown, sizeof shown);
        assert_non_null(strstr(shown, "the server answered"));
    }
    plx_answer_release(&answer);
    free(bytes.bytes);
}

static void read__changed_answers(void **state)
{
    (void)state;
    static const struct change changes[] = {
        {&plx_dialect_openai, "-4.5", "null", "null in place of log-probability 3"},
        {&plx_dialect_openai, "-4.5", "NaN", "NaN in place of log-probability 3"},
        {&plx_dialect_openai, "-4.5", "\"NaN\"", "NaN in place of log-probability 3"},
        {&plx_dialect_openai, "-4.5", "\"-4.5\"", "that is a string"},
        {&plx_dialect_openai, "-4.5", "4.5", "above 0"},
        {&plx_dialect_openai, "-4.5", "Infinity", "above 0"},
        {&plx_dialect_openai, "-4.5", "1e-9", "above 0"},
        {&plx_dialect_openai, "-4.5", "-Infinity", NULL},
        {&plx_dialect_openai, "-4.5", "\"-inf\"", NULL},
        {&plx_dialect_openai, "-4.5", "-9999.0", NULL},
        {&plx_dialect_openai, "-4.5", "-1e999", NULL},
        {&plx_dialect_openai, "-4.5", "-0.0", NULL},
        {&plx_dialect_openai, "-4.5", "-3.4028234663852886e+38",
         "-3.4028234663852886e+38 in place of log-probability 3: no probability"},
        {&plx_dialect_sglang, "-4.5", "-1e19", "-1e19 in place of log-probability 3"},
        {&plx_dialect_openai, "-4.5", "[-4.5]", "not the JSON that is expected"},
        {&plx_dialect_openai, "-4.5", "true", "not the JSON that is expected"},
        {&plx_dialect_openai, "-4.5,", "", "only 3 log-probabilities"},
        {&plx_dialect_openai, "-4.5", "-4.5,-1", "5 log-probabilities (has the server put a start symbol"},
        {&plx_dialect_openai, "[null,-9", "[-9", "only 3 log-probabilities"},
        {&plx_dialect_openai, "[null,-9", "[-0.5,-9", "a log-probability of the first token, -0.5"},
        {&plx_dialect_openai, "\" sat\",", "", "3 token strings, 4 log-probabilities"},
        {&plx_dialect_openai, "\"index\":0", "\"index\":1", "index 1, where 1 prompts were sent"},
        {&plx_dialect_openai, "\"index\":0,", "", "without an index"},
        {&plx_dialect_openai, "\"index\":0", "\"index\":-1", "is no count"},
        {&plx_dialect_openai, "\"token_logprobs\"", "\"content\"", "generated tokens only"},
        {&plx_dialect_openai, "\"token_logprobs\"", "\"other\"", "no \"token_logprobs\""},
        {&plx_dialect_openai, "\"choices\":[", "\"choices\":[],\"x\":[", "no answer"},
        {&plx_dialect_openai, "\"choices\"", "\"choice\"", "without \"choices\""},
        {&plx_dialect_openai, "\"choices\"", "\"detail\":\"no such model\",\"x\"",
         "the server reports an error: no such model"},
        {&plx_dialect_openai, "{\"id\"", "{\"error\":{\"code\":5,\"message\":\"boo\"},\"id\"",
         "the server reports an error: boo"},
        {&plx_dialect_openai, "{\"id\"", "{\"id\":1,\"choices\":[],\"id\"", "\"choices\" twice"},
        {&plx_dialect_openai, "\"prompt_tokens\":4", "\"prompt_tokens\":5", "its prompts had 5"},
        {&plx_dialect_openai, "{\"id\"", "<html>", "not the JSON that is expected: at byte 0"},
        {&plx_dialect_openai, "}}", "}}}", "not the JSON that is expected"},
        {&plx_dialect_vllm, "-4.5", "null", "null in place of log-probability 3"},
        {&plx_dialect_vllm, "-4.5", "-9999.0", NULL},
        {&plx_dialect_vllm, "\"7731\"", "\"7732\"", "log-probability 3 is of token 7732, not of 7731"},
        {&plx_dialect_vllm, "\"1176\"", "\"8415\"", "two log-probabilities of token 2"},
        {&plx_dialect_vllm, "\"1176\"", "\"the\"", "\"the\" is the id of no token"},
        {&plx_dialect_vllm, "[null,{", "[{\"791\":{\"logprob\":-1}},{",
         "a log-probability of the first token"},
        {&plx_dialect_vllm, "\"prompt_logprobs\"", "\"x\"", "no \"prompt_logprobs\""},
        {&plx_dialect_vllm, ",7731,", ",7730,", "token 3 came back as 7730"},
        {&plx_dialect_vllm, "[791,", "[1,791,", "token 1 came back as 1 (has the server put a start symbol"},
        {&plx_dialect_tgi, "-4.5", "null", "null in place of log-probability 3"},
        {&plx_dialect_tgi, "\"id\":7731", "\"id\":7732", "token 3 came back as 7732"},
        {&plx_dialect_tgi, "\"prefill\":[{\"id\":791,\"text\":\"The\",\"logprob\":null},", "\"prefill\":[",
         "only 3 log-probabilities"},
        {&plx_dialect_tgi, "\"details\"", "\"x\"", "no \"details\""},
        {&plx_dialect_tgi, "{\"generated_text\"", "{\"error\":\"Input validation error\",\"x\"",
         "the server reports an error: Input validation error"},
        {&plx_dialect_sglang, "-4.5", "null", "null in place of log-probability 3"},
        {&plx_dialect_sglang, "7731", "7732", "token 3 came back as 7732"},
        {&plx_dialect_sglang, "[-4.5,7731,null],", "", "only 3 log-probabilities"},
        {&plx_dialect_sglang, "\"input_token_logprobs\"", "\"x\"", "no \"input_token_logprobs\""},
        {&plx_dialect_sglang, "\"prompt_tokens\":4", "\"prompt_tokens\":5", "its prompts had 5"},
        {&plx_dialect_sglang, "[{\"text\"", "[{},{\"text\"", "without \"meta_info\""},
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        check_change(changes + i);
}

/* The last one is generated where that was asked for, and only then. */
static void read__generated(void **state)
{
    (void)state;
    static const char text[] = "{\"choices\":[{\"index\":1,\"logprobs\":{\"token_logprobs\":[null,-1,-2]}},"
                               "{\"index\":0,\"logprobs\":{\"token_logprobs\":[null,-3,-4,0.5]}}]}";
    const struct plx_sent_prompt prompts[] = {{.ids = IDS, .count = 3}, {.ids = IDS, .count = 2}};
    struct plx_answer answer;
    struct plx_error error;
    assert_int_equal(read_text(&plx_dialect_openai, prompts, 2, 1, text, strlen(text), &answer, &error),
                     PLX_OK);
    assert_true(answer.came[0].logs[1] == -3 && answer.came[0].logs[2] == -4);
    assert_true(answer.came[1].logs[1] == -1);
    plx_answer_release(&answer);
    assert_int_equal(read_text(&plx_dialect_openai, prompts, 2, 0, text, strlen(text), &answer, &error),
                     PLX_MISMATCH);
    plx_answer_release(&answer);
}

static void check_request(const struct plx_dialect *dialect, const struct plx_sent_prompt *prompts,
                          size_t count, const char *expected)
{
    struct plx_endpoint endpoint = {.name = {.model = (char[]){"a\"b"}}, .generated = 1};
    struct plx_buffer body;
    struct plx_error error;
    plx_buffer_init(&body, 1 << 16);
    assert_int_equal(dialect->write(&endpoint, prompts, count, &body, &error), PLX_OK);
    assert_int_equal(body.size, strlen(expected));
    assert_memory_equal(body.data, expected, body.size);
    plx_buffer_release(&body);
}

static void write__every_dialect(void **state)
{
    (void)state;
    static const uint32_t unknown[] = {4294967294u, PLX_NO_TOKEN, 0};
    const struct plx_sent_prompt ids[] = {PROMPT, {.ids = unknown, .count = 3}};
    const struct plx_sent_prompt text = {.ids = IDS, .count = 4, .text = "a \"\\\n\x01é", .length = 8};
    check_request(
        &plx_dialect_openai, ids, 2,
        "{\"model\":\"a\\\"b\",\"prompt\":[[791,8415,7731,389],[4294967294,-1,0]],\"temperature\":0,"
        "\"max_tokens\":1,\"logprobs\":1,\"echo\":true,\"seed\":1234}");
    check_request(&plx_dialect_openai, &text, 1,
                  "{\"model\":\"a\\\"b\",\"prompt\":[\"a \\\"\\\\\\n\\u0001é\"],\"temperature\":0,"
                  "\"max_tokens\":1,\"logprobs\":1,\"echo\":true,\"seed\":1234}");
    check_request(&plx_dialect_vllm, ids, 1,
                  "{\"model\":\"a\\\"b\",\"prompt\":[[791,8415,7731,389]],\"temperature\":0,\"max_tokens\":1,"
                  "\"prompt_logprobs\":0,\"add_special_tokens\":false,\"return_token_ids\":true,"
                  "\"seed\":1234}");
    check_request(&plx_dialect_tgi, &text, 1,
                  "{\"inputs\":\"a \\\"\\\\\\n\\u0001é\",\"parameters\":{\"max_new_tokens\":1,"
                  "\"details\":true,\"decoder_input_details\":true}}");
    check_request(&plx_dialect_sglang, ids, 1,
                  "{\"input_ids\":[[791,8415,7731,389]],\"sampling_params\":{\"temperature\":0,"
                  "\"max_new_tokens\":0},\"return_logprob\":true,\"logprob_start_len\":0}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read__every_dialect),   cmocka_unit_test(read__cut_and_spoilt),
        cmocka_unit_test(read__changed_answers), cmocka_unit_test(read__generated),
        cmocka_unit_test(write__every_dialect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Models behind endpoints, against a server that shares no code with them, and against the model that the
   server has, opened here. */
#include <perplex/model.h>

#include "model/endpoint.h"
#include "support/fixtures.h"
#include "support/mock_endpoint.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TARGETS 300

static const struct plx_network NETWORK = {.connect_timeout_ms = 2000,
                                           .stall_timeout_ms = 1000,
                                           .total_timeout_ms = 5000,
                                           .tries = 3,
                                           .first_pause_ms = 5};

static struct mock_endpoint *start(const char *fixture, const char *behaviour)
{
    char *path = fixture_path(fixture);
    const struct mock_endpoint_options options = {.model = path, .behaviour = behaviour};
    struct plx_error error;
    struct mock_endpoint *mock = mock_endpoint_start(&options, &error);
    free(path);
    assert_non_null(mock);
    return mock;
}

/* Opens "<format>:mock@http://127.0.0.1:PORT/<path>". */
static enum plx_status open_at(const struct mock_endpoint *mock, const char *format, const char *path,
                               const struct plx_endpoint_options *wishes, const char *vocabulary,
                               struct plx_model **model, struct plx_error *error)
{
    char name[256];
    const struct plx_model_options options = {
        .network = &NETWORK, .endpoint = wishes, .vocabulary = vocabulary};
    snprintf(name, sizeof name, "%s:mock@http://127.0.0.1:%u%s", format, mock_endpoint_port(mock), path);
    return plx_model_open(name, &options, model, error);
}

static void assert_ok(enum plx_status status, const struct plx_error *error)
{
    char text[1200];
    if (status == PLX_OK)
        return;
    plx_error_format(error, text, sizeof text);
    fail_msg("%s", text);
}

/* Windows of several lengths over ids that the model has, with one token of context and with more. */
static size_t make_windows(const struct plx_model *model, uint32_t *ids, struct plx_window *windows)
{
    const uint32_t types = (uint32_t)plx_model_info(model)->vocabulary;
    size_t count = 0;
    for (size_t i = 0; i < TARGETS; i++)
        ids[i] = (uint32_t)((i * i + i / 3) % types);
    for (size_t at = 0, length = 2; at + length < TARGETS; at += length, length = 2 + length * 5 % 29)
        windows[count++] = (struct plx_window){ids + at, 1 + count % (length - 1), length, 0};
    return count;
}

static enum plx_status score(const struct plx_model *model, const struct plx_window *windows, size_t count,
                             double *nats, struct plx_error *error)
{
    const struct plx_scores scores = {.nats = nats};
    struct plx_session *session = plx_session_new(model, error);
    assert_non_null(session);
    const enum plx_status status = plx_session_score(session, windows, count, &scores, error);
    plx_session_free(session);
    return status;
}

static void check_equal(const char *fixture, const char *behaviour, const char *format, const char *dialect,
                        const struct plx_endpoint_options *wishes)
{
    struct mock_endpoint *mock = start(fixture, behaviour);
    char *path = fixture_path(fixture);
    struct plx_model *local = fixture_open(path), *remote;
    struct plx_error error;
    uint32_t ids[TARGETS];
    struct plx_window windows[TARGETS];
    double expected[TARGETS] = {0}, found[TARGETS] = {0};
    assert_ok(open_at(mock, format, "", wishes, NULL, &remote, &error), &error);
    assert_string_equal(plx_model_info(remote)->properties[0].text, dialect);
    const size_t count = make_windows(local, ids, windows);
    assert_ok(score(local, windows, count, expected, &error), &error);
    assert_ok(score(remote, windows, count, found, &error), &error);
    for (size_t i = 0; i < TARGETS; i++) {
        if (isinf(expected[i]))
            assert_true(isinf(found[i]));
        else
            assert_float_equal(found[i], expected[i], 1e-6);
    }
    uint64_t requests = 0, tokens = 0;
    struct plx_endpoint_counts counts;
    remote->class->estimate(remote, windows, count, &requests, &tokens);
    plx_model_endpoint_counts(remote, &counts);
    assert_int_equal(counts.requests, requests);
    assert_int_equal(counts.prompt_tokens, tokens);
    plx_model_close(remote);
    plx_model_close(local);
    mock_endpoint_stop(mock);
    free(path);
}

static void score__as_local_in_every_dialect(void **state)
{
    (void)state;
    const struct plx_endpoint_options few = {.prompts_per_request = 3, .concurrency = 2};
    check_equal("models/almanac.o3.arpa", "openai", "openai", "openai", NULL);
    check_equal("models/almanac.o3.arpa", "openai/refuse-zero", "openai", "openai", &few);
    check_equal("models/almanac.o3.arpa", "vllm", "openai", "vllm", NULL);
    check_equal("models/almanac.o3.arpa", "vllm", "vllm", "vllm", &few);
    check_equal("models/almanac.o3.arpa", "sglang", "openai", "sglang", NULL);
    check_equal("models/tiny.table.safetensors", "openai/one-prompt", "openai", "openai",
                &(struct plx_endpoint_options){.prompts_per_request = 1});
    check_equal("models/tiny.table.safetensors", "vllm/reversed", "openai", "vllm", NULL);
    check_equal("models/tiny.table.safetensors", "sglang", "sglang", "sglang", NULL);
}

static void open__refused(void **state)
{
    (void)state;
    static const struct {
        const char *behaviour, *message;
    } cases[] = {
        {"openai/null-middle", "null in place of log-probability"},
        {"openai/null-all", "null in place of log-probability"},
        {"openai/short", "only "},
        {"openai/long", "log-probabilities"},
        {"openai/generated-only", "no log-probabilities"},
        {"openai/generated-only/refuse-zero", "generated tokens only"},
        {"openai/bos", "start symbol"},
        {"openai/nan", "NaN in place of log-probability"},
        {"openai/nan-string", "NaN in place of log-probability"},
        {"openai/positive", "0.5 in place of log-probability"},
        {"openai/duplicate-index", "two answers of index 0"},
        {"openai/missing-choice", "no answer, of the prompt"},
        {"openai/shuffled", "of the prompt"},
        {"openai/html", "JSON"},
        {"openai/empty", "JSON"},
        {"openai/truncated", ""},
        {"openai/error-200", "the server reports an error"},
        {"openai/jitter", "other log-probabilities when it was asked again"},
        {"llama.cpp", "llama.cpp"},
        {"vllm/null-middle", "null in place of log-probability"},
        {"vllm/other-tokens", "is of token"},
        {"vllm/bos", "log-probability"},
        {"vllm/short", ""},
        {"sglang/other-tokens", "came back as"},
        {"sglang/null-middle", "null in place of log-probability"},
        {"sglang/bos", ""},
        {"tgi/null-middle", "null in place of log-probability"},
        {"tgi/generated-only", "no log-probabilities"},
        {"tgi/other-tokens", "came back as"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mock_endpoint *mock = start("models/almanac.o3.arpa", cases[i].behaviour);
        struct plx_model *model;
        struct plx_error error;
        const enum plx_status status = open_at(mock, "openai", "", NULL, NULL, &model, &error);
        mock_endpoint_stop(mock);
        char text[1200];
        plx_error_format(&error, text, sizeof text);
        if (getenv("SHOW"))
            print_message("%s: %s: %s\n", cases[i].behaviour, plx_status_name(status), text);
        else if (status != PLX_MISMATCH && status != PLX_UNSUPPORTED)
            fail_msg("%s: %s: %s", cases[i].behaviour, plx_status_name(status), text);
        else if (!strstr(error.message, cases[i].message))
            fail_msg("%s: %s", cases[i].behaviour, text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(score__as_local_in_every_dialect),
        cmocka_unit_test(open__refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Models behind endpoints, against a server that shares no code with them, and against the model that the
   server has, opened here. */
#include <perplex/model.h>

#include "base/error.h"
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
    check_equal("models/almanac.o3.arpa", "openai/fail-zero", "openai", "openai", NULL);
    check_equal("models/almanac.o3.arpa", "vllm", "openai", "vllm", NULL);
    check_equal("models/almanac.o3.arpa", "vllm", "vllm", "vllm", &few);
    check_equal("models/almanac.o3.arpa", "sglang", "openai", "sglang", NULL);
    check_equal("models/tiny.table.safetensors", "openai/one-prompt", "openai", "openai",
                &(struct plx_endpoint_options){.prompts_per_request = 1});
    check_equal("models/tiny.table.safetensors", "vllm/reversed", "openai", "vllm", NULL);
    check_equal("models/tiny.table.safetensors", "sglang", "sglang", "sglang", NULL);
}

/* A text as tokens of the server, which are then sent as text again. */
static void check_text(const char *behaviour, const char *format)
{
    static const char text[] =
        "The moon is full . The third of the third month is on the moon , and the moon is new .";
    const struct plx_endpoint_options as_text = {.prompts = PLX_PROMPTS_TEXT};
    struct mock_endpoint *mock = start("models/almanac.o3.arpa", behaviour);
    char *path = fixture_path("models/almanac.o3.arpa");
    struct plx_model *local = fixture_open(path), *remote;
    struct plx_text_tokens tokens = {0};
    struct plx_error error;
    double expected[64], found[64];
    assert_ok(open_at(mock, format, "", &as_text, NULL, &remote, &error), &error);
    assert_string_equal(plx_model_info(remote)->properties[1].text, "text");
    assert_true(plx_model_info(remote)->capabilities & PLX_TOKENIZES);
    assert_ok(remote->class->tokenize(remote, text, strlen(text), &tokens, &error), &error);
    assert_int_equal(tokens.count, 22);
    assert_int_equal(tokens.ends[21], strlen(text));
    const struct plx_window windows[] = {{tokens.ids, 1, 22, 0}, {tokens.ids + 5, 3, 9, 0}};
    assert_ok(score(local, windows, 2, expected, &error), &error);
    assert_ok(score(remote, windows, 2, found, &error), &error);
    for (size_t i = 0; i < 27; i++)
        assert_float_equal(found[i], expected[i], 1e-6);
    free(tokens.ids);
    free(tokens.ends);
    plx_model_close(remote);
    plx_model_close(local);
    mock_endpoint_stop(mock);
    free(path);
}

static void score__prompts_as_text(void **state)
{
    (void)state;
    check_text("vllm", "openai");
    check_text("sglang", "sglang");
    check_text("tgi", "openai");
}

/* A server that puts a start symbol before texts scores what begins with it, and nothing else. */
static void score__start_symbol_is_put(void **state)
{
    (void)state;
    struct mock_endpoint *mock = start("models/almanac.o3.arpa", "tgi/special-tokens");
    struct plx_model *remote;
    struct plx_text_tokens tokens = {0};
    struct plx_error error;
    double nats[8];
    assert_ok(open_at(mock, "openai", "", NULL, NULL, &remote, &error), &error);
    const uint32_t start_id = plx_model_info(remote)->start;
    assert_int_not_equal(start_id, PLX_NO_TOKEN);
    assert_ok(remote->class->tokenize(remote, "the moon is", 11, &tokens, &error), &error);
    assert_int_equal(tokens.count, 3);
    uint32_t ids[4] = {start_id};
    memcpy(ids + 1, tokens.ids, 3 * sizeof *ids);
    const struct plx_window with = {ids, 1, 4, 0}, without = {ids + 1, 1, 3, 0};
    assert_ok(score(remote, &with, 1, nats, &error), &error);
    assert_int_equal(score(remote, &without, 1, nats, &error), PLX_MISMATCH);
    assert_non_null(strstr(error.message, "before every text"));
    free(tokens.ids);
    free(tokens.ends);
    plx_model_close(remote);
    mock_endpoint_stop(mock);
}

/* What a server's texts begin with: <s> where its tokenizer has special tokens; nothing else puts it there.
 */
static void open__start_symbol(void **state)
{
    (void)state;
    static const struct {
        const char *behaviour;
        bool starts;
    } cases[] = {{"vllm/special-tokens", true},
                 {"sglang/special-tokens", true},
                 {"tgi/special-tokens", true},
                 {"vllm", false},
                 {"sglang", false},
                 {"openai/special-tokens", false}};
    char *path = fixture_path("models/almanac.o3.arpa");
    struct plx_model *local = fixture_open(path), *remote;
    struct plx_error error;
    free(path);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mock_endpoint *mock = start("models/almanac.o3.arpa", cases[i].behaviour);
        assert_ok(open_at(mock, "openai", "", NULL, NULL, &remote, &error), &error);
        const uint32_t expected = cases[i].starts ? plx_model_info(local)->start : PLX_NO_TOKEN;
        assert_int_equal(plx_model_info(remote)->start, expected);
        plx_model_close(remote);
        mock_endpoint_stop(mock);
    }
    plx_model_close(local);
}

struct told {
    double nats[3];
    unsigned windows;
    bool fail;
};

static enum plx_status listen(void *user, size_t index, const double *nats, struct plx_error *error)
{
    struct told *told = user;
    if (told->fail)
        return plx_error_set(error, PLX_INTERRUPTED, "stopped");
    told->windows |= 1u << index;
    if (index < 2)
        told->nats[index] = *nats;
    return PLX_OK;
}

/* Every window is told, also one without targets and one whose only target no model can have. */
static void score__tells_of_windows(void **state)
{
    (void)state;
    static const uint32_t ids[] = {3, 4, 5, PLX_NO_TOKEN};
    const struct plx_window windows[] = {{ids, 1, 3, 0}, {ids, 3, 4, 0}, {ids, 2, 2, 0}};
    const struct plx_scores scores = {.nats = (double[3]){0}};
    struct mock_endpoint *mock = start("models/almanac.o3.arpa", "vllm");
    struct plx_model *remote;
    struct plx_error error;
    struct told told = {.fail = false};
    assert_ok(open_at(mock, "vllm", "", NULL, NULL, &remote, &error), &error);
    struct plx_session *session = plx_session_new(remote, &error);
    session->listener = listen;
    session->listener_user = &told;
    assert_ok(plx_session_score(session, windows, 3, &scores, &error), &error);
    assert_int_equal(told.windows, 7);
    assert_true(told.nats[0] == scores.nats[0] && scores.nats[0] > 0);
    assert_true(isinf(told.nats[1]) && isinf(scores.nats[2]));
    told.fail = true;
    assert_int_equal(plx_session_score(session, windows, 1, &scores, &error), PLX_INTERRUPTED);
    plx_session_free(session);
    plx_model_close(remote);
    mock_endpoint_stop(mock);
}

static void score__too_long(void **state)
{
    (void)state;
    uint32_t ids[64] = {0};
    double nats[64];
    struct mock_endpoint *mock = start("models/almanac.o3.arpa", "vllm");
    struct plx_model *remote;
    struct plx_error error;
    const struct plx_endpoint_options wishes = {.context = 40};
    assert_ok(open_at(mock, "openai", "", &wishes, NULL, &remote, &error), &error);
    assert_int_equal(plx_model_info(remote)->context_length, 39);
    assert_ok(score(remote, &(struct plx_window){ids, 39, 40, 0}, 1, nats, &error), &error);
    assert_int_equal(score(remote, &(struct plx_window){ids, 39, 41, 0}, 1, nats, &error), PLX_MISMATCH);
    assert_non_null(strstr(error.hint, "--window 40"));
    plx_model_close(remote);
    mock_endpoint_stop(mock);
}

/* What is generated takes one of the server's places, but none of what the user has bounded. */
static void score__leaves_room(void **state)
{
    (void)state;
    static const struct {
        const char *behaviour;
        uint64_t wish, context;
    } cases[] = {
        {"openai/tells-length", 0, 4095},
        {"openai/tells-length/refuse-zero", 0, 4094},
        {"openai/tells-length/refuse-zero", 40, 39},
        {"openai/refuse-zero", 40, 39},
    };
    uint32_t ids[4096] = {0};
    double nats;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct plx_endpoint_options wishes = {.context = cases[i].wish};
        const size_t longest = (size_t)cases[i].context + 1;
        struct mock_endpoint *mock = start("models/almanac.o3.arpa", cases[i].behaviour);
        struct plx_model *remote;
        struct plx_error error;
        assert_ok(open_at(mock, "openai", "", &wishes, NULL, &remote, &error), &error);
        assert_int_equal(plx_model_info(remote)->context_length, cases[i].context);
        assert_ok(score(remote, &(struct plx_window){ids, longest - 1, longest, 0}, 1, &nats, &error),
                  &error);
        plx_model_close(remote);
        mock_endpoint_stop(mock);
    }
}

static void open__what_it_is(void **state)
{
    (void)state;
    struct mock_endpoint *mock = start("models/almanac.o3.arpa", "vllm"),
                         *other = start("models/almanac.o3.arpa", "vllm/other-model");
    struct plx_model *remote, *again;
    struct plx_error error;
    size_t count;
    char name[256];
    assert_ok(open_at(mock, "openai", "/v1/", NULL, NULL, &remote, &error), &error);
    assert_ok(open_at(other, "vllm", "", NULL, NULL, &again, &error), &error);
    const struct plx_model_info *info = plx_model_info(remote);
    snprintf(name, sizeof name, "openai:mock@http://127.0.0.1:%u", mock_endpoint_port(mock));
    assert_string_equal(plx_model_name(remote), name);
    assert_string_equal(info->format, "openai");
    assert_int_equal(info->kind, PLX_KIND_ENDPOINT);
    assert_int_equal(info->least_context, 1);
    assert_int_equal(info->context_length, 4096 - 2); /* a token is left to what is generated */
    assert_int_equal(info->capabilities, PLX_REMOTE | PLX_TOKENIZES);
    /* The name of the model, whatever the server: sha256sum of "endpoint:mock". */
    assert_string_equal(info->fingerprint, "name");
    assert_string_equal(info->sha256, "eac0b195bf10a7e93216caffb1617e1df3f3d6107740ae5373ffa34ba3e75aba");
    assert_string_equal(plx_model_info(again)->sha256, info->sha256);
    (void)plx_model_warnings(remote, &count);
    assert_int_equal(count, 0);
    const struct plx_warning *warning = plx_model_warnings(again, &count);
    assert_int_equal(count, 1);
    assert_string_equal(warning->code, "answered-by-another");
    plx_model_close(remote);
    plx_model_close(again);
    mock_endpoint_stop(mock);
    mock_endpoint_stop(other);
}

/* What a server says of the key is shown without it, however it is spelled, and before anything is cut off.
 */
static void open__names_with_the_key(void **state)
{
    (void)state;
    const struct mock_endpoint_options named = {
        .model = "uniform:8",
        .name = "a-name-of-which-so-much-is-shown-that-the-key-is-cut-where-it-stands-which-is-at-the-end-of-"
                "what-"
                "there-is-room-for-in-a-message-and-a-little-more-of-this-sk-01234567890123456789"};
    const struct plx_endpoint_options wishes = {.api_key = "sk-01234567890123456789"},
                                      other = {.api_key = "other-model"};
    struct plx_model *model;
    struct plx_error error;
    size_t count;
    struct mock_endpoint *mock = mock_endpoint_start(&named, &error);
    assert_non_null(mock);
    assert_int_equal(open_at(mock, "openai", "", &wishes, NULL, &model, &error), PLX_MISMATCH);
    assert_non_null(strstr(error.message, "of-this-***"));
    assert_null(strstr(error.message, "sk-"));
    assert_null(strstr(error.hint, "sk-"));
    mock_endpoint_stop(mock);
    mock = start("models/almanac.o3.arpa", "vllm/other-model");
    assert_ok(open_at(mock, "vllm", "", &other, NULL, &model, &error), &error);
    const struct plx_warning *warning = plx_model_warnings(model, &count);
    assert_int_equal(count, 1);
    assert_non_null(strstr(warning->message, "\"some-***********\""));
    plx_model_close(model);
    mock_endpoint_stop(mock);
}

static void plx_endpoint_read__without_the_key(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"error\":{\"message\":\"no: sk-ab/cd+1234567890\"}}",
        "{\"error\":{\"message\":\"no: sk-ab\\/cd+1234567890\"}}",
        "{\"error\":{\"message\":\"no: \\u0073k-ab\\u002fcd+1234567890\"}}",
        "{\"errors\":[\"no: sk-ab\\/cd+1234567890\"]}",
    };
    char key[] = "sk-ab/cd+1234567890";
    const struct plx_endpoint endpoint = {.dialect = &plx_dialect_openai, .key = key};
    const uint32_t ids[] = {1, 2};
    const struct plx_sent_prompt prompt = {.ids = ids, .count = 2};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct plx_buffer text;
        struct plx_answer answer;
        struct plx_error error;
        plx_buffer_init(&text, 1000);
        assert_int_equal(plx_buffer_append_text(&text, texts[i], &error), PLX_OK);
        assert_int_equal(plx_endpoint_read(&endpoint, &prompt, 1, &text, &answer, &error), PLX_MISMATCH);
        assert_null(strstr(error.message, "cd+"));
        assert_null(strstr(error.hint, "cd+"));
        assert_non_null(strstr(error.hint, "no: ******"));
        plx_buffer_release(&text);
    }
}

/* Another model than the server's, options of no use, a URL with a password: clear, and without it. */
static void open__wrong_names(void **state)
{
    (void)state;
    struct mock_endpoint *mock = start("models/almanac.o3.arpa", "vllm");
    struct plx_model *model;
    struct plx_error error;
    char name[256], text[1200];
    const struct plx_model_options options = {.network = &NETWORK}, useless = {.verify = true};
    snprintf(name, sizeof name, "openai:other@http://user:secret@127.0.0.1:%u", mock_endpoint_port(mock));
    assert_int_equal(plx_model_open(name, &options, &model, &error), PLX_MISMATCH);
    plx_error_format(&error, text, sizeof text);
    assert_non_null(strstr(text, "has no model \"other\", but \"mock\""));
    assert_null(strstr(text, "secret"));
    assert_int_equal(plx_model_open(name, &useless, &model, &error), PLX_USAGE);
    plx_error_format(&error, text, sizeof text);
    assert_null(strstr(text, "secret"));
    mock_endpoint_stop(mock);
    assert_int_equal(plx_model_open(name, &options, &model, &error), PLX_NETWORK);
    plx_error_format(&error, text, sizeof text);
    assert_null(strstr(text, "secret"));
    assert_null(model);
    const struct plx_model_options offline = {.network = &(struct plx_network){.offline = true}};
    assert_int_equal(plx_model_open("vllm:m@http://127.0.0.1:1", &offline, &model, &error), PLX_NETWORK);
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
        {"vllm/bos", "(has the server put a start symbol before it?)"},
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
        cmocka_unit_test(score__prompts_as_text),
        cmocka_unit_test(score__start_symbol_is_put),
        cmocka_unit_test(open__start_symbol),
        cmocka_unit_test(score__tells_of_windows),
        cmocka_unit_test(score__too_long),
        cmocka_unit_test(score__leaves_room),
        cmocka_unit_test(open__what_it_is),
        cmocka_unit_test(open__wrong_names),
        cmocka_unit_test(open__names_with_the_key),
        cmocka_unit_test(plx_endpoint_read__without_the_key),
        cmocka_unit_test(open__refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

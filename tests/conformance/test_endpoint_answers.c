/* Models behind endpoints against a server that was written apart from them (support/mock_endpoint.h): in
   every dialect the scores are those of the model itself, and no fault of an answer ever becomes a number. */
#include "support/mock_endpoint.h"

#include "support/fixtures.h"
#include "support/mock_http.h"

#include "base/memory.h"
#include "model/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#define WINDOWS 12
#define LENGTH  24
#define STEP    20 /* of the windows in the text */
#define NEAR    1e-6

/* The text, its tokens by the vocabulary, and what they cost in the windows by the model itself. */
struct known {
    char *path;
    struct plx_model *model;
    const char *text;
    uint32_t ids[WINDOWS * STEP + LENGTH];
    struct plx_window windows[WINDOWS];
    double nats[WINDOWS * LENGTH];
};

static struct known known;

static int set_up(void **state)
{
    static const char text[] = " = Barometer = \n \n A barometer measures the pressure of the atmosphere . "
                               "In its classical form a glass "
                               "tube nearly a metre long , closed at one end , is filled with mercury and "
                               "inverted in a dish ; the metal "
                               "sinks until its column , about 760 millimetres at sea level , balances the "
                               "weight of the air outside";
    struct plx_error error;
    (void)state;
    known.path = fixture_path("letters/table.npy");
    known.text = text;
    assert_int_equal(plx_model_open(known.path, NULL, &known.model, &error), PLX_OK);
    assert_true(strlen(text) >= sizeof known.ids / sizeof *known.ids);
    for (size_t i = 0; i < sizeof known.ids / sizeof *known.ids; i++)
        plx_model_lookup(known.model, &(struct plx_word){text + i, 1}, 1, &known.ids[i]);
    for (size_t w = 0; w < WINDOWS; w++)
        known.windows[w] = (struct plx_window){.ids = known.ids + w * STEP, .first = 1, .end = LENGTH};
    struct plx_session *session = plx_session_new(known.model, &error);
    assert_int_equal(
        plx_session_score(session, known.windows, WINDOWS, &(struct plx_scores){.nats = known.nats}, &error),
        PLX_OK);
    plx_session_free(session);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    plx_model_close(known.model);
    free(known.path);
    return 0;
}

/* A server and a model behind it. */
struct endpoint {
    struct mock_endpoint *mock;
    struct plx_model *model;
    struct plx_error error; /* of opening and scoring */
    enum plx_status status;
    double nats[WINDOWS * LENGTH];
};

/* Opens FORMAT:mock@ a server of the behaviour and scores the windows. */
static void ask(struct endpoint *endpoint, const char *format, const char *behaviour,
                enum plx_prompts prompts)
{
    static const struct plx_network network = {
        .tries = 3, .first_pause_ms = 1, .connect_timeout_ms = 2000, .stall_timeout_ms = 200};
    const struct plx_endpoint_options wishes = {
        .concurrency = 4, .prompts_per_request = 3, .prompts = prompts};
    const struct plx_model_options options = {.network = &network, .endpoint = &wishes};
    struct plx_text_tokens tokens = {0};
    char name[128];
    memset(endpoint, 0, sizeof *endpoint);
    endpoint->mock = mock_endpoint_start(
        &(struct mock_endpoint_options){.model = known.path, .behaviour = behaviour}, &endpoint->error);
    assert_non_null(endpoint->mock);
    snprintf(name, sizeof name, "%s:mock@http://127.0.0.1:%u", format, mock_endpoint_port(endpoint->mock));
    endpoint->status = plx_model_open(name, &options, &endpoint->model, &endpoint->error);
    if (endpoint->status == PLX_OK && plx_model_info(endpoint->model)->capabilities & PLX_TOKENIZES) {
        /* What its tokens are has to be known where prompts are sent as text. */
        endpoint->status = endpoint->model->class->tokenize(endpoint->model, known.text, strlen(known.text),
                                                            &tokens, &endpoint->error);
        if (endpoint->status == PLX_OK)
            assert_memory_equal(tokens.ids, known.ids, sizeof known.ids);
        free(tokens.ids);
        free(tokens.ends);
    }
    if (endpoint->status)
        return;
    struct plx_session *session = plx_session_new(endpoint->model, &endpoint->error);
    assert_non_null(session);
    endpoint->status = plx_session_score(session, known.windows, WINDOWS,
                                         &(struct plx_scores){.nats = endpoint->nats}, &endpoint->error);
    plx_session_free(session);
}

static void leave(struct endpoint *endpoint)
{
    plx_model_close(endpoint->model);
    mock_endpoint_stop(endpoint->mock);
}

static void check_prompts(const char *format, const char *behaviour, enum plx_prompts prompts)
{
    struct endpoint endpoint;
    ask(&endpoint, format, behaviour, prompts);
    if (endpoint.status)
        fail_msg("%s, %s: %s", format, behaviour, endpoint.error.message);
    for (size_t i = 0; i < WINDOWS * (LENGTH - 1); i++)
        if (!(fabs(endpoint.nats[i] - known.nats[i]) <= NEAR))
            fail_msg("%s, %s: score %zu is %g instead of %g", format, behaviour, i, endpoint.nats[i],
                     known.nats[i]);
    leave(&endpoint);
}

static void check_good(const char *format, const char *behaviour)
{
    check_prompts(format, behaviour, PLX_PROMPTS_AUTO);
}

static void plx_session_score__answers_of_every_dialect(void **state)
{
    (void)state;
    check_good("openai", "openai");
    check_good("openai", "openai/refuse-zero");
    check_good("vllm", "vllm");
    check_good("sglang", "sglang");
    check_good("tgi", "tgi");
}

static void plx_session_score__prompts_as_text(void **state)
{
    (void)state;
    check_prompts("vllm", "vllm/refuse-ids", PLX_PROMPTS_TEXT);
    check_prompts("sglang", "sglang/refuse-ids", PLX_PROMPTS_TEXT);
}

static void plx_session_score__dialects_that_the_server_tells(void **state)
{
    (void)state;
    check_good("openai", "vllm");
    check_good("openai", "sglang");
    check_good("openai", "tgi");
}

static void plx_session_score__answers_in_another_order_or_form(void **state)
{
    (void)state;
    check_good("openai", "openai/reversed");
    check_good("vllm", "vllm/reversed");
    check_good("openai", "openai/chunked");
    check_good("sglang", "sglang/close");
    check_good("openai", "openai/other-model");
}

static void plx_session_score__failures_that_pass(void **state)
{
    (void)state;
    check_good("openai", "openai/503@4");
    check_good("vllm", "vllm/drop@3");
    check_good("openai", "openai/stall@4");
    check_good("sglang", "sglang/busy");
}

/* Where the first fault comes. */
#define PROBE   0
#define SCORING 4

/* Nothing of the kind is taken for a score: an error that has one of the words, separated by "|". */
static void check_bad(const char *format, const char *fault, unsigned after, const char *words)
{
    struct endpoint endpoint;
    char behaviour[64], text[1024], word[64];
    bool said = false;
    snprintf(behaviour, sizeof behaviour, "%s/%s@%u", format, fault, after);
    ask(&endpoint, format, behaviour, PLX_PROMPTS_AUTO);
    if (endpoint.status == PLX_OK)
        fail_msg("%s: accepted", behaviour);
    assert_true((endpoint.model != NULL) == (after > 0));
    plx_error_format(&endpoint.error, text, sizeof text);
    for (const char *at = words; at && !said; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL) {
        snprintf(word, sizeof word, "%.*s", (int)strcspn(at, "|"), at);
        said = strcasestr(text, word) != NULL;
    }
    if (!said)
        fail_msg("%s: \"%s\" has none of %s", behaviour, text, words);
    leave(&endpoint);
}

static void check_in_all(const char *fault, const char *words)
{
    static const char *const formats[] = {"openai", "vllm", "sglang", "tgi"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        check_bad(formats[i], fault, PROBE, words);
        check_bad(formats[i], fault, SCORING, words);
    }
}

static void plx_session_score__values_that_are_none(void **state)
{
    (void)state;
    check_in_all("null-middle", "null");
    check_in_all("null-all", "null");
    check_in_all("nan", "NaN");
    check_in_all("nan-string", "NaN");
    check_in_all("positive", "0.5");
}

static void plx_session_score__too_few_or_too_many(void **state)
{
    (void)state;
    check_in_all("short", "only|token|log-prob");
    check_in_all("long", "log-prob|token");
    check_in_all("bos", "start symbol|token 1|not of");
    check_in_all("generated-only", "generated|no \"prompt_logprobs\"|no log-prob");
}

static void plx_session_score__other_tokens(void **state)
{
    (void)state;
    check_bad("openai", "other-tokens", SCORING, "string|token");
    check_bad("vllm", "other-tokens", SCORING, "not of|came back");
    check_bad("sglang", "other-tokens", SCORING, "came back");
    check_bad("tgi", "other-tokens", SCORING, "came back");
}

static void plx_session_score__other_values_each_time(void **state)
{
    (void)state;
    check_bad("openai", "jitter", PROBE, "again");
    check_bad("vllm", "jitter", PROBE, "again");
    check_bad("sglang", "jitter", PROBE, "again");
    check_bad("tgi", "jitter", PROBE, "again");
}

static void plx_session_score__choices_that_do_not_add_up(void **state)
{
    (void)state;
    for (unsigned after = PROBE; after <= SCORING; after += SCORING) {
        check_bad("openai", "shuffled", after, "token|string|log-prob");
        check_bad("vllm", "shuffled", after, "token|not of|came back|log-prob");
        check_bad("sglang", "shuffled", after, "token|came back|log-prob");
        check_bad("openai", "duplicate-index", after, "two|index|twice");
        check_bad("vllm", "duplicate-index", after, "two|index|twice");
        check_bad("openai", "missing-choice", after, "no answer");
        check_bad("vllm", "missing-choice", after, "no answer");
        check_bad("sglang", "missing-choice", after, "no answer");
    }
}

static void plx_session_score__contents_that_are_none(void **state)
{
    (void)state;
    check_in_all("html", "JSON|html");
    check_in_all("empty", "empty|JSON|no content");
    check_in_all("truncated", "JSON");
    check_in_all("error-200", "CUDA out of memory");
}

static void plx_session_score__failures_that_stay(void **state)
{
    (void)state;
    check_bad("openai", "429-long", SCORING, "100000|429");
    check_bad("openai", "503-always", SCORING, "503");
    check_bad("vllm", "drop-always", SCORING, "closed|broke|end|transfer");
    check_bad("sglang", "stall-always", SCORING, "time|stall|silent|second");
    check_bad("openai", "401", SCORING, "The API key is not known here");
    check_bad("openai", "redirect", SCORING, "307|redirect");
    check_bad("openai", "redirect-host", PROBE, "307|redirect");
    check_bad("openai", "endless", SCORING, "large|more than|bytes");
    check_bad("openai", "refuse-echo", PROBE, "echo");
}

/* A zero probability is infinite loss, which is a score. */
static void plx_session_score__clamped_logarithms(void **state)
{
    static const char *const formats[] = {"openai", "vllm", "sglang", "tgi"};
    (void)state;
    for (size_t f = 0; f < sizeof formats / sizeof *formats; f++) {
        struct endpoint endpoint;
        char behaviour[64];
        size_t infinite = 0;
        snprintf(behaviour, sizeof behaviour, "%s/clamped@%u", formats[f], SCORING);
        ask(&endpoint, formats[f], behaviour, PLX_PROMPTS_AUTO);
        if (endpoint.status)
            fail_msg("%s: %s", behaviour, endpoint.error.message);
        for (size_t i = 0; i < WINDOWS * (LENGTH - 1); i++) {
            const bool middle = (i % (LENGTH - 1)) + 1 == LENGTH / 2;
            infinite += isinf(endpoint.nats[i]) != 0;
            if (!(middle && isinf(endpoint.nats[i])) && !(fabs(endpoint.nats[i] - known.nats[i]) <= NEAR))
                fail_msg("%s: score %zu is %g instead of %g", behaviour, i, endpoint.nats[i], known.nats[i]);
        }
        assert_true(infinite > 0);
        leave(&endpoint);
    }
}

static void plx_model_open__server_that_scores_no_prompts(void **state)
{
    struct endpoint endpoint;
    (void)state;
    ask(&endpoint, "openai", "llama.cpp", PLX_PROMPTS_AUTO);
    assert_int_not_equal(endpoint.status, PLX_OK);
    assert_non_null(strstr(endpoint.error.message, "llama.cpp"));
    leave(&endpoint);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_session_score__answers_of_every_dialect),
        cmocka_unit_test(plx_session_score__prompts_as_text),
        cmocka_unit_test(plx_session_score__dialects_that_the_server_tells),
        cmocka_unit_test(plx_session_score__answers_in_another_order_or_form),
        cmocka_unit_test(plx_session_score__failures_that_pass),
        cmocka_unit_test(plx_session_score__values_that_are_none),
        cmocka_unit_test(plx_session_score__too_few_or_too_many),
        cmocka_unit_test(plx_session_score__other_tokens),
        cmocka_unit_test(plx_session_score__other_values_each_time),
        cmocka_unit_test(plx_session_score__choices_that_do_not_add_up),
        cmocka_unit_test(plx_session_score__contents_that_are_none),
        cmocka_unit_test(plx_session_score__failures_that_stay),
        cmocka_unit_test(plx_session_score__clamped_logarithms),
        cmocka_unit_test(plx_model_open__server_that_scores_no_prompts),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* Models whose answers come from afar: what is asked of them, that it comes to what the local model says, and
   that nothing is asked twice. Expected are the results of the local model itself. */
#include "eval/remote.h"

#include <perplex/mixture.h>

#include "support/fixtures.h"
#include "support/folder.h"
#include "support/inputs.h"
#include "support/remote_model.h"
#include "support/result_text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LONG_CONTEXT 100000

static char text[2000];
static struct plx_model *local;

/* Lines of no to eleven words, some of them unknown. */
static void make_text(void)
{
    static const char *const words[] = {"the ", "sea ", "rises ", "tides "};
    uint32_t chance = 7;
    size_t length = 0;
    for (unsigned line = 0; line < 40; line++) {
        for (unsigned word = 0; word < line * 5 % 12; word++) {
            chance = chance * 1664525 + 1013904223;
            length += (size_t)snprintf(text + length, sizeof text - length, "%s", words[chance >> 30]);
        }
        length += (size_t)snprintf(text + length, sizeof text - length, "\n");
    }
    assert_true(length + 1 < sizeof text);
}

static int open_inputs(void **state)
{
    (void)state;
    local = inputs_model_file("models/tiny.o3.safetensors");
    make_text();
    return 0;
}

static int close_inputs(void **state)
{
    (void)state;
    plx_model_close(local);
    return 0;
}

/* The text under the model; what results have in common: all but how they were run. NULL, with the error,
 * where it fails. */
static char *evaluate(const struct plx_model *model, const struct plx_evaluate_options *options,
                      struct plx_error *error)
{
    struct plx_result *result = evaluate_bytes(model, text, strlen(text), PLX_TOKENS_WORD, options, error);
    if (!result)
        return NULL;
    char *json = result_text(result);
    plx_result_free(result);
    result_text_remove(json, "runtime");
    return json;
}

/* The model under the protocol gives the same bytes as the local one, or fails in the same way. */
static void check_same(const struct remote_settings *settings, const struct plx_protocol *protocol,
                       unsigned threads)
{
    const struct plx_evaluate_options options = {.protocol = protocol, .threads = threads};
    struct plx_error expected, error;
    struct plx_model *model = remote_model(local, settings);
    char *theirs = evaluate(local, &options, &expected), *ours = evaluate(model, &options, &error);
    if (!theirs) {
        assert_null(ours);
        assert_string_equal(error.message, expected.message);
    } else if (!ours) {
        fail_msg("%s: %s", protocol->name, error.message);
    } else {
        assert_string_equal(ours, theirs);
    }
    plx_text_free(theirs);
    plx_text_free(ours);
    plx_model_close(model);
}

static void plx_evaluate__remote_is_as_local_under_every_preset(void **state)
{
    const struct plx_protocol *protocol;
    (void)state;
    for (unsigned i = 0; (protocol = plx_protocol_preset(i)) != NULL; i++) {
        check_same(&(struct remote_settings){.context_length = LONG_CONTEXT, .batch_windows = 1 + i},
                   protocol, 1 + i % 8);
        check_same(&(struct remote_settings){.piece = 7, .batch_windows = 1 + i % 4, .pause_us = 50},
                   protocol, 8 - i % 8);
    }
}

static void plx_evaluate__remote_is_as_local_with_small_windows(void **state)
{
    static const char *const protocols[] = {
        "hf-stride window=16 stride=4",  "gptq window=16 stride=16",   "lm-eval window=9",
        "llama.cpp window=16 stride=16", "fairseq window=20 stride=8", "sentence unit=document",
        "wikitext-eos limit=33"};
    (void)state;
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++) {
        const struct plx_protocol protocol = inputs_protocol(protocols[i]);
        for (unsigned threads = 1; threads <= 8; threads += 3) {
            check_same(&(struct remote_settings){.context_length = LONG_CONTEXT,
                                                 .batch_windows = 1 + threads % 5,
                                                 .pause_us = 50},
                       &protocol, threads);
            check_same(&(struct remote_settings){.piece = threads, .batch_windows = 4}, &protocol, threads);
        }
    }
}

/* What the model is asked, in one run that goes well. */
static struct remote_counts ask(const struct remote_settings *settings, const char *fields)
{
    const struct plx_protocol protocol = inputs_protocol(fields);
    const struct plx_evaluate_options options = {.protocol = &protocol, .threads = 1};
    struct plx_model *model = remote_model(local, settings);
    struct plx_error error;
    char *json = evaluate(model, &options, &error);
    if (!json)
        fail_msg("%s", error.message);
    plx_text_free(json);
    const struct remote_counts counts = remote_counts(model);
    plx_model_close(model);
    return counts;
}

static uint64_t count_lines(void)
{
    uint64_t lines = 0;
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    return lines;
}

/* A line is a window, whatever is read or fits at a time. */
static void plx_windows__of_lines_are_whole(void **state)
{
    (void)state;
    for (size_t batch = 1; batch < 5; batch++)
        assert_int_equal(
            ask(&(struct remote_settings){.context_length = LONG_CONTEXT, .batch_windows = batch}, "sentence")
                .windows,
            count_lines());
}

static void plx_windows__of_the_protocol_are_whole(void **state)
{
    (void)state;
    const struct remote_counts stream =
        ask(&(struct remote_settings){.context_length = LONG_CONTEXT}, "exact start=none");
    assert_int_equal(stream.windows, 1);
    const uint64_t tokens = stream.ids;
    const struct remote_counts counts = ask(
        &(struct remote_settings){.context_length = 15, .batch_windows = 2}, "hf-stride window=16 stride=4");
    assert_int_equal(counts.most_ids, 16);
    assert_int_equal(counts.windows, 1 + (tokens - 16 + 3) / 4);
}

/* So many windows of a model of bounded context as it takes to have no more than seven targets each. */
static void plx_windows__of_bounded_context_are_pieces(void **state)
{
    (void)state;
    const uint64_t tokens =
        ask(&(struct remote_settings){.context_length = LONG_CONTEXT}, "exact start=none").ids;
    const struct remote_counts counts = ask(&(struct remote_settings){.piece = 7}, "exact start=none");
    assert_int_equal(counts.windows, (tokens + 6) / 7);
    assert_int_equal(counts.most_ids, 7 + plx_model_info(local)->context_length);
}

static void plx_evaluate__what_does_not_fit_the_context_is_refused(void **state)
{
    static const char *const protocols[] = {"exact", "hf-stride window=17 stride=17",
                                            "sentence unit=document"};
    (void)state;
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++) {
        const struct plx_protocol protocol = inputs_protocol(protocols[i]);
        const struct plx_evaluate_options options = {.protocol = &protocol};
        struct plx_model *model = remote_model(local, &(struct remote_settings){.context_length = 15});
        struct plx_error error;
        assert_null(evaluate(model, &options, &error));
        assert_int_equal(error.status, PLX_MISMATCH);
        assert_string_equal(error.hint, "--window 16 shows it no more than that");
        plx_model_close(model);
    }
}

static void plx_pipeline__keeps_batches_under_way(void **state)
{
    (void)state;
    const struct remote_settings settings = {
        .context_length = LONG_CONTEXT, .batch_windows = 1, .pause_us = 2000};
    assert_in_range(ask(&settings, "sentence").at_a_time, 3, 4);
}

/* One run with the journal; whether it went well. */
static char *run(const struct plx_model *model, const char *fields, unsigned threads, struct plx_error *error)
{
    const struct plx_protocol protocol = inputs_protocol(fields);
    struct plx_evaluate_options options = {.protocol = &protocol, .threads = threads};
    assert_int_equal(plx_journal_open(folder_path("j"), &options.journal, error), PLX_OK);
    char *json = evaluate(model, &options, error);
    plx_journal_close(options.journal);
    return json;
}

/* Fails after ever more answers; all together are no more than what one run takes. */
static void plx_remote_ask__nothing_is_asked_twice(void **state)
{
    static const char *const protocols[] = {"sentence", "hf-stride window=16 stride=4", "exact"};
    (void)state;
    for (size_t p = 0; p < sizeof protocols / sizeof *protocols; p++) {
        const struct remote_settings well = {.context_length = LONG_CONTEXT};
        const struct plx_protocol protocol = inputs_protocol(protocols[p]);
        const uint64_t whole = ask(&well, protocols[p]).windows;
        uint64_t asked = 0;
        struct plx_error error;
        char *expected = evaluate(local, &(struct plx_evaluate_options){.protocol = &protocol}, &error),
             *json = NULL;
        for (unsigned i = 0; !json && i < 200; i++) {
            const struct remote_settings failing = {.context_length = LONG_CONTEXT,
                                                    .batch_windows = 1 + i % 4,
                                                    .pause_us = 20,
                                                    .answers = 1 + i,
                                                    .failure = PLX_NETWORK};
            struct plx_model *model = remote_model(local, &failing);
            json = run(model, protocols[p], 1 + i % 8, &error);
            asked += remote_counts(model).windows;
            if (!json) {
                assert_int_equal(error.status, PLX_NETWORK);
                assert_string_equal(error.message, "it does not answer any more");
                assert_non_null(strstr(error.hint, "the same command goes on from there"));
            }
            plx_model_close(model);
        }
        assert_non_null(json);
        assert_string_equal(json, expected);
        assert_int_equal(asked, whole);
        plx_text_free(json);
        plx_text_free(expected);
        remove(folder_path("j"));
    }
}

/* A journal of which the end is missing, at whatever byte, is that of fewer answers. */
static void plx_remote_find__of_a_journal_that_breaks_off(void **state)
{
    (void)state;
    const struct remote_settings settings = {
        .context_length = LONG_CONTEXT, .knows = true, .known = {(double)NAN, -1, -(double)INFINITY}};
    const uint64_t whole = ask(&settings, "sentence").windows;
    struct plx_error error;
    struct plx_model *model = remote_model(local, &settings);
    char *expected = run(model, "sentence", 2, &error);
    plx_model_close(model);
    const struct file_bytes file = file_read(folder_path("j"));
    uint64_t before = 0;
    for (size_t size = 0; size <= file.size; size += 401) {
        file_write(folder_path("j"), file.bytes, size);
        model = remote_model(local, &settings);
        char *json = run(model, "sentence", 2, &error);
        assert_string_equal(json, expected);
        const uint64_t asked = remote_counts(model).windows;
        assert_true(asked <= whole && whole - asked >= before);
        before = whole - asked;
        plx_text_free(json);
        plx_model_close(model);
    }
    assert_true(before + 16 > whole);
    plx_text_free(expected);
    free(file.bytes);
}

/* By what it answered when it was opened, which rounding may change from one time to the next. */
static void plx_remote_init__refuses_the_journal_of_another_model(void **state)
{
    (void)state;
    struct remote_settings settings = {.context_length = LONG_CONTEXT,
                                       .answers = 5,
                                       .failure = PLX_NETWORK,
                                       .knows = true,
                                       .known = {(double)NAN, -1, -(double)INFINITY}};
    static const struct {
        double second, third;
        enum plx_status status;
    } runs[] = {
        {-1, -(double)INFINITY, PLX_NETWORK},      {-1.009, -(double)INFINITY, PLX_NETWORK},
        {-1.011, -(double)INFINITY, PLX_MISMATCH}, {-1, -100, PLX_MISMATCH},
        {-1, (double)NAN, PLX_MISMATCH},           {-0.991, -(double)INFINITY, PLX_NETWORK},
    };
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        struct plx_error error;
        settings.known[1] = runs[i].second;
        settings.known[2] = runs[i].third;
        struct plx_model *model = remote_model(local, &settings);
        assert_null(run(model, "sentence", 1, &error));
        assert_int_equal(error.status, runs[i].status);
        if (runs[i].status == PLX_MISMATCH) {
            assert_non_null(strstr(error.message, "another model by the same name"));
            assert_string_equal(error.hint, "remove the file to begin anew");
            assert_int_equal(remote_counts(model).windows, 0);
        }
        plx_model_close(model);
    }
}

static void plx_remote_find__refuses_the_journal_of_another_text(void **state)
{
    static const char *const others[] = {"the sea rises\n", "the sea\nrises the\n\nsea sea sea sea\n"};
    (void)state;
    struct plx_error error;
    struct plx_model *model = remote_model(local, &(struct remote_settings){.context_length = LONG_CONTEXT});
    plx_text_free(run(model, "sentence", 1, &error));
    for (size_t i = 0; i < 2; i++) {
        snprintf(text, sizeof text, "%s", others[i]);
        assert_null(run(model, "sentence", 1, &error));
        assert_int_equal(error.status, PLX_MISMATCH);
        assert_non_null(strstr(error.message, "the journal is of another corpus"));
        assert_string_equal(error.hint, "remove the file to begin anew");
    }
    make_text();
    plx_model_close(model);
}

/* Says no at first. */
static bool some_time(void *user)
{
    unsigned *asked = user;
    return __atomic_add_fetch(asked, 1, __ATOMIC_RELAXED) > 20;
}

static void plx_evaluate__is_interrupted_while_all_wait(void **state)
{
    (void)state;
    unsigned asked = 0;
    const struct plx_protocol protocol = inputs_protocol("sentence");
    const struct remote_settings settings = {
        .context_length = LONG_CONTEXT, .endless = true, .interrupted = some_time, .user = &asked};
    struct plx_model *model = remote_model(local, &settings);
    const struct plx_evaluate_options options = {
        .protocol = &protocol, .threads = 1, .interrupted = some_time, .user = &asked};
    struct plx_error error;
    assert_null(evaluate(model, &options, &error));
    assert_int_equal(error.status, PLX_INTERRUPTED);
    plx_model_close(model);
}

static void plx_evaluate__remote_needs_no_rows(void **state)
{
    (void)state;
    struct plx_model *model = remote_model(local, &(struct remote_settings){.context_length = LONG_CONTEXT});
    const struct plx_loss_variant smoothed = {.label_smoothing = 0.1};
    const struct plx_evaluate_options options[] = {{.distributions = true}, {.losses = &smoothed}};
    struct plx_error error;
    for (size_t i = 0; i < 2; i++) {
        assert_null(evaluate(model, options + i, &error));
        assert_int_equal(error.status, PLX_UNSUPPORTED);
    }
    assert_int_equal(remote_counts(model).windows, 0);
    plx_model_close(model);
}

/* Losses of the target alone are had from afar too, and explanations, and shares of a corpus. */
static void plx_evaluate__remote_is_as_local_in_more_than_sums(void **state)
{
    static const uint32_t ignored[] = {2};
    (void)state;
    const struct plx_loss_variant focal = {.focal = 2, .ignored = ignored, .ignored_count = 1};
    const struct plx_protocol protocol = inputs_protocol("sentence");
    const struct plx_evaluate_options options[] = {
        {.protocol = &protocol, .losses = &focal},
        {.protocol = &protocol, .explain = true},
        {.protocol = &protocol, .shard = {1, 2}},
        {.protocol = &protocol, .threads = 3, .batch = 5},
    };
    struct plx_model *model = remote_model(local, &(struct remote_settings){.piece = 64, .pause_us = 50});
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        struct plx_error error;
        char *ours = evaluate(model, options + i, &error), *theirs = evaluate(local, options + i, &error);
        if (!ours || !theirs)
            fail_msg("%s", error.message);
        assert_string_equal(ours, theirs);
        plx_text_free(ours);
        plx_text_free(theirs);
    }
    plx_model_close(model);
}

static void plx_model_mix__refuses_remote_models(void **state)
{
    (void)state;
    struct plx_model *model = remote_model(local, &(struct remote_settings){0}), *mixed;
    const struct plx_model *const models[] = {local, model};
    struct plx_error error;
    assert_int_equal(plx_model_mix(models, (const double[]){1, 1}, 2, &mixed, &error), PLX_UNSUPPORTED);
    assert_string_equal(error.message, "a model behind an endpoint cannot be mixed");
    plx_model_close(model);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_evaluate__remote_is_as_local_under_every_preset),
        cmocka_unit_test(plx_evaluate__remote_is_as_local_with_small_windows),
        cmocka_unit_test(plx_windows__of_lines_are_whole),
        cmocka_unit_test(plx_windows__of_the_protocol_are_whole),
        cmocka_unit_test(plx_windows__of_bounded_context_are_pieces),
        cmocka_unit_test(plx_evaluate__what_does_not_fit_the_context_is_refused),
        cmocka_unit_test(plx_pipeline__keeps_batches_under_way),
        IN_FOLDER(plx_remote_ask__nothing_is_asked_twice),
        IN_FOLDER(plx_remote_find__of_a_journal_that_breaks_off),
        IN_FOLDER(plx_remote_init__refuses_the_journal_of_another_model),
        IN_FOLDER(plx_remote_find__refuses_the_journal_of_another_text),
        cmocka_unit_test(plx_evaluate__is_interrupted_while_all_wait),
        cmocka_unit_test(plx_evaluate__remote_needs_no_rows),
        cmocka_unit_test(plx_evaluate__remote_is_as_local_in_more_than_sums),
        cmocka_unit_test(plx_model_mix__refuses_remote_models),
    };
    return cmocka_run_group_tests(tests, open_inputs, close_inputs);
}

/* Estimates against what is asked then. */
#include <perplex/estimate.h>

#include "support/fixtures.h"
#include "support/folder.h"
#include "support/inputs.h"
#include "support/remote_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char TEXT[] = "the sea rises\n\nthe the sea\nrises sea the rises the sea the\nsea\nthe sea\n";

static struct plx_estimate estimate(const struct plx_model *model, const struct plx_evaluate_options *options)
{
    struct plx_corpus *corpus = corpus_open_bytes(TEXT, strlen(TEXT), PLX_TOKENS_WORD);
    struct plx_estimate made;
    struct plx_error error;
    if (plx_estimate(model, corpus, options, &made, &error))
        fail_msg("%s", error.message);
    plx_corpus_close(corpus);
    return made;
}

static enum plx_status evaluate(const struct plx_model *model, const struct plx_evaluate_options *options,
                                struct plx_error *error)
{
    struct plx_corpus *corpus = corpus_open_bytes(TEXT, strlen(TEXT), PLX_TOKENS_WORD);
    struct plx_result *result;
    const enum plx_status status = plx_evaluate(model, corpus, options, &result, error);
    plx_corpus_close(corpus);
    plx_result_free(result);
    return status;
}

static void plx_estimate__is_what_is_asked_then(void **state)
{
    static const char *const protocols[] = {"sentence", "hf-stride window=6 stride=2", "exact",
                                            "sentence limit=9"};
    (void)state;
    struct plx_model *local = inputs_model_file("models/tiny.o3.safetensors");
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++) {
        const struct plx_protocol protocol = inputs_protocol(protocols[i]);
        const struct plx_evaluate_options options = {.protocol = &protocol};
        struct plx_model *model = remote_model(local, &(struct remote_settings){.context_length = 1000});
        const struct plx_estimate made = estimate(model, &options);
        struct plx_error error;
        assert_int_equal(remote_counts(model).windows, 0);
        assert_int_equal(evaluate(model, &options, &error), PLX_OK);
        const struct remote_counts counts = remote_counts(model);
        assert_true(made.remote && made.windows > 0);
        assert_int_equal(made.windows, counts.windows);
        assert_int_equal(made.requests, counts.requests);
        assert_int_equal(made.prompt_tokens, counts.ids);
        assert_int_equal(made.kept_windows, 0);
        plx_model_close(model);
    }
    plx_model_close(local);
}

/* By hand: six lines of 3, 0, 3, 7, 1 and 2 words with their ends. */
static void plx_estimate__counts(void **state)
{
    (void)state;
    struct plx_model *local = inputs_model_file("models/tiny.o3.safetensors");
    const struct plx_protocol protocol = inputs_protocol("sentence");
    const struct plx_evaluate_options options = {.protocol = &protocol};
    const struct plx_estimate made = estimate(local, &options);
    assert_string_equal(made.protocol, "sentence");
    assert_int_equal(made.tokens, 16 + 6);
    assert_int_equal(made.targets, 16 + 6);
    assert_false(made.remote);
    assert_int_equal(made.requests, 0);
    plx_model_close(local);
}

static void plx_estimate__of_what_the_journal_lacks(void **state)
{
    (void)state;
    struct plx_model *local = inputs_model_file("models/tiny.o3.safetensors");
    const struct plx_protocol protocol = inputs_protocol("sentence");
    struct plx_evaluate_options options = {.protocol = &protocol, .threads = 1};
    struct plx_error error;
    const struct remote_settings failing = {.context_length = 1000, .answers = 4, .failure = PLX_NETWORK};
    struct plx_model *model = remote_model(local, &failing);
    assert_int_equal(plx_journal_open(folder_path("j"), &options.journal, &error), PLX_OK);
    assert_int_equal(evaluate(model, &options, &error), PLX_NETWORK);
    plx_journal_close(options.journal);
    plx_model_close(model);

    model = remote_model(local, &(struct remote_settings){.context_length = 1000});
    assert_int_equal(plx_journal_open(folder_path("j"), &options.journal, &error), PLX_OK);
    const struct plx_estimate made = estimate(model, &options);
    plx_journal_close(options.journal);
    assert_int_equal(made.kept_windows, 4);
    assert_int_equal(made.windows, 2);
    assert_int_equal(plx_journal_open(folder_path("j"), &options.journal, &error), PLX_OK);
    assert_int_equal(evaluate(model, &options, &error), PLX_OK);
    plx_journal_close(options.journal);
    const struct remote_counts counts = remote_counts(model);
    assert_int_equal(made.requests, counts.requests);
    assert_int_equal(made.prompt_tokens, counts.ids);
    plx_model_close(model);
    plx_model_close(local);
}

/* An estimate begins no journal. */
static void plx_estimate__leaves_no_journal(void **state)
{
    (void)state;
    struct plx_model *local = inputs_model_file("models/tiny.o3.safetensors");
    struct plx_model *model = remote_model(local, &(struct remote_settings){.context_length = 1000});
    struct plx_evaluate_options options = {0};
    struct plx_error error;
    assert_int_equal(plx_journal_open(folder_path("j"), &options.journal, &error), PLX_OK);
    estimate(model, &options);
    plx_journal_close(options.journal);
    folder_holds("");
    plx_model_close(model);
    plx_model_close(local);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_estimate__is_what_is_asked_then),
        cmocka_unit_test(plx_estimate__counts),
        IN_FOLDER(plx_estimate__of_what_the_journal_lacks),
        IN_FOLDER(plx_estimate__leaves_no_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

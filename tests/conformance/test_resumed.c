/* Evaluations that are interrupted, again and again, and go on from their journal: the result is that of one
   that was left alone, byte for byte outside "runtime", under all presets and whatever is asked for. */
#include "support/fixtures.h"
#include "support/folder.h"
#include "support/inputs.h"
#include "support/result_text.h"
#include "support/sanitized.h"

#include <perplex/journal.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define TEXT_BYTES ((size_t)24 << 10)

/* Ends an evaluation after so many questions whether to go on. */
static bool stop_after(void *user)
{
    size_t *left = user;
    return (*left)-- == 0;
}

static char *text_of(struct plx_result *result)
{
    char *json = result_text(result);
    result_text_remove(json, "runtime");
    plx_result_free(result);
    return json;
}

static struct plx_result *evaluate(const struct plx_model *model, const char *text,
                                   const struct plx_evaluate_options *options, struct plx_error *error)
{
    const bool letters = plx_protocol_wants_letters(options->protocol);
    return evaluate_bytes(model, text, strlen(text), letters ? PLX_TOKENS_CHARACTER : PLX_TOKENS_WORD,
                          options, error);
}

/* Interrupted after `step` pieces of work, and further on every time; returns how often. */
static size_t interrupt_and_go_on(const struct plx_model *model, const char *text,
                                  struct plx_evaluate_options options, size_t step,
                                  struct plx_result **result)
{
    struct plx_error error;
    size_t times = 0;
    for (*result = NULL; !*result; times++) {
        size_t left = step * (times + 1);
        assert_int_equal(plx_journal_open(folder_path("journal"), &options.journal, &error), PLX_OK);
        options.interrupted = stop_after;
        options.user = &left;
        if (!options.explain)
            options.threads = 1 + (unsigned)times % 3;
        *result = evaluate(model, text, &options, &error);
        if (!*result && error.status != PLX_INTERRUPTED)
            fail_msg("%s: %s", options.protocol->name, error.message);
        if (*result)
            assert_int_equal(plx_journal_remove(options.journal, &error), PLX_OK);
        else
            plx_journal_close(options.journal);
    }
    folder_holds("");
    return times - 1;
}

static void check(const struct plx_model *model, const char *text, struct plx_evaluate_options options)
{
    struct plx_error error;
    struct plx_result *resumed, *whole = evaluate(model, text, &options, &error);
    if (!whole)
        fail_msg("%s: %s", options.protocol->name, error.message);
    assert_true(interrupt_and_go_on(model, text, options, 10, &resumed) > 1);
    char *expected = text_of(whole), *found = text_of(resumed);
    if (strcmp(expected, found) != 0)
        fail_msg("%s: another result", options.protocol->name);
    plx_text_free(expected);
    plx_text_free(found);
}

static char *long_text(void)
{
    char *path = source_path("corpora/almanac/train.txt");
    const struct file_bytes file = file_read(path);
    char *text = calloc(1, TEXT_BYTES + 1);
    assert_non_null(text);
    assert_true(file.size > TEXT_BYTES);
    memcpy(text, file.bytes, TEXT_BYTES);
    free(file.bytes);
    free(path);
    return text;
}

static void check_presets(const char *name)
{
    struct plx_model *model = inputs_model_file(name);
    char *text = long_text();
    const struct plx_protocol *preset;
    for (size_t i = 0; (preset = plx_protocol_preset(i)) != NULL; i += SANITIZED_THREADS ? 5 : 1)
        check(model, text, (struct plx_evaluate_options){.protocol = preset, .batch = 48, .threads = 1});
    free(text);
    plx_model_close(model);
}

static void plx_evaluate__goes_on_under_all_presets(void **state)
{
    (void)state;
    check_presets("models/almanac.o3.arpa");
    check_presets("models/almanac.bigram/model.safetensors");
}

/* What is charged, skipped or averaged; what is told of tokens and documents; a share. */
static void plx_evaluate__goes_on_whatever_is_asked_for(void **state)
{
    const struct plx_breakdown_options breakdown = {.parts = PLX_BREAKDOWN_ALL, .worst = 9, .best = 9};
    const struct plx_protocol skipped = inputs_protocol("sentence unknown=skip"),
                              floored = inputs_protocol("exact unknown=floor:-9 limit=3000"),
                              averaged = inputs_protocol("exact window=9 stride=4 average=window");
    struct plx_model *model = inputs_model_file("models/almanac.o3.arpa");
    char *text = long_text();
    (void)state;
    const struct plx_evaluate_options cases[] = {
        {.protocol = &skipped, .breakdown = &breakdown},
        {.protocol = &floored, .explain = true},
        {.protocol = plx_protocol_find("sentence"), .explain = true, .breakdown = &breakdown},
        {.protocol = &averaged, .shard = {1, 2}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plx_evaluate_options options = cases[i];
        options.batch = 48;
        options.threads = 2;
        check(model, text, options);
    }
    free(text);
    plx_model_close(model);
}

/* The sums over full distributions of the batches before are not made again. */
static void plx_evaluate__goes_on_with_distributions_and_losses(void **state)
{
    static const uint32_t ignored[] = {3, 7};
    const struct plx_loss_variant losses = {
        .temperature = 1.5, .label_smoothing = 0.1, .ignored = ignored, .ignored_count = 2};
    struct plx_model *model = inputs_model_file("models/almanac.bigram/model.safetensors");
    char *text = long_text();
    (void)state;
    text[6000] = '\0';
    check(model, text,
          (struct plx_evaluate_options){.protocol = plx_protocol_find("exact"),
                                        .distributions = true,
                                        .losses = &losses,
                                        .batch = 24,
                                        .threads = 1});
    free(text);
    plx_model_close(model);
}

/* Nobody's marks, as they are wherever the file was torn or damaged: there is the right result, or none. */
static void plx_evaluate__a_damaged_journal_gives_no_wrong_number(void **state)
{
    struct plx_evaluate_options options = {
        .protocol = plx_protocol_find("sentence"), .batch = 16, .threads = 1};
    struct plx_model *model = inputs_model_file("models/almanac.o3.arpa");
    char *text = long_text();
    struct plx_error error;
    (void)state;
    text[600] = '\0';
    assert_int_equal(plx_journal_open(folder_path("journal"), &options.journal, &error), PLX_OK);
    char *expected = text_of(evaluate(model, text, &options, &error));
    plx_journal_close(options.journal);
    const struct file_bytes whole = file_read(folder_path("journal"));
    for (size_t i = 0; i < whole.size; i += 13) {
        const bool torn = i % 2;
        whole.bytes[i] ^= torn ? 0 : 0x10;
        file_write(folder_path("journal"), whole.bytes, torn ? i : whole.size);
        whole.bytes[i] ^= torn ? 0 : 0x10;
        assert_int_equal(plx_journal_open(folder_path("journal"), &options.journal, &error), PLX_OK);
        struct plx_result *result = evaluate(model, text, &options, &error);
        plx_journal_close(options.journal);
        if (!result) {
            assert_int_equal(error.status, PLX_MALFORMED);
            continue;
        }
        char *found = text_of(result);
        assert_string_equal(found, expected);
        plx_text_free(found);
    }
    plx_text_free(expected);
    free(whole.bytes);
    free(text);
    plx_model_close(model);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_make, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(plx_evaluate__goes_on_under_all_presets),
        TEST(plx_evaluate__goes_on_whatever_is_asked_for),
        TEST(plx_evaluate__goes_on_with_distributions_and_losses),
        TEST(plx_evaluate__a_damaged_journal_gives_no_wrong_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

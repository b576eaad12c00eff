/* Merging: whatever is evaluated in shards, their results put together are the result of the whole, byte for
   byte outside `runtime`. */
#include <perplex/merge.h>

#include "support/fixtures.h"
#include "support/folder.h"
#include "support/inputs.h"
#include "support/result_text.h"
#include "support/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Some ten parts of 1024 targets, as words; more as characters. */
#define TEXT_BYTES ((size_t)48 << 10)

#define SHARDS_MOST 40

static cJSON *schema; /* of results */

static int read_schema(void **state)
{
    char *path = source_path("configs/schema/result-1.schema.json");
    const struct file_bytes text = file_read(path);
    (void)state;
    schema = cJSON_ParseWithLength((const char *)text.bytes, text.size);
    free(text.bytes);
    free(path);
    return schema ? 0 : -1;
}

static int free_schema(void **state)
{
    (void)state;
    cJSON_Delete(schema);
    return 0;
}

static void assert_valid(const char *text, const char *of)
{
    char problem[512];
    cJSON *json = cJSON_Parse(text);
    if (!schema_check(schema, json, problem, sizeof problem))
        fail_msg("%s: %s", of, problem);
    cJSON_Delete(json);
}

struct subject {
    struct plx_model *model;
    char *text;
};

/* A model and a text that suits it, over and over. */
static struct subject subject_open(const char *model)
{
    char *path = fixture_path(model), *text_path = fixture_text(path);
    const struct file_bytes once = file_read(text_path);
    struct subject subject = {fixture_open(path), calloc(1, TEXT_BYTES + once.size + 1)};
    assert_non_null(subject.text);
    for (size_t size = 0; size < TEXT_BYTES; size += once.size)
        memcpy(subject.text + size, once.bytes, once.size);
    free(once.bytes);
    free(text_path);
    free(path);
    return subject;
}

static void subject_close(struct subject *subject)
{
    plx_model_close(subject->model);
    free(subject->text);
}

/* The result as text. */
static char *evaluate(const struct subject *subject, const struct plx_evaluate_options *options,
                      const char *of)
{
    struct plx_error error = {0};
    const bool letters = plx_protocol_wants_letters(options->protocol);
    struct plx_result *result =
        evaluate_bytes(subject->model, subject->text, strlen(subject->text),
                       letters ? PLX_TOKENS_CHARACTER : PLX_TOKENS_WORD, options, &error);
    if (!result)
        fail_msg("%s: shard %u: %s", of, (unsigned)options->shard.index, error.message);
    char *text = result_text(result);
    plx_result_free(result);
    return text;
}

/* Merges the files of the shards, given in an order that is not theirs. */
static char *merge_files(uint64_t count, const char *of)
{
    char paths[SHARDS_MOST][512];
    const char *given[SHARDS_MOST];
    struct plx_error error;
    char *text, name[32];
    size_t length;
    for (uint64_t i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%u.json", (unsigned)((i * 11 + 3) % count + 1)); /* 11 is prime */
        snprintf(paths[i], sizeof paths[i], "%s", folder_path(name));
        given[i] = paths[i];
    }
    if (plx_merge(given, count, NULL, NULL, &text, &length, &error))
        fail_msg("%s: %s: %s", of, error.input, error.message);
    assert_int_equal(strlen(text), length);
    return text;
}

/* Where the texts part, in a line. */
static void assert_same(char *whole, char *merged, const char *of)
{
    result_text_remove(whole, "runtime");
    result_text_remove(merged, "runtime");
    size_t at = 0, line = 0;
    for (; whole[at] && whole[at] == merged[at]; at++) {
        if (whole[at] == '\n')
            line = at + 1;
    }
    if (whole[at] || merged[at])
        fail_msg("%s: %.*s instead of %.*s", of, (int)strcspn(merged + line, "\n"), merged + line,
                 (int)strcspn(whole + line, "\n"), whole + line);
}

/* Returns whether the whole has a warning of unknown tokens. */
static bool check_merged(const struct subject *subject, struct plx_evaluate_options options, uint64_t count,
                         const char *of)
{
    char *whole = evaluate(subject, &options, of);
    for (uint64_t i = 1; i <= count; i++) {
        char name[32];
        options.shard = (struct plx_shard){i, count};
        char *shard = evaluate(subject, &options, of);
        snprintf(name, sizeof name, "%u.json", (unsigned)i);
        file_write(folder_path(name), shard, strlen(shard));
        if (i == count)
            assert_valid(shard, of);
        plx_text_free(shard);
    }
    char *merged = merge_files(count, of);
    assert_valid(merged, of);
    assert_same(whole, merged, of);
    const bool many = strstr(whole, "many-unknown") != NULL;
    plx_text_free(whole);
    plx_text_free(merged);
    return many;
}

static const char *const MODELS[] = {"models/almanac.o3.arpa", "models/almanac.bigram/model.safetensors",
                                     "neural/row/o3.tanh.safetensors"};

#define MODEL_COUNT (sizeof MODELS / sizeof *MODELS)

static void plx_merge__seven_shards_under_every_preset(void **state)
{
    const struct plx_protocol *preset;
    (void)state;
    for (size_t m = 0; m < MODEL_COUNT; m++) {
        struct subject subject = subject_open(MODELS[m]);
        for (size_t i = 0; (preset = plx_protocol_preset(i)) != NULL; i++)
            check_merged(&subject, (struct plx_evaluate_options){.protocol = preset, .threads = 1}, 7,
                         preset->name);
        subject_close(&subject);
    }
}

/* Infinite sums, averages of several kinds, tokens that are skipped for several reasons; numbers of shards.
 */
static void plx_merge__other_protocols_and_numbers_of_shards(void **state)
{
    static const struct {
        const char *protocol;
        uint64_t shards;
    } cases[] = {
        {"sentence", 1},
        {"sentence", SHARDS_MOST},
        {"sentence unknown=zero", 3},
        {"sentence limit=1500", 4},
        {"srilm unknown=skip", 3},
        {"exact unit=line average=unit end=scored", 5},
        {"exact window=7 stride=3 average=window", 2},
        {"exact window=11 stride=5 average=hf-2024 first=skip unknown=unk", 3},
        {"exact start=none window=9 score=last:3 tail=drop first=skip", 3},
        {"lm-eval", 3},
    };
    (void)state;
    struct subject subject = subject_open(MODELS[0]);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct plx_protocol protocol = inputs_protocol(cases[i].protocol);
        const struct plx_evaluate_options options = {.protocol = &protocol, .threads = 1};
        check_merged(&subject, options, cases[i].shards, cases[i].protocol);
    }
    subject_close(&subject);
}

/* Full distributions, modified losses and breakdowns of every kind that shards have. */
static void plx_merge__everything_that_can_be_asked_for(void **state)
{
    (void)state;
    for (size_t m = 0; m < MODEL_COUNT; m++) {
        struct subject subject = subject_open(MODELS[m]);
        const uint64_t types = plx_model_info(subject.model)->vocabulary;
        double *weights = calloc(types, sizeof *weights);
        uint64_t *counts = calloc(types, sizeof *counts);
        for (uint64_t i = 0; i < types; i++) {
            weights[i] = (double)(i % 5) / 4;
            counts[i] = i * i;
        }
        subject.text[12 << 10] = '\0';
        const struct plx_token_counts counted = {
            .counts = counts, .vocabulary = types, .tokens = 12345, .unknown = 67};
        const struct plx_breakdown_options breakdown = {
            .parts = PLX_BREAKDOWN_POSITION | PLX_BREAKDOWN_FREQUENCY | PLX_BREAKDOWN_UNKNOWN |
                     (m == 0 ? PLX_BREAKDOWN_ORDER : 0),
            .counts = &counted};
        struct plx_loss_variant losses = {.temperature = 1.25,
                                          .label_smoothing = 0.1,
                                          .ignored_count = 2,
                                          .ignored = (const uint32_t[]){3, 5},
                                          .class_weights = weights,
                                          .class_count = types};
        struct plx_evaluate_options options = {.protocol = plx_protocol_find("sentence"),
                                               .threads = 1,
                                               .distributions = true,
                                               .losses = &losses,
                                               .breakdown = &breakdown};
        check_merged(&subject, options, 3, "all that can be asked for");
        losses = (struct plx_loss_variant){.focal = 2};
        options.distributions = false;
        options.breakdown = NULL;
        check_merged(&subject, options, 2, "focal loss");
        free(weights);
        free(counts);
        subject_close(&subject);
    }
}

/* Where a quarter of the tokens are unknown in all, though not in every shard, or the other way round; with a
   few bytes that are no UTF-8, which every shard sees. */
static void plx_merge__warnings_are_those_of_the_whole(void **state)
{
    struct subject subject = subject_open(MODELS[0]);
    const struct plx_evaluate_options options = {.protocol = plx_protocol_find("sentence"), .threads = 1};
    (void)state;
    subject.text[20] = '\xff';
    for (size_t i = 1 << 10; i < 5 << 10; i++) { /* some 1024 words, after the first ones */
        if (subject.text[i] != ' ' && subject.text[i] != '\n')
            subject.text[i] = 'q';
    }
    assert_false(check_merged(&subject, options, 7, "few unknown words"));
    subject.text[12 << 10] = '\0';
    assert_true(check_merged(&subject, options, 2, "many unknown words"));
    subject_close(&subject);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plx_merge__seven_shards_under_every_preset, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(plx_merge__other_protocols_and_numbers_of_shards, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(plx_merge__everything_that_can_be_asked_for, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(plx_merge__warnings_are_those_of_the_whole, folder_make,
                                        folder_remove),
    };
    return cmocka_run_group_tests(tests, read_schema, free_schema);
}

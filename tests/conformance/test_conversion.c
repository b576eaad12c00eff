/* Converting any model of the fixtures changes nothing but how it is stored: model and result are the same
   before and after, whatever the number of threads. */
#include <perplex/convert.h>

#include "support/fixtures.h"
#include "support/folder.h"
#include "support/result_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_same_model(const struct plx_model *before, const struct plx_model *after)
{
    const struct plx_model_info *a = plx_model_info(before), *b = plx_model_info(after);
    size_t counts[2];
    const struct plx_warning *warnings[2] = {plx_model_warnings(before, counts),
                                             plx_model_warnings(after, counts + 1)};
    assert_string_equal(b->format, "plx");
    assert_string_equal(b->fingerprint, "stored");
    assert_string_equal(a->architecture, b->architecture);
    assert_true(a->order == b->order && a->context_length == b->context_length &&
                a->vocabulary == b->vocabulary && a->parameters == b->parameters &&
                a->capabilities == b->capabilities && a->start == b->start && a->end == b->end &&
                a->unknown == b->unknown && a->start_repeat == b->start_repeat &&
                a->inserted_blanks == b->inserted_blanks);
    assert_memory_equal(a->ngrams, b->ngrams, a->order * sizeof *a->ngrams);
    assert_int_equal(counts[0], counts[1]);
    for (size_t i = 0; i < counts[0]; i++) {
        assert_string_equal(warnings[0][i].code, warnings[1][i].code);
        assert_string_equal(warnings[0][i].message, warnings[1][i].message);
        assert_true(warnings[0][i].count == warnings[1][i].count &&
                    warnings[0][i].line == warnings[1][i].line && warnings[0][i].note == warnings[1][i].note);
    }
    for (uint32_t id = 0; id < a->vocabulary; id++) {
        const struct plx_word word = plx_model_token(before, id), same = plx_model_token(after, id);
        uint32_t ids[2];
        assert_true(word.length == same.length && memcmp(word.text, same.text, word.length) == 0);
        plx_model_lookup(before, &word, 1, ids);
        plx_model_lookup(after, &word, 1, ids + 1);
        assert_int_equal(ids[0], ids[1]);
    }
}

/* All that a result says but the model and the machine. */
static char *evaluate(const struct plx_model *model, const struct file_bytes *text)
{
    struct plx_error error = {0};
    struct plx_result *result = evaluate_bytes(model, text->bytes, text->size, PLX_TOKENS_WORD, NULL, &error);
    if (!result)
        fail_msg("%s", error.message);
    char *json = result_text(result);
    result_text_remove(json, "model");
    result_text_remove(json, "runtime");
    plx_result_free(result);
    return json;
}

static void check_conversion(const char *path, const struct plx_model *before)
{
    struct file_bytes files[2];
    char output[256];
    snprintf(output, sizeof output, "%s", folder_path("out.plx"));
    for (unsigned i = 0; i < 2; i++) {
        const struct plx_model_options options = {.threads = i + 1};
        struct plx_error error = {0};
        if (plx_convert_model(path, output, &options, &error))
            fail_msg("%s: %s", path, error.message);
        folder_holds("out.plx");
        files[i] = file_read(output);
    }
    assert_int_equal(files[0].size, files[1].size);
    assert_memory_equal(files[0].bytes, files[1].bytes, files[0].size);
    char *text_path = fixture_text(path);
    const struct file_bytes text = file_read(text_path);
    for (int load = 0; load < 2; load++) {
        const struct plx_model_options options = {
            .verify = true, .load = load ? PLX_LOAD_COPY : PLX_LOAD_MAP, .threads = 2};
        struct plx_model *after;
        struct plx_error error = {0};
        if (plx_model_open(output, &options, &after, &error))
            fail_msg("%s: %s", path, error.message);
        assert_same_model(before, after);
        char *results[2] = {evaluate(before, &text), evaluate(after, &text)};
        assert_string_equal(results[0], results[1]);
        plx_text_free(results[0]);
        plx_text_free(results[1]);
        plx_model_close(after);
    }
    free(text_path);
    free(text.bytes);
    free(files[0].bytes);
    free(files[1].bytes);
}

static void check_all(struct fixtures models, unsigned least)
{
    unsigned converted = 0;
    for (size_t i = 0; i < models.count; i++) {
        struct plx_model *model = fixture_open(models.paths[i]);
        const struct plx_model_info *info = plx_model_info(model);
        struct plx_error error = {0};
        if (info->kind == PLX_KIND_NGRAM && strcmp(info->format, "plx") != 0 &&
            plx_model_token(model, 0).text != NULL) {
            check_conversion(models.paths[i], model);
            converted++;
        } else {
            assert_int_equal(plx_convert_model(models.paths[i], folder_path("no.plx"), NULL, &error),
                             PLX_UNSUPPORTED);
        }
        plx_model_close(model);
    }
    assert_true(converted >= least);
    fixtures_free(&models);
}

static void convert_model__any_fixture(void **state)
{
    (void)state;
    check_all(fixtures_models(), 20);
}

/* With blanks, without an unknown symbol; and without words, which cannot be converted. */
static void convert_model__unusual_binaries(void **state)
{
    (void)state;
    check_all(fixtures_matching("kenlm", "", ".bin"), 4);
    check_all(fixtures_matching("kenlm", "", ".arpa"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(convert_model__any_fixture, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(convert_model__unusual_binaries, folder_make, folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* One model in all forms that lose nothing: the ARPA file, KenLM's binaries, and what each of them is
   converted into, used where they lie and copied. The results are the same, byte for byte, but for what the
   model is. (KenLM's binaries where they lie are compared in test_kenlm_arpa.c.) */
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

static const char ARPA[] = "models/ngram/small.o4.arpa.gz";
static const char *const BINARIES[] = {
    "models/ngram/small.o4.probing.bin",      "models/ngram/small.o4.probing-novocab.bin",
    "models/ngram/small.o4.rest-probing.bin", "models/ngram/small.o4.trie.bin",
    "models/ngram/small.o4.trie-a22.bin",     NULL};

enum { PRESETS_MOST = 16 };

/* What every form must give, under each preset. */
struct expectations {
    char *shown[PRESETS_MOST];
    struct file_bytes text;
};

static char *evaluate(const struct plx_model *model, const struct file_bytes *text,
                      const struct plx_protocol *protocol, unsigned threads)
{
    const struct plx_evaluate_options options = {.protocol = protocol, .threads = threads};
    struct plx_error error = {0};
    struct plx_result *result =
        evaluate_bytes(model, text->bytes, text->size, PLX_TOKENS_WORD, &options, &error);
    if (!result)
        fail_msg("%s: %s", plx_model_name(model), error.message);
    cJSON *tree = result_tree(result);
    cJSON_DeleteItemFromObjectCaseSensitive(tree, "runtime");
    cJSON_DeleteItemFromObjectCaseSensitive(tree, "model");
    cJSON_DeleteItemFromObjectCaseSensitive(tree, "orders_include_blanks");
    char *shown = cJSON_PrintUnformatted(tree);
    cJSON_Delete(tree);
    return shown;
}

static void check_form(const char *path, enum plx_load load, const struct expectations *expectations)
{
    const struct plx_model_options options = {.load = load, .threads = 2};
    const struct plx_protocol *preset;
    struct plx_model *model;
    struct plx_error error = {0};
    if (plx_model_open(path, &options, &model, &error))
        fail_msg("%s: %s", path, error.message);
    assert_string_equal(plx_model_info(model)->load, load == PLX_LOAD_MAP ? "map" : "copy");
    for (size_t i = 0; (preset = plx_protocol_preset(i)) != NULL; i++) {
        const char *expected = expectations->shown[i] ? expectations->shown[i] : "nothing";
        if (plx_protocol_wants_letters(preset))
            continue;
        for (unsigned threads = 1; threads <= 2; threads++) {
            char *found = evaluate(model, &expectations->text, preset, threads);
            if (strcmp(found, expected) != 0)
                fail_msg("%s, %s, %u threads: %.2000s\ninstead of\n%.2000s", path, preset->name, threads,
                         found, expected);
            free(found);
        }
    }
    plx_model_close(model);
}

static void convert(const char *path)
{
    struct plx_error error = {0};
    if (plx_convert_model(path, folder_path("m.plx"), NULL, &error))
        fail_msg("%s: %s", path, error.message);
}

static void check_binary(const char *path, const struct expectations *expectations)
{
    struct plx_model *model = fixture_open(path);
    const bool words = plx_model_token(model, 0).text != NULL;
    plx_model_close(model);
    check_form(path, PLX_LOAD_COPY, expectations);
    if (!words) /* it cannot be converted */
        return;
    convert(path);
    check_form(folder_path("m.plx"), PLX_LOAD_MAP, expectations);
}

static void plx_evaluate__one_model_in_all_forms(void **state)
{
    (void)state;
    if (!real_data_given())
        skip();
    char *arpa = real_path(ARPA), *text = real_path("wikitext-2/test.txt");
    struct plx_model *model = fixture_open(arpa);
    struct expectations expectations = {.text = file_read(text)};
    const struct plx_protocol *preset;
    for (size_t i = 0; (preset = plx_protocol_preset(i)) != NULL; i++) {
        assert_true(i < PRESETS_MOST);
        if (plx_protocol_wants_letters(preset))
            continue;
        expectations.shown[i] = evaluate(model, &expectations.text, preset, 1);
    }
    convert(arpa);
    check_form(folder_path("m.plx"), PLX_LOAD_MAP, &expectations);
    check_form(folder_path("m.plx"), PLX_LOAD_COPY, &expectations);
    for (const char *const *name = BINARIES; *name; name++) {
        char *path = real_path(*name);
        check_binary(path, &expectations);
        free(path);
    }
    for (size_t i = 0; i < PRESETS_MOST; i++)
        free(expectations.shown[i]);
    free(expectations.text.bytes);
    plx_model_close(model);
    free(arpa);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plx_evaluate__one_model_in_all_forms, folder_make, folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

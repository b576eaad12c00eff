/* A KenLM binary and the ARPA file that it was made of are one model: the results are the same, byte for
   byte, but for what the model is and where it lies. */
#include "support/fixtures.h"
#include "support/result_text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Binaries that have lost nothing, in folders of their own; blanks are not made of them. */
static const struct {
    const char *arpa, *files[8];
} FIXTURES[] = {
    {"models/kenlm/tiny.o4.arpa",
     {"models/kenlm/tiny.o4.probing.bin", "models/kenlm/tiny.o4.rest-probing.bin",
      "models/kenlm/tiny.o4.trie.bin", "models/kenlm/tiny.o4.trie-q8b8.bin",
      "models/kenlm/tiny.o4.trie-a255.bin", "models/kenlm/tiny.o4.trie-a255-q8b8.bin",
      "kenlm/no-words.trie.bin", NULL}},
    {"kenlm/no-unknown.arpa", {"kenlm/no-unknown.probing.bin", "kenlm/no-unknown.trie.bin", NULL}},
};

static const char REAL_ARPA[] = "models/ngram/small.o4.arpa.gz";
static const char *const REAL[] = {
    "models/ngram/small.o4.probing.bin",      "models/ngram/small.o4.probing-novocab.bin",
    "models/ngram/small.o4.rest-probing.bin", "models/ngram/small.o4.trie.bin",
    "models/ngram/small.o4.trie-a22.bin",     NULL};

/* The result without what may differ. Released with free(). */
static char *evaluate(const struct plx_model *model, const struct file_bytes *text,
                      const struct plx_protocol *protocol, unsigned threads)
{
    const struct plx_evaluate_options options = {.protocol = protocol, .threads = threads};
    struct plx_error error = {0};
    struct plx_result *result =
        evaluate_bytes(model, text->bytes, text->size, PLX_TOKENS_WORD, &options, &error);
    char *shown;
    if (result) {
        cJSON *tree = result_tree(result);
        cJSON_DeleteItemFromObjectCaseSensitive(tree, "runtime");
        cJSON_DeleteItemFromObjectCaseSensitive(tree, "model");
        cJSON_DeleteItemFromObjectCaseSensitive(tree, "orders_include_blanks");
        shown = cJSON_PrintUnformatted(tree);
        cJSON_Delete(tree);
    } else { /* as of a protocol that the model has no symbol for */
        shown = strdup(error.message);
    }
    if (!shown)
        abort();
    return shown;
}

static void assert_same(const char *expected, const char *found, const char *path, const char *protocol,
                        unsigned threads)
{
    size_t at = 0;
    if (strcmp(expected, found) == 0)
        return;
    while (expected[at] == found[at])
        at++;
    at = at > 60 ? at - 60 : 0;
    fail_msg("%s, %s, %u threads: \"%.120s\" instead of \"%.120s\"", path, protocol, threads, found + at,
             expected + at);
}

/* Under every preset, with one thread and two. */
static void check_binary(const struct plx_model *arpa, const char *path, const struct file_bytes *text)
{
    const struct plx_protocol *preset;
    struct plx_model *model = fixture_open(path);
    size_t scored = 0;
    for (size_t i = 0; (preset = plx_protocol_preset(i)) != NULL; i++) {
        char *expected = evaluate(arpa, text, preset, 1);
        scored += expected[0] == '{';
        for (unsigned threads = 1; threads <= 2; threads++) {
            char *found = evaluate(model, text, preset, threads);
            assert_same(expected, found, path, preset->name, threads);
            free(found);
        }
        free(expected);
    }
    assert_true(scored > 1);
    plx_model_close(model);
}

static char *path_of(const char *name, bool real)
{
    return real ? real_path(name) : fixture_path(name);
}

static void check_binaries(const char *arpa_name, const char *const *names, bool real, const char *text_path)
{
    char *arpa_path = path_of(arpa_name, real);
    struct plx_model *arpa = fixture_open(arpa_path);
    const struct file_bytes text = file_read(text_path);
    for (; *names; names++) {
        char *path = path_of(*names, real);
        check_binary(arpa, path, &text);
        free(path);
    }
    free(text.bytes);
    plx_model_close(arpa);
    free(arpa_path);
}

/* The almanac has many words that the tiny model does not know, and all that it does. */
static void plx_evaluate__binaries_are_their_arpa_files(void **state)
{
    (void)state;
    char *text = source_path("corpora/almanac/test.txt");
    for (size_t i = 0; i < sizeof FIXTURES / sizeof *FIXTURES; i++)
        check_binaries(FIXTURES[i].arpa, FIXTURES[i].files, false, text);
    free(text);
}

static void plx_evaluate__real_binaries_are_their_arpa_file(void **state)
{
    (void)state;
    if (!real_data_given())
        skip();
    char *text = real_path("wikitext-2/test.txt");
    check_binaries(REAL_ARPA, REAL, true, text);
    free(text);
}

/* What its maker has inserted is of no account for probabilities, beyond their rounding. */
static void plx_evaluate__blanks_change_only_lengths(void **state)
{
    (void)state;
    static const char *const names[] = {"kenlm/blanks.probing.bin", "kenlm/blanks.trie.bin"};
    static const char sentences[] = "the cat fell\nthe moon rises\na cat sat and the moon rises\n";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        cJSON *trees[2];
        for (size_t k = 0; k < 2; k++) {
            char *path = fixture_path(k == 0 ? "kenlm/blanks.arpa" : names[i]);
            struct plx_model *model = fixture_open(path);
            struct plx_error error = {0};
            trees[k] = result_tree(
                evaluate_bytes(model, sentences, strlen(sentences), PLX_TOKENS_WORD, NULL, &error));
            plx_model_close(model);
            free(path);
        }
        const double expected = result_number(trees[0], "nats_per_token");
        assert_true(fabs(result_number(trees[1], "nats_per_token") - expected) <= 1e-6 * expected);
        assert_null(cJSON_GetObjectItemCaseSensitive(trees[0], "orders_include_blanks"));
        assert_true(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(trees[1], "orders_include_blanks")));
        cJSON_Delete(trees[0]);
        cJSON_Delete(trees[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_evaluate__binaries_are_their_arpa_files),
        cmocka_unit_test(plx_evaluate__blanks_change_only_lengths),
        cmocka_unit_test(plx_evaluate__real_binaries_are_their_arpa_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

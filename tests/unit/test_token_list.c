/* Vocabulary files. Expected values: the description of the forms (a token a line; {token: id}; fairseq's
   dictionary.py for dict.txt); digests by Python's hashlib. */
#include "model/token_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* The tokens must be the strings, in order, up to NULL. */
static void assert_tokens(const char *text, size_t size, enum plx_token_list_form form,
                          const char *const *tokens)
{
    struct plx_vocabulary *vocabulary;
    struct plx_error error;
    uint32_t count = 0;
    if (plx_token_list_parse(text, size, form, "list", &vocabulary, &error))
        fail_msg("%s: %s", text, error.message);
    for (; tokens[count]; count++) {
        const struct plx_word word = plx_vocabulary_word(vocabulary, count);
        assert_int_equal(word.length, strlen(tokens[count]));
        assert_memory_equal(word.text, tokens[count], word.length);
        assert_int_equal(plx_vocabulary_find_text(vocabulary, tokens[count]), count);
    }
    assert_int_equal(plx_vocabulary_size(vocabulary), count);
    plx_vocabulary_free(vocabulary);
}

#define ASSERT_TOKENS(text, form, ...) \
    assert_tokens(text, sizeof(text) - 1, form, (const char *const[]){__VA_ARGS__, NULL})

static void assert_refused(const char *text, enum plx_token_list_form form, enum plx_status status,
                           uint64_t line, const char *words)
{
    struct plx_vocabulary *vocabulary;
    struct plx_error error;
    assert_int_equal(plx_token_list_parse(text, strlen(text), form, "list", &vocabulary, &error), status);
    assert_null(vocabulary);
    assert_int_equal(error.status, status);
    assert_int_equal(error.line, line);
    assert_string_equal(error.input, "list");
    if (!strstr(error.message, words))
        fail_msg("\"%s\" is not in \"%s\"", words, error.message);
}

static void plx_token_list_form__by_name(void **state)
{
    (void)state;
    assert_int_equal(plx_token_list_form("vocab.txt"), PLX_TOKENS_LINES);
    assert_int_equal(plx_token_list_form("a.json/words"), PLX_TOKENS_LINES);
    assert_int_equal(plx_token_list_form("dict.d/vocab.txt"), PLX_TOKENS_LINES);
    assert_int_equal(plx_token_list_form("/x/vocab.json"), PLX_TOKENS_JSON);
    assert_int_equal(plx_token_list_form("model.vocab.json"), PLX_TOKENS_JSON);
    assert_int_equal(plx_token_list_form("x/dict.txt"), PLX_TOKENS_FAIRSEQ);
    assert_int_equal(plx_token_list_form("dict.en.txt"), PLX_TOKENS_FAIRSEQ);
    assert_int_equal(plx_token_list_form("mydict.txt"), PLX_TOKENS_LINES);
}

static void plx_token_list_parse__lines(void **state)
{
    (void)state;
    ASSERT_TOKENS("<eos>\nthe\n<unk>\n", PLX_TOKENS_LINES, "<eos>", "the", "<unk>");
    ASSERT_TOKENS("a\nb", PLX_TOKENS_LINES, "a", "b"); /* no final newline */
    ASSERT_TOKENS(" \n\t\nx y\n\xc2\xa0\n\xff\n\v\n", PLX_TOKENS_LINES, " ", "\t", "x y", "\xc2\xa0", "\xff",
                  "\v");
}

static void plx_token_list_parse__carriage_returns(void **state)
{
    (void)state;
    ASSERT_TOKENS("a\r\nb\r\n", PLX_TOKENS_LINES, "a", "b");
    ASSERT_TOKENS("a\r\nb\r\nc", PLX_TOKENS_LINES, "a", "b", "c");
    ASSERT_TOKENS("a\r\r\nb\r\n", PLX_TOKENS_LINES, "a\r", "b");
    ASSERT_TOKENS("a\r\nb\n", PLX_TOKENS_LINES, "a\r",
                  "b"); /* not every line has one: it is part of the token */
    ASSERT_TOKENS("a\n\r\n", PLX_TOKENS_LINES, "a", "\r");
    ASSERT_TOKENS("a\r", PLX_TOKENS_LINES, "a\r");
}

static void plx_token_list_parse__a_nul_byte_is_part_of_a_token(void **state)
{
    static const char text[] = "a\0b\na\n";
    struct plx_vocabulary *vocabulary;
    struct plx_error error;
    (void)state;
    assert_int_equal(
        plx_token_list_parse(text, sizeof text - 1, PLX_TOKENS_LINES, "list", &vocabulary, &error), PLX_OK);
    assert_int_equal(plx_vocabulary_find(vocabulary, (struct plx_word){"a\0b", 3}), 0);
    assert_int_equal(plx_vocabulary_find_text(vocabulary, "a"), 1);
    plx_vocabulary_free(vocabulary);
}

static void plx_token_list_parse__bad_lines(void **state)
{
    (void)state;
    assert_refused("a\nb\na\n", PLX_TOKENS_LINES, PLX_MALFORMED, 3,
                   "\"a\" is already in the list, with the id 0");
    assert_refused("a\n\nb\n", PLX_TOKENS_LINES, PLX_MALFORMED, 2, "empty token");
    assert_refused("a\r\n\r\nb\r\n", PLX_TOKENS_LINES, PLX_MALFORMED, 2, "empty token");
}

static void plx_token_list_parse__json(void **state)
{
    (void)state;
    ASSERT_TOKENS("{\"b\": 1, \"\\n\": 0, \"\\u00e9\": 2}", PLX_TOKENS_JSON, "\n", "b", "\xc3\xa9");
    ASSERT_TOKENS("\n{\"a\":0}\n", PLX_TOKENS_JSON, "a");
}

static void plx_token_list_parse__bad_json(void **state)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"{\"a\": 0, \"b\": 2}", "$.b: "},
        {"{\"a\": 0, \"b\": -1}", "$.b: "},
        {"{\"a\": 0, \"b\": 0}", "$.b: "},
        {"{\"a\": 0, \"b\": 1.5, \"c\": 2}", "$.b: "},
        {"{\"a\": 0, \"b\": \"1\"}", "$.b: "},
        {"{\"a\": 0, \"b\": 1e300}", "$.b: "},
        {"{\"a\": 0, \"b\": null}", "$.b: "},
        {"{\"a\": 0, \"a\": 1}", "$.a: "},
        {"[\"a\"]", "$: "},
        {"{\"\": 0}", "empty token"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused(cases[i].text, PLX_TOKENS_JSON, PLX_MALFORMED, PLX_NOWHERE, cases[i].words);
    assert_refused("{\"a\": 0,\n}", PLX_TOKENS_JSON, PLX_MALFORMED, 2, "");
}

static void plx_token_list_parse__fairseq(void **state)
{
    (void)state;
    ASSERT_TOKENS("the 120\n, 99\n", PLX_TOKENS_FAIRSEQ, "<s>", "<pad>", "</s>", "<unk>", "the", ",");
    ASSERT_TOKENS("the 120 \r\n, 99", PLX_TOKENS_FAIRSEQ, "<s>", "<pad>", "</s>", "<unk>", "the", ",");
    ASSERT_TOKENS("New York 7\n", PLX_TOKENS_FAIRSEQ, "<s>", "<pad>", "</s>", "<unk>", "New York");
}

static void plx_token_list_parse__bad_fairseq(void **state)
{
    (void)state;
    assert_refused("the 1\nthe 2\n", PLX_TOKENS_FAIRSEQ, PLX_MALFORMED, 2, "\"the\" is already");
    assert_refused("<unk> 5\n", PLX_TOKENS_FAIRSEQ, PLX_MALFORMED, 1, "with the id 3");
    assert_refused("the\n", PLX_TOKENS_FAIRSEQ, PLX_MALFORMED, 1, "a symbol, a space and a count");
    assert_refused("the x\n", PLX_TOKENS_FAIRSEQ, PLX_MALFORMED, 1, "a symbol, a space and a count");
    assert_refused("a 1\n\nb 1\n", PLX_TOKENS_FAIRSEQ, PLX_MALFORMED, 2, "a symbol, a space and a count");
    assert_refused(" 5\n", PLX_TOKENS_FAIRSEQ, PLX_MALFORMED, 1, "");
    assert_refused("the 5 #fairseq:overwrite\n", PLX_TOKENS_FAIRSEQ, PLX_UNSUPPORTED, 1, "overwrite");
}

/* A folder for one test. */
struct folder {
    char path[64];
    char *files[8];
    size_t count;
};

static void folder_make(struct folder *folder)
{
    *folder = (struct folder){.path = "/tmp/perplex-test-XXXXXX"};
    assert_non_null(mkdtemp(folder->path));
}

static const char *folder_add(struct folder *folder, const char *name, const char *content)
{
    const size_t size = strlen(folder->path) + strlen(name) + 2;
    char *path = malloc(size);
    assert_non_null(path);
    snprintf(path, size, "%s/%s", folder->path, name);
    folder->files[folder->count++] = path;
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, strlen(content), file), strlen(content));
    assert_int_equal(fclose(file), 0);
    return path;
}

static void folder_remove(struct folder *folder)
{
    for (size_t i = 0; i < folder->count; i++) {
        unlink(folder->files[i]);
        free(folder->files[i]);
    }
    rmdir(folder->path);
}

/* What is found beside the model, without the folder. */
static void assert_found(const struct folder *folder, const char *model, const char *name)
{
    char *path;
    struct plx_error error;
    assert_int_equal(plx_token_list_find(model, &path, &error), PLX_OK);
    if (!name) {
        assert_null(path);
        return;
    }
    assert_non_null(path);
    assert_memory_equal(path, folder->path, strlen(folder->path));
    assert_string_equal(path + strlen(folder->path) + 1, name);
    free(path);
}

static void plx_token_list_find__in_order(void **state)
{
    struct folder folder;
    (void)state;
    folder_make(&folder);
    const char *model = folder_add(&folder, "m.safetensors", "");
    assert_found(&folder, model, NULL);
    folder_add(&folder, "dict.txt", "");
    assert_found(&folder, model, "dict.txt");
    folder_add(&folder, "vocab.json", "");
    assert_found(&folder, model, "vocab.json");
    folder_add(&folder, "vocab.txt", "");
    assert_found(&folder, model, "vocab.txt");
    folder_add(&folder, "m.vocab.json", "");
    assert_found(&folder, model, "m.vocab.json");
    folder_add(&folder, "m.vocab.txt", "");
    assert_found(&folder, model, "m.vocab.txt");
    const char *packed = folder_add(&folder, "m.safetensors.gz", "");
    assert_found(&folder, packed, "m.vocab.txt");
    folder_remove(&folder);
}

static void plx_token_list_find__no_model_file(void **state)
{
    struct folder folder;
    char model[96];
    (void)state;
    folder_make(&folder);
    folder_add(&folder, "vocab.txt", "");
    snprintf(model, sizeof model, "%s/none.safetensors", folder.path);
    assert_found(&folder, model, NULL);
    assert_found(&folder, "-", NULL);
    assert_found(&folder, "https://example.org/m.safetensors", NULL);
    assert_found(&folder, folder.path, NULL); /* a folder is no model */
    folder_remove(&folder);
}

static void plx_token_list_open__beside_the_model(void **state)
{
    const struct plx_model_options options = {0};
    struct folder folder;
    struct plx_vocabulary *vocabulary;
    struct plx_error error;
    char sha256[65], *source;
    (void)state;
    folder_make(&folder);
    const char *model = folder_add(&folder, "m.safetensors", "");
    assert_int_equal(plx_token_list_open(model, &options, 2, &vocabulary, &source, sha256, &error), PLX_OK);
    assert_null(vocabulary);
    assert_null(source);
    assert_string_equal(sha256, "");
    const char *list = folder_add(&folder, "vocab.txt", "a\nb\n");
    assert_int_equal(plx_token_list_open(model, &options, 2, &vocabulary, &source, sha256, &error), PLX_OK);
    assert_non_null(vocabulary);
    assert_int_equal(plx_vocabulary_find_text(vocabulary, "b"), 1);
    assert_string_equal(sha256, "911169ddaaf146aff539f58c26c489af3b892dff0fe283c1c264c65ae5aa59a2");
    assert_string_equal(source, list);
    free(source);
    plx_vocabulary_free(vocabulary);
    folder_remove(&folder);
}

static void plx_token_list_open__named(void **state)
{
    struct folder folder;
    struct plx_vocabulary *vocabulary;
    struct plx_error error;
    char sha256[65], missing[96], *source;
    (void)state;
    folder_make(&folder);
    const char *model = folder_add(&folder, "m.safetensors", "");
    folder_add(&folder, "vocab.txt", "a\nb\n");
    struct plx_model_options options = {.vocabulary = folder_add(&folder, "other.json", "{\"x\": 0}")};
    assert_int_equal(plx_token_list_open(model, &options, 1, &vocabulary, &source, sha256, &error), PLX_OK);
    assert_int_equal(plx_vocabulary_find_text(vocabulary, "x"), 0);
    assert_string_equal(source, options.vocabulary);
    free(source);
    plx_vocabulary_free(vocabulary);
    snprintf(missing, sizeof missing, "%s/missing", folder.path);
    options.vocabulary = missing;
    assert_int_equal(plx_token_list_open(model, &options, 1, &vocabulary, &source, sha256, &error), PLX_IO);
    assert_null(vocabulary);
    folder_remove(&folder);
}

static void plx_token_list_open__another_size(void **state)
{
    const struct plx_model_options options = {0};
    struct folder folder;
    struct plx_vocabulary *vocabulary;
    struct plx_error error;
    char sha256[65], *source;
    (void)state;
    folder_make(&folder);
    const char *model = folder_add(&folder, "m.safetensors", "");
    const char *list = folder_add(&folder, "vocab.txt", "a\nb\nc\n");
    for (uint64_t types = 2; types <= 4; types += 2) {
        assert_int_equal(plx_token_list_open(model, &options, types, &vocabulary, &source, sha256, &error),
                         PLX_MALFORMED);
        assert_null(vocabulary);
        assert_null(source);
        assert_string_equal(sha256, "");
        assert_string_equal(error.input, list);
        assert_non_null(strstr(error.message, "has 3 tokens"));
        assert_non_null(strstr(error.message, types == 2 ? "has 2" : "has 4"));
    }
    folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_token_list_form__by_name),
        cmocka_unit_test(plx_token_list_parse__lines),
        cmocka_unit_test(plx_token_list_parse__carriage_returns),
        cmocka_unit_test(plx_token_list_parse__a_nul_byte_is_part_of_a_token),
        cmocka_unit_test(plx_token_list_parse__bad_lines),
        cmocka_unit_test(plx_token_list_parse__json),
        cmocka_unit_test(plx_token_list_parse__bad_json),
        cmocka_unit_test(plx_token_list_parse__fairseq),
        cmocka_unit_test(plx_token_list_parse__bad_fairseq),
        cmocka_unit_test(plx_token_list_find__in_order),
        cmocka_unit_test(plx_token_list_find__no_model_file),
        cmocka_unit_test(plx_token_list_open__beside_the_model),
        cmocka_unit_test(plx_token_list_open__named),
        cmocka_unit_test(plx_token_list_open__another_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

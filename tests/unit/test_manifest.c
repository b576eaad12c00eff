/* Manifests: what is read of them, and what is refused. */
#include "corpus/manifest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define URLS  "\"urls\": [\"https://a.test/x.zip?b=c\", \"http://b.test/x\"]"
#define HASH  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEAD  "{\"schema\": \"perplex.manifest/1\", \"name\": \"a-1\", \"title\": \"A\", "
#define FREE  "\"licence\": {\"text\": \"Free.\"}, "
#define SPLIT HEAD FREE "\"splits\": {\"test\": {" URLS ", "

static void plx_manifest_parse__all_members(void **state)
{
    static const char text[] =
        HEAD "\"description\": \"D\", \"licence\": {\"spdx\": \"CC0-1.0\", \"text\": \"Free.\"}, "
             "\"citation\": \"C\","
             "\"homepage\": \"H\", \"default\": \"valid\", \"splits\": {\"test\": {" URLS
             "}, \"valid\": {" URLS ", \"size\": 7, \"sha256\": \"" HASH
             "\", \"member\": \"m\", \"range\": {\"offset\": 0, \"length\": 5}, "
             "\"format\": \"jsonl\", \"tokens\": \"byte\", \"counts\": {\"documents\": 1, \"lines\": 2, "
             "\"words\": 3, "
             "\"tokens\": 4, \"characters\": 5, \"bytes\": 9007199254740991}}}}";
    struct plx_manifest *manifest;
    const struct plx_manifest_split *split;
    struct plx_error error;
    (void)state;
    assert_int_equal(plx_manifest_parse(text, strlen(text), "x.json", &manifest, &error), PLX_OK);
    const struct plx_manifest_info *info = plx_manifest_info(manifest);
    assert_string_equal(info->name, "a-1");
    assert_string_equal(info->title, "A");
    assert_string_equal(info->description, "D");
    assert_string_equal(info->licence, "CC0-1.0");
    assert_string_equal(info->licence_text, "Free.");
    assert_string_equal(info->citation, "C");
    assert_string_equal(info->homepage, "H");
    assert_int_equal(info->split_count, 2);
    assert_ptr_equal(info->usual, info->splits + 1);
    assert_int_equal(plx_manifest_find_split(manifest, "test", &split, &error), PLX_OK);
    assert_string_equal(split->name, "test");
    assert_int_equal(split->url_count, 2);
    assert_string_equal(split->urls[1], "http://b.test/x");
    assert_null(split->sha256);
    assert_null(split->format);
    assert_int_equal(split->tokens, PLX_TOKENS_AUTO);
    assert_int_equal(plx_manifest_find_split(manifest, NULL, &split, &error), PLX_OK);
    assert_string_equal(split->name, "valid");
    assert_string_equal(split->urls[0], "https://a.test/x.zip?b=c");
    assert_string_equal(split->labels[0], "https://a.test/x.zip");
    assert_int_equal(split->size, 7);
    assert_string_equal(split->sha256, HASH);
    assert_string_equal(split->member, "m");
    assert_int_equal(split->offset, 0);
    assert_int_equal(split->length, 5);
    assert_string_equal(split->format, "jsonl");
    assert_int_equal(split->tokens, PLX_TOKENS_BYTE);
    assert_int_equal(split->counts.documents, 1);
    assert_int_equal(split->counts.lines, 2);
    assert_int_equal(split->counts.words, 3);
    assert_int_equal(split->counts.tokens, 4);
    assert_int_equal(split->counts.characters, 5);
    assert_true(split->counts.bytes == 9007199254740991);
    plx_manifest_close(manifest);
}

static void plx_manifest_parse__refused(void **state)
{
    static const struct {
        const char *text, *message; /* part of it */
    } cases[] = {
        {"[]", "$: expected an object"},
        {HEAD FREE "\"splits\": {\"test\": {" URLS "}}, \"licens\": 1}", "$.licens: there is no such member"},
        {HEAD "\"splits\": {\"test\": {" URLS "}}}", "$.licence: expected an object, found nothing"},
        {HEAD "\"licence\": {}, \"splits\": {\"test\": {" URLS "}}}", "$.licence.text"},
        {HEAD FREE "\"splits\": {}}", "$.splits: expected an object of splits, found none"},
        {HEAD FREE "\"splits\": []}", "$.splits: expected an object of splits"},
        {HEAD FREE "\"splits\": {\"Test\": {" URLS "}}}", "$.splits.Test: a name consists of"},
        {HEAD FREE "\"splits\": {\"a.json\": {" URLS "}}}", "a name consists of"},
        {HEAD FREE "\"splits\": {\"-a\": {" URLS "}}}", "a name consists of"},
        {HEAD FREE "\"splits\": {\"a/b\": {" URLS "}}}", "a name consists of"},
        {HEAD FREE "\"splits\": {\"test\": {\"urls\": []}}}", "$.splits.test.urls: there is no URL"},
        {HEAD FREE "\"splits\": {\"test\": {\"urls\": [3]}}}", "$.splits.test.urls[0]: expected an http"},
        {HEAD FREE "\"splits\": {\"test\": {\"urls\": [\"file:///x\"]}}}", "urls[0]: expected an http"},
        {HEAD FREE "\"default\": \"tset\", \"splits\": {\"test\": {" URLS "}}}",
         "$.default: there is no such"},
        {SPLIT "\"sha256\": \"0123\"}}}", "$.splits.test.sha256: expected 64"},
        {SPLIT "\"size\": 0}}}", "$.splits.test.size"},
        {SPLIT "\"size\": 1.5}}}", "$.splits.test.size"},
        {SPLIT "\"size\": 9007199254740992}}}", "$.splits.test.size"},
        {SPLIT "\"member\": \"\"}}}", "$.splits.test.member: the text is empty"},
        {SPLIT "\"format\": \"csv\"}}}", "$.splits.test.format: there is no corpus format \"csv\""},
        {SPLIT "\"format\": \"megatron\"}}}", "a corpus of two files cannot be had by name"},
        {SPLIT "\"tokens\": \"auto\"}}}", "$.splits.test.tokens: expected word"},
        {SPLIT "\"range\": {\"offset\": 3}}}}", "$.splits.test.range.length"},
        {SPLIT "\"range\": {\"offset\": 3, \"length\": 0}}}}", "$.splits.test.range.length"},
        {SPLIT "\"counts\": {\"word\": 3}}}}", "$.splits.test.counts.word: there is no such member"},
        {SPLIT "\"counts\": {\"words\": -3}}}}", "$.splits.test.counts.words"},
        {"{\"schema\": \"perplex.plan/1\", \"name\": \"a\", \"title\": \"A\", " FREE "\"splits\": {}}",
         "$.schema: \"perplex.plan/1\" is not \"perplex.manifest/1\""},
        {"{\"schema\": \"perplex.manifest/1\", \"name\": \"A\", \"title\": \"A\", " FREE "\"splits\": {}}",
         "$.name: a name consists of"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plx_manifest *manifest;
        struct plx_error error;
        const enum plx_status status =
            plx_manifest_parse(cases[i].text, strlen(cases[i].text), "x.json", &manifest, &error);
        if (status != PLX_MALFORMED || !strstr(error.message, cases[i].message))
            fail_msg("%s: status %d, \"%s\"", cases[i].text, (int)status,
                     status == PLX_OK ? "" : error.message);
        assert_string_equal(error.input, "x.json");
        assert_null(manifest);
    }
}

static void plx_manifest_parse__place(void **state)
{
    static const char text[] = "{\n  \"schema\" 3\n}";
    struct plx_manifest *manifest;
    struct plx_error error;
    (void)state;
    assert_int_equal(plx_manifest_parse(text, strlen(text), "x.json", &manifest, &error), PLX_MALFORMED);
    assert_int_equal(error.line, 2);
    assert_int_equal(error.column, 12);
}

/* Every cut of a manifest is refused, and none is read beyond its end. */
static void plx_manifest_parse__truncated(void **state)
{
    (void)state;
    for (size_t size = 0; size < plx_manifest_texts[0].size - 2; size++) {
        struct plx_manifest *manifest;
        struct plx_error error;
        char *cut = malloc(size + 1);
        memcpy(cut, plx_manifest_texts[0].text, size);
        assert_int_equal(plx_manifest_parse(cut, size, "x", &manifest, &error), PLX_MALFORMED);
        free(cut);
    }
}

/* What the library has of its own is named as its files are, and can be had. */
static void plx_manifest_open__own(void **state)
{
    static const char *const names[] = {"wikitext-2",    "wikitext-2-raw", "wikitext-103", "wikitext-103-raw",
                                        "penn-treebank", "text8",          "enwik8",       "tiny-shakespeare",
                                        "lambada",       "lambada-openai"};
    (void)state;
    assert_int_equal(plx_manifest_text_count, sizeof names / sizeof *names);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct plx_manifest *manifest;
        const struct plx_manifest_split *test;
        const char *split;
        struct plx_error error;
        assert_int_equal(plx_manifest_open(names[i], NULL, &manifest, &split, &error), PLX_OK);
        assert_null(split);
        assert_string_equal(plx_manifest_info(manifest)->name, names[i]);
        assert_null(plx_manifest_info(manifest)->file);
        assert_int_equal(plx_manifest_find_split(manifest, NULL, &test, &error), PLX_OK);
        assert_string_equal(test->name, "test");
        plx_manifest_close(manifest);
    }
}

static void plx_manifest_open__unknown(void **state)
{
    static const struct {
        const char *name, *message, *hint;
    } cases[] = {
        {"text9/test", "there is no corpus \"text9\"", "did you mean text8?"},
        {"../text8", "there is no corpus \"..\"", "`perplex fetch --list` lists them"},
        {"", "there is no corpus \"\"", "`perplex fetch --list` lists them"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plx_manifest *manifest;
        const char *split;
        struct plx_error error;
        assert_int_equal(plx_manifest_open(cases[i].name, NULL, &manifest, &split, &error), PLX_USAGE);
        assert_string_equal(error.message, cases[i].message);
        assert_string_equal(error.hint, cases[i].hint);
        assert_null(manifest);
    }
}

/* Nothing is asked for, and nothing of it is shown. */
static void plx_manifest_open__url(void **state)
{
    static const char *const names[] = {"http://me:hush@127.0.0.1:9/m.json/test",
                                        "HTTPS://me:hush@127.0.0.1:9/m.json", "ftp://me:hush@h/m.json/test"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct plx_manifest *manifest;
        const char *split;
        struct plx_error error;
        assert_int_equal(plx_manifest_open(names[i], NULL, &manifest, &split, &error), PLX_USAGE);
        assert_string_equal(error.message, "a manifest is a file, and no URL");
        assert_string_equal(error.input, "");
        assert_null(manifest);
    }
}

static void plx_manifest_path_length__cases(void **state)
{
    (void)state;
    assert_int_equal(plx_manifest_path_length("text8/test"), 0);
    assert_int_equal(plx_manifest_path_length("a/b.json"), 8);
    assert_int_equal(plx_manifest_path_length("./b.json/test"), 8);
    assert_int_equal(plx_manifest_path_length("b.json.d/c"), 0);
    assert_int_equal(plx_manifest_path_length("b.json/c.json/d"), 13);
    assert_int_equal(plx_manifest_path_length(".json"), 0);
}

static void plx_corpus_is_named__cases(void **state)
{
    (void)state;
    assert_true(plx_corpus_is_named("corpus:a"));
    assert_false(plx_corpus_is_named("corpus:"));
    assert_false(plx_corpus_is_named("./corpus:a"));
    assert_false(plx_corpus_is_named("corpora:a"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_manifest_parse__all_members), cmocka_unit_test(plx_manifest_parse__refused),
        cmocka_unit_test(plx_manifest_parse__place),       cmocka_unit_test(plx_manifest_parse__truncated),
        cmocka_unit_test(plx_manifest_open__url),          cmocka_unit_test(plx_manifest_open__own),
        cmocka_unit_test(plx_manifest_open__unknown),      cmocka_unit_test(plx_manifest_path_length__cases),
        cmocka_unit_test(plx_corpus_is_named__cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

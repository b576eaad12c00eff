/* Every corpus of tests/data through every format that ids are written in: what is read again is what was
   written, documents included where the format tells where they begin. The readers are not the writers' own
   code. */
#include <perplex/perplex.h>

#include "corpus/ids_writer.h"
#include "support/corpora.h"
#include "support/fixtures.h"
#include "support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct plx_corpus *open_corpus(const char *path)
{
    struct plx_corpus *corpus = NULL;
    struct plx_error error = {0};
    if (plx_corpus_open(&path, 1, NULL, &corpus, &error))
        fail_msg("%s: %s", path, error.message);
    return corpus;
}

static enum plx_content content_of(const char *path)
{
    struct plx_corpus *corpus = open_corpus(path);
    struct plx_corpus_info info;
    plx_corpus_info(corpus, &info);
    plx_corpus_close(corpus);
    return info.content;
}

static struct corpus_reading read_file(const char *path)
{
    struct corpus_reading reading;
    struct plx_error error = {0};
    if (corpus_read(open_corpus(path), &reading, &error))
        fail_msg("%s: %s", path, error.message);
    return reading;
}

/* False where the format cannot hold the ids, or a vocabulary the tokens. */
static bool convert(const char *input, const char *output, const struct plx_convert_options *options)
{
    struct plx_corpus *corpus = open_corpus(input);
    struct plx_error error = {0};
    const enum plx_status status = plx_convert_corpus(corpus, output, options, NULL, &error);
    plx_corpus_close(corpus);
    const bool possible = status != PLX_MISMATCH || (!strstr(error.message, "does not fit") &&
                                                     !strstr(error.message, "an empty token"));
    if (status && possible)
        fail_msg("%s: %s", input, error.message);
    return status == PLX_OK;
}

/* The same ids; and documents that begin at the same places. */
static void check_same(const struct corpus_reading *expected, const struct corpus_reading *found, bool parted)
{
    assert_int_equal(found->info.content, PLX_CONTENT_IDS);
    assert_int_equal(found->count, expected->count);
    assert_memory_equal(found->ids, expected->ids, expected->count * sizeof *expected->ids);
    assert_int_equal(found->document_count, parted ? expected->document_count : 1);
    for (size_t i = 0; i < found->document_count; i++)
        assert_int_equal(found->documents[i].begin, expected->documents[i].begin);
}

static void check_format(const char *input, const struct corpus_reading *expected,
                         const struct plx_ids_format *format)
{
    static const char *const NAMES[] = {"u16",      "x.u16",   "u32",     "x.u32",   "llmc",  "x.bin",
                                        "llmc-u32", "x.bin",   "npy",     "x.npy",   "jsonl", "x.jsonl",
                                        "megatron", "x.m.bin", "fairseq", "x.f.bin", NULL};
    const struct plx_convert_options options = {.format = format->name, .threads = 1};
    size_t i = 0;
    while (NAMES[i] && strcmp(NAMES[i], format->name) != 0)
        i += 2;
    if (!NAMES[i])
        fail_msg("no name for a file of the format %s", format->name);
    char path[512];
    snprintf(path, sizeof path, "%s", folder_path(NAMES[i + 1]));
    if (!convert(input, path, &options))
        return;
    struct corpus_reading found = read_file(path);
    check_same(expected, &found, format->documents);
    corpus_reading_free(&found);
}

static void corpora__are_the_same_through_every_format(void **state)
{
    (void)state;
    struct fixtures corpora = fixtures_corpora();
    size_t tried = 0, refused = 0;
    for (size_t i = 0; i < corpora.count; i++) {
        char vocabulary[512], ids[512];
        snprintf(vocabulary, sizeof vocabulary, "%s",
                 folder_path(content_of(corpora.paths[i]) == PLX_CONTENT_TEXT ? "vocab.txt" : "vocab.json"));
        snprintf(ids, sizeof ids, "%s", folder_path("ids.jsonl"));
        const enum plx_content content = content_of(corpora.paths[i]);
        const bool words = content != PLX_CONTENT_IDS;
        const struct plx_protocol protocol = {
            .unit = PLX_UNIT_STREAM,
            .end = PLX_END_AUTO,
            .control_words = content == PLX_CONTENT_TEXT ? PLX_CONTROL_WORD : PLX_CONTROL_REFUSE,
            .pages = PLX_PAGES_ARTICLE};
        const struct plx_convert_options options = {.make_vocabulary = words ? vocabulary : NULL,
                                                    .protocol = &protocol};
        if (!convert(corpora.paths[i], ids, &options)) {
            refused++;
            continue;
        }
        struct corpus_reading expected = read_file(ids);
        if (!words) {
            struct corpus_reading original = read_file(corpora.paths[i]);
            check_same(&original, &expected, true);
            corpus_reading_free(&original);
        }
        const struct plx_ids_format *format;
        for (size_t k = 0; (format = plx_ids_format(k)) != NULL; k++, tried++)
            check_format(ids, &expected, format);
        corpus_reading_free(&expected);
    }
    assert_true(tried >= 8 * 15);
    assert_int_equal(refused, 1); /* strings.jsonl has an empty token */
    fixtures_free(&corpora);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(corpora__are_the_same_through_every_format, folder_make,
                                        folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Some of a corpus' documents: what Python's slices of the list of all are. */
#include "corpus/document_range.h"

#include "support/corpora.h"
#include "support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* sha256sum of the file. */
#define SHA256_JSONL "9e1db38c230cb81148a8539f157b061a0bc1da52c1fd5b7427a11675d892ec60"

/* Five documents, the third of which holds nothing. */
static const char JSONL[] =
    "{\"text\":\"a\"}\n{\"text\":\"b\"}\n{\"text\":\"\"}\n{\"text\":\"d\"}\n{\"text\":\"e\"}\n";

struct part {
    uint64_t first, end;
    const char *text;
    uint64_t documents;
    const char *range;
};

static struct corpus_reading read_part(struct plx_corpus *corpus)
{
    struct corpus_reading reading;
    struct plx_error error;
    if (corpus_read(corpus, &reading, &error))
        fail_msg("%s", error.message);
    return reading;
}

static void expect_part(const struct corpus_reading *reading, const struct part *part)
{
    char range[PLX_DOCUMENT_RANGE_TEXT];
    assert_int_equal(reading->text.size, strlen(part->text));
    assert_memory_equal(reading->text.data, part->text, strlen(part->text));
    assert_int_equal(reading->info.documents, part->documents);
    plx_document_range_text(&reading->info, range);
    assert_string_equal(range, part->range);
}

static void plx_corpus_next__some_documents(void **state)
{
    static const struct part parts[] = {
        {0, 0, "abde", 5, ""},  {0, 1, "a", 1, "0:1"},   {1, 2, "b", 1, "1:2"}, {2, 3, "", 1, "2:3"},
        {1, 4, "bd", 3, "1:4"}, {3, 0, "de", 2, "3:5"},  {4, 5, "e", 1, "4:5"}, {4, 100, "e", 1, "4:5"},
        {0, 5, "abde", 5, ""},  {0, 4, "abd", 4, "0:4"}, {0, 6, "abde", 5, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const struct plx_corpus_options options = {.first_document = parts[i].first,
                                                   .end_document = parts[i].end};
        struct plx_corpus *corpus;
        struct plx_error error;
        assert_int_equal(corpus_open_memory(JSONL, sizeof JSONL - 1, "x", &options, &corpus, &error), PLX_OK);
        struct corpus_reading reading = read_part(corpus);
        expect_part(&reading, parts + i);
        corpus_reading_free(&reading);
    }
}

/* The fingerprint is that of the whole, wherever the reading ends. */
static void plx_corpus_sha256__of_all_documents(void **state)
{
    (void)state;
    for (uint64_t end = 0; end < 5; end++) {
        const struct plx_corpus_options options = {.end_document = end};
        struct plx_corpus *corpus;
        struct plx_error error;
        assert_int_equal(corpus_open_memory(JSONL, sizeof JSONL - 1, "x", &options, &corpus, &error), PLX_OK);
        struct corpus_reading reading = read_part(corpus);
        assert_string_equal(reading.sha256, SHA256_JSONL);
        corpus_reading_free(&reading);
    }
}

/* Of several files every one begins a document; headings begin others. */
static void plx_corpus_next__some_documents_of_files(void **state)
{
    static const char *const texts[] = {"x\n\n = A = \n\na\n", "y\n", " = B = \n\nb\n\n = C = \n\nc\n"};
    static const struct part parts[] = {
        {0, 1, "x\n\n", 1, "0:1"},
        {1, 4, " = A = \n\na\ny\n = B = \n\nb\n\n", 3, "1:4"},
        {4, 0, " = C = \n\nc\n", 1, "4:5"},
        {2, 3, "y\n", 1, "2:3"},
    };
    const char *names[3];
    char paths[3][256];
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char name[8];
        snprintf(name, sizeof name, "%zu.txt", i);
        names[i] = strcpy(paths[i], folder_path(name));
        FILE *file = fopen(names[i], "wb");
        assert_non_null(file);
        fputs(texts[i], file);
        fclose(file);
    }
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const struct plx_corpus_options options = {.first_document = parts[i].first,
                                                   .end_document = parts[i].end};
        struct plx_corpus *corpus;
        struct plx_error error;
        assert_int_equal(plx_corpus_open(names, 3, &options, &corpus, &error), PLX_OK);
        struct corpus_reading reading = read_part(corpus);
        expect_part(&reading, parts + i);
        corpus_reading_free(&reading);
    }
}

static void plx_corpus_next__no_such_document(void **state)
{
    (void)state;
    for (uint64_t first = 5; first < 8; first++) {
        const struct plx_corpus_options options = {.first_document = first};
        struct corpus_reading reading;
        struct plx_corpus *corpus;
        struct plx_error error;
        assert_int_equal(corpus_open_memory(JSONL, sizeof JSONL - 1, "x", &options, &corpus, &error), PLX_OK);
        assert_int_equal(corpus_read(corpus, &reading, &error), PLX_USAGE);
        assert_non_null(strstr(error.message, "the corpus has 5 documents: there is none from number"));
        corpus_reading_free(&reading);
    }
}

static void plx_corpus_open__no_document_asked_for(void **state)
{
    static const uint64_t parts[][2] = {{1, 1}, {3, 2}};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const struct plx_corpus_options options = {.first_document = parts[i][0],
                                                   .end_document = parts[i][1]};
        struct plx_corpus *corpus;
        struct plx_error error;
        assert_int_equal(corpus_open_memory(JSONL, sizeof JSONL - 1, "x", &options, &corpus, &error),
                         PLX_USAGE);
        assert_null(corpus);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_corpus_next__some_documents),
        cmocka_unit_test(plx_corpus_sha256__of_all_documents),
        cmocka_unit_test_setup_teardown(plx_corpus_next__some_documents_of_files, folder_make, folder_remove),
        cmocka_unit_test(plx_corpus_next__no_such_document),
        cmocka_unit_test(plx_corpus_open__no_document_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

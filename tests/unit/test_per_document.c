/* Per-document files: the format by the name, and what both formats write, written out by hand. */
#include <perplex/per_document.h>

#include "support/folder.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(a) (sizeof(a) / sizeof *(a))

/* No nats, or endless ones, so that their quotients are plain. */
static const struct plx_document_score EXAMPLES[] = {
    {.number = 5, .id = {"a, \"b\"\\\n\t\xC3\xA9\xFF", 12}, .tokens = 4, .bytes = 8, .nats = 0},
    {.number = 7,
     .tokens = 2,
     .infinite = 1,
     .bytes = 3,
     .nats = (double)INFINITY,
     .nats_per_token = (double)INFINITY},
    {.number = UINT64_MAX, .id = {"", 0}, .tokens = 1, .nats = 0},
};
static const char JSONL[] =
    "{\"number\":5,\"document\":\"a, \\\"b\\\"\\\\\\n\\t\xC3\xA9\xEF\xBF\xBD\",\"tokens\":4,\"nats\":0,"
    "\"nats_per_token\":0,\"perplexity\":1,\"bytes\":8,\"bits_per_byte\":0,\"infinite\":0}\n"
    "{\"number\":7,\"tokens\":2,\"nats\":\"inf\",\"nats_per_token\":\"inf\",\"perplexity\":\"inf\",\"bytes\":"
    "3,"
    "\"bits_per_byte\":\"inf\",\"infinite\":1}\n"
    "{\"number\":18446744073709551615,\"document\":\"\",\"tokens\":1,\"nats\":0,\"nats_per_token\":0,"
    "\"perplexity\":1,\"bytes\":0,\"bits_per_byte\":\"nan\",\"infinite\":0}\n";
static const char CSV[] =
    "number,document,tokens,nats,nats_per_token,perplexity,bytes,bits_per_byte,infinite\n"
    "5,\"a, \"\"b\"\"\\\n\t\xC3\xA9\xEF\xBF\xBD\",4,0,0,1,8,0,0\n"
    "7,,2,inf,inf,inf,3,inf,1\n"
    "18446744073709551615,\"\",1,0,0,1,0,nan,0\n";

static struct plx_per_document *open_writer(const char *path)
{
    struct plx_per_document *writer = NULL;
    struct plx_error error = {0};
    if (plx_per_document_open(path, &writer, &error))
        fail_msg("%s", error.message);
    assert_non_null(writer);
    return writer;
}

static void write_documents(struct plx_per_document *writer, const struct plx_document_score *documents,
                            size_t count)
{
    plx_document_sink *const sink = plx_per_document_write;
    struct plx_error error = {0};
    for (size_t i = 0; i < count; i++) {
        if (sink(writer, documents + i, &error))
            fail_msg("%s", error.message);
    }
}

static void commit(struct plx_per_document *writer)
{
    struct plx_error error = {0};
    if (plx_per_document_commit(writer, &error))
        fail_msg("%s", error.message);
}

static void write__by_the_name(void **state)
{
    static const struct {
        const char *name, *text;
    } cases[] = {
        {"a.jsonl", JSONL}, {"a.ndjson", JSONL}, {"a.JSON", JSONL}, {"a.csv", CSV}, {"a.json.Csv", CSV}};
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct plx_per_document *writer = open_writer(folder_path(cases[i].name));
        write_documents(writer, EXAMPLES, LENGTH(EXAMPLES));
        commit(writer);
        folder_file_is(cases[i].name, cases[i].text, strlen(cases[i].text));
    }
}

/* Longer than any buffer, too. */
static void write__long_ids(void **state)
{
    static const size_t lengths[] = {4095, 4096, 4097, 65535, 200000};
    const size_t most = lengths[LENGTH(lengths) - 1];
    char *id = malloc(most), *expected = malloc(7 * most);
    (void)state;
    if (!id || !expected)
        abort();
    memset(id, '\x01', most);
    for (size_t i = 0; i < LENGTH(lengths); i++) {
        const size_t length = lengths[i];
        const struct plx_document_score document = {.id = {id, length}, .tokens = 1};
        struct plx_per_document *writer = open_writer(folder_path("a.jsonl"));
        size_t size = (size_t)sprintf(expected, "{\"number\":0,\"document\":\"");
        write_documents(writer, &document, 1);
        commit(writer);
        for (size_t k = 0; k < length; k++, size += 6)
            memcpy(expected + size, "\\u0001", 6);
        size += (size_t)sprintf(expected + size,
                                "\",\"tokens\":1,\"nats\":0,\"nats_per_token\":0,\"perplexity\":1,"
                                "\"bytes\":0,\"bits_per_byte\":\"nan\",\"infinite\":0}\n");
        folder_file_is("a.jsonl", expected, size);
    }
    free(id);
    free(expected);
}

static void write__many(void **state)
{
    static const char row[] = "\"0123456789\",1,0,0,1,0,nan,0\n";
    const size_t count = 5000;
    char *expected = malloc(count * 64);
    struct plx_per_document *writer = open_writer(folder_path("a.csv"));
    size_t size = strcspn(CSV, "\n") + 1;
    (void)state;
    if (!expected)
        abort();
    memcpy(expected, CSV, size);
    for (size_t i = 0; i < count; i++) {
        const struct plx_document_score document = {.number = i, .id = {"0123456789", 10}, .tokens = 1};
        write_documents(writer, &document, 1);
        size += (size_t)sprintf(expected + size, "%zu,%s", i, row);
    }
    commit(writer);
    folder_file_is("a.csv", expected, size);
    free(expected);
}

static void open__no_format(void **state)
{
    struct plx_per_document *writer;
    struct plx_error error;
    (void)state;
    assert_int_equal(plx_per_document_open(folder_path("a.npy"), &writer, &error), PLX_USAGE);
    assert_string_equal(error.message, "\"a.npy\" does not say what format a per-document file is");
    assert_string_equal(error.hint, "its name ends in .jsonl (jsonl) or .csv (csv); .gz may follow");
    assert_null(writer);
    folder_holds("");
}

static void finish__leaves_the_renaming(void **state)
{
    struct plx_per_document *writer = open_writer(folder_path("a.jsonl"));
    struct plx_error error;
    (void)state;
    write_documents(writer, EXAMPLES, LENGTH(EXAMPLES));
    assert_int_equal(plx_per_document_finish(writer, &error), PLX_OK);
    assert_int_equal(plx_per_document_write(writer, EXAMPLES, &error), PLX_USAGE);
    commit(writer);
    folder_holds("a.jsonl");
    folder_file_is("a.jsonl", JSONL, sizeof JSONL - 1);
}

static void discard__leaves_nothing(void **state)
{
    struct plx_per_document *writer = open_writer(folder_path("a.csv.gz"));
    (void)state;
    write_documents(writer, EXAMPLES, LENGTH(EXAMPLES));
    plx_per_document_discard(writer);
    plx_per_document_discard(NULL);
    folder_holds("");
}

/* `perplex formats` and the help walk them. */
static void formats__described(void **state)
{
    size_t count = 0;
    (void)state;
    for (; plx_per_document_format_name(count); count++) {
        char name[64];
        assert_true(strlen(plx_per_document_format_description(count)) > 10);
        snprintf(name, sizeof name, "a.%s", plx_per_document_format_name(count));
        plx_per_document_discard(open_writer(folder_path(name)));
    }
    assert_int_equal(count, 2);
    assert_null(plx_per_document_format_description(count));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_make, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(write__by_the_name),
        TEST(write__long_ids),
        TEST(write__many),
        TEST(open__no_format),
        TEST(finish__leaves_the_renaming),
        TEST(discard__leaves_nothing),
        TEST(formats__described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

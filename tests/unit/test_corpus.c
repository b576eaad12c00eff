/* A corpus of one or several files. Fingerprints are those that sha256sum gives, of files and of its own
   output's first column. */
#include "support/corpora.h"
#include "support/http_server.h"
#include "support/zip_file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* sha256sum of "one\n", "two\n", "three" and nothing; and of these lines: of the first two, of all four. */
#define SHA256_ONE   "2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806"
#define SHA256_PAIR  "a50bf38ac5895077796ec5aaebcc94163ceb75563de42cf017e749178f4ad333"
#define SHA256_FOUR  "b5963a0ce05f2b9fc1d7f3bd1c10f26936ac7c8306e7b1cec6969f2356fafd10"
#define SHA256_EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static char folder[] = "/tmp/plx-corpus-XXXXXX";

static void write_file(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static const struct {
    const char *name, *content;
} FILES[] = {
    {"1.txt", "one\n"},
    {"2.txt", "two\n"},
    {"3.txt", "three"},
    {"empty.txt", ""},
    {"wiki.txt", " = A = \n\nx\n\n = B = \n\ny\n"},
    {"a.jsonl", "{\"text\":\"a\",\"id\":1}\n{\"text\":\"b\"}\n"},
    {"b.jsonl", "{\"text\":\"c\"}\n"},
    {"blank.jsonl", "\n\n"},
    {"empty.jsonl", ""},
    {"ids.jsonl", "{\"input_ids\":[1,2]}\n"},
    {"strings.jsonl", "{\"tokens\":[\"a\"]}\n"},
    {"bad.jsonl", "{\"text\":\"d\"}\n{\"text\":5}\n"},
    {"1.bin", "\1\1\2\2"},
    {"2.bin", "\3\3"},
    {"empty.bin", ""},
    {"odd.bin", "\4\4\5"},
};

static int make_folder(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++)
        write_file(FILES[i].name, FILES[i].content, strlen(FILES[i].content));
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++)
        unlink(FILES[i].name);
    unlink("binary");
    return chdir("/") || rmdir(folder);
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

static size_t length(const char *const *list)
{
    size_t count = 0;
    while (list[count])
        count++;
    return count;
}

static struct plx_corpus *open_files(const char *const *names, const struct plx_corpus_options *options)
{
    struct plx_corpus *corpus;
    struct plx_error error;
    if (plx_corpus_open(names, length(names), options, &corpus, &error))
        fail_msg("%s: %s", error.input, error.message);
    return corpus;
}

static struct corpus_reading read_files(const char *const *names)
{
    struct corpus_reading reading;
    struct plx_error error;
    if (corpus_read(open_files(names, NULL), &reading, &error))
        fail_msg("%s: %s", error.input, error.message);
    return reading;
}

/* The status of opening and reading. */
static enum plx_status try_files(const char *const *names, const char *format, struct plx_error *error)
{
    const struct plx_corpus_options options = {.format = format};
    struct corpus_reading reading;
    struct plx_corpus *corpus = (struct plx_corpus *)folder;
    enum plx_status status = plx_corpus_open(names, length(names), &options, &corpus, error);
    if (status) {
        assert_null(corpus);
        return status;
    }
    status = corpus_read(corpus, &reading, error);
    corpus_reading_free(&reading);
    return status;
}

static void expect_text(const struct corpus_reading *reading, const char *text)
{
    assert_int_equal(reading->text.size, strlen(text));
    assert_memory_equal(reading->text.data, text, strlen(text));
}

static void expect_files(const struct corpus_reading *reading, const char *const *names)
{
    assert_int_equal(reading->document_count, length(names));
    for (size_t i = 0; names[i]; i++)
        assert_string_equal(reading->documents[i].file, names[i]);
}

/* Several files. */

static void plx_corpus_open__several_files(void **state)
{
    (void)state;
    struct corpus_reading reading = read_files(LIST("3.txt", "1.txt", "2.txt", "1.txt"));
    expect_text(&reading, "threeone\ntwo\none\n");
    expect_files(&reading, LIST("3.txt", "1.txt", "2.txt", "1.txt"));
    assert_int_equal(reading.info.files, 4);
    assert_int_equal(reading.info.documents, 4);
    assert_int_equal(reading.info.bytes, 17);
    for (size_t i = 0; i < 4; i++) { /* each file counts its own lines and bytes */
        assert_int_equal(reading.documents[i].line, 1);
        assert_int_equal(reading.documents[i].offset, 0);
    }
    corpus_reading_free(&reading);
}

static void plx_corpus_open__documents_in_files(void **state)
{
    (void)state;
    struct corpus_reading reading = read_files(LIST("wiki.txt", "1.txt", "wiki.txt"));
    expect_files(&reading, LIST("wiki.txt", "wiki.txt", "1.txt", "wiki.txt", "wiki.txt"));
    assert_int_equal(reading.documents[1].line, 5);
    assert_int_equal(reading.documents[4].line, 5);
    corpus_reading_free(&reading);
    reading = read_files(LIST("b.jsonl", "a.jsonl"));
    expect_text(&reading, "cab");
    expect_files(&reading, LIST("b.jsonl", "a.jsonl", "a.jsonl"));
    assert_string_equal(reading.documents[1].id, "1");
    assert_int_equal(reading.documents[2].line, 2);
    corpus_reading_free(&reading);
    reading = read_files(LIST("1.bin", "2.bin"));
    assert_int_equal(reading.count, 3);
    assert_int_equal(reading.ids[2], 3 * 257);
    expect_files(&reading, LIST("1.bin", "2.bin"));
    corpus_reading_free(&reading);
}

static void plx_corpus_open__patterns(void **state)
{
    struct plx_corpus_info info;
    (void)state;
    struct corpus_reading reading = read_files(LIST("[0-9].txt"));
    expect_text(&reading, "one\ntwo\nthree");
    assert_int_equal(reading.info.files, 3);
    corpus_reading_free(&reading);
    struct plx_corpus *corpus = open_files(LIST("2.*xt", "[13].txt"), NULL);
    assert_string_equal(plx_corpus_name(corpus), "2.*xt [13].txt");
    plx_corpus_info(corpus, &info);
    assert_int_equal(info.files, 3);
    assert_int_equal(info.documents, 0);
    assert_int_equal(info.bytes, 0);
    plx_corpus_close(corpus);
}

/* An empty file holds no document and decides nothing. */
static void plx_corpus_open__empty_files(void **state)
{
    static const char *const none[] = {NULL};
    (void)state;
    struct corpus_reading reading =
        read_files(LIST("empty.txt", "1.txt", "empty.jsonl", "2.txt", "empty.bin"));
    expect_text(&reading, "one\ntwo\n");
    expect_files(&reading, LIST("1.txt", "2.txt"));
    assert_string_equal(reading.info.format, "text");
    assert_int_equal(reading.info.files, 5);
    corpus_reading_free(&reading);
    reading = read_files(LIST("empty.txt", "blank.jsonl", "ids.jsonl", "blank.jsonl", "empty.bin"));
    assert_string_equal(reading.info.format, "jsonl");
    assert_int_equal(reading.info.content, PLX_CONTENT_IDS);
    assert_int_equal(reading.count, 2);
    corpus_reading_free(&reading);
    reading = read_files(LIST("empty.jsonl", "1.bin"));
    assert_string_equal(reading.info.format, "u16");
    corpus_reading_free(&reading);
    reading = read_files(LIST("empty.txt", "empty.bin"));
    expect_files(&reading, none);
    assert_string_equal(reading.info.format, "u16");
    corpus_reading_free(&reading);
}

/* What the corpus consists of is known once it is open, whatever comes first. */
static void plx_corpus_info__before_reading(void **state)
{
    struct plx_corpus_info info;
    (void)state;
    struct plx_corpus *corpus = open_files(LIST("empty.txt", "blank.jsonl", "strings.jsonl"), NULL);
    plx_corpus_info(corpus, &info);
    assert_string_equal(info.format, "jsonl");
    assert_int_equal(info.content, PLX_CONTENT_STRINGS);
    plx_corpus_close(corpus);
}

/* Refusals. */

static void plx_corpus_open__missing_file(void **state)
{
    struct plx_error error;
    struct plx_corpus *corpus;
    (void)state;
    const char *const names[] = {"1.txt", "missing.txt"};
    assert_int_equal(plx_corpus_open(names, 2, NULL, &corpus, &error), PLX_IO);
    assert_string_equal(error.input, "missing.txt");
    assert_null(corpus);
    const char *const pattern[] = {"1.txt", "missing*"};
    assert_int_equal(plx_corpus_open(pattern, 2, NULL, &corpus, &error), PLX_IO);
    assert_string_equal(error.input, "missing*");
    const char *const twice[] = {"-", "1.txt", "-"};
    assert_int_equal(plx_corpus_open(twice, 3, NULL, &corpus, &error), PLX_USAGE);
}

/* It was there when the corpus was opened. */
static void plx_corpus_next__file_that_has_gone(void **state)
{
    struct plx_error error;
    struct corpus_reading reading;
    (void)state;
    write_file("gone.txt", "x", 1);
    struct plx_corpus *corpus = open_files(LIST("1.txt", "gone.txt", "2.txt"), NULL);
    unlink("gone.txt");
    assert_int_equal(corpus_read(corpus, &reading, &error), PLX_IO);
    assert_string_equal(error.input, "gone.txt");
    expect_text(&reading, "one\n");
    corpus_reading_free(&reading);
}

static void plx_corpus_open__formats_that_differ(void **state)
{
    struct plx_error error;
    (void)state;
    assert_int_equal(try_files(LIST("1.txt", "a.jsonl"), NULL, &error), PLX_UNSUPPORTED);
    assert_string_equal(error.input, "a.jsonl");
    assert_non_null(strstr(error.message, "looks like jsonl, but the files before it are text"));
    assert_int_equal(try_files(LIST("a.jsonl", "b.jsonl", "1.bin"), NULL, &error), PLX_UNSUPPORTED);
    assert_string_equal(error.input, "1.bin");
    assert_non_null(strstr(error.message, "looks like u16, but the files before it are jsonl"));
    assert_int_equal(try_files(LIST("1.bin", "1.txt"), NULL, &error), PLX_UNSUPPORTED);
    assert_int_equal(try_files(LIST("1.txt", "a.jsonl", "1.bin"), "u16", &error),
                     PLX_MALFORMED); /* 33 bytes */
    assert_string_equal(error.input, "a.jsonl");
    assert_int_equal(try_files(LIST("1.txt", "a.jsonl", "1.bin"), "text", &error), PLX_OK);
}

static void plx_corpus_open__contents_that_differ(void **state)
{
    struct plx_error error;
    (void)state;
    assert_int_equal(try_files(LIST("a.jsonl", "ids.jsonl"), NULL, &error), PLX_UNSUPPORTED);
    assert_string_equal(error.input, "ids.jsonl");
    assert_non_null(strstr(error.message, "consists of ids, but the files before it of text"));
    assert_int_equal(try_files(LIST("ids.jsonl", "strings.jsonl"), "jsonl", &error), PLX_UNSUPPORTED);
    assert_non_null(strstr(error.message, "consists of strings, but the files before it of ids"));
}

static void plx_corpus_open__format_by_name(void **state)
{
    struct plx_error error;
    (void)state;
    assert_int_equal(try_files(LIST("1.txt"), "parquet", &error), PLX_USAGE);
    assert_non_null(strstr(error.message, "\"parquet\""));
    assert_int_equal(try_files(LIST("1.txt"), "jsonl", &error), PLX_MALFORMED);
    assert_string_equal(error.input, "1.txt");
    assert_int_equal(error.line, 1);
    assert_int_equal(try_files(LIST("1.txt"), "u16", &error), PLX_OK);
}

/* A table among the texts. */
static void plx_corpus_open__foreign_file(void **state)
{
    struct plx_error error;
    (void)state;
    write_file("binary", "PAR1\x15\x04", 6);
    assert_int_equal(try_files(LIST("1.txt", "binary"), NULL, &error), PLX_UNSUPPORTED);
    assert_string_equal(error.input, "binary");
    assert_non_null(strstr(error.message, "Parquet"));
}

/* Errors name the file they are in. */
static void plx_corpus_next__errors_in_a_later_file(void **state)
{
    struct plx_error error;
    (void)state;
    assert_int_equal(try_files(LIST("b.jsonl", "bad.jsonl"), NULL, &error), PLX_MALFORMED);
    assert_string_equal(error.input, "bad.jsonl");
    assert_int_equal(error.line, 2);
    assert_int_equal(error.column, 9);
    assert_int_equal(try_files(LIST("1.bin", "odd.bin", "2.bin"), NULL, &error), PLX_MALFORMED);
    assert_string_equal(error.input, "odd.bin");
    assert_int_equal(error.offset, 2);
}

/* Fingerprints. */

static void expect_sha256(struct plx_corpus *corpus, const char *expected)
{
    char hex[65];
    struct plx_error error;
    if (plx_corpus_sha256(corpus, hex, &error))
        fail_msg("%s", error.message);
    assert_string_equal(hex, expected);
}

static void plx_corpus_sha256__of_one_and_of_several(void **state)
{
    (void)state;
    struct plx_corpus *corpus = open_files(LIST("1.txt"), NULL);
    expect_sha256(corpus, SHA256_ONE);
    plx_corpus_close(corpus);
    corpus = open_files(LIST("1.tx?"), NULL);
    expect_sha256(corpus, SHA256_ONE);
    plx_corpus_close(corpus);
    corpus = open_files(LIST("empty.txt"), NULL);
    expect_sha256(corpus, SHA256_EMPTY);
    plx_corpus_close(corpus);
    corpus = open_files(LIST("1.txt", "2.txt"), NULL);
    expect_sha256(corpus, SHA256_PAIR);
    expect_sha256(corpus, SHA256_PAIR);
    plx_corpus_close(corpus);
    corpus = open_files(LIST("1.txt", "2.txt", "3.txt", "empty.txt"), NULL);
    expect_sha256(corpus, SHA256_FOUR);
    plx_corpus_close(corpus);
}

/* However much has been read before; afterwards there is nothing left. */
static void plx_corpus_sha256__after_some_chunks(void **state)
{
    const struct {
        const char *const *names;
        const char *sha256;
    } cases[] = {
        {(const char *const[]){"1.txt", NULL}, SHA256_ONE},
        {(const char *const[]){"1.txt", "2.txt", NULL}, SHA256_PAIR},
        {(const char *const[]){"1.txt", "2.txt", "3.txt", "empty.txt", NULL}, SHA256_FOUR},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t chunks = 0; chunks < 6; chunks++) {
            struct plx_corpus *corpus = open_files(cases[i].names, NULL);
            struct plx_chunk chunk;
            struct plx_error error;
            bool more = true;
            for (size_t k = 0; k < chunks; k++)
                assert_int_equal(plx_corpus_next(corpus, &chunk, &more, &error), PLX_OK);
            expect_sha256(corpus, cases[i].sha256);
            assert_int_equal(plx_corpus_next(corpus, &chunk, &more, &error), PLX_OK);
            assert_false(more);
            expect_sha256(corpus, cases[i].sha256);
            plx_corpus_close(corpus);
        }
    }
}

static void plx_corpus_sha256__errors(void **state)
{
    char hex[65];
    struct plx_error error;
    (void)state;
    struct plx_corpus *corpus = open_files(LIST("1.txt", "a.jsonl"), NULL);
    assert_int_equal(plx_corpus_sha256(corpus, hex, &error), PLX_UNSUPPORTED);
    plx_corpus_close(corpus);
}

/* Sources. */

static void plx_corpus_open_source__without_fingerprint(void **state)
{
    struct corpus_reading reading;
    struct plx_source *source;
    struct plx_corpus *corpus;
    struct plx_error error;
    char hex[65];
    (void)state;
    assert_int_equal(plx_source_open_memory("one\n", 4, "memory", NULL, &source, &error), PLX_OK);
    assert_int_equal(plx_corpus_open_source(source, NULL, &corpus, &error), PLX_OK);
    assert_string_equal(plx_corpus_name(corpus), "memory");
    assert_int_equal(plx_corpus_sha256(corpus, hex, &error), PLX_USAGE);
    plx_corpus_close(corpus);
    assert_int_equal(plx_source_open_memory("one\n", 4, "memory", NULL, &source, &error), PLX_OK);
    assert_int_equal(plx_corpus_open_source(source, NULL, &corpus, &error), PLX_OK);
    assert_int_equal(corpus_read(corpus, &reading, &error), PLX_OK);
    expect_text(&reading, "one\n");
    expect_files(&reading, LIST("memory"));
    corpus_reading_free(&reading);
}

/* The source is closed then: a sanitizer sees it. */
static void plx_corpus_open_source__failure(void **state)
{
    const struct plx_corpus_options options = {.format = "none such"};
    struct plx_corpus *corpus;
    struct plx_error error;
    (void)state;
    assert_int_equal(corpus_open_memory("x", 1, "memory", &options, &corpus, &error), PLX_USAGE);
    assert_null(corpus);
    assert_int_equal(corpus_open_memory("{\"text\":5}", 10, "memory", NULL, &corpus, &error), PLX_MALFORMED);
    assert_string_equal(error.input, "memory");
    assert_null(corpus);
    plx_corpus_close(NULL);
}

static void plx_corpus_open__url(void **state)
{
    const struct http_server_options options = {
        .content = "from the web\n", .content_size = 13, .folder = folder};
    char first[64], second[64];
    (void)state;
    struct http_server *server = http_server_start(&options);
    assert_non_null(server);
    snprintf(first, sizeof first, "http://127.0.0.1:%u/ok?key=secret", http_server_port(server));
    snprintf(second, sizeof second, "http://127.0.0.1:%u/2.txt", http_server_port(server));
    struct corpus_reading reading = read_files(LIST(first, "1.txt", second));
    expect_text(&reading, "from the web\none\ntwo\n");
    expect_files(&reading, LIST("ok", "1.txt", "2.txt"));
    corpus_reading_free(&reading);
    struct plx_corpus *corpus = open_files(LIST(first, second), NULL);
    assert_null(strstr(plx_corpus_name(corpus), "secret"));
    plx_corpus_close(corpus);
    struct plx_error error;
    snprintf(second, sizeof second, "http://127.0.0.1:%u/404", http_server_port(server));
    assert_int_equal(try_files(LIST("1.txt", second), NULL, &error), PLX_NETWORK);
    assert_string_equal(error.input, second);
    http_server_stop(server);
}

static void plx_corpus_open__standard_input(void **state)
{
    (void)state;
    const int saved = dup(STDIN_FILENO), file = open("2.txt", O_RDONLY);
    assert_true(saved >= 0 && file >= 0);
    assert_int_equal(dup2(file, STDIN_FILENO), STDIN_FILENO);
    struct corpus_reading reading = read_files(LIST("1.txt", "-", "3.txt"));
    dup2(saved, STDIN_FILENO);
    close(saved);
    close(file);
    expect_text(&reading, "one\ntwo\nthree");
    expect_files(&reading, LIST("1.txt", "-", "3.txt"));
    corpus_reading_free(&reading);
}

/* Progress: known from the start for files, by what they take on the disk. */
static void plx_corpus_progress__of_several(void **state)
{
    struct plx_chunk chunk;
    struct plx_error error;
    uint64_t size, done, before = 0;
    bool more = true;
    (void)state;
    struct plx_corpus *corpus = open_files(LIST("1.txt", "2.txt", "3.txt"), NULL);
    while (more) {
        assert_int_equal(plx_corpus_next(corpus, &chunk, &more, &error), PLX_OK);
        plx_corpus_progress(corpus, &size, &done);
        assert_int_equal(size, 13);
        assert_in_range(done, before, 13);
        before = done;
    }
    assert_int_equal(done, 13);
    plx_corpus_close(corpus);
    corpus = open_files(LIST("2.txt"), NULL);
    plx_corpus_progress(corpus, &size, &done);
    assert_int_equal(size, 4);
    plx_corpus_close(corpus);
}

/* What is read of archives is not what they take on the disk: the share would be none. */
static void plx_corpus_progress__of_archives(void **state)
{
    const struct zip_part part = {.name = "1.txt", .content = "one\n", .size = 4};
    const struct zip_file zip = zip_file(&part, 1, false);
    struct plx_chunk chunk;
    struct plx_error error;
    uint64_t size, done;
    bool more = true;
    (void)state;
    write_file("1.zip", zip.bytes, zip.size);
    write_file("2.zip", zip.bytes, zip.size);
    free(zip.bytes);
    struct plx_corpus *corpus = open_files(LIST("1.zip", "2.zip"), NULL);
    while (more) {
        assert_int_equal(plx_corpus_next(corpus, &chunk, &more, &error), PLX_OK);
        plx_corpus_progress(corpus, &size, &done);
        assert_int_equal(size, 0);
    }
    plx_corpus_close(corpus);
    unlink("1.zip");
    unlink("2.zip");
}

/* Interruption. */

struct interruption {
    unsigned calls, at; /* interrupts the call `at`, counted from 0 */
};

static bool interrupted(void *user)
{
    struct interruption *interruption = user;
    return interruption->calls++ == interruption->at;
}

/* Wherever it comes, the corpus goes on where it was. */
static void plx_corpus_next__interrupted(void **state)
{
    const char *const *const lists[] = {
        (const char *const[]){"1.txt", "2.txt", "empty.txt", "3.txt", NULL},
        (const char *const[]){"a.jsonl", "blank.jsonl", "b.jsonl", NULL},
        (const char *const[]){"1.bin", "empty.bin", "2.bin", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        struct corpus_reading whole = read_files(lists[i]);
        unsigned seen = 0, calls = 0;
        for (unsigned at = 0; at == 0 || at < calls; at++) {
            struct interruption interruption = {0, at};
            const struct plx_corpus_options options = {.interrupted = interrupted, .user = &interruption};
            struct plx_corpus *corpus;
            struct plx_error error;
            uint64_t documents = 0, items = 0;
            bool more = true;
            enum plx_status status = plx_corpus_open(lists[i], length(lists[i]), &options, &corpus, &error);
            if (status) {
                assert_int_equal(status, PLX_INTERRUPTED);
                calls = interruption.calls + 1;
                continue;
            }
            while (more || status) {
                struct plx_chunk chunk;
                status = plx_corpus_next(corpus, &chunk, &more, &error);
                assert_true(status == PLX_OK || status == PLX_INTERRUPTED);
                seen += status != PLX_OK;
                if (status || !more)
                    continue;
                documents += chunk.begins_document;
                items += chunk.size;
            }
            assert_int_equal(documents, whole.document_count);
            assert_int_equal(items, whole.info.content == PLX_CONTENT_TEXT ? whole.text.size : whole.count);
            plx_corpus_close(corpus);
            calls = interruption.calls;
        }
        assert_true(seen >= 3); /* in later files too */
        corpus_reading_free(&whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_corpus_open__several_files),
        cmocka_unit_test(plx_corpus_open__documents_in_files),
        cmocka_unit_test(plx_corpus_open__patterns),
        cmocka_unit_test(plx_corpus_open__empty_files),
        cmocka_unit_test(plx_corpus_info__before_reading),
        cmocka_unit_test(plx_corpus_open__missing_file),
        cmocka_unit_test(plx_corpus_next__file_that_has_gone),
        cmocka_unit_test(plx_corpus_open__formats_that_differ),
        cmocka_unit_test(plx_corpus_open__contents_that_differ),
        cmocka_unit_test(plx_corpus_open__format_by_name),
        cmocka_unit_test(plx_corpus_open__foreign_file),
        cmocka_unit_test(plx_corpus_next__errors_in_a_later_file),
        cmocka_unit_test(plx_corpus_sha256__of_one_and_of_several),
        cmocka_unit_test(plx_corpus_sha256__after_some_chunks),
        cmocka_unit_test(plx_corpus_sha256__errors),
        cmocka_unit_test(plx_corpus_open_source__without_fingerprint),
        cmocka_unit_test(plx_corpus_open_source__failure),
        cmocka_unit_test(plx_corpus_open__url),
        cmocka_unit_test(plx_corpus_open__standard_input),
        cmocka_unit_test(plx_corpus_progress__of_several),
        cmocka_unit_test(plx_corpus_progress__of_archives),
        cmocka_unit_test(plx_corpus_next__interrupted),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

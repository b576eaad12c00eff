/* What every corpus of every format must do, over all fixtures: a new format is covered on the day that it is
   registered. The expectations are the contract of include/perplex/corpus.h, and that the bytes decide,
   however they arrive. */
#include "support/corpora.h"
#include "support/fixtures.h"
#include "support/folder.h"
#include "support/gzip_member.h"
#include "support/http_server.h"
#include "support/sanitized.h"

#include <fcntl.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

/* So long that it takes several pieces. */
#define GROWN_BYTES ((size_t)300 << 10)

#define CONTENT_MOST (1 << 20) /* of a fixture */

/* The index that lies beside a fixture, NAME.idx beside NAME.bin; no bytes if there is none. */
static struct file_bytes read_index(const char *path)
{
    char name[512];
    const size_t length = strlen(path);
    snprintf(name, sizeof name, "%.*s.idx", (int)(length - 4), path);
    const bool named = length > 4 && strcmp(path + length - 4, ".bin") == 0;
    return named && access(name, F_OK) == 0 ? file_read(name) : (struct file_bytes){NULL, 0};
}

/* A fixture; or its content over and over, where that is a corpus too. */
struct subject {
    const char *path;              /* of the fixture, which names the content in any case */
    struct file_bytes file;        /* uncompressed */
    struct file_bytes index;       /* beside it */
    struct corpus_reading reading; /* as it is read from memory */
    bool grown;
};

static struct plx_corpus *open_source(struct plx_source *source, const char *format, const char *what)
{
    const struct plx_corpus_options options = {.format = format};
    struct plx_corpus *corpus = NULL;
    struct plx_error error = {0};
    if (plx_corpus_open_source(source, &options, &corpus, &error))
        fail_msg("%s: %s", what, error.message);
    return corpus;
}

static struct plx_source *memory_source(const void *bytes, size_t size, const char *name,
                                        const struct plx_source_options *given)
{
    struct plx_source_options options = given ? *given : (struct plx_source_options){.fingerprint = false};
    struct plx_source *source = NULL;
    struct plx_error error = {0};
    options.fingerprint = true;
    if (plx_source_open_memory(bytes, size, name, &options, &source, &error))
        fail_msg("%s: %s", name, error.message);
    return source;
}

/* The content of a file, by zlib, which reads what is not compressed as it is. */
static struct file_bytes read_content(const char *path)
{
    struct file_bytes content = {malloc(CONTENT_MOST), 0};
    gzFile file = gzopen(path, "rb");
    if (!file || !content.bytes)
        abort();
    const int got = gzread(file, content.bytes, CONTENT_MOST);
    assert_true(got > 0 && got < CONTENT_MOST);
    content.size = (size_t)got;
    gzclose(file);
    return content;
}

static struct file_bytes repeat(const struct file_bytes *once)
{
    struct file_bytes grown = {malloc(GROWN_BYTES + once->size), 0};
    if (!grown.bytes)
        abort();
    for (; grown.size < GROWN_BYTES && once->size > 0; grown.size += once->size)
        memcpy(grown.bytes + grown.size, once->bytes, once->size);
    return grown;
}

static void check_subject(const char *path, struct file_bytes file, bool grown,
                          void (*check)(const struct subject *subject))
{
    struct subject subject = {.path = path, .file = file, .index = read_index(path), .grown = grown};
    struct plx_corpus *corpus;
    struct plx_error error = {0};
    enum plx_status status = corpus_open_memory(file.bytes, file.size, path, NULL, &corpus, &error);
    if (status == PLX_OK)
        status = corpus_read(corpus, &subject.reading, &error);
    if (status == PLX_OK)
        check(&subject);
    else if (grown)
        print_message("%s: not a corpus when it is repeated\n", fixture_name(path));
    else
        fail_msg("%s: %s", path, error.message);
    free(subject.index.bytes);
    corpus_reading_free(&subject.reading);
}

static void each_corpus(void (*check)(const struct subject *subject))
{
    struct fixtures fixtures = fixtures_corpora();
    assert_true(fixtures.count > 0);
    for (size_t i = 0; i < fixtures.count; i++) {
        const struct file_bytes file = read_content(fixtures.paths[i]);
        const struct file_bytes grown = repeat(&file);
        check_subject(fixtures.paths[i], file, false, check);
        check_subject(fixtures.paths[i], grown, true, check);
        free(grown.bytes);
        free(file.bytes);
    }
    fixtures_free(&fixtures);
}

/* The corpus delivers the same by another way. */
static void assert_same(const struct subject *subject, struct plx_corpus *corpus, const char *way)
{
    const struct plx_corpus_info *expected = &subject->reading.info;
    struct corpus_reading reading;
    struct plx_error error = {0};
    const enum plx_status status = corpus_read(corpus, &reading, &error);
    if (status || !corpus_readings_equal(&subject->reading, &reading))
        fail_msg("%s%s, %s: %s", fixture_name(subject->path), subject->grown ? " (grown)" : "", way,
                 status ? error.message : "not the same");
    assert_int_equal(reading.info.tokens, expected->tokens);
    assert_int_equal(reading.info.bytes, expected->bytes);
    assert_string_equal(reading.info.format, expected->format);
    assert_string_equal(reading.sha256, subject->reading.sha256);
    corpus_reading_free(&reading);
}

static struct plx_corpus *open_name(const char *name, const char *format)
{
    const struct plx_corpus_options options = {.format = format};
    struct plx_corpus *corpus = NULL;
    struct plx_error error = {0};
    if (plx_corpus_open(&name, 1, &options, &corpus, &error))
        fail_msg("%s: %s", name, error.message);
    return corpus;
}

static void registry__every_format_has_a_fixture(void **state)
{
    (void)state;
    struct fixtures fixtures = fixtures_corpora();
    const char *format;
    for (size_t i = 0; (format = plx_corpus_format_name(i)) != NULL; i++) {
        const char *description = plx_corpus_format_description(i);
        size_t found = 0;
        for (size_t k = 0; k < fixtures.count; k++) {
            struct plx_corpus *corpus = open_name(fixtures.paths[k], NULL);
            struct plx_corpus_info info;
            plx_corpus_info(corpus, &info);
            found += strcmp(info.format, format) == 0;
            plx_corpus_close(corpus);
        }
        if (found == 0)
            fail_msg("no corpus in tests/data/corpora is of the format %s", format);
        assert_true(description && *description && !strchr(description, '\n'));
    }
    assert_null(plx_corpus_format_description(100));
    fixtures_free(&fixtures);
}

#define HEX (2 * SHA256_DIGEST_LENGTH)

/* SHA-256 by libcrypto. */
static void hash(const void *bytes, size_t size, char hex[HEX + 1])
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA256(bytes, size, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

/* Of the content; or as of two files, the index before it. */
static void check_info(const struct subject *subject)
{
    const struct plx_corpus_info *info = &subject->reading.info;
    char hex[HEX + 1];
    hash(subject->file.bytes, subject->file.size, hex);
    if (subject->index.size > 0) {
        char both[2 * (HEX + 1) + 1], index[HEX + 1];
        hash(subject->index.bytes, subject->index.size, index);
        snprintf(both, sizeof both, "%s\n%s\n", index, hex);
        hash(both, strlen(both), hex);
    }
    assert_string_equal(subject->reading.sha256, hex);
    assert_int_equal(info->bytes, subject->file.size);
    assert_int_equal(info->files, 1);
    assert_true(info->documents > 0);
    assert_true(info->content != PLX_CONTENT_TEXT || info->tokens == PLX_TOKENS_WORD);
    assert_true(info->content == PLX_CONTENT_TEXT || subject->reading.count > 0);
    if (subject->grown) /* or the other tests would not see several pieces */
        assert_true(subject->reading.chunks > 1);
}

static void plx_corpus_info__agrees_with_what_was_read_and_the_file(void **state)
{
    (void)state;
    each_corpus(check_info);
}

/* So much has been looked at before the corpus begins to read. */
static void check_peeks(const struct subject *subject)
{
    static const size_t wants[] = {1, 100, 65535, 65537, (size_t)1 << 20};
    for (size_t i = 0; i < sizeof wants / sizeof *wants; i++) {
        struct plx_source *source =
            memory_source(subject->file.bytes, subject->file.size, subject->path, NULL);
        struct plx_error error = {0};
        const uint8_t *data;
        size_t size;
        assert_int_equal(plx_source_peek(source, wants[i], &data, &size, &error), PLX_OK);
        assert_same(subject, open_source(source, NULL, subject->path), "looked at before");
    }
}

static void plx_corpus_next__what_has_been_peeked_at_does_not_matter(void **state)
{
    (void)state;
    each_corpus(check_peeks);
}

/* Members of `bytes` each, 0: one for all. */
static struct file_bytes pack(const struct file_bytes *plain, size_t bytes)
{
    const size_t most = bytes ? bytes : plain->size;
    const size_t capacity = (plain->size / most + 2) * (most + 512);
    struct file_bytes packed = {malloc(capacity), 0};
    if (!packed.bytes)
        abort();
    for (size_t at = 0; at < plain->size; at += most)
        packed.size += gzip_member(plain->bytes + at, plain->size - at < most ? plain->size - at : most, 6,
                                   NULL, packed.bytes + packed.size, capacity - packed.size);
    return packed;
}

static void check_gzip(const struct subject *subject)
{
    const size_t sizes[] = {0, 1, 7, 1000, 65536};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if (subject->grown && sizes[i] > 0 && sizes[i] < 1000)
            continue;
        const struct file_bytes packed = pack(&subject->file, sizes[i]);
        struct plx_source *source = memory_source(packed.bytes, packed.size, subject->path, NULL);
        assert_same(subject, open_source(source, NULL, subject->path), "compressed");
        free(packed.bytes);
    }
}

static void plx_corpus_next__compressed_is_the_same(void **state)
{
    (void)state;
    each_corpus(check_gzip);
}

/* Who writes into a pipe, so many bytes at a time. */
struct writer {
    const char *path;
    const struct file_bytes *file;
    size_t at_once;
};

static void *write_pipe(void *user)
{
    const struct writer *writer = user;
    const int pipe = open(writer->path, O_WRONLY);
    for (size_t at = 0; pipe >= 0 && at < writer->file->size;) {
        const size_t left = writer->file->size - at;
        const ssize_t written =
            write(pipe, writer->file->bytes + at, left < writer->at_once ? left : writer->at_once);
        if (written <= 0)
            break;
        at += (size_t)written;
    }
    if (pipe >= 0)
        close(pipe);
    return NULL;
}

/* Writes the index beside the file `path` of the subject's, or removes it. */
static void put_index(const struct subject *subject, const char *path, bool there)
{
    char name[512];
    if (subject->index.size == 0)
        return;
    snprintf(name, sizeof name, "%.*s.idx", (int)(strlen(path) - 4), path);
    if (there)
        file_write(name, subject->index.bytes, subject->index.size);
    else
        assert_int_equal(unlink(name), 0);
}

static void check_files(const struct subject *subject)
{
    static const size_t sizes[] = {1, 7, 777, 65536};
    const char *path = folder_path(path_name(subject->path));
    file_write(path, subject->file.bytes, subject->file.size);
    put_index(subject, path, true);
    assert_same(subject, open_name(path, NULL), "from a file");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct writer writer = {path, &subject->file, sizes[i]};
        pthread_t thread;
        if (subject->grown && sizes[i] < 100)
            continue;
        assert_int_equal(pthread_create(&thread, NULL, write_pipe, &writer), 0);
        assert_same(subject, open_name(path, NULL), "from a pipe");
        pthread_join(thread, NULL);
    }
    put_index(subject, path, false);
    assert_int_equal(unlink(path), 0);
}

static void plx_corpus_next__from_files_and_pipes_is_the_same(void **state)
{
    (void)state;
    each_corpus(check_files);
}

/* By its own name; and by other names, where it must be told what it is. */
static void check_web(const struct subject *subject)
{
    static const char *const paths[] = {"ok", "gzip", "close", "chunked", "redirect/2"};
    if (subject->index.size > 0) /* lies beside files only */
        return;
    const struct file_bytes packed = pack(&subject->file, 50000);
    const struct http_server_options options = {.content = subject->file.bytes,
                                                .content_size = subject->file.size,
                                                .gzip = packed.bytes,
                                                .gzip_size = packed.size,
                                                .folder = "."};
    struct http_server *server = http_server_start(&options);
    char url[128];
    assert_non_null(server);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        if (subject->grown && SANITIZED && strcmp(paths[i], "chunked") == 0)
            continue;
        snprintf(url, sizeof url, "http://127.0.0.1:%u/%s", http_server_port(server), paths[i]);
        assert_same(subject, open_name(url, subject->reading.info.format), url);
    }
    http_server_stop(server);
    free(packed.bytes);
}

static void plx_corpus_next__from_the_web_is_the_same(void **state)
{
    (void)state;
    setenv("no_proxy", "127.0.0.1", 1);
    each_corpus(check_web);
}

/* Says no at some of the calls. */
struct objector {
    size_t calls, first,
        every; /* at call `first` (from 1), and at each `every`-th after it; 0: never again */
};

static bool objects(void *user)
{
    struct objector *objector = user;
    const size_t call = ++objector->calls;
    return call == objector->first ||
           (objector->every && call > objector->first && (call - objector->first) % objector->every == 0);
}

/* Opens it as often as it takes. */
static struct plx_corpus *open_interrupted(const char *path, struct objector *objector)
{
    const struct plx_corpus_options options = {.interrupted = objects, .user = objector};
    struct plx_corpus *corpus = NULL;
    struct plx_error error = {0};
    enum plx_status status;
    while ((status = plx_corpus_open(&path, 1, &options, &corpus, &error)) == PLX_INTERRUPTED)
        assert_null(corpus);
    if (status)
        fail_msg("%s: %s", path, error.message);
    return corpus;
}

static void check_interruptions(const struct subject *subject)
{
    const char *path = folder_path(path_name(subject->path));
    file_write(path, subject->file.bytes, subject->file.size);
    put_index(subject, path, true);
    for (size_t first = 1;; first++) {
        struct objector objector = {.first = first};
        assert_same(subject, open_interrupted(path, &objector), "interrupted once");
        if (objector.calls < first) {
            assert_true(first > 2); /* it has been asked */
            break;
        }
    }
    for (size_t every = 2; every < 6; every++) { /* opening begins anew each time, and would not end */
        struct objector objector = {.first = SIZE_MAX};
        struct plx_corpus *corpus = open_interrupted(path, &objector);
        objector = (struct objector){.first = 1, .every = every};
        assert_same(subject, corpus, "interrupted again and again");
    }
    put_index(subject, path, false);
    assert_int_equal(unlink(path), 0);
}

static void plx_corpus_next__interrupted_goes_on(void **state)
{
    (void)state;
    each_corpus(check_interruptions);
}

/* Two such files are the same documents twice, each time from the beginning of a file. */
static void check_twice(const struct subject *subject)
{
    char name[128];
    snprintf(name, sizeof name, "again-%s", path_name(subject->path));
    const char *names[] = {folder_path(path_name(subject->path)), folder_path(name)};
    const struct corpus_reading *once = &subject->reading;
    struct corpus_reading twice;
    struct plx_corpus *corpus = NULL;
    struct plx_error error = {0};
    for (size_t i = 0; i < 2; i++) {
        file_write(names[i], subject->file.bytes, subject->file.size);
        put_index(subject, names[i], true);
    }
    assert_int_equal(plx_corpus_open(names, 2, NULL, &corpus, &error), PLX_OK);
    assert_int_equal(corpus_read(corpus, &twice, &error), PLX_OK);
    assert_int_equal(twice.info.files, 2);
    assert_int_equal(twice.info.bytes, 2 * subject->file.size);
    assert_int_equal(twice.document_count, 2 * once->document_count);
    assert_int_equal(twice.count, 2 * once->count);
    assert_int_equal(twice.text.size, 2 * once->text.size);
    for (size_t i = 0; i < twice.document_count; i++) {
        const struct read_document *document = twice.documents + i;
        const struct read_document *first = once->documents + i % once->document_count;
        assert_int_equal(document->offset, first->offset);
        assert_int_equal(document->line, first->line);
        assert_int_equal(document->id_length, first->id_length);
    }
    for (size_t i = 0; i < twice.count && twice.ids; i++)
        assert_int_equal(twice.ids[i], once->ids[i % once->count]);
    for (size_t i = 0; i < twice.text.size; i++)
        assert_int_equal(twice.text.data[i], once->text.data[i % once->text.size]);
    corpus_reading_free(&twice);
    for (size_t i = 0; i < 2; i++)
        put_index(subject, names[i], false);
    assert_int_equal(unlink(names[0]) | unlink(names[1]), 0);
}

static void plx_corpus_next__two_files_are_the_same_twice(void **state)
{
    (void)state;
    each_corpus(check_twice);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registry__every_format_has_a_fixture),
        cmocka_unit_test(plx_corpus_info__agrees_with_what_was_read_and_the_file),
        cmocka_unit_test(plx_corpus_next__what_has_been_peeked_at_does_not_matter),
        cmocka_unit_test(plx_corpus_next__compressed_is_the_same),
        cmocka_unit_test_setup_teardown(plx_corpus_next__from_files_and_pipes_is_the_same, folder_make,
                                        folder_remove),
        cmocka_unit_test(plx_corpus_next__from_the_web_is_the_same),
        cmocka_unit_test_setup_teardown(plx_corpus_next__interrupted_goes_on, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_corpus_next__two_files_are_the_same_twice, folder_make,
                                        folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

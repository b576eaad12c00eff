#include <perplex/source.h>

#include "support/gzip_member.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* FIPS 180-4's examples, as NIST publishes them; of nothing; and of a million times "a". */
#define SHA256_ABC     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SHA256_EMPTY   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SHA256_MILLION "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"

/* Bytes that do not repeat at any power of two, so that a wrong offset shows. */
static uint8_t *pattern_new(size_t size)
{
    uint8_t *data = malloc(size ? size : 1);
    assert_non_null(data);
    uint32_t state = 1;
    for (size_t i = 0; i < size; i++) {
        state = state * 1664525U + 1013904223U;
        data[i] = (uint8_t)(state >> 24);
    }
    return data;
}

static struct plx_source *open_memory(const void *data, size_t size, const struct plx_source_options *options)
{
    struct plx_source *source = NULL;
    struct plx_error error;
    assert_int_equal(plx_source_open_memory(data, size, "memory", options, &source, &error), PLX_OK);
    assert_non_null(source);
    return source;
}

/* A file of its own; the name is written into `name`. */
static void write_file(char name[64], const void *data, size_t size)
{
    strcpy(name, "/tmp/plx-test-XXXXXX");
    int descriptor = mkstemp(name);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, data, size), (ssize_t)size);
    close(descriptor);
}

static void expect_read(struct plx_source *source, const void *expected, size_t size)
{
    struct plx_error error;
    uint8_t *data = malloc(size + 1);
    size_t got = 0;
    assert_non_null(data);
    assert_int_equal(plx_source_read(source, data, size + 1, &got, &error), PLX_OK);
    assert_int_equal(got, size);
    assert_memory_equal(data, expected, size);
    free(data);
}

/* Opening. */

static void expect_unopened(const char *name, enum plx_status status, const char *message)
{
    struct plx_source *source = (struct plx_source *)1;
    struct plx_error error;
    assert_int_equal(plx_source_open(name, NULL, &source, &error), status);
    assert_null(source);
    assert_int_equal(error.status, status);
    assert_string_equal(error.input, name);
    assert_non_null(strstr(error.message, message));
}

static void plx_source_open__missing_file(void **state)
{
    (void)state;
    expect_unopened("/tmp/there/is/no/such/file", PLX_IO, "No such file");
    expect_unopened("", PLX_IO, "No such file");
}

static void plx_source_open__directory(void **state)
{
    (void)state;
    expect_unopened("/", PLX_IO, "is a directory");
}

static void plx_source_open__other_scheme(void **state)
{
    (void)state;
    struct plx_source *source = NULL;
    struct plx_error error;
    assert_int_equal(plx_source_open("ftp://127.0.0.1/x", NULL, &source, &error), PLX_IO);
    assert_non_null(strstr(error.hint, "http"));
    assert_int_equal(plx_source_open("ftp://me:hush@127.0.0.1/x?key=hush", NULL, &source, &error), PLX_IO);
    assert_string_equal(error.input, "ftp://127.0.0.1/x");
    assert_int_equal(plx_source_open("odd://me:hu/sh@127.0.0.1/x", NULL, &source, &error), PLX_IO);
    assert_string_equal(error.input, "a URL");
}

static void plx_source_open__without_error_record(void **state)
{
    (void)state;
    struct plx_source *source = NULL;
    assert_int_equal(plx_source_open("/", NULL, &source, NULL), PLX_IO);
    assert_null(source);
}

static void plx_source_open__file(void **state)
{
    (void)state;
    char name[64];
    write_file(name, "some text\n", 10);
    struct plx_source *source = NULL;
    struct plx_error error;
    assert_int_equal(plx_source_open(name, NULL, &source, &error), PLX_OK);
    assert_string_equal(plx_source_name(source), name);
    uint64_t size = 0;
    uint64_t done = 1;
    plx_source_progress(source, &size, &done);
    assert_int_equal(size, 10);
    assert_int_equal(done, 0);
    expect_read(source, "some text\n", 10);
    assert_false(plx_source_compressed(source));
    plx_source_progress(source, &size, &done);
    assert_int_equal(done, 10);
    assert_int_equal(plx_source_offset(source), 10);
    plx_source_close(source);
    unlink(name);
}

static void plx_source_close__null(void **state)
{
    (void)state;
    plx_source_close(NULL);
}

/* Standard input. */

static int replace_stdin(int descriptor)
{
    int saved = dup(STDIN_FILENO);
    assert_int_equal(dup2(descriptor, STDIN_FILENO), STDIN_FILENO);
    return saved;
}

static void restore_stdin(int saved)
{
    dup2(saved, STDIN_FILENO);
    close(saved);
}

static void plx_source_open__standard_input(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "from a pipe", 11), 11);
    close(ends[1]);
    int saved = replace_stdin(ends[0]);
    struct plx_source *source = NULL;
    struct plx_error error;
    assert_int_equal(plx_source_open("-", NULL, &source, &error), PLX_OK);
    assert_string_equal(plx_source_name(source), "-");
    uint64_t size = 1;
    uint64_t done = 0;
    plx_source_progress(source, &size, &done);
    assert_int_equal(size, 0);
    expect_read(source, "from a pipe", 11);
    plx_source_close(source);
    uint8_t byte;
    assert_int_equal(read(STDIN_FILENO, &byte, 1), 0); /* still open */
    restore_stdin(saved);
    close(ends[0]);
}

static void plx_source_open__standard_input_is_a_directory(void **state)
{
    (void)state;
    FILE *folder = fopen("/", "r");
    assert_non_null(folder);
    int saved = replace_stdin(fileno(folder));
    struct plx_source *source = NULL;
    struct plx_error error;
    assert_int_equal(plx_source_open("-", NULL, &source, &error), PLX_IO);
    assert_string_equal(error.input, "standard input");
    restore_stdin(saved);
    fclose(folder);
}

static volatile sig_atomic_t signalled;

static void note_signal(int number)
{
    (void)number;
    signalled = 1;
}

static bool was_signalled(void *user)
{
    (void)user;
    return signalled != 0;
}

/* A pipe that nobody writes to: a signal has to end the wait. */
static void plx_source_read__signal_while_blocked(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    int saved = replace_stdin(ends[0]);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = note_signal; /* and no SA_RESTART */
    sigaction(SIGALRM, &action, NULL);
    struct itimerval timer = {.it_value = {.tv_sec = 0, .tv_usec = 50000}};
    struct plx_source_options options = {.interrupted = was_signalled};
    struct plx_source *source = NULL;
    struct plx_error error;
    uint8_t byte = 0;
    size_t got = 0;
    signalled = 0;
    assert_int_equal(plx_source_open("-", &options, &source, &error), PLX_OK);
    setitimer(ITIMER_REAL, &timer, NULL);
    assert_int_equal(plx_source_read(source, &byte, 1, &got, &error), PLX_INTERRUPTED);
    assert_int_equal(error.status, PLX_INTERRUPTED);
    assert_string_equal(error.input, "standard input");

    /* Whoever changes his mind can go on. */
    signalled = 0;
    assert_int_equal(write(ends[1], "x", 1), 1);
    close(ends[1]);
    assert_int_equal(plx_source_read(source, &byte, 1, &got, &error), PLX_OK);
    assert_int_equal(got, 1);
    assert_int_equal(byte, 'x');
    plx_source_close(source);
    restore_stdin(saved);
    close(ends[0]);
}

static bool stop_after(void *user)
{
    int *left = user;
    return (*left)-- <= 0;
}

/* Nor may it matter that no signal arrives: it can have come just before the wait began. `flags` as those of
   the descriptor. */
static void expect_wait_ends(int flags)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFL, flags), 0);
    int saved = replace_stdin(ends[0]);
    int left = 3;
    struct plx_source_options options = {.interrupted = stop_after, .user = &left};
    struct plx_source *source = NULL;
    struct plx_error error;
    uint8_t byte = 0;
    size_t got = 0;
    assert_int_equal(plx_source_open("-", &options, &source, &error), PLX_OK);
    alarm(20); /* rather a dead test than one that hangs */
    signal(SIGALRM, SIG_DFL);
    assert_int_equal(plx_source_read(source, &byte, 1, &got, &error), PLX_INTERRUPTED);
    alarm(0);
    plx_source_close(source);
    restore_stdin(saved);
    close(ends[0]);
    close(ends[1]);
}

static void plx_source_read__interrupted_while_blocked(void **state)
{
    (void)state;
    expect_wait_ends(0);
    expect_wait_ends(O_NONBLOCK);
}

/* Reading. */

static void plx_source_read__interrupted(void **state)
{
    (void)state;
    int left = 0;
    struct plx_source_options options = {.interrupted = stop_after, .user = &left};
    struct plx_source *source = open_memory("abc", 3, &options);
    struct plx_error error;
    uint8_t data[3];
    size_t got = 0;
    assert_int_equal(plx_source_read(source, data, 3, &got, &error), PLX_INTERRUPTED);
    left = 1000;
    assert_int_equal(plx_source_read(source, data, 3, &got, &error), PLX_OK);
    assert_int_equal(got, 3);
    plx_source_close(source);
}

/* The memory of a process at address 0 is a file that opens and cannot be read. */
static void plx_source_read__medium_fails(void **state)
{
    (void)state;
    struct plx_source *source = NULL;
    struct plx_error error;
    if (plx_source_open("/proc/self/mem", NULL, &source, &error) != PLX_OK)
        skip();
    for (int i = 0; i < 2; i++) { /* what is broken stays broken */
        uint8_t byte;
        size_t got = 0;
        assert_int_equal(plx_source_read(source, &byte, 1, &got, &error), PLX_IO);
        assert_string_equal(error.input, "/proc/self/mem");
        assert_int_equal(error.offset, 0);
    }
    plx_source_close(source);
}

static void plx_source_read__empty(void **state)
{
    (void)state;
    struct plx_source *source = open_memory(NULL, 0, NULL);
    expect_read(source, "", 0);
    expect_read(source, "", 0);
    plx_source_close(source);
}

/* Shorter than the magic of gzip, and like its beginning. */
static void plx_source_read__almost_magic(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t size;
    } cases[] = {{"\x1f", 1}, {"a", 1}, {"ab", 2}, {"\x1f\x8b\x09", 3}, {"\x1f\x8b\x07rest", 7}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct plx_source *source = open_memory(cases[i].text, cases[i].size, NULL);
        expect_read(source, cases[i].text, cases[i].size);
        assert_false(plx_source_compressed(source));
        plx_source_close(source);
    }
}

static void plx_source_read__large_goes_past_the_buffer(void **state)
{
    (void)state;
    const size_t size = 9 * 1000 * 1000;
    uint8_t *data = pattern_new(size);
    char name[64];
    write_file(name, data, size);
    struct plx_source *source = NULL;
    struct plx_error error;
    assert_int_equal(plx_source_open(name, NULL, &source, &error), PLX_OK);
    uint8_t head[10];
    size_t got = 0;
    assert_int_equal(plx_source_read(source, head, 10, &got, &error), PLX_OK);
    assert_memory_equal(head, data, 10);
    expect_read(source, data + 10, size - 10);
    assert_int_equal(plx_source_offset(source), size);
    plx_source_close(source);
    unlink(name);
    free(data);
}

static void plx_source_peek__does_not_consume(void **state)
{
    (void)state;
    struct plx_source *source = open_memory("abcdef", 6, NULL);
    struct plx_error error;
    const uint8_t *data = NULL;
    size_t size = 0;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(plx_source_peek(source, 4, &data, &size, &error), PLX_OK);
        assert_true(size >= 4 && size <= 6);
        assert_memory_equal(data, "abcdef", size);
        assert_int_equal(plx_source_offset(source), 0);
    }
    plx_source_skip(source, 2);
    assert_int_equal(plx_source_offset(source), 2);
    assert_int_equal(plx_source_peek(source, 100, &data, &size, &error), PLX_OK);
    assert_int_equal(size, 4);
    assert_memory_equal(data, "cdef", 4);
    plx_source_close(source);
}

static void plx_source_peek__as_much_as_is_allowed(void **state)
{
    (void)state;
    const size_t size = PLX_SOURCE_PEEK_MAX + 1000;
    uint8_t *expected = pattern_new(size);
    struct plx_source *source = open_memory(expected, size, NULL);
    struct plx_error error;
    const uint8_t *data = NULL;
    size_t got = 0;
    assert_int_equal(plx_source_peek(source, PLX_SOURCE_PEEK_MAX, &data, &got, &error), PLX_OK);
    assert_true(got >= PLX_SOURCE_PEEK_MAX);
    assert_memory_equal(data, expected, got);
    assert_int_equal(plx_source_peek(source, PLX_SOURCE_PEEK_MAX + 1, &data, &got, &error), PLX_USAGE);
    plx_source_close(source);
    free(expected);
}

/* Peeks, skips and reads of all sizes in turn, against the same bytes in memory. */
static void walk(struct plx_source *source, const uint8_t *expected, size_t size, size_t largest)
{
    struct plx_error error;
    uint8_t *copy = malloc(largest);
    assert_non_null(copy);
    uint32_t random = 7;
    size_t at = 0;
    while (at < size) {
        random = random * 1664525U + 1013904223U;
        const size_t want = 1 + (random >> 4) % (largest >> (random >> 28));
        const uint8_t *data = NULL;
        size_t got = 0;
        assert_int_equal(plx_source_offset(source), at);
        if (random & 4) {
            assert_int_equal(plx_source_read(source, copy, want, &got, &error), PLX_OK);
            assert_int_equal(got, want < size - at ? want : size - at);
            assert_memory_equal(copy, expected + at, got);
        } else {
            assert_int_equal(plx_source_peek(source, want, &data, &got, &error), PLX_OK);
            assert_true(got >= want || got == size - at);
            assert_true(got <= size - at);
            assert_memory_equal(data, expected + at, got);
            got = got < want ? got : want;
            got = random & 8 ? got / 3 : got;
            plx_source_skip(source, got);
        }
        at += got;
    }
    free(copy);
}

static void plx_source_peek__any_sequence(void **state)
{
    (void)state;
    const size_t size = 20 * 1000 * 1000;
    uint8_t *expected = pattern_new(size);
    struct plx_source *source = open_memory(expected, size, NULL);
    walk(source, expected, size, 1000000);
    plx_source_close(source);
    free(expected);
}

static void plx_source_peek__any_sequence_compressed(void **state)
{
    (void)state;
    const size_t size = 3 * 1000 * 1000;
    uint8_t *expected = pattern_new(size);
    uint8_t *packed = malloc(size + 100000);
    assert_non_null(packed);
    size_t length = gzip_member(expected, size / 2, 1, NULL, packed, size + 100000);
    length +=
        gzip_member(expected + size / 2, size - size / 2, 1, NULL, packed + length, size + 100000 - length);
    struct plx_source *source = open_memory(packed, length, NULL);
    walk(source, expected, size, 600000);
    assert_true(plx_source_compressed(source));
    plx_source_close(source);
    free(expected);
    free(packed);
}

struct writer {
    int descriptor;
    const uint8_t *data;
    size_t size;
};

/* Writes in pieces of all sizes, so that the other end reads short. */
static void *write_pieces(void *user)
{
    struct writer *writer = user;
    size_t piece = 1;
    for (size_t at = 0; at < writer->size; at += piece, piece = piece * 7 % 5003) {
        if (piece > writer->size - at)
            piece = writer->size - at;
        if (write(writer->descriptor, writer->data + at, piece) != (ssize_t)piece)
            break;
    }
    close(writer->descriptor);
    return NULL;
}

static void plx_source_peek__any_sequence_from_a_pipe(void **state)
{
    (void)state;
    const size_t size = 4 * 1000 * 1000;
    uint8_t *expected = pattern_new(size);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct writer writer = {ends[1], expected, size};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, write_pieces, &writer), 0);
    char name[64];
    snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
    struct plx_source *source = NULL;
    struct plx_error error;
    assert_int_equal(plx_source_open(name, NULL, &source, &error), PLX_OK);
    walk(source, expected, size, 500000);
    plx_source_close(source);
    pthread_join(thread, NULL);
    close(ends[0]);
    free(expected);
}

/* A window as large as the buffer that slides by one byte at a time; to move it each time would be 130 GB. */
static void plx_source_peek__sliding_window(void **state)
{
    (void)state;
    const size_t window = 262144;
    const size_t steps = 500000;
    uint8_t *expected = pattern_new(window + steps);
    struct plx_source *source = open_memory(expected, window + steps, NULL);
    struct plx_error error;
    const clock_t begin = clock();
    for (size_t at = 0; at < steps; at++) {
        const uint8_t *data = NULL;
        size_t got = 0;
        assert_int_equal(plx_source_peek(source, window, &data, &got, &error), PLX_OK);
        assert_true(got >= window && data[0] == expected[at] &&
                    data[window - 1] == expected[at + window - 1]);
        plx_source_skip(source, 1);
    }
    assert_true((double)(clock() - begin) / CLOCKS_PER_SEC < 4.0);
    plx_source_close(source);
    free(expected);
}

/* Fingerprints. */

static void expect_sha256(struct plx_source *source, const char *expected)
{
    struct plx_error error;
    char hex[65];
    for (int i = 0; i < 2; i++) {
        memset(hex, 0, sizeof hex);
        assert_int_equal(plx_source_sha256(source, hex, &error), PLX_OK);
        assert_string_equal(hex, expected);
    }
}

static void plx_source_sha256__of_what_is_unread(void **state)
{
    (void)state;
    struct plx_source_options options = {.fingerprint = true};
    struct plx_source *source = open_memory("abc", 3, &options);
    expect_sha256(source, SHA256_ABC);
    assert_int_equal(plx_source_offset(source), 3);
    plx_source_close(source);
    source = open_memory("", 0, &options);
    expect_sha256(source, SHA256_EMPTY);
    plx_source_close(source);
}

static void plx_source_sha256__after_peeks_and_reads(void **state)
{
    (void)state;
    const size_t size = 1000000;
    struct plx_source_options options = {.fingerprint = true};
    uint8_t *data = malloc(size);
    assert_non_null(data);
    memset(data, 'a', size);
    for (size_t direct = 0; direct < 2; direct++) {
        struct plx_source *source = open_memory(data, size, &options);
        struct plx_error error;
        const uint8_t *seen = NULL;
        size_t got = 0;
        assert_int_equal(plx_source_peek(source, 100, &seen, &got, &error), PLX_OK);
        assert_int_equal(plx_source_peek(source, 300000, &seen, &got, &error), PLX_OK);
        plx_source_skip(source, 7);
        uint8_t *copy = malloc(600000);
        assert_non_null(copy);
        assert_int_equal(plx_source_read(source, copy, direct ? 600000 : 10, &got, &error), PLX_OK);
        free(copy);
        expect_sha256(source, SHA256_MILLION);
        assert_int_equal(plx_source_offset(source), size);
        plx_source_close(source);
    }
    free(data);
}

static void plx_source_sha256__is_of_uncompressed_content(void **state)
{
    (void)state;
    uint8_t packed[256];
    size_t size = gzip_member("ab", 2, 9, "name", packed, sizeof packed);
    size += gzip_member("c", 1, 9, NULL, packed + size, sizeof packed - size);
    struct plx_source_options options = {.fingerprint = true};
    struct plx_source *source = open_memory(packed, size, &options);
    expect_sha256(source, SHA256_ABC);
    plx_source_close(source);
}

static void plx_source_sha256__not_asked_for(void **state)
{
    (void)state;
    struct plx_source *source = open_memory("abc", 3, NULL);
    struct plx_error error;
    char hex[65];
    assert_int_equal(plx_source_sha256(source, hex, &error), PLX_USAGE);
    plx_source_close(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_source_open__missing_file),
        cmocka_unit_test(plx_source_open__directory),
        cmocka_unit_test(plx_source_open__other_scheme),
        cmocka_unit_test(plx_source_open__without_error_record),
        cmocka_unit_test(plx_source_open__file),
        cmocka_unit_test(plx_source_close__null),
        cmocka_unit_test(plx_source_open__standard_input),
        cmocka_unit_test(plx_source_open__standard_input_is_a_directory),
        cmocka_unit_test(plx_source_read__signal_while_blocked),
        cmocka_unit_test(plx_source_read__interrupted_while_blocked),
        cmocka_unit_test(plx_source_read__interrupted),
        cmocka_unit_test(plx_source_read__medium_fails),
        cmocka_unit_test(plx_source_read__empty),
        cmocka_unit_test(plx_source_read__almost_magic),
        cmocka_unit_test(plx_source_read__large_goes_past_the_buffer),
        cmocka_unit_test(plx_source_peek__does_not_consume),
        cmocka_unit_test(plx_source_peek__as_much_as_is_allowed),
        cmocka_unit_test(plx_source_peek__any_sequence),
        cmocka_unit_test(plx_source_peek__any_sequence_compressed),
        cmocka_unit_test(plx_source_peek__any_sequence_from_a_pipe),
        cmocka_unit_test(plx_source_peek__sliding_window),
        cmocka_unit_test(plx_source_sha256__of_what_is_unread),
        cmocka_unit_test(plx_source_sha256__after_peeks_and_reads),
        cmocka_unit_test(plx_source_sha256__is_of_uncompressed_content),
        cmocka_unit_test(plx_source_sha256__not_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

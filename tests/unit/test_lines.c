#include "io/lines.h"

#include "support/gzip_member.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static struct plx_source *open_memory(const void *data, size_t size)
{
    struct plx_source *source = NULL;
    struct plx_error error;
    assert_int_equal(plx_source_open_memory(data, size, "memory", NULL, &source, &error), PLX_OK);
    return source;
}

static void expect_line(struct plx_lines *lines, const void *text, size_t size, bool terminated)
{
    struct plx_error error;
    const char *line = NULL;
    size_t length = 0;
    bool ended = !terminated;
    const uint64_t number = lines->number;
    assert_int_equal(plx_lines_next(lines, &line, &length, &ended, &error), PLX_OK);
    assert_non_null(line);
    assert_int_equal(length, size);
    assert_memory_equal(line, text, size);
    assert_int_equal(ended, terminated);
    assert_int_equal(lines->number, number + 1);
}

static void expect_end(struct plx_lines *lines)
{
    struct plx_error error;
    const uint64_t number = lines->number;
    for (int i = 0; i < 2; i++) {
        const char *line = "";
        size_t length = 1;
        assert_int_equal(plx_lines_next(lines, &line, &length, NULL, &error), PLX_OK);
        assert_null(line);
        assert_int_equal(length, 0);
        assert_int_equal(lines->number, number);
    }
}

static void plx_lines_next__newlines(void **state)
{
    (void)state;
    static const char text[] = "one\n\n three\r\nfo\0ur\n\r\n";
    struct plx_source *source = open_memory(text, sizeof text - 1);
    struct plx_lines lines;
    plx_lines_init(&lines, source, 100);
    assert_int_equal(lines.number, 0);
    expect_line(&lines, "one", 3, true);
    expect_line(&lines, "", 0, true);
    expect_line(&lines, " three\r", 7, true);
    expect_line(&lines, "fo\0ur", 5, true);
    expect_line(&lines, "\r", 1, true);
    expect_end(&lines);
    assert_int_equal(lines.number, 5);
    plx_source_close(source);
}

static void plx_lines_next__no_newline_at_the_end(void **state)
{
    (void)state;
    struct plx_source *source = open_memory("a\nbc", 4);
    struct plx_lines lines;
    plx_lines_init(&lines, source, 100);
    expect_line(&lines, "a", 1, true);
    expect_line(&lines, "bc", 2, false);
    expect_end(&lines);
    assert_int_equal(plx_source_offset(source), 4);
    plx_source_close(source);
}

static void plx_lines_next__empty(void **state)
{
    (void)state;
    struct plx_source *source = open_memory("", 0);
    struct plx_lines lines;
    plx_lines_init(&lines, source, 100);
    expect_end(&lines);
    plx_source_close(source);
}

static void expect_too_long(const char *text, size_t max_bytes)
{
    struct plx_source *source = open_memory(text, strlen(text));
    struct plx_lines lines;
    struct plx_error error;
    const char *line = NULL;
    size_t length = 0;
    plx_lines_init(&lines, source, max_bytes);
    expect_line(&lines, "abc", 3, true);
    assert_int_equal(plx_lines_next(&lines, &line, &length, NULL, &error), PLX_MALFORMED);
    assert_null(line);
    assert_string_equal(error.input, "memory");
    assert_int_equal(error.line, 2);
    assert_int_equal(error.offset, 4);
    plx_source_close(source);
}

static void plx_lines_next__longest(void **state)
{
    (void)state;
    struct plx_source *source = open_memory("abc\nabc", 7);
    struct plx_lines lines;
    plx_lines_init(&lines, source, 3);
    expect_line(&lines, "abc", 3, true);
    expect_line(&lines, "abc", 3, false);
    expect_end(&lines);
    plx_source_close(source);
    expect_too_long("abc\nabcd", 3);
    expect_too_long("abc\nabcd\n", 3);
}

/* No cap is beyond what a source can hold. */
static void plx_lines_next__longest_that_a_source_can_hold(void **state)
{
    (void)state;
    const size_t size = PLX_SOURCE_PEEK_MAX;
    char *text = malloc(size);
    assert_non_null(text);
    memset(text, 'x', size);
    text[size - 1] = '\n';
    struct plx_source *source = open_memory(text, size);
    struct plx_lines lines;
    struct plx_error error;
    plx_lines_init(&lines, source, SIZE_MAX);
    expect_line(&lines, text, size - 1, true);
    plx_source_close(source);

    text[size - 1] = 'x';
    const char *line = NULL;
    size_t length = 0;
    source = open_memory(text, size);
    plx_lines_init(&lines, source, SIZE_MAX);
    assert_int_equal(plx_lines_next(&lines, &line, &length, NULL, &error), PLX_MALFORMED);
    plx_source_close(source);
    free(text);
}

/* Lines of all lengths around the size of the source's buffer; the reference is the array of lengths. */
static void plx_lines_next__any_length(void **state)
{
    (void)state;
    enum { COUNT = 400 };
    size_t lengths[COUNT];
    size_t size = 0;
    uint32_t random = 3;
    for (size_t i = 0; i < COUNT; i++) {
        random = random * 1664525U + 1013904223U;
        lengths[i] = (random >> 4) % (600000U >> (random >> 28));
        size += lengths[i] + 1;
    }
    char *text = malloc(size);
    assert_non_null(text);
    memset(text, 'x', size);
    for (size_t i = 0, at = 0; i < COUNT; at += lengths[i] + 1, i++) {
        snprintf(text + at, lengths[i] + 1, "%zu", i); /* so that lines differ; cut where they are short */
        text[at + strlen(text + at)] = 'x';
        text[at + lengths[i]] = '\n';
    }
    struct plx_source *source = open_memory(text, size);
    struct plx_lines lines;
    plx_lines_init(&lines, source, 1000000);
    for (size_t i = 0, at = 0; i < COUNT; at += lengths[i] + 1, i++)
        expect_line(&lines, text + at, lengths[i], true);
    expect_end(&lines);
    plx_source_close(source);
    free(text);
}

/* Complete lines come before the error that follows them. */
static void plx_lines_next__medium_ends_in_an_error(void **state)
{
    (void)state;
    uint8_t packed[256];
    size_t size = gzip_member("one\ntwo\nthr", 11, 9, NULL, packed, sizeof packed);
    struct plx_source *source = open_memory(packed, size - 1);
    struct plx_lines lines;
    struct plx_error error;
    plx_lines_init(&lines, source, 100);
    expect_line(&lines, "one", 3, true);
    expect_line(&lines, "two", 3, true);
    const char *line = "";
    size_t length = 1;
    assert_int_equal(plx_lines_next(&lines, &line, &length, NULL, &error), PLX_MALFORMED);
    assert_null(line);
    assert_int_equal(error.offset, 11);
    plx_source_close(source);
}

/* Reads text[0 … size) by blocks of at most `most` bytes and checks that they are whole lines, as long as
   they can be, and that lines read one by one in between go on where a block ends. */
static void expect_blocks(const char *text, size_t size, size_t most, bool mixed)
{
    struct plx_source *source = open_memory(text, size);
    struct plx_lines lines;
    struct plx_error error;
    size_t at = 0;
    uint64_t number = 0;
    plx_lines_init(&lines, source, SIZE_MAX);
    for (;;) {
        const char *data = NULL;
        size_t length = 1;
        assert_int_equal(plx_lines_peek(&lines, most, &data, &length, &error), PLX_OK);
        if (length == 0)
            break;
        assert_true(length <= size - at);
        assert_memory_equal(data, text + at, length);
        const bool last = length == size - at;
        assert_true(last || data[length - 1] == '\n');
        /* Longer than it may be is only a line alone. */
        assert_true(length <= most || !memchr(data, '\n', length - 1));
        const uint64_t count = plx_lines_count(data, length) + (data[length - 1] != '\n');
        plx_lines_pass(&lines, length, count);
        at += length;
        number += count;
        assert_int_equal(lines.number, number);
        const char *line = NULL;
        if (mixed && plx_lines_next(&lines, &line, &length, NULL, &error) == PLX_OK && line) {
            assert_memory_equal(line, text + at, length);
            at += length + (at + length < size);
            number++;
        }
    }
    assert_int_equal(at, size);
    plx_source_close(source);
}

static void plx_lines_peek__blocks(void **state)
{
    static const char text[] = "one\n\nthree and more\r\n\n\nsix\n7\n8\nnine, which has no newline";
    (void)state;
    for (size_t size = 0; size < sizeof text; size++) {
        for (size_t most = 0; most < 40; most++) {
            expect_blocks(text, size, most, false);
            expect_blocks(text, size, most, true);
        }
    }
}

/* Longer than the source's buffer, and in the midst of it. */
static void plx_lines_peek__long_lines(void **state)
{
    enum { SIZE = 3 << 20 };
    (void)state;
    char *text = malloc(SIZE);
    assert_non_null(text);
    memset(text, 'a', SIZE);
    for (size_t i = 0; i < SIZE; i += i / 3 + 1)
        text[i] = '\n';
    expect_blocks(text, SIZE, 1000, false);
    expect_blocks(text, SIZE, 128 << 10, true);
    expect_blocks(text, SIZE, SIZE / 2, false);
    free(text);
}

static void plx_lines_peek__too_long(void **state)
{
    static const char text[] = "short\nlong enough\nlonger than that is\nx\n";
    (void)state;
    for (size_t most = 0; most < 12; most++) { /* the longest that is allowed has 11 */
        struct plx_source *source = open_memory(text, sizeof text - 1);
        struct plx_lines lines;
        struct plx_error error;
        const char *data = NULL;
        size_t size = 0;
        enum plx_status status;
        plx_lines_init(&lines, source, 11);
        while ((status = plx_lines_peek(&lines, most, &data, &size, &error)) == PLX_OK)
            plx_lines_pass(&lines, size, plx_lines_count(data, size));
        assert_int_equal(status, PLX_MALFORMED);
        assert_int_equal(lines.number, 2);
        assert_int_equal(error.line, 3);
        assert_int_equal(error.offset, 18);
        plx_source_close(source);
    }
}

static void plx_lines_peek__medium_ends_in_an_error(void **state)
{
    uint8_t packed[256];
    const size_t packed_size = gzip_member("one\ntwo\nthr", 11, 9, NULL, packed, sizeof packed);
    struct plx_source *source = open_memory(packed, packed_size - 1);
    struct plx_lines lines;
    struct plx_error error;
    const char *data = NULL;
    size_t size = 0;
    (void)state;
    plx_lines_init(&lines, source, 100);
    assert_int_equal(plx_lines_peek(&lines, 100, &data, &size, &error), PLX_OK);
    assert_int_equal(size, 8);
    plx_lines_pass(&lines, 8, 2);
    assert_int_equal(plx_lines_peek(&lines, 100, &data, &size, &error), PLX_MALFORMED);
    plx_source_close(source);
}

static void plx_lines_count__any(void **state)
{
    enum { SIZE = 5000 };
    static char text[SIZE];
    (void)state;
    for (size_t i = 0; i < SIZE; i++)
        text[i] = (char)(i % 7 == 0 || i / 1000 == 2 ? '\n' : (int)(i % 256)); /* '\n' is among these too */
    for (size_t begin = 0; begin < 20; begin++) {
        for (size_t end = begin; end < SIZE; end += end < 100 ? 1 : 997) {
            uint64_t expected = 0;
            for (size_t i = begin; i < end; i++)
                expected += text[i] == '\n';
            assert_int_equal(plx_lines_count(text + begin, end - begin), expected);
        }
    }
    memset(text, '\n', SIZE);
    assert_int_equal(plx_lines_count(text, SIZE), SIZE);
}

struct writer {
    int descriptor;
    size_t size;
};

static void *write_pieces(void *user)
{
    const struct writer *writer = user;
    char piece[512];
    memset(piece, 'x', sizeof piece);
    for (size_t at = 0; at < writer->size; at += sizeof piece)
        if (write(writer->descriptor, piece, sizeof piece) != (ssize_t)sizeof piece)
            break;
    close(writer->descriptor);
    return NULL;
}

/* A long line that arrives in small pieces must not be searched or moved again and again: with 10,240 pieces
   of 4 KiB that would be 200 GB. */
static void plx_lines_next__long_line_in_pieces(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct writer writer = {ends[1], (size_t)40 << 20};
    (void)fcntl(ends[0], F_SETPIPE_SZ, 4096);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, write_pieces, &writer), 0);
    char name[64];
    snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
    struct plx_source *source = NULL;
    struct plx_error error;
    assert_int_equal(plx_source_open(name, NULL, &source, &error), PLX_OK);
    struct plx_lines lines;
    plx_lines_init(&lines, source, SIZE_MAX);
    const char *line = NULL;
    size_t length = 0;
    const clock_t begin = clock();
    assert_int_equal(plx_lines_next(&lines, &line, &length, NULL, &error), PLX_OK);
    assert_int_equal(length, writer.size);
    assert_true((double)(clock() - begin) / CLOCKS_PER_SEC < 5.0);
    expect_end(&lines);
    plx_source_close(source);
    pthread_join(thread, NULL);
    close(ends[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_lines_next__newlines),
        cmocka_unit_test(plx_lines_next__no_newline_at_the_end),
        cmocka_unit_test(plx_lines_next__empty),
        cmocka_unit_test(plx_lines_next__longest),
        cmocka_unit_test(plx_lines_next__longest_that_a_source_can_hold),
        cmocka_unit_test(plx_lines_next__any_length),
        cmocka_unit_test(plx_lines_next__medium_ends_in_an_error),
        cmocka_unit_test(plx_lines_next__long_line_in_pieces),
        cmocka_unit_test(plx_lines_peek__blocks),
        cmocka_unit_test(plx_lines_peek__long_lines),
        cmocka_unit_test(plx_lines_peek__too_long),
        cmocka_unit_test(plx_lines_peek__medium_ends_in_an_error),
        cmocka_unit_test(plx_lines_count__any),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

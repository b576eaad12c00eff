/* Per-token files: the format by the name, and what both formats write. Lines are written out by hand and
   read by cJSON besides; the header is what numpy/lib/format.py writes. */
#include <perplex/per_token.h>
#include <perplex/source.h>

#include "support/fixtures.h"
#include "support/folder.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct plx_word word(const char *text)
{
    return (struct plx_word){text, strlen(text)};
}

static struct plx_per_token *open_writer(const char *path)
{
    struct plx_per_token *writer = NULL;
    struct plx_error error = {0};
    if (plx_per_token_open(path, &writer, &error))
        fail_msg("%s", error.message);
    assert_non_null(writer);
    return writer;
}

/* By way of the type that an evaluation calls it by. */
static void write_tokens(struct plx_per_token *writer, const struct plx_token_score *tokens, size_t count)
{
    plx_token_sink *const sink = plx_per_token_write;
    struct plx_error error = {0};
    if (sink(writer, tokens, count, &error))
        fail_msg("%s", error.message);
}

static void commit(struct plx_per_token *writer)
{
    struct plx_error error = {0};
    if (plx_per_token_commit(writer, &error))
        fail_msg("%s", error.message);
}

static void write_file_of(const char *name, const struct plx_token_score *tokens, size_t count)
{
    struct plx_per_token *writer = open_writer(folder_path(name));
    write_tokens(writer, tokens, count);
    commit(writer);
}

/* Uncompressed, with a NUL behind; released with free(). */
static char *read_text(const char *name, size_t *size)
{
    const size_t most = (size_t)8 << 20;
    struct plx_source *source = NULL;
    struct plx_error error;
    char *text = calloc(1, most + 1);
    if (!text)
        abort();
    assert_int_equal(plx_source_open(folder_path(name), NULL, &source, &error), PLX_OK);
    assert_int_equal(plx_source_read(source, text, most, size, &error), PLX_OK);
    plx_source_close(source);
    return text;
}

/* The next line, parsed; the text goes on behind it. */
static cJSON *next_line(const char **text)
{
    const char *end = strchr(*text, '\n');
    if (!end)
        fail_msg("no line left");
    cJSON *json = cJSON_ParseWithLength(*text, end ? (size_t)(end - *text) : 0);
    if (!json)
        fail_msg("no JSON: %.300s", *text);
    *text = end ? end + 1 : "";
    return json;
}

static const struct plx_token_score EXAMPLES[] = {
    {.token = {"the", 3}, .id = 7, .order = 2, .nats = 0.1},
    {.unit = 1, .position = 12, .token = {"caf\xC3\xA9", 5}, .id = 8, .order = 1, .nats = 1.0 / 3},
    {.unit = UINT64_MAX, .position = UINT64_MAX, .id = UINT32_MAX - 1, .nats = 5},
    {.unit = 2,
     .token = {"zz", 2},
     .document = {"d\"1", 3},
     .id = PLX_NO_TOKEN,
     .flags = PLX_TOKEN_UNKNOWN,
     .nats = (double)INFINITY},
    {.unit = 3,
     .token = {"<unk>", 5},
     .id = 0,
     .flags = PLX_TOKEN_UNKNOWN | PLX_TOKEN_LITERAL,
     .order = 1,
     .nats = 1e-7},
    {.unit = 4,
     .token = {"</s>", 4},
     .id = 1,
     .flags = PLX_TOKEN_END | PLX_TOKEN_BLANK,
     .order = 3,
     .nats = 11.512925464970229},
    {.unit = 5, .position = 1, .id = PLX_NO_TOKEN, .nats = -0.0},
    {.unit = 6, .token = {"", 0}, .document = {"", 0}, .id = 3, .nats = 0.30000000000000004},
};
static const char EXAMPLE_LINES[] =
    "{\"unit\":0,\"position\":0,\"token\":\"the\",\"nats\":0.1,\"order\":2,\"flags\":[]}\n"
    "{\"unit\":1,\"position\":12,\"token\":\"caf\xC3\xA9\",\"nats\":0.3333333333333333,\"order\":1,\"flags\":"
    "[]}\n"
    "{\"unit\":18446744073709551615,\"position\":18446744073709551615,\"id\":4294967294,\"nats\":5,\"flags\":"
    "[]}\n"
    "{\"unit\":2,\"position\":0,\"token\":\"zz\",\"document\":\"d\\\"1\",\"nats\":\"inf\",\"flags\":["
    "\"unknown\"]}\n"
    "{\"unit\":3,\"position\":0,\"token\":\"<unk>\",\"nats\":1e-07,\"order\":1,"
    "\"flags\":[\"unknown\",\"literal\"]}\n"
    "{\"unit\":4,\"position\":0,\"token\":\"</s>\",\"nats\":11.512925464970229,\"order\":3,"
    "\"flags\":[\"end\",\"blank\"]}\n"
    "{\"unit\":5,\"position\":1,\"nats\":-0,\"flags\":[]}\n"
    "{\"unit\":6,\"position\":0,\"token\":\"\",\"document\":\"\",\"nats\":0.30000000000000004,\"flags\":[]}"
    "\n";

#define EXAMPLE_COUNT (sizeof EXAMPLES / sizeof *EXAMPLES)

static void jsonl__keys(void **state)
{
    (void)state;
    write_file_of("a.jsonl", EXAMPLES, EXAMPLE_COUNT);
    folder_file_is("a.jsonl", EXAMPLE_LINES, strlen(EXAMPLE_LINES));
    folder_holds("a.jsonl");
    const char *text = EXAMPLE_LINES;
    for (size_t i = 0; i < EXAMPLE_COUNT; i++) {
        cJSON *json = next_line(&text);
        assert_true(cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(json, "flags")));
        cJSON_Delete(json);
    }
}

static void jsonl__gzip(void **state)
{
    size_t size;
    (void)state;
    write_file_of("a.jsonl.gz", EXAMPLES, EXAMPLE_COUNT);
    char *text = read_text("a.jsonl.gz", &size);
    assert_string_equal(text, EXAMPLE_LINES);
    free(text);
}

static void jsonl__nothing_scored(void **state)
{
    (void)state;
    write_file_of("a.jsonl", NULL, 0);
    folder_file_is("a.jsonl", "", 0);
}

static void expect_token(const char *token, size_t length, const char *shown)
{
    const struct plx_token_score score = {.token = {token, length}, .nats = 1};
    char expected[256];
    snprintf(expected, sizeof expected,
             "{\"unit\":0,\"position\":0,\"token\":\"%s\",\"nats\":1,\"flags\":[]}\n", shown);
    write_file_of("a.jsonl", &score, 1);
    folder_file_is("a.jsonl", expected, strlen(expected));
}

/* RFC 8259, section 7; what is not UTF-8 becomes U+FFFD byte by byte. */
static void jsonl__odd_bytes(void **state)
{
    (void)state;
    expect_token("\"\\/", 3, "\\\"\\\\/");
    expect_token("\b\f\n\r\t", 5, "\\b\\f\\n\\r\\t");
    expect_token("\x01\x1f\x7f", 3, "\\u0001\\u001f\x7f");
    expect_token("a\0b", 3, "a\\u0000b");
    expect_token("\xE2\x82\xAC\xF0\x9F\x98\x80", 7, "\xE2\x82\xAC\xF0\x9F\x98\x80");
    expect_token("\xE2\x82", 2, "\xEF\xBF\xBD\xEF\xBF\xBD");
    expect_token("\xC0\x80x\xFF", 4, "\xEF\xBF\xBD\xEF\xBF\xBDx\xEF\xBF\xBD");
}

/* A token that no buffer holds; wherever that cuts it, no character is torn. */
static void expect_long(const char *piece, const char *read_back, const char *prefix)
{
    const size_t count = 70000, size = strlen(piece), back = strlen(read_back), before = strlen(prefix);
    char *token = calloc(1, before + count * size + 1), *expected = calloc(1, before + count * back + 1);
    if (!token || !expected)
        abort();
    memcpy(token, prefix, before);
    memcpy(expected, prefix, before);
    for (size_t i = 0; i < count; i++) {
        memcpy(token + before + i * size, piece, size);
        memcpy(expected + before + i * back, read_back, back);
    }
    const struct plx_token_score scores[] = {{.token = word(token), .document = word(token), .nats = 0.5},
                                             {.token = word("short"), .nats = 2}};
    write_file_of("long.jsonl", scores, 2);
    size_t length;
    char *text = read_text("long.jsonl", &length);
    const char *rest = text;
    cJSON *json = next_line(&rest);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "token")), expected);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "document")), expected);
    assert_true(cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(json, "nats")) == 0.5);
    cJSON_Delete(json);
    assert_string_equal(rest, "{\"unit\":0,\"position\":0,\"token\":\"short\",\"nats\":2,\"flags\":[]}\n");
    free(text);
    free(token);
    free(expected);
}

static void jsonl__long_tokens(void **state)
{
    (void)state;
    expect_long("a", "a", "");
    expect_long("\x01", "\x01", "x");
    expect_long("\xFF", "\xEF\xBF\xBD", "");
    for (size_t shift = 0; shift < 4; shift++)
        expect_long("\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80", &"xxx"[3 - shift]);
}

#define MANY ((size_t)10007)

/* Of any size, exponents of all kinds among them. */
static struct plx_token_score *make_many(void)
{
    struct plx_token_score *tokens = calloc(MANY, sizeof *tokens);
    if (!tokens)
        abort();
    for (size_t i = 0; i < MANY; i++) {
        tokens[i].unit = i / 20;
        tokens[i].position = i % 20;
        tokens[i].token = word("token");
        tokens[i].nats = i % 1000 == 999 ? (double)INFINITY : exp((double)i / 1000 - 5) / 3;
    }
    return tokens;
}

/* In calls of all sizes. */
static void write_many(const char *path, const struct plx_token_score *tokens)
{
    struct plx_per_token *writer = open_writer(path);
    for (size_t done = 0, some = 0; done < MANY; some = 3 * some + 1) {
        const size_t left = MANY - done, now = some < left ? some : left;
        write_tokens(writer, tokens + done, now);
        done += now;
    }
    commit(writer);
}

/* Every number reads back as the same double. */
static void jsonl__many(void **state)
{
    struct plx_token_score *tokens = make_many();
    size_t size;
    (void)state;
    write_many(folder_path("many.ndjson"), tokens);
    char *text = read_text("many.ndjson", &size);
    const char *rest = text;
    for (size_t i = 0; i < MANY; i++) {
        cJSON *json = next_line(&rest);
        const cJSON *nats = cJSON_GetObjectItemCaseSensitive(json, "nats");
        assert_true(cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(json, "unit")) ==
                    (double)tokens[i].unit);
        assert_true(cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(json, "position")) ==
                    (double)tokens[i].position);
        if (isinf(tokens[i].nats))
            assert_string_equal(cJSON_GetStringValue(nats), "inf");
        else if (cJSON_GetNumberValue(nats) != tokens[i].nats)
            fail_msg("token %zu: %a became %a", i, tokens[i].nats, cJSON_GetNumberValue(nats));
        cJSON_Delete(json);
    }
    assert_string_equal(rest, "");
    free(text);
    free(tokens);
}

/* What np.save of NumPy 1.24 writes for float64 arrays of so many elements on a machine that is
   little-endian: 128 bytes in all before the numbers. */
#define NPY_START "\x93NUMPY\x01\x00\x76\x00{'descr': '<f8', 'fortran_order': False, 'shape': ("

static void expect_npy(const char *name, const struct plx_token_score *tokens, size_t count)
{
    char header[129];
    size_t size;
    const int length = snprintf(header, sizeof header, "%s%zu,), }", NPY_START + 10, count);
    char *text = read_text(name, &size);
    assert_int_equal(size, 128 + 8 * count);
    assert_memory_equal(text, NPY_START, 10);
    assert_memory_equal(text + 10, header, (size_t)length);
    for (size_t i = 10 + (size_t)length; i < 127; i++)
        assert_int_equal(text[i], ' ');
    assert_int_equal(text[127], '\n');
    for (size_t i = 0; i < count; i++) {
        const uint8_t *bytes = (const uint8_t *)text + 128 + 8 * i;
        uint64_t bits, found = 0;
        memcpy(&bits, &tokens[i].nats, sizeof bits);
        for (int k = 7; k >= 0; k--)
            found = found << 8 | bytes[k];
        assert_true(bits == found);
    }
    free(text);
}

static void npy__three(void **state)
{
    const struct plx_token_score tokens[] = {{.nats = 1}, {.nats = (double)INFINITY}, {.nats = 0.1}};
    (void)state;
    write_file_of("a.npy", tokens, 3);
    expect_npy("a.npy", tokens, 3);
    folder_file_is(
        "a.npy",
        "\x93NUMPY\x01\x00\x76\x00{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }             "
        "                                               \n"
        "\x00\x00\x00\x00\x00\x00\xf0\x3f\x00\x00\x00\x00\x00\x00\xf0\x7f\x9a\x99\x99\x99\x99\x99\xb9\x3f",
        152);
    folder_holds("a.npy");
}

static void npy__any_count(void **state)
{
    struct plx_token_score *tokens = make_many();
    (void)state;
    write_file_of("none.npy", NULL, 0);
    expect_npy("none.npy", NULL, 0);
    write_many(folder_path("many.npy"), tokens);
    expect_npy("many.npy", tokens, MANY);
    write_many(folder_path("MANY.NPY.GZ"), tokens);
    expect_npy("MANY.NPY.GZ", tokens, MANY);
    write_file_of("none.npy.gz", NULL, 0);
    expect_npy("none.npy.gz", NULL, 0);
    folder_holds("MANY.NPY.GZ many.npy none.npy none.npy.gz");
    free(tokens);
}

/* Between the two paths; another thread than that which asks for paths. */
static void *copy_pipe(void *paths)
{
    const char *const *names = paths;
    char bytes[4096];
    FILE *from = fopen(names[0], "rb"), *to = fopen(names[1], "wb");
    for (size_t got; from && to && (got = fread(bytes, 1, sizeof bytes, from)) > 0;)
        fwrite(bytes, 1, got, to);
    if (from)
        fclose(from);
    if (to)
        fclose(to);
    return NULL;
}

/* Where nothing can be corrected later. */
static void npy__pipe(void **state)
{
    struct plx_token_score *tokens = make_many();
    const char *paths[] = {folder_path("pipe.npy"), folder_path("copy")};
    pthread_t thread;
    (void)state;
    assert_int_equal(mkfifo(paths[0], 0600), 0);
    assert_int_equal(pthread_create(&thread, NULL, copy_pipe, paths), 0);
    write_many(paths[0], tokens);
    pthread_join(thread, NULL);
    expect_npy("copy", tokens, MANY);
    folder_holds("copy pipe.npy");
    free(tokens);
}

/* What the first byte of a file of that name is; 0 where the name is refused. */
static char first_byte(const char *name)
{
    struct plx_per_token *writer;
    struct plx_error error;
    size_t size;
    if (plx_per_token_open(folder_path(name), &writer, &error)) {
        assert_int_equal(error.status, PLX_USAGE);
        assert_non_null(strstr(error.message, name));
        assert_non_null(strstr(error.hint, ".jsonl"));
        assert_non_null(strstr(error.hint, ".npy"));
        assert_null(writer);
        return 0;
    }
    write_tokens(writer, EXAMPLES, 1);
    commit(writer);
    char *text = read_text(name, &size);
    const char first = text[0];
    free(text);
    assert_int_equal(remove(folder_path(name)), 0);
    return first;
}

static void open__format_by_name(void **state)
{
    const char *const lines[] = {"a.jsonl", "a.JSONL", "a.ndjson", "a.json", "a.npy.json", ".jsonl"};
    const char *const arrays[] = {"a.npy", "a.Npy", "a.json.npy"};
    const char *const wrong[] = {"a", "a.txt", "a.gz", "npy", "jsonl", "a.npy.txt", "a.npz", "a.npy.gz.gz"};
    char name[64];
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_int_equal(first_byte(lines[i]), '{');
        snprintf(name, sizeof name, "%s.gz", lines[i]);
        assert_int_equal(first_byte(name), '{');
    }
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        assert_int_equal(first_byte(arrays[i]), '\x93');
        snprintf(name, sizeof name, "%s.Gz", arrays[i]);
        assert_int_equal(first_byte(name), '\x93');
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(first_byte(wrong[i]), 0);
    folder_holds("");
    /* The folder's name says nothing. */
    assert_int_equal(mkdir(folder_path("b.npy"), 0777), 0);
    assert_int_equal(first_byte("b.npy/a.json"), '{');
}

/* Pipes and devices are often without a name. */
static void open__nameless(void **state)
{
    char text[256];
    (void)state;
    assert_int_equal(mkfifo(folder_path("pipe"), 0600), 0);
    const int reader = open(folder_path("pipe"), O_RDONLY | O_NONBLOCK);
    struct plx_per_token *writer = open_writer(folder_path("pipe"));
    write_tokens(writer, EXAMPLES, 1);
    commit(writer);
    const ssize_t got = read(reader, text, sizeof text);
    close(reader);
    assert_true(got > 0);
    assert_memory_equal(text, EXAMPLE_LINES, (size_t)got);
    plx_per_token_discard(open_writer("-"));
    plx_per_token_discard(open_writer(NULL));
    plx_per_token_discard(open_writer("/dev/null"));
}

static void open__cannot_be_written(void **state)
{
    const char *const names[] = {"none/a.jsonl", "none/a.npy", "none/a.npy.gz"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct plx_per_token *writer;
        struct plx_error error;
        assert_int_equal(plx_per_token_open(folder_path(names[i]), &writer, &error), PLX_IO);
        assert_int_equal(error.os_error, ENOENT);
        assert_non_null(strstr(error.message, names[i]));
        assert_null(writer);
    }
}

static void discard__leaves_nothing(void **state)
{
    const char *const names[] = {"a.jsonl", "a.jsonl.gz", "a.npy", "a.npy.gz"};
    struct plx_token_score *tokens = make_many();
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct plx_per_token *writer = open_writer(folder_path(names[i]));
        write_tokens(writer, tokens, MANY);
        plx_per_token_discard(writer);
        folder_holds("");
    }
    plx_per_token_discard(NULL);
    free(tokens);
}

/* After it, only the name is missing. */
static void finish__leaves_the_renaming(void **state)
{
    const char *const names[] = {"a.jsonl", "a.npy", "b.npy.gz"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct plx_error error;
        struct plx_per_token *writer = open_writer(folder_path(names[i]));
        write_tokens(writer, EXAMPLES, EXAMPLE_COUNT);
        assert_int_equal(plx_per_token_finish(writer, &error), PLX_OK);
        assert_int_equal(plx_per_token_finish(writer, &error), PLX_OK);
        assert_int_equal(access(folder_path(names[i]), F_OK), -1);
        assert_int_equal(plx_per_token_write(writer, EXAMPLES, 1, &error), PLX_USAGE);
        commit(writer);
    }
    folder_file_is("a.jsonl", EXAMPLE_LINES, strlen(EXAMPLE_LINES));
    expect_npy("a.npy", EXAMPLES, EXAMPLE_COUNT);
    expect_npy("b.npy.gz", EXAMPLES, EXAMPLE_COUNT);
}

/* The disk is full at once, later, or only at the end: it is told, again when it is committed all the same,
   and nothing is left. */
static void commit__full_disk(void **state)
{
    const char *const names[] = {"a.jsonl", "a.jsonl.gz", "a.npy", "a.npy.gz"};
    struct plx_token_score *tokens = make_many();
    struct rlimit before, tight;
    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    tight = before;
    tight.rlim_cur = 1024;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        for (int rounds = 1; rounds <= 60; rounds += 59) {
            struct plx_error error = {0};
            enum plx_status status = PLX_OK;
            struct plx_per_token *writer = open_writer(folder_path(names[i]));
            assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
            for (int round = 0; round < rounds && status == PLX_OK; round++)
                status = plx_per_token_write(writer, tokens, MANY, &error);
            if (rounds > 1) {
                assert_int_equal(status, PLX_IO);
                assert_int_equal(plx_per_token_finish(writer, &error), PLX_IO);
            }
            memset(&error, 0, sizeof error);
            assert_int_equal(plx_per_token_commit(writer, &error), PLX_IO);
            assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
            assert_int_equal(error.os_error, EFBIG);
            assert_non_null(strstr(error.message, names[i]));
            folder_holds("");
        }
    }
    signal(SIGXFSZ, handler);
    free(tokens);
}

/* `perplex formats` and the help walk them. */
static void formats__described(void **state)
{
    size_t count = 0;
    (void)state;
    for (; plx_per_token_format_name(count); count++) {
        char name[64];
        assert_true(strlen(plx_per_token_format_description(count)) > 10);
        snprintf(name, sizeof name, "a.%s", plx_per_token_format_name(count));
        plx_per_token_discard(open_writer(folder_path(name)));
    }
    assert_int_equal(count, 2);
    assert_null(plx_per_token_format_description(count));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_make, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(jsonl__keys),
        TEST(jsonl__gzip),
        TEST(jsonl__nothing_scored),
        TEST(jsonl__odd_bytes),
        TEST(jsonl__long_tokens),
        TEST(jsonl__many),
        TEST(npy__three),
        TEST(npy__any_count),
        TEST(npy__pipe),
        TEST(open__format_by_name),
        TEST(open__nameless),
        TEST(open__cannot_be_written),
        TEST(discard__leaves_nothing),
        TEST(finish__leaves_the_renaming),
        TEST(commit__full_disk),
        TEST(formats__described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

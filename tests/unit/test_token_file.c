/* Per-token files, read back: what the writer has written comes back to the last bit, and what others wrote
   is read as RFC 8259 has it. Malformed lines are written out by hand, with the places counted by hand. */
#include "report/tokens/token_file.h"

#include "support/folder.h"
#include "support/random.h"

#include <perplex/per_token.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void write_tokens(const char *name, const struct plx_token_score *tokens, size_t count)
{
    struct plx_per_token *writer = NULL;
    struct plx_error error = {0};
    if (plx_per_token_open(folder_path(name), &writer, &error) ||
        plx_per_token_write(writer, tokens, count, &error) || plx_per_token_commit(writer, &error))
        fail_msg("%s", error.message);
}

static void write_bytes(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(folder_path(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void write_text(const char *name, const char *text)
{
    write_bytes(name, text, strlen(text));
}

static struct plx_token_file *open_file(const char *name)
{
    struct plx_token_file *file = NULL;
    struct plx_error error = {0};
    if (plx_token_file_open(folder_path(name), NULL, &file, &error))
        fail_msg("%s", error.message);
    assert_non_null(file);
    return file;
}

static void word_is(struct plx_word found, struct plx_word expected)
{
    assert_int_equal(found.text != NULL, expected.text != NULL);
    assert_int_equal(found.length, expected.length);
    if (expected.length > 0)
        assert_memory_equal(found.text, expected.text, expected.length);
}

/* The bits; but one NaN is as good as another. */
static void nats_are(double found, double expected)
{
    if (isnan(expected))
        assert_true(isnan(found));
    else
        assert_memory_equal(&found, &expected, sizeof found);
}

static void token_is(const struct plx_token_score *found, const struct plx_token_score *expected)
{
    assert_int_equal(found->unit, expected->unit);
    assert_int_equal(found->position, expected->position);
    word_is(found->token, expected->token);
    word_is(found->document, expected->document);
    if (!expected->token.text)
        assert_int_equal(found->id, expected->id);
    assert_int_equal(found->flags, expected->flags);
    assert_int_equal(found->order, expected->order);
    nats_are(found->nats, expected->nats);
}

/* The file has these tokens, with all details or the nats alone. */
static void file_is(const char *name, const struct plx_token_score *tokens, size_t count, bool detailed)
{
    struct plx_token_file *file = open_file(name);
    struct plx_error error = {0};
    const struct plx_token_score *found;
    size_t some = 0, done = 0;
    assert_int_equal(plx_token_file_detailed(file), detailed);
    do {
        if (plx_token_file_next(file, &found, &some, &error))
            fail_msg("%s", error.message);
        assert_true(some <= count - done);
        for (size_t i = 0; i < some; i++) {
            struct plx_token_score expected = tokens[done + i];
            if (!detailed)
                expected =
                    (struct plx_token_score){.position = done + i, .id = PLX_NO_TOKEN, .nats = expected.nats};
            token_is(found + i, &expected);
        }
        done += some;
    } while (some > 0);
    assert_int_equal(done, count);
    plx_token_file_close(file);
}

#define WORD(literal)                \
    {                                \
        literal, sizeof(literal) - 1 \
    }

/* What turns the direction of writing, as a literal would in the editor. */
static const char OVERRIDE[] = {'\xF0', '\x9F', '\x98', '\x80', '\xE2', '\x80', '\xAE', '<', 'b', '>'};

/* With all that a string and a number can be. */
static const struct plx_token_score HOSTILE[] = {
    {.token = WORD("the"), .id = 7, .order = 2, .nats = 0.1},
    {.unit = 1, .position = 12, .token = WORD("caf\xC3\xA9"), .order = 1, .nats = 1.0 / 3},
    {.unit = UINT64_MAX, .position = UINT64_MAX, .id = UINT32_MAX - 1, .nats = 5},
    {.token = WORD("zz"),
     .document = WORD("d\"1"),
     .id = PLX_NO_TOKEN,
     .flags = PLX_TOKEN_UNKNOWN,
     .nats = (double)INFINITY},
    {.token = WORD("<unk>"), .flags = PLX_TOKEN_UNKNOWN | PLX_TOKEN_LITERAL, .nats = 1e-7},
    {.token = WORD("</s>"), .flags = PLX_TOKEN_END | PLX_TOKEN_BLANK, .order = UINT32_MAX, .nats = 0},
    {.token = WORD("a\0b\n\r\t\b\f\\\"/\x1f\x7f"), .document = WORD("\0"), .nats = 0x1.fffffffffffffp2},
    {.token = WORD(""), .document = WORD(""), .nats = -0.0},
    {.token = {OVERRIDE, sizeof OVERRIDE}, .nats = 0x1p-1074},
    {.token = WORD("\",\"nats\":7,\"flags\":[]}"), .nats = 0x1.fffffffffffffp1023},
    {.id = PLX_NO_TOKEN, .nats = (double)NAN},
    {.id = 0, .nats = -(double)INFINITY},
    {.id = 1, .nats = -3.5},
    {.id = 2, .nats = 1e22},
    {.id = 3, .nats = 123456789.12345678},
    {.id = 4, .nats = 0.00012345678901234567},
    {.id = 5, .nats = 1.2345678901234567e-05},
};

#define HOSTILE_COUNT (sizeof HOSTILE / sizeof *HOSTILE)

static void next__gives_back_what_was_written(void **state)
{
    (void)state;
    write_tokens("t.jsonl", HOSTILE, HOSTILE_COUNT);
    write_tokens("t.jsonl.gz", HOSTILE, HOSTILE_COUNT);
    write_tokens("t.npy", HOSTILE, HOSTILE_COUNT);
    write_tokens("t.npy.gz", HOSTILE, HOSTILE_COUNT);
    file_is("t.jsonl", HOSTILE, HOSTILE_COUNT, true);
    file_is("t.jsonl.gz", HOSTILE, HOSTILE_COUNT, true);
    file_is("t.npy", HOSTILE, HOSTILE_COUNT, false);
    file_is("t.npy.gz", HOSTILE, HOSTILE_COUNT, false);
}

/* More than are looked at together, with doubles of all kinds, and every token in front of each other. */
static void next__gives_back_many(void **state)
{
    (void)state;
    const size_t count = 20000;
    struct random random = {3};
    struct plx_token_score *tokens = calloc(count, sizeof *tokens);
    assert_non_null(tokens);
    for (size_t i = 0; i < count; i++) {
        tokens[i] = HOSTILE[random_below(&random, HOSTILE_COUNT)];
        tokens[i].unit = i / 7;
        const uint64_t bits = random_next(&random) >> 1;
        if (i % 4 == 0)
            memcpy(&tokens[i].nats, &bits, sizeof bits);
        else if (i % 4 < 3)
            tokens[i].nats =
                (double)(random_next(&random) >> 11) * 0x1p-53 * (double)(1u << random_below(&random, 12));
    }
    write_tokens("t.jsonl", tokens, count);
    write_tokens("t.npy", tokens, count);
    file_is("t.jsonl", tokens, count, true);
    file_is("t.npy", tokens, count, false);
    free(tokens);
}

/* Lines as others may write them, and what they say. */
static void next__reads_any_json(void **state)
{
    (void)state;
    static const char text[] =
        "\xEF\xBB\xBF{\"nats\":1}\n"
        "\n"
        " \t\r\n"
        " { \"order\" : 3 , \"nats\" : 2.5e0 , \"flags\" : [ \"end\" , \"novel\" ] , \"token\" : \"a\" , "
        "\"position\":4,\"unit\":5}\t\r\n"
        "{\"unit\":1,\"position\":2,\"token\":\"\\u0000\\ud83d\\ude00\\/"
        "\\u00e9\",\"id\":9,\"nats\":\"inf\"}\n"
        "{\"n\\u0061ts\":25E-2,\"more\":{\"nats\":[1,{\"nats\":2}]},\"document\":\"d\"}\n"
        "{\"nats\":NaN,\"token\":null,\"id\":null,\"document\":null,\"flags\":null,\"order\":null}\n"
        "{\"nats\":-Infinity,\"id\":4294967294}\n"
        "{\"nats\":\"-inf\"}\n"
        "{\"unit\":0,\"position\":0,\"nats\":0.1,\"flags\":[\"unknown\",\"end\",\"unknown\"]}\n"
        "{\"unit\":18446744073709551615,\"position\":0,\"nats\":12345678.123456789012345678901234567890,"
        "\"flags\":[]}";
    const struct plx_token_score expected[] = {
        {.id = PLX_NO_TOKEN, .nats = 1},
        {.unit = 5, .position = 4, .token = WORD("a"), .order = 3, .flags = PLX_TOKEN_END, .nats = 2.5},
        {.unit = 1,
         .position = 2,
         .token = WORD("\0\xF0\x9F\x98\x80/\xC3\xA9"),
         .id = 9,
         .nats = (double)INFINITY},
        {.id = PLX_NO_TOKEN, .document = WORD("d"), .nats = 0.25},
        {.id = PLX_NO_TOKEN, .nats = (double)NAN},
        {.id = UINT32_MAX - 1, .nats = -(double)INFINITY},
        {.id = PLX_NO_TOKEN, .nats = -(double)INFINITY},
        {.id = PLX_NO_TOKEN, .nats = 0.1, .flags = PLX_TOKEN_UNKNOWN | PLX_TOKEN_END},
        {.unit = UINT64_MAX, .id = PLX_NO_TOKEN, .nats = 12345678.123456789},
    };
    write_bytes("t", text, sizeof text - 1);
    file_is("t", expected, sizeof expected / sizeof *expected, true);
}

static void next__takes_an_empty_file(void **state)
{
    (void)state;
    write_text("t", "");
    file_is("t", NULL, 0, true);
    write_text("t", "\n \n");
    file_is("t", NULL, 0, true);
}

/* Reads to the end or the first error. */
static enum plx_status read_file(const char *name, size_t *count, struct plx_error *error)
{
    struct plx_token_file *file = NULL;
    const struct plx_token_score *tokens;
    size_t some = 0;
    *count = 0;
    enum plx_status status = plx_token_file_open(folder_path(name), NULL, &file, error);
    do {
        if (status == PLX_OK)
            status = plx_token_file_next(file, &tokens, &some, error);
        *count += some;
    } while (status == PLX_OK && some > 0);
    plx_token_file_close(file);
    return status;
}

static const struct {
    const char *text;
    uint64_t line, column;
    const char *message;
} MALFORMED[] = {
    {"{\"unit\":0,\"position\":0}\n", 1, 1, "a token without \"nats\""},
    {"{}\n", 1, 1, "a token without \"nats\""},
    {"{\"nats\":1}\n[]\n", 2, 1, "'{' is expected"},
    {"{\"nats\":1}\n\n{\"nats\":x}\n", 3, 9, "a number is expected"},
    {"{\"nats\":\"1\"}\n", 1, 9, "a number is expected, or \"inf\" or \"nan\""},
    {"{\"nats\":null}\n", 1, 9, "a number is expected"},
    {"{\"nats\":01}\n", 1, 10, "',' or '}' is expected"},
    {"{\"nats\":1.}\n", 1, 11, "a digit is expected behind the decimal point"},
    {"{\"nats\":.5}\n", 1, 9, "a number is expected"},
    {"{\"nats\":+1}\n", 1, 9, "a number is expected"},
    {"{\"nats\":1} 2\n", 1, 12, "there is more behind the JSON value"},
    {"{\"nats\":1,}\n", 1, 11, "a string in double quotes is expected"},
    {"{\"nats\":1,\"nats\":1}\n", 1, 11, "the key stands twice in the object"},
    {"{\"nats\":1,\"unit\":-1}\n", 1, 18, "a whole number is expected, no larger than such a number can be"},
    {"{\"nats\":1,\"unit\":1.0}\n", 1, 18, "a whole number is expected, no larger than such a number can be"},
    {"{\"nats\":1,\"unit\":18446744073709551616}\n", 1, 18,
     "a whole number is expected, no larger than such a number can be"},
    {"{\"nats\":1,\"id\":4294967295}\n", 1, 16,
     "a whole number is expected, no larger than such a number can be"},
    {"{\"nats\":1,\"token\":7}\n", 1, 19, "a string in double quotes is expected"},
    {"{\"nats\":1,\"token\":\"\\ud83d\"}\n", 1, 20, "half of a surrogate pair"},
    {"{\"nats\":1,\"token\":\"\xFF\"}\n", 1, 20, "not UTF-8"},
    {"{\"nats\":1,\"flags\":{}}\n", 1, 19, "'[' is expected"},
    {"{\"nats\":1,\"flags\":[1]}\n", 1, 20, "a string in double quotes is expected"},
    {"{\"unit\":0,\"position\":0,\"nats\":1,\"flags\":[]\n", 1, 43, "the JSON ends too early"},
    {"{\n \"nats\": 1\n}\n", 1, 2, "the JSON ends too early"},
    {"{\"unit\":01,\"position\":0,\"nats\":1,\"flags\":[]}\n"
     "{\"unit\":0,\"position\":0,\"nats\":1,\"flags\":[]}\n"
     "{\"unit\":0,\"position\":0,\"nats\":1,\"flags\":[]}\n",
     1, 10, "',' or '}' is expected"},
    {"{\"unit\":0,\"position\":0,\"nats\":1,\"flags\":[]} {}\n"
     "{\"unit\":0,\"position\":0,\"nats\":1,\"flags\":[]}\n"
     "{\"unit\":0,\"position\":0,\"nats\":1,\"flags\":[]}\n",
     1, 45, "there is more behind the JSON value"},
};

static void next__tells_the_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof MALFORMED / sizeof *MALFORMED; i++) {
        struct plx_error error = {0};
        size_t count;
        write_text("t", MALFORMED[i].text);
        if (read_file("t", &count, &error) != PLX_MALFORMED || error.line != MALFORMED[i].line ||
            error.column != MALFORMED[i].column || strcmp(error.message, MALFORMED[i].message) != 0)
            fail_msg("%s: %s at %d:%d", MALFORMED[i].text, error.message, (int)error.line, (int)error.column);
        assert_string_equal(error.input, folder_path("t"));
    }
}

static void open__refuses_other_files(void **state)
{
    (void)state;
    static const char *const OTHER[] = {"hello\n", "7\n", "[1]\n", "PK\3\4rest"};
    struct plx_token_file *file;
    struct plx_error error = {0};
    for (size_t i = 0; i < sizeof OTHER / sizeof *OTHER; i++) {
        write_text("t", OTHER[i]);
        assert_int_equal(plx_token_file_open(folder_path("t"), NULL, &file, &error), PLX_MALFORMED);
        assert_null(file);
    }
    assert_int_equal(plx_token_file_open(folder_path("none"), NULL, &file, &error), PLX_IO);
    assert_int_equal(plx_token_file_open(folder_path(""), NULL, &file, &error), PLX_IO);
}

/* Cut off at any byte: an error, or the whole lines before it. */
static void next__finds_what_is_cut_short(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"t.jsonl", "t.npy", "t.jsonl.gz"};
    static uint8_t whole[8192];
    for (size_t k = 0; k < sizeof NAMES / sizeof *NAMES; k++) {
        write_tokens(NAMES[k], HOSTILE, HOSTILE_COUNT);
        FILE *file = fopen(folder_path(NAMES[k]), "rb");
        assert_non_null(file);
        const size_t size = fread(whole, 1, sizeof whole, file);
        fclose(file);
        size_t lines = 0;
        for (size_t cut = 0; cut < size; cut++) {
            struct plx_error error = {0};
            size_t count = 0;
            write_bytes("cut", whole, cut);
            const enum plx_status status = read_file("cut", &count, &error);
            if (k == 0 && cut > 0 && (whole[cut - 1] == '\n' || whole[cut] == '\n')) {
                lines += whole[cut] == '\n';
                assert_int_equal(status, PLX_OK);
                assert_int_equal(count, lines);
            } else if (cut > 0) {
                assert_int_equal(status, PLX_MALFORMED);
            }
        }
    }
}

/* Longer than what is looked at together, and than a whole file. */
static void next__reads_long_lines(void **state)
{
    (void)state;
    const size_t length = 3000000;
    char *text = malloc(length);
    assert_non_null(text);
    for (size_t i = 0; i < length; i++)
        text[i] = i % 3 ? 'x' : '\n';
    const struct plx_token_score tokens[] = {{.token = {text, length}, .nats = 1},
                                             {.token = WORD("a"), .nats = 2},
                                             {.token = {text, 2}, .nats = 3}};
    write_tokens("t.jsonl", tokens, 3);
    file_is("t.jsonl", tokens, 3, true);
    free(text);
}

/* The header says which; the values are exact in both. */
static void next__reads_arrays_of_other_types(void **state)
{
    (void)state;
    static const uint8_t little[] = {0, 0, 0x80, 0x3F, 0, 0, 0x80, 0x7F, 1, 0, 0, 0};
    static const uint8_t big[] = {0x3F, 0xF0, 0, 0, 0, 0, 0, 0, 0x7F, 0xF0, 0, 0, 0, 0, 0, 0};
    const struct plx_token_score expected[] = {{.nats = 1}, {.nats = (double)INFINITY}, {.nats = 0x1p-149}};
    uint8_t bytes[128 + 16] = "\x93NUMPY\1\0\x76\0{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }";
    memset(bytes + 67, ' ', 60);
    bytes[127] = '\n';
    memcpy(bytes + 128, little, sizeof little);
    write_bytes("t", bytes, 128 + sizeof little);
    file_is("t", expected, 3, false);
    memcpy(bytes + 10 + 11, ">f8", 3);
    memcpy(bytes + 10 + 51, "2", 1);
    memcpy(bytes + 128, big, sizeof big);
    write_bytes("t", bytes, 128 + sizeof big);
    file_is("t", expected, 2, false);
    memcpy(bytes + 10 + 11, "<i8", 3);
    write_bytes("t", bytes, 128 + sizeof big);
    struct plx_token_file *file;
    struct plx_error error = {0};
    assert_int_equal(plx_token_file_open(folder_path("t"), NULL, &file, &error), PLX_UNSUPPORTED);
}

static void next__refuses_what_is_behind_the_array(void **state)
{
    (void)state;
    struct plx_error error = {0};
    size_t count;
    write_tokens("t.npy", HOSTILE, 2);
    FILE *file = fopen(folder_path("t.npy"), "ab");
    assert_non_null(file);
    fputc(0, file);
    fclose(file);
    assert_int_equal(read_file("t.npy", &count, &error), PLX_MALFORMED);
    assert_int_equal(error.offset, 128 + 16);
}

/* Of 0.1, 0.7 and infinity, by Python: x, y = fractions.Fraction(0.1), fractions.Fraction(0.7);
   round(x * 2**64) + round(y * 2**64), round(x * x * 2**64) + round(y * y * 2**64). */
static const char RESULT[] = "{\"accumulators\":{\"nats\":{\"sum\":\"14757395258967640576\",\"squares\":"
                             "\"9223372036854774682\",\"count\":3,\"infinite\":1}},"
                             "\"runtime\":{\"outputs\":{\"per_token\":\"%s\"}}}";

static cJSON *make_result(const char *noted)
{
    char text[512];
    snprintf(text, sizeof text, RESULT, noted);
    cJSON *json = cJSON_Parse(text);
    assert_non_null(json);
    return json;
}

static enum plx_status check_sums(const double *values, size_t count, const cJSON *result,
                                  struct plx_error *error)
{
    struct plx_exact found = {0};
    for (size_t i = 0; i < count; i++)
        plx_exact_add(&found, values[i]);
    return plx_token_sums_check(&found, "t", result, "r", error);
}

static void sums_check__knows_the_result(void **state)
{
    (void)state;
    double values[] = {0.1, 0.7, (double)INFINITY};
    struct plx_error error = {0};
    cJSON *result = make_result("t");
    assert_int_equal(check_sums(values, 3, result, &error), PLX_OK);
    for (size_t i = 0; i < 2; i++) {
        const double before = values[i];
        values[i] = nextafter(before, 1);
        assert_int_equal(check_sums(values, 3, result, &error), PLX_MISMATCH);
        assert_string_equal(error.input, "t");
        values[i] = before;
    }
    values[0] = -0.1; /* the same squares */
    assert_int_equal(check_sums(values, 3, result, &error), PLX_MISMATCH);
    values[0] = 0.1 + 0x1p-10; /* the same sum */
    values[1] = 0.7 - 0x1p-10;
    assert_int_equal(check_sums(values, 3, result, &error), PLX_MISMATCH);
    values[0] = 0.1;
    values[1] = 0.7;
    values[2] = 0;
    assert_int_equal(check_sums(values, 3, result, &error), PLX_MISMATCH);
    values[2] = (double)INFINITY;
    assert_int_equal(check_sums(values, 2, result, &error), PLX_MISMATCH);
    assert_string_equal(error.message, "the per-token file has 2 tokens, but its result 3");
    cJSON_Delete(result);
    result = cJSON_Parse("{}");
    assert_int_equal(check_sums(values, 3, result, &error), PLX_MALFORMED);
    assert_string_equal(error.input, "r");
    cJSON_Delete(result);
}

static void find_is(const char *noted, const char *result_path, const char *expected)
{
    struct plx_error error = {0};
    char *found = NULL;
    cJSON *result = make_result(noted);
    assert_int_equal(plx_token_file_find(result, result_path, &found, &error), PLX_OK);
    if (expected)
        assert_string_equal(found, expected);
    else
        assert_null(found);
    free(found);
    cJSON_Delete(result);
}

static void find__looks_beside_the_result_first(void **state)
{
    (void)state;
    char there[256], elsewhere[256], result[256];
    snprintf(there, sizeof there, "%s", folder_path("t.npy"));
    snprintf(elsewhere, sizeof elsewhere, "%s", folder_path("o.npy"));
    snprintf(result, sizeof result, "%s", folder_path("r.json"));
    write_text("t.npy", "");
    write_text("o.npy", "");
    find_is("none/t.npy", result, there);
    find_is("t.npy", result, there);
    find_is("none.npy", result, NULL);
    find_is(elsewhere, "r.json", elsewhere);
    find_is(elsewhere, "none/r.json", elsewhere);
    find_is("-", result, NULL);
    find_is("/dev/null", "-", NULL);
    find_is("", result, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(next__gives_back_what_was_written, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(next__gives_back_many, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(next__reads_any_json, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(next__takes_an_empty_file, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(next__tells_the_place, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(open__refuses_other_files, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(next__finds_what_is_cut_short, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(next__reads_long_lines, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(next__reads_arrays_of_other_types, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(next__refuses_what_is_behind_the_array, folder_make, folder_remove),
        cmocka_unit_test(sums_check__knows_the_result),
        cmocka_unit_test_setup_teardown(find__looks_beside_the_result_first, folder_make, folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

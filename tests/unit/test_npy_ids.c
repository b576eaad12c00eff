/* Token ids as arrays of NumPy. The headers are what numpy.save writes. */
#include "support/corpora.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct file {
    uint8_t bytes[512];
    size_t size;
};

/* An array of this version of the format with these elements. */
static struct file file_of(int version, const char *type, const char *order, const char *shape,
                           const void *elements, size_t size)
{
    struct file file = {.bytes = "\x93NUMPY"};
    char dict[160];
    const int length =
        snprintf(dict, sizeof dict, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }%20s\n", type, order,
                 shape, "");
    const size_t prefix = version == 1 ? 10 : 12;
    file.bytes[6] = (uint8_t)version;
    file.bytes[8] = (uint8_t)length;
    memcpy(file.bytes + prefix, dict, (size_t)length);
    memcpy(file.bytes + prefix + length, elements, size);
    file.size = prefix + (size_t)length + size;
    return file;
}

static const uint8_t BYTES[24] = {1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 6, 0, 0, 0};

static void npy_next__one_dimension(void **state)
{
    static const char *const types[] = {"<i4", "<u4", "|u1", "<i8", ">u2"};
    static const char *const shapes[] = {"(6,)", "(6,)", "(24,)", "(3,)", "(12,)"};
    static const size_t counts[] = {6, 6, 24, 0, 12};
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        uint8_t bytes[24];
        memcpy(bytes, BYTES, sizeof bytes);
        const bool wide = strcmp(types[i], "<i8") == 0;
        for (size_t k = 0; k < sizeof bytes && wide; k++)
            bytes[k] = k % 8 < 4 ? BYTES[k] : 0;
        const struct file file = file_of((int)i % 3 + 1, types[i], "False", shapes[i], bytes, sizeof bytes);
        struct corpus_reading reading = corpus_read_memory(file.bytes, file.size, "x");
        assert_string_equal(reading.info.format, "npy");
        assert_int_equal(reading.count, wide ? 3 : counts[i]);
        assert_int_equal(reading.document_count, 1);
        assert_int_equal(reading.documents[0].offset, file.size - sizeof bytes);
        for (size_t k = 0; k < reading.count; k++) {
            const size_t expected[] = {k + 1, k + 1, BYTES[k], 2 * k + 1,
                                       (size_t)256 * BYTES[2 * k % 24] + BYTES[2 * k % 24 + 1]};
            assert_int_equal(reading.ids[k], expected[i]);
        }
        corpus_reading_free(&reading);
    }
}

/* Rows are documents; a matrix of one column or row lies the same either way. */
static void npy_next__two_dimensions(void **state)
{
    static const struct {
        const char *order, *shape;
        size_t rows;
    } cases[] = {
        {"False", "(2, 3)", 2}, {"False", "(3, 2)", 3}, {"True", "(1, 6)", 1}, {"True", "(6, 1)", 6}};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        const struct file file = file_of(1, "<u4", cases[i].order, cases[i].shape, BYTES, sizeof BYTES);
        struct corpus_reading reading = corpus_read_memory(file.bytes, file.size, "x.npy");
        assert_int_equal(reading.count, 6);
        assert_int_equal(reading.document_count, cases[i].rows);
        for (size_t k = 0; k < cases[i].rows; k++) {
            assert_int_equal(reading.documents[k].begin, k * 6 / cases[i].rows);
            assert_int_equal(reading.documents[k].offset, file.size - 24 + k * 24 / cases[i].rows);
        }
        corpus_reading_free(&reading);
    }
}

/* Longer than what is read at once, so that rows are cut. */
static void npy_next__long_rows(void **state)
{
    enum { ROWS = 3, COLUMNS = 50001 };
    char shape[32];
    (void)state;
    snprintf(shape, sizeof shape, "(%d, %d)", ROWS, COLUMNS);
    const struct file head = file_of(1, "<u2", "False", shape, "", 0);
    uint8_t *bytes = calloc(head.size + 2 * ROWS * COLUMNS, 1);
    assert_non_null(bytes);
    memcpy(bytes, head.bytes, head.size);
    for (size_t i = 0; i < ROWS * COLUMNS; i++) {
        bytes[head.size + 2 * i] = (uint8_t)i;
        bytes[head.size + 2 * i + 1] = (uint8_t)(i >> 8);
    }
    struct corpus_reading reading = corpus_read_memory(bytes, head.size + 2 * ROWS * COLUMNS, "x");
    assert_int_equal(reading.count, ROWS * COLUMNS);
    assert_int_equal(reading.document_count, ROWS);
    for (size_t i = 0; i < ROWS * COLUMNS; i++)
        assert_int_equal(reading.ids[i], i & 0xFFFF);
    for (size_t i = 0; i < ROWS; i++)
        assert_int_equal(reading.documents[i].begin, i * COLUMNS);
    corpus_reading_free(&reading);
    free(bytes);
}

static void npy_next__nothing(void **state)
{
    static const char *const shapes[] = {"(0,)", "(0, 5)", "(5, 0)"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const struct file file = file_of(1, "<u4", "False", shapes[i], "", 0);
        struct corpus_reading reading = corpus_read_memory(file.bytes, file.size, "x");
        assert_int_equal(reading.document_count, 0);
        corpus_reading_free(&reading);
    }
}

struct refusal {
    const char *type, *order, *shape;
    size_t size; /* of the elements */
    enum plx_status status;
    const char *message, *hint;
};

static const struct refusal REFUSALS[] = {
    {"<f4", "False", "(6,)", 24, PLX_UNSUPPORTED, "<f4 [6], but token ids are integers", "log-probabilities"},
    {"<f8", "False", "(3,)", 24, PLX_UNSUPPORTED, "<f8 [3], but token ids are integers", "log-probabilities"},
    {"|b1", "False", "(24,)", 24, PLX_UNSUPPORTED, "|b1 [24], but token ids are integers", "astype"},
    {"<u4", "False", "()", 4, PLX_UNSUPPORTED, "<u4 [], but token ids have one dimension", "ravel"},
    {"<u4", "False", "(1, 2, 3)", 24, PLX_UNSUPPORTED, "<u4 [1, 2, 3], but", "reshape"},
    {"<u4", "True", "(2, 3)", 24, PLX_UNSUPPORTED, "fortran_order", "ascontiguousarray"},
    {"<u4", "False", "(7,)", 24, PLX_MALFORMED, "counts 7 tokens of 4 bytes, but the file ends after 6",
     "copied"},
    {"<u4", "False", "(5,)", 24, PLX_MALFORMED, "counts 5 tokens of 4 bytes, but there is more", ""},
    {"|u1", "False", "(18446744073709551615,)", 24, PLX_MALFORMED,
     "counts 18446744073709551615 tokens of 1 bytes, but the file ends after 24", "copied"},
    {"|u1", "False", "(1, 18446744073709551615)", 24, PLX_MALFORMED, "but the file ends after 24", "copied"},
    {"<u4", "False", "(5)", 24, PLX_MALFORMED, "comma", ""},
    {"<i2", "False", "(12,)", 24, PLX_MALFORMED,
     "token 11 of the file (from 0) is -1: ids are 0 to 4294967294", ""},
};

static void npy_open__refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof REFUSALS / sizeof *REFUSALS; i++) {
        const struct refusal *refusal = REFUSALS + i;
        uint8_t bytes[24];
        memcpy(bytes, BYTES, sizeof bytes);
        if (strcmp(refusal->type, "<i2") == 0)
            bytes[22] = bytes[23] = 0xFF;
        const struct file file =
            file_of(1, refusal->type, refusal->order, refusal->shape, bytes, refusal->size);
        struct plx_corpus *corpus;
        struct corpus_reading reading;
        struct plx_error error;
        enum plx_status status = corpus_open_memory(file.bytes, file.size, "x.npy", NULL, &corpus, &error);
        if (status == PLX_OK) {
            status = corpus_read(corpus, &reading, &error);
            corpus_reading_free(&reading);
        }
        assert_int_equal(status, refusal->status);
        if (!strstr(error.message, refusal->message) || !strstr(error.hint, refusal->hint))
            fail_msg("\"%s\" (%s), not \"%s\" (%s)", error.message, error.hint, refusal->message,
                     refusal->hint);
        assert_true(error.offset != PLX_NOWHERE);
        assert_string_equal(error.input, "x.npy");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(npy_next__one_dimension), cmocka_unit_test(npy_next__two_dimensions),
        cmocka_unit_test(npy_next__long_rows),     cmocka_unit_test(npy_next__nothing),
        cmocka_unit_test(npy_open__refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

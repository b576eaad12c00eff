/* Headers of NumPy's arrays. Expected values: numpy/lib/format.py, and bytes of IEEE 754 numbers by hand. */
#include "io/npy.h"

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct file {
    uint8_t bytes[1024];
    size_t size;
};

/* Magic, version major.0, length, header, then `data` bytes of value 7. */
static struct file make_file(unsigned major, const char *header, size_t data)
{
    struct file file = {{0x93, 'N', 'U', 'M', 'P', 'Y', (uint8_t)major, 0}, 8};
    const size_t length = strlen(header), length_bytes = major == 1 ? 2 : 4;
    assert_true(8 + length_bytes + length + data <= sizeof file.bytes);
    for (size_t i = 0; i < length_bytes; i++)
        file.bytes[file.size++] = (uint8_t)(length >> (8 * i));
    memcpy(file.bytes + file.size, header, length);
    file.size += length;
    memset(file.bytes + file.size, 7, data);
    file.size += data;
    return file;
}

/* In memory of just that size, so that a sanitizer sees every byte that is read behind it. */
static enum plx_status read_bytes(const uint8_t *bytes, size_t size, struct plx_npy *array, uint64_t *offset,
                                  struct plx_error *error)
{
    struct plx_source *source;
    uint8_t *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    assert_int_equal(plx_source_open_memory(copy, size, "test", NULL, &source, error), PLX_OK);
    const enum plx_status status = plx_npy_read_header(source, array, error);
    *offset = plx_source_offset(source);
    plx_source_close(source);
    free(copy);
    return status;
}

static struct plx_npy read_header(unsigned major, const char *header)
{
    const struct file file = make_file(major, header, 5);
    struct plx_npy array;
    struct plx_error error;
    uint64_t offset;
    if (read_bytes(file.bytes, file.size, &array, &offset, &error))
        fail_msg("%s: %s", header, error.message);
    assert_int_equal(offset, file.size - 5); /* the first element is next */
    return array;
}

static void assert_shape(const char *shape, unsigned dimensions, uint64_t first, uint64_t last,
                         uint64_t count)
{
    char header[256];
    snprintf(header, sizeof header, "{'descr': '<f4', 'fortran_order': False, 'shape': %s, }  \n", shape);
    const struct plx_npy array = read_header(1, header);
    assert_int_equal(array.dimensions, dimensions);
    if (dimensions > 0) {
        assert_int_equal(array.shape[0], first);
        assert_int_equal(array.shape[dimensions - 1], last);
    }
    assert_int_equal(array.count, count);
}

/* The header is refused at the byte `at` of it. */
static void assert_refused(const char *header, enum plx_status status, size_t at, const char *words)
{
    const struct file file = make_file(1, header, 8);
    struct plx_npy array;
    struct plx_error error;
    uint64_t offset;
    const enum plx_status found = read_bytes(file.bytes, file.size, &array, &offset, &error);
    if (found != status || !strstr(error.message, words) || error.offset != 10 + at)
        fail_msg("%s: status %s, offset %" PRIu64 ", \"%s\"", header, plx_status_name(found), error.offset,
                 found ? error.message : "");
    assert_int_equal(error.status, status);
    assert_string_equal(error.input, "test");
}

static void plx_npy_read_header__versions(void **state)
{
    (void)state;
    for (unsigned major = 1; major <= 3; major++) {
        const struct plx_npy array =
            read_header(major, "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }          \n");
        assert_int_equal(array.kind, 'f');
        assert_int_equal(array.size, 8);
        assert_false(array.big_endian);
        assert_false(array.fortran_order);
        assert_int_equal(array.dimensions, 1);
        assert_int_equal(array.shape[0], 3);
        assert_int_equal(array.count, 3);
    }
}

static void plx_npy_read_header__forms_of_the_dict(void **state)
{
    (void)state;
    const struct plx_npy array =
        read_header(2, " {\n\t\"shape\" :( 4 ,2 , ),'fortran_order':True , 'descr':\">u2\"}");
    assert_int_equal(array.kind, 'u');
    assert_int_equal(array.size, 2);
    assert_true(array.big_endian);
    assert_true(array.fortran_order);
    assert_int_equal(array.dimensions, 2);
    assert_int_equal(array.shape[0], 4);
    assert_int_equal(array.shape[1], 2);
    assert_int_equal(array.count, 8);
}

static void plx_npy_read_header__shapes(void **state)
{
    (void)state;
    assert_shape("()", 0, 0, 0, 1);
    assert_shape("(0,)", 1, 0, 0, 0);
    assert_shape("(7,)", 1, 7, 7, 7);
    assert_shape("(7, 3)", 2, 7, 3, 21);
    assert_shape("(1, 2, 3, 4, 5, 6, 7, 8)", 8, 1, 8, 40320);
    assert_shape("(4611686018427387903,)", 1, INT64_MAX / 2, INT64_MAX / 2, INT64_MAX / 2);
    assert_shape("(18446744073709551615, 0)", 2, UINT64_MAX, 0, 0);
    assert_shape("(18446744073709551615, 2, 0)", 3, UINT64_MAX, 0, 0);
}

static void plx_npy_read_header__types(void **state)
{
    (void)state;
    static const char *const types[] = {"|b1", "|i1", "<i2", ">i4", "<i8", "|u1", "<u1",
                                        ">u2", "<u4", ">u8", "<f2", ">f4", "<f8"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        char header[256], text[64], expected[64];
        snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': False, 'shape': (2, 5), }\n",
                 types[i]);
        const struct plx_npy array = read_header(1, header);
        assert_int_equal(array.kind, types[i][1]);
        assert_int_equal(array.size, types[i][2] - '0');
        assert_int_equal(array.big_endian, types[i][0] == '>');
        plx_npy_describe(&array, text, sizeof text);
        snprintf(expected, sizeof expected, "%c%s [2, 5]", array.size == 1 ? '|' : types[i][0], types[i] + 1);
        assert_string_equal(text, expected);
    }
}

static void plx_npy_read_header__strings_and_bfloat16(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        char kind;
        unsigned size;
        bool big_endian;
        const char *text;
    } types[] = {{"<U5", 'U', 20, false, "<U5 []"},    {">U1", 'U', 4, true, ">U1 []"},
                 {"|S3", 'S', 3, false, "|S3 []"},     {"|S12", 'S', 12, false, "|S12 []"},
                 {"|V2", 'V', 2, false, "|V2 []"},     {"<V2", 'V', 2, false, "|V2 []"},
                 {"bfloat16", 'V', 2, false, "|V2 []"}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        char header[256], text[64];
        snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': False, 'shape': (), }\n",
                 types[i].type);
        const struct plx_npy array = read_header(1, header);
        assert_int_equal(array.kind, types[i].kind);
        assert_int_equal(array.size, types[i].size);
        assert_int_equal(array.big_endian, types[i].big_endian);
        plx_npy_describe(&array, text, sizeof text);
        assert_string_equal(text, types[i].text);
    }
}

static void plx_npy_read_header__types_that_are_not_read(void **state)
{
    (void)state;
    static const char *const types[] = {"|O",  "<c8",  "<M8[ns]", "|U5", "=f8",     "f8",  "|f8",
                                        "<f9", "<f16", "<f",      "",    "<",       "|S0", "<U-1",
                                        "|V4", ">V2",  "<i3",     "|S",  "<U65537", "V2"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        char header[256], words[64];
        snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': False, 'shape': (2,), }\n",
                 types[i]);
        snprintf(words, sizeof words, "type \"%s\" are not supported", types[i]);
        assert_refused(header, PLX_UNSUPPORTED, 10, words);
    }
    assert_refused("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }\n", PLX_UNSUPPORTED,
                   10, "structured");
}

static void plx_npy_read_header__malformed(void **state)
{
    (void)state;
#define REST ", 'fortran_order': False, 'shape': (2,), }\n"
    assert_refused("['descr': '<f8'" REST, PLX_MALFORMED, 0, "begins with '{'");
    assert_refused("{descr: '<f8'" REST, PLX_MALFORMED, 1, "a string in quotes is expected");
    assert_refused("{'descr' '<f8'" REST, PLX_MALFORMED, 9, "':' is expected");
    assert_refused("{'descr': 8" REST, PLX_MALFORMED, 10, "a string in quotes is expected");
    assert_refused("{'de\\x73cr': '<f8'" REST, PLX_MALFORMED, 1, "escape");
    assert_refused("{'descr': '<f8' 'shape': (2,)}", PLX_MALFORMED, 16, "',' or '}'");
    assert_refused("{'descr': '<f8', 'descr': '<f8'" REST, PLX_MALFORMED, 17, "\"descr\" twice");
    assert_refused("{'other': '<f8'" REST, PLX_MALFORMED, 1, "not \"other\"");
    assert_refused("{'descr': '<f8'}", PLX_MALFORMED, 15, "must have descr, fortran_order and shape");
    assert_refused("{, 'descr': '<f8'" REST, PLX_MALFORMED, 1, "a string in quotes");
    assert_refused("{'descr': '<f8',," REST, PLX_MALFORMED, 16, "a string in quotes");
    assert_refused("{'fortran_order': 0, 'shape': (2,), }", PLX_MALFORMED, 18, "True or False");
    assert_refused("{'fortran_order': Falsehood, }", PLX_MALFORMED, 23, "',' or '}'");
    assert_refused("{'shape': 2, }", PLX_MALFORMED, 10, "must be a tuple");
    assert_refused("{'shape': (2), }", PLX_MALFORMED, 12, "comma behind it");
    assert_refused("{'shape': (2 3), }", PLX_MALFORMED, 13, "',' or ')'");
    assert_refused("{'shape': (,), }", PLX_MALFORMED, 11, "must be a number");
    assert_refused("{'shape': (-2,), }", PLX_MALFORMED, 11, "must be a number");
    assert_refused("{'shape': (2L,), }", PLX_MALFORMED, 12, "',' or ')'");
    assert_refused("{'shape': (18446744073709551616,), }", PLX_MALFORMED, 11, "must be a number");
    assert_refused("{'shape': (1,1,1,1,1,1,1,1,1), }", PLX_UNSUPPORTED, 27, "more than 8 dimensions");
    assert_refused("{'descr': '<f8'" REST "x", PLX_MALFORMED, 58, "more behind the dict");
    assert_refused("{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693952,)}", PLX_MALFORMED,
                   0, "larger than any file");
    assert_refused("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296)}",
                   PLX_MALFORMED, 0, "larger than any file");
    assert_refused("{'descr': '<f", PLX_MALFORMED, 13, "ends too early");
    assert_refused("{'descr", PLX_MALFORMED, 7, "ends too early");
    assert_refused("{'descr':   ", PLX_MALFORMED, 12, "ends too early");
    assert_refused("", PLX_MALFORMED, 0, "ends too early");
#undef REST
}

static void plx_npy_read_header__every_truncation(void **state)
{
    (void)state;
    for (unsigned major = 1; major <= 3; major++) {
        const struct file file =
            make_file(major, "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }  \n", 0);
        struct plx_npy array;
        struct plx_error error;
        uint64_t offset;
        for (size_t size = 0; size < file.size; size++) {
            assert_int_equal(read_bytes(file.bytes, size, &array, &offset, &error), PLX_MALFORMED);
            assert_int_equal(error.offset, size);
            assert_non_null(strstr(error.message, "ends within the header"));
        }
        assert_int_equal(read_bytes(file.bytes, file.size, &array, &offset, &error), PLX_OK);
    }
}

static void plx_npy_read_header__not_npy(void **state)
{
    (void)state;
    struct plx_npy array;
    struct plx_error error;
    uint64_t offset;
    struct file file = make_file(1, "{}", 0);
    file.bytes[5] = 'Z';
    assert_int_equal(read_bytes(file.bytes, file.size, &array, &offset, &error), PLX_MALFORMED);
    assert_int_equal(error.offset, 0);
    assert_false(plx_npy_recognise(file.bytes, file.size));
    for (unsigned major = 0; major <= 4; major += 4) {
        file = make_file(major, "{}", 0);
        assert_int_equal(read_bytes(file.bytes, file.size, &array, &offset, &error), PLX_UNSUPPORTED);
        assert_int_equal(error.offset, 6);
    }
    file = make_file(1, "{}", 0);
    file.bytes[7] = 1;
    assert_int_equal(read_bytes(file.bytes, file.size, &array, &offset, &error), PLX_UNSUPPORTED);
    assert_non_null(strstr(error.message, "version 1.1"));
    file = make_file(3, "{}", 0);
    file.bytes[11] = 1; /* 16 MiB */
    assert_int_equal(read_bytes(file.bytes, file.size, &array, &offset, &error), PLX_UNSUPPORTED);
    assert_non_null(strstr(error.message, "16777218 bytes"));
    assert_int_equal(error.offset, 8);
}

static void plx_npy_recognise__magic(void **state)
{
    (void)state;
    assert_true(plx_npy_recognise((const uint8_t *)"\x93NUMPY", 6));
    assert_false(plx_npy_recognise((const uint8_t *)"\x93NUMPY", 5));
    assert_false(plx_npy_recognise((const uint8_t *)" NUMPY\1", 7));
}

static void plx_npy_to_doubles__both_orders(void **state)
{
    (void)state;
    /* 1, -2.5, the smallest subnormal, infinity */
    static const uint8_t wide[] = {0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 4,    0, 0, 0, 0, 0, 0,
                                   0,    0,    0, 0, 0, 0, 0, 1, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0};
    static const uint8_t narrow[] = {0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0, 0, 0, 0, 1, 0x7f, 0x80, 0, 0};
    const struct plx_npy types[] = {{.kind = 'f', .size = 8, .big_endian = true},
                                    {.kind = 'f', .size = 8},
                                    {.kind = 'f', .size = 4, .big_endian = true},
                                    {.kind = 'f', .size = 4}};
    for (size_t t = 0; t < 4; t++) {
        const unsigned size = types[t].size;
        const uint8_t *bytes = size == 8 ? wide : narrow;
        uint8_t turned[sizeof wide];
        double values[4];
        for (size_t i = 0; i < 4 * size; i++)
            turned[i] = types[t].big_endian ? bytes[i] : bytes[i / size * size + size - 1 - i % size];
        plx_npy_to_doubles(types + t, turned, 4, values);
        assert_true(values[0] == 1 && values[1] == -2.5);
        assert_true(values[2] == (size == 8 ? 0x1p-1074 : 0x1p-149));
        assert_true(isinf(values[3]) && values[3] > 0);
    }
}

static void plx_npy_describe__cut_off(void **state)
{
    (void)state;
    const struct plx_npy array = {.kind = 'f', .size = 8, .dimensions = 2, .shape = {123456, 7}};
    char text[32];
    for (size_t capacity = 1; capacity <= sizeof text; capacity++) {
        memset(text, 'x', sizeof text);
        plx_npy_describe(&array, text, capacity);
        assert_memory_equal(text, "<f8 [123456, 7]", strlen(text));
        assert_int_equal(strlen(text), capacity <= 15 ? capacity - 1 : 15);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_npy_read_header__versions),
        cmocka_unit_test(plx_npy_read_header__forms_of_the_dict),
        cmocka_unit_test(plx_npy_read_header__shapes),
        cmocka_unit_test(plx_npy_read_header__types),
        cmocka_unit_test(plx_npy_read_header__strings_and_bfloat16),
        cmocka_unit_test(plx_npy_read_header__types_that_are_not_read),
        cmocka_unit_test(plx_npy_read_header__malformed),
        cmocka_unit_test(plx_npy_read_header__every_truncation),
        cmocka_unit_test(plx_npy_read_header__not_npy),
        cmocka_unit_test(plx_npy_recognise__magic),
        cmocka_unit_test(plx_npy_to_doubles__both_orders),
        cmocka_unit_test(plx_npy_describe__cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Reading safetensors headers and data. Expected values: the description of the format
   (https://github.com/huggingface/safetensors). */
#include "model/safetensors.h"

#include "support/safetensors_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Two tensors; the one that comes first in the data stands last in the header; spaces at the end. */
static const char TWO[] = "{\"__metadata__\":{\"key\":\"value\",\"other\":\"\"},"
                          "\"b\":{\"dtype\":\"F16\",\"shape\":[3],\"data_offsets\":[8,14]},"
                          "\"a\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]}}   ";

/* a = 1, -2; b = 1, 2, 0.5 */
static const uint8_t TWO_DATA[] = {0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0x3c, 0, 0x40, 0, 0x38};

/* In memory of just that size, so that a sanitizer sees every byte that is read behind it. */
static enum plx_status read_memory(const void *bytes, size_t size, struct plx_tensors *file,
                                   struct plx_error *error)
{
    *file = (struct plx_tensors){0};
    const enum plx_status status = plx_safetensors_read(bytes, size, "test", file, error);
    if (status)
        plx_tensors_release(file);
    return status;
}

/* The tensors point into the file, which is to be freed after them. */
static enum plx_status read_file(const char *header, const void *data, size_t size, struct plx_tensors *file,
                                 uint8_t **bytes, struct plx_error *error)
{
    const struct safetensors_file whole = safetensors_file(header, data, size);
    *bytes = whole.bytes;
    return read_memory(whole.bytes, whole.size, file, error);
}

/* Refused, with all the words in the message. */
static void assert_refused(const char *header, size_t data_size, enum plx_status status, const char *words)
{
    static const uint8_t zeros[256];
    struct plx_tensors file;
    struct plx_error error;
    uint8_t *bytes;
    const enum plx_status found = read_file(header, zeros, data_size, &file, &bytes, &error);
    free(bytes);
    if (found != status || !strstr(error.message, words))
        fail_msg("%s: status %s, \"%s\"", header, plx_status_name(found), found ? error.message : "");
    assert_int_equal(error.status, status);
    assert_string_equal(error.input, "test");
}

static void plx_safetensors_read__tensors_and_metadata(void **state)
{
    struct plx_tensors file;
    struct plx_error error;
    uint8_t *bytes;
    double values[3];
    (void)state;
    assert_int_equal(read_file(TWO, TWO_DATA, sizeof TWO_DATA, &file, &bytes, &error), PLX_OK);
    assert_int_equal(file.count, 2);
    const struct plx_tensor *a = plx_tensors_find(&file, "a"), *b = plx_tensors_find(&file, "b");
    assert_non_null(a);
    assert_non_null(b);
    assert_int_equal(a->dtype, PLX_F32);
    assert_int_equal(a->dimensions, 2);
    assert_int_equal(a->shape[0], 2);
    assert_int_equal(a->shape[1], 1);
    assert_int_equal(a->count, 2);
    plx_tensor_widen(a, 0, 2, values);
    assert_true(values[0] == 1 && values[1] == -2);
    plx_tensor_widen(b, 0, 3, values);
    assert_true(values[0] == 1 && values[1] == 2 && values[2] == 0.5);
    assert_null(plx_tensors_find(&file, "c"));
    assert_null(plx_tensors_find(&file, "__metadata__"));
    assert_string_equal(plx_tensors_metadata(&file, "key"), "value");
    assert_string_equal(plx_tensors_metadata(&file, "other"), "");
    assert_null(plx_tensors_metadata(&file, "Key"));
    assert_int_equal(b->data - a->data, 8); /* in place */
    assert_ptr_equal(b->data + 6, bytes + 8 + strlen(TWO) + sizeof TWO_DATA);
    plx_tensors_release(&file);
    plx_tensors_release(&file);
    free(bytes);
}

static void plx_safetensors_read__no_tensors(void **state)
{
    struct plx_tensors file;
    struct plx_error error;
    uint8_t *bytes;
    (void)state;
    assert_int_equal(read_file("{}", NULL, 0, &file, &bytes, &error), PLX_OK);
    assert_int_equal(file.count, 0);
    assert_null(plx_tensors_metadata(&file, "key"));
    plx_tensors_release(&file);
    free(bytes);
}

static void plx_safetensors_read__scalars_and_empty_tensors(void **state)
{
    static const uint8_t data[] = {0, 0x40};
    struct plx_tensors file;
    struct plx_error error;
    uint8_t *bytes;
    double value;
    (void)state;
    assert_int_equal(read_file("{\"none\":{\"dtype\":\"F64\",\"shape\":[7,0],\"data_offsets\":[2,2]},"
                               "\"one\":{\"dtype\":\"F16\",\"shape\":[],\"data_offsets\":[0,2]},"
                               "\"first\":{\"dtype\":\"F64\",\"shape\":[0],\"data_offsets\":[0,0]}}",
                               data, 2, &file, &bytes, &error),
                     PLX_OK);
    assert_int_equal(plx_tensors_find(&file, "none")->count, 0);
    assert_int_equal(plx_tensors_find(&file, "one")->count, 1);
    plx_tensor_widen(plx_tensors_find(&file, "one"), 0, 1, &value);
    assert_true(value == 2);
    plx_tensors_release(&file);
    free(bytes);
}

/* Whatever is missing at the end, it is refused. */
static void plx_safetensors_read__every_truncation(void **state)
{
    const struct safetensors_file whole = safetensors_file(TWO, TWO_DATA, sizeof TWO_DATA);
    struct plx_tensors file;
    struct plx_error error;
    (void)state;
    for (size_t size = 0; size < whole.size; size++) {
        uint8_t *part = malloc(size ? size : 1);
        assert_non_null(part);
        memcpy(part, whole.bytes, size);
        assert_int_equal(read_memory(part, size, &file, &error), PLX_MALFORMED);
        free(part);
    }
    assert_int_equal(read_memory(whole.bytes, whole.size, &file, &error), PLX_OK);
    plx_tensors_release(&file);
    free(whole.bytes);
}

static void plx_safetensors_read__bytes_behind(void **state)
{
    (void)state;
    assert_refused(TWO, sizeof TWO_DATA + 1, PLX_MALFORMED, "behind the last tensor");
    assert_refused("{}", 1, PLX_MALFORMED, "behind the last tensor");
}

static void plx_safetensors_read__offsets(void **state)
{
    (void)state;
    assert_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, PLX_MALFORMED,
                   "\"a\" begins at offset 4, behind a hole that begins at 0");
    assert_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                   "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[5,9]}}",
                   9, PLX_MALFORMED, "\"b\" begins at offset 5, behind a hole");
    assert_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                   "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                   8, PLX_MALFORMED, "\"b\" begins at offset 4, before");
    assert_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                   "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                   4, PLX_MALFORMED, "before");
    assert_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,4]}}", 8, PLX_MALFORMED,
                   "$.a");
    assert_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", 4, PLX_MALFORMED,
                   "data_offsets must be [begin, end]");
    assert_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,4]}}", 4, PLX_MALFORMED,
                   "$.a.data_offsets");
    assert_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}}", 4, PLX_MALFORMED,
                   "$.a.data_offsets[0]");
    assert_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4.5]}}", 4, PLX_MALFORMED,
                   "$.a.data_offsets[1]");
    assert_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,1e300]}}", 4, PLX_MALFORMED,
                   "$.a.data_offsets[1]");
    assert_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,\"4\"]}}", 4, PLX_MALFORMED,
                   "$.a.data_offsets[1]");
}

static void plx_safetensors_read__shapes(void **state)
{
    (void)state;
    assert_refused("{\"w.x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, PLX_MALFORMED,
                   "w.x");
    assert_refused("{\"a\":{\"dtype\":\"F16\",\"shape\":[2,2],\"data_offsets\":[0,10]}}", 10, PLX_MALFORMED,
                   "$.a");
    /* 2^32 · 2^32 · 8 is 0 modulo 2^64 */
    assert_refused("{\"a\":{\"dtype\":\"F64\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}", 0,
                   PLX_MALFORMED, "$.a");
    /* 2^51 · 2^10 elements are fewer than 2^64, but not their bytes */
    assert_refused("{\"a\":{\"dtype\":\"F64\",\"shape\":[2251799813685248,1024],\"data_offsets\":[0,0]}}", 0,
                   PLX_MALFORMED, "$.a");
    assert_refused("{\"a\":{\"dtype\":\"F16\",\"shape\":[1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,2]}}", 2,
                   PLX_MALFORMED, "$.a.shape");
    assert_refused("{\"a\":{\"dtype\":\"F16\",\"shape\":[-1],\"data_offsets\":[0,2]}}", 2, PLX_MALFORMED,
                   "$.a.shape[0]");
    assert_refused("{\"a\":{\"dtype\":\"F16\",\"shape\":1,\"data_offsets\":[0,2]}}", 2, PLX_MALFORMED,
                   "$.a.shape");
    assert_refused("{\"a\":{\"dtype\":\"F16\",\"data_offsets\":[0,2]}}", 2, PLX_MALFORMED, "$.a.shape");
    assert_refused("{\"a\":{\"dtype\":16,\"shape\":[1],\"data_offsets\":[0,2]}}", 2, PLX_MALFORMED,
                   "$.a.dtype");
    assert_refused("{\"a\":[0,2]}", 2, PLX_MALFORMED, "$.a");
}

static void plx_safetensors_read__other_types(void **state)
{
    (void)state;
    assert_refused("{\"ids\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}", 8, PLX_UNSUPPORTED,
                   "tensor \"ids\" is of type I64");
    assert_refused("{\"q\":{\"dtype\":\"F8_E4M3\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1, PLX_UNSUPPORTED,
                   "\"q\" is of type F8_E4M3");
}

static void plx_safetensors_read__names_twice(void **state)
{
    (void)state;
    assert_refused("{\"a\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,2]},"
                   "\"a\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[2,4]}}",
                   4, PLX_MALFORMED, "$.a");
}

static void plx_safetensors_read__metadata(void **state)
{
    (void)state;
    assert_refused("{\"__metadata__\":{\"n\":3}}", 0, PLX_MALFORMED, "$.__metadata__.n");
    assert_refused("{\"__metadata__\":[]}", 0, PLX_MALFORMED, "$.__metadata__");
}

static void plx_safetensors_read__headers(void **state)
{
    (void)state;
    assert_refused(" {}", 0, PLX_MALFORMED, "does not begin with '{'");
    assert_refused("[]", 0, PLX_MALFORMED, "does not begin with '{'");
    assert_refused("{}}", 0, PLX_MALFORMED, "");
    assert_refused("{\"a\":}", 0, PLX_MALFORMED, "");
}

/* What is promised and not delivered is refused, at once and without the memory for it. */
static void plx_safetensors_read__promises(void **state)
{
    static const uint64_t LENGTHS[] = {0, 1, 3, 99999999, 100000000, 100000001, UINT64_MAX};
    struct plx_tensors file;
    struct plx_error error;
    (void)state;
    for (size_t i = 0; i < sizeof LENGTHS / sizeof *LENGTHS; i++) {
        const struct safetensors_file whole = safetensors_file_claiming(LENGTHS[i], "{}", NULL, 0);
        assert_int_equal(read_memory(whole.bytes, whole.size, &file, &error), PLX_MALFORMED);
        free(whole.bytes);
    }
    /* 2^49 elements of 8 bytes: 4 PiB */
    assert_refused(
        "{\"a\":{\"dtype\":\"F64\",\"shape\":[562949953421312],\"data_offsets\":[0,4503599627370496]}}", 16,
        PLX_MALFORMED, "4503599627370496 bytes, but the file ends after 16");
}

/* Files of one model: their tensors come together, and metadata that they agree about. */
static void plx_safetensors_read__behind_one_another(void **state)
{
    static const char *const HEADERS[] = {"{\"__metadata__\":{\"key\":\"value\"},\"a\":{\"dtype\":\"F16\","
                                          "\"shape\":[1],\"data_offsets\":[0,2]}}",
                                          "{\"__metadata__\":{\"key\":\"value\",\"more\":\"\"},"
                                          "\"b\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,2]}}",
                                          "{\"__metadata__\":{\"key\":\"other\"}}"};
    struct plx_tensors tensors = {0};
    struct safetensors_file files[3];
    struct plx_error error;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        files[i] = safetensors_file(HEADERS[i], TWO_DATA, i < 2 ? 2 : 0);
        assert_int_equal(plx_safetensors_read(files[i].bytes, files[i].size, "test", &tensors, &error),
                         i < 2 ? PLX_OK : PLX_MALFORMED);
    }
    assert_non_null(strstr(error.message, "\"key\" twice, as \"value\" and as \"other\""));
    assert_string_equal(error.input, "test");
    assert_int_equal(tensors.count, 2);
    assert_int_equal(tensors.metadata_count, 2);
    for (size_t i = 0; i < 2; i++)
        assert_ptr_equal(tensors.tensors[i].data + 2, files[i].bytes + files[i].size);
    plx_tensors_release(&tensors);
    for (size_t i = 0; i < 3; i++)
        free(files[i].bytes);
}

static void plx_safetensors_recognise__heads(void **state)
{
    (void)state;
    assert_true(plx_safetensors_recognise((const uint8_t *)"\2\0\0\0\0\0\0\0{}", 10));
    assert_true(plx_safetensors_recognise((const uint8_t *)"\0\341\365\5\0\0\0\0{", 9)); /* 100,000,000 */
    assert_false(plx_safetensors_recognise((const uint8_t *)"\1\341\365\5\0\0\0\0{", 9));
    assert_false(plx_safetensors_recognise((const uint8_t *)"\2\0\0\0\0\0\0\0", 8));
    assert_false(plx_safetensors_recognise((const uint8_t *)"\2\0\0\0\0\0\0\0[]", 10));
    assert_false(plx_safetensors_recognise((const uint8_t *)"\2\0\0\0\0\0\0\1{}", 10));
    assert_false(plx_safetensors_recognise((const uint8_t *)"\\data\\\n\n{", 9));
    assert_false(plx_safetensors_recognise((const uint8_t *)"", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_safetensors_read__tensors_and_metadata),
        cmocka_unit_test(plx_safetensors_read__no_tensors),
        cmocka_unit_test(plx_safetensors_read__scalars_and_empty_tensors),
        cmocka_unit_test(plx_safetensors_read__every_truncation),
        cmocka_unit_test(plx_safetensors_read__bytes_behind),
        cmocka_unit_test(plx_safetensors_read__offsets),
        cmocka_unit_test(plx_safetensors_read__shapes),
        cmocka_unit_test(plx_safetensors_read__other_types),
        cmocka_unit_test(plx_safetensors_read__names_twice),
        cmocka_unit_test(plx_safetensors_read__metadata),
        cmocka_unit_test(plx_safetensors_read__headers),
        cmocka_unit_test(plx_safetensors_read__promises),
        cmocka_unit_test(plx_safetensors_read__behind_one_another),
        cmocka_unit_test(plx_safetensors_recognise__heads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

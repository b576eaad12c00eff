/* Files of class weights. SHA-256 by sha256sum. */
#include <perplex/class_weights.h>

#include "support/fixtures.h"
#include "support/folder.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static enum plx_status read_bytes(const void *bytes, size_t size, struct plx_class_weights *weights,
                                  struct plx_error *error)
{
    file_write(folder_path("weights"), bytes, size);
    return plx_class_weights_read(folder_path("weights"), NULL, weights, error);
}

static void assert_read(const void *bytes, size_t size, const double *expected, size_t count)
{
    struct plx_class_weights weights;
    struct plx_error error;
    if (read_bytes(bytes, size, &weights, &error))
        fail_msg("%s", error.message);
    assert_int_equal(weights.count, count);
    for (size_t i = 0; i < count; i++)
        assert_true(weights.values[i] == expected[i]);
    plx_class_weights_release(&weights);
    assert_null(weights.values);
}

static void plx_class_weights_read__text(void **state)
{
    static const double expected[] = {1, 0.5, 0, 1e-3, 250};
    static const char *const texts[] = {"1\n0.5\n0\n1e-3\n250\n", "1\n0.5\n0\n1e-3\n250",
                                        "1\r\n.5\r\n-0\r\n0.001\r\n250\r\n", " 1\t\n0.5 \n0\n1E-3\n+250\n"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_read(texts[i], strlen(texts[i]), expected, 5);
}

static void plx_class_weights_read__sha256(void **state)
{
    struct plx_class_weights weights;
    struct plx_error error;
    (void)state;
    assert_int_equal(read_bytes("1\n2\n", 4, &weights, &error), PLX_OK);
    assert_string_equal(weights.sha256, "a6e2b7a040683432de03a18fd8a1939a2fdf82585b364bfc874bdd4095c4cae1");
    plx_class_weights_release(&weights);
}

/* An array of format 1.0 with that dict. Returns its size. */
static size_t make_npy(uint8_t *out, const char *dict, const void *elements, size_t size)
{
    const size_t length = strlen(dict);
    memcpy(out, "\x93NUMPY\1\0", 8);
    out[8] = (uint8_t)length;
    out[9] = 0;
    memcpy(out + 10, dict, length);
    memcpy(out + 10 + length, elements, size);
    return 10 + length + size;
}

static void plx_class_weights_read__npy(void **state)
{
    static const double doubles[] = {0.25, 3, 0};
    static const float floats[] = {0.25f, 3, 0};
    uint8_t file[256];
    (void)state;
    size_t size = make_npy(file, "{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}\n", doubles, 24);
    assert_read(file, size, doubles, 3);
    size = make_npy(file, "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}\n", floats, 12);
    assert_read(file, size, doubles, 3);
}

/* Larger than what is read at once. */
static void plx_class_weights_read__many(void **state)
{
    static double expected[10000];
    static uint8_t file[sizeof expected + 256];
    static char text[10000 * 8];
    size_t size = 0;
    (void)state;
    for (size_t i = 0; i < 10000; i++) {
        expected[i] = (double)(i % 777);
        size += (size_t)snprintf(text + size, sizeof text - size, "%zu\n", i % 777);
    }
    assert_read(text, size, expected, 10000);
    size = make_npy(file, "{'descr': '<f8', 'fortran_order': False, 'shape': (10000,)}\n", expected,
                    sizeof expected);
    assert_read(file, size, expected, 10000);
}

static void assert_refused(const void *bytes, size_t size, enum plx_status status, uint64_t line,
                           const char *says)
{
    struct plx_class_weights weights;
    struct plx_error error;
    assert_int_equal(read_bytes(bytes, size, &weights, &error), status);
    assert_int_equal(error.line, line);
    assert_string_equal(error.input, folder_path("weights"));
    if (!strstr(error.message, says))
        fail_msg("%s", error.message);
    plx_class_weights_release(&weights);
}

static void plx_class_weights_read__refuses(void **state)
{
    static const struct {
        const char *text;
        uint64_t line;
        const char *says;
    } cases[] = {
        {"", PLX_NOWHERE, "no class weights"},     {"1\n\n2\n", 2, "no number"},
        {"1\nx\n", 2, "\"x\" is no number"},       {"1\n-0.5\n", 2, "a weight of -0.5"},
        {"nan\n", 1, "a weight of nan"},           {"1\n2\ninf\n", 3, "a weight of inf"},
        {"1\n2\n1e999\n", 3, "a weight of 1e999"}, {"1 2\n", 1, "no number"},
    };
    static const double negative[] = {1, -2}, wrong[] = {1, (double)NAN};
    static const int32_t integers[] = {1, 2};
    uint8_t file[256];
    size_t size;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused(cases[i].text, strlen(cases[i].text), PLX_MALFORMED, cases[i].line, cases[i].says);
    size = make_npy(file, "{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}\n", negative, 16);
    assert_refused(file, size, PLX_MALFORMED, PLX_NOWHERE, "element 1 of the array (from 0) is -2");
    assert_refused(file, size - 1, PLX_MALFORMED, PLX_NOWHERE, "ends before");
    size = make_npy(file, "{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}\n", wrong, 16);
    assert_refused(file, size, PLX_MALFORMED, PLX_NOWHERE, "element 1");
    size = make_npy(file, "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}\n", negative, 16);
    assert_refused(file, size, PLX_MALFORMED, PLX_NOWHERE, "goes on");
    size = make_npy(file, "{'descr': '<i4', 'fortran_order': False, 'shape': (2,)}\n", integers, 8);
    assert_refused(file, size, PLX_UNSUPPORTED, PLX_NOWHERE, "one dimension of f4 or f8");
    size = make_npy(file, "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2)}\n", negative, 16);
    assert_refused(file, size, PLX_UNSUPPORTED, PLX_NOWHERE, "one dimension of f4 or f8");
}

static void plx_class_weights_read__missing(void **state)
{
    struct plx_class_weights weights;
    struct plx_error error;
    (void)state;
    assert_int_equal(plx_class_weights_read(folder_path("nothing"), NULL, &weights, &error), PLX_IO);
    plx_class_weights_release(&weights);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(plx_class_weights_read__text),    IN_FOLDER(plx_class_weights_read__sha256),
        IN_FOLDER(plx_class_weights_read__npy),     IN_FOLDER(plx_class_weights_read__many),
        IN_FOLDER(plx_class_weights_read__refuses), IN_FOLDER(plx_class_weights_read__missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

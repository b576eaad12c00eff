/* NumPy's arrays as tensors. Expected values: NumPy's own description of its orders (element [i, j, …] of a
   Fortran-ordered array lies at i + rows · (j + …)), and fixtures that NumPy has written. */
#include "model/npy_tensor.h"

#include "support/fixtures.h"
#include "support/npy_file.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void plx_npy_shape__types(void **state)
{
    static const struct {
        char kind;
        unsigned size;
        bool float_type;
        enum plx_dtype dtype;
    } cases[] = {{'f', 8, true, PLX_F64},  {'f', 4, true, PLX_F32}, {'f', 2, true, PLX_F16},
                 {'V', 2, true, PLX_BF16}, {'i', 4, false, 0},      {'u', 2, false, 0},
                 {'b', 1, false, 0},       {'U', 4, false, 0},      {'S', 8, false, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct plx_npy array = {
            .kind = cases[i].kind, .size = cases[i].size, .dimensions = 2, .shape = {3, 4}, .count = 12};
        struct plx_tensor tensor;
        assert_int_equal(plx_npy_shape(&array, &tensor), cases[i].float_type);
        if (!cases[i].float_type)
            continue;
        assert_int_equal(tensor.dtype, cases[i].dtype);
        assert_int_equal(tensor.dimensions, 2);
        assert_int_equal(tensor.shape[0], 3);
        assert_int_equal(tensor.shape[1], 4);
        assert_int_equal(tensor.count, 12);
    }
}

static void plx_npy_moves__only_matrices_by_columns(void **state)
{
    struct plx_npy array = {.kind = 'f', .size = 4, .dimensions = 3, .shape = {1, 5, 1}, .count = 5};
    (void)state;
    array.fortran_order = true;
    assert_false(plx_npy_moves(&array)); /* a line is one in any order */
    array.shape[2] = 2;
    array.count = 10;
    assert_true(plx_npy_moves(&array));
    array.fortran_order = false;
    assert_false(plx_npy_moves(&array));
    array.fortran_order = true;
    array.shape[0] = array.count = 0;
    assert_false(plx_npy_moves(&array));
    array.dimensions = 0;
    array.count = 1;
    assert_false(plx_npy_moves(&array));
}

/* Element number n by rows has the value n: where it lies by columns follows from its indices. */
static void check_columns(const uint64_t *shape, unsigned dimensions, bool big_endian)
{
    struct plx_npy array = {.kind = 'f',
                            .size = 4,
                            .big_endian = big_endian,
                            .fortran_order = true,
                            .dimensions = dimensions,
                            .count = 1};
    for (unsigned i = 0; i < dimensions; i++)
        array.count *= array.shape[i] = shape[i];
    const size_t count = (size_t)array.count;
    uint8_t *from = malloc(4 * count), *to = calloc(count, 4);
    assert_true(from && to);
    for (size_t n = 0; n < count; n++) {
        size_t left = n, place = 0, index[PLX_NPY_DIMENSIONS];
        for (unsigned i = dimensions; i-- > 0; left /= (size_t)shape[i])
            index[i] = left % (size_t)shape[i];
        for (unsigned i = dimensions; i-- > 0;)
            place = place * (size_t)shape[i] + index[i];
        for (unsigned i = 0; i < 4; i++)
            from[4 * place + (big_endian ? 3 - i : i)] = (uint8_t)(n >> (8 * i));
    }
    plx_npy_arrange(&array, from, to);
    for (size_t n = 0; n < count; n++) {
        uint32_t found = 0;
        for (unsigned i = 0; i < 4; i++)
            found |= (uint32_t)to[4 * n + i] << (8 * i);
        if (found != n)
            fail_msg("%u dimensions, element %zu: %u", dimensions, n, (unsigned)found);
    }
    free(from);
    free(to);
}

static void plx_npy_arrange__by_columns(void **state)
{
    static const uint64_t shapes[][4] = {{3, 4},      {1, 7},    {7, 1},       {33, 65},
                                         {64, 32},    {200, 3},  {2, 3, 4},    {5, 1, 6},
                                         {40, 2, 35}, {1, 1, 9}, {2, 3, 4, 5}, {3, 1, 2, 40}};
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        unsigned dimensions = 0;
        while (dimensions < 4 && shapes[i][dimensions] > 0)
            dimensions++;
        check_columns(shapes[i], dimensions, false);
        check_columns(shapes[i], dimensions, true);
    }
}

/* Where it lies, each element is turned round. */
static void plx_npy_arrange__bytes_in_place(void **state)
{
    (void)state;
    for (unsigned size = 2; size <= 8; size *= 2) {
        const struct plx_npy array = {.kind = 'f',
                                      .size = size,
                                      .big_endian = true,
                                      .dimensions = 2,
                                      .shape = {2, 24 / size},
                                      .count = 48 / size};
        uint8_t bytes[48];
        for (unsigned i = 0; i < 48; i++)
            bytes[i] = (uint8_t)i;
        plx_npy_arrange(&array, bytes, bytes);
        for (unsigned i = 0; i < 48; i++)
            assert_int_equal(bytes[i], i / size * size + size - 1 - i % size);
    }
}

static void plx_npy_is_table__square_floats(void **state)
{
    static const struct {
        const char *type, *shape;
        bool table;
    } cases[] = {{"<f4", "(3, 3)", true},  {">f8", "(3, 3)", true},     {"<f2", "(50, 50)", true},
                 {"|V2", "(2, 2)", true},  {"<f4", "(9,)", false},      {"<f4", "(3, 4)", false},
                 {"<f4", "()", false},     {"<f4", "(3, 3, 3)", false}, {"<i4", "(3, 3)", false},
                 {"<f4", "(0, 0)", false}, {"<U3", "(3, 3)", false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct npy_file file = npy_file(cases[i].type, i % 2 ? "True" : "False", cases[i].shape, NULL, 0);
        assert_int_equal(plx_npy_is_table(file.bytes, file.size), cases[i].table);
        for (size_t size = 0; size < file.size; size++)
            assert_false(plx_npy_is_table(file.bytes, size));
        free(file.bytes);
    }
}

/* What one model says about one window. */
static double first_nats(const struct plx_model *model)
{
    const uint32_t ids[] = {3, 2};
    const struct plx_window window = {ids, 1, 2, 0};
    double nats = NAN;
    const struct plx_scores scores = {.nats = &nats};
    struct plx_error error;
    struct plx_session *session = plx_session_new(model, &error);
    assert_non_null(session);
    assert_int_equal(plx_session_score(session, &window, 1, &scores, &error), PLX_OK);
    plx_session_free(session);
    return nats;
}

/* The table of the recipe: row 3 is 0.75, -0.5, -1, -2.25, 1.75. */
static void plx_model_open__numpys_own_arrays(void **state)
{
    static const char *const names[] = {
        "models/numpy/table.f4.npy",       "models/numpy/table.f8.big-endian.fortran.npy",
        "models/numpy/table.stored.npz",   "models/numpy/table.deflated.npz",
        "models/numpy/table.streamed.npz", "models/tiny.table.safetensors"};
    const double z = exp(0.75) + exp(-0.5) + exp(-1) + exp(-2.25) + exp(1.75);
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *path = fixture_path(names[i]);
        struct plx_model *model = fixture_open(path);
        assert_true(fabs(first_nats(model) - (1 + log(z))) < 1e-14);
        plx_model_close(model);
        free(path);
    }
}

static enum plx_status open_npy(const char *type, const char *order, const char *shape, size_t size,
                                struct plx_error *error)
{
    static const uint8_t zeros[512];
    const struct plx_model_options options = {.format = "npy"};
    struct npy_file file = npy_file(type, order, shape, zeros, size);
    struct plx_model *model;
    const enum plx_status status = model_open_bytes(file.bytes, file.size, "test", &options, &model, error);
    plx_model_close(model);
    free(file.bytes);
    return status;
}

static void assert_refused(const char *type, const char *shape, size_t size, enum plx_status status,
                           const char *words)
{
    struct plx_error error = {0};
    const enum plx_status found = open_npy(type, "False", shape, size, &error);
    if (found != status || !strstr(error.message, words))
        fail_msg("%s %s, %zu bytes: status %s, \"%s\"", type, shape, size, plx_status_name(found),
                 error.message);
    assert_string_equal(error.input, "test");
}

static void plx_model_open__npy_of_other_kinds(void **state)
{
    struct plx_error error;
    (void)state;
    assert_int_equal(open_npy("<f4", "False", "(3, 3)", 36, &error), PLX_OK);
    assert_int_equal(open_npy(">f2", "True", "(3, 3)", 18, &error), PLX_OK);
    assert_refused("<f4", "(3, 3)", 35, PLX_MALFORMED, "should have 36 bytes, but the file ends after 35");
    assert_refused("<f4", "(3, 3)", 37, PLX_MALFORMED, "bytes behind the last element");
    assert_refused("<i4", "(3, 3)", 36, PLX_UNSUPPORTED, "the array is <i4 [3, 3]");
    assert_refused("<f8", "(4294967296, 4294967296)", 0, PLX_MALFORMED, "larger than any file");
    assert_refused("<f8", "(1073741824, 1073741824)", 0, PLX_MALFORMED, "but the file ends after 0");
    assert_refused("<f8", "(2, 3)", 48, PLX_MALFORMED, "logits");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_npy_shape__types),
        cmocka_unit_test(plx_npy_moves__only_matrices_by_columns),
        cmocka_unit_test(plx_npy_arrange__by_columns),
        cmocka_unit_test(plx_npy_arrange__bytes_in_place),
        cmocka_unit_test(plx_npy_is_table__square_floats),
        cmocka_unit_test(plx_model_open__numpys_own_arrays),
        cmocka_unit_test(plx_model_open__npy_of_other_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

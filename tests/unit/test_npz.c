/* NumPy's archives as tensors and metadata. Expected values: numpy/lib/format.py and numpy.savez, and what
   NumPy has written of the tiny models (tests/data/recipes/make_weights.py). */
#include "model/npz.h"

#include "support/fixtures.h"
#include "support/npy_file.h"
#include "support/zip_file.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* 1, -2, 0.5, 3 */
static const uint8_t FLOATS[] = {0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0, 0x3f, 0, 0, 0x40, 0x40};

struct array {
    const char *name, *type, *order, *shape;
    const void *data;
    size_t size;
    bool deflated;
};

static struct zip_file npz_file(const struct array *arrays, size_t count)
{
    struct zip_part parts[8] = {{0}};
    struct npy_file files[8];
    assert_true(count <= 8);
    for (size_t i = 0; i < count; i++) {
        files[i] = npy_file(arrays[i].type, arrays[i].order, arrays[i].shape, arrays[i].data, arrays[i].size);
        parts[i] = (struct zip_part){.name = arrays[i].name,
                                     .content = files[i].bytes,
                                     .size = files[i].size,
                                     .deflated = arrays[i].deflated};
    }
    const struct zip_file file = zip_file(parts, count, false);
    for (size_t i = 0; i < count; i++)
        free(files[i].bytes);
    return file;
}

/* In memory of just that size, which must stay as long as the tensors. */
static enum plx_status read_bytes(const uint8_t *bytes, size_t size, struct plx_tensors *tensors,
                                  struct plx_error *error)
{
    const struct plx_model_options options = {0};
    *tensors = (struct plx_tensors){0};
    const enum plx_status status = plx_npz_read(bytes, size, "test", &options, tensors, error);
    if (status)
        plx_tensors_release(tensors);
    return status;
}

static void assert_refused(const struct array *arrays, size_t count, enum plx_status status,
                           const char *words)
{
    struct zip_file file = npz_file(arrays, count);
    struct plx_tensors tensors;
    struct plx_error error = {0};
    const enum plx_status found = read_bytes(file.bytes, file.size, &tensors, &error);
    if (found != status || !strstr(error.message, words))
        fail_msg("status %s, \"%s\" without \"%s\"", plx_status_name(found), error.message, words);
    assert_string_equal(error.input, "test");
    assert_true(error.offset <= file.size);
    free(file.bytes);
}

static void assert_values(const struct plx_tensors *tensors, const char *name, const double *values,
                          size_t count)
{
    double found[64];
    const struct plx_tensor *tensor = plx_tensors_find(tensors, name);
    assert_non_null(tensor);
    assert_int_equal(tensor->count, count);
    assert_true(count <= 64);
    plx_tensor_widen(tensor, 0, count, found);
    assert_memory_equal(found, values, count * sizeof *values);
}

static void plx_npz_read__tensors(void **state)
{
    static const uint8_t turned[] = {0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0, 0x3f, 0, 0, 0, 0x40, 0x40, 0, 0};
    static const uint8_t upper[] = {0x80, 0x3f, 0, 0xc0}, halves[] = {0x3c, 0, 0xc0, 0};
    const double by_rows[] = {1, -2, 0.5, 3}, by_columns[] = {1, 0.5, -2, 3};
    (void)state;
    for (int deflated = 0; deflated < 2; deflated++) {
        const struct array arrays[] = {
            {"a.npy", "<f4", "False", "(2, 2)", FLOATS, 16, deflated},
            {"b.npy", ">f4", "False", "(4,)", turned, 16, deflated},
            {"c.x.npy", "<f4", "True", "(2, 2)", FLOATS, 16, deflated},
            {"d.npy", ">f4", "True", "(2, 2)", turned, 16, deflated},
            {"e.npy", "<V2", "False", "(2,)", upper, 4, deflated},
            {"f.npy", ">f2", "True", "(1, 2)", halves, 4, deflated},
            {"g.npy", "<f4", "False", "()", FLOATS + 8, 4, deflated},
            {"h.npy", "<f8", "True", "(3, 0)", NULL, 0, deflated},
        };
        struct zip_file file = npz_file(arrays, 8);
        struct plx_tensors tensors;
        struct plx_error error;
        if (read_bytes(file.bytes, file.size, &tensors, &error))
            fail_msg("%s", error.message);
        assert_int_equal(tensors.count, 8);
        assert_values(&tensors, "a", by_rows, 4);
        assert_values(&tensors, "b", by_rows, 4);
        assert_values(&tensors, "c.x", by_columns, 4);
        assert_values(&tensors, "d", by_columns, 4);
        assert_values(&tensors, "e", by_rows, 2);
        assert_values(&tensors, "f", by_rows, 2);
        assert_values(&tensors, "g", by_rows + 2, 1);
        assert_values(&tensors, "h", by_rows, 0);
        assert_int_equal(plx_tensors_find(&tensors, "g")->dimensions, 0);
        assert_int_equal(plx_tensors_find(&tensors, "h")->shape[0], 3);
        const uint8_t *data = plx_tensors_find(&tensors, "a")->data;
        assert_int_equal(data >= file.bytes && data < file.bytes + file.size, !deflated);
        plx_tensors_release(&tensors);
        free(file.bytes);
    }
}

static void plx_npz_read__metadata(void **state)
{
    static const uint8_t little[] = {'f', 0, 0, 0, 0xe9, 0, 0, 0, 0x0c, 0xf3, 1, 0, 0, 0, 0, 0};
    static const uint8_t big[] = {0, 0, 0, 'f', 0, 0, 0, 'f', 0, 0, 0, 'n'};
    static const uint8_t minus[] = {0xfe, 0xff}, order[] = {3, 0, 0, 0, 0, 0, 0, 0};
    static const uint8_t most[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    static const uint8_t least[] = {0x80, 0, 0, 0, 0, 0, 0, 0};
    const struct array arrays[] = {
        {"perplex.a.npy", "<U4", "False", "()", little, 16, false},
        {"perplex.b.npy", ">U3", "False", "()", big, 12, true},
        {"perplex.c.npy", "|S5", "False", "()", "tanh\0", 5, false},
        {"perplex.order.npy", "<i8", "False", "()", order, 8, false},
        {"d.npy", "<i2", "False", "()", minus, 2, false},
        {"e.npy", "<u8", "False", "()", most, 8, false},
        {"f.npy", ">i8", "False", "()", least, 8, false},
        {"g.npy", "|S1", "False", "()", "\0", 1, false},
    };
    struct zip_file file = npz_file(arrays, 8);
    struct plx_tensors tensors;
    struct plx_error error;
    (void)state;
    if (read_bytes(file.bytes, file.size, &tensors, &error))
        fail_msg("%s", error.message);
    assert_int_equal(tensors.count, 0);
    assert_string_equal(plx_tensors_metadata(&tensors, "perplex.a"), "f\u00e9\U0001f30c");
    assert_string_equal(plx_tensors_metadata(&tensors, "perplex.b"), "ffn");
    assert_string_equal(plx_tensors_metadata(&tensors, "perplex.c"), "tanh");
    assert_string_equal(plx_tensors_metadata(&tensors, "perplex.order"), "3");
    assert_string_equal(plx_tensors_metadata(&tensors, "d"), "-2");
    assert_string_equal(plx_tensors_metadata(&tensors, "e"), "18446744073709551615");
    assert_string_equal(plx_tensors_metadata(&tensors, "f"), "-9223372036854775808");
    assert_string_equal(plx_tensors_metadata(&tensors, "g"), "");
    plx_tensors_release(&tensors);
    free(file.bytes);
}

static void plx_npz_read__other_arrays(void **state)
{
    static const uint8_t zeros[64];
    static const uint8_t surrogate[] = {0, 0xd8, 0, 0}, hole[] = {0, 0, 0, 0, 'a', 0, 0, 0};
    static const struct {
        struct array array;
        enum plx_status status;
        const char *words;
    } cases[] = {
        {{"n.npy", "<i4", "False", "(3,)", zeros, 12, false}, PLX_UNSUPPORTED, "member \"n.npy\" is <i4 [3]"},
        {{"n.npy", "<U2", "False", "(2,)", zeros, 16, false}, PLX_UNSUPPORTED, "member \"n.npy\" is <U2 [2]"},
        {{"n.npy", "|b1", "False", "()", zeros, 1, false}, PLX_UNSUPPORTED, "member \"n.npy\" is |b1 []"},
        {{"n.npy", "<c8", "False", "(2,)", zeros, 16, false},
         PLX_UNSUPPORTED,
         "member \"n.npy\": elements of type \"<c8\""},
        {{"n.npy", ">V2", "False", "(2,)", zeros, 4, true}, PLX_UNSUPPORTED, "elements of type \">V2\""},
        {{"n.txt", "<f4", "False", "(2,)", zeros, 8, false}, PLX_UNSUPPORTED, "\"n.txt\" is no array"},
        {{".npy", "<f4", "False", "(2,)", zeros, 8, false}, PLX_UNSUPPORTED, "\".npy\" is no array"},
        {{"\xff.npy", "<f4", "False", "(2,)", zeros, 8, false}, PLX_UNSUPPORTED, "is no array"},
        {{"n.npy", "<f4", "Fortran", "(2,)", zeros, 8, true}, PLX_MALFORMED, "member \"n.npy\": "},
        {{"n.npy", "<U1", "False", "()", surrogate, 4, false},
         PLX_MALFORMED,
         "\"n.npy\" is no proper string"},
        {{"n.npy", "<U2", "False", "()", hole, 8, false}, PLX_MALFORMED, "\"n.npy\" is no proper string"},
        {{"n.npy", "|S2", "False", "()", "\xc3(", 2, true}, PLX_MALFORMED, "\"n.npy\" is no proper string"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused(&cases[i].array, 1, cases[i].status, cases[i].words);
}

/* What header and directory say must be one, in either direction; V · d and its bytes fit 64 bits. */
static void plx_npz_read__sizes(void **state)
{
    static const char *const shapes[] = {"(3,)", "(5,)", "()", "(0,)", "(4, 2)", "(1000000, 1000000)"};
    (void)state;
    for (int deflated = 0; deflated < 2; deflated++) {
        for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
            const struct array array = {"n.npy", "<f4", "True", shapes[i], FLOATS, 16, deflated};
            assert_refused(&array, 1, PLX_MALFORMED, "member \"n.npy\": the array should have ");
        }
        const struct array wide = {"n.npy", "<f8", "False", "(4294967296, 4294967296)", FLOATS, 0, deflated};
        const struct array bytes = {"n.npy", "<f8", "False", "(2305843009213693952,)", FLOATS, 0, deflated};
        assert_refused(&wide, 1, PLX_MALFORMED, "larger than any file");
        assert_refused(&bytes, 1, PLX_MALFORMED, "larger than any file");
    }
}

static void plx_npz_read__names_twice(void **state)
{
    const struct array arrays[] = {{"n.npy", "<f4", "False", "(4,)", FLOATS, 16, false},
                                   {"n.npy", "<f4", "False", "(4,)", FLOATS, 16, true}};
    (void)state;
    assert_refused(arrays, 2, PLX_MALFORMED, "\"n.npy\" is there twice");
}

/* A header that promises a terabyte, a directory that agrees, and few bytes behind them: refused at once, and
   without the memory for it. */
static void plx_npz_read__bomb(void **state)
{
    static uint8_t zeros[100000];
    const uint64_t claimed = (uint64_t)1 << 40;
    (void)state;
    for (int deflated = 0; deflated < 2; deflated++) {
        struct npy_file array = npy_file("<f4", "False", "(262144, 1048576)", zeros, sizeof zeros);
        const struct zip_part part = {
            .name = "n.npy", .content = array.bytes, .size = array.size, .deflated = deflated, .zip64 = true};
        struct zip_file file = zip_file(&part, 1, false);
        struct plx_tensors tensors;
        struct plx_error error = {0};
        const uint64_t size = claimed + array.size - sizeof zeros;
        put_u64(file.bytes + file.local[0] + 30 + 5 + 4, size);
        put_u64(file.bytes + file.entry[0] + 46 + 5 + 4, size);
        assert_int_equal(read_bytes(file.bytes, file.size, &tensors, &error), PLX_MALFORMED);
        assert_non_null(strstr(error.message, "\"n.npy\" claims a size that it cannot have"));
        free(file.bytes);
        free(array.bytes);
    }
}

#define NOISE_BYTES ((size_t)1400 << 10)

/* Of an array of `size` bytes of noise, which takes about as many, and a small one, as if `claimed` bytes
   came out of both together. */
static void claim_inflated(size_t size, uint64_t claimed, struct plx_error *error)
{
    struct plx_tensors tensors;
    uint32_t seed = 1;
    uint8_t *noise = malloc(NOISE_BYTES);
    assert_non_null(noise);
    for (size_t i = 0; i < size; i++) {
        seed = seed * 1664525U + 1013904223U;
        noise[i] = (uint8_t)(seed >> 24);
    }
    const struct array arrays[] = {{"a.npy", "<f4", "False", "(4,)", FLOATS, 16, true},
                                   {"b.npy", "<f4", "False", "(4,)", noise, size, true}};
    struct zip_file file = npz_file(arrays, 2);
    const uint64_t sizes[] = {1000, claimed - 1000};
    assert_in_range(file.packed[1], size, size + 1024);
    for (size_t i = 0; i < 2; i++) {
        put_u32(file.bytes + file.local[i] + 22, (uint32_t)sizes[i]);
        put_u32(file.bytes + file.entry[i] + 24, (uint32_t)sizes[i]);
    }
    assert_int_not_equal(read_bytes(file.bytes, file.size, &tensors, error), PLX_OK);
    assert_string_equal(error->input, "test");
    free(file.bytes);
    free(noise);
}

/* Zeros without end: refused by what all members claim together, before any is inflated. */
static void plx_npz_read__inflates_too_much(void **state)
{
    static const uint64_t LIMIT = (uint64_t)64 << 20;
    static const struct {
        size_t noise;
        uint64_t claimed;
        bool refused;
    } cases[] = {{NOISE_BYTES / 10, LIMIT + 1, true},
                 {NOISE_BYTES / 10, LIMIT, false},
                 {NOISE_BYTES, 51 * (uint64_t)NOISE_BYTES, true},
                 {NOISE_BYTES, 50 * (uint64_t)NOISE_BYTES, false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plx_error error;
        claim_inflated(cases[i].noise, cases[i].claimed, &error);
        assert_int_equal(strstr(error.message, "bytes; no weights are like that") != NULL, cases[i].refused);
        assert_int_equal(error.status, cases[i].refused ? PLX_UNSUPPORTED : PLX_MALFORMED);
    }
}

static void plx_npz_read__damaged(void **state)
{
    (void)state;
    for (int order = 0; order < 2; order++) {
        for (int deflated = 0; deflated < 2; deflated++) {
            const struct array array = {"n.npy", "<f4",   order ? "True" : "False", "(2, 2)", FLOATS,
                                        16,      deflated};
            struct zip_file file = npz_file(&array, 1);
            struct plx_tensors tensors;
            struct plx_error error = {0};
            put_u32(file.bytes + file.local[0] + 14, 7);
            put_u32(file.bytes + file.entry[0] + 16, 7);
            assert_int_equal(read_bytes(file.bytes, file.size, &tensors, &error), PLX_MALFORMED);
            assert_non_null(strstr(error.message, "\"n.npy\" is damaged: its CRC-32"));
            free(file.bytes);
        }
    }
}

/* Of whatever is missing or changed, nothing is read that is not there. */
static void plx_npz_read__every_truncation_and_change(void **state)
{
    const struct array arrays[] = {{"a.npy", "<f4", "False", "(2, 2)", FLOATS, 16, false},
                                   {"b.npy", ">f4", "True", "(2, 2)", FLOATS, 16, true},
                                   {"c.npy", "|S3", "False", "()", "ffn", 3, false}};
    struct zip_file file = npz_file(arrays, 3);
    struct plx_tensors tensors;
    struct plx_error error;
    (void)state;
    for (size_t size = 0; size < file.size; size++) {
        uint8_t *part = malloc(size ? size : 1);
        assert_non_null(part);
        memcpy(part, file.bytes, size);
        assert_int_equal(read_bytes(part, size, &tensors, &error), PLX_MALFORMED);
        assert_true(error.offset <= size);
        free(part);
    }
    for (size_t at = 0; at < file.size; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            file.bytes[at] = (uint8_t)(file.bytes[at] ^ 1U << bit);
            if (read_bytes(file.bytes, file.size, &tensors, &error) == PLX_OK)
                plx_tensors_release(&tensors);
            file.bytes[at] = (uint8_t)(file.bytes[at] ^ 1U << bit);
        }
    }
    assert_int_equal(read_bytes(file.bytes, file.size, &tensors, &error), PLX_OK);
    plx_tensors_release(&tensors);
    free(file.bytes);
}

static bool always(void *user)
{
    ++*(int *)user;
    return true;
}

static void plx_npz_read__interrupted(void **state)
{
    const struct array array = {"n.npy", "<f4", "False", "(4,)", FLOATS, 16, true};
    struct zip_file file = npz_file(&array, 1);
    int asked = 0;
    const struct plx_model_options options = {.interrupted = always, .user = &asked};
    struct plx_tensors tensors = {0};
    struct plx_error error;
    (void)state;
    assert_int_equal(plx_npz_read(file.bytes, file.size, "test", &options, &tensors, &error),
                     PLX_INTERRUPTED);
    assert_int_equal(asked, 1);
    plx_tensors_release(&tensors);
    free(file.bytes);
}

/* NumPy's own: the numbers of the recipe. */
static void plx_npz_read__numpys_own(void **state)
{
    static const double embed[] = {0.5,  -1.0, 0.25, 0.0,   0.125, -0.25, -1.5, 0.75,  1.0,  1.25,  0.5,
                                   -0.5, 1.0,  0.25, -0.75, -0.5,  -1.25, -1.0, -0.25, -1.5, -0.875};
    static const double out[] = {-0.5,  -1.0,  -1.25, 0.125, 0.0, 0.25, 0.75, -1.5, 0.5,   -1.0, 0.5,
                                 0.875, -0.75, 0.625, 1.0,   1.5, 0.25, -0.5, 1.25, 0.375, -0.75};
    static const double bias[] = {0.5, -0.25, 1.0, -0.5, -0.75, 0.0, 0.125};
    char *path = fixture_path("models/numpy.factored/factored.npz");
    const struct file_bytes file = file_read(path);
    struct plx_tensors tensors;
    struct plx_error error;
    (void)state;
    if (read_bytes(file.bytes, file.size, &tensors, &error))
        fail_msg("%s", error.message);
    assert_int_equal(tensors.count, 3);
    assert_values(&tensors, "embed.weight", embed, 21);
    assert_values(&tensors, "out.weight", out, 21);
    assert_values(&tensors, "out.bias", bias, 7);
    assert_int_equal(plx_tensors_find(&tensors, "embed.weight")->dtype, PLX_F32);
    assert_int_equal(plx_tensors_find(&tensors, "out.weight")->dtype, PLX_BF16);
    assert_int_equal(plx_tensors_find(&tensors, "out.bias")->dtype, PLX_F64);
    assert_string_equal(plx_tensors_metadata(&tensors, "perplex.architecture"), "bigram");
    plx_tensors_release(&tensors);
    free(file.bytes);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_npz_read__tensors),
        cmocka_unit_test(plx_npz_read__metadata),
        cmocka_unit_test(plx_npz_read__other_arrays),
        cmocka_unit_test(plx_npz_read__sizes),
        cmocka_unit_test(plx_npz_read__names_twice),
        cmocka_unit_test(plx_npz_read__bomb),
        cmocka_unit_test(plx_npz_read__inflates_too_much),
        cmocka_unit_test(plx_npz_read__damaged),
        cmocka_unit_test(plx_npz_read__every_truncation_and_change),
        cmocka_unit_test(plx_npz_read__interrupted),
        cmocka_unit_test(plx_npz_read__numpys_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

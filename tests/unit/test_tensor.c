/* Widening of stored elements. Expected values: the definition of the formats (IEEE 754 binary16; bfloat16 =
   the upper half of binary32) with ldexp, which is exact. */
#include "model/tensor.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PATTERNS 65536

/* Little-endian, at an odd address. */
static const uint8_t *all_patterns(uint8_t bytes[PATTERNS * 2 + 1])
{
    for (size_t i = 0; i < PATTERNS; i++) {
        bytes[1 + 2 * i] = (uint8_t)(i & 0xff);
        bytes[2 + 2 * i] = (uint8_t)(i >> 8);
    }
    return bytes + 1;
}

/* The value of a format of 16 bits by its definition. */
static double define(unsigned pattern, unsigned mantissa_bits, int bias)
{
    const unsigned exponents = 1U << (15 - mantissa_bits);
    const unsigned exponent = pattern >> mantissa_bits & (exponents - 1);
    const unsigned mantissa = pattern & ((1U << mantissa_bits) - 1);
    const double sign = pattern & 0x8000U ? -1 : 1;
    if (exponent == exponents - 1)
        return mantissa ? (double)NAN : sign * (double)INFINITY;
    if (exponent == 0)
        return sign * ldexp(mantissa, 1 - bias - (int)mantissa_bits);
    return sign * ldexp(mantissa + (1U << mantissa_bits), (int)exponent - bias - (int)mantissa_bits);
}

static void check_all_patterns(enum plx_dtype dtype, unsigned mantissa_bits, int bias)
{
    static uint8_t bytes[PATTERNS * 2 + 1];
    static double values[PATTERNS];
    const struct plx_tensor tensor = {.name = "t",
                                      .dtype = dtype,
                                      .dimensions = 1,
                                      .shape = {PATTERNS},
                                      .count = PATTERNS,
                                      .data = all_patterns(bytes)};
    plx_tensor_widen(&tensor, 0, PATTERNS, values);
    for (unsigned i = 0; i < PATTERNS; i++) {
        const double expected = define(i, mantissa_bits, bias);
        const bool same = isnan(expected) ? isnan(values[i]) && !signbit(values[i]) == !(i & 0x8000U)
                                          : memcmp(&expected, values + i, sizeof expected) == 0;
        if (!same)
            fail_msg("pattern %04x: found %a, expected %a", i, values[i], expected);
    }
}

static void plx_tensor_widen__all_of_f16(void **state)
{
    (void)state;
    check_all_patterns(PLX_F16, 10, 15);
}

static void plx_tensor_widen__all_of_bf16(void **state)
{
    (void)state;
    check_all_patterns(PLX_BF16, 7, 127);
}

/* Patterns by the definition of binary32: 1, -2, the least subnormal, the greatest number, infinity. */
static void plx_tensor_widen__f32(void **state)
{
    const uint8_t bytes[] = {0, 0, 0,    0x80, 0x3f, 0,    0, 0, 0xc0, 1,   0,
                             0, 0, 0xff, 0xff, 0x7f, 0x7f, 0, 0, 0x80, 0x7f};
    const double expected[] = {1, -2, ldexp(1, -149), ldexp(16777215, 104), (double)INFINITY};
    const struct plx_tensor tensor = {
        .name = "t", .dtype = PLX_F32, .dimensions = 1, .shape = {5}, .count = 5, .data = bytes + 1};
    double values[5];
    (void)state;
    plx_tensor_widen(&tensor, 0, 5, values);
    assert_memory_equal(values, expected, sizeof values);
}

static void plx_tensor_widen__a_range_of_f64(void **state)
{
    const uint8_t bytes[] = {9, 0, 0,    0,    0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0,
                             0, 0, 0x08, 0xc0, 1, 0, 0, 0,    0,    0, 0, 0};
    const double expected[] = {-3, ldexp(1, -1074)};
    const struct plx_tensor tensor = {
        .name = "t", .dtype = PLX_F64, .dimensions = 1, .shape = {3}, .count = 3, .data = bytes + 1};
    double values[3] = {7, 7, 7};
    (void)state;
    plx_tensor_widen(&tensor, 1, 2, values);
    assert_memory_equal(values, expected, sizeof expected);
    assert_true(values[2] == 7);
}

static void plx_tensor_widen__nothing(void **state)
{
    const struct plx_tensor tensor = {.name = "t", .dtype = PLX_F16, .dimensions = 1};
    (void)state;
    plx_tensor_widen(&tensor, 0, 0, NULL);
}

/* Wherever a range begins, the same values come out. */
static void plx_tensor_widen__ranges_of_f16(void **state)
{
    static uint8_t bytes[PATTERNS * 2 + 1];
    const struct plx_tensor tensor = {.name = "t",
                                      .dtype = PLX_F16,
                                      .dimensions = 2,
                                      .shape = {256, 256},
                                      .count = PATTERNS,
                                      .data = all_patterns(bytes)};
    (void)state;
    for (size_t first = 0; first < 40; first++) {
        for (size_t count = 0; count < 20; count++) {
            double values[20];
            plx_tensor_widen(&tensor, 0x3c00 + first, count, values);
            for (size_t i = 0; i < count; i++)
                assert_true(values[i] == 1 + (double)(first + i) / 1024); /* 0x3c00 is 1 */
        }
    }
}

static void check_all_floats(enum plx_dtype dtype, unsigned mantissa_bits, int bias)
{
    static uint8_t bytes[PATTERNS * 2 + 1];
    static float values[PATTERNS];
    const struct plx_tensor tensor = {.name = "t",
                                      .dtype = dtype,
                                      .dimensions = 1,
                                      .shape = {PATTERNS},
                                      .count = PATTERNS,
                                      .data = all_patterns(bytes)};
    plx_tensor_widen_float(&tensor, 0, PATTERNS, values);
    for (unsigned i = 0; i < PATTERNS; i++) {
        const double expected = define(i, mantissa_bits, bias);
        const float exact = (float)expected;
        const bool same = isnan(expected) ? isnan(values[i]) && !signbit(values[i]) == !(i & 0x8000U)
                                          : memcmp(&exact, values + i, sizeof exact) == 0;
        if (!same)
            fail_msg("pattern %04x: found %a, expected %a", i, (double)values[i], expected);
    }
}

static void plx_tensor_widen_float__all_of_f16(void **state)
{
    (void)state;
    check_all_floats(PLX_F16, 10, 15);
}

static void plx_tensor_widen_float__all_of_bf16(void **state)
{
    (void)state;
    check_all_floats(PLX_BF16, 7, 127);
}

/* One by one, and eight together where the processor can: the same bits, NaNs too. */
static void plx_tensor_widen_float__ranges_of_f16(void **state)
{
    static uint8_t bytes[PATTERNS * 2 + 1];
    static float together[PATTERNS];
    const struct plx_tensor tensor = {.name = "t",
                                      .dtype = PLX_F16,
                                      .dimensions = 1,
                                      .shape = {PATTERNS},
                                      .count = PATTERNS,
                                      .data = all_patterns(bytes)};
    (void)state;
    plx_tensor_widen_float(&tensor, 0, PATTERNS, together);
    for (size_t first = 0; first < PATTERNS; first += 7) {
        float values[8] = {0};
        const size_t count = PATTERNS - first < 7 ? PATTERNS - first : 7;
        plx_tensor_widen_float(&tensor, first, count, values);
        if (memcmp(values, together + first, count * sizeof *values) != 0)
            fail_msg("patterns from %04zx on", first);
        assert_true(values[count] == 0);
    }
}

/* binary32 as it is; binary64 rounded to the nearest, ties to even, infinite from 2^128 − 2^103 on. */
static void plx_tensor_widen_float__f32_and_f64(void **state)
{
    const double wide[] = {1 + ldexp(1, -24), 1 + 3 * ldexp(1, -24), -ldexp(1, 128), ldexp(1, -150),
                           ldexp(3, -150)};
    const float expected[] = {1, 1 + ldexpf(1, -22), -INFINITY, 0, ldexpf(1, -148)};
    const float narrow[] = {-0.0f, ldexpf(1, -149), 1.1f};
    uint8_t bytes[1 + sizeof wide];
    float values[5];
    (void)state;
    memcpy(bytes + 1, wide, sizeof wide); /* what the tests run on is little-endian */
    const struct plx_tensor tensor = {
        .name = "t", .dtype = PLX_F64, .dimensions = 1, .shape = {5}, .count = 5, .data = bytes + 1};
    plx_tensor_widen_float(&tensor, 0, 5, values);
    assert_memory_equal(values, expected, sizeof expected);
    memcpy(bytes + 1, narrow, sizeof narrow);
    const struct plx_tensor same = {
        .name = "t", .dtype = PLX_F32, .dimensions = 1, .shape = {3}, .count = 3, .data = bytes + 1};
    plx_tensor_widen_float(&same, 1, 2, values);
    assert_memory_equal(values, narrow + 1, 2 * sizeof *values);
    plx_tensor_widen_float(&same, 3, 0, NULL);
}

static void plx_tensor_find_non_finite__first_of_them(void **state)
{
    static uint8_t bytes[2 * 3000];
    const struct plx_tensor tensor = {
        .name = "t", .dtype = PLX_BF16, .dimensions = 1, .shape = {3000}, .count = 3000, .data = bytes};
    (void)state;
    assert_int_equal(plx_tensor_find_non_finite(&tensor), 3000);
    bytes[2 * 2999] = 0x80; /* infinity is 7f80 */
    bytes[2 * 2999 + 1] = 0x7f;
    assert_int_equal(plx_tensor_find_non_finite(&tensor), 2999);
    bytes[2 * 512] = 0xc1; /* NaN */
    bytes[2 * 512 + 1] = 0xff;
    assert_int_equal(plx_tensor_find_non_finite(&tensor), 512);
    bytes[1] = 0x7f; /* 7f00 is finite, 7f80 not */
    assert_int_equal(plx_tensor_find_non_finite(&tensor), 512);
    bytes[0] = 0x80;
    assert_int_equal(plx_tensor_find_non_finite(&tensor), 0);
}

static void plx_dtype_parse__names(void **state)
{
    enum plx_dtype dtype;
    (void)state;
    assert_true(plx_dtype_parse("F64", &dtype) && dtype == PLX_F64 && plx_dtype_size(dtype) == 8);
    assert_true(plx_dtype_parse("F32", &dtype) && dtype == PLX_F32 && plx_dtype_size(dtype) == 4);
    assert_true(plx_dtype_parse("F16", &dtype) && dtype == PLX_F16 && plx_dtype_size(dtype) == 2);
    assert_true(plx_dtype_parse("BF16", &dtype) && dtype == PLX_BF16 && plx_dtype_size(dtype) == 2);
    assert_false(plx_dtype_parse("I64", &dtype));
    assert_false(plx_dtype_parse("F8_E4M3", &dtype));
    assert_false(plx_dtype_parse("f16", &dtype));
    assert_false(plx_dtype_parse("", &dtype));
}

static void plx_tensor_describe__shapes(void **state)
{
    struct plx_tensor tensor = {.name = "out.bias", .dtype = PLX_BF16, .dimensions = 2, .shape = {5, 64}};
    char text[64];
    (void)state;
    assert_int_equal(plx_tensor_describe(&tensor, text, sizeof text), 21);
    assert_string_equal(text, "out.bias BF16 [5, 64]");
    tensor.dimensions = 0;
    plx_tensor_describe(&tensor, text, sizeof text);
    assert_string_equal(text, "out.bias BF16 []");
}

static void plx_tensor_describe__cut_off(void **state)
{
    const struct plx_tensor tensor = {
        .name = "out.bias", .dtype = PLX_F32, .dimensions = 2, .shape = {5, 64}};
    static const char WHOLE[] = "out.bias F32 [5, 64]";
    (void)state;
    for (size_t capacity = 1; capacity <= sizeof WHOLE; capacity++) {
        char *text = malloc(capacity); /* of the very size, for the sanitizer */
        assert_non_null(text);
        assert_int_equal(plx_tensor_describe(&tensor, text, capacity), capacity - 1);
        assert_int_equal(strlen(text), capacity - 1);
        assert_memory_equal(text, WHOLE, capacity - 1);
        free(text);
    }
}

/* 17 = 1 · 12 + 1 · 4 + 1 in [2, 3, 4]. */
static void plx_tensor_place__of_an_element(void **state)
{
    static const struct plx_tensor cube = {.dimensions = 3, .shape = {2, 3, 4}, .count = 24};
    static const struct plx_tensor scalar = {.dimensions = 0, .count = 1};
    char text[PLX_TENSOR_PLACE];
    (void)state;
    assert_int_equal(plx_tensor_place(&cube, 17, text, sizeof text), 9);
    assert_string_equal(text, "[1, 1, 1]");
    plx_tensor_place(&cube, 23, text, sizeof text);
    assert_string_equal(text, "[1, 2, 3]");
    plx_tensor_place(&cube, 0, text, sizeof text);
    assert_string_equal(text, "[0, 0, 0]");
    plx_tensor_place(&scalar, 0, text, sizeof text);
    assert_string_equal(text, "[]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_tensor_widen__all_of_f16),
        cmocka_unit_test(plx_tensor_widen__all_of_bf16),
        cmocka_unit_test(plx_tensor_widen__f32),
        cmocka_unit_test(plx_tensor_widen__a_range_of_f64),
        cmocka_unit_test(plx_tensor_widen__nothing),
        cmocka_unit_test(plx_tensor_widen__ranges_of_f16),
        cmocka_unit_test(plx_tensor_widen_float__all_of_f16),
        cmocka_unit_test(plx_tensor_widen_float__all_of_bf16),
        cmocka_unit_test(plx_tensor_widen_float__ranges_of_f16),
        cmocka_unit_test(plx_tensor_widen_float__f32_and_f64),
        cmocka_unit_test(plx_tensor_find_non_finite__first_of_them),
        cmocka_unit_test(plx_dtype_parse__names),
        cmocka_unit_test(plx_tensor_describe__shapes),
        cmocka_unit_test(plx_tensor_place__of_an_element),
        cmocka_unit_test(plx_tensor_describe__cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

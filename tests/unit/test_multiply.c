/* The matrix product of the logits. Expected values: worked by hand, and for the bits the scalar form, which
   is the definition. The kernels of both widths are reached by including the file under other names. */
#define plx_multiply_one   one_under_test
#define plx_multiply_lanes lanes_under_test
#include "base/multiply.c"
#undef plx_multiply_one
#undef plx_multiply_lanes

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

double plx_multiply_one(const double *weights, const double *input, size_t depth, double bias);
void plx_multiply_lanes(const double *weights, const double *bias, size_t rows, size_t depth,
                        const double *inputs, double *z);

#define ROWS_MAX  9
#define DEPTH_MAX 37

/* Numbers with full mantissas, so that any other order of summation shows. */
static void fill(double *values, size_t count, uint64_t seed)
{
    for (size_t i = 0; i < count; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        values[i] = (double)(int64_t)seed / 4611686018427387904.0;
    }
}

static void plx_multiply_one__sums_products_and_bias(void **state)
{
    const double weights[] = {1, 2, -3}, input[] = {4, 0.5, 2};
    (void)state;
    assert_true(plx_multiply_one(weights, input, 3, 0.25) == -0.75); /* 4 + 1 − 6 + 0.25 */
    assert_true(plx_multiply_one(NULL, NULL, 0, 0.25) == 0.25);
}

/* 2^53 + 1 rounds to 2^53: from the left the sum is 0, any other order gives 1. */
static void plx_multiply_one__sums_from_the_left(void **state)
{
    const double weights[] = {9007199254740992.0, 1, -9007199254740992.0}, input[] = {1, 1, 1};
    (void)state;
    assert_true(plx_multiply_one(weights, input, 3, 0) == 0);
}

/* (1 + 2^-30)² − 1 − 2^-29 is 2^-60 where the product is not rounded before it is added. */
static void plx_multiply_one__does_not_fuse(void **state)
{
    const double a = 1 + 0x1p-30;
    const double weights[] = {-(1 + 0x1p-29), a}, input[] = {1, a};
    (void)state;
    assert_true(plx_multiply_one(weights, input, 2, 0) == 0);
}

typedef void multiply_fn(const double *weights, const double *bias, size_t rows, size_t depth,
                         const double *inputs, double *z);

static void check_against_scalar(multiply_fn *multiply)
{
    static double weights[ROWS_MAX * DEPTH_MAX], bias[ROWS_MAX], inputs[DEPTH_MAX * PLX_LSE_LANES];
    static double z[ROWS_MAX * PLX_LSE_LANES + 1];
    static const size_t DEPTHS[] = {0, 1, 2, 5, 16, DEPTH_MAX};
    fill(weights, ROWS_MAX * DEPTH_MAX, 1);
    fill(bias, ROWS_MAX, 2);
    fill(inputs, DEPTH_MAX * PLX_LSE_LANES, 3);
    for (size_t rows = 0; rows <= ROWS_MAX; rows++) {
        for (size_t d = 0; d < sizeof DEPTHS / sizeof *DEPTHS; d++) {
            const size_t depth = DEPTHS[d];
            z[rows * PLX_LSE_LANES] = 77;
            multiply(weights, bias, rows, depth, inputs, z);
            assert_true(z[rows * PLX_LSE_LANES] == 77); /* nothing is written behind the last row */
            for (size_t row = 0; row < rows; row++) {
                for (size_t lane = 0; lane < PLX_LSE_LANES; lane++) {
                    double input[DEPTH_MAX];
                    for (size_t k = 0; k < depth; k++)
                        input[k] = inputs[k * PLX_LSE_LANES + lane];
                    const double one = plx_multiply_one(weights + row * depth, input, depth, bias[row]);
                    assert_memory_equal(z + row * PLX_LSE_LANES + lane, &one, sizeof one);
                }
            }
        }
    }
}

static void plx_multiply_lanes__equals_the_scalar_form(void **state)
{
    (void)state;
    check_against_scalar(plx_multiply_lanes);
}

static void plx_multiply_lanes__in_both_widths(void **state)
{
    (void)state;
    check_against_scalar(multiply_lanes2);
#if PLX_HAS_WIDTH4
    if (plx_use_width4())
        check_against_scalar(multiply_lanes4);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_multiply_one__sums_products_and_bias),
        cmocka_unit_test(plx_multiply_one__sums_from_the_left),
        cmocka_unit_test(plx_multiply_one__does_not_fuse),
        cmocka_unit_test(plx_multiply_lanes__equals_the_scalar_form),
        cmocka_unit_test(plx_multiply_lanes__in_both_widths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

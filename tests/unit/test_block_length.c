/* How many neighbours make a block. By the formula for x_i = φ x_(i − 1) + noise, the length is near
   (1.5 (2 φ / (1 − φ²))² n)^(1/3); the exact one of three series is in test_bootstrap.c, by numpy. */
#include "eval/bootstrap.h"

#include "support/series.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static double optimal(const double *values, size_t count)
{
    double length = 0;
    struct plx_error error = {0};
    assert_int_equal(plx_block_length_optimal(values, count, &length, &error), PLX_OK);
    return length;
}

static size_t chosen(const double *values, size_t count)
{
    size_t length = 0;
    struct plx_error error = {0};
    assert_int_equal(plx_block_length(values, count, &length, &error), PLX_OK);
    return length;
}

static void block_length_optimal__grows_with_dependence(void **state)
{
    (void)state;
    static const double PHIS[] = {0.3, 0.6, 0.9};
    static double values[100000];
    struct random random = {1};
    for (size_t i = 0; i < 3; i++) {
        const double twice = 2 * PHIS[i] / (1 - PHIS[i] * PHIS[i]);
        const double expected = cbrt(1.5 * twice * twice * 100000);
        series_make(&random, PHIS[i], SERIES_NORMAL, values, 100000);
        assert_true(fabs(optimal(values, 100000) / expected - 1) < 0.15);
    }
}

/* The lengths are block_length()'s of data/recipes/make_paired.py; the last one is 3 √n, rounded up. */
static void block_length_optimal__ends_of_the_scale(void **state)
{
    (void)state;
    static double values[20000];
    struct random random = {2};
    assert_true(optimal(NULL, 0) == 1);
    for (size_t i = 0; i < 400; i++)
        values[i] = 7;
    assert_true(optimal(values, 9) == 1);
    assert_true(optimal(values, 400) == 1);
    series_make(&random, 0, SERIES_NORMAL, values, 400);
    assert_true(optimal(values, 400) < 8);
    for (size_t i = 0; i < 20000; i++)
        values[i] = (double)i; /* as dependent as can be */
    assert_true(fabs(optimal(values, 400) - 37.62923694897365) < 1e-9);
    assert_true(fabs(optimal(values, 30) - 7.627039768198106) < 1e-9);
    assert_true(optimal(values, 20000) == 425);
}

static void block_length__leaves_ten_blocks(void **state)
{
    (void)state;
    double values[400];
    for (size_t i = 0; i < 400; i++)
        values[i] = (double)i;
    assert_int_equal(chosen(values, 400), 40);
    assert_int_equal(chosen(values, 30), 3);
    assert_int_equal(chosen(values, 5), 1);
    assert_int_equal(chosen(NULL, 0), 1);
}

/* Taken together in fours, a million values have the length that they have one by one, up to what is lost by
   that: three times (1.5 (2 · 0.9 / 0.19)² · 10^6)^(1/3) = 1538. */
static void block_length__of_many(void **state)
{
    (void)state;
    const size_t count = 1000000;
    double *values = malloc(count * sizeof *values);
    struct random random = {3};
    assert_non_null(values);
    series_make(&random, 0.9, SERIES_NORMAL, values, count);
    const size_t length = chosen(values, count);
    assert_int_equal(length % 4, 0);
    assert_in_range(length, 1300, 1770);
    free(values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(block_length_optimal__grows_with_dependence),
        cmocka_unit_test(block_length_optimal__ends_of_the_scale),
        cmocka_unit_test(block_length__leaves_ten_blocks),
        cmocka_unit_test(block_length__of_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

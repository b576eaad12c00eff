/* Standard errors from the sums of blocks: by hand, and whether they hold what they promise where values
   depend on each other. Student's t is that of Python's mpmath. */
#include "eval/block_error.h"

#include "support/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Blocks of one length: the standard error of the mean of their means (1.5, 2.5, 2, 4), 1.0801 / 2. */
static void standard_error__equal_blocks(void **state)
{
    const double sums[] = {3, 5, 4, 8}, weights[] = {2, 2, 2, 2};
    const struct plx_bootstrap_blocks blocks = {sums, weights, COUNT(sums)};
    (void)state;
    assert_true(fabs(plx_blocks_standard_error(&blocks) - 0.5400617248673217) < 1e-15);
}

/* The mean is 20 / 10, the blocks are off by -1, -1, 2 and 0: sqrt(4 / 3 · 6) / 10. One block is empty. */
static void standard_error__other_lengths(void **state)
{
    const double sums[] = {3, 5, 0, 4, 8}, weights[] = {2, 3, 0, 1, 4};
    const struct plx_bootstrap_blocks blocks = {sums, weights, COUNT(sums)};
    (void)state;
    assert_true(fabs(plx_blocks_standard_error(&blocks) - 0.282842712474619) < 1e-15);
}

static void standard_error__too_few(void **state)
{
    const double sums[] = {3, 0}, weights[] = {2, 0};
    (void)state;
    for (size_t count = 0; count <= 2; count++) {
        const struct plx_bootstrap_blocks blocks = {sums, weights, count};
        assert_true(isnan(plx_blocks_standard_error(&blocks)));
    }
}

static void factor__is_students(void **state)
{
    static const struct {
        size_t blocks;
        double factor;
    } expected[] = {{2, 12.706204736174705},   {3, 4.3026527297494639},   {4, 3.1824463052837096},
                    {5, 2.7764451051977944},   {10, 2.2621571627982055},  {20, 2.0930240544083098},
                    {21, 2.0859634472658648},  {50, 2.0095752371292397},  {128, 1.9788195347028542},
                    {256, 1.9693105698498752}, {2048, 1.9611235598633852}};
    (void)state;
    for (size_t i = 0; i < COUNT(expected); i++)
        assert_true(fabs(plx_interval95_factor(expected[i].blocks) - expected[i].factor) < 1e-11);
    assert_true(plx_interval95_factor(0) == 1.959963984540054);
}

static double uniform(struct random *random)
{
    return (double)(random_next(random) >> 11) * 0x1p-53 - 0.5;
}

/* Each value is 0.8 of the one before and noise, of mean 0: 95 % intervals by 32 blocks of 128 values hold it
   in 95 of 100 series, those as if values were independent in about half (the standard error is 3 times
   that). */
static void interval__of_dependent_values(void **state)
{
    enum { SERIES = 1000, BLOCKS = 32, LENGTH = 128 };
    struct random random = {20};
    unsigned held = 0, held_independent = 0;
    (void)state;
    for (unsigned series = 0; series < SERIES; series++) {
        double sums[BLOCKS], weights[BLOCKS], value = 0, total = 0, squares = 0;
        const struct plx_bootstrap_blocks blocks = {sums, weights, BLOCKS};
        for (size_t i = 0; i < 50; i++)
            value = 0.8 * value + uniform(&random);
        for (size_t b = 0; b < BLOCKS; b++) {
            sums[b] = 0;
            weights[b] = LENGTH;
            for (size_t i = 0; i < LENGTH; i++) {
                value = 0.8 * value + uniform(&random);
                sums[b] += value;
                squares += value * value;
            }
            total += sums[b];
        }
        const double count = BLOCKS * LENGTH, mean = total / count;
        const double independent = sqrt((squares / count - mean * mean) / count);
        held += fabs(mean) <= plx_interval95_factor(BLOCKS) * plx_blocks_standard_error(&blocks);
        held_independent += fabs(mean) <= plx_interval95_factor(0) * independent;
    }
    assert_in_range(held, 930, 970);
    assert_in_range(held_independent, 400, 600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(standard_error__equal_blocks),  cmocka_unit_test(standard_error__other_lengths),
        cmocka_unit_test(standard_error__too_few),       cmocka_unit_test(factor__is_students),
        cmocka_unit_test(interval__of_dependent_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

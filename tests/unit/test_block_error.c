/* Standard errors from the sums of blocks, and whether they hold what they promise where blocks depend on
   each other. Expected numbers are SciPy's: for errors e of n blocks with weight sqrt(n mean(fft.dct(e, norm
   = "ortho")[1:nu + 1]**2)) / weight, times stats.t.ppf(0.975, nu). */
#include "eval/block_error.h"

#include "support/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define BLOCKS_MOST 240

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void assert_error(const double *sums, const double *weights, size_t count, size_t blocks,
                         double standard_error, double reach)
{
    const struct plx_bootstrap_blocks all = {sums, weights, count};
    const struct plx_block_error found = plx_block_error_find(&all);
    assert_int_equal(found.blocks, blocks);
    assert_true(fabs(found.standard_error / standard_error - 1) < 1e-12);
    assert_true(fabs(found.reach / reach - 1) < 1e-12);
}

static void block_error__equal_blocks(void **state)
{
    double sums[20], weights[20];
    (void)state;
    for (size_t i = 0; i < COUNT(sums); i++) {
        sums[i] = (double)(i * i % 7 + 1);
        weights[i] = 2;
    }
    assert_error(sums, weights, COUNT(sums), 20, 0.10189563099555436, 0.3242773743864106);
}

/* Every fifth is empty: 32 are left. */
static void block_error__other_lengths(void **state)
{
    double sums[40], weights[40];
    (void)state;
    for (size_t i = 0; i < COUNT(sums); i++) {
        sums[i] = i % 5 ? (double)(i * i % 7 + 1) : 0;
        weights[i] = i % 5 ? (double)(1 + i % 3) : 0;
    }
    assert_error(sums, weights, COUNT(sums), 32, 0.08513343764852763, 0.23636831624791652);
}

static void block_error__most_blocks(void **state)
{
    double sums[256], weights[256];
    (void)state;
    for (size_t i = 0; i < COUNT(sums); i++) {
        sums[i] = (double)(i * i % 11) + (double)i / 16;
        weights[i] = i < 255 ? 1024 : 300;
    }
    assert_error(sums, weights, COUNT(sums), 256, 0.00113970193004973, 0.002416060161044837);
}

static void block_error__too_few(void **state)
{
    double sums[20], weights[20];
    (void)state;
    for (size_t i = 0; i < COUNT(sums); i++) {
        sums[i] = (double)i;
        weights[i] = i != 7;
    }
    for (size_t count = 0; count <= COUNT(sums); count++) {
        const struct plx_bootstrap_blocks blocks = {sums, weights, count};
        const struct plx_block_error found = plx_block_error_find(&blocks);
        assert_true(found.blocks == 0 && isnan(found.standard_error) && isnan(found.reach));
    }
}

static double uniform(struct random *random)
{
    return (double)(random_next(random) >> 11) * 0x1p-53 - 0.5;
}

/* How many of 2000 intervals by `count` blocks hold the mean 0, where each block's is `kept` of the one
   before and noise. As if blocks were independent: *naive. */
static unsigned held_of(size_t count, double kept, unsigned *naive)
{
    struct random random = {20};
    unsigned held = 0;
    *naive = 0;
    for (unsigned series = 0; series < 2000; series++) {
        double sums[BLOCKS_MOST], weights[BLOCKS_MOST], value = 0, total = 0, squares = 0;
        const struct plx_bootstrap_blocks blocks = {sums, weights, count};
        for (size_t i = 0; i < 50; i++)
            value = kept * value + uniform(&random);
        for (size_t i = 0; i < count; i++) {
            value = kept * value + uniform(&random);
            sums[i] = value;
            weights[i] = 1;
            total += value;
            squares += value * value;
        }
        const double n = (double)count, mean = total / n;
        held += fabs(mean) <= plx_block_error_find(&blocks).reach;
        *naive += fabs(mean) <= 1.98 * sqrt((squares / n - mean * mean) / n);
    }
    return held;
}

/* On WikiText-2 the loss of a block of 1,024 tokens keeps 0.41 to 0.51 of that before it. */
static void interval__of_dependent_blocks(void **state)
{
    static const size_t counts[] = {20, 60, 240};
    unsigned naive;
    (void)state;
    for (size_t i = 0; i < COUNT(counts); i++) {
        assert_in_range(held_of(counts[i], 0.45, &naive), 1860, 1940);
        assert_in_range(naive, 1300, 1600);
        assert_in_range(held_of(counts[i], 0, &naive), 1870, 1930);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(block_error__equal_blocks),     cmocka_unit_test(block_error__other_lengths),
        cmocka_unit_test(block_error__most_blocks),      cmocka_unit_test(block_error__too_few),
        cmocka_unit_test(interval__of_dependent_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Sums along the corpus. Expected values are worked out by hand: target t costs t mod 8, or 1, so that sums
   over whole blocks are multiples of 3584 or 1024. */
#include "eval/blocks.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MOST 5000

/* Adds the targets [first, first + count), which cost `nats`, or their number mod 8 where that is negative;
   every `skipped`-th is not scored (0: all are). */
static void add(struct plx_blocks *blocks, uint64_t first, size_t count, double nats, size_t skipped)
{
    static double values[MOST];
    static uint16_t flags[MOST];
    struct plx_block_sums sums = {0};
    struct plx_error error;
    assert_true(count <= MOST);
    for (size_t i = 0; i < count; i++) {
        values[i] = nats < 0 ? (double)((first + i) % 8) : nats;
        flags[i] = skipped > 0 && (first + i) % skipped == 0 ? PLX_TOKEN_UNSCORED : 0;
    }
    const struct plx_batch batch = {
        .nats = values, .flags = flags, .target_count = count, .first_target = first};
    assert_int_equal(plx_block_sums_measure(&sums, &batch, &error), PLX_OK);
    plx_blocks_add(blocks, &sums);
    plx_block_sums_release(&sums);
}

static void assert_block(const struct plx_blocks *blocks, size_t block, double sum, uint64_t count)
{
    assert_true(plx_exact_sum(blocks->sums + block) == sum);
    assert_int_equal(blocks->sums[block].count, count);
}

/* 2500 targets: 1024, 1024 and 452 = 56 · 8 + 4, in which the rest costs 0 + 1 + 2 + 3. */
static void plx_blocks_add__batches_cross_borders(void **state)
{
    static const size_t sizes[] = {1, 3, 1000, 1023, 1024, 1025, 2048, 2500};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct plx_blocks blocks = {0};
        for (uint64_t first = 0; first < 2500; first += sizes[i])
            add(&blocks, first, 2500 - first < sizes[i] ? (size_t)(2500 - first) : sizes[i], -1, 0);
        plx_blocks_finish(&blocks, 2500);
        assert_int_equal(blocks.count, 3);
        assert_int_equal(plx_blocks_length(&blocks), 1024);
        assert_block(&blocks, 0, 128 * 28, 1024);
        assert_block(&blocks, 1, 128 * 28, 1024);
        assert_block(&blocks, 2, 56 * 28 + 6, 452);
    }
}

static void plx_blocks_add__order_does_not_matter(void **state)
{
    struct plx_blocks blocks = {0};
    (void)state;
    add(&blocks, 2048, 452, -1, 0);
    add(&blocks, 1000, 1048, -1, 0);
    add(&blocks, 0, 1000, -1, 0);
    plx_blocks_finish(&blocks, 2500);
    assert_int_equal(blocks.count, 3);
    assert_block(&blocks, 0, 128 * 28, 1024);
    assert_block(&blocks, 1, 128 * 28, 1024);
    assert_block(&blocks, 2, 56 * 28 + 6, 452);
}

/* They take their place all the same: of 1024 targets, 256 are multiples of 4. */
static void plx_blocks_add__skipped_targets_are_not_summed(void **state)
{
    struct plx_blocks blocks = {0};
    (void)state;
    add(&blocks, 0, 2048, 1, 4);
    plx_blocks_finish(&blocks, 2048);
    assert_int_equal(blocks.count, 2);
    assert_block(&blocks, 0, 768, 768);
    assert_block(&blocks, 1, 768, 768);
}

/* What no double of usual size is: infinite, huge, tiny. */
static void plx_blocks_add__values_of_any_size(void **state)
{
    struct plx_blocks blocks = {0};
    (void)state;
    add(&blocks, 1022, 1, (double)INFINITY, 0);
    add(&blocks, 1023, 1, 0x1p40, 0);
    add(&blocks, 1024, 1, 0x1p-60, 0);
    plx_blocks_finish(&blocks, 1025);
    assert_block(&blocks, 0, 0x1p40, 2);
    assert_int_equal(blocks.sums[0].infinite, 1);
    assert_block(&blocks, 1, 0x1p-60, 1);
    assert_false(blocks.sums[0].overflow || blocks.sums[0].invalid);
}

/* 256 blocks are as many as there may be; one target more makes 129 of two each. */
static void plx_blocks_add__past_256_every_two_become_one(void **state)
{
    struct plx_blocks blocks = {0};
    (void)state;
    for (uint64_t first = 0; first < 256 * 1024; first += 4096)
        add(&blocks, first, 4096, 1, 0);
    plx_blocks_finish(&blocks, 256 * 1024);
    assert_int_equal(blocks.count, 256);
    assert_int_equal(plx_blocks_length(&blocks), 1024);
    assert_block(&blocks, 255, 1024, 1024);
    add(&blocks, 256 * 1024, 1, 5, 0);
    plx_blocks_finish(&blocks, 256 * 1024 + 1);
    assert_int_equal(blocks.count, 129);
    assert_int_equal(plx_blocks_length(&blocks), 2048);
    for (size_t i = 0; i < 128; i++)
        assert_block(&blocks, i, 2048, 2048);
    assert_block(&blocks, 128, 5, 1);
}

/* An odd number of blocks folds, too: those of a first shard that has seen little. */
static void plx_blocks_add__folds_an_odd_number(void **state)
{
    struct plx_blocks blocks = {0};
    (void)state;
    add(&blocks, 0, 3 * 1024, 1, 0);
    add(&blocks, 1024 * 1024, 1, 7, 0); /* smallest block 1024: its 8 make one, in the 129th */
    assert_int_equal(plx_blocks_length(&blocks), 8 * 1024);
    assert_int_equal(blocks.count, 129);
    assert_block(&blocks, 0, 3 * 1024, 3 * 1024);
    assert_block(&blocks, 1, 0, 0);
    assert_block(&blocks, 128, 7, 1);
}

/* A batch whose blocks lie on both sides of the border at which they fold. */
static void plx_blocks_add__a_batch_may_fold_in_its_middle(void **state)
{
    struct plx_blocks blocks = {0};
    (void)state;
    add(&blocks, 255 * 1024, 2048, 1, 0);
    plx_blocks_finish(&blocks, 257 * 1024);
    assert_int_equal(blocks.count, 129);
    assert_block(&blocks, 126, 0, 0);
    assert_block(&blocks, 127, 1024, 1024); /* blocks 254 and 255, of which only the second has any */
    assert_block(&blocks, 128, 1024, 1024);
}

/* A shard whose own targets end early has the blocks of the whole corpus, and the same number of them. */
static void plx_blocks_finish__counts_targets_of_others(void **state)
{
    struct plx_blocks blocks = {0}, none = {0};
    (void)state;
    add(&blocks, 0, 100, 1, 0);
    plx_blocks_finish(&blocks, 1000 * 1024 + 1);
    assert_int_equal(plx_blocks_length(&blocks), 4096);
    assert_int_equal(blocks.count, 251);
    assert_block(&blocks, 0, 100, 100);
    assert_block(&blocks, 250, 0, 0);
    plx_blocks_finish(&none, 0);
    assert_int_equal(none.count, 0);
    plx_blocks_finish(&none, 1);
    assert_int_equal(none.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_blocks_add__batches_cross_borders),
        cmocka_unit_test(plx_blocks_add__order_does_not_matter),
        cmocka_unit_test(plx_blocks_add__skipped_targets_are_not_summed),
        cmocka_unit_test(plx_blocks_add__values_of_any_size),
        cmocka_unit_test(plx_blocks_add__past_256_every_two_become_one),
        cmocka_unit_test(plx_blocks_add__folds_an_odd_number),
        cmocka_unit_test(plx_blocks_add__a_batch_may_fold_in_its_middle),
        cmocka_unit_test(plx_blocks_finish__counts_targets_of_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Sums over scored tokens: clearing, merging, taking parts away. Values are multiples of 2^-10, so that the
   sums are exact in double and can be done by hand. */
#include "eval/tally.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct plx_tally new_tally(unsigned order)
{
    struct plx_tally tally;
    struct plx_error error;
    assert_int_equal(plx_tally_init(&tally, order, &error), PLX_OK);
    return tally;
}

static void assert_exact(const struct plx_exact *exact, double sum, double squares, uint64_t count,
                         uint64_t infinite)
{
    assert_true(plx_exact_sum(exact) == sum);
    assert_true(plx_exact_squares(exact) == squares);
    assert_int_equal(exact->count, count);
    assert_int_equal(exact->infinite, infinite);
}

static void plx_tally_init__empty(void **state)
{
    (void)state;
    for (unsigned order = 0; order <= 255; order += 51) {
        struct plx_tally tally = new_tally(order);
        const struct plx_exact total = plx_tally_total(&tally);
        assert_int_equal(tally.order_count, order + 1);
        for (unsigned k = 0; k <= order; k++)
            assert_exact(tally.orders + k, 0, 0, 0, 0);
        assert_exact(&total, 0, 0, 0, 0);
        plx_tally_release(&tally);
        assert_null(tally.orders);
        plx_tally_release(&tally);
    }
}

/* Fills every member with something that tells it from the others. */
static void fill(struct plx_tally *tally, double unit)
{
    const uint64_t n = (uint64_t)unit;
    for (unsigned k = 0; k < tally->order_count; k++) {
        for (unsigned i = 0; i <= k; i++)
            plx_exact_add(tally->orders + k, unit * (k + 1));
    }
    plx_exact_add(&tally->unknown, unit * 16);
    plx_exact_add(&tally->unknown_zeros, unit * 8);
    plx_exact_add(&tally->blank_ends, unit * 32);
    plx_exact_add(&tally->zeros, unit * 64);
    plx_exact_add(&tally->zeros, (double)INFINITY);
    tally->bytes = n;
    tally->characters = n * 10;
    tally->words = n * 100;
    tally->literal = n * 1000;
    tally->unknown_tokens = n * 10000;
    tally->skipped_unknown = n * 100000;
    tally->ends = n * 1000000;
}

static void plx_tally_total__over_orders(void **state)
{
    (void)state;
    struct plx_tally tally = new_tally(2);
    fill(&tally, 1);
    /* 1 + 2 + 2 + 3 + 3 + 3 and its squares. */
    const struct plx_exact total = plx_tally_total(&tally);
    assert_exact(&total, 14, 36, 6, 0);
    plx_exact_add(tally.orders, (double)INFINITY);
    const struct plx_exact with_infinity = plx_tally_total(&tally);
    assert_exact(&with_infinity, 14, 36, 7, 1);
    plx_tally_release(&tally);
}

/* Those that were left out for being unknown were targets too. */
static void plx_tally_targets__with_skipped_ones(void **state)
{
    (void)state;
    struct plx_tally tally = new_tally(2);
    fill(&tally, 1);
    assert_int_equal(plx_tally_targets(&tally), 6 + 100000);
    plx_tally_release(&tally);
}

static void plx_tally_merge__every_member(void **state)
{
    (void)state;
    struct plx_tally into = new_tally(3), from = new_tally(3);
    fill(&into, 1);
    fill(&from, 2);
    plx_tally_merge(&into, &from);
    for (unsigned k = 0; k <= 3; k++) {
        const double values = k + 1;
        assert_exact(into.orders + k, values * values * 3, values * values * values * 5, 2 * (k + 1), 0);
    }
    assert_exact(&into.unknown, 48, 16 * 16 * 5, 2, 0);
    assert_exact(&into.unknown_zeros, 24, 8 * 8 * 5, 2, 0);
    assert_exact(&into.blank_ends, 96, 32 * 32 * 5, 2, 0);
    assert_exact(&into.zeros, 192, 64 * 64 * 5, 4, 2);
    assert_int_equal(into.bytes, 3);
    assert_int_equal(into.characters, 30);
    assert_int_equal(into.words, 300);
    assert_int_equal(into.literal, 3000);
    assert_int_equal(into.unknown_tokens, 30000);
    assert_int_equal(into.skipped_unknown, 300000);
    assert_int_equal(into.ends, 3000000);
    assert_exact(&from.unknown, 32, 1024, 1, 0); /* that stays as it is */
    plx_tally_release(&into);
    plx_tally_release(&from);
}

static void plx_tally_merge__marks_stay(void **state)
{
    (void)state;
    struct plx_tally into = new_tally(1), from = new_tally(1);
    plx_exact_add(from.orders + 1, (double)NAN);
    plx_exact_add(&from.unknown, 0x1p63);
    plx_tally_merge(&into, &from);
    assert_true(into.orders[1].invalid);
    assert_false(into.orders[0].invalid);
    assert_true(into.unknown.overflow);
    assert_true(plx_tally_total(&into).invalid);
    plx_tally_release(&into);
    plx_tally_release(&from);
}

static void plx_tally_clear__keeps_the_orders(void **state)
{
    (void)state;
    struct plx_tally tally = new_tally(4), empty = new_tally(4);
    const struct plx_exact *orders = tally.orders;
    fill(&tally, 3);
    plx_tally_clear(&tally);
    assert_ptr_equal(tally.orders, orders);
    assert_int_equal(tally.order_count, 5);
    for (unsigned k = 0; k < 5; k++)
        assert_exact(tally.orders + k, 0, 0, 0, 0);
    assert_exact(&tally.zeros, 0, 0, 0, 0);
    plx_tally_merge(&empty, &tally);
    assert_int_equal(empty.bytes + empty.characters + empty.words + empty.literal + empty.unknown_tokens +
                         empty.skipped_unknown + empty.ends,
                     0);
    plx_tally_release(&tally);
    plx_tally_release(&empty);
    plx_tally_clear(&tally); /* of nothing */
}

static void plx_tally_without__a_part(void **state)
{
    struct plx_exact all = {0}, part = {0};
    const double values[] = {1.5, 0.25, 7, 0.0009765625};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        plx_exact_add(&all, values[i]);
        if (i % 2)
            plx_exact_add(&part, values[i]);
    }
    plx_exact_add(&all, (double)INFINITY);
    plx_exact_add(&all, (double)INFINITY);
    plx_exact_add(&part, (double)INFINITY);
    const struct plx_exact rest = plx_tally_without(&all, &part);
    assert_exact(&rest, 8.5, 1.5 * 1.5 + 49, 3, 1);
    const struct plx_exact nothing = plx_tally_without(&all, &all);
    assert_exact(&nothing, 0, 0, 0, 0);
    const struct plx_exact same = plx_tally_without(&all, &(struct plx_exact){0});
    assert_exact(&same, 8.7509765625, 51.25 + 0.0625 + 0x1p-20, 6, 2);
}

static void plx_tally_without__marks_stay(void **state)
{
    struct plx_exact all = {.overflow = true}, part = {0};
    (void)state;
    assert_true(plx_tally_without(&all, &part).overflow);
    all = (struct plx_exact){.invalid = true};
    assert_true(plx_tally_without(&all, &part).invalid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_tally_init__empty),
        cmocka_unit_test(plx_tally_total__over_orders),
        cmocka_unit_test(plx_tally_targets__with_skipped_ones),
        cmocka_unit_test(plx_tally_merge__every_member),
        cmocka_unit_test(plx_tally_merge__marks_stay),
        cmocka_unit_test(plx_tally_clear__keeps_the_orders),
        cmocka_unit_test(plx_tally_without__a_part),
        cmocka_unit_test(plx_tally_without__marks_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The distinct contexts of a batch: a few windows by hand, many against a search through all of them. */
#include "model/context_groups.h"

#include "support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void plx_context_groups_find__by_hand(void **state)
{
    (void)state;
    const uint32_t ids[] = {1, 2, 1, 2, 7}, other[] = {9, 2, 5};
    const struct plx_window windows[] = {{ids, 1, 5, 0}, {other, 2, 3, 0}};
    struct plx_context_groups groups = {.count = 0};
    struct plx_error error;
    /* After 1, 2, 1, 2 and 2: two contexts of one token. */
    assert_int_equal(plx_context_groups_find(&groups, windows, 2, 1, &error), PLX_OK);
    assert_int_equal(groups.count, 2);
    const size_t expected[] = {0, 2, 1, 3, 4}, begins[] = {0, 2, 5};
    assert_memory_equal(groups.targets, expected, sizeof expected);
    assert_memory_equal(groups.begins, begins, sizeof begins);
    assert_int_equal(groups.windows[0].first, 1);
    assert_int_equal(groups.windows[0].end, 2);
    assert_int_equal(groups.windows[1].ids[0], 2);
    /* Of two tokens: 1; 1 2 twice; 2 1; 9 2. */
    assert_int_equal(plx_context_groups_find(&groups, windows, 2, 2, &error), PLX_OK);
    assert_int_equal(groups.count, 4);
    /* Without context there is one. */
    assert_int_equal(plx_context_groups_find(&groups, windows, 2, 0, &error), PLX_OK);
    assert_int_equal(groups.count, 1);
    assert_int_equal(groups.windows[0].first, 0);
    assert_int_equal(plx_context_groups_find(&groups, windows, 0, 2, &error), PLX_OK);
    assert_int_equal(groups.count, 0);
    plx_context_groups_release(&groups);
}

static bool is_context(const struct plx_window *context, const uint32_t *ids, size_t place, size_t most)
{
    const size_t length = place < most ? place : most;
    return context->first == length && memcmp(context->ids, ids + place - length, length * sizeof *ids) == 0;
}

static void plx_context_groups_find__many(void **state)
{
    (void)state;
    enum { TOKENS = 3000 };
    uint32_t ids[TOKENS];
    struct random random = {3};
    struct plx_context_groups groups = {.count = 0};
    struct plx_error error;
    for (size_t i = 0; i < TOKENS; i++)
        ids[i] = (uint32_t)random_below(&random, 7);
    const struct plx_window window = {ids, 0, TOKENS, 0};
    for (size_t most = 0; most < 5; most++) {
        uint8_t met[TOKENS] = {0};
        assert_int_equal(plx_context_groups_find(&groups, &window, 1, most, &error), PLX_OK);
        assert_int_equal(groups.begins[groups.count], TOKENS);
        for (size_t c = 0; c < groups.count; c++) {
            assert_true(groups.begins[c] < groups.begins[c + 1]);
            for (size_t i = groups.begins[c]; i < groups.begins[c + 1]; i++) {
                assert_true(is_context(groups.windows + c, ids, groups.targets[i], most));
                met[groups.targets[i]]++;
            }
            /* Neighbours end alike, and no two are the same. */
            const struct plx_window *a = groups.windows + c, *b = a + 1;
            if (c + 1 < groups.count && a->first > 0)
                assert_true(a->ids[a->first - 1] <= b->ids[b->first - 1]);
            for (size_t d = 0; d < c; d++)
                assert_false(a->first == groups.windows[d].first &&
                             memcmp(a->ids, groups.windows[d].ids, a->first * sizeof *ids) == 0);
        }
        for (size_t i = 0; i < TOKENS; i++)
            assert_int_equal(met[i], 1);
    }
    plx_context_groups_release(&groups);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_context_groups_find__by_hand),
        cmocka_unit_test(plx_context_groups_find__many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

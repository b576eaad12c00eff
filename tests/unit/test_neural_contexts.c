/* The distinct contexts of a batch. Expected values: worked by hand, and a search one by one. */
#include "model/neural_contexts.h"

#include "support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define START 9

static struct plx_neural_model model_of(size_t context, uint32_t padding)
{
    struct plx_neural_model model = {.context = context, .padding = padding};
    model.base.info.start = START;
    return model;
}

static struct plx_contexts gather_fine(const struct plx_neural_model *model, const struct plx_window *windows,
                                       size_t count)
{
    struct plx_contexts contexts = {0};
    struct plx_error error;
    assert_int_equal(plx_contexts_gather(&contexts, model, windows, count, &error), PLX_OK);
    return contexts;
}

static void plx_contexts_gather__targets_by_context(void **state)
{
    const uint32_t ids[] = {5, 6, 5, 6, 7, 5, 6, 8};
    const struct plx_neural_model model = model_of(2, PLX_NO_TOKEN);
    const struct plx_window windows[] = {{ids, 2, 8, 0}};
    (void)state;
    struct plx_contexts contexts = gather_fine(&model, windows, 1);
    /* (5 6) → 5, 7, 8;  (6 5) → 6;  (6 7) → 5;  (7 5) → 6; the targets are ids[2 …] */
    const uint32_t rows[] = {5, 6, 6, 5, 6, 7, 7, 5};
    const size_t begins[] = {0, 3, 4, 5, 6}, places[] = {0, 2, 5, 1, 3, 4};
    assert_int_equal(contexts.count, 4);
    assert_int_equal(contexts.targets, 6);
    assert_memory_equal(contexts.rows, rows, sizeof rows);
    assert_memory_equal(contexts.begins, begins, sizeof begins);
    assert_memory_equal(contexts.places, places, sizeof places);
    assert_memory_equal(contexts.ids, ids + 2, 6 * sizeof *ids);
    plx_contexts_release(&contexts);
}

/* What is missing is the padding, or the start symbol after a start symbol; a context of full length that
   begins with one is as it is. */
static void plx_contexts_gather__short_contexts(void **state)
{
    const uint32_t plain[] = {5, 6}, started[] = {START, 5, 6, 7};
    struct plx_neural_model model = model_of(3, 40);
    const struct plx_window windows[] = {{plain, 0, 2, 0}, {started, 1, 4, 0}};
    const uint32_t rows[] = {40, 40, 40, 40, 40, 5, START, START, START, START, START, 5, START, 5, 6};
    (void)state;
    model.start_pads = true;
    struct plx_contexts contexts = gather_fine(&model, windows, 2);
    assert_int_equal(contexts.count, 5);
    assert_memory_equal(contexts.rows, rows, sizeof rows);
    plx_contexts_release(&contexts);
}

/* Ids of one row are one context. */
static void plx_contexts_gather__rows_of_ids(void **state)
{
    uint32_t rows[] = {7, 3, 7};
    const uint32_t ids[] = {0, 1, 2, 0};
    struct plx_neural_model model = model_of(1, PLX_NO_TOKEN);
    const struct plx_window window = {ids, 1, 4, 0};
    (void)state;
    model.rows = rows;
    struct plx_contexts contexts = gather_fine(&model, &window, 1);
    assert_int_equal(contexts.count, 2);
    assert_int_equal(contexts.rows[0], 7);
    assert_int_equal(contexts.rows[1], 3);
    assert_int_equal(contexts.begins[1], 2);
    plx_contexts_release(&contexts);
}

static void plx_contexts_gather__nothing(void **state)
{
    const struct plx_neural_model model = model_of(1, PLX_NO_TOKEN);
    const uint32_t ids[] = {1, 2};
    const struct plx_window window = {ids, 2, 2, 0};
    (void)state;
    struct plx_contexts contexts = gather_fine(&model, &window, 1);
    assert_int_equal(contexts.count, 0);
    plx_contexts_release(&contexts);
    contexts = gather_fine(&model, NULL, 0);
    assert_int_equal(contexts.count, 0);
    plx_contexts_release(&contexts);
    plx_contexts_release(&contexts);
}

/* Batch after batch in one struct: every target once, under its own context, ascending; no context twice. */
static void plx_contexts_gather__random_batches(void **state)
{
    struct plx_contexts contexts = {0};
    struct plx_error error;
    struct random seed = {11};
    uint32_t ids[500];
    (void)state;
    for (size_t round = 0; round < 40; round++) {
        const size_t width = 2, count = 3 + random_below(&seed, 490);
        const struct plx_neural_model model = model_of(width, PLX_NO_TOKEN);
        for (size_t i = 0; i < count; i++)
            ids[i] = (uint32_t)random_below(&seed, 12);
        const struct plx_window window = {ids, 2, count, 0};
        bool seen[500] = {false};
        assert_int_equal(plx_contexts_gather(&contexts, &model, &window, 1, &error), PLX_OK);
        assert_int_equal(contexts.begins[contexts.count], count - 2);
        for (size_t c = 0; c < contexts.count; c++) {
            assert_true(contexts.begins[c] < contexts.begins[c + 1]);
            for (size_t k = contexts.begins[c]; k < contexts.begins[c + 1]; k++) {
                const size_t place = contexts.places[k];
                assert_memory_equal(contexts.rows + c * width, ids + place, width * sizeof *ids);
                assert_true(k == contexts.begins[c] || contexts.places[k - 1] < place);
                assert_false(seen[place]);
                seen[place] = true;
            }
            for (size_t other = 0; other < c; other++)
                assert_memory_not_equal(contexts.rows + c * width, contexts.rows + other * width,
                                        width * sizeof *ids);
        }
    }
    plx_contexts_release(&contexts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_contexts_gather__targets_by_context),
        cmocka_unit_test(plx_contexts_gather__short_contexts),
        cmocka_unit_test(plx_contexts_gather__rows_of_ids),
        cmocka_unit_test(plx_contexts_gather__nothing),
        cmocka_unit_test(plx_contexts_gather__random_batches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Whether the parts of n-grams are stored, asked batch after batch. */
#include "model/arpa_parts.h"

#include "support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT 20000

static struct plx_ngram_table new_table(enum plx_ngram_layout layout, const uint64_t *keys)
{
    const struct plx_ngram ngram = {-1.0f, -0.5f};
    const uint64_t homes = layout == PLX_NGRAM_WIDE ? COUNT / 3 : plx_ngram_homes(layout, COUNT);
    const uint64_t spare = 500;
    uint8_t *lines = calloc((size_t)(homes + spare), PLX_NGRAM_LINE);
    struct plx_ngram_table table = {lines, homes, spare, COUNT, layout, lines};
    assert_non_null(lines);
    for (size_t i = 0; i < COUNT; i++) {
        bool duplicate;
        const uint64_t home = plx_hash_place(plx_ngram_scatter(keys[i]), homes);
        assert_true(plx_ngram_put(lines, home, homes + spare, layout, keys[i], &ngram, &duplicate) <
                    homes + spare);
        assert_false(duplicate);
    }
    return table;
}

/* A key that is not stored. Every other one has a full line for its home, which its tag has passed. */
static uint64_t absent_key(const struct plx_ngram_table *table, struct random *random, bool passed)
{
    for (;;) {
        struct plx_ngram ngram;
        const uint64_t key = random_next(random), scattered = plx_ngram_scatter(key);
        const struct plx_ngram_answer answer =
            plx_ngram_ask(table->layout, plx_ngram_home(table, scattered), key, scattered);
        if (answer.passed == passed && !plx_ngram_find(table, key, &ngram))
            return key;
    }
}

/* Batches in which all parts are there but one, wherever it stands. */
static void arpa_parts__one_is_missing(void **state)
{
    (void)state;
    for (int layout = 0; layout < 3; layout++) {
        struct random random = {7};
        uint64_t *keys = calloc(COUNT, sizeof *keys);
        assert_non_null(keys);
        for (size_t i = 0; i < COUNT; i++)
            keys[i] = random_next(&random);
        struct plx_ngram_table table = new_table((enum plx_ngram_layout)layout, keys);
        for (uint64_t batch = 0; batch < 200; batch++) {
            struct plx_arpa_parts parts = {.table = &table};
            struct plx_arpa_notes notes = {0};
            const size_t missing = random_below(&random, PLX_ARPA_BATCH);
            const bool context = batch % 3 == 0;
            const uint64_t absent = absent_key(&table, &random, batch % 2 == 0);
            for (size_t i = 0; i < PLX_ARPA_BATCH; i++) {
                const uint64_t a = keys[random_below(&random, COUNT)], b = keys[random_below(&random, COUNT)];
                plx_arpa_parts_ask(&parts, i == missing && context ? absent : a,
                                   i == missing && !context ? absent : b, 100 + i);
            }
            plx_arpa_parts_answer(&parts, &notes);
            assert_int_equal(notes.kinds[PLX_ARPA_NO_CONTEXT].count, context);
            assert_int_equal(notes.kinds[PLX_ARPA_NO_SUFFIX].count, !context);
            assert_int_equal(notes.kinds[context ? PLX_ARPA_NO_CONTEXT : PLX_ARPA_NO_SUFFIX].line,
                             100 + missing);
            assert_int_equal(parts.asked, 0);
            assert_int_equal(parts.count, 0);
        }
        free(table.memory);
        free(keys);
    }
}

/* All are there, or none is. */
static void arpa_parts__all_or_none(void **state)
{
    const struct plx_ngram_table empty = {0};
    struct random random = {8};
    uint64_t *keys = calloc(COUNT, sizeof *keys);
    (void)state;
    assert_non_null(keys);
    for (size_t i = 0; i < COUNT; i++)
        keys[i] = random_next(&random);
    struct plx_ngram_table table = new_table(PLX_NGRAM_NARROW, keys);
    for (size_t first = 0; first + PLX_ARPA_BATCH < COUNT; first += PLX_ARPA_BATCH) {
        struct plx_arpa_parts parts = {.table = &table}, none = {.table = &empty};
        struct plx_arpa_notes notes = {0}, all_missing = {0};
        for (size_t i = 0; i < PLX_ARPA_BATCH; i++) {
            plx_arpa_parts_ask(&parts, keys[first + i], keys[first + i + 1], i + 1);
            plx_arpa_parts_ask(&none, keys[first + i], keys[first + i + 1], i + 1);
        }
        plx_arpa_parts_answer(&parts, &notes);
        plx_arpa_parts_answer(&none, &all_missing);
        assert_int_equal(notes.kinds[PLX_ARPA_NO_CONTEXT].count, 0);
        assert_int_equal(notes.kinds[PLX_ARPA_NO_SUFFIX].count, 0);
        assert_int_equal(all_missing.kinds[PLX_ARPA_NO_CONTEXT].count, PLX_ARPA_BATCH);
        assert_int_equal(all_missing.kinds[PLX_ARPA_NO_SUFFIX].count, PLX_ARPA_BATCH);
        assert_int_equal(all_missing.kinds[PLX_ARPA_NO_SUFFIX].line, 1);
    }
    free(table.memory);
    free(keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arpa_parts__one_is_missing),
        cmocka_unit_test(arpa_parts__all_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

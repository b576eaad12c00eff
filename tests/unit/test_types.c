/* Distinct words and how often they occur, against arrays. */
#include "inspect/types.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MANY 50000

static struct plx_word number_word(unsigned number, char text[16])
{
    return (struct plx_word){text, (size_t)snprintf(text, 16, "%u", number)};
}

static void plx_distinct_add__many(void **state)
{
    struct plx_distinct distinct = {.most = MANY};
    struct plx_error error;
    static char texts[2 * MANY][16];
    static struct plx_word words[2 * MANY];
    (void)state;
    for (unsigned i = 0; i < 2 * MANY; i++)
        words[i] = number_word(i / 2, texts[i]);
    assert_int_equal(plx_distinct_add(&distinct, words, 0, &error), PLX_OK);
    assert_int_equal(distinct.count, 0);
    for (size_t i = 0; i < 2 * MANY; i += 1000)
        assert_int_equal(plx_distinct_add(&distinct, words + i, 1000, &error), PLX_OK);
    assert_int_equal(distinct.count, MANY);
    assert_false(distinct.full);
    const struct plx_word one_more = {"x", 1}, empty = {"", 0};
    assert_int_equal(plx_distinct_add(&distinct, words, 2 * MANY, &error), PLX_OK);
    assert_false(distinct.full); /* all are in it */
    assert_int_equal(plx_distinct_add(&distinct, &one_more, 1, &error), PLX_OK);
    assert_true(distinct.full);
    assert_int_equal(distinct.count, MANY);
    assert_int_equal(plx_distinct_add(&distinct, &empty, 1, &error), PLX_OK);
    assert_int_equal(distinct.count, MANY);
    plx_distinct_release(&distinct);
}

static void plx_type_table__counts_and_sorts(void **state)
{
    struct plx_type_table table = {.most = MANY};
    struct plx_error error;
    char text[16];
    (void)state;
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < MANY; i++)
            assert_int_equal(plx_type_table_add(&table, number_word(i, text), i % 7, &error), PLX_OK);
    }
    assert_int_equal(table.count, MANY);
    assert_false(table.full);
    assert_int_equal(plx_type_table_add(&table, (struct plx_word){"x", 1}, 1, &error), PLX_OK);
    assert_true(table.full);
    assert_int_equal(table.count, MANY);
    plx_type_table_sort(&table);
    for (size_t i = 0; i < MANY; i++) {
        const struct plx_word word = plx_type_table_word(&table, i);
        snprintf(text, sizeof text, "%.*s", (int)word.length, word.text);
        assert_int_equal(table.types[i].count, 3 * (strtoul(text, NULL, 10) % 7));
        if (i == 0)
            continue;
        const struct plx_word before = plx_type_table_word(&table, i - 1);
        char other[16];
        snprintf(other, sizeof other, "%.*s", (int)before.length, before.text);
        assert_true(table.types[i - 1].count > table.types[i].count ||
                    (table.types[i - 1].count == table.types[i].count && strcmp(other, text) < 0));
    }
    plx_type_table_release(&table);
}

static void plx_type_table__empty_words(void **state)
{
    struct plx_type_table table = {.most = 5};
    struct plx_error error;
    (void)state;
    assert_int_equal(plx_type_table_add(&table, (struct plx_word){NULL, 0}, 2, &error), PLX_OK);
    assert_int_equal(plx_type_table_add(&table, (struct plx_word){"", 0}, 1, &error), PLX_OK);
    assert_int_equal(plx_type_table_add(&table, (struct plx_word){"\0", 1}, 1, &error), PLX_OK);
    assert_int_equal(table.count, 2);
    plx_type_table_sort(&table);
    assert_int_equal(table.types[0].count, 3);
    assert_int_equal(plx_type_table_word(&table, 0).length, 0);
    plx_type_table_release(&table);
    plx_type_table_sort(&table);
    plx_type_table_release(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_distinct_add__many),
        cmocka_unit_test(plx_type_table__counts_and_sorts),
        cmocka_unit_test(plx_type_table__empty_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The sink that fills a model's tables. */
#include "model/ngram_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT 5000

static struct plx_ngram_hash *new_model(unsigned order)
{
    struct plx_error error;
    struct plx_ngram_hash *model = plx_ngram_hash_new(&error);
    assert_non_null(model);
    assert_int_equal(plx_ngram_hash_set_order(model, order, &error), PLX_OK);
    return model;
}

static struct plx_ngram_record record(uint64_t i)
{
    return (struct plx_ngram_record){
        (i + 1) * UINT64_C(0x9E3779B97F4A7C15), {-(float)i, (float)i / 2}, i + 1};
}

static void assert_stored(const struct plx_ngram_table *table, uint64_t count)
{
    assert_int_equal(table->count, count);
    for (uint64_t i = 0; i < 2 * count; i++) {
        struct plx_ngram ngram = {0};
        assert_int_equal(plx_ngram_find(table, record(i).key, &ngram), i < count);
        if (i < count)
            assert_true(ngram.probability == -(float)i && ngram.backoff == (float)i / 2);
    }
}

/* Whether as many were expected, fewer or none; and however they come. */
static void ngram_memory_add__stores(void **state)
{
    static struct plx_ngram_record records[COUNT];
    static const uint64_t expected[] = {0, 10, COUNT};
    struct plx_error error;
    (void)state;
    for (uint64_t i = 0; i < COUNT; i++)
        records[i] = record(i);
    for (unsigned row = 0; row < 3; row++) {
        struct plx_ngram_hash *model = new_model(3);
        struct plx_ngram_memory memory;
        plx_ngram_memory_init(&memory, model);
        struct plx_ngram_sink *sink = &memory.sink;
        for (unsigned order = 2; order <= 3; order++) {
            assert_int_equal(sink->begin(sink, order, expected[row], &error), PLX_OK);
            for (size_t at = 0, n = 0; at < COUNT; at += n, n = (n + 7) % 101) {
                n = n < COUNT - at ? n : COUNT - at;
                assert_int_equal(sink->add(sink, records + at, n, &error), PLX_OK);
            }
            assert_int_equal(sink->end(sink, &error), PLX_OK);
            assert_ptr_equal(sink->table(sink, order), model->tables + (order - 2));
            assert_stored(sink->table(sink, order), COUNT);
        }
        plx_model_close(&model->ngram.base);
    }
}

static void ngram_memory_add__duplicate(void **state)
{
    struct plx_ngram_record records[100];
    struct plx_error error;
    struct plx_ngram_hash *model = new_model(2);
    struct plx_ngram_memory memory;
    (void)state;
    for (uint64_t i = 0; i < 100; i++)
        records[i] = record(i);
    records[70].key = records[3].key;
    plx_ngram_memory_init(&memory, model);
    struct plx_ngram_sink *sink = &memory.sink;
    assert_int_equal(sink->begin(sink, 2, 100, &error), PLX_OK);
    assert_int_equal(sink->add(sink, records, 50, &error), PLX_OK);
    assert_int_equal(sink->duplicate_line, 0);
    assert_int_equal(sink->add(sink, records + 50, 50, &error), PLX_MALFORMED);
    assert_int_equal(sink->duplicate_line, 71);
    assert_stored(sink->table(sink, 2), 70);
    plx_model_close(&model->ngram.base);
}

static void ngram_memory_begin__nothing_follows(void **state)
{
    struct plx_error error;
    struct plx_ngram_hash *model = new_model(2);
    struct plx_ngram_memory memory;
    struct plx_ngram ngram;
    (void)state;
    plx_ngram_memory_init(&memory, model);
    assert_int_equal(memory.sink.begin(&memory.sink, 2, 0, &error), PLX_OK);
    assert_int_equal(memory.sink.end(&memory.sink, &error), PLX_OK);
    assert_false(plx_ngram_find(memory.sink.table(&memory.sink, 2), 1, &ngram));
    plx_model_close(&model->ngram.base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ngram_memory_add__stores),
        cmocka_unit_test(ngram_memory_add__duplicate),
        cmocka_unit_test(ngram_memory_begin__nothing_follows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The table of the n-grams of one order. What must come out follows from the header: what was put in is found
   with its values, nothing else is. */
#include "model/ngram_table.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct plx_ngram *insert(struct plx_ngram_table *table, uint64_t key, bool expected)
{
    struct plx_error error;
    struct plx_ngram *ngram = NULL;
    bool found = !expected;
    assert_int_equal(plx_ngram_table_insert(table, key, &ngram, &found, &error), PLX_OK);
    assert_int_equal(found, expected);
    return ngram;
}

/* With values that tell the key. */
static void insert_new(struct plx_ngram_table *table, uint64_t key, unsigned number)
{
    struct plx_ngram *ngram = insert(table, key, false);
    assert_true(ngram->probability == 0.0f && ngram->backoff == 0.0f);
    *ngram = (struct plx_ngram){-(float)number, (float)number / 2};
}

static void assert_found(const struct plx_ngram_table *table, uint64_t key, unsigned number)
{
    struct plx_ngram ngram;
    assert_true(plx_ngram_find(table, key, &ngram));
    assert_true(ngram.probability == -(float)number);
    assert_true(ngram.backoff == (float)number / 2);
}

static void assert_absent(const struct plx_ngram_table *table, uint64_t key)
{
    struct plx_ngram ngram = {1.0f, 1.0f};
    assert_false(plx_ngram_find(table, key, &ngram));
    assert_true(isnan(ngram.probability));
    assert_true(ngram.backoff == 0.0f && !signbit(ngram.backoff));
}

static void reserve(struct plx_ngram_table *table, size_t count)
{
    struct plx_error error;
    assert_int_equal(plx_ngram_table_reserve(table, count, &error), PLX_OK);
}

/* splitmix64, to have keys all over the range. */
static uint64_t scatter(uint64_t x)
{
    x += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

static void plx_ngram_key__never_zero(void **state)
{
    (void)state;
    for (uint32_t word = 0; word < 100000; word++) {
        assert_true(plx_ngram_key(PLX_NGRAM_KEY_SEED, word) != 0);
        assert_true(plx_ngram_key((uint64_t)word + 1, word) != 0); /* what is multiplied is 0 */
        assert_true(plx_ngram_key(scatter(word), word) != 0);
    }
    assert_true(plx_ngram_key((uint64_t)UINT32_MAX + 1, UINT32_MAX) != 0);
    assert_true(plx_ngram_key(PLX_NGRAM_KEY_SEED, UINT32_MAX) != 0);
}

static int compare_keys(const void *a, const void *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

/* Every n-gram of up to two of 1,000 words and of three of 80 has a key of its own among those of its length:
   of 10^6 keys two are equal with a probability of 3e-8. */
static void plx_ngram_key__tells_ngrams_apart(void **state)
{
    enum { WORDS = 1000, PAIRS = WORDS * WORDS, FEW = 80, TRIPLES = FEW * FEW * FEW };
    (void)state;
    uint64_t *keys = malloc(PAIRS * sizeof *keys);
    size_t count = 0;
    for (uint32_t last = 0; last < WORDS; last++) {
        const uint64_t key = plx_ngram_key(PLX_NGRAM_KEY_SEED, last);
        for (uint32_t first = 0; first < WORDS; first++)
            keys[count++] = plx_ngram_key(key, first);
    }
    qsort(keys, PAIRS, sizeof *keys, compare_keys);
    for (size_t i = 1; i < PAIRS; i++)
        assert_true(keys[i] != keys[i - 1]);
    count = 0;
    for (uint32_t a = 0; a < FEW; a++)
        for (uint32_t b = 0; b < FEW; b++)
            for (uint32_t c = 0; c < FEW; c++)
                keys[count++] = plx_ngram_key(plx_ngram_key(plx_ngram_key(PLX_NGRAM_KEY_SEED, a), b), c);
    qsort(keys, TRIPLES, sizeof *keys, compare_keys);
    for (size_t i = 1; i < TRIPLES; i++)
        assert_true(keys[i] != keys[i - 1]);
    free(keys);
}

static void plx_ngram_find__nothing_there(void **state)
{
    (void)state;
    struct plx_ngram_table table = {0};
    reserve(&table, 10);
    assert_absent(&table, 1);
    assert_absent(&table, UINT64_MAX);
    assert_absent(&table, scatter(1));
    plx_ngram_table_release(&table);
}

/* An n-gram that is only on the way to longer ones is there, unlike one that is not. */
static void plx_ngram_find__without_probability(void **state)
{
    (void)state;
    struct plx_ngram_table table = {0};
    struct plx_ngram found;
    *insert(&table, 5, false) = (struct plx_ngram){NAN, -0.5f};
    assert_true(plx_ngram_find(&table, 5, &found));
    assert_true(isnan(found.probability) && found.backoff == -0.5f);
    plx_ngram_table_release(&table);
}

static void plx_ngram_table_insert__twice(void **state)
{
    (void)state;
    struct plx_ngram_table table = {0};
    insert_new(&table, 77, 5);
    assert_int_equal(table.count, 1);
    const struct plx_ngram *again = insert(&table, 77, true);
    assert_true(again->probability == -5.0f && again->backoff == 2.5f);
    assert_int_equal(table.count, 1);
    insert_new(&table, 79, 6);
    assert_int_equal(table.count, 2);
    assert_found(&table, 77, 5);
    assert_found(&table, 79, 6);
    plx_ngram_table_release(&table);
}

/* From nothing, so that it grows again and again. */
static void plx_ngram_table_insert__grows(void **state)
{
    const unsigned count = 200000;
    (void)state;
    struct plx_ngram_table table = {0};
    for (unsigned i = 0; i < count; i++) {
        insert_new(&table, scatter(i) | 1, i);
        if ((i & (i + 1)) == 0) { /* now and then, all so far */
            for (unsigned k = 0; k <= i; k++)
                assert_found(&table, scatter(k) | 1, k);
        }
    }
    assert_int_equal(table.count, count);
    for (unsigned i = 0; i < count; i++) {
        assert_found(&table, scatter(i) | 1, i);
        assert_absent(&table, scatter(count + i) | 1);
        insert(&table, scatter(i) | 1, true);
    }
    assert_int_equal(table.count, count);
    plx_ngram_table_release(&table);
}

/* Keys that all belong into the first bucket fill it and those behind it. */
static void plx_ngram_table_insert__full_buckets(void **state)
{
    enum { COUNT = 3 * PLX_NGRAM_BUCKET + 1 };
    (void)state;
    struct plx_ngram_table table = {0};
    reserve(&table, 100);
    for (unsigned i = 0; i < COUNT; i++) {
        insert_new(&table, i + 1, i);
        assert_ptr_equal(plx_ngram_home(&table, i + 1), table.buckets);
        assert_absent(&table,
                      i + 2); /* a search that passes full buckets, and one that ends in a free slot */
    }
    for (unsigned i = 0; i < COUNT; i++)
        assert_found(&table, i + 1, i);
    for (unsigned b = 0; b < 3; b++)
        assert_int_equal(table.buckets[b].keys[PLX_NGRAM_BUCKET - 1], (b + 1) * PLX_NGRAM_BUCKET);
    assert_int_equal(table.buckets[3].keys[0], COUNT);
    assert_int_equal(table.buckets[3].keys[1], 0);

    /* One that belongs into a bucket which others have filled. */
    const uint64_t displaced = UINT64_MAX / table.bucket_count + 1000;
    assert_ptr_equal(plx_ngram_home(&table, displaced), table.buckets + 1);
    insert_new(&table, displaced, 99);
    assert_int_equal(table.buckets[3].keys[1], displaced);
    assert_found(&table, displaced, 99);
    insert(&table, displaced, true);
    plx_ngram_table_release(&table);
}

/* Keys of the last bucket go on in the first. */
static void plx_ngram_table_insert__wraps_around(void **state)
{
    enum { COUNT = 2 * PLX_NGRAM_BUCKET + 2 };
    (void)state;
    struct plx_ngram_table table = {0};
    reserve(&table, 100);
    for (unsigned i = 0; i < COUNT; i++) {
        const uint64_t key = UINT64_MAX - i;
        assert_ptr_equal(plx_ngram_home(&table, key), table.buckets + table.bucket_count - 1);
        insert_new(&table, key, i);
        assert_absent(&table, key - 1);
    }
    for (unsigned i = 0; i < COUNT; i++)
        assert_found(&table, UINT64_MAX - i, i);
    assert_true(table.buckets[0].keys[0] == UINT64_MAX - PLX_NGRAM_BUCKET);
    assert_true(table.buckets[1].keys[0] == UINT64_MAX - 2 * PLX_NGRAM_BUCKET);
    assert_int_equal(table.buckets[1].keys[2], 0);
    insert_new(&table, 1, 50); /* whose own bucket is full */
    assert_found(&table, 1, 50);
    plx_ngram_table_release(&table);
}

static void plx_ngram_table_reserve__keeps_what_is_there(void **state)
{
    (void)state;
    struct plx_ngram_table table = {0};
    for (unsigned i = 0; i < 10; i++)
        insert_new(&table, scatter(i) | 1, i);
    const size_t before = table.bucket_count;
    reserve(&table, 5000);
    assert_true(table.bucket_count > before);
    assert_int_equal(table.count, 10);
    for (unsigned i = 0; i < 10; i++)
        assert_found(&table, scatter(i) | 1, i);
    plx_ngram_table_release(&table);
}

static void plx_ngram_table_reserve__no_less(void **state)
{
    (void)state;
    struct plx_ngram_table table = {0};
    reserve(&table, 5000);
    const size_t reserved = table.bucket_count;
    const struct plx_ngram_bucket *buckets = table.buckets;
    for (unsigned i = 0; i < 5000; i++)
        insert_new(&table, scatter(i) | 1, i);
    reserve(&table, 0);
    reserve(&table, 5000);
    assert_int_equal(table.bucket_count, reserved); /* what was promised took no growth */
    assert_ptr_equal(table.buckets, buckets);
    plx_ngram_table_release(&table);
}

static void plx_ngram_table_reserve__whole_cache_lines(void **state)
{
    (void)state;
    for (size_t count = 0; count < 2000; count += 37) {
        struct plx_ngram_table table = {0};
        reserve(&table, count);
        assert_int_equal((uintptr_t)table.buckets % 64, 0);
        /* The last bucket is there to be written to: AddressSanitizer watches. */
        table.buckets[table.bucket_count - 1].ngrams[PLX_NGRAM_BUCKET - 1].backoff = 1.0f;
        plx_ngram_table_release(&table);
    }
}

static void plx_ngram_table_release__twice(void **state)
{
    (void)state;
    struct plx_ngram_table table = {0};
    plx_ngram_table_release(&table);
    insert_new(&table, 1, 1);
    plx_ngram_table_release(&table);
    assert_int_equal(table.count, 0);
    assert_null(table.buckets);
    plx_ngram_table_release(&table);
    insert_new(&table, 1, 1); /* as good as new */
    plx_ngram_table_release(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_ngram_key__never_zero),
        cmocka_unit_test(plx_ngram_key__tells_ngrams_apart),
        cmocka_unit_test(plx_ngram_find__nothing_there),
        cmocka_unit_test(plx_ngram_find__without_probability),
        cmocka_unit_test(plx_ngram_table_insert__twice),
        cmocka_unit_test(plx_ngram_table_insert__grows),
        cmocka_unit_test(plx_ngram_table_insert__full_buckets),
        cmocka_unit_test(plx_ngram_table_insert__wraps_around),
        cmocka_unit_test(plx_ngram_table_reserve__keeps_what_is_there),
        cmocka_unit_test(plx_ngram_table_reserve__no_less),
        cmocka_unit_test(plx_ngram_table_reserve__whole_cache_lines),
        cmocka_unit_test(plx_ngram_table_release__twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

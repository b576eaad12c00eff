#include "model/ngram_table.h"

#include "base/memory.h"

#include <stdlib.h>

#define CACHE_LINE 64

/* Buckets for `count` n-grams: a little over two in each, so that one in seven is full. */
static size_t buckets_for(size_t count)
{
    return count / 2 - count / 16 + 4;
}

/* The n-gram's place: its own, or the first free one. */
static struct plx_ngram *find_place(const struct plx_ngram_table *table, uint64_t key, bool *found)
{
    struct plx_ngram_bucket *bucket = table->buckets + (plx_ngram_home(table, key) - table->buckets);
    for (;;) {
        for (size_t i = 0; i < PLX_NGRAM_BUCKET; i++) {
            *found = bucket->keys[i] == key;
            if (*found || bucket->keys[i] == 0) {
                bucket->keys[i] = key;
                return bucket->ngrams + i;
            }
        }
        if (++bucket == table->buckets + table->bucket_count)
            bucket = table->buckets;
    }
}

enum plx_status plx_ngram_table_reserve(struct plx_ngram_table *table, size_t count, struct plx_error *error)
{
    struct plx_ngram_table grown = {.bucket_count = buckets_for(count), .count = table->count};
    if (grown.bucket_count <= table->bucket_count)
        return PLX_OK;
    /* Zeroed pages that nobody has written to take no memory, so that a header may promise much. */
    grown.memory = plx_new_array(grown.bucket_count + 1, sizeof *grown.buckets, error);
    if (!grown.memory)
        return PLX_MEMORY;
    const uintptr_t address = (uintptr_t)grown.memory;
    grown.buckets = (void *)((char *)grown.memory + (CACHE_LINE - address % CACHE_LINE) % CACHE_LINE);
    for (size_t b = 0; b < table->bucket_count; b++) {
        const struct plx_ngram_bucket *bucket = table->buckets + b;
        for (size_t i = 0; i < PLX_NGRAM_BUCKET && bucket->keys[i] != 0; i++) {
            bool found;
            *find_place(&grown, bucket->keys[i], &found) = bucket->ngrams[i];
        }
    }
    free(table->memory);
    *table = grown;
    return PLX_OK;
}

enum plx_status plx_ngram_table_insert(struct plx_ngram_table *table, uint64_t key, struct plx_ngram **ngram,
                                       bool *found, struct plx_error *error)
{
    if (buckets_for(table->count + 1) > table->bucket_count) {
        const enum plx_status status = plx_ngram_table_reserve(table, table->count * 2 + 1, error);
        if (status)
            return status;
    }
    *ngram = find_place(table, key, found);
    table->count += !*found;
    return PLX_OK;
}

void plx_ngram_table_release(struct plx_ngram_table *table)
{
    free(table->memory);
    *table = (struct plx_ngram_table){0};
}

#include "inspect/types.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/prefetch.h"

#include <stdlib.h>
#include <string.h>

/* How many words are hashed and prefetched ahead of their insertion. */
#define BATCH 32

/* The most text that a table of types keeps: a table is for people to read the top of. */
#define TEXT_BYTES_MAX ((size_t)1 << 30)

/* 0 marks an empty slot. */
static uint64_t hash_word(struct plx_word word)
{
    const uint64_t hash = plx_hash64(word.text, word.length, 0);
    return hash ? hash : 1;
}

/* Room for `more` types at half of the slots, or up to the bound. */
static enum plx_status reserve(struct plx_distinct *distinct, size_t more, struct plx_error *error)
{
    const uint64_t most = distinct->most - distinct->count;
    const size_t need = (size_t)(distinct->count + (more < most ? more : most)) + 1;
    size_t size = distinct->slots ? distinct->mask + 1 : 1024;
    if (distinct->slots && need <= size / 2)
        return PLX_OK;
    while (size / 2 < need)
        size *= 2;
    uint64_t *slots = plx_new_array(size, sizeof *slots, error);
    if (!slots)
        return PLX_MEMORY;
    for (size_t i = 0; distinct->slots && i <= distinct->mask; i++) {
        size_t at = (size_t)distinct->slots[i] & (size - 1);
        while (distinct->slots[i] && slots[at])
            at = (at + 1) & (size - 1);
        if (distinct->slots[i])
            slots[at] = distinct->slots[i];
    }
    free(distinct->slots);
    distinct->slots = slots;
    distinct->mask = size - 1;
    return PLX_OK;
}

static void insert(struct plx_distinct *distinct, uint64_t hash)
{
    size_t at = (size_t)hash & distinct->mask;
    while (distinct->slots[at] && distinct->slots[at] != hash)
        at = (at + 1) & distinct->mask;
    if (distinct->slots[at])
        return;
    distinct->full = distinct->count == distinct->most;
    if (distinct->full)
        return;
    distinct->slots[at] = hash;
    distinct->count++;
}

enum plx_status plx_distinct_add(struct plx_distinct *distinct, const struct plx_word *words, size_t count,
                                 struct plx_error *error)
{
    uint64_t hashes[BATCH];
    while (count > 0 && !distinct->full) {
        const size_t batch = count < BATCH ? count : BATCH;
        const enum plx_status status = reserve(distinct, batch, error);
        if (status)
            return status;
        for (size_t i = 0; i < batch; i++) {
            hashes[i] = hash_word(words[i]);
            plx_prefetch(distinct->slots + ((size_t)hashes[i] & distinct->mask));
        }
        for (size_t i = 0; i < batch && !distinct->full; i++)
            insert(distinct, hashes[i]);
        words += batch;
        count -= batch;
    }
    return PLX_OK;
}

void plx_distinct_release(struct plx_distinct *distinct)
{
    free(distinct->slots);
    *distinct = (struct plx_distinct){0};
}

static enum plx_status grow_slots(struct plx_type_table *table, struct plx_error *error)
{
    const size_t size = table->slots ? (table->mask + 1) * 2 : 1024;
    uint32_t *slots = plx_new_array(size, sizeof *slots, error);
    if (!slots)
        return PLX_MEMORY;
    for (size_t i = 0; i < table->count; i++) {
        size_t at = (size_t)table->types[i].hash & (size - 1);
        while (slots[at])
            at = (at + 1) & (size - 1);
        slots[at] = (uint32_t)i + 1;
    }
    free(table->slots);
    table->slots = slots;
    table->mask = size - 1;
    return PLX_OK;
}

/* Room for one type with so long a text. */
static enum plx_status reserve_type(struct plx_type_table *table, size_t length, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    if (table->count == table->capacity) {
        const size_t capacity = plx_grown_capacity(table->capacity, table->count + 1);
        if ((status = plx_resize_array(&table->types, capacity, sizeof *table->types, error)))
            return status;
        table->capacity = capacity;
    }
    if (length > table->text_capacity - table->text_size) {
        const size_t capacity = plx_grown_capacity(table->text_capacity, table->text_size + length);
        if ((status = plx_resize_array(&table->text, capacity, 1, error)))
            return status;
        table->text_capacity = capacity;
    }
    if (!table->slots || table->count + 1 > (table->mask + 1) / 2)
        status = grow_slots(table, error);
    return status;
}

enum plx_status plx_type_table_add(struct plx_type_table *table, struct plx_word word, uint64_t times,
                                   struct plx_error *error)
{
    const uint64_t hash = hash_word(word);
    for (size_t at = (size_t)hash & table->mask; table->slots && table->slots[at];
         at = (at + 1) & table->mask) {
        struct plx_type *type = table->types + table->slots[at] - 1;
        if (type->hash == hash && type->length == (uint32_t)word.length) {
            type->count += times;
            return PLX_OK;
        }
    }
    table->full |= table->count >= table->most || table->count >= UINT32_MAX / 4 ||
                   word.length > TEXT_BYTES_MAX - table->text_size;
    if (table->full)
        return PLX_OK;
    const enum plx_status status = reserve_type(table, word.length, error);
    if (status)
        return status;
    size_t at = (size_t)hash & table->mask;
    while (table->slots[at])
        at = (at + 1) & table->mask;
    table->slots[at] = (uint32_t)table->count + 1;
    table->types[table->count++] = (struct plx_type){hash, times, table->text_size, (uint32_t)word.length};
    if (word.length > 0)
        memcpy(table->text + table->text_size, word.text, word.length);
    table->text_size += word.length;
    return PLX_OK;
}

struct plx_word plx_type_table_word(const struct plx_type_table *table, size_t index)
{
    const struct plx_type *type = table->types + index;
    return (struct plx_word){table->text ? table->text + type->offset : "", type->length};
}

static int compare_types(const void *left, const void *right, void *text)
{
    const struct plx_type *a = left, *b = right;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    const uint32_t shorter = a->length < b->length ? a->length : b->length;
    const int order =
        shorter ? memcmp((const char *)text + a->offset, (const char *)text + b->offset, shorter) : 0;
    return order ? order : (a->length > b->length) - (a->length < b->length);
}

void plx_type_table_sort(struct plx_type_table *table)
{
    free(table->slots);
    table->slots = NULL;
    table->mask = 0;
    table->most = 0;
    if (table->count > 1)
        qsort_r(table->types, table->count, sizeof *table->types, compare_types, table->text);
}

void plx_type_table_release(struct plx_type_table *table)
{
    free(table->types);
    free(table->slots);
    free(table->text);
    *table = (struct plx_type_table){0};
}

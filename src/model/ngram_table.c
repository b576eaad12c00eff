#include "model/ngram_table.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdlib.h>

/* Slots for `count` n-grams: 7/4 of them, so that a search that fails looks at about three neighbours. */
static size_t slots_for(size_t count)
{
    return count + count / 2 + count / 4 + 16;
}

static struct plx_ngram *free_slot(const struct plx_ngram_table *table, uint64_t key)
{
    struct plx_ngram *slot = table->slots + plx_ngram_slot(table, key);
    while (slot->key != 0 && slot->key != key) {
        if (++slot == table->slots + table->capacity)
            slot = table->slots;
    }
    return slot;
}

enum plx_status plx_ngram_table_reserve(struct plx_ngram_table *table, size_t count, struct plx_error *error)
{
    if (count > SIZE_MAX / 64)
        return plx_error_set(error, PLX_MEMORY, "room for %zu n-grams cannot be had", count);
    struct plx_ngram_table grown = {.capacity = slots_for(count), .count = table->count};
    if (grown.capacity <= table->capacity)
        return PLX_OK;
    grown.slots = plx_new_array(grown.capacity, sizeof *grown.slots, error);
    if (!grown.slots)
        return PLX_MEMORY;
    for (size_t i = 0; i < table->capacity; i++) {
        if (table->slots[i].key != 0)
            *free_slot(&grown, table->slots[i].key) = table->slots[i];
    }
    free(table->slots);
    *table = grown;
    return PLX_OK;
}

enum plx_status plx_ngram_table_insert(struct plx_ngram_table *table, uint64_t key, struct plx_ngram **slot,
                                       bool *found, struct plx_error *error)
{
    if (slots_for(table->count + 1) > table->capacity) {
        const enum plx_status status = plx_ngram_table_reserve(table, table->count * 2 + 1, error);
        if (status)
            return status;
    }
    key += key == 0;
    *slot = free_slot(table, key);
    *found = (*slot)->key == key;
    if (!*found) {
        **slot = (struct plx_ngram){.key = key};
        table->count++;
    }
    return PLX_OK;
}

void plx_ngram_table_release(struct plx_ngram_table *table)
{
    free(table->slots);
    *table = (struct plx_ngram_table){0};
}

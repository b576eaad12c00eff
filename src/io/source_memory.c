/* Bytes that the caller holds. */
#include "io/medium.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

struct plx_memory {
    struct plx_medium medium;
    const uint8_t *data; /* borrowed */
    size_t size;
    size_t offset;
};

static enum plx_status memory_read(struct plx_medium *medium, uint8_t *data, size_t size, size_t *got,
                                   struct plx_error *error)
{
    struct plx_memory *memory = (struct plx_memory *)medium;
    (void)error;
    size_t left = memory->size - memory->offset;
    *got = size < left ? size : left;
    if (*got > 0)
        memcpy(data, memory->data + memory->offset, *got);
    memory->offset += *got;
    return PLX_OK;
}

static uint64_t memory_size(const struct plx_medium *medium)
{
    return ((const struct plx_memory *)medium)->size;
}

static void memory_close(struct plx_medium *medium)
{
    free(medium);
}

static const struct plx_medium_table memory_table = {memory_read, memory_size, NULL, memory_close};

enum plx_status plx_memory_open(const void *data, size_t size, const struct plx_source_options *options,
                                struct plx_medium **medium, struct plx_error *error)
{
    *medium = NULL;
    struct plx_memory *memory = plx_new_array(1, sizeof *memory, error);
    if (!memory)
        return PLX_MEMORY;
    memory->medium.table = &memory_table;
    memory->medium.options = options;
    memory->data = data;
    memory->size = size;
    *medium = &memory->medium;
    return PLX_OK;
}

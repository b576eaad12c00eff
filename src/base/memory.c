#include "base/memory.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

static enum plx_status exhausted(size_t count, size_t size, struct plx_error *error)
{
    return plx_error_set(error, PLX_MEMORY, "no memory for %zu times %zu bytes", count, size);
}

void *plx_new_array(size_t count, size_t size, struct plx_error *error)
{
    void *array = NULL;
    size_t bytes;

    /* What calloc returns for zero bytes is up to the C library. */
    if (!__builtin_mul_overflow(count, size, &bytes))
        array = bytes == 0 ? calloc(1, 1) : calloc(count, size);
    if (array == NULL)
        exhausted(count, size, error);
    return array;
}

enum plx_status plx_resize_array(void *array, size_t count, size_t size, struct plx_error *error)
{
    void *old;
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        return exhausted(count, size, error);
    /* The caller's pointer has a type of its own, so that it is reached by memcpy and not through void **. */
    memcpy(&old, array, sizeof(old));
    void *grown = realloc(old, bytes == 0 ? 1 : bytes);
    if (grown == NULL)
        return exhausted(count, size, error);
    memcpy(array, &grown, sizeof(grown));
    return PLX_OK;
}

size_t plx_grown_capacity(size_t capacity, size_t need)
{
    size_t grown;

    if (capacity >= need)
        return capacity;
    if (__builtin_add_overflow(capacity, capacity / 2, &grown) || grown < need)
        grown = need;
    return grown < 16 ? 16 : grown;
}

enum plx_status plx_reserve_array(void *array, size_t *capacity, size_t count, size_t size,
                                  struct plx_error *error)
{
    if (count <= *capacity)
        return PLX_OK;
    const size_t grown = plx_grown_capacity(*capacity, count);
    const enum plx_status status = plx_resize_array(array, grown, size, error);
    if (status == PLX_OK)
        *capacity = grown;
    return status;
}

char *plx_copy_string(const char *text, size_t length, struct plx_error *error)
{
    char *copy;

    if (length == SIZE_MAX) {
        exhausted(length, 1, error);
        return NULL;
    }
    copy = malloc(length + 1);
    if (copy == NULL) {
        exhausted(length + 1, 1, error);
        return NULL;
    }
    if (length > 0)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

#include "base/buffer.h"

#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void plx_buffer_init(struct plx_buffer *buffer, size_t limit)
{
    *buffer = (struct plx_buffer){.limit = limit};
}

void plx_buffer_release(struct plx_buffer *buffer)
{
    free(buffer->data);
    plx_buffer_init(buffer, buffer->limit);
}

enum plx_status plx_buffer_reserve(struct plx_buffer *buffer, size_t more, struct plx_error *error)
{
    if (more <= buffer->capacity - buffer->size)
        return PLX_OK;
    if (more > buffer->limit - buffer->size)
        return plx_error_set(error, PLX_MEMORY, "%zu bytes and %zu more exceed the limit of %zu bytes",
                             buffer->size, more, buffer->limit);
    size_t capacity = plx_grown_capacity(buffer->capacity, buffer->size + more);
    if (capacity > buffer->limit)
        capacity = buffer->limit;
    enum plx_status status = plx_resize_array(&buffer->data, capacity, 1, error);
    if (status == PLX_OK)
        buffer->capacity = capacity;
    return status;
}

enum plx_status plx_buffer_append(struct plx_buffer *buffer, const void *data, size_t size,
                                  struct plx_error *error)
{
    if (size == 0)
        return PLX_OK;
    enum plx_status status = plx_buffer_reserve(buffer, size, error);
    if (status != PLX_OK)
        return status;
    memcpy(buffer->data + buffer->size, data, size);
    buffer->size += size;
    return PLX_OK;
}

enum plx_status plx_buffer_append_text(struct plx_buffer *buffer, const char *text, struct plx_error *error)
{
    return plx_buffer_append(buffer, text, strlen(text), error);
}

/* Formatted beside the buffer: the NUL that printf writes would need a byte that the cap may not allow. */
enum plx_status plx_buffer_printf(struct plx_buffer *buffer, struct plx_error *error, const char *format, ...)
{
    char small[256];
    char *large = NULL;
    enum plx_status status = PLX_OK;
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(small, sizeof(small), format, arguments);
    va_end(arguments);
    if (length < 0)
        return plx_error_set(error, PLX_INTERNAL, "the format \"%s\" cannot be written", format);
    if ((size_t)length < sizeof(small))
        return plx_buffer_append(buffer, small, (size_t)length, error);

    large = plx_new_array((size_t)length + 1, 1, error);
    if (large == NULL)
        return PLX_MEMORY;
    va_start(arguments, format);
    vsnprintf(large, (size_t)length + 1, format, arguments);
    va_end(arguments);
    status = plx_buffer_append(buffer, large, (size_t)length, error);
    free(large);
    return status;
}

enum plx_status plx_buffer_finish(struct plx_buffer *buffer, enum plx_status status, char **text,
                                  size_t *length, struct plx_error *error)
{
    *text = NULL;
    *length = buffer->size;
    if (status == PLX_OK)
        status = plx_buffer_append(buffer, "", 1, error);
    if (status == PLX_OK)
        *text = (char *)buffer->data;
    else
        plx_buffer_release(buffer);
    return status;
}

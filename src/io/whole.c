#include "io/whole.h"

/* How much is read at a time; the buffer grows by more than that as it gets larger. */
#define CHUNK_BYTES ((size_t)1 << 18)

/* Nothing may be left where the buffer is full. */
static enum plx_status check_end(struct plx_source *source, const char *what, size_t limit,
                                 struct plx_error *error)
{
    const uint8_t *data;
    size_t left;
    const enum plx_status status = plx_source_peek(source, 1, &data, &left, error);
    if (status || left == 0)
        return status;
    plx_error_set(error, PLX_UNSUPPORTED, "%s of more than %zu bytes", what, limit);
    return plx_error_input(error, plx_source_name(source));
}

enum plx_status plx_source_read_all(struct plx_source *source, const char *what, struct plx_buffer *content,
                                    struct plx_error *error)
{
    size_t got, wanted;
    do {
        const size_t room = content->limit - content->size;
        if (room == 0)
            return check_end(source, what, content->limit, error);
        wanted = room < CHUNK_BYTES ? room : CHUNK_BYTES;
        enum plx_status status = plx_buffer_reserve(content, wanted, error);
        if (status)
            return plx_error_input(error, plx_source_name(source));
        status = plx_source_read(source, content->data + content->size, wanted, &got, error);
        if (status)
            return status;
        content->size += got;
    } while (got == wanted);
    return PLX_OK;
}

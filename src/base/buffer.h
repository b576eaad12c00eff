/* A growing byte buffer that cannot be made without a cap. */
#ifndef PLX_BASE_BUFFER_H
#define PLX_BASE_BUFFER_H

#include <perplex/status.h>

#include "base/error.h"

struct plx_buffer {
    uint8_t *data;
    size_t size;
    size_t capacity;
    size_t limit; /* the most bytes it may hold */
};

void plx_buffer_init(struct plx_buffer *buffer, size_t limit);
void plx_buffer_release(struct plx_buffer *buffer);

/* Room for `more` bytes behind the content. PLX_MEMORY if memory is short or the cap would be exceeded. */
enum plx_status plx_buffer_reserve(struct plx_buffer *buffer, size_t more, struct plx_error *error);
enum plx_status plx_buffer_append(struct plx_buffer *buffer, const void *data, size_t size,
                                  struct plx_error *error);
enum plx_status plx_buffer_append_text(struct plx_buffer *buffer, const char *text, struct plx_error *error);
enum plx_status plx_buffer_printf(struct plx_buffer *buffer, struct plx_error *error, const char *format, ...)
    PLX_PRINTF(3, 4);

/* Ends the writing of a text into the buffer, which went as `status` says, and hands the text over: *text is
   to be freed with free() and ends with a NUL, which *length does not count. On failure *text is NULL. The
   buffer is released in either case. */
enum plx_status plx_buffer_finish(struct plx_buffer *buffer, enum plx_status status, char **text,
                                  size_t *length, struct plx_error *error);

#endif

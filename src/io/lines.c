#include "io/lines.h"

#include "base/error.h"

#include <string.h>

void plx_lines_init(struct plx_lines *lines, struct plx_source *source, size_t max_bytes)
{
    lines->source = source;
    lines->number = 0;
    /* One byte more than the longest line must be within reach of a peek, to see that it is too long. */
    lines->max_bytes = max_bytes < PLX_SOURCE_PEEK_MAX ? max_bytes : PLX_SOURCE_PEEK_MAX - 1;
    lines->pending = 0;
}

static enum plx_status lines_too_long(const struct plx_lines *lines, struct plx_error *error)
{
    enum plx_status status =
        plx_error_set(error, PLX_MALFORMED, "the line is longer than %zu bytes", lines->max_bytes);
    plx_error_input(error, plx_source_name(lines->source));
    plx_error_at_line(error, lines->number + 1, PLX_NOWHERE);
    plx_error_at_offset(error, plx_source_offset(lines->source));
    return status;
}

enum plx_status plx_lines_next(struct plx_lines *lines, const char **line, size_t *length, bool *terminated,
                               struct plx_error *error)
{
    *line = NULL;
    *length = 0;
    plx_source_skip(lines->source, lines->pending);
    lines->pending = 0;

    const uint8_t *data = NULL;
    const uint8_t *newline = NULL;
    size_t searched = 0; /* bytes known to hold no newline: none is looked at twice */
    for (;;) {
        size_t size = 0;
        enum plx_status status = plx_source_peek(lines->source, searched + 1, &data, &size, error);
        if (status != PLX_OK)
            return status;
        if (size == searched)
            break; /* the content ends here */
        newline = memchr(data + searched, '\n', size - searched);
        searched = newline ? (size_t)(newline - data) : size;
        if (searched > lines->max_bytes)
            return lines_too_long(lines, error);
        if (newline)
            break;
    }
    if (terminated)
        *terminated = newline != NULL;
    if (searched == 0 && !newline)
        return PLX_OK;
    lines->number++;
    lines->pending = searched + (newline ? 1 : 0);
    *line = (const char *)data;
    *length = searched;
    return PLX_OK;
}

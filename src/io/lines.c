#include "io/lines.h"

#include "base/bytes.h"
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

enum plx_status plx_lines_peek(struct plx_lines *lines, size_t most, const char **data, size_t *size,
                               struct plx_error *error)
{
    plx_source_skip(lines->source, lines->pending);
    lines->pending = 0;

    const uint8_t *bytes = NULL;
    size_t searched = 0; /* bytes known to hold no newline: none is looked at twice */
    for (;;) {
        size_t there = 0;
        const enum plx_status status = plx_source_peek(lines->source, searched + 1, &bytes, &there, error);
        if (status != PLX_OK)
            return status;
        *data = (const char *)bytes;
        *size = searched; /* the last line, without a newline, if the content ends here */
        if (there == searched)
            return searched > lines->max_bytes ? lines_too_long(lines, error) : PLX_OK;
        const size_t end = there < most ? there : most;
        const uint8_t *newline = end > searched ? memrchr(bytes + searched, '\n', end - searched) : NULL;
        if (!newline) {
            const size_t from = end > searched ? end : searched;
            newline = memchr(bytes + from, '\n', there - from);
        }
        *size = newline ? (size_t)(newline - bytes) + 1 : there;
        if (*size - (newline ? 1 : 0) > lines->max_bytes)
            return lines_too_long(lines, error);
        if (newline)
            return PLX_OK;
        searched = there;
    }
}

void plx_lines_pass(struct plx_lines *lines, size_t size, uint64_t count)
{
    plx_source_skip(lines->source, size);
    lines->number += count;
}

/* Eight bytes at a time: those that are a newline are counted in the byte of their place, as often as that
   can hold. */
uint64_t plx_lines_count(const char *data, size_t size)
{
    uint64_t count = 0;
    while (size >= 8) {
        const size_t eights = size / 8 < 255 ? size / 8 : 255;
        uint64_t places = 0;
        for (size_t i = 0; i < eights; i++) {
            const uint64_t other = plx_load_u64((const uint8_t *)data + 8 * i) ^ PLX_EACH_BYTE('\n');
            const uint64_t marks = ((other & PLX_EACH_BYTE(0x7F)) + PLX_EACH_BYTE(0x7F)) | other;
            places += ~marks >> 7 & PLX_EACH_BYTE(1);
        }
        const uint64_t pairs =
            (places & UINT64_C(0x00FF00FF00FF00FF)) + (places >> 8 & UINT64_C(0x00FF00FF00FF00FF));
        count += pairs * UINT64_C(0x0001000100010001) >> 48;
        data += 8 * eights;
        size -= 8 * eights;
    }
    for (; size > 0; size--)
        count += *data++ == '\n';
    return count;
}

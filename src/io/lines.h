/* Lines of a source, without copying where the source's buffer holds the whole line. */
#ifndef PLX_IO_LINES_H
#define PLX_IO_LINES_H

#include <perplex/source.h>

struct plx_lines {
    struct plx_source *source; /* borrowed */
    uint64_t number;           /* of the line returned last, from 1; 0 before the first */
    size_t max_bytes;          /* a longer line is PLX_MALFORMED; below PLX_SOURCE_PEEK_MAX */
    size_t pending;            /* bytes of the line returned last, to be skipped at the next call */
};

void plx_lines_init(struct plx_lines *lines, struct plx_source *source, size_t max_bytes);

/* The next line without its newline (a carriage return stays). *line is NULL at the end of the content; what
   follows the last newline is a line if it is not empty. Valid until the next call. *terminated (may be NULL)
   says whether a newline ended it. */
enum plx_status plx_lines_next(struct plx_lines *lines, const char **line, size_t *length, bool *terminated,
                               struct plx_error *error);

/* Many lines at once: (*data)[0 … *size) are whole lines with their newlines, as many as are at hand and fit
   into `most` bytes, but one at least; the last one of the content may lack its newline. *size is 0 at the
   end of the content. `most` is at most max_bytes. Nothing is consumed; valid until the next call. */
enum plx_status plx_lines_peek(struct plx_lines *lines, size_t most, const char **data, size_t *size,
                               struct plx_error *error);

/* Consumes the first `size` bytes of what was peeked, which are `count` lines. */
void plx_lines_pass(struct plx_lines *lines, size_t size, uint64_t count);

/* Newlines in data[0 … size). */
uint64_t plx_lines_count(const char *data, size_t size);

#endif

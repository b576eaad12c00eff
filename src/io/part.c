#include "io/part.h"

#include "base/error.h"
#include "base/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct part {
    struct plx_medium medium;
    struct plx_source *whole; /* owned */
    uint64_t offset;          /* in the whole, of what is to be read next; at first 0 */
    uint64_t begin, length;   /* length 0: to the end */
    uint64_t size;            /* 0: not known */
};

/* Where the range begins, or as far as the content goes. */
static enum plx_status skip_to_begin(struct part *part, struct plx_error *error)
{
    while (part->offset < part->begin) {
        const uint8_t *data;
        size_t size;
        enum plx_status status = plx_medium_interrupted(&part->medium, error);
        if (status == PLX_OK)
            status = plx_source_peek(part->whole, 1, &data, &size, error);
        if (status)
            return status;
        if (size == 0)
            return plx_error_set(error, PLX_MALFORMED,
                                 "the range begins at byte %" PRIu64 ", and there are only %" PRIu64,
                                 part->begin, part->offset);
        if (size > part->begin - part->offset)
            size = (size_t)(part->begin - part->offset);
        plx_source_skip(part->whole, size);
        part->offset += size;
    }
    return PLX_OK;
}

static enum plx_status part_read(struct plx_medium *medium, uint8_t *data, size_t size, size_t *got,
                                 struct plx_error *error)
{
    struct part *part = (struct part *)medium;
    *got = 0;
    enum plx_status status = skip_to_begin(part, error);
    if (status)
        return status;
    const uint64_t end = part->begin + part->length;
    if (part->length > 0 && size > end - part->offset)
        size = (size_t)(end - part->offset);
    if (size == 0)
        return PLX_OK;
    status = plx_source_read(part->whole, data, size, got, error);
    part->offset += *got;
    if (status == PLX_OK && *got == 0 && part->length > 0)
        return plx_error_set(error, PLX_MALFORMED,
                             "the range ends at byte %" PRIu64 ", and there are only %" PRIu64, end,
                             part->offset);
    return *got > 0 ? PLX_OK : status; /* what failed behind it fails again */
}

static uint64_t part_size(const struct plx_medium *medium)
{
    return ((const struct part *)medium)->size;
}

static void part_close(struct plx_medium *medium)
{
    struct part *part = (struct part *)medium;
    plx_source_close(part->whole);
    free(part);
}

static const struct plx_medium_table part_table = {part_read, part_size, NULL, part_close};

enum plx_status plx_part_open(struct plx_source *whole, uint64_t offset, uint64_t length, const char *name,
                              const struct plx_source_options *options, struct plx_source **source,
                              struct plx_error *error)
{
    struct plx_file_range file = {.descriptor = -1};
    struct part *part = NULL;
    char *copy = NULL;
    *source = NULL;
    enum plx_status status = length > 0 ? PLX_OK : plx_source_file(whole, &file, error);
    if (status == PLX_OK) {
        part = plx_new_array(1, sizeof *part, error);
        copy = part ? plx_copy_string(name, strlen(name), error) : NULL;
        status = copy ? PLX_OK : PLX_MEMORY;
    }
    if (status) {
        free(part);
        plx_source_close(whole);
        return status;
    }
    *part = (struct part){
        .medium.table = &part_table,
        .whole = whole,
        .begin = offset,
        .length = length,
        .size = length > 0                                   ? length
                : file.descriptor >= 0 && file.size > offset ? file.size - offset
                                                             : 0,
    };
    return plx_source_open_medium(&part->medium, copy, options, source, error);
}

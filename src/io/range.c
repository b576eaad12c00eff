/* Part of a file that somebody else has opened, whose position stays where it is. */
#include "io/medium.h"

#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* A single read is no longer than this, so that the caller is asked often enough whether to stop. */
#define RANGE_READ_MAX ((size_t)4 << 20)

struct range {
    struct plx_medium medium;
    struct plx_file_range file;
    uint64_t read; /* of its bytes */
};

static enum plx_status range_read(struct plx_medium *medium, uint8_t *data, size_t size, size_t *got,
                                  struct plx_error *error)
{
    struct range *range = (struct range *)medium;
    const uint64_t left = range->file.size - range->read;
    ssize_t count;
    size = size < left ? size : (size_t)left;
    size = size < RANGE_READ_MAX ? size : RANGE_READ_MAX;
    do
        count = pread(range->file.descriptor, data, size, (off_t)(range->file.begin + range->read));
    while (count < 0 && errno == EINTR);
    if (count < 0)
        return plx_error_set_errno(error, PLX_IO, errno, "cannot be read");
    range->read += (uint64_t)count;
    *got = (size_t)count;
    return PLX_OK;
}

static uint64_t range_size(const struct plx_medium *medium)
{
    return ((const struct range *)medium)->file.size;
}

static bool range_range(const struct plx_medium *medium, struct plx_file_range *range)
{
    *range = ((const struct range *)medium)->file;
    return true;
}

static void range_close(struct plx_medium *medium)
{
    free(medium);
}

static const struct plx_medium_table range_table = {range_read, range_size, range_range, range_close};

enum plx_status plx_range_open(const struct plx_file_range *file, const struct plx_source_options *options,
                               struct plx_medium **medium, struct plx_error *error)
{
    struct range *range = plx_new_array(1, sizeof *range, error);
    *medium = NULL;
    if (!range)
        return PLX_MEMORY;
    range->medium.table = &range_table;
    range->medium.options = options;
    range->file = *file;
    *medium = &range->medium;
    return PLX_OK;
}

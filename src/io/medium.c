#include "io/medium.h"

#include "base/error.h"

enum plx_status plx_medium_interrupted(const struct plx_medium *medium, struct plx_error *error)
{
    const struct plx_source_options *options = medium->options;
    if (options->interrupted && options->interrupted(options->user))
        return plx_error_set(error, PLX_INTERRUPTED, "interrupted");
    return PLX_OK;
}

enum plx_status plx_medium_read(struct plx_medium *medium, uint8_t *data, size_t size, size_t *got,
                                struct plx_error *error)
{
    *got = 0;
    enum plx_status status = plx_medium_interrupted(medium, error);
    if (status == PLX_OK)
        status = medium->table->read(medium, data, size, got, error);
    medium->done += *got;
    return status;
}

uint64_t plx_medium_size(const struct plx_medium *medium)
{
    return medium->table->size(medium);
}

bool plx_medium_range(const struct plx_medium *medium, struct plx_file_range *range)
{
    return medium->table->range && medium->table->range(medium, range);
}

void plx_medium_close(struct plx_medium *medium)
{
    if (medium)
        medium->table->close(medium);
}

#include "io/output.h"

#include "base/error.h"
#include "base/memory.h"
#include "io/place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum plx_status plx_output_open_spool(const struct plx_output *output, struct plx_output **spool,
                                      struct plx_error *error)
{
    const char *beside = output->file ? output->file : P_tmpdir "/perplex";
    const char *path = output->file ? output->path : beside;
    char *name = NULL;
    *spool = NULL;
    struct plx_output *opened = plx_new_array(1, sizeof *opened, error);
    if (!opened)
        return PLX_MEMORY;
    opened->path = plx_copy_string(path, strlen(path), error);
    opened->descriptor = opened->path ? plx_place_temporary(beside, path, &name, error) : -1;
    opened->owned = opened->descriptor >= 0;
    if (!opened->owned)
        goto fail;
    unlink(name); /* it lives as long as the descriptor, and no longer than the process */
    free(name);
    *spool = opened;
    return PLX_OK;
fail:
    plx_output_discard(opened);
    return error->status;
}

enum plx_status plx_output_append(struct plx_output *output, struct plx_output *spool,
                                  bool (*interrupted)(void *user), void *user, struct plx_error *error)
{
    enum plx_status status = plx_output_finish(spool, error);
    for (off_t at = 0; status == PLX_OK;) {
        const ssize_t got = pread(spool->descriptor, spool->buffer, sizeof spool->buffer, at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            return PLX_OK;
        if (interrupted && interrupted(user))
            status = plx_error_set(error, PLX_INTERRUPTED, "interrupted");
        else if (got < 0)
            status = plx_place_error(spool->path, errno, error);
        else
            status = plx_output_write(output, spool->buffer, (size_t)got, error);
        at += got;
    }
    output->failed = *error; /* it has a hole now, whosever fault that is */
    return output->status = status;
}

enum plx_status plx_output_read_back(const struct plx_output *spool, uint64_t offset, void *data, size_t size,
                                     struct plx_error *error)
{
    uint8_t *bytes = data;
    while (size > 0) {
        const ssize_t got = pread(spool->descriptor, bytes, size, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return plx_place_error(spool->path, got < 0 ? errno : EIO, error);
        bytes += got;
        size -= (size_t)got;
        offset += (uint64_t)got;
    }
    return PLX_OK;
}

#define ZLIB_CONST /* what is compressed is not written to */
#include "io/output.h"

#include "base/error.h"
#include "base/memory.h"
#include "io/place.h"
#include "io/sigpipe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* For deflateInit2: the largest window with a gzip wrapper, and the usual memory. */
#define GZIP_WINDOW_BITS (15 + 16)
#define GZIP_MEMORY      8

/* Of what the library writes, the default (6) makes 5 % less in twice the time. */
#define GZIP_LEVEL 4

/* Remembers the first failure: an output with a hole in it must not appear. */
static enum plx_status failed(struct plx_output *output, const struct plx_error *error)
{
    output->failed = *error;
    return output->status = error->status;
}

static enum plx_status fails_again(const struct plx_output *output, struct plx_error *error)
{
    *error = output->failed;
    return output->status;
}

static enum plx_status write_failed(struct plx_output *output, int number, struct plx_error *error)
{
    plx_place_error(output->path, number, error);
    return failed(output, error);
}

/* False with errno. */
static bool write_descriptor(int descriptor, const uint8_t *data, size_t size)
{
    while (size > 0) {
        const ssize_t written = write(descriptor, data, size);
        if (written >= 0) {
            data += written;
            size -= (size_t)written;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) { /* somebody has made it non-blocking */
            struct pollfd waiting = {.fd = descriptor, .events = POLLOUT, .revents = 0};
            (void)poll(&waiting, 1, -1);
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

/* Past the buffer. */
static enum plx_status write_bytes(struct plx_output *output, const uint8_t *data, size_t size,
                                   struct plx_error *error)
{
    struct plx_sigpipe guard;
    plx_sigpipe_block(&guard);
    const bool fine = write_descriptor(output->descriptor, data, size);
    const int number = errno;
    plx_sigpipe_restore(&guard);
    return fine ? PLX_OK : write_failed(output, number, error);
}

static enum plx_status flush(struct plx_output *output, struct plx_error *error)
{
    const size_t size = output->used;
    output->used = 0;
    return write_bytes(output, output->buffer, size, error);
}

static enum plx_status write_plain(struct plx_output *output, const uint8_t *data, size_t size,
                                   struct plx_error *error)
{
    if (size > sizeof output->buffer - output->used) {
        const enum plx_status status = flush(output, error);
        if (status)
            return status;
    }
    if (size >= sizeof output->buffer)
        return write_bytes(output, data, size, error);
    memcpy(output->buffer + output->used, data, size);
    output->used += size;
    return PLX_OK;
}

/* `finish` is Z_FINISH for the end, Z_NO_FLUSH before. */
static enum plx_status write_gzip(struct plx_output *output, const uint8_t *data, size_t size, int finish,
                                  struct plx_error *error)
{
    z_stream *gzip = output->gzip;
    int outcome = Z_OK;
    do {
        const size_t piece = size < UINT_MAX ? size : UINT_MAX;
        gzip->next_in = data;
        gzip->avail_in = (uInt)piece;
        do {
            gzip->next_out = output->buffer + output->used;
            gzip->avail_out = (uInt)(sizeof output->buffer - output->used);
            outcome = deflate(gzip, finish);
            output->used = sizeof output->buffer - gzip->avail_out;
            const enum plx_status status =
                output->used == sizeof output->buffer ? flush(output, error) : PLX_OK;
            if (status)
                return status;
        } while (gzip->avail_in > 0 || (finish == Z_FINISH && outcome != Z_STREAM_END));
        data += piece;
        size -= piece;
    } while (size > 0);
    return PLX_OK;
}

static bool ends_with_gz(const char *path)
{
    const size_t length = path ? strlen(path) : 0;
    return length > 3 && strcasecmp(path + length - 3, ".gz") == 0;
}

static enum plx_status start_gzip(struct plx_output *output, struct plx_error *error)
{
    output->gzip = plx_new_array(1, sizeof *output->gzip, error);
    if (!output->gzip)
        return PLX_MEMORY;
    if (deflateInit2(output->gzip, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW_BITS, GZIP_MEMORY,
                     Z_DEFAULT_STRATEGY) == Z_OK)
        return PLX_OK;
    free(output->gzip);
    output->gzip = NULL;
    return plx_error_set(error, PLX_MEMORY, "no memory to compress");
}

static enum plx_status open_special(struct plx_output *output, struct plx_error *error)
{
    output->descriptor = open(output->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    output->owned = output->descriptor >= 0;
    if (output->owned)
        return PLX_OK;
    if (errno == EINTR)
        return plx_error_set(error, PLX_INTERRUPTED, "interrupted");
    return plx_place_error(output->path, errno, error);
}

/* As if it had been written over: who could not read the old file cannot read the new one. */
static enum plx_status keep_mode(struct plx_output *output, struct plx_error *error)
{
    const mode_t bits = S_IRWXU | S_IRWXG | S_IRWXO;
    struct stat old, ours;
    if (stat(output->file, &old) != 0 || fstat(output->descriptor, &ours) != 0 ||
        (old.st_mode & bits) == (ours.st_mode & bits))
        return PLX_OK;
    return fchmod(output->descriptor, old.st_mode & bits) == 0 ? PLX_OK
                                                               : plx_place_error(output->path, errno, error);
}

static enum plx_status open_file(struct plx_output *output, struct plx_error *error)
{
    const enum plx_status status = plx_place_follow(output->path, &output->file, error);
    if (status)
        return status;
    output->descriptor = plx_place_temporary(output->file, output->path, &output->temporary, error);
    output->owned = output->descriptor >= 0;
    return output->owned ? keep_mode(output, error) : error->status;
}

static enum plx_status open_place(struct plx_output *output, const char *path, struct plx_error *error)
{
    const enum plx_place_kind kind = plx_place_kind(path);
    output->descriptor = STDOUT_FILENO;
    if (!path || kind == PLX_PLACE_STDOUT) /* of a closed one another file would get the number */
        return fcntl(STDOUT_FILENO, F_GETFD) >= 0 ? PLX_OK : plx_place_error(path, errno, error);
    output->path = plx_copy_string(path, strlen(path), error);
    if (!output->path)
        return PLX_MEMORY;
    return kind == PLX_PLACE_SPECIAL ? open_special(output, error) : open_file(output, error);
}

enum plx_status plx_output_open(const char *path, struct plx_output **output, struct plx_error *error)
{
    *output = NULL;
    if (path && !*path)
        return plx_error_set(error, PLX_USAGE, "an output needs a name");
    struct plx_output *opened = plx_new_array(1, sizeof *opened, error);
    if (!opened)
        return PLX_MEMORY;
    enum plx_status status = open_place(opened, path, error);
    if (status == PLX_OK && ends_with_gz(path))
        status = start_gzip(opened, error);
    if (status) {
        plx_output_discard(opened);
        return status;
    }
    *output = opened;
    return PLX_OK;
}

enum plx_status plx_output_write(struct plx_output *output, const void *data, size_t size,
                                 struct plx_error *error)
{
    if (output->status)
        return fails_again(output, error);
    if (output->finished)
        return plx_error_set(error, PLX_USAGE, "the output is finished already");
    if (size == 0)
        return PLX_OK;
    return output->gzip ? write_gzip(output, data, size, Z_NO_FLUSH, error)
                        : write_plain(output, data, size, error);
}

enum plx_status plx_output_finish(struct plx_output *output, struct plx_error *error)
{
    if (output->status)
        return fails_again(output, error);
    if (output->finished)
        return PLX_OK;
    enum plx_status status =
        output->gzip ? write_gzip(output, (const uint8_t *)"", 0, Z_FINISH, error) : PLX_OK;
    if (status == PLX_OK)
        status = flush(output, error);
    if (status == PLX_OK && output->file && fsync(output->descriptor) != 0)
        status = write_failed(output, errno, error);
    output->finished = status == PLX_OK;
    return status;
}

enum plx_status plx_output_commit(struct plx_output *output, struct plx_error *error)
{
    enum plx_status status = plx_output_finish(output, error);
    if (status == PLX_OK && output->owned) {
        output->owned = false;
        if (close(output->descriptor) != 0)
            status = write_failed(output, errno, error);
    }
    if (status == PLX_OK && output->file) {
        if (rename(output->temporary, output->file) == 0) {
            free(output->temporary);
            output->temporary = NULL;
        } else {
            status = write_failed(output, errno, error);
        }
    }
    plx_output_discard(output);
    return status;
}

void plx_output_discard(struct plx_output *output)
{
    if (!output)
        return;
    if (output->owned)
        close(output->descriptor);
    if (output->temporary)
        unlink(output->temporary);
    if (output->gzip)
        deflateEnd(output->gzip);
    free(output->gzip);
    free(output->temporary);
    free(output->file);
    free(output->path);
    free(output);
}

bool plx_output_can_patch(const struct plx_output *output)
{
    return output->file && !output->gzip;
}

enum plx_status plx_output_write_at(const struct plx_output *output, uint64_t offset, const void *data,
                                    size_t size, struct plx_error *error)
{
    const uint8_t *bytes = data;
    while (size > 0) {
        const ssize_t written = pwrite(output->descriptor, bytes, size, (off_t)offset);
        if (written < 0 && errno != EINTR)
            return plx_place_error(output->path, errno, error);
        if (written > 0) {
            bytes += written;
            size -= (size_t)written;
            offset += (uint64_t)written;
        }
    }
    return PLX_OK;
}

enum plx_status plx_output_patch(struct plx_output *output, const void *data, size_t size,
                                 struct plx_error *error)
{
    if (output->status)
        return fails_again(output, error);
    const enum plx_status status = flush(output, error);
    if (status)
        return status;
    return plx_output_write_at(output, 0, data, size, error) ? failed(output, error) : PLX_OK;
}

/* Files, pipes, devices and standard input. */
#include "io/medium.h"

#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A single read is no longer than this, so that the caller is asked often enough whether to stop. */
#define FILE_READ_MAX ((size_t)4 << 20)

struct plx_file {
    struct plx_medium medium;
    int descriptor;
    bool owned;     /* to be closed at the end */
    bool waits;     /* a read may block for as long as somebody else likes */
    uint64_t begin; /* where it stood when it was opened */
    uint64_t size;  /* of what is behind that; 0: not known */
};

/* Waits until a read will not block. Without it, a signal that comes between the question and the read would
   go unnoticed for as long as the writer of a pipe is silent. */
static enum plx_status file_wait(const struct plx_file *file, struct plx_error *error)
{
    struct pollfd waiting = {.fd = file->descriptor, .events = POLLIN, .revents = 0};
    for (;;) {
        int ready = poll(&waiting, 1, PLX_MEDIUM_WAIT_MS);
        if (ready > 0 || (ready < 0 && errno != EINTR && errno != EAGAIN))
            return PLX_OK; /* what poll cannot wait for, the read itself will report */
        enum plx_status status = plx_medium_interrupted(&file->medium, error);
        if (status != PLX_OK)
            return status;
    }
}

static enum plx_status file_read(struct plx_medium *medium, uint8_t *data, size_t size, size_t *got,
                                 struct plx_error *error)
{
    struct plx_file *file = (struct plx_file *)medium;
    for (;;) {
        enum plx_status status = file->waits ? file_wait(file, error) : PLX_OK;
        if (status != PLX_OK)
            return status;
        ssize_t count = read(file->descriptor, data, size < FILE_READ_MAX ? size : FILE_READ_MAX);
        if (count >= 0) {
            *got = (size_t)count;
            return PLX_OK;
        }
        /* EAGAIN: somebody has made the descriptor non-blocking. */
        if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)
            return plx_error_set_errno(error, PLX_IO, errno, "cannot be read");
        status = plx_medium_interrupted(medium, error);
        if (status != PLX_OK)
            return status;
    }
}

static uint64_t file_size(const struct plx_medium *medium)
{
    return ((const struct plx_file *)medium)->size;
}

static bool file_range(const struct plx_medium *medium, struct plx_file_range *range)
{
    const struct plx_file *file = (const struct plx_file *)medium;
    *range = (struct plx_file_range){file->descriptor, file->begin, file->size};
    return file->size > 0; /* so that it is a regular file */
}

static void file_close(struct plx_medium *medium)
{
    struct plx_file *file = (struct plx_file *)medium;
    if (file->owned && file->descriptor >= 0)
        close(file->descriptor);
    free(file);
}

static const struct plx_medium_table file_table = {file_read, file_size, file_range, file_close};

static enum plx_status file_open_path(struct plx_file *file, const char *path, struct plx_error *error)
{
    file->owned = true;
    for (;;) {
        /* O_NOCTTY: reading a terminal must not make it ours. */
        file->descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        if (file->descriptor >= 0)
            return PLX_OK;
        if (errno != EINTR)
            break;
        enum plx_status status = plx_medium_interrupted(&file->medium, error);
        if (status != PLX_OK)
            return status;
    }
    enum plx_status status = plx_error_set_errno(error, PLX_IO, errno, "cannot be opened");
    if (strstr(path, "://"))
        plx_error_hint(error, "of URLs, only http:// and https:// are read");
    return status;
}

/* What kind of file it is, and how much is left of it. */
static enum plx_status file_examine(struct plx_file *file, struct plx_error *error)
{
    struct stat facts;
    if (fstat(file->descriptor, &facts) != 0)
        return plx_error_set_errno(error, PLX_IO, errno, "cannot be examined");
    if (S_ISDIR(facts.st_mode))
        return plx_error_set(error, PLX_IO, "is a directory");
    file->waits = !S_ISREG(facts.st_mode);
    if (S_ISREG(facts.st_mode)) {
        off_t begin = lseek(file->descriptor, 0, SEEK_CUR); /* standard input may have been read already */
        if (begin >= 0 && facts.st_size > begin) {
            file->begin = (uint64_t)begin;
            file->size = (uint64_t)(facts.st_size - begin);
        }
#if defined(POSIX_FADV_SEQUENTIAL)
        (void)posix_fadvise(file->descriptor, 0, 0, POSIX_FADV_SEQUENTIAL); /* advice: may fail */
#endif
    }
    return PLX_OK;
}

enum plx_status plx_file_open(const char *name, const struct plx_source_options *options,
                              struct plx_medium **medium, struct plx_error *error)
{
    *medium = NULL;
    struct plx_file *file = plx_new_array(1, sizeof *file, error);
    if (!file)
        return PLX_MEMORY;
    file->medium.table = &file_table;
    file->medium.options = options;
    file->descriptor = STDIN_FILENO;
    enum plx_status status = PLX_OK;
    if (strcmp(name, "-") != 0)
        status = file_open_path(file, name, error);
    if (status == PLX_OK)
        status = file_examine(file, error);
    if (status != PLX_OK) {
        file_close(&file->medium);
        return status;
    }
    *medium = &file->medium;
    return PLX_OK;
}

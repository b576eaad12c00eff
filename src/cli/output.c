#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int cli_fail(const struct plx_error *error)
{
    char text[1536];
    plx_error_format(error, text, sizeof text);
    fprintf(stderr, "perplex: %s\n", text);
    return plx_status_exit_code(error->status);
}

static int fail_write(const char *what)
{
    fprintf(stderr, "perplex: cannot write %s: %s\n", what, strerror(errno));
    return plx_status_exit_code(PLX_IO);
}

static bool write_all(int descriptor, const char *text, size_t length)
{
    while (length > 0) {
        const ssize_t written = write(descriptor, text, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        text += written;
        length -= (size_t)written;
    }
    return true;
}

/* A device, a pipe: nothing that could be replaced by renaming. */
static bool is_special(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

static int write_special(const char *path, const char *text, size_t length)
{
    const int descriptor = open(path, O_WRONLY | O_CLOEXEC);
    if (descriptor < 0)
        return fail_write(path);
    const bool written = write_all(descriptor, text, length);
    const int number = errno;
    if (close(descriptor) == 0 && written)
        return CLI_OK;
    if (!written)
        errno = number;
    return fail_write(path);
}

/* Writes beside the file and renames, so that the file is there whole or not at all. */
static int replace_file(const char *path, const char *text, size_t length)
{
    const size_t size = strlen(path) + sizeof ".XXXXXX";
    char *temporary = malloc(size);
    if (!temporary)
        return fail_write(path);
    snprintf(temporary, size, "%s.XXXXXX", path);
    const int descriptor = mkstemp(temporary);
    if (descriptor < 0) {
        free(temporary);
        return fail_write(path);
    }
    const mode_t mask = umask(0);
    umask(mask);
    bool fine = write_all(descriptor, text, length) && fchmod(descriptor, 0666 & ~mask) == 0 &&
                fsync(descriptor) == 0;
    int number = errno;
    if (close(descriptor) != 0 && fine) {
        fine = false;
        number = errno;
    }
    if (fine && rename(temporary, path) != 0) {
        fine = false;
        number = errno;
    }
    if (!fine)
        unlink(temporary);
    free(temporary);
    errno = number;
    return fine ? CLI_OK : fail_write(path);
}

int cli_write(const char *path, const char *text, size_t length)
{
    if (!path || strcmp(path, "-") == 0)
        return write_all(STDOUT_FILENO, text, length) ? CLI_OK : fail_write("standard output");
    return is_special(path) ? write_special(path, text, length) : replace_file(path, text, length);
}

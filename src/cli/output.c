#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As many symbolic links as Linux follows. */
#define LINKS_MAX 40

int cli_fail(const struct plx_error *error)
{
    char text[1536];
    plx_error_format(error, text, sizeof text);
    fprintf(stderr, "perplex: %s\n", text);
    return plx_status_exit_code(error->status);
}

static int fail_write(const char *what)
{
    const char *reason = strerror(errno);
    char shown[1024];
    plx_text_visible(what, shown, sizeof shown);
    fprintf(stderr, "perplex: cannot write %s: %s\n", shown, reason);
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

/* What stdout leads to, by another name: /dev/stdout. To replace it would lose what stands there already. */
static bool is_stdout(const char *path)
{
    struct stat named, ours;
    return stat(path, &named) == 0 && fstat(STDOUT_FILENO, &ours) == 0 && named.st_dev == ours.st_dev &&
           named.st_ino == ours.st_ino;
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

/* What a symbolic link names, as seen from where the link stands. */
static char *join_target(const char *link, const char *target, size_t length)
{
    const char *slash = strrchr(link, '/');
    const size_t folder = slash && target[0] != '/' ? (size_t)(slash - link) + 1 : 0;
    char *joined = malloc(folder + length + 1);
    if (!joined)
        return NULL;
    memcpy(joined, link, folder);
    memcpy(joined + folder, target, length);
    joined[folder + length] = '\0';
    return joined;
}

/* The file behind symbolic links, which need not exist, as it must for realpath. NULL with errno on failure.
 */
static char *follow_links(const char *path)
{
    char target[PATH_MAX];
    char *file = strdup(path);
    for (int links = 0; file; links++) {
        const ssize_t length = readlink(file, target, sizeof target);
        if (length < 0) /* no link, or nothing there: whatever else is wrong shows when it is written */
            return file;
        const bool lost = links == LINKS_MAX || (size_t)length == sizeof target;
        char *next = lost ? NULL : join_target(file, target, (size_t)length);
        free(file);
        file = next;
        if (lost)
            errno = links == LINKS_MAX ? ELOOP : ENAMETOOLONG;
    }
    return NULL;
}

/* Writes beside the file and renames, so that the file is there whole or not at all. False with errno on
   failure. */
static bool replace_file(const char *path, const char *text, size_t length)
{
    const size_t size = strlen(path) + sizeof ".XXXXXX";
    char *temporary = malloc(size);
    if (!temporary)
        return false;
    snprintf(temporary, size, "%s.XXXXXX", path);
    const int descriptor = mkstemp(temporary);
    if (descriptor < 0) {
        free(temporary);
        return false;
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
    return fine;
}

/* What is behind a symbolic link is replaced, not the link. */
static int write_file(const char *path, const char *text, size_t length)
{
    char *file = follow_links(path);
    const bool fine = file && replace_file(file, text, length);
    const int number = errno;
    free(file);
    errno = number;
    return fine ? CLI_OK : fail_write(path);
}

int cli_check_output(const char *path)
{
    struct stat status;
    if (!path || strcmp(path, "-") == 0 || lstat(path, &status) == 0)
        return CLI_OK;
    const char *slash = strrchr(path, '/');
    char folder[PATH_MAX];
    const size_t length = slash ? (size_t)(slash - path) + 1 : 0;
    if (length >= sizeof folder)
        return CLI_OK; /* the attempt will tell */
    memcpy(folder, path, length);
    folder[length] = '\0';
    return access(slash ? folder : ".", W_OK | X_OK) == 0 ? CLI_OK : fail_write(path);
}

static int write_stdout(const char *text, size_t length)
{
    if (write_all(STDOUT_FILENO, text, length))
        return CLI_OK;
    if (errno == EPIPE) { /* the signal was ignored by who started us: end as it would have ended us */
        signal(SIGPIPE, SIG_DFL);
        raise(SIGPIPE);
    }
    return fail_write("standard output");
}

int cli_write(const char *path, const char *text, size_t length)
{
    if (!path || strcmp(path, "-") == 0 || is_stdout(path))
        return write_stdout(text, length);
    return is_special(path) ? write_special(path, text, length) : write_file(path, text, length);
}

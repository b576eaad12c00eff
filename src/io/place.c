#include "io/place.h"

#include <perplex/output.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* As many symbolic links as Linux follows. */
#define LINKS_MAX 40

/* Taken names that are met by chance; more than that is no chance. */
#define ATTEMPTS 1000

static bool names_stdout(const char *path)
{
    return !path || strcmp(path, "-") == 0;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

enum plx_place_kind plx_place_kind(const char *path)
{
    struct stat named, ours;
    if (names_stdout(path))
        return PLX_PLACE_STDOUT;
    if (stat(path, &named) != 0)
        return PLX_PLACE_FILE;
    if (fstat(STDOUT_FILENO, &ours) == 0 && same_file(&named, &ours))
        return PLX_PLACE_STDOUT;
    return S_ISREG(named.st_mode) ? PLX_PLACE_FILE : PLX_PLACE_SPECIAL;
}

enum plx_status plx_place_error(const char *path, int number, struct plx_error *error)
{
    struct plx_error name = {0};
    plx_error_input(&name, path); /* shortens it, so that the reason stays */
    return plx_error_set_errno(error, number == ENOMEM ? PLX_MEMORY : PLX_IO, number, "cannot write %s",
                               names_stdout(path) ? "standard output" : name.input);
}

/* What a symbolic link names, as seen from where the link stands. */
static char *join_target(const char *link, const char *target, size_t length, struct plx_error *error)
{
    const size_t folder = target[0] == '/' ? 0 : (size_t)(plx_path_base(link) - link);
    char *joined = plx_new_array(folder + length + 1, 1, error);
    if (!joined)
        return NULL;
    memcpy(joined, link, folder);
    memcpy(joined + folder, target, length);
    return joined;
}

enum plx_status plx_place_follow(const char *path, char **file, struct plx_error *error)
{
    char target[PATH_MAX];
    *file = plx_copy_string(path, strlen(path), error);
    for (int links = 0; *file; links++) {
        const ssize_t length = readlink(*file, target, sizeof target);
        if (length < 0) /* no link, or nothing there: whatever else is wrong shows when it is written */
            return PLX_OK;
        const bool endless = links == LINKS_MAX, cut_off = (size_t)length == sizeof target;
        char *next = endless || cut_off ? NULL : join_target(*file, target, (size_t)length, error);
        free(*file);
        *file = next;
        if (endless || cut_off)
            return plx_place_error(path, endless ? ELOOP : ENAMETOOLONG, error);
    }
    return PLX_MEMORY;
}

/* Six letters and digits that another process or thread hardly draws too: the file is created only if there
   is none. */
static void draw(char letters[6], const void *salt, uint64_t attempt)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    const uint64_t seeds[] = {(uint64_t)now.tv_sec, (uint64_t)now.tv_nsec, (uint64_t)getpid(),
                              (uint64_t)(uintptr_t)salt, attempt};
    uint64_t number = 0;
    for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
        number = (number ^ seeds[i]) * UINT64_C(0x9E3779B97F4A7C15); /* mixes as splitmix64 does */
        number ^= number >> 32;
    }
    for (int i = 0; i < 6; i++, number /= sizeof alphabet - 1)
        letters[i] = alphabet[number % (sizeof alphabet - 1)];
}

int plx_place_temporary(const char *file, const char *path, char **name, struct plx_error *error)
{
    const size_t length = strlen(file);
    *name = plx_new_array(length + sizeof ".XXXXXX", 1, error);
    if (!*name)
        return -1;
    memcpy(*name, file, length);
    (*name)[length] = '.';
    for (uint64_t attempt = 0; attempt < ATTEMPTS; attempt++) {
        draw(*name + length + 1, name, attempt);
        const int descriptor = open(*name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor >= 0)
            return descriptor;
        if (errno != EEXIST && errno != EINTR)
            break;
    }
    plx_place_error(path, errno, error);
    free(*name);
    *name = NULL;
    return -1;
}

enum plx_status plx_output_check(const char *path, struct plx_error *error)
{
    const enum plx_place_kind kind = plx_place_kind(path);
    struct stat facts;
    char *file = NULL, *temporary = NULL;
    if (!path || kind == PLX_PLACE_STDOUT) /* of a closed one another file would get the number */
        return fcntl(STDOUT_FILENO, F_GETFD) >= 0 ? PLX_OK : plx_place_error(path, errno, error);
    if (!*path)
        return plx_error_set(error, PLX_USAGE, "an output needs a name");
    if (kind == PLX_PLACE_SPECIAL) {
        if (stat(path, &facts) == 0 && S_ISDIR(facts.st_mode))
            return plx_place_error(path, EISDIR, error);
        return access(path, W_OK) == 0 ? PLX_OK : plx_place_error(path, errno, error);
    }
    enum plx_status status = plx_place_follow(path, &file, error);
    if (status == PLX_OK) {
        const int descriptor = plx_place_temporary(file, path, &temporary, error);
        if (descriptor < 0) {
            status = error->status;
        } else {
            close(descriptor);
            unlink(temporary);
        }
    }
    free(temporary);
    free(file);
    return status;
}

/* A file that need not exist: its folder, and its name there, which is the end of *file. */
static bool find_folder(const char *path, char **file, const char **name, struct stat *folder)
{
    struct plx_error error;
    if (plx_place_follow(path, file, &error))
        return false;
    *name = plx_path_base(*file);
    const size_t length = (size_t)(*name - *file);
    char *parent = plx_copy_string(length ? *file : ".", length ? length : 1, &error);
    const bool found = parent && stat(parent, folder) == 0;
    free(parent);
    return found;
}

/* Of two paths where nothing is yet: the same name in the same folder. */
static bool same_new_file(const char *a, const char *b)
{
    struct stat folders[2];
    char *files[2] = {NULL, NULL};
    const char *names[2];
    const bool same = find_folder(a, files, names, folders) &&
                      find_folder(b, files + 1, names + 1, folders + 1) && strcmp(names[0], names[1]) == 0 &&
                      same_file(folders, folders + 1);
    free(files[0]);
    free(files[1]);
    return same;
}

bool plx_output_same(const char *a, const char *b)
{
    const char *const paths[] = {a, b};
    struct stat facts[2], null;
    bool there[2];
    if (names_stdout(a) && names_stdout(b))
        return true;
    for (int i = 0; i < 2; i++)
        there[i] =
            (names_stdout(paths[i]) ? fstat(STDOUT_FILENO, facts + i) : stat(paths[i], facts + i)) == 0;
    if (!there[0] && !there[1])
        return !names_stdout(a) && !names_stdout(b) && same_new_file(a, b);
    if (!there[0] || !there[1] || !same_file(facts, facts + 1))
        return false;
    return stat("/dev/null", &null) != 0 || !same_file(facts, &null);
}

bool plx_place_replaces(const char *output, const char *input)
{
    const char *path = strcmp(input, "-") == 0 ? "/dev/stdin" : input;
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISREG(facts.st_mode) && plx_output_same(output, path);
}

enum plx_status plx_place_check(const char *output, const char *input, struct plx_error *error)
{
    if (!plx_place_replaces(output, input))
        return PLX_OK;
    struct plx_error names[2] = {{0}, {0}};
    plx_error_input(names, names_stdout(output) ? "standard output" : output); /* shortens them */
    plx_error_input(names + 1, strcmp(input, "-") == 0 ? "standard input" : input);
    return plx_error_set(error, PLX_USAGE, "%s would overwrite what is read: %s", names[0].input,
                         names[1].input);
}

#include "io/names.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "io/http_url.h"

#include <errno.h>
#include <glob.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than a command line can hold. */
#define LABEL_BYTES_MAX ((size_t)64 << 20)

/* Of any scheme, or a corpus that has a name: whether it can be had shows when it is opened. */
static bool is_url(const char *name)
{
    return strstr(name, "://") != NULL || strncmp(name, "corpus:", 7) == 0;
}

static bool is_stdin(const char *name)
{
    return strcmp(name, "-") == 0;
}

static enum plx_status add(struct plx_names *names, const char *name, struct plx_error *error)
{
    const enum plx_status status =
        plx_resize_array(&names->names, names->count + 1, sizeof *names->names, error);
    if (status)
        return status;
    char *copy = plx_copy_string(name, strlen(name), error);
    if (!copy)
        return PLX_MEMORY;
    names->names[names->count++] = copy;
    return PLX_OK;
}

static int compare_names(const void *a, const void *b)
{
    char *const *left = a, *const *right = b;
    return strcmp(*left, *right);
}

static enum plx_status refuse(const char *name, int number, struct plx_error *error)
{
    plx_error_set_errno(error, PLX_IO, number, "cannot be opened");
    return plx_error_input(error, name);
}

/* Adds the files that match. */
static enum plx_status match(struct plx_names *names, const char *pattern, struct plx_error *error)
{
    glob_t found;
    enum plx_status status = PLX_OK;
    /* Only GLOB_TILDE would make it unsafe for threads: it looks users up. */
    const int outcome = glob(pattern, GLOB_NOSORT, NULL, &found); /* NOLINT(concurrency-mt-unsafe) */
    if (outcome == GLOB_NOSPACE)
        return plx_error_set(error, PLX_MEMORY, "no memory for the files that match");
    if (outcome != 0) {
        plx_error_set(error, PLX_IO, "no file matches");
        return plx_error_input(error, pattern);
    }
    qsort(found.gl_pathv, found.gl_pathc, sizeof *found.gl_pathv, compare_names);
    for (size_t i = 0; i < found.gl_pathc && status == PLX_OK; i++)
        status = add(names, found.gl_pathv[i], error);
    globfree(&found);
    return status;
}

static enum plx_status expand(struct plx_names *names, const char *given, struct plx_error *error)
{
    const bool pattern = !is_url(given) && strpbrk(given, "*?[") && access(given, F_OK) != 0;
    return pattern ? match(names, given, error) : add(names, given, error);
}

/* Whether every name can be had, and how much there is in all. */
static enum plx_status look(struct plx_names *names, struct plx_error *error)
{
    bool known = true, used_stdin = false;
    for (size_t i = 0; i < names->count; i++) {
        const char *name = names->names[i];
        struct stat status = {0};
        if (is_stdin(name) && used_stdin)
            return plx_error_set(error, PLX_USAGE, "standard input can be read only once");
        used_stdin |= is_stdin(name);
        const bool file = plx_names_path(name);
        if (file && (stat(name, &status) != 0 || access(name, R_OK) != 0))
            return refuse(name, errno, error);
        if (file && S_ISDIR(status.st_mode))
            return refuse(name, EISDIR, error);
        known &= file && S_ISREG(status.st_mode);
        names->size_bytes += file ? (uint64_t)status.st_size : 0;
    }
    names->size_bytes *= known;
    return PLX_OK;
}

static enum plx_status make_label(const char *const *given, size_t count, char **label,
                                  struct plx_error *error)
{
    struct plx_buffer text;
    enum plx_status status = PLX_OK;
    plx_buffer_init(&text, LABEL_BYTES_MAX);
    for (size_t i = 0; i < count && status == PLX_OK; i++) {
        char *stripped = plx_http_is_url(given[i]) ? plx_http_label(given[i], error) : NULL;
        if (plx_http_is_url(given[i]) && !stripped)
            status = error->status;
        else
            status = plx_buffer_printf(&text, error, "%s%s", i ? " " : "", stripped ? stripped : given[i]);
        free(stripped);
    }
    if (status == PLX_OK)
        status = plx_buffer_append(&text, "", 1, error);
    if (status)
        plx_buffer_release(&text);
    else
        *label = (char *)text.data;
    return status;
}

bool plx_names_path(const char *name)
{
    return !is_url(name) && !is_stdin(name);
}

void plx_names_release(struct plx_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->names[i]);
    free(names->names);
    free(names->label);
    *names = (struct plx_names){0};
}

enum plx_status plx_names_expand(const char *const *given, size_t count, plx_names_refine *refine,
                                 struct plx_names *names, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    *names = (struct plx_names){0};
    for (size_t i = 0; i < count && status == PLX_OK; i++)
        status = expand(names, given[i], error);
    if (status == PLX_OK && refine)
        status = refine(names, error);
    if (status == PLX_OK)
        status = look(names, error);
    if (status == PLX_OK)
        status = make_label(given, count, &names->label, error);
    if (status)
        plx_names_release(names);
    return status;
}

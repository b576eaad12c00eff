#include "io/cache_walk.h"

#include "base/error.h"
#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Files lie no deeper than in a folder of a folder. */
#define DEPTH_MOST 2

static enum plx_status walk(const char *path, unsigned depth, plx_cache_visit *visit, void *user,
                            struct plx_error *error);

static char *join(const char *parent, const char *name, struct plx_error *error)
{
    const size_t size = strlen(parent) + strlen(name) + sizeof "/";
    char *path = plx_new_array(size, 1, error);
    if (path)
        snprintf(path, size, "%s/%s", parent, name);
    return path;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static enum plx_status look(const char *folder, const char *name, unsigned depth, plx_cache_visit *visit,
                            void *user, struct plx_error *error)
{
    struct stat facts;
    char *path = join(folder, name, error);
    enum plx_status status = path ? PLX_OK : PLX_MEMORY;
    if (status == PLX_OK && lstat(path, &facts) == 0) { /* or somebody has removed it meanwhile */
        if (S_ISDIR(facts.st_mode) && depth < DEPTH_MOST)
            status = walk(path, depth + 1, visit, user, error);
        else if (S_ISREG(facts.st_mode))
            status = visit(user, path, name, &facts, error);
    }
    free(path);
    return status;
}

static enum plx_status walk(const char *path, unsigned depth, plx_cache_visit *visit, void *user,
                            struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    struct dirent **entries = NULL;
    const int count = scandir(path, &entries, is_visible, alphasort);
    if (count < 0 && errno == ENOENT)
        return PLX_OK;
    if (count < 0) {
        plx_error_set_errno(error, errno == ENOMEM ? PLX_MEMORY : PLX_IO, errno, "cannot be read");
        return plx_error_input(error, path);
    }
    for (int i = 0; i < count; i++) {
        if (status == PLX_OK)
            status = look(path, entries[i]->d_name, depth, visit, user, error);
        free(entries[i]);
    }
    free(entries);
    return status;
}

enum plx_status plx_cache_walk(const char *cache, const char *folder, plx_cache_visit *visit, void *user,
                               struct plx_error *error)
{
    char *path = join(cache, folder, error);
    const enum plx_status status = path ? walk(path, 1, visit, user, error) : PLX_MEMORY;
    free(path);
    return status;
}

/* Removing from the cache what is of no use.

   What others are about to put into their places is safe by locks: a download holds its own, and the one of
   the cache while its content and what leads to it appear. */
#include <perplex/cache.h>

#include "base/error.h"
#include "io/cache_folder.h"
#include "io/cache_lock.h"
#include "io/cache_record.h"
#include "io/cache_walk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct prune {
    const char *cache;
    const struct plx_cache_pruning *options;
    struct plx_cache_pruned *pruned;
};

static enum plx_status remove_file(const char *path, struct plx_error *error)
{
    if (unlink(path) == 0 || errno == ENOENT)
        return PLX_OK;
    plx_error_set_errno(error, PLX_IO, errno, "cannot be removed");
    return plx_error_input(error, path);
}

static enum plx_status remove_content(const struct prune *prune, const struct plx_cache_item *item,
                                      struct plx_error *error)
{
    const enum plx_status status = remove_file(item->path, error);
    if (status == PLX_OK) {
        prune->pruned->contents++;
        prune->pruned->bytes += item->size;
    }
    return status;
}

/* A URL whose content is not there leads nowhere; a name with a suffix is a record that was never whole. */
static enum plx_status drop_record(void *user, const char *path, const char *name, const struct stat *facts,
                                   struct plx_error *error)
{
    const struct prune *prune = user;
    struct plx_cache_record record;
    (void)facts;
    if (plx_cache_is_hash(name) && plx_cache_record_read(path, &record) && *record.sha256) {
        char *content = plx_cache_content(prune->cache, record.sha256, error);
        const bool there = content && access(content, F_OK) == 0;
        const enum plx_status status = content ? PLX_OK : PLX_MEMORY;
        free(content);
        if (status || there)
            return status;
    }
    return remove_file(path, error);
}

/* Nothing that nobody locks is needed: not the files of a lock either. */
static enum plx_status drop_unlocked(void *user, const char *path, const char *name, const struct stat *facts,
                                     struct plx_error *error)
{
    const struct prune *prune = user;
    char key[PLX_SHA256_TEXT];
    struct plx_cache_lock lock = {.cache = prune->cache, .name = key};
    snprintf(key, sizeof key, "%s", name);
    if (!plx_cache_is_hash(key))
        return PLX_OK;
    enum plx_status status = plx_cache_try_lock(&lock, error);
    if (status || lock.descriptor < 0)
        return status;
    status = remove_file(path, error);
    if (status == PLX_OK && name[PLX_CACHE_DIGITS] != '\0' && !strchr(name, '.')) {
        prune->pruned->partials++;
        prune->pruned->bytes += (uint64_t)facts->st_size;
    }
    plx_cache_unlock(&lock);
    return status;
}

static bool is_useless(const struct prune *prune, const struct plx_cache_item *item)
{
    const struct plx_cache_pruning *options = prune->options;
    const int64_t age = (int64_t)time(NULL) - item->used;
    return options->all || item->origin_count == 0 ||
           (options->unused && age >= 0 && (uint64_t)age >= options->unused_s);
}

static enum plx_status lock_all(const struct prune *prune, struct plx_cache_lock *lock,
                                struct plx_error *error)
{
    *lock = (struct plx_cache_lock){.cache = prune->cache,
                                    .name = PLX_CACHE_LOCK_ALL,
                                    .interrupted = prune->options->interrupted,
                                    .user = prune->options->user};
    return plx_cache_lock(lock, error);
}

/* What nothing leads to, or is not wanted; and what leads to nothing. */
static enum plx_status drop_useless(struct prune *prune, struct plx_error *error)
{
    struct plx_cache_list list = {.items = NULL};
    struct plx_cache_lock lock;
    enum plx_status status = lock_all(prune, &lock, error);
    if (status == PLX_OK)
        status = plx_cache_list(prune->cache, &list, error);
    for (size_t i = 0; i < list.count && status == PLX_OK; i++) {
        if (is_useless(prune, list.items + i))
            status = remove_content(prune, list.items + i, error);
    }
    plx_cache_list_release(&list);
    if (status == PLX_OK)
        status = plx_cache_walk(prune->cache, PLX_CACHE_URLS, drop_record, prune, error);
    plx_cache_unlock(&lock);
    return status;
}

/* Looks once more, alone: somebody may have put a whole one in its place. */
static enum plx_status drop_content(struct prune *prune, struct plx_cache_item *item, struct plx_error *error)
{
    struct plx_cache_lock lock;
    enum plx_status status = lock_all(prune, &lock, error);
    if (status == PLX_OK)
        status = plx_cache_verify(item, prune->options->interrupted, prune->options->user, error);
    if (status == PLX_OK && item->state == PLX_CACHE_DAMAGED)
        status = remove_content(prune, item, error);
    if (status == PLX_OK)
        status = plx_cache_walk(prune->cache, PLX_CACHE_URLS, drop_record, prune, error);
    plx_cache_unlock(&lock);
    return status;
}

/* To read everything takes long: the lock is had for what is damaged alone. */
static enum plx_status drop_damaged(struct prune *prune, struct plx_error *error)
{
    struct plx_cache_list list;
    enum plx_status status = plx_cache_list(prune->cache, &list, error);
    for (size_t i = 0; i < list.count && status == PLX_OK; i++) {
        struct plx_cache_item *item = list.items + i;
        status = plx_cache_verify(item, prune->options->interrupted, prune->options->user, error);
        if (status == PLX_OK && item->state == PLX_CACHE_DAMAGED)
            status = drop_content(prune, item, error);
    }
    plx_cache_list_release(&list);
    return status;
}

enum plx_status plx_cache_prune(const char *cache, const struct plx_cache_pruning *pruning,
                                struct plx_cache_pruned *pruned, struct plx_error *error)
{
    struct prune prune = {cache, pruning, pruned};
    *pruned = (struct plx_cache_pruned){0};
    if (access(cache, F_OK) != 0 && errno == ENOENT)
        return PLX_OK;
    enum plx_status status = drop_useless(&prune, error);
    if (status == PLX_OK)
        status = drop_damaged(&prune, error);
    if (status == PLX_OK)
        status = plx_cache_walk(cache, PLX_CACHE_PARTIAL, drop_unlocked, &prune, error);
    if (status == PLX_OK)
        status = plx_cache_walk(cache, PLX_CACHE_LOCKS, drop_unlocked, &prune, error);
    return status;
}

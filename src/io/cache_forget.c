#include "io/cache_forget.h"

#include "io/cache_folder.h"
#include "io/cache_lock.h"
#include "io/cache_record.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of somebody who has downloaded another one meanwhile it stays. */
static void drop_record(const char *path, const char *sha256)
{
    struct plx_cache_record record;
    if (plx_cache_record_read(path, &record) && strcmp(record.sha256, sha256) == 0)
        (void)unlink(path);
}

static enum plx_status drop_content(const char *cache, const char *sha256, struct plx_error *error)
{
    struct plx_cache_list list;
    const enum plx_status status = plx_cache_list(cache, &list, error);
    if (status)
        return status;
    for (size_t i = 0; i < list.count; i++) {
        if (list.items[i].origin_count == 0 && strcmp(list.items[i].sha256, sha256) == 0)
            (void)unlink(list.items[i].path);
    }
    plx_cache_list_release(&list);
    return PLX_OK;
}

enum plx_status plx_cache_forget(const char *cache, const char *url, const char *sha256,
                                 struct plx_error *error)
{
    struct plx_cache_lock lock = {.cache = cache, .name = PLX_CACHE_LOCK_ALL, .descriptor = -1};
    char key[PLX_SHA256_TEXT], *path = NULL;
    enum plx_status status = plx_cache_key(url, key, error);
    if (status == PLX_OK && !(path = plx_cache_path(cache, PLX_CACHE_URLS, key, error)))
        status = PLX_MEMORY;
    if (status == PLX_OK)
        status = plx_cache_lock(&lock, error);
    if (status == PLX_OK) {
        drop_record(path, sha256);
        status = drop_content(cache, sha256, error);
    }
    plx_cache_unlock(&lock);
    free(path);
    return status;
}

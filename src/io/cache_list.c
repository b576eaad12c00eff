/* What is in the cache. */
#include <perplex/cache.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/path.h"
#include "io/cache_folder.h"
#include "io/cache_record.h"
#include "io/cache_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* Of a hash that stands for an item. */
#define DIGITS_LEAST 4

static int compare_hashes(const void *a, const void *b)
{
    return strcmp(((const struct plx_cache_item *)a)->sha256, ((const struct plx_cache_item *)b)->sha256);
}

static int compare_origins(const void *a, const void *b)
{
    const struct plx_cache_origin *left = a, *right = b;
    const int order = strcmp(left->label, right->label);
    return order ? order : strcmp(left->key, right->key);
}

static int compare_labels(const void *a, const void *b)
{
    const struct plx_cache_item *left = a, *right = b;
    if (!left->origin_count || !right->origin_count) {
        const int order = (left->origin_count == 0) - (right->origin_count == 0);
        return order ? order : compare_hashes(a, b);
    }
    const int order = strcmp(left->origins->label, right->origins->label);
    return order ? order : compare_hashes(a, b);
}

static enum plx_status add_item(void *user, const char *path, const char *name, const struct stat *facts,
                                struct plx_error *error)
{
    struct plx_cache_list *list = user;
    if (!plx_cache_is_hash(name))
        return PLX_OK;
    /* Capacity is what a power of two allows: room is made when the count is one. */
    if ((list->count & (list->count - 1)) == 0 &&
        plx_resize_array(&list->items, list->count ? 2 * list->count : 1, sizeof *list->items, error))
        return PLX_MEMORY;
    struct plx_cache_item *item = list->items + list->count;
    *item = (struct plx_cache_item){.size = (uint64_t)facts->st_size, .used = facts->st_mtim.tv_sec};
    memcpy(item->sha256, name, PLX_SHA256_TEXT);
    item->path = plx_copy_string(path, strlen(path), error);
    if (!item->path)
        return PLX_MEMORY;
    list->count++;
    list->bytes += item->size;
    return PLX_OK;
}

static enum plx_status add_origin(void *user, const char *path, const char *name, const struct stat *facts,
                                  struct plx_error *error)
{
    struct plx_cache_list *list = user;
    struct plx_cache_record record;
    struct plx_cache_item wanted;
    (void)facts;
    if (!plx_cache_is_hash(name) || list->count == 0 || !plx_cache_record_read(path, &record))
        return PLX_OK;
    memcpy(wanted.sha256, record.sha256, PLX_SHA256_TEXT);
    struct plx_cache_item *item =
        bsearch(&wanted, list->items, list->count, sizeof *list->items, compare_hashes);
    if (!item)
        return PLX_OK;
    if (plx_resize_array(&item->origins, item->origin_count + 1, sizeof *item->origins, error))
        return PLX_MEMORY;
    struct plx_cache_origin *origin = item->origins + item->origin_count;
    *origin = (struct plx_cache_origin){.downloaded = record.downloaded};
    memcpy(origin->key, name, PLX_SHA256_TEXT);
    origin->label = plx_copy_string(record.label, strlen(record.label), error);
    if (!origin->label)
        return PLX_MEMORY;
    item->origin_count++;
    return PLX_OK;
}

static enum plx_status count_part(void *user, const char *path, const char *name, const struct stat *facts,
                                  struct plx_error *error)
{
    struct plx_cache_list *list = user;
    (void)path;
    (void)error;
    if (!strchr(name, '.')) { /* its notes have a suffix */
        list->partial_count++;
        list->partial_bytes += (uint64_t)facts->st_size;
    }
    return PLX_OK;
}

enum plx_status plx_cache_list(const char *cache, struct plx_cache_list *list, struct plx_error *error)
{
    *list = (struct plx_cache_list){.items = NULL};
    enum plx_status status = plx_cache_walk(cache, PLX_CACHE_CONTENTS, add_item, list, error);
    if (status == PLX_OK && list->count)
        qsort(list->items, list->count, sizeof *list->items, compare_hashes);
    if (status == PLX_OK)
        status = plx_cache_walk(cache, PLX_CACHE_URLS, add_origin, list, error);
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].origin_count)
            qsort(list->items[i].origins, list->items[i].origin_count, sizeof *list->items[i].origins,
                  compare_origins);
    }
    if (status == PLX_OK && list->count)
        qsort(list->items, list->count, sizeof *list->items, compare_labels);
    if (status == PLX_OK)
        status = plx_cache_walk(cache, PLX_CACHE_PARTIAL, count_part, list, error);
    if (status)
        plx_cache_list_release(list);
    return status;
}

void plx_cache_list_release(struct plx_cache_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        for (size_t j = 0; j < list->items[i].origin_count; j++)
            free(list->items[i].origins[j].label);
        free(list->items[i].origins);
        free(list->items[i].path);
    }
    free(list->items);
    *list = (struct plx_cache_list){.items = NULL};
}

enum plx_status plx_cache_verify(struct plx_cache_item *item, bool (*interrupted)(void *user), void *user,
                                 struct plx_error *error)
{
    char sha256[PLX_SHA256_TEXT];
    enum plx_status status;
    const int descriptor = open(item->path, O_RDONLY | O_CLOEXEC);
    item->state = PLX_CACHE_UNCHECKED;
    if (descriptor < 0 && errno == ENOENT) {
        item->state = PLX_CACHE_GONE;
        return PLX_OK;
    }
    if (descriptor < 0)
        status = plx_error_set_errno(error, PLX_IO, errno, "cannot be opened");
    else
        status = plx_cache_hash(descriptor, interrupted, user, sha256, error);
    if (descriptor >= 0)
        close(descriptor);
    if (status)
        return plx_error_input(error, item->path);
    item->state = strcmp(sha256, item->sha256) == 0 ? PLX_CACHE_WHOLE : PLX_CACHE_DAMAGED;
    return PLX_OK;
}

/* Whether the text is what the item may be called by; `key` is its hash. */
static bool is_meant(const struct plx_cache_item *item, const char *what, const char *key)
{
    const size_t length = strlen(what);
    if (length >= DIGITS_LEAST && length <= PLX_CACHE_DIGITS && strncasecmp(item->sha256, what, length) == 0)
        return true;
    for (size_t i = 0; i < item->origin_count; i++) {
        const struct plx_cache_origin *origin = item->origins + i;
        if (strcmp(origin->key, key) == 0 || strcmp(origin->label, what) == 0 ||
            strcmp(plx_path_base(origin->label), what) == 0)
            return true;
    }
    return false;
}

enum plx_status plx_cache_find(const struct plx_cache_list *list, const char *what, size_t *index,
                               struct plx_error *error)
{
    char key[PLX_SHA256_TEXT];
    size_t found = 0;
    enum plx_status status = plx_cache_key(what, key, error);
    for (size_t i = 0; i < list->count && status == PLX_OK; i++) {
        if (is_meant(list->items + i, what, key)) {
            found++;
            *index = i;
        }
    }
    if (status || found == 1)
        return status;
    if (found > 1) {
        plx_error_set(error, PLX_USAGE, "%zu contents of the cache may be meant", found);
        return plx_error_hint(error, "the beginning of the hash tells them apart");
    }
    plx_error_set(error, PLX_USAGE, "the cache does not have it");
    return plx_error_hint(error, "what is looked for is a URL, its last part, or the beginning of a hash");
}

/* The download cache: contents by their SHA-256, and by which URL they came.

   A folder that any number of processes may use at once. What is in it under the name of its hash is whole
   and has that hash: it appeared by renaming. While one process downloads a URL, others wait for it. Where
   there is nothing to be downloaded, nothing is written, so that it may be a folder that cannot be. */
#ifndef PERPLEX_CACHE_H
#define PERPLEX_CACHE_H

#include <perplex/network.h>

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is to be had. All borrowed for the call. */
struct plx_cache_request {
    const char *const *urls; /* [url_count], of the same content: tried in turn */
    size_t url_count;
    const char *sha256; /* of the content, 64 hexadecimal digits; NULL: not known. Of a URL alone, it is
                           then asked whether the content has changed (ETag, Last-Modified) */
    uint64_t size;      /* of the content; 0: not known */
    uint64_t max_bytes; /* cap; 0: 64 GiB */
    bool (*interrupted)(void *user); /* true ends it with PLX_INTERRUPTED; NULL: never */
    void *user;
};

/* What the cache has. */
struct plx_cached {
    char *path; /* of the file; to be freed with free() */
    char sha256[65];
    uint64_t size;
    bool downloaded; /* by this call */
    bool refused;    /* set on failure: something came, but not what was asked for */
};

/* Has the content in the cache, downloading what is missing. Offline, a URL alone is what it was when it was
   downloaded, which network->note is told of. PLX_NETWORK where it cannot be had, also where what came is of
   another hash or size, which is not kept; PLX_IO where the cache cannot be used; PLX_INTERRUPTED,
   PLX_MEMORY: what has come stays, to be gone on with. PLX_USAGE where network->cache is NULL, there is no
   URL, or sha256 is no hash. Any thread. */
PLX_API enum plx_status plx_cache_fetch(const struct plx_network *network,
                                        const struct plx_cache_request *request, struct plx_cached *cached,
                                        struct plx_error *error);

/* Where a content of the cache came from. */
struct plx_cache_origin {
    char *label;        /* the URL without what may be secret */
    char key[65];       /* SHA-256 of the URL itself */
    int64_t downloaded; /* seconds since 1970 */
};

/* What is gone was removed by somebody else after it was listed. */
enum plx_cache_state { PLX_CACHE_UNCHECKED, PLX_CACHE_WHOLE, PLX_CACHE_DAMAGED, PLX_CACHE_GONE };

/* A content of the cache. */
struct plx_cache_item {
    char *path;
    char sha256[65];
    uint64_t size;
    int64_t used;                     /* last; seconds since 1970 */
    struct plx_cache_origin *origins; /* [origin_count], by label; none: it is not known any more */
    size_t origin_count;
    enum plx_cache_state state; /* set by plx_cache_verify */
};

/* What a cache holds. */
struct plx_cache_list {
    struct plx_cache_item *items; /* [count], by their first label, those without one behind, by hash */
    size_t count;
    uint64_t bytes; /* of them together */
    size_t partial_count;
    uint64_t partial_bytes; /* of downloads that have not come to an end */
};

/* Lists what the folder holds; one that is not there holds nothing. *list is to be released. PLX_IO,
   PLX_MEMORY. */
PLX_API enum plx_status plx_cache_list(const char *cache, struct plx_cache_list *list,
                                       struct plx_error *error);

PLX_API void plx_cache_list_release(struct plx_cache_list *list);

/* Writes what the folder `cache` holds as perplex.cache/1. *text is UTF-8, to be freed with plx_text_free
   (result.h), NULL on failure; it ends with a NUL, which *length does not count. PLX_MEMORY. */
PLX_API enum plx_status plx_cache_json(const char *cache, const struct plx_cache_list *list, char **text,
                                       size_t *length, struct plx_error *error);

/* Reads all of the item and sets its state: damaged where it is not what its name says, gone where it is not
   there any more; plx_cache_json leaves that out. `interrupted` as in a request. PLX_IO where it cannot be
   read; PLX_INTERRUPTED, PLX_MEMORY. */
PLX_API enum plx_status plx_cache_verify(struct plx_cache_item *item, bool (*interrupted)(void *user),
                                         void *user, struct plx_error *error);

/* Finds the one item that `what` means: a URL, or what is shown of it; the last part of that; or the
   beginning of the hash, 4 digits at least. Gives its index in *index. PLX_USAGE where there is none, or
   several. */
PLX_API enum plx_status plx_cache_find(const struct plx_cache_list *list, const char *what, size_t *index,
                                       struct plx_error *error);

/* What is to be removed beside what is of no use: downloads that nobody carries on, damaged contents, and
   those that no URL leads to any more. */
struct plx_cache_pruning {
    bool all;          /* everything that is not being downloaded */
    bool unused;       /* what has not been used … */
    uint64_t unused_s; /* … for so many seconds */
    bool (*interrupted)(void *user);
    void *user;
};

/* What has been removed. */
struct plx_cache_pruned {
    size_t contents, partials;
    uint64_t bytes; /* of both */
};

/* Removes what is of no use; to find what is damaged it reads everything that stays. Who has opened a content
   keeps it. PLX_IO, where something cannot be removed or read; PLX_INTERRUPTED, PLX_MEMORY: *pruned has what
   has been removed by then. */
PLX_API enum plx_status plx_cache_prune(const char *cache, const struct plx_cache_pruning *pruning,
                                        struct plx_cache_pruned *pruned, struct plx_error *error);

#ifdef __cplusplus
}
#endif
#endif

/* The download cache: contents by their SHA-256, and by which URL they came.

   A folder that any number of processes may use at once. What is in it under the name of its hash is whole
   and has that hash: it appeared by renaming. While one process downloads a URL, others wait for it. */
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
};

/* Has the content in the cache, downloading what is missing. PLX_NETWORK where it cannot be had; PLX_MISMATCH
   where what came is of another hash or size, which is not kept; PLX_IO where the cache cannot be used;
   PLX_INTERRUPTED, PLX_MEMORY: what has come stays, to be gone on with. PLX_USAGE where network->cache is
   NULL. Any thread. */
PLX_API enum plx_status plx_cache_fetch(const struct plx_network *network,
                                        const struct plx_cache_request *request, struct plx_cached *cached,
                                        struct plx_error *error);

#ifdef __cplusplus
}
#endif
#endif

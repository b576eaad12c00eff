/* One URL into the cache. */
#ifndef PLX_IO_CACHE_DOWNLOAD_H
#define PLX_IO_CACHE_DOWNLOAD_H

#include <perplex/cache.h>

#include "io/cache_record.h"

struct plx_cache_download {
    const struct plx_network *network;
    const struct plx_cache_request *request;
    const char *lock;   /* name of the lock, which is held */
    const char *sha256; /* of the content, in lower case; NULL: not known */
    const char *url;
    const char *label; /* of the URL */
    /* What the cache has of the URL, whose content is there; NULL: nothing, or it is not to be used. */
    const struct plx_cache_record *known;
};

/* Has the content there: sets its `sha256`, and `downloaded`, which is false where the known one has not
   changed; on failure `refused`. The errors of plx_cache_fetch: PLX_NETWORK is of this URL. */
enum plx_status plx_cache_download(const struct plx_cache_download *download, struct plx_cached *cached,
                                   struct plx_error *error);

/* Removes what is there of the download from this URL. */
enum plx_status plx_cache_forget_part(const char *cache, const char *lock, const char *url,
                                      struct plx_error *error);

#endif

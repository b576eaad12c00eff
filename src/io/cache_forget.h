/* Taking back what a URL has given. */
#ifndef PLX_IO_CACHE_FORGET_H
#define PLX_IO_CACHE_FORGET_H

#include <perplex/cache.h>

/* Forgets that the URL led to that content, and removes it where no other does. PLX_IO, PLX_MEMORY. */
enum plx_status plx_cache_forget(const char *cache, const char *url, const char *sha256,
                                 struct plx_error *error);

#endif

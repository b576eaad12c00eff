/* Locks of the cache: files that are locked, so that the lock of a process that ends is free. */
#ifndef PLX_IO_CACHE_LOCK_H
#define PLX_IO_CACHE_LOCK_H

#include <perplex/network.h>

/* The one that is shared by those who put a content and its record into their places, and held alone by who
   removes some. */
#define PLX_CACHE_LOCK_ALL "cache"

struct plx_cache_lock {
    const char *cache;
    const char *name;                  /* of the lock */
    bool shared;                       /* it may be held by several who say so */
    const struct plx_network *network; /* whose `note` is told once what is waited for; NULL: nobody is */
    const char *label;                 /* of what is waited for */
    bool (*interrupted)(void *user);
    void *user;

    int descriptor; /* set; −1: it is not held */
    bool waited;    /* set: somebody else had it */
};

/* Waits until it is held. PLX_IO, PLX_MEMORY, PLX_INTERRUPTED. */
enum plx_status plx_cache_lock(struct plx_cache_lock *lock, struct plx_error *error);

/* The same without waiting: PLX_OK, and descriptor −1, where somebody else has it. */
enum plx_status plx_cache_try_lock(struct plx_cache_lock *lock, struct plx_error *error);

/* One that is not held is fine. */
void plx_cache_unlock(struct plx_cache_lock *lock);

#endif

/* Fetching memory before it is needed. */
#ifndef PLX_BASE_PREFETCH_H
#define PLX_BASE_PREFETCH_H

/* Has the cache line of an address, which may be any, brought near: into the second-level cache, not the
   first. A first-level cache can wait for some ten or twenty lines only and then holds up whatever comes
   next, the second level waits for more; that the line is some cycles farther away when it is used costs
   nothing that matters. Random lines of a large table, millions a second and thread, on an AMD EPYC of the
   Zen 4 family: 87 into the first level, 185 into the second. */
static inline void plx_prefetch(const void *address)
{
    __builtin_prefetch(address, 0, 2);
}

/* The same into the first level, of what is mostly in the second or third. */
static inline void plx_prefetch_close(const void *address)
{
    __builtin_prefetch(address);
}

#endif

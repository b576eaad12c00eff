/* A clock that nobody sets. */
#ifndef PLX_BASE_CLOCK_H
#define PLX_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Seconds since some moment. */
static inline double plx_clock_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Milliseconds since the same. */
static inline uint64_t plx_clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* The moment so many milliseconds from now, for pthread_cond_timedwait. */
static inline struct timespec plx_clock_after_ms(unsigned ms)
{
    struct timespec then;
    clock_gettime(CLOCK_MONOTONIC, &then);
    then.tv_sec += ms / 1000;
    then.tv_nsec += ms % 1000 * 1000000L;
    then.tv_sec += then.tv_nsec / 1000000000L;
    then.tv_nsec %= 1000000000L;
    return then;
}

#endif

/* Worker threads, and lanes: bounded queues that give results back in the order in which the jobs went in.

   The thread that submits is itself worker 0: while it waits for a result it carries out waiting jobs, so
   that a pool of one thread starts no thread at all and N threads means N in all. */
#ifndef PLX_BASE_POOL_H
#define PLX_BASE_POOL_H

#include <perplex/status.h>

#include <stdbool.h>

struct plx_pool;
struct plx_lane;

/* `threads` ≥ 1 in all, the caller's included. NULL on failure. */
struct plx_pool *plx_pool_new(unsigned threads, struct plx_error *error);

/* Waits for the jobs under way; jobs not yet begun are dropped. All lanes must have been freed. NULL is fine.
 */
void plx_pool_free(struct plx_pool *pool);

/* A lane for at most `capacity` jobs between submit and take. `run(job, worker, user)` carries a job out on
   any thread, several at a time; worker is in [0, threads) and no two concurrent calls have the same. */
struct plx_lane *plx_lane_new(struct plx_pool *pool, size_t capacity,
                              void (*run)(void *job, unsigned worker, void *user), void *user,
                              struct plx_error *error);

/* Waits for those of its jobs that are under way and drops the others. NULL is fine. */
void plx_lane_free(struct plx_lane *lane);

size_t plx_lane_count(const struct plx_lane *lane); /* submitted and not yet taken */
bool plx_lane_full(const struct plx_lane *lane);

/* The lane must not be full. Submit and take belong to the thread that made the pool. */
void plx_lane_submit(struct plx_lane *lane, void *job);

/* The oldest job, once it has been carried out; NULL if the lane is empty. */
void *plx_lane_take(struct plx_lane *lane);

/* True if the oldest job has been carried out already, so that take would not wait. */
bool plx_lane_ready(const struct plx_lane *lane);

/* The same, after waiting for that as long as given at most. The caller's thread carries out nothing
   meanwhile. */
bool plx_lane_wait(const struct plx_lane *lane, unsigned milliseconds);

#endif

#include "base/pool.h"

#include "base/error.h"
#include "base/memory.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

/* One mutex guards all that workers and caller share: the queue, the states of the slots and `running`. Jobs
   are large (a batch of windows), so that nothing finer pays. The rings of the lanes belong to the caller. */

enum slot_state { WAITING, RUNNING, DONE };

struct slot {
    struct plx_lane *lane;
    struct slot *next; /* in the queue of waiting jobs */
    void *job;
    enum slot_state state;
};

struct plx_lane {
    struct plx_pool *pool;
    void (*run)(void *job, unsigned worker, void *user);
    void *user;
    struct slot *slots; /* a ring */
    size_t capacity;
    size_t oldest;
    size_t count;
    size_t running;
};

struct worker {
    struct plx_pool *pool;
    pthread_t thread;
    unsigned index;
};

struct plx_pool {
    pthread_mutex_t mutex;
    pthread_cond_t submitted; /* workers wait for it */
    pthread_cond_t finished;  /* the caller waits for it */
    struct slot *first;       /* of the jobs of all lanes that wait, in the order of submission */
    struct slot *last;
    struct worker *workers; /* threads − 1: the caller is worker 0 */
    unsigned threads;
    size_t lanes;
    bool stop;
    bool caller_waits;
};

static void enqueue(struct plx_pool *pool, struct slot *slot)
{
    slot->next = NULL;
    if (pool->last == NULL)
        pool->first = slot;
    else
        pool->last->next = slot;
    pool->last = slot;
}

/* Takes the first waiting job, carries it out with the mutex released, and marks it. */
static void run_first(struct plx_pool *pool, unsigned worker)
{
    struct slot *slot = pool->first;
    struct plx_lane *lane = slot->lane;

    pool->first = slot->next;
    if (pool->first == NULL)
        pool->last = NULL;
    slot->state = RUNNING;
    lane->running++;
    pthread_mutex_unlock(&pool->mutex);

    lane->run(slot->job, worker, lane->user);

    pthread_mutex_lock(&pool->mutex);
    lane->running--;
    slot->state = DONE;
    if (pool->caller_waits)
        pthread_cond_signal(&pool->finished);
}

static void *work(void *argument)
{
    const struct worker *self = argument;
    struct plx_pool *pool = self->pool;

    pthread_mutex_lock(&pool->mutex);
    while (!pool->stop) {
        if (pool->first != NULL)
            run_first(pool, self->index);
        else
            pthread_cond_wait(&pool->submitted, &pool->mutex);
    }
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

static void stop_workers(struct plx_pool *pool, unsigned started)
{
    pthread_mutex_lock(&pool->mutex);
    pool->stop = true;
    pthread_cond_broadcast(&pool->submitted);
    pthread_mutex_unlock(&pool->mutex);
    for (unsigned i = 0; i < started; i++)
        pthread_join(pool->workers[i].thread, NULL);
}

/* Workers leave the signals that programs handle to the threads that the program knows. */
static int start_worker(struct worker *worker)
{
    static const int left_to_caller[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH};
    sigset_t blocked;
    sigset_t before;

    sigemptyset(&blocked);
    for (size_t i = 0; i < sizeof(left_to_caller) / sizeof(left_to_caller[0]); i++)
        sigaddset(&blocked, left_to_caller[i]);
    int number = pthread_sigmask(SIG_BLOCK, &blocked, &before);
    if (number != 0)
        return number;
    number = pthread_create(&worker->thread, NULL, work, worker);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return number;
}

static enum plx_status start_workers(struct plx_pool *pool, struct plx_error *error)
{
    for (unsigned i = 0; i + 1 < pool->threads; i++) {
        struct worker *worker = &pool->workers[i];

        worker->pool = pool;
        worker->index = i + 1;
        int number = start_worker(worker);
        if (number != 0) {
            stop_workers(pool, i);
            plx_error_set_errno(error, PLX_MEMORY, number, "thread %u of %u could not be started", i + 2,
                                pool->threads);
            return plx_error_hint(error, "ask for fewer threads");
        }
    }
    return PLX_OK;
}

/* What plx_pool_new has made so far, and plx_pool_free in full. */
enum pool_part { NOTHING, MUTEX, SUBMITTED, FINISHED };

static void destroy(struct plx_pool *pool, enum pool_part made)
{
    if (made >= FINISHED)
        pthread_cond_destroy(&pool->finished);
    if (made >= SUBMITTED)
        pthread_cond_destroy(&pool->submitted);
    if (made >= MUTEX)
        pthread_mutex_destroy(&pool->mutex);
    free(pool->workers);
    free(pool);
}

/* By the clock that nobody sets, for those who do not wait for ever. */
static bool make_finished(struct plx_pool *pool)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    const bool made = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                      pthread_cond_init(&pool->finished, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    return made;
}

struct plx_pool *plx_pool_new(unsigned threads, struct plx_error *error)
{
    enum pool_part made = NOTHING;
    struct plx_pool *pool = NULL;

    if (threads == 0) {
        plx_error_set(error, PLX_USAGE, "at least one thread is needed");
        return NULL;
    }
    pool = plx_new_array(1, sizeof(*pool), error);
    if (pool == NULL)
        return NULL;
    pool->threads = threads;
    pool->workers = plx_new_array(threads - 1, sizeof(*pool->workers), error);
    if (pool->workers == NULL)
        goto fail;
    if (pthread_mutex_init(&pool->mutex, NULL) != 0)
        goto fail_thread;
    made = MUTEX;
    if (pthread_cond_init(&pool->submitted, NULL) != 0)
        goto fail_thread;
    made = SUBMITTED;
    if (!make_finished(pool))
        goto fail_thread;
    made = FINISHED;
    if (start_workers(pool, error) != PLX_OK)
        goto fail;
    return pool;

fail_thread:
    plx_error_set(error, PLX_MEMORY, "the system has no room for another lock");
fail:
    destroy(pool, made);
    return NULL;
}

void plx_pool_free(struct plx_pool *pool)
{
    if (pool == NULL)
        return;
    assert(pool->lanes == 0);
    stop_workers(pool, pool->threads - 1);
    destroy(pool, FINISHED);
}

struct plx_lane *plx_lane_new(struct plx_pool *pool, size_t capacity,
                              void (*run)(void *job, unsigned worker, void *user), void *user,
                              struct plx_error *error)
{
    struct plx_lane *lane = NULL;

    if (capacity == 0) {
        plx_error_set(error, PLX_USAGE, "a lane needs room for at least one job");
        return NULL;
    }
    lane = plx_new_array(1, sizeof(*lane), error);
    if (lane == NULL)
        return NULL;
    lane->slots = plx_new_array(capacity, sizeof(*lane->slots), error);
    if (lane->slots == NULL) {
        free(lane);
        return NULL;
    }
    lane->pool = pool;
    lane->run = run;
    lane->user = user;
    lane->capacity = capacity;
    pool->lanes++;
    return lane;
}

/* Takes the jobs of the lane out of the queue. */
static void drop_waiting(struct plx_pool *pool, const struct plx_lane *lane)
{
    struct slot *slot = pool->first;

    pool->first = NULL;
    pool->last = NULL;
    while (slot != NULL) {
        struct slot *next = slot->next;

        if (slot->lane != lane)
            enqueue(pool, slot);
        slot = next;
    }
}

static void wait_for_worker(struct plx_pool *pool)
{
    pool->caller_waits = true;
    pthread_cond_wait(&pool->finished, &pool->mutex);
    pool->caller_waits = false;
}

void plx_lane_free(struct plx_lane *lane)
{
    if (lane == NULL)
        return;
    struct plx_pool *pool = lane->pool;
    pthread_mutex_lock(&pool->mutex);
    drop_waiting(pool, lane);
    while (lane->running > 0)
        wait_for_worker(pool);
    pthread_mutex_unlock(&pool->mutex);
    pool->lanes--;
    free(lane->slots);
    free(lane);
}

size_t plx_lane_count(const struct plx_lane *lane)
{
    return lane->count;
}

bool plx_lane_full(const struct plx_lane *lane)
{
    return lane->count == lane->capacity;
}

void plx_lane_submit(struct plx_lane *lane, void *job)
{
    struct plx_pool *pool = lane->pool;

    assert(lane->count < lane->capacity);
    /* oldest + count could exceed SIZE_MAX only with an array larger than memory. */
    struct slot *slot = &lane->slots[(lane->oldest + lane->count) % lane->capacity];
    slot->lane = lane;
    slot->job = job;
    lane->count++;
    pthread_mutex_lock(&pool->mutex);
    slot->state = WAITING;
    enqueue(pool, slot);
    pthread_cond_signal(&pool->submitted);
    pthread_mutex_unlock(&pool->mutex);
}

void *plx_lane_take(struct plx_lane *lane)
{
    struct plx_pool *pool = lane->pool;
    struct slot *slot = &lane->slots[lane->oldest];

    if (lane->count == 0)
        return NULL;
    pthread_mutex_lock(&pool->mutex);
    while (slot->state != DONE) {
        if (pool->first != NULL)
            run_first(pool, 0);
        else
            wait_for_worker(pool);
    }
    pthread_mutex_unlock(&pool->mutex);
    lane->oldest = (lane->oldest + 1) % lane->capacity;
    lane->count--;
    return slot->job;
}

bool plx_lane_ready(const struct plx_lane *lane)
{
    if (lane->count == 0)
        return false;
    pthread_mutex_lock(&lane->pool->mutex);
    bool ready = lane->slots[lane->oldest].state == DONE;
    pthread_mutex_unlock(&lane->pool->mutex);
    return ready;
}

bool plx_lane_wait(const struct plx_lane *lane, unsigned milliseconds)
{
    struct plx_pool *pool = lane->pool;
    const struct slot *slot = &lane->slots[lane->oldest];
    struct timespec until;
    int number = 0;
    if (lane->count == 0)
        return false;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += milliseconds / 1000;
    until.tv_nsec += (long)(milliseconds % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&pool->mutex);
    pool->caller_waits = true;
    while (slot->state != DONE && number == 0)
        number = pthread_cond_timedwait(&pool->finished, &pool->mutex, &until);
    pool->caller_waits = false;
    const bool ready = slot->state == DONE;
    pthread_mutex_unlock(&pool->mutex);
    return ready;
}

#include "base/pool.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define MOST_THREADS 16

/* Assertions belong to the main thread: jobs count what is wrong, and the test looks afterwards. */
struct watch {
    atomic_int inside[MOST_THREADS]; /* calls of run with that worker index */
    atomic_int wrong;
    atomic_int started;
    atomic_int finished;
    unsigned threads;
};

struct job {
    uint64_t number;
    uint64_t square;
    unsigned microseconds;
};

static void sleep_microseconds(unsigned microseconds)
{
    struct timespec time = {.tv_nsec = (long)microseconds * 1000};

    nanosleep(&time, NULL);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

static void square(void *item, unsigned worker, void *user)
{
    struct job *job = item;
    struct watch *watch = user;

    atomic_fetch_add(&watch->started, 1);
    if (worker >= watch->threads || atomic_fetch_add(&watch->inside[worker], 1) != 0)
        atomic_fetch_add(&watch->wrong, 1);
    if (job->microseconds > 0)
        sleep_microseconds(job->microseconds);
    job->square = job->number * job->number;
    atomic_fetch_sub(&watch->inside[worker % MOST_THREADS], 1);
    atomic_fetch_add(&watch->finished, 1);
}

static struct plx_pool *new_pool(unsigned threads)
{
    struct plx_error error;
    struct plx_pool *pool = plx_pool_new(threads, &error);

    assert_non_null(pool);
    return pool;
}

static struct plx_lane *new_lane(struct plx_pool *pool, size_t capacity,
                                 void (*run)(void *job, unsigned worker, void *user), void *user)
{
    struct plx_error error;
    struct plx_lane *lane = plx_lane_new(pool, capacity, run, user, &error);

    assert_non_null(lane);
    return lane;
}

/* Feeds `count` jobs with random sleeps through a lane and checks what comes out, and in what order. */
static void run_through(unsigned threads, size_t capacity, uint64_t count)
{
    struct watch watch = {.threads = threads};
    struct plx_pool *pool = new_pool(threads);
    struct plx_lane *lane = new_lane(pool, capacity, square, &watch);
    struct job *jobs = calloc(count, sizeof(*jobs));
    uint64_t seed = threads * 31 + capacity;
    uint64_t submitted = 0;

    assert_non_null(jobs);
    for (uint64_t taken = 0; taken < count; taken++) {
        for (; submitted < count && !plx_lane_full(lane); submitted++) {
            jobs[submitted].number = submitted;
            jobs[submitted].microseconds =
                next_random(&seed) % 4 == 0 ? (unsigned)(next_random(&seed) % 300) : 0;
            plx_lane_submit(lane, &jobs[submitted]);
        }
        assert_int_equal(plx_lane_count(lane), submitted - taken);
        struct job *job = plx_lane_take(lane);
        assert_ptr_equal(job, &jobs[taken]);
        assert_int_equal(job->square, taken * taken);
    }
    assert_int_equal(plx_lane_count(lane), 0);
    assert_null(plx_lane_take(lane));
    assert_int_equal(atomic_load(&watch.wrong), 0);
    assert_int_equal(atomic_load(&watch.finished), count);
    plx_lane_free(lane);
    plx_pool_free(pool);
    free(jobs);
}

static void take__results_are_in_order(void **state)
{
    static const unsigned threads[] = {1, 2, 3, 8};
    static const size_t capacities[] = {1, 2, 7, 32};

    (void)state;
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 4; j++)
            run_through(threads[i], capacities[j], 300);
}

static void take__two_lanes_share_a_pool(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 4; threads++) {
        struct watch watch = {.threads = threads}; /* of both: an index is exclusive over all lanes */
        struct plx_pool *pool = new_pool(threads);
        struct plx_lane *lanes[2] = {new_lane(pool, 5, square, &watch), new_lane(pool, 3, square, &watch)};
        struct job jobs[2][200];
        size_t submitted[2] = {0, 0};
        size_t taken[2] = {0, 0};
        uint64_t seed = threads;

        while (taken[0] < 200 || taken[1] < 200) {
            size_t which = next_random(&seed) % 2;

            if (submitted[which] < 200 && !plx_lane_full(lanes[which])) {
                struct job *job = &jobs[which][submitted[which]];
                *job = (struct job){.number = submitted[which]++,
                                    .microseconds = (unsigned)(next_random(&seed) % 50)};
                plx_lane_submit(lanes[which], job);
            } else {
                struct job *job = plx_lane_take(lanes[which]);
                if (job == NULL)
                    continue;
                assert_ptr_equal(job, &jobs[which][taken[which]]);
                assert_int_equal(job->square, taken[which] * taken[which]);
                taken[which]++;
            }
        }
        assert_int_equal(atomic_load(&watch.wrong), 0);
        plx_lane_free(lanes[0]);
        plx_lane_free(lanes[1]);
        plx_pool_free(pool);
    }
}

/* Without another thread only take can have carried out the job of the other lane. */
static void take__helps_with_other_lanes(void **state)
{
    struct watch watch = {.threads = 1};
    struct plx_pool *pool = new_pool(1);
    struct plx_lane *first = new_lane(pool, 1, square, &watch);
    struct plx_lane *second = new_lane(pool, 1, square, &watch);
    struct job jobs[2] = {{.number = 3}, {.number = 4}};

    (void)state;
    plx_lane_submit(first, &jobs[0]);
    plx_lane_submit(second, &jobs[1]);
    assert_false(plx_lane_ready(first));
    assert_false(plx_lane_ready(second));
    assert_ptr_equal(plx_lane_take(second), &jobs[1]);
    assert_int_equal(jobs[1].square, 16);
    assert_true(plx_lane_ready(first));
    assert_int_equal(jobs[0].square, 9);
    assert_ptr_equal(plx_lane_take(first), &jobs[0]);
    assert_false(plx_lane_ready(first));
    plx_lane_free(first);
    plx_lane_free(second);
    plx_pool_free(pool);
}

static void meet(void *job, unsigned worker, void *user)
{
    (void)job;
    (void)worker;
    pthread_barrier_wait(user);
}

/* The jobs wait for each other: it ends only if all threads, the caller's among them, work at once. */
static void take__all_threads_work_at_once(void **state)
{
    enum { THREADS = 4 };
    struct plx_pool *pool = new_pool(THREADS);
    pthread_barrier_t barrier;
    int job = 0;

    (void)state;
    assert_int_equal(pthread_barrier_init(&barrier, NULL, THREADS), 0);
    struct plx_lane *lane = new_lane(pool, THREADS, meet, &barrier);
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < THREADS; i++)
            plx_lane_submit(lane, &job);
        for (int i = 0; i < THREADS; i++)
            assert_ptr_equal(plx_lane_take(lane), &job);
    }
    plx_lane_free(lane);
    plx_pool_free(pool);
    pthread_barrier_destroy(&barrier);
}

static void ready__becomes_true_without_take(void **state)
{
    struct watch watch = {.threads = 2};
    struct plx_pool *pool = new_pool(2);
    struct plx_lane *lane = new_lane(pool, 2, square, &watch);
    struct job job = {.number = 5};

    (void)state;
    assert_false(plx_lane_ready(lane));
    plx_lane_submit(lane, &job);
    while (!plx_lane_ready(lane))
        sleep_microseconds(100);
    assert_int_equal(job.square, 25);
    assert_ptr_equal(plx_lane_take(lane), &job);
    plx_lane_free(lane);
    plx_pool_free(pool);
}

static void wait__ends_with_the_job_or_the_time(void **state)
{
    struct plx_pool *pool = new_pool(2);
    pthread_barrier_t barrier;
    struct job job;

    (void)state;
    pthread_barrier_init(&barrier, NULL, 2);
    struct plx_lane *lane = new_lane(pool, 1, meet, &barrier);
    assert_false(plx_lane_wait(lane, 60000)); /* for nothing it does not */
    plx_lane_submit(lane, &job);
    assert_false(plx_lane_wait(lane, 5));
    pthread_barrier_wait(&barrier);
    assert_true(plx_lane_wait(lane, 60000));
    assert_ptr_equal(plx_lane_take(lane), &job);
    plx_lane_free(lane);
    plx_pool_free(pool);
    pthread_barrier_destroy(&barrier);
}

static void lane_free__drops_what_has_not_begun(void **state)
{
    struct watch dropped = {.threads = 1};
    struct watch kept = {.threads = 1};
    struct plx_pool *pool = new_pool(1);
    struct plx_lane *first = new_lane(pool, 2, square, &dropped);
    struct plx_lane *second = new_lane(pool, 2, square, &kept);
    struct job jobs[4] = {{.number = 1}, {.number = 2}, {.number = 3}, {.number = 4}};

    (void)state;
    plx_lane_submit(first, &jobs[0]);
    plx_lane_submit(second, &jobs[1]);
    plx_lane_submit(first, &jobs[2]);
    plx_lane_free(first);
    plx_lane_submit(second, &jobs[3]);
    assert_ptr_equal(plx_lane_take(second), &jobs[1]);
    assert_ptr_equal(plx_lane_take(second), &jobs[3]);
    assert_int_equal(jobs[1].square, 4);
    assert_int_equal(jobs[3].square, 16);
    assert_int_equal(atomic_load(&dropped.started), 0);
    plx_lane_free(second);
    plx_pool_free(pool);
}

static void lane_free__waits_for_what_has_begun(void **state)
{
    (void)state;
    for (unsigned threads = 2; threads <= 8; threads += 3) {
        struct watch watch = {.threads = threads};
        struct plx_pool *pool = new_pool(threads);
        struct plx_lane *lane = new_lane(pool, 40, square, &watch);
        struct job jobs[40];

        for (int i = 0; i < 40; i++) {
            jobs[i] = (struct job){.number = 1, .microseconds = 3000};
            plx_lane_submit(lane, &jobs[i]);
        }
        while (atomic_load(&watch.started) == 0)
            sleep_microseconds(50);
        plx_lane_free(lane);
        int finished = atomic_load(&watch.finished);
        assert_int_equal(atomic_load(&watch.started), finished);
        sleep_microseconds(5000);
        assert_int_equal(atomic_load(&watch.started), finished);
        plx_pool_free(pool);
    }
}

static void pool_free__idle_workers_end(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 8; threads++)
        plx_pool_free(new_pool(threads));
    plx_pool_free(NULL);
    plx_lane_free(NULL);
}

static void new__refuses_nothing_to_work_with(void **state)
{
    struct plx_error error = {0};
    struct plx_pool *pool = new_pool(1);

    (void)state;
    assert_null(plx_pool_new(0, &error));
    assert_int_equal(error.status, PLX_USAGE);
    error.status = PLX_OK;
    assert_null(plx_lane_new(pool, 0, square, NULL, &error));
    assert_int_equal(error.status, PLX_USAGE);
    assert_null(plx_lane_new(pool, SIZE_MAX / 2, square, NULL, &error));
    assert_int_equal(error.status, PLX_MEMORY);
    plx_pool_free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(take__results_are_in_order),
        cmocka_unit_test(take__two_lanes_share_a_pool),
        cmocka_unit_test(take__helps_with_other_lanes),
        cmocka_unit_test(take__all_threads_work_at_once),
        cmocka_unit_test(ready__becomes_true_without_take),
        cmocka_unit_test(wait__ends_with_the_job_or_the_time),
        cmocka_unit_test(lane_free__drops_what_has_not_begun),
        cmocka_unit_test(lane_free__waits_for_what_has_begun),
        cmocka_unit_test(pool_free__idle_workers_end),
        cmocka_unit_test(new__refuses_nothing_to_work_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "serve/workers.h"

#include "base/memory.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

/* What a request of that size has used goes back to the system when it is done: the allocator keeps it
   otherwise, in every thread. */
#define TRIM_BYTES ((size_t)1 << 20)

struct worker {
    struct plx_workers *workers;
    struct plx_session *session;
    pthread_t thread;
};

struct plx_workers {
    const struct plx_served *served;
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    struct plx_work *first, **last; /* [waiting] what waits */
    unsigned waiting, most;
    bool closed;
    unsigned count;
    struct worker *each; /* [count] */
};

/* The next piece of work, taken out of the queue; NULL when nothing more comes. */
static struct plx_work *take(struct plx_workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    while (!workers->first && !workers->closed)
        pthread_cond_wait(&workers->arrived, &workers->lock);
    struct plx_work *work = workers->first;
    if (work) {
        workers->first = work->next;
        workers->waiting--;
        if (!work->next)
            workers->last = &workers->first;
    }
    pthread_mutex_unlock(&workers->lock);
    return work;
}

static void *run(void *user)
{
    struct worker *worker = user;
    struct plx_work *work;
    while ((work = take(worker->workers)) != NULL) {
        if (work->route->work(worker->workers->served, worker->session, &work->interest, work->body,
                              work->size, work->answer))
            work->answer->code = 200;
#ifdef __GLIBC__
        if (work->size > TRIM_BYTES || work->answer->text.size > TRIM_BYTES)
            malloc_trim(0);
#endif
        work->done(work);
    }
    return NULL;
}

static enum plx_status start(struct plx_workers *workers, struct plx_error *error)
{
    struct worker *worker = workers->each + workers->count;
    sigset_t all, before;
    worker->workers = workers;
    worker->session = plx_session_new(workers->served->model, error);
    if (!worker->session)
        return error->status;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int failed = pthread_create(&worker->thread, NULL, run, worker);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) {
        plx_session_free(worker->session);
        return plx_error_set_errno(error, PLX_MEMORY, failed, "cannot start a thread");
    }
    workers->count++;
    return PLX_OK;
}

struct plx_workers *plx_workers_new(const struct plx_served *served, unsigned threads, unsigned queue,
                                    struct plx_error *error)
{
    struct plx_workers *workers = plx_new_array(1, sizeof *workers, error);
    if (!workers)
        return NULL;
    *workers = (struct plx_workers){.served = served, .most = queue};
    workers->last = &workers->first;
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->arrived, NULL);
    workers->each = plx_new_array(threads, sizeof *workers->each, error);
    enum plx_status status = workers->each ? PLX_OK : PLX_MEMORY;
    while (status == PLX_OK && workers->count < threads)
        status = start(workers, error);
    if (status == PLX_OK)
        return workers;
    plx_workers_free(workers);
    return NULL;
}

bool plx_workers_push(struct plx_workers *workers, struct plx_work *work)
{
    pthread_mutex_lock(&workers->lock);
    const bool taken = !workers->closed && workers->waiting < workers->most;
    if (taken) {
        work->next = NULL;
        *workers->last = work;
        workers->last = &work->next;
        workers->waiting++;
        pthread_cond_signal(&workers->arrived);
    }
    pthread_mutex_unlock(&workers->lock);
    return taken;
}

void plx_workers_stop(struct plx_workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    struct plx_work *work = workers->first, *next;
    workers->first = NULL;
    workers->last = &workers->first;
    workers->waiting = 0;
    workers->closed = true;
    pthread_cond_broadcast(&workers->arrived);
    pthread_mutex_unlock(&workers->lock);
    for (; work; work = next) {
        next = work->next;
        plx_reply_refuse(work->answer, 503, "the server is stopping");
        work->done(work);
    }
    for (; workers->count > 0; workers->count--) {
        pthread_join(workers->each[workers->count - 1].thread, NULL);
        plx_session_free(workers->each[workers->count - 1].session);
    }
}

void plx_workers_free(struct plx_workers *workers)
{
    if (!workers)
        return;
    plx_workers_stop(workers);
    free(workers->each);
    pthread_cond_destroy(&workers->arrived);
    pthread_mutex_destroy(&workers->lock);
    free(workers);
}

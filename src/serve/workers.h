/* Threads that carry requests out, each with a session of its own, and the queue in front of them. */
#ifndef PLX_SERVE_WORKERS_H
#define PLX_SERVE_WORKERS_H

#include "serve/routes.h"

/* What is to be done. */
struct plx_work {
    const struct plx_route *route;
    const void *body;
    size_t size;
    struct plx_reply *answer;
    struct plx_interest interest;
    /* Called by the thread that has done it, or by the one that drops it. */
    void (*done)(struct plx_work *work);
    struct plx_work *next;
};

struct plx_workers;

/* So many threads, in which all signals are blocked, and room for so many that wait. NULL on failure. */
struct plx_workers *plx_workers_new(const struct plx_served *served, unsigned threads, unsigned queue,
                                    struct plx_error *error);

/* False where too many wait already, or nothing more is taken: nothing has happened then. */
bool plx_workers_push(struct plx_workers *workers, struct plx_work *work);

/* Takes nothing more, answers 503 to what waits, and ends the threads when they have done what they do. */
void plx_workers_stop(struct plx_workers *workers);

/* Stops and frees them. Nobody may push any more. NULL is fine. */
void plx_workers_free(struct plx_workers *workers);

#endif

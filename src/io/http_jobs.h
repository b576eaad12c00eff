/* The calls of a client that wait for something, in lists of their own. */
#ifndef PLX_IO_HTTP_JOBS_H
#define PLX_IO_HTTP_JOBS_H

#include "io/http_client.h"

#include <stdbool.h>
#include <stdint.h>

/* A call, and where it stands. */
struct http_job {
    struct plx_http_call *call;
    struct http_group *group;
    bool finished;
    unsigned tries;        /* that have failed */
    uint64_t due_ms;       /* of the next one */
    struct http_job *next; /* in the list that it is in */
};

struct http_list {
    struct http_job *first, *last;
};

static inline void http_list_append(struct http_list *list, struct http_job *job)
{
    job->next = NULL;
    if (list->last)
        list->last->next = job;
    else
        list->first = job;
    list->last = job;
}

static inline struct http_job *http_list_take(struct http_list *list)
{
    struct http_job *job = list->first;
    list->first = job->next;
    if (!list->first)
        list->last = NULL;
    return job;
}

/* Behind those that are due no later. */
static inline void http_list_insert(struct http_list *list, struct http_job *job)
{
    struct http_job **at = &list->first;
    while (*at && (*at)->due_ms <= job->due_ms)
        at = &(*at)->next;
    job->next = *at;
    *at = job;
    if (!job->next)
        list->last = job;
}

#endif

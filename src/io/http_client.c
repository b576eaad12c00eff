/* Whoever holds the mutex may use libcurl. Of the threads that wait for answers one leads: it lets go of the
   mutex only to wait for sockets, and does for all what then is to be done. The others sleep, each on a
   condition of its own, until an answer of theirs has come or they are to lead. */
#include "io/http_client.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "io/http_events.h"
#include "io/http_jobs.h"
#include "io/http_pace.h"
#include "io/http_transfer.h"
#include "io/sigpipe.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS  100  /* the longest time between two questions whether to stop */
#define GRACE_MS 3000 /* that answers under way are waited for after a failure: they are paid for */

/* Telling takes a change of threads, so that of many that are under way some answers are told of together. */
#define FEW     16
#define TELL_MS 10

/* Tries of a request that the server says comes too early, if the network has no number of its own: a limit
   by the minute passes within two. */
#define BUSY_TRIES 10

/* What one thread waits for: the calls of one plx_http_client_call. */
struct http_group {
    pthread_cond_t wake;
    bool sleeps;
    struct http_list finished; /* `done` has not been told yet */
    uint64_t finished_ms;      /* when the first of them was */
    size_t left;               /* calls that are not finished */
    unsigned flying;           /* of them under way */
    bool failed;               /* then nothing more is sent; `error` says why */
    uint64_t until_ms;         /* and what is under way then is given up */
    struct plx_error error;
    struct http_group *next;
};

/* A transfer with the job that it is for. */
struct http_flight {
    struct plx_http_transfer transfer; /* first, so that it is both */
    struct plx_http_client *client;
    struct http_job *job; /* NULL: idle */
    uint64_t serial;
};

struct plx_http_client {
    struct plx_http_client_options options;
    struct plx_http_server server;
    struct plx_http_events events;
    pthread_mutex_t mutex;
    struct http_group *leader; /* whose thread is in client_lead; NULL: none */
    bool interrupted;          /* then only what is paid for is waited for */
    struct http_group *groups;
    struct http_list ready;      /* calls that have not been tried, in their order */
    struct http_list later;      /* those that are tried again, by time */
    struct http_flight *flights; /* [concurrency] */
    unsigned flying;
    struct plx_http_pace pace;
    unsigned busy_tries; /* of a request that is answered by 429 or 503 */
    uint64_t random;
};

static void list_drop_failed(struct http_list *list)
{
    struct http_list kept = {NULL, NULL};
    while (list->first) {
        struct http_job *job = http_list_take(list);
        if (!job->group->failed)
            http_list_append(&kept, job);
    }
    *list = kept;
}

/* Groups. */

static bool group_over(const struct http_group *group)
{
    return !group->finished.first && (group->failed ? group->flying == 0 : group->left == 0);
}

/* When it is to be told of what is finished. */
static uint64_t group_due(const struct plx_http_client *client, const struct http_group *group)
{
    if (!group->finished.first)
        return UINT64_MAX;
    const bool now = client->flying < FEW || group->left == 0 || group->failed;
    return now ? 0 : group->finished_ms + TELL_MS;
}

static void group_wake(struct http_group *group)
{
    if (!group->sleeps)
        return;
    group->sleeps = false; /* once is enough */
    pthread_cond_signal(&group->wake);
}

static void group_fail(struct http_group *group, const struct plx_error *error, uint64_t until_ms)
{
    if (group->failed) {
        group->until_ms = until_ms < group->until_ms ? until_ms : group->until_ms;
        return;
    }
    group->failed = true;
    group->error = *error;
    group->until_ms = until_ms;
}

/* Nothing more is sent of all that waits. */
static void client_fail(struct plx_http_client *client, const struct plx_error *error, uint64_t grace_ms)
{
    const uint64_t until = plx_clock_ms() + grace_ms;
    for (struct http_group *group = client->groups; group; group = group->next) {
        if (group->left > 0)
            group_fail(group, error, until);
        group_wake(group);
    }
    list_drop_failed(&client->ready);
    list_drop_failed(&client->later);
}

/* Limits. */

static void client_fail_limit(struct plx_http_client *client, const struct plx_http_call *call)
{
    struct plx_error error;
    plx_http_pace_fail(&client->pace, call, &error);
    plx_error_input(&error, client->server.label);
    client_fail(client, &error, 0);
}

/* Asked by libcurl before it sends a request once more by itself. */
static bool flight_again(struct plx_http_transfer *transfer)
{
    struct plx_http_client *client = ((struct http_flight *)transfer)->client;
    if (!plx_http_pace_affords(&client->pace, transfer->call))
        return false;
    plx_http_pace_count(&client->pace, transfer->call);
    client->pace.counts.retries++;
    return true;
}

/* Sending. */

static void client_send(struct plx_http_client *client, struct http_job *job)
{
    struct http_flight *flight = client->flights;
    struct plx_error error;
    while (flight->job)
        flight++;
    enum plx_status status = plx_http_transfer_begin(&flight->transfer, job->call, &error);
    if (status == PLX_OK && curl_multi_add_handle(client->events.multi, flight->transfer.easy) != CURLM_OK)
        status = plx_error_set(&error, PLX_MEMORY, "no memory for a transfer");
    if (status != PLX_OK) {
        client_fail(client, &error, GRACE_MS);
        return;
    }
    plx_http_pace_count(&client->pace, job->call);
    client->pace.counts.retries += job->tries > 0;
    flight->job = job;
    flight->serial = ++client->pace.serial;
    client->flying++;
    job->group->flying++;
}

/* The list whose first job is the next one to be sent. */
static struct http_list *client_next(struct plx_http_client *client, uint64_t now)
{
    if (client->later.first && client->later.first->due_ms <= now)
        return &client->later;
    return client->ready.first ? &client->ready : NULL;
}

static void client_send_ready(struct plx_http_client *client)
{
    const uint64_t now = plx_clock_ms();
    struct http_list *list;
    while (client->flying < (unsigned)client->pace.window && now >= client->pace.quiet_ms &&
           (list = client_next(client, now)) != NULL) {
        if (plx_http_pace_affords(&client->pace, list->first->call)) {
            client_send(client, http_list_take(list));
        } else {
            /* What is under way may yet turn out not to have been sent. */
            if (client->flying == 0)
                client_fail_limit(client, list->first->call);
            return;
        }
    }
}

/* Answers. */

static void job_finish(struct http_job *job)
{
    struct http_group *group = job->group;
    job->finished = true;
    group->left--;
    if (!group->finished.first)
        group->finished_ms = plx_clock_ms();
    http_list_append(&group->finished, job);
}

/* After a try that failed, but may not the next time. */
static void client_try_again(struct plx_http_client *client, struct http_flight *flight, CURLcode result,
                             struct http_job *job)
{
    struct plx_http_transfer *transfer = &flight->transfer;
    const long status = job->call->status;
    curl_off_t retry_after_s = 0;
    struct plx_error error;
    const bool busy = status == 429 || status == 503;
    if (busy) {
        curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
        plx_http_pace_throttle(&client->pace, flight->serial, retry_after_s);
    }
    if (job->group->failed)
        return;
    job->tries++;
    const unsigned most = busy ? client->busy_tries : client->server.limits.tries;
    if (retry_after_s > PLX_HTTP_RETRY_AFTER_MOST_S || job->tries >= most) {
        plx_http_transfer_fail(transfer, result, job->tries, &error);
        if (retry_after_s > PLX_HTTP_RETRY_AFTER_MOST_S)
            plx_error_hint(&error, "it asks to come again in %" PRIu64 " seconds, which is not waited for",
                           (uint64_t)retry_after_s);
        client_fail(client, &error, GRACE_MS);
        return;
    }
    job->due_ms = plx_clock_ms() +
                  plx_http_pause_ms(&client->server.limits, job->tries + 1, retry_after_s, &client->random);
    http_list_insert(&client->later, job);
}

/* Takes the transfer out of libcurl's hands. */
static struct http_job *flight_land(struct http_flight *flight)
{
    struct plx_http_client *client = flight->client;
    struct http_job *job = flight->job;
    curl_multi_remove_handle(client->events.multi, flight->transfer.easy);
    flight->job = NULL;
    client->flying--;
    job->group->flying--;
    if (flight->transfer.sent == 0)
        plx_http_pace_uncount(&client->pace, job->call);
    return job;
}

static void flight_end(struct http_flight *flight, CURLcode result)
{
    struct plx_http_client *client = flight->client;
    struct http_job *job = flight->job;
    struct plx_error error;
    const enum plx_http_verdict verdict = plx_http_transfer_judge(&flight->transfer, &result);
    flight_land(flight);
    if (verdict == PLX_HTTP_FINE ||
        (verdict == PLX_HTTP_FINAL && job->call->any_status && result == CURLE_OK)) {
        plx_http_pace_grow(&client->pace);
        job_finish(job);
    } else if (flight->transfer.end == PLX_HTTP_UNPAID) {
        job->due_ms = 0; /* it is the next, and fails where it is too dear */
        http_list_insert(&client->later, job);
    } else if (verdict == PLX_HTTP_AGAIN) {
        client_try_again(client, flight, result, job);
    } else {
        plx_http_transfer_fail(&flight->transfer, result, job->tries + 1, &error);
        client_fail(client, &error, GRACE_MS);
    }
    if (group_over(job->group))
        group_wake(job->group);
}

/* True if a transfer had ended. */
static bool client_collect(struct plx_http_client *client)
{
    bool some = false;
    int left = 0;
    for (CURLMsg *message; (message = curl_multi_info_read(client->events.multi, &left)) != NULL;) {
        char *flight = NULL;
        if (message->msg != CURLMSG_DONE)
            continue;
        const CURLcode result = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &flight);
        flight_end((struct http_flight *)(void *)flight, result);
        some = true;
    }
    return some;
}

/* What no socket tells: answers that do not go on, and those that nobody waits for any more. */
static void client_look_after(struct plx_http_client *client)
{
    const uint64_t now = plx_clock_ms();
    for (unsigned i = 0; i < client->options.concurrency; i++) {
        struct http_flight *flight = &client->flights[i];
        if (!flight->job)
            continue;
        struct http_group *group = flight->job->group;
        const bool paid = flight->job->call->counts || !client->interrupted;
        if (group->failed && (group->until_ms <= now || !paid)) {
            /* A name server that hangs is not waited for. */
            curl_easy_setopt(flight->transfer.easy, CURLOPT_QUICK_EXIT, 1L);
            flight_land(flight);
            if (group_over(group))
                group_wake(group);
        } else if (plx_http_transfer_stalls(&flight->transfer, now)) {
            flight_end(flight, CURLE_OPERATION_TIMEDOUT);
        }
    }
}

/* Leading. */

static uint64_t client_until(const struct plx_http_client *client)
{
    const uint64_t now = plx_clock_ms();
    uint64_t until = now + TICK_MS;
    if (client->pace.quiet_ms > now)
        until = client->pace.quiet_ms < until ? client->pace.quiet_ms : until;
    else if (client->later.first && client->later.first->due_ms < until)
        until = client->later.first->due_ms;
    for (const struct http_group *group = client->groups; group; group = group->next) {
        /* Those that have been woken already are not waited for. */
        const uint64_t due = group->sleeps || group == client->leader ? group_due(client, group) : UINT64_MAX;
        until = due < until ? due : until;
    }
    return until;
}

static void client_act(struct plx_http_client *client, int count)
{
    struct plx_error error;
    if (plx_http_events_act(&client->events, count))
        return;
    plx_error_set(&error, PLX_NETWORK, "libcurl cannot go on");
    client_fail(client, &error, 0);
}

static void client_wake_due(struct plx_http_client *client)
{
    const uint64_t now = plx_clock_ms();
    for (struct http_group *group = client->groups; group; group = group->next) {
        if (group_due(client, group) <= now)
            group_wake(group);
    }
}

/* One turn for all. The mutex is held, but not while there is nothing to do. */
static void client_turn(struct plx_http_client *client)
{
    const struct plx_http_client_options *options = &client->options;
    struct plx_error error;
    client_send_ready(client);
    client_act(client, 0); /* what is new is sent at once */
    const int pause =
        client_collect(client) ? 0 : plx_http_events_pause(&client->events, client_until(client));
    pthread_mutex_unlock(&client->mutex);
    const int count = plx_http_events_wait(&client->events, pause);
    const bool interrupted = options->interrupted && options->interrupted(options->user);
    pthread_mutex_lock(&client->mutex);
    client_act(client, count);
    client_collect(client);
    client->interrupted = interrupted;
    if (interrupted) {
        plx_error_set(&error, PLX_INTERRUPTED, "interrupted");
        client_fail(client, &error, GRACE_MS);
    }
    client_look_after(client);
    client_wake_due(client);
}

/* Until there is something to be told to the group of this thread, or it is over. */
static void client_lead(struct plx_http_client *client, struct http_group *group)
{
    struct plx_sigpipe guard;
    client->leader = group;
    plx_sigpipe_block(&guard);
    do
        client_turn(client);
    while (!group_over(group) && group_due(client, group) > plx_clock_ms());
    plx_sigpipe_restore(&guard);
    client->leader = NULL;
}

/* Another one leads from here on. */
static void client_hand_over(struct plx_http_client *client)
{
    if (client->leader)
        return;
    for (struct http_group *group = client->groups; group; group = group->next)
        if (group->sleeps) {
            group_wake(group);
            return;
        }
}

/* The calls of one thread. */

struct http_told {
    enum plx_status (*done)(void *user, struct plx_http_call *call, struct plx_error *error);
    void *user;
    bool failed;
    bool stopped; /* then it is told nothing more */
};

/* Tells of what is finished, without the mutex. */
static void group_tell(struct plx_http_client *client, struct http_group *group, struct http_told *told)
{
    struct http_list finished = group->finished;
    struct plx_error error;
    enum plx_status status = PLX_OK;
    group->finished = (struct http_list){NULL, NULL};
    if (!told->done || told->stopped)
        return;
    client_hand_over(client);
    pthread_mutex_unlock(&client->mutex);
    while (finished.first && (status == PLX_OK || status == PLX_INTERRUPTED)) {
        const enum plx_status said = told->done(told->user, http_list_take(&finished)->call, &error);
        status = said ? said : status;
    }
    pthread_mutex_lock(&client->mutex);
    if (status == PLX_OK)
        return;
    told->failed = true;
    told->stopped = status != PLX_INTERRUPTED;
    if (told->stopped)
        group->failed = false; /* what it says goes before what others say */
    group_fail(group, &error, plx_clock_ms() + (told->stopped ? 0 : GRACE_MS));
    list_drop_failed(&client->ready);
    list_drop_failed(&client->later);
    if (client->leader)
        plx_http_events_wake(&client->events);
}

static void group_wait(struct plx_http_client *client, struct http_group *group, struct http_told *told)
{
    while (!group_over(group)) {
        if (group_due(client, group) <= plx_clock_ms()) {
            group_tell(client, group, told);
        } else if (!client->leader) {
            client_lead(client, group);
        } else {
            group->sleeps = true;
            while (group->sleeps)
                pthread_cond_wait(&group->wake, &client->mutex);
        }
    }
}

static void group_join(struct plx_http_client *client, struct http_group *group, struct http_job *jobs)
{
    group->next = client->groups;
    client->groups = group;
    for (size_t i = 0; i < group->left; i++)
        http_list_append(&client->ready, &jobs[i]);
    if (client->leader)
        plx_http_events_wake(&client->events);
}

static void group_leave(struct plx_http_client *client, struct http_group *group)
{
    struct http_group **at = &client->groups;
    while (*at != group)
        at = &(*at)->next;
    *at = group->next;
    client_hand_over(client);
}

enum plx_status
plx_http_client_call(struct plx_http_client *client, struct plx_http_call *calls, size_t count,
                     enum plx_status (*done)(void *user, struct plx_http_call *call, struct plx_error *error),
                     void *user, struct plx_error *error)
{
    struct http_group group = {.left = count};
    struct http_told told = {.done = done, .user = user};
    for (size_t i = 0; i < count; i++)
        plx_buffer_init(&calls[i].answer, client->options.answer_bytes);
    if (client->options.interrupted && client->options.interrupted(client->options.user))
        return plx_error_set(error, PLX_INTERRUPTED, "interrupted");
    struct http_job *jobs = plx_new_array(count, sizeof *jobs, error);
    if (!jobs)
        return PLX_MEMORY;
    if (pthread_cond_init(&group.wake, NULL) != 0) {
        free(jobs);
        return plx_error_set(error, PLX_MEMORY, "no memory to wait for answers");
    }
    for (size_t i = 0; i < count; i++)
        jobs[i] = (struct http_job){.call = &calls[i], .group = &group};
    pthread_mutex_lock(&client->mutex);
    group_join(client, &group, jobs);
    group_wait(client, &group, &told);
    group_leave(client, &group);
    pthread_mutex_unlock(&client->mutex);
    pthread_cond_destroy(&group.wake);
    for (size_t i = 0; i < count; i++)
        if (!jobs[i].finished)
            plx_buffer_release(&calls[i].answer);
    free(jobs);
    if (!group.failed || (group.left == 0 && !told.failed)) /* all have come in spite of a failure */
        return PLX_OK;
    *error = group.error;
    return error->status;
}

void plx_http_client_counts(struct plx_http_client *client, struct plx_http_counts *counts)
{
    pthread_mutex_lock(&client->mutex);
    *counts = client->pace.counts;
    pthread_mutex_unlock(&client->mutex);
}

/* The client. */

static enum plx_status client_set_up(struct plx_http_client *client, struct plx_error *error)
{
    const unsigned concurrency = client->options.concurrency;
    enum plx_status status = plx_http_server_init(&client->server, &client->options, error);
    if (status == PLX_OK)
        status = plx_http_events_init(&client->events, error);
    if (status != PLX_OK)
        return status;
    /* As many connections are kept, or streams of one, as there may be calls at once. */
    curl_multi_setopt(client->events.multi, CURLMOPT_MAXCONNECTS, (long)concurrency);
    curl_multi_setopt(client->events.multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    curl_multi_setopt(client->events.multi, CURLMOPT_MAX_CONCURRENT_STREAMS, (long)concurrency);
    client->flights = plx_new_array(concurrency, sizeof *client->flights, error);
    if (!client->flights)
        return PLX_MEMORY;
    for (unsigned i = 0; i < concurrency; i++) {
        client->flights[i].client = client;
        client->flights[i].transfer.server = &client->server;
        client->flights[i].transfer.again = flight_again;
    }
    plx_http_pace_init(&client->pace, &client->options);
    const struct plx_network *network = client->options.network;
    client->busy_tries = network && network->tries ? client->server.limits.tries : BUSY_TRIES;
    client->random = (uint64_t)(uintptr_t)client ^ plx_clock_ms();
    return PLX_OK;
}

struct plx_http_client *plx_http_client_new(const struct plx_http_client_options *options,
                                            struct plx_error *error)
{
    struct plx_http_client *client = plx_new_array(1, sizeof *client, error);
    if (!client)
        return NULL;
    client->options = *options;
    if (client->options.concurrency == 0)
        client->options.concurrency = 1;
    if (pthread_mutex_init(&client->mutex, NULL) != 0) {
        free(client);
        plx_error_set(error, PLX_MEMORY, "no memory for a client");
        return NULL;
    }
    if (client_set_up(client, error) == PLX_OK)
        return client;
    plx_http_client_free(client);
    return NULL;
}

void plx_http_client_free(struct plx_http_client *client)
{
    if (!client)
        return;
    struct plx_sigpipe guard;
    plx_sigpipe_block(&guard);
    for (unsigned i = 0; client->flights && i < client->options.concurrency; i++)
        curl_easy_cleanup(client->flights[i].transfer.easy);
    plx_http_events_release(&client->events);
    plx_sigpipe_restore(&guard);
    plx_http_server_release(&client->server);
    free(client->flights);
    pthread_mutex_destroy(&client->mutex);
    free(client);
}

#include "serve/connections.h"

#include "base/clock.h"
#include "base/memory.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

/* How often they are looked at, in parts of the time that they have. */
#define LOOKS 4u

struct plx_connection {
    struct plx_connection *next, **link;
    int descriptor;
    enum plx_connection_phase phase;
    double since;
    bool cut; /* off, once */
};

struct plx_connections {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    pthread_t thread;
    unsigned timeout_ms;
    bool closing;
    struct plx_connection *first;
};

/* Nothing of an answer has been sent yet, so that this can be said by hand. The descriptor stays open:
   whoever reads from it finds the end. */
static void cut(struct plx_connection *connection)
{
    static const char body[] = "{\"error\": {\"message\": \"the request took too long to arrive\", "
                               "\"type\": \"invalid_request_error\", \"param\": null, \"code\": null}}\n";
    char text[512];
    const int length = snprintf(text, sizeof text,
                                "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n"
                                "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                                sizeof body - 1, body);
    if (connection->phase == PLX_CONNECTION_RECEIVES)
        (void)!send(connection->descriptor, text, (size_t)length, MSG_NOSIGNAL | MSG_DONTWAIT);
    shutdown(connection->descriptor, SHUT_RDWR);
    connection->cut = true;
}

static void *look_after(void *user)
{
    struct plx_connections *connections = user;
    const double limit = connections->timeout_ms * 1e-3;
    const unsigned pause_ms = connections->timeout_ms / LOOKS + 1;
    pthread_mutex_lock(&connections->lock);
    while (!connections->closing) {
        const struct timespec until = plx_clock_after_ms(pause_ms);
        pthread_cond_timedwait(&connections->ended, &connections->lock, &until);
        const double now = plx_clock_seconds();
        for (struct plx_connection *each = connections->first; each; each = each->next) {
            if (!each->cut && each->phase != PLX_CONNECTION_ANSWERS && now - each->since > limit)
                cut(each);
        }
    }
    pthread_mutex_unlock(&connections->lock);
    return NULL;
}

struct plx_connections *plx_connections_new(unsigned timeout_ms, struct plx_error *error)
{
    struct plx_connections *connections = plx_new_array(1, sizeof *connections, error);
    pthread_condattr_t monotonic;
    sigset_t all, before;
    if (!connections)
        return NULL;
    connections->timeout_ms = timeout_ms;
    pthread_mutex_init(&connections->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&connections->ended, &monotonic);
    pthread_condattr_destroy(&monotonic);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int failed = pthread_create(&connections->thread, NULL, look_after, connections);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!failed)
        return connections;
    plx_error_set_errno(error, PLX_MEMORY, failed, "cannot start a thread");
    pthread_cond_destroy(&connections->ended);
    pthread_mutex_destroy(&connections->lock);
    free(connections);
    return NULL;
}

void plx_connections_free(struct plx_connections *connections)
{
    if (!connections)
        return;
    pthread_mutex_lock(&connections->lock);
    connections->closing = true;
    pthread_cond_signal(&connections->ended);
    pthread_mutex_unlock(&connections->lock);
    pthread_join(connections->thread, NULL);
    pthread_cond_destroy(&connections->ended);
    pthread_mutex_destroy(&connections->lock);
    free(connections);
}

struct plx_connection *plx_connections_add(struct plx_connections *connections, int descriptor)
{
    struct plx_connection *connection = plx_new_array(1, sizeof *connection, NULL);
    if (!connection)
        return NULL;
    *connection = (struct plx_connection){
        .descriptor = descriptor, .phase = PLX_CONNECTION_WAITS, .since = plx_clock_seconds()};
    pthread_mutex_lock(&connections->lock);
    connection->next = connections->first;
    connection->link = &connections->first;
    if (connection->next)
        connection->next->link = &connection->next;
    connections->first = connection;
    pthread_mutex_unlock(&connections->lock);
    return connection;
}

void plx_connections_remove(struct plx_connections *connections, struct plx_connection *connection)
{
    if (!connection)
        return;
    pthread_mutex_lock(&connections->lock);
    *connection->link = connection->next;
    if (connection->next)
        connection->next->link = connection->link;
    pthread_mutex_unlock(&connections->lock);
    free(connection);
}

void plx_connections_enter(struct plx_connections *connections, struct plx_connection *connection,
                           enum plx_connection_phase phase)
{
    if (!connection)
        return;
    pthread_mutex_lock(&connections->lock);
    connection->phase = phase;
    connection->since = plx_clock_seconds();
    pthread_mutex_unlock(&connections->lock);
}

#include <perplex/serve.h>

#include "base/clock.h"
#include "base/memory.h"
#include "serve/exchange.h"
#include "serve/listening.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Below the usual limit of descriptors, 1024. */
#define CONNECTIONS_MOST 960

/* For the head of a request, and for pieces of its body and of the answer. */
#define CONNECTION_BYTES ((size_t)65536)

#define DEFAULT_BODY       ((size_t)4 << 20)
#define DEFAULT_QUEUE      256u
#define DEFAULT_TIMEOUT_MS 30000u
#define DEFAULT_ANSWER_MS  600000u

struct plx_server {
    struct plx_served served;
    struct plx_listening listening;
    struct plx_exchanges exchanges;
    struct MHD_Daemon *daemon;
};

static void release(struct plx_server *server)
{
    if (server->exchanges.workers)
        plx_workers_stop(server->exchanges.workers); /* no connection waits for them when the daemon stops */
    if (server->daemon)
        MHD_stop_daemon(server->daemon);
    plx_workers_free(server->exchanges.workers);
    if (server->listening.socket >= 0)
        close(server->listening.socket);
    plx_connections_free(server->exchanges.connections);
    pthread_cond_destroy(&server->exchanges.ended);
    pthread_mutex_destroy(&server->exchanges.lock);
    if (server->exchanges.guard.key)
        explicit_bzero(server->exchanges.guard.key, strlen(server->exchanges.guard.key));
    free(server->exchanges.guard.key);
    plx_served_release(&server->served);
    free(server);
}

/* The thread that talks to the clients. */
static enum plx_status start_daemon(struct plx_server *server, unsigned timeout_ms, struct plx_error *error)
{
    const unsigned seconds = timeout_ms / 1000 + (timeout_ms % 1000 > 0);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    server->daemon = MHD_start_daemon(
        MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_SUSPEND_RESUME, 0, NULL, NULL,
        plx_exchange_handle, &server->exchanges, MHD_OPTION_LISTEN_SOCKET, server->listening.socket,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MOST, MHD_OPTION_CONNECTION_TIMEOUT, seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_BYTES, MHD_OPTION_NOTIFY_COMPLETED,
        plx_exchange_completed, &server->exchanges, MHD_OPTION_NOTIFY_CONNECTION, plx_exchange_connection,
        &server->exchanges, MHD_OPTION_END);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return server->daemon ? PLX_OK : plx_error_set(error, PLX_NETWORK, "the HTTP server does not start");
}

static enum plx_status start(struct plx_server *server, const struct plx_model *model,
                             const struct plx_server_options *options, struct plx_error *error)
{
    struct plx_exchanges *exchanges = &server->exchanges;
    const unsigned timeout_ms = options->timeout_ms ? options->timeout_ms : DEFAULT_TIMEOUT_MS;
    enum plx_status status = plx_served_init(&server->served, model, options->name, options->tokens, error);
    if (status)
        return status;
    server->served.created = time(NULL);
    exchanges->served = &server->served;
    exchanges->max_body = options->max_body_bytes ? options->max_body_bytes : DEFAULT_BODY;
    exchanges->answer_seconds = (options->answer_ms ? options->answer_ms : DEFAULT_ANSWER_MS) * 1e-3;
    if (options->api_key) {
        exchanges->guard.key = plx_copy_string(options->api_key, strlen(options->api_key), error);
        if (!exchanges->guard.key)
            return PLX_MEMORY;
    }
    status = plx_listening_open(&server->listening, options->host, options->port, error);
    if (status)
        return status;
    exchanges->guard.local = server->listening.local;
    exchanges->connections = plx_connections_new(timeout_ms, error);
    if (!exchanges->connections)
        return error->status;
    exchanges->workers = plx_workers_new(&server->served, options->threads ? options->threads : 1,
                                         options->max_queue ? options->max_queue : DEFAULT_QUEUE, error);
    if (!exchanges->workers)
        return error->status;
    return start_daemon(server, timeout_ms, error);
}

enum plx_status plx_server_start(const struct plx_model *model, const struct plx_server_options *options,
                                 struct plx_server **server, struct plx_error *error)
{
    pthread_condattr_t monotonic;
    *server = plx_new_array(1, sizeof **server, error);
    if (!*server)
        return PLX_MEMORY;
    **server = (struct plx_server){.listening = {.socket = -1}};
    pthread_mutex_init(&(*server)->exchanges.lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&(*server)->exchanges.ended, &monotonic);
    pthread_condattr_destroy(&monotonic);
    const enum plx_status status = start(*server, model, options, error);
    if (status == PLX_OK)
        return PLX_OK;
    release(*server);
    *server = NULL;
    return status;
}

const char *plx_server_url(const struct plx_server *server)
{
    return server->listening.url;
}

uint16_t plx_server_port(const struct plx_server *server)
{
    return server->listening.port;
}

bool plx_server_is_local(const struct plx_server *server)
{
    return server->listening.local;
}

/* Until nothing is under way any more, for at most so long. */
static void wait_for_exchanges(struct plx_exchanges *exchanges, unsigned grace_ms)
{
    const struct timespec until = plx_clock_after_ms(grace_ms);
    pthread_mutex_lock(&exchanges->lock);
    exchanges->stopping = true;
    while (exchanges->count > 0 && pthread_cond_timedwait(&exchanges->ended, &exchanges->lock, &until) == 0)
        continue;
    pthread_mutex_unlock(&exchanges->lock);
}

void plx_server_stop(struct plx_server *server, unsigned grace_ms)
{
    if (!server)
        return;
    MHD_quiesce_daemon(server->daemon); /* the socket stays open until its thread has ended */
    shutdown(server->listening.socket, SHUT_RD);
    wait_for_exchanges(&server->exchanges, grace_ms);
    atomic_store(&server->served.aborting, true);
    release(server);
}

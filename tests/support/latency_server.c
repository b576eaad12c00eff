#include "latency_server.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define CONNECTIONS 1024
#define INPUT       65536
#define HEAD        1024

struct connection {
    int socket; /* −1: none */
    bool waits; /* a request has come, and its answer goes out at `due` */
    bool close;
    double due;
    char *output;
    size_t output_size;
    size_t input_size;
    char input[INPUT + 1];
};

struct latency_server {
    void (*answer)(void *user, const struct latency_request *request, struct latency_answer *answer);
    void *user;
    int listener, poll, timer, stop;
    unsigned port;
    pthread_t thread;
    unsigned flying;
    atomic_uint requests, connections, most;
    struct connection *slots[CONNECTIONS]; /* by descriptor */
};

static void drop(struct latency_server *server, struct connection *connection)
{
    server->slots[connection->socket] = NULL;
    server->flying -= connection->waits;
    close(connection->socket);
    free(connection->output);
    free(connection);
}

/* The answer as bytes; `cut` ones of its body are missing. */
static void compose(struct connection *connection, const struct latency_answer *answer)
{
    char head[HEAD];
    int length = snprintf(head, sizeof head, "HTTP/1.1 %u Said\r\nContent-Length: %zu\r\n%s\r\n",
                          answer->status, answer->size, answer->fields ? answer->fields : "");
    const size_t body = answer->size - answer->cut;
    connection->output_size = (size_t)length + body;
    connection->output = malloc(connection->output_size);
    if (!connection->output)
        abort();
    memcpy(connection->output, head, (size_t)length);
    if (body > 0)
        memcpy(connection->output + length, answer->body, body);
    connection->close = answer->close || (answer->cut > 0 && !answer->stall);
}

/* True once the input is a whole request. */
static bool whole(struct connection *connection, struct latency_request *request)
{
    connection->input[connection->input_size] = '\0';
    const char *end = strstr(connection->input, "\r\n\r\n");
    if (!end)
        return false;
    const char *field = strcasestr(connection->input, "\r\nContent-Length:");
    size_t size = 0;
    if (field && field < end)
        size = strtoul(field + strlen("\r\nContent-Length:"), NULL, 10);
    request->head = connection->input;
    request->body = end + 4;
    request->size = size;
    return connection->input_size >= (size_t)(request->body - connection->input) + size;
}

static void take_request(struct latency_server *server, struct connection *connection)
{
    struct latency_request request;
    if (connection->waits || !whole(connection, &request))
        return;
    struct latency_answer answer = {.status = 200, .body = ""};
    request.number = atomic_fetch_add(&server->requests, 1) + 1;
    request.flying = ++server->flying;
    if (server->flying > atomic_load(&server->most))
        atomic_store(&server->most, server->flying);
    server->answer(server->user, &request, &answer);
    connection->input_size = 0;
    connection->waits = true;
    connection->due = plx_clock_seconds() + answer.delay_ms * 1e-3;
    if (answer.status != 0)
        compose(connection, &answer);
    else
        connection->close = true;
}

static void receive(struct latency_server *server, struct connection *connection)
{
    ssize_t got = recv(connection->socket, connection->input + connection->input_size,
                       INPUT - connection->input_size, MSG_DONTWAIT);
    if (got <= 0) {
        drop(server, connection);
        return;
    }
    connection->input_size += (size_t)got;
    take_request(server, connection);
}

static void send_answer(struct latency_server *server, struct connection *connection)
{
    for (size_t at = 0; at < connection->output_size;) {
        ssize_t sent =
            send(connection->socket, connection->output + at, connection->output_size - at, MSG_NOSIGNAL);
        if (sent <= 0) {
            connection->close = true;
            break;
        }
        at += (size_t)sent;
    }
    free(connection->output);
    connection->output = NULL;
    connection->output_size = 0;
    connection->waits = false;
    server->flying--;
    if (connection->close)
        drop(server, connection);
}

/* Sends what is due, and sets the timer for what is next. */
static void send_due(struct latency_server *server)
{
    const double now = plx_clock_seconds();
    double next = 0;
    for (size_t i = 0; i < CONNECTIONS; i++) {
        struct connection *connection = server->slots[i];
        if (!connection || !connection->waits)
            continue;
        if (connection->due <= now)
            send_answer(server, connection);
        else if (next == 0 || connection->due < next)
            next = connection->due;
    }
    const double left = next > now ? next - now : 0;
    const struct itimerspec time = {
        .it_value = {(time_t)left, (long)((left - (double)(time_t)left) * 1e9) + (next > 0)}};
    timerfd_settime(server->timer, 0, &time, NULL);
}

static void take_connection(struct latency_server *server)
{
    struct connection *connection = NULL;
    int client = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
    if (client < 0)
        return;
    if (client < CONNECTIONS)
        connection = calloc(1, sizeof *connection);
    if (!connection) {
        close(client);
        return;
    }
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    connection->socket = client;
    server->slots[client] = connection;
    atomic_fetch_add(&server->connections, 1);
    epoll_ctl(server->poll, EPOLL_CTL_ADD, client,
              &(struct epoll_event){.events = EPOLLIN, .data.fd = client});
}

static void *serve(void *user)
{
    struct latency_server *server = user;
    struct epoll_event ready[64];
    for (;;) {
        int count = epoll_wait(server->poll, ready, 64, -1);
        for (int i = 0; i < count; i++) {
            const int descriptor = ready[i].data.fd;
            uint64_t number;
            if (descriptor == server->stop)
                return NULL;
            if (descriptor == server->timer)
                (void)!read(server->timer, &number, sizeof number);
            else if (descriptor == server->listener)
                take_connection(server);
            else if (server->slots[descriptor])
                receive(server, server->slots[descriptor]);
        }
        send_due(server);
    }
}

static void release(struct latency_server *server)
{
    for (size_t i = 0; i < CONNECTIONS; i++)
        if (server->slots[i])
            drop(server, server->slots[i]);
    const int descriptors[] = {server->listener, server->poll, server->timer, server->stop};
    for (size_t i = 0; i < 4; i++)
        if (descriptors[i] >= 0)
            close(descriptors[i]);
    free(server);
}

static bool watch(struct latency_server *server, int descriptor)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
    return descriptor >= 0 && epoll_ctl(server->poll, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

struct latency_server *latency_server_start(void (*answer)(void *user, const struct latency_request *request,
                                                           struct latency_answer *answer),
                                            void *user)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    struct latency_server *server = calloc(1, sizeof *server);
    if (!server)
        return NULL;
    server->answer = answer;
    server->user = user;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    server->poll = epoll_create1(EPOLL_CLOEXEC);
    server->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    server->stop = eventfd(0, EFD_CLOEXEC);
    if (server->listener < 0 || bind(server->listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(server->listener, 256) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &length) != 0 ||
        !watch(server, server->listener) || !watch(server, server->timer) || !watch(server, server->stop))
        goto fail;
    server->port = ntohs(address.sin_port);
    if (pthread_create(&server->thread, NULL, serve, server) == 0)
        return server;
fail:
    release(server);
    return NULL;
}

unsigned latency_server_port(const struct latency_server *server)
{
    return server->port;
}

unsigned latency_server_requests(struct latency_server *server)
{
    return atomic_load(&server->requests);
}

unsigned latency_server_connections(struct latency_server *server)
{
    return atomic_load(&server->connections);
}

unsigned latency_server_most(struct latency_server *server)
{
    return atomic_load(&server->most);
}

void latency_server_stop(struct latency_server *server)
{
    if (!server)
        return;
    (void)!eventfd_write(server->stop, 1);
    pthread_join(server->thread, NULL);
    release(server);
}

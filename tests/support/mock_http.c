#include "mock_http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HEAD_MAX 16384
#define BODY_MAX ((size_t)64 << 20)
#define TICK_MS  5

struct mock_http {
    struct mock_http_options options;
    int listeners[MOCK_HTTP_PLACES];
    unsigned ports[MOCK_HTTP_PLACES];
    pthread_t acceptor;
    atomic_bool stopping;
    atomic_uint connections; /* threads that are alive */
};

struct connection {
    struct mock_http *http;
    int socket;
    unsigned place;
    char *input; /* [filled] of [capacity] */
    size_t filled, capacity;
    void *state;
};

/* Sending. Everything returns false once the client is gone or the server stops. */

static bool send_bytes(struct connection *connection, const void *data, size_t size)
{
    const char *next = data;
    while (size > 0) {
        ssize_t sent = send(connection->socket, next, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && (errno == EINTR || errno == EAGAIN)) {
            struct pollfd ready = {.fd = connection->socket, .events = POLLOUT, .revents = 0};
            if (atomic_load(&connection->http->stopping))
                return false;
            poll(&ready, 1, TICK_MS);
            continue;
        }
        if (sent <= 0)
            return false;
        next += sent;
        size -= (size_t)sent;
    }
    return true;
}

static bool send_chunks(struct connection *connection, const char *data, size_t size)
{
    for (size_t begin = 0, length = 1; begin < size; begin += length, length = length % 4000 + 7) {
        char head[32];
        if (length > size - begin)
            length = size - begin;
        int head_size = snprintf(head, sizeof head, "%zx\r\n", length);
        if (!send_bytes(connection, head, (size_t)head_size) ||
            !send_bytes(connection, data + begin, length) || !send_bytes(connection, "\r\n", 2))
            return false;
    }
    return send_bytes(connection, "0\r\n\r\n", 5);
}

/* Until the client is gone or the server stops. */
static void linger(struct connection *connection)
{
    while (!atomic_load(&connection->http->stopping)) {
        struct pollfd ready = {.fd = connection->socket, .events = POLLRDHUP, .revents = 0};
        if (poll(&ready, 1, TICK_MS) > 0)
            return;
    }
}

static void pour(struct connection *connection)
{
    static const char spaces[4096] = {' '};
    while (send_bytes(connection, spaces, sizeof spaces))
        continue;
}

/* True if the whole reply went out. */
static bool send_reply(struct connection *connection, const struct mock_http_reply *reply)
{
    char head[1024];
    char length[64] = "Transfer-Encoding: chunked\r\n";
    if (reply->way == MOCK_HTTP_SILENT)
        linger(connection);
    if (reply->way == MOCK_HTTP_SILENT || reply->way == MOCK_HTTP_CLOSED)
        return false;
    if (reply->way == MOCK_HTTP_ENDLESS)
        length[0] = '\0';
    else if (reply->way != MOCK_HTTP_CHUNKED)
        snprintf(length, sizeof length, "Content-Length: %zu\r\n", reply->size);
    int head_size =
        snprintf(head, sizeof head, "HTTP/1.1 %u %s\r\nContent-Type: %s\r\n%s%s%s\r\n", reply->status,
                 reply->status < 300 ? "OK" : "Something else", reply->type, length, reply->fields,
                 reply->close || !length[0] ? "Connection: close\r\n" : "");
    if (!send_bytes(connection, head, (size_t)head_size))
        return false;
    if (reply->way == MOCK_HTTP_CHUNKED)
        return send_chunks(connection, reply->body, reply->size);
    if (reply->way == MOCK_HTTP_WHOLE)
        return send_bytes(connection, reply->body, reply->size);
    bool alive = send_bytes(connection, reply->body, reply->size / 2);
    if (alive && reply->way == MOCK_HTTP_HANGS)
        linger(connection);
    if (alive && reply->way == MOCK_HTTP_ENDLESS)
        pour(connection);
    return false;
}

/* Receiving. */

/* More of the input; false once the client is gone or the server stops. */
static bool receive(struct connection *connection)
{
    if (connection->filled + 1 >= connection->capacity) {
        size_t capacity = connection->capacity ? 2 * connection->capacity : HEAD_MAX;
        char *input = realloc(connection->input, capacity);
        if (!input)
            return false;
        connection->input = input;
        connection->capacity = capacity;
    }
    while (!atomic_load(&connection->http->stopping)) {
        struct pollfd ready = {.fd = connection->socket, .events = POLLIN, .revents = 0};
        if (poll(&ready, 1, TICK_MS) <= 0)
            continue;
        ssize_t got = recv(connection->socket, connection->input + connection->filled,
                           connection->capacity - connection->filled - 1, 0);
        if (got <= 0)
            return false;
        connection->filled += (size_t)got;
        connection->input[connection->filled] = '\0';
        return true;
    }
    return false;
}

/* The value of a field of the head, cut to fit; "" where there is none. */
static void find_field(const char *head, const char *name, char *value, size_t capacity)
{
    size_t length = strlen(name);
    value[0] = '\0';
    for (const char *line = strstr(head, "\r\n"); line; line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, length) != 0 || line[length] != ':')
            continue;
        line += length + 1;
        line += strspn(line, " ");
        snprintf(value, capacity, "%.*s", (int)strcspn(line, "\r"), line);
        return;
    }
}

/* Reads a request; *consumed is its size in the input. */
static bool receive_request(struct connection *connection, struct mock_http_request *request,
                            size_t *consumed)
{
    char value[64];
    const char *end = NULL;
    while (!connection->filled || !(end = strstr(connection->input, "\r\n\r\n")))
        if (connection->filled > HEAD_MAX || !receive(connection))
            return false;
    size_t head = (size_t)(end - connection->input) + 4;
    connection->input[head - 2] = '\0';
    memset(request, 0, sizeof *request);
    request->place = connection->place;
    find_field(connection->input, "Authorization", request->authorization, sizeof request->authorization);
    find_field(connection->input, "Content-Type", request->type, sizeof request->type);
    find_field(connection->input, "Content-Length", value, sizeof value);
    request->size = strtoul(value, NULL, 10);
    find_field(connection->input, "Expect", value, sizeof value);
    if (sscanf(connection->input, "%7s %1023s", request->method, request->path) != 2 ||
        request->size > BODY_MAX ||
        (value[0] && !send_bytes(connection, "HTTP/1.1 100 Continue\r\n\r\n", 25)))
        return false;
    while (connection->filled < head + request->size)
        if (!receive(connection))
            return false;
    request->body = connection->input + head;
    *consumed = head + request->size;
    return true;
}

/* Answers one request; false if the connection is to end. */
static bool serve_one(struct connection *connection)
{
    const struct mock_http_options *options = &connection->http->options;
    struct mock_http_request request;
    struct mock_http_reply reply = {.status = 200, .type = "application/json"};
    size_t consumed = 0;
    if (!receive_request(connection, &request, &consumed))
        return false;
    char next = connection->input[consumed]; /* of another request, perhaps */
    connection->input[consumed] = '\0';
    options->answer(options->user, &connection->state, &request, &reply);
    bool whole = send_reply(connection, &reply);
    free(reply.body);
    options->answered(options->user, &connection->state, whole);
    connection->input[consumed] = next;
    connection->filled -= consumed;
    memmove(connection->input, connection->input + consumed, connection->filled);
    connection->input[connection->filled] = '\0';
    return whole && !reply.close;
}

static void *serve(void *user)
{
    struct connection *connection = user;
    struct mock_http *http = connection->http;
    while (serve_one(connection))
        continue;
    if (connection->state)
        http->options.closed(http->options.user, connection->state);
    shutdown(connection->socket, SHUT_WR);
    close(connection->socket);
    free(connection->input);
    free(connection);
    atomic_fetch_sub(&http->connections, 1);
    return NULL;
}

static void take(struct mock_http *http, unsigned place)
{
    int client = accept(http->listeners[place], NULL, NULL);
    struct connection *connection = calloc(1, sizeof *connection);
    pthread_t thread;
    if (client < 0 || !connection)
        goto fail;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    connection->http = http;
    connection->socket = client;
    connection->place = place;
    atomic_fetch_add(&http->connections, 1);
    if (pthread_create(&thread, NULL, serve, connection) == 0) {
        pthread_detach(thread);
        return;
    }
    atomic_fetch_sub(&http->connections, 1);
fail:
    if (client >= 0)
        close(client);
    free(connection);
}

static void *accept_loop(void *user)
{
    struct mock_http *http = user;
    while (!atomic_load(&http->stopping)) {
        struct pollfd ready[MOCK_HTTP_PLACES];
        for (unsigned i = 0; i < MOCK_HTTP_PLACES; i++)
            ready[i] = (struct pollfd){.fd = http->listeners[i], .events = POLLIN, .revents = 0};
        if (poll(ready, MOCK_HTTP_PLACES, TICK_MS) <= 0)
            continue;
        for (unsigned i = 0; i < MOCK_HTTP_PLACES; i++)
            if (ready[i].revents & POLLIN)
                take(http, i);
    }
    return NULL;
}

static bool listen_at(struct mock_http *http, unsigned place, uint32_t host)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(host)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    http->listeners[place] = listener;
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 128) != 0 || getsockname(listener, (struct sockaddr *)&address, &length) != 0)
        return false;
    http->ports[place] = ntohs(address.sin_port);
    return true;
}

static void release(struct mock_http *http)
{
    for (unsigned i = 0; i < MOCK_HTTP_PLACES; i++)
        if (http->listeners[i] >= 0)
            close(http->listeners[i]);
    free(http);
}

struct mock_http *mock_http_start(const struct mock_http_options *options)
{
    struct mock_http *http = calloc(1, sizeof *http);
    if (!http)
        return NULL;
    http->options = *options;
    for (unsigned i = 0; i < MOCK_HTTP_PLACES; i++)
        http->listeners[i] = -1;
    if (listen_at(http, 0, INADDR_LOOPBACK) && listen_at(http, 1, INADDR_LOOPBACK) &&
        listen_at(http, 2, INADDR_LOOPBACK + 1) &&
        pthread_create(&http->acceptor, NULL, accept_loop, http) == 0)
        return http;
    release(http);
    return NULL;
}

unsigned mock_http_port(const struct mock_http *http, unsigned place)
{
    return http->ports[place];
}

bool mock_http_stopping(struct mock_http *http)
{
    return atomic_load(&http->stopping);
}

void mock_http_stop(struct mock_http *http)
{
    if (!http)
        return;
    atomic_store(&http->stopping, true);
    pthread_join(http->acceptor, NULL);
    while (atomic_load(&http->connections) > 0)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    release(http);
}

/* The client. */

static char *read_answer(int client)
{
    char *answer = NULL;
    size_t size = 0;
    for (;;) {
        char *larger = realloc(answer, size + 4097);
        if (!larger)
            break;
        answer = larger;
        ssize_t got = recv(client, answer + size, 4096, 0);
        if (got <= 0)
            break;
        size += (size_t)got;
    }
    if (answer)
        answer[size] = '\0';
    return answer;
}

char *mock_http_ask(unsigned port, const char *path, const char *body)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char *answer = NULL;
    char *content = NULL;
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client >= 0 && connect(client, (struct sockaddr *)&address, sizeof address) == 0) {
        dprintf(client, "%s %s HTTP/1.1\r\nContent-Length: %zu\r\n\r\n%s", body ? "POST" : "GET", path,
                body ? strlen(body) : 0, body ? body : "");
        answer = read_answer(client);
    }
    const char *end = answer ? strstr(answer, "\r\n\r\n") : NULL;
    if (end && strncmp(answer, "HTTP/1.1 200 ", 13) == 0)
        content = strdup(end + 4);
    free(answer);
    if (client >= 0)
        close(client);
    return content;
}

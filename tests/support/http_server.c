#include "http_connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TICK_MS    20
#define BIG_LENGTH "1099511627776"

#define PATHS_MAX 128

/* How often what was asked for. */
struct count {
    char path[1024];
    unsigned requests;
};

struct http_server {
    struct http_server_options options;
    int listener;
    unsigned port;
    pthread_t acceptor;
    atomic_bool stopping;
    atomic_uint requests;
    atomic_uint connections; /* threads that are alive */
    pthread_mutex_t mutex;   /* for: */
    struct count counts[PATHS_MAX];
    size_t path_count;
};

/* Sending. Everything returns false once the client is gone or the server stops. */

bool http_send_bytes(struct http_connection *connection, const void *data, size_t size)
{
    const char *next = data;
    while (size > 0) {
        if (atomic_load(&connection->server->stopping))
            return false;
        struct pollfd ready = {.fd = connection->socket, .events = POLLOUT, .revents = 0};
        if (poll(&ready, 1, TICK_MS) == 0)
            continue;
        ssize_t sent = send(connection->socket, next, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (sent <= 0)
            return false;
        next += sent;
        size -= (size_t)sent;
    }
    return true;
}

bool http_send_text(struct http_connection *connection, const char *text)
{
    return http_send_bytes(connection, text, strlen(text));
}

bool http_send_head(struct http_connection *connection, unsigned status, const char *fields)
{
    char head[2048];
    snprintf(head, sizeof head, "HTTP/1.1 %u %s\r\nConnection: close\r\n%s\r\n", status,
             status < 300   ? "Fine"
             : status < 400 ? "Elsewhere"
                            : "Failed",
             fields);
    return http_send_text(connection, head);
}

bool http_send_content(struct http_connection *connection, unsigned status, const void *data, size_t size)
{
    char fields[64];
    snprintf(fields, sizeof fields, "Content-Length: %zu\r\n", size);
    return http_send_head(connection, status, fields) && http_send_bytes(connection, data, size);
}

void http_send_status(struct http_connection *connection, unsigned status)
{
    char body[64];
    snprintf(body, sizeof body, "this is the body of a %u\n", status);
    http_send_content(connection, status, body, strlen(body));
}

static void send_redirect(struct http_connection *connection, const char *location)
{
    char fields[1300];
    snprintf(fields, sizeof fields, "Location: %s\r\nContent-Length: 5\r\n", location);
    if (http_send_head(connection, 302, fields))
        http_send_text(connection, "gone\n");
}

static bool send_chunk(struct http_connection *connection, const void *data, size_t size)
{
    char length[32];
    snprintf(length, sizeof length, "%zx\r\n", size);
    return http_send_text(connection, length) && http_send_bytes(connection, data, size) &&
           http_send_text(connection, "\r\n");
}

bool http_linger(struct http_connection *connection, unsigned milliseconds)
{
    for (unsigned waited = 0; waited < milliseconds; waited += TICK_MS) {
        struct pollfd ready = {.fd = connection->socket, .events = POLLIN | POLLRDHUP, .revents = 0};
        if (atomic_load(&connection->server->stopping))
            return false;
        if (poll(&ready, 1, TICK_MS) > 0 && (ready.revents & (POLLHUP | POLLERR | POLLRDHUP)))
            return false;
    }
    return true;
}

/* The answers. */

static void answer_chunked(struct http_connection *connection, bool complete)
{
    const struct http_server_options *options = connection->options;
    const char *content = options->content;
    if (!http_send_head(connection, 200, "Transfer-Encoding: chunked\r\n"))
        return;
    for (size_t begin = 0, size = 1; begin < options->content_size; begin += size, size = size % 4000 + 7) {
        if (size > options->content_size - begin)
            size = options->content_size - begin;
        if (!send_chunk(connection, content + begin, size))
            return;
    }
    if (complete)
        http_send_text(connection, "0\r\n\r\n");
}

static void answer_slow(struct http_connection *connection)
{
    const struct http_server_options *options = connection->options;
    const char *content = options->content;
    http_send_head(connection, 200, "");
    for (size_t i = 0; i < options->content_size; i++)
        if (!http_send_bytes(connection, content + i, 1) || !http_linger(connection, TICK_MS))
            return;
}

static void answer_slow_head(struct http_connection *connection)
{
    const struct http_server_options *options = connection->options;
    bool alive = http_send_text(connection, "HTTP/1.1 200 Fine\r\nConnection: close\r\n");
    for (int i = 0; alive && i < 10; i++)
        alive = http_send_text(connection, "X-Patience: please\r\n") && http_linger(connection, 100);
    if (alive && http_send_text(connection, "\r\n"))
        http_send_bytes(connection, options->content, options->content_size);
}

static void answer_short(struct http_connection *connection)
{
    const struct http_server_options *options = connection->options;
    char fields[64];
    snprintf(fields, sizeof fields, "Content-Length: %zu\r\n", options->content_size + 1000);
    if (http_send_head(connection, 200, fields))
        http_send_bytes(connection, options->content, options->content_size);
}

static void answer_stall_later(struct http_connection *connection)
{
    const struct http_server_options *options = connection->options;
    char fields[64];
    snprintf(fields, sizeof fields, "Content-Length: %zu\r\n", options->content_size);
    if (http_send_head(connection, 200, fields) &&
        http_send_bytes(connection, options->content, options->content_size / 2))
        http_linger(connection, 60000);
}

static void answer_big(struct http_connection *connection, bool chunked)
{
    static const char zeros[65536];
    const char *fields = chunked ? "Transfer-Encoding: chunked\r\n" : "Content-Length: " BIG_LENGTH "\r\n";
    bool alive = http_send_head(connection, 200, fields);
    while (alive)
        alive = chunked ? send_chunk(connection, zeros, sizeof zeros)
                        : http_send_bytes(connection, zeros, sizeof zeros);
}

static void answer_auth(struct http_connection *connection)
{
    /* RFC 7617: base64 of "user:secret". */
    const struct http_server_options *options = connection->options;
    if (strstr(connection->request, "Authorization: Basic dXNlcjpzZWNyZXQ="))
        http_send_content(connection, 200, options->content, options->content_size);
    else
        http_send_status(connection, 401);
}

static void answer_redirects(struct http_connection *connection, unsigned count)
{
    char location[64];
    snprintf(location, sizeof location, count > 1 ? "/redirect/%u" : "/ok", count - 1);
    send_redirect(connection, location);
}

/* The same server under another name. */
static void answer_redirect_host(struct http_connection *connection, const char *path)
{
    char location[1200];
    snprintf(location, sizeof location, "http://localhost:%u%s", connection->port, path);
    send_redirect(connection, location);
}

static void answer_file(struct http_connection *connection)
{
    const char *folder = connection->options->folder;
    char name[4096];
    FILE *file = NULL;
    if (folder && !strstr(connection->path, "..")) {
        snprintf(name, sizeof name, "%s%s", folder, connection->path);
        file = fopen(name, "rb");
    }
    long size = -1;
    if (file && fseek(file, 0, SEEK_END) == 0)
        size = ftell(file);
    if (size < 0 || size == INT64_MAX) { /* a folder has no size to speak of */
        http_send_status(connection, 404);
    } else {
        char fields[64];
        char block[16384];
        snprintf(fields, sizeof fields, "Content-Length: %ld\r\n", size);
        bool alive = http_send_head(connection, 200, fields);
        rewind(file);
        for (size_t got = 0; alive && (got = fread(block, 1, sizeof block, file)) > 0;)
            alive = http_send_bytes(connection, block, got);
    }
    if (file)
        fclose(file);
}

static void answer(struct http_connection *connection)
{
    const struct http_server_options *options = connection->options;
    const char *path = connection->path;
    unsigned number = 0;
    if (strcmp(path, "/ok") == 0)
        http_send_content(connection, 200, options->content, options->content_size);
    else if (strcmp(path, "/gzip") == 0)
        http_send_content(connection, 200, options->gzip, options->gzip_size);
    else if (strcmp(path, "/chunked") == 0)
        answer_chunked(connection, true);
    else if (strcmp(path, "/chunked-short") == 0)
        answer_chunked(connection, false);
    else if (strcmp(path, "/close") == 0) {
        if (http_send_head(connection, 200, ""))
            http_send_bytes(connection, options->content, options->content_size);
    } else if (strcmp(path, "/empty") == 0)
        http_send_content(connection, 200, "", 0);
    else if (strcmp(path, "/404") == 0)
        http_send_status(connection, 404);
    else if (sscanf(path, "/status/%u", &number) == 1)
        http_send_status(connection, number);
    else if (strcmp(path, "/auth") == 0)
        answer_auth(connection);
    else if (strcmp(path, "/request") == 0)
        http_send_content(connection, 200, connection->request, strlen(connection->request));
    else if (strcmp(path, "/slow") == 0)
        answer_slow(connection);
    else if (strcmp(path, "/slow-head") == 0)
        answer_slow_head(connection);
    else if (strcmp(path, "/redirect") == 0)
        answer_redirects(connection, 1);
    else if (sscanf(path, "/redirect/%u", &number) == 1)
        answer_redirects(connection, number);
    else if (strcmp(path, "/redirect-loop") == 0)
        send_redirect(connection, "/redirect-loop");
    else if (strncmp(path, "/redirect-host", 14) == 0)
        answer_redirect_host(connection, path[14] == '/' ? path + 14 : "/ok");
    else if (strcmp(path, "/redirect-file") == 0)
        send_redirect(connection, "file:///etc/passwd");
    else if (strcmp(path, "/page") == 0) {
        if (http_send_head(connection, 200, "Content-Type: text/html\r\nContent-Length: 18\r\n"))
            http_send_text(connection, "<!DOCTYPE html><p>");
    } else if (strcmp(path, "/short") == 0)
        answer_short(connection);
    else if (strcmp(path, "/stall") == 0)
        http_linger(connection, 60000);
    else if (strcmp(path, "/stall-later") == 0)
        answer_stall_later(connection);
    else if (strcmp(path, "/big") == 0)
        answer_big(connection, false);
    else if (strcmp(path, "/big-chunked") == 0)
        answer_big(connection, true);
    else if (strcmp(path, "/reset") != 0 && !http_answer_again(connection))
        answer_file(connection);
}

/* Connections. */

bool http_request_field(const struct http_connection *connection, const char *name, char *value, size_t size)
{
    const char *at = strcasestr(connection->request, name);
    if (!at)
        return false;
    at += strlen(name);
    at += strspn(at, " ");
    snprintf(value, size, "%.*s", (int)strcspn(at, "\r\n"), at);
    return true;
}

/* The entry of a path with its query; NULL where there are too many. For the one who has the mutex. */
static struct count *find_count(struct http_server *server, const char *path)
{
    size_t i = 0;
    while (i < server->path_count && strcmp(server->counts[i].path, path) != 0)
        i++;
    if (i == PATHS_MAX)
        return NULL;
    if (i == server->path_count) {
        snprintf(server->counts[i].path, sizeof server->counts[i].path, "%s", path);
        server->path_count++;
    }
    return &server->counts[i];
}

/* Takes the request apart, counts and logs it. A request for a whole URL, as proxies get them, is answered as
   if the URL were ours. */
static bool note_request(struct http_connection *connection)
{
    struct http_server *server = connection->server;
    char target[1024];
    if (sscanf(connection->request, "GET %1023[^ ]", target) != 1)
        return false;
    const char *path = target;
    if (strncmp(target, "http://", 7) == 0 && !(path = strchr(target + 7, '/')))
        return false;
    pthread_mutex_lock(&server->mutex);
    struct count *count = find_count(server, path);
    connection->before = count ? count->requests++ : 0;
    if (server->options.log) {
        fputs(connection->request, server->options.log);
        fflush(server->options.log);
    }
    pthread_mutex_unlock(&server->mutex);
    atomic_fetch_add(&server->requests, 1);
    snprintf(connection->path, sizeof connection->path, "%.*s", (int)strcspn(path, "?"), path);
    return true;
}

static bool receive_request(struct http_connection *connection)
{
    size_t size = 0;
    while (size < HTTP_REQUEST_MAX) {
        struct pollfd ready = {.fd = connection->socket, .events = POLLIN, .revents = 0};
        if (atomic_load(&connection->server->stopping))
            return false;
        if (poll(&ready, 1, TICK_MS) == 0)
            continue;
        ssize_t got = recv(connection->socket, connection->request + size, HTTP_REQUEST_MAX - size, 0);
        if (got <= 0)
            return false;
        size += (size_t)got;
        connection->request[size] = '\0';
        if (strstr(connection->request, "\r\n\r\n"))
            return true;
    }
    return false;
}

static void *serve(void *user)
{
    struct http_connection *connection = user;
    struct http_server *server = connection->server;
    if (receive_request(connection) && note_request(connection))
        answer(connection);
    shutdown(connection->socket, SHUT_WR);
    close(connection->socket);
    free(connection);
    atomic_fetch_sub(&server->connections, 1);
    return NULL;
}

static void take(struct http_server *server)
{
    int client = accept(server->listener, NULL, NULL);
    if (client < 0)
        return;
    struct http_connection *connection = calloc(1, sizeof *connection);
    pthread_t thread;
    if (!connection) {
        close(client);
        return;
    }
    connection->server = server;
    connection->options = &server->options;
    connection->port = server->port;
    connection->socket = client;
    atomic_fetch_add(&server->connections, 1);
    if (pthread_create(&thread, NULL, serve, connection) == 0) {
        pthread_detach(thread);
        return;
    }
    atomic_fetch_sub(&server->connections, 1);
    close(client);
    free(connection);
}

static void *accept_loop(void *user)
{
    struct http_server *server = user;
    while (!atomic_load(&server->stopping)) {
        struct pollfd ready = {.fd = server->listener, .events = POLLIN, .revents = 0};
        if (poll(&ready, 1, TICK_MS) > 0)
            take(server);
    }
    return NULL;
}

struct http_server *http_server_start(const struct http_server_options *options)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    struct http_server *server = calloc(1, sizeof *server);
    if (!server)
        return NULL;
    server->options = *options;
    pthread_mutex_init(&server->mutex, NULL);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server->listener < 0 || bind(server->listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(server->listener, 64) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &length) != 0)
        goto fail;
    server->port = ntohs(address.sin_port);
    if (pthread_create(&server->acceptor, NULL, accept_loop, server) != 0)
        goto fail;
    return server;
fail:
    if (server->listener >= 0)
        close(server->listener);
    free(server);
    return NULL;
}

unsigned http_server_port(const struct http_server *server)
{
    return server->port;
}

unsigned http_server_requests(struct http_server *server)
{
    return atomic_load(&server->requests);
}

unsigned http_server_requests_for(struct http_server *server, const char *path)
{
    pthread_mutex_lock(&server->mutex);
    const struct count *count = find_count(server, path);
    const unsigned requests = count ? count->requests : 0;
    pthread_mutex_unlock(&server->mutex);
    return requests;
}

void http_server_stop(struct http_server *server)
{
    if (!server)
        return;
    atomic_store(&server->stopping, true);
    pthread_join(server->acceptor, NULL);
    while (atomic_load(&server->connections) > 0)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    close(server->listener);
    pthread_mutex_destroy(&server->mutex);
    free(server);
}

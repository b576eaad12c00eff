#include "serve/exchange.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/number.h"
#include "serve/vocabulary_stream.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What a request that is refused may go on to send, beyond the largest that is not, before the connection is
   closed. */
#define REFUSED_MORE ((size_t)1 << 20)

/* How much of the vocabulary is asked for at a time. */
#define STREAM_BYTES 32768

/* What all requests under way may take together; one of the largest may come in any case. */
#define BODIES_BYTES ((size_t)256 << 20)

#define RETRY_AFTER "1"

struct exchange {
    struct plx_work work;
    struct plx_exchanges *all;
    struct MHD_Connection *connection;
    const struct plx_route *route;
    char *rest;          /* owned; see plx_route_find */
    const char *allowed; /* likewise */
    struct plx_buffer body;
    size_t received;
    struct plx_reply answer;
    bool bodiless; /* HEAD */
    bool ended;    /* all of the request is there */
};

static struct plx_connection *connection_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static int descriptor_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

/* Sending. */

static ssize_t read_stream(void *user, uint64_t position, char *out, size_t capacity)
{
    struct plx_error error;
    size_t size;
    (void)position;
    if (plx_vocabulary_stream_read(user, out, capacity, &size, &error))
        return MHD_CONTENT_READER_END_WITH_ERROR;
    return size > 0 ? (ssize_t)size : MHD_CONTENT_READER_END_OF_STREAM;
}

static void free_stream(void *user)
{
    plx_vocabulary_stream_free(user);
}

/* How much comes out of it. */
static uint64_t measure(struct plx_vocabulary_stream *stream)
{
    char room[4096];
    uint64_t size = 0;
    for (ssize_t got; (got = read_stream(stream, size, room, sizeof room)) > 0;)
        size += (uint64_t)got;
    return size;
}

/* NULL where memory is short. To HEAD libmicrohttpd answers with the end of a body where its size is not
   known beforehand, which the client takes for the next answer. */
static struct MHD_Response *stream_vocabulary(struct exchange *exchange)
{
    struct plx_error error;
    struct plx_vocabulary_stream *stream = plx_vocabulary_stream_new(exchange->all->served, &error);
    if (!stream)
        return NULL;
    struct MHD_Response *response =
        MHD_create_response_from_callback(exchange->bodiless ? measure(stream) : MHD_SIZE_UNKNOWN,
                                          STREAM_BYTES, read_stream, stream, free_stream);
    if (!response)
        plx_vocabulary_stream_free(stream);
    return response;
}

/* The text goes over to the response. */
static struct MHD_Response *take_text(struct plx_buffer *text)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(text->size, text->data, MHD_RESPMEM_MUST_FREE);
    if (response)
        text->data = NULL;
    return response;
}

static enum MHD_Result respond(struct exchange *exchange)
{
    const unsigned code = exchange->answer.code;
    const bool streams = code == 200 && !exchange->route->work && !exchange->route->answer;
    struct MHD_Response *response = streams ? stream_vocabulary(exchange) : take_text(&exchange->answer.text);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
    if (code == 401)
        MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer");
    if (code == 405)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, exchange->allowed);
    if (code == 503)
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, RETRY_AFTER);
    pthread_mutex_lock(&exchange->all->lock);
    const bool stopping = exchange->all->stopping;
    pthread_mutex_unlock(&exchange->all->lock);
    if (stopping)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    const enum MHD_Result result = MHD_queue_response(exchange->connection, code, response);
    MHD_destroy_response(response);
    return result;
}

/* Receiving. */

static void drop_body(struct exchange *exchange)
{
    exchange->all->bodies -= exchange->body.size;
    plx_buffer_release(&exchange->body);
}

static void keep(struct exchange *exchange, const char *data, size_t size)
{
    struct plx_exchanges *all = exchange->all;
    struct plx_error error;
    if (all->bodies > exchange->body.size && all->bodies + size > BODIES_BYTES)
        plx_reply_refuse(&exchange->answer, 503, "too many requests arrive already");
    else if (plx_buffer_append(&exchange->body, data, size, &error))
        plx_reply_fail(&exchange->answer, &error);
    else
        all->bodies += size;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* Whether the request may go on; false with the answer. */
static bool check(struct exchange *exchange, const char *method, const char *url)
{
    struct plx_exchanges *all = exchange->all;
    struct MHD_Connection *connection = exchange->connection;
    const char *coding = header(connection, MHD_HTTP_HEADER_CONTENT_ENCODING), *rest = "";
    const struct plx_credentials credentials = {header(connection, MHD_HTTP_HEADER_AUTHORIZATION),
                                                header(connection, MHD_HTTP_HEADER_HOST),
                                                header(connection, MHD_HTTP_HEADER_ORIGIN)};
    struct plx_error error;
    exchange->route = plx_route_find(method, url, &rest, &exchange->allowed, &exchange->answer);
    /* Without the key nobody learns what there is. */
    if (!plx_guard_admit(&all->guard, &credentials, exchange->route && exchange->route->open,
                         &exchange->answer) ||
        !exchange->route)
        return false;
    if (coding && strcasecmp(coding, "identity") != 0)
        return plx_reply_refuse(&exchange->answer, 415,
                                "a body must come as it is, without Content-Encoding");
    exchange->rest = plx_copy_string(rest, strlen(rest), &error);
    return exchange->rest ? true : plx_reply_fail(&exchange->answer, &error);
}

static bool refuse_size(struct exchange *exchange)
{
    return plx_reply_refuse(&exchange->answer, 413, "the body is larger than %zu bytes",
                            exchange->all->max_body);
}

/* Whether the body says beforehand that it is too large. */
static bool is_too_large(const struct exchange *exchange)
{
    const char *length = header(exchange->connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
    uint64_t size;
    return length && !plx_parse_u64(length, strlen(length), 0, exchange->all->max_body, &size);
}

/* Called by the worker, or by whoever drops the work. */
static void work_done(struct plx_work *work)
{
    struct exchange *exchange = (struct exchange *)work; /* begins with it */
    MHD_resume_connection(exchange->connection);
}

static enum MHD_Result begin(struct plx_exchanges *all, struct MHD_Connection *connection, const char *url,
                             const char *method, void **state)
{
    struct exchange *exchange = plx_new_array(1, sizeof *exchange, NULL);
    if (!exchange)
        return MHD_NO;
    *exchange = (struct exchange){
        .all = all, .connection = connection, .bodiless = strcmp(method, MHD_HTTP_METHOD_HEAD) == 0};
    plx_buffer_init(&exchange->body, all->max_body);
    plx_reply_init(&exchange->answer);
    *state = exchange;
    pthread_mutex_lock(&all->lock);
    all->count++;
    const bool stopping = all->stopping;
    pthread_mutex_unlock(&all->lock);
    plx_connections_enter(all->connections, connection_of(connection), PLX_CONNECTION_RECEIVES);
    if (stopping)
        plx_reply_refuse(&exchange->answer, 503, "the server is stopping");
    else
        check(exchange, method, url);
    if (!is_too_large(exchange))
        return MHD_YES;
    if (!exchange->answer.code)
        refuse_size(exchange);
    exchange->ended = true;
    plx_connections_enter(all->connections, connection_of(connection), PLX_CONNECTION_ANSWERS);
    return respond(exchange);
}

static enum MHD_Result receive(struct exchange *exchange, const char *data, size_t *size)
{
    exchange->received += *size;
    if (!exchange->answer.code && exchange->received > exchange->all->max_body)
        refuse_size(exchange);
    if (!exchange->answer.code)
        keep(exchange, data, *size);
    *size = 0;
    if (!exchange->answer.code)
        return MHD_YES;
    drop_body(exchange);
    return exchange->received > exchange->all->max_body + REFUSED_MORE ? MHD_NO : MHD_YES;
}

/* The request is there: it is answered, or goes to the workers and is answered when it comes back. */
static enum MHD_Result end(struct exchange *exchange)
{
    struct plx_exchanges *all = exchange->all;
    exchange->ended = true;
    plx_connections_enter(all->connections, connection_of(exchange->connection), PLX_CONNECTION_ANSWERS);
    if (exchange->answer.code)
        return respond(exchange);
    if (!exchange->route->work) {
        if (!exchange->route->answer ||
            exchange->route->answer(all->served, exchange->rest, &exchange->answer))
            exchange->answer.code = 200;
        return respond(exchange);
    }
    exchange->work = (struct plx_work){.route = exchange->route,
                                       .body = exchange->body.data,
                                       .size = exchange->body.size,
                                       .answer = &exchange->answer,
                                       .interest = {.until = plx_clock_seconds() + all->answer_seconds,
                                                    .descriptor = descriptor_of(exchange->connection)},
                                       .done = work_done};
    MHD_suspend_connection(exchange->connection);
    if (plx_workers_push(all->workers, &exchange->work))
        return MHD_YES;
    plx_reply_refuse(&exchange->answer, 503, "too many requests wait already");
    MHD_resume_connection(exchange->connection);
    return MHD_YES;
}

enum MHD_Result plx_exchange_handle(void *user, struct MHD_Connection *connection, const char *url,
                                    const char *method, const char *version, const char *data, size_t *size,
                                    void **state)
{
    struct exchange *exchange = *state;
    (void)version;
    if (!exchange)
        return begin(user, connection, url, method, state);
    if (*size > 0)
        return receive(exchange, data, size);
    return exchange->ended ? respond(exchange) : end(exchange);
}

void plx_exchange_completed(void *user, struct MHD_Connection *connection, void **state,
                            enum MHD_RequestTerminationCode code)
{
    struct plx_exchanges *all = user;
    struct exchange *exchange = *state;
    (void)code;
    if (!exchange)
        return;
    drop_body(exchange);
    plx_reply_release(&exchange->answer);
    free(exchange->rest);
    free(exchange);
    *state = NULL;
    plx_connections_enter(all->connections, connection_of(connection), PLX_CONNECTION_WAITS);
    pthread_mutex_lock(&all->lock);
    if (--all->count == 0)
        pthread_cond_broadcast(&all->ended);
    pthread_mutex_unlock(&all->lock);
}

void plx_exchange_connection(void *user, struct MHD_Connection *connection, void **state,
                             enum MHD_ConnectionNotificationCode code)
{
    struct plx_exchanges *all = user;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        plx_connections_remove(all->connections, *state);
        *state = NULL;
        return;
    }
    const int descriptor = descriptor_of(connection);
    *state = descriptor >= 0 ? plx_connections_add(all->connections, descriptor) : NULL;
}

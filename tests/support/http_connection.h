/* What the parts of the test server share: its connections, and sending. */
#ifndef PLX_TESTS_HTTP_CONNECTION_H
#define PLX_TESTS_HTTP_CONNECTION_H

#include "http_server.h"

#include <stdbool.h>

#define HTTP_REQUEST_MAX 8192

struct http_connection {
    struct http_server *server;
    const struct http_server_options *options;
    int socket;
    unsigned port;   /* of the server */
    unsigned before; /* requests for the same path and query so far */
    char path[1024]; /* without what follows a '?' */
    char request[HTTP_REQUEST_MAX + 1];
};

/* Sending. Everything returns false once the client is gone or the server stops. */
bool http_send_bytes(struct http_connection *connection, const void *data, size_t size);
bool http_send_text(struct http_connection *connection, const char *text);
bool http_send_head(struct http_connection *connection, unsigned status, const char *fields);
bool http_send_content(struct http_connection *connection, unsigned status, const void *data, size_t size);
void http_send_status(struct http_connection *connection, unsigned status);

/* Waits until the client is gone, the server stops or the time is over; true in the last case. */
bool http_linger(struct http_connection *connection, unsigned milliseconds);

/* The value of a field of the request, cut at `size`; false where there is none. `name` with its colon. */
bool http_request_field(const struct http_connection *connection, const char *name, char *value, size_t size);

/* Answers what has to do with ranges, validators and trying again; false where the path is none of these. */
bool http_answer_again(struct http_connection *connection);

#endif

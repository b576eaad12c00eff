/* HTTP/1.1 for mock_endpoint: connections that stay open, a thread for each, and ways of answering that no
   good server has. */
#ifndef SUPPORT_MOCK_HTTP_H
#define SUPPORT_MOCK_HTTP_H

#include <stdbool.h>
#include <stddef.h>

/* The server listens in three places: where it is to be asked; at another port of the same host; and at
   another host, 127.0.0.2. */
#define MOCK_HTTP_PLACES 3

struct mock_http_request {
    unsigned place; /* where it came in */
    char method[8];
    char path[1024];
    char authorization[1024]; /* what the field of this name holds; "" */
    char type[128];           /* Content-Type; "" */
    const char *body;         /* [size], and a NUL */
    size_t size;
};

enum mock_http_way {
    MOCK_HTTP_WHOLE,
    MOCK_HTTP_CHUNKED,
    MOCK_HTTP_HALF,   /* half of the content, then the connection breaks */
    MOCK_HTTP_HANGS,  /* half of the content, then nothing more */
    MOCK_HTTP_SILENT, /* nothing at all */
    MOCK_HTTP_CLOSED, /* the connection ends without an answer */
    MOCK_HTTP_ENDLESS /* the content, and then spaces for ever */
};

struct mock_http_reply {
    unsigned status;
    const char *type;
    char fields[512]; /* further ones, each with its CRLF */
    char *body;       /* [size], allocated; freed once it is sent */
    size_t size;
    enum mock_http_way way;
    bool close; /* the connection, once it is sent */
};

struct mock_http_options {
    /* Answers a request. *state is the connection's own, NULL to begin with. Several threads at a time. */
    void (*answer)(void *user, void **state, const struct mock_http_request *request,
                   struct mock_http_reply *reply);
    /* Is told that the reply went out whole, or that it did not. */
    void (*answered)(void *user, void **state, bool whole);
    void (*closed)(void *user, void *state); /* the connection, that is */
    void *user;
};

struct mock_http;

struct mock_http *mock_http_start(const struct mock_http_options *options); /* NULL on failure */
unsigned mock_http_port(const struct mock_http *http, unsigned place);
bool mock_http_stopping(struct mock_http *http);
void mock_http_stop(struct mock_http *http); /* ends all connections; NULL is fine */

/* Asks the server at a port of 127.0.0.1 and gives the content of its answer, NUL at its end, to be freed;
   NULL on failure, and for a status other than 200. body NULL: a GET. */
char *mock_http_ask(unsigned port, const char *path, const char *body);

#endif

/* A small HTTP/1.1 server on 127.0.0.1 for tests, with faults that are chosen by path:

       /ok              the content, with its length
       /gzip            the compressed content
       /chunked         the content in chunks of a few bytes
       /close           the content without a length, ended by closing
       /empty           nothing, properly
       /status/N        status N and a short body; /404 is /status/404
       /auth            the content for user "user" with password "secret", otherwise 401
       /request         the request itself, as it was received
       /slow            the content, one byte every 20 ms
       /slow-head       the content, after one header every 100 ms for a second
       /redirect        to /ok
       /redirect/N      to /ok by way of N redirects in all
       /redirect-loop   to itself
       /redirect-file   to file:///etc/passwd
       /short           a length larger than what is sent, then closed
       /chunked-short   closed before the last chunk
       /reset           closed without any answer
       /stall           never answers
       /stall-later     stalls in the middle of the content
       /big             1 TiB with its length; what is sent is zeros, as long as somebody takes them
       /big-chunked     zeros without end and without length

   Any other path is a file of the folder, if there is one, and 404 otherwise. What follows a '?' is ignored.
   Each connection carries one request and has its own thread. */
#ifndef PLX_TESTS_HTTP_SERVER_H
#define PLX_TESTS_HTTP_SERVER_H

#include <stddef.h>

struct http_server;

/* All borrowed until the server is stopped. */
struct http_server_options {
    const void *content; /* what /ok and its like give */
    size_t content_size;
    const void *gzip; /* what /gzip gives */
    size_t gzip_size;
    const char *folder; /* NULL: none */
};

/* NULL on failure. */
struct http_server *http_server_start(const struct http_server_options *options);

unsigned http_server_port(const struct http_server *server);

/* Requests answered (or not, as the fault demands) so far. */
unsigned http_server_requests(struct http_server *server);

/* Ends all connections; NULL is fine. */
void http_server_stop(struct http_server *server);

#endif

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
       /redirect-host   to http://localhost:PORT/ok, the same server; /redirect-host/PATH to its /PATH
       /redirect-file   to file:///etc/passwd
       /short           a length larger than what is sent, then closed
       /chunked-short   closed before the last chunk
       /reset           closed without any answer
       /stall           never answers
       /stall-later     stalls in the middle of the content
       /big             1 TiB with its length; what is sent is zeros, as long as somebody takes them
       /big-chunked     zeros without end and without length
       /wrong-length    a length smaller by 5 than the content, all of which is sent
       /gzip-encoding   the compressed content, as a Content-Encoding: gzip
       /br-encoding     the content, as a Content-Encoding: br
       /page            a short page of HTML
       /429/N           N times 429 with Retry-After: 1, then the content
       /429-long        429 with Retry-After: 3600, always
       /503/N           N times 503, then the content

   The following know ranges, If-Range, If-None-Match and If-Modified-Since (304), and give an ETag and a
   Last-Modified; those that "drop" break off, the first N times, halfway through what they have to send:

       /range           the content
       /modified        without an ETag
       /blind           with neither, nor ranges
       /weak            with a weak ETag
       /drop/N          as /range; /drop-once is /drop/1
       /drop-modified/N as /modified
       /drop-blind/N    as /blind
       /drop-ignored/N  as /range, but a range is answered with the whole
       /drop-wrong/N    as /range, but a range is answered with another one
       /drop-unsaid/N   as /range, but of ranges the size of the whole is not said, and the first after the
                        breaks is half of what was asked for
       /drop-stall/N    as /range, but where the others break off it stalls
       /etag-changes    the first request drops; later the content has all its bytes but one the same, and
                        another ETag
       /heedless        likewise, but without a look at If-Range
       /length-changes  as /etag-changes, but the content has a byte less and keeps its Last-Modified, and has
   no ETag

   N is counted for each path with its query, so that tests have counts of their own: "/drop/2?one". A whole
   URL of http, as proxies are sent, is answered as its path would be.

   Any other path is a file of the folder, if there is one, and 404 otherwise. What follows a '?' is ignored.
   Each connection carries one request and has its own thread. */
#ifndef PLX_TESTS_HTTP_SERVER_H
#define PLX_TESTS_HTTP_SERVER_H

#include <stddef.h>
#include <stdio.h>

struct http_server;

/* All borrowed until the server is stopped. */
struct http_server_options {
    const void *content; /* what /ok and its like give */
    size_t content_size;
    const void *gzip; /* what /gzip gives */
    size_t gzip_size;
    const char *folder; /* NULL: none */
    FILE *log;          /* gets every request as it came; NULL: none */
};

/* NULL on failure. */
struct http_server *http_server_start(const struct http_server_options *options);

unsigned http_server_port(const struct http_server *server);

/* Requests answered (or not, as the fault demands) so far. */
unsigned http_server_requests(struct http_server *server);

/* Of these, for a path with its query. */
unsigned http_server_requests_for(struct http_server *server, const char *path);

/* Ends all connections; NULL is fine. */
void http_server_stop(struct http_server *server);

#endif

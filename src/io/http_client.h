/* Requests to one server, several in flight (libcurl's multi interface), shared by threads.

   No thread of its own: whoever waits for answers carries the transfers on, for all that wait. The number in
   flight adapts to the server: it begins small, grows while answers come, is halved at 429 and 503. */
#ifndef PLX_IO_HTTP_CLIENT_H
#define PLX_IO_HTTP_CLIENT_H

#include <perplex/network.h>

#include "base/buffer.h"
#include "io/http_words.h"

#include <stdint.h>

struct plx_http_client;

/* All borrowed as long as the client. */
struct plx_http_client_options {
    const char *base; /* URL that the paths of calls are appended to */
    const char *key;  /* "Authorization: Bearer KEY"; NULL: none. Redirects are not followed at all */
    const struct plx_network *network;
    unsigned concurrency;            /* the most calls in flight */
    size_t answer_bytes;             /* cap of one answer, uncompressed */
    uint64_t max_requests;           /* that are sent and count (see below), tries included; 0: any number */
    uint64_t max_tokens;             /* likewise, the sum of their `tokens` */
    bool (*interrupted)(void *user); /* asked now and then, by any thread that waits; NULL: never */
    void *user;
};

struct plx_http_call {
    const char *path; /* "/v1/completions" */
    const char *body; /* [body_size] JSON of a POST; NULL: a GET */
    size_t body_size;
    uint64_t tokens; /* that it costs */
    bool counts;     /* against the limits, and in the counts */
    bool any_status; /* an answer of another status than 2xx that will not pass is no failure: the caller
                        looks at `status` */

    /* Results. */
    long status;              /* of HTTP */
    struct plx_buffer answer; /* the content; released by the caller, with what is in it */
    char type[64];            /* Content-Type, in lower case, cut; "" where there is none */
    void *owner;              /* the caller's own */
};

struct plx_http_counts {
    uint64_t requests, tokens, retries, throttled, others;
};

/* NULL on failure: PLX_NETWORK, PLX_MEMORY; nothing is transferred yet. */
struct plx_http_client *plx_http_client_new(const struct plx_http_client_options *options,
                                            struct plx_error *error);

/* Has all calls[count] answered. `done` (may be NULL) is told of each as soon as its answer is there, in any
   order, one at a time, by the calling thread; where it fails, nothing more is sent for these calls, and that
   is their failure.

   PLX_NETWORK, with the server's words where there are some (cut, on one line, without the key), where a call
   fails for good or a limit is reached. Then all that waits at that time fails likewise, in other threads
   too: nothing more is sent for it, answers that are under way are waited for a little longer, and `done` is
   told of those that come. With `any_status` an answer is a failure only if it is one that may pass (503) and
   has not in all tries. PLX_INTERRUPTED: at once. PLX_MEMORY. Calls that were not answered hold nothing. What
   is asked later begins anew. A key that a server repeats is in no error, but it is in `answer`: see
   http_words.h. Any thread. */
enum plx_status
plx_http_client_call(struct plx_http_client *client, struct plx_http_call *calls, size_t count,
                     enum plx_status (*done)(void *user, struct plx_http_call *call, struct plx_error *error),
                     void *user, struct plx_error *error);

/* What the server says in the answer of a call with `any_status`, without the key. Any thread. */
void plx_http_client_words(const struct plx_http_client *client, const struct plx_buffer *answer,
                           char words[PLX_HTTP_WORDS]);

/* So far; any thread. */
void plx_http_client_counts(struct plx_http_client *client, struct plx_http_counts *counts);

void plx_http_client_free(struct plx_http_client *client); /* NULL is fine */

#endif

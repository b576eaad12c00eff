/* One request under way, of those that http_client.h has in flight: a handle of libcurl that is used again
   and again, and what has become of it. */
#ifndef PLX_IO_HTTP_TRANSFER_H
#define PLX_IO_HTTP_TRANSFER_H

#include "io/http_client.h"
#include "io/http_policy.h"

/* What all transfers of a client share. */
struct plx_http_server {
    const struct plx_http_client_options *options;
    struct plx_http_limits limits;
    char *base;  /* without a slash at its end */
    char *label; /* the same without what may be secret */
    char *place; /* HOST:PORT, for hints */
    bool secure;
    struct curl_slist *get, *post; /* headers */
};

/* PLX_NETWORK (no URL, a key that no header can carry), PLX_MEMORY. Released in either case. */
enum plx_status plx_http_server_init(struct plx_http_server *server,
                                     const struct plx_http_client_options *options, struct plx_error *error);
void plx_http_server_release(struct plx_http_server *server);

/* Why a transfer was ended from this side. */
enum plx_http_end { PLX_HTTP_RUNS, PLX_HTTP_LARGE, PLX_HTTP_CUT, PLX_HTTP_UNPAID, PLX_HTTP_NO_MEMORY };

struct plx_http_transfer {
    const struct plx_http_server *server;
    CURL *easy;                 /* NULL: not yet */
    struct plx_http_call *call; /* NULL: none */
    unsigned sent;              /* how often the request has been written: libcurl does so anew where a
                                   connection that was kept turns out to be closed */
    uint64_t heard_ms;          /* when something of the answer has come last; 0: nothing has */
    enum plx_http_end end;
    /* Asked before a request is written anew; false: it must not be. */
    bool (*again)(struct plx_http_transfer *transfer);
    char detail[CURL_ERROR_SIZE];
};

/* Makes the handle ready for `call`, whose answer is emptied. */
enum plx_status plx_http_transfer_begin(struct plx_http_transfer *transfer, struct plx_http_call *call,
                                        struct plx_error *error);

/* True where the answer has begun, and nothing more of it has come for too long. */
bool plx_http_transfer_stalls(const struct plx_http_transfer *transfer, uint64_t now_ms);

/* Reads what has come: call->status and ->type. An answer that is cut on purpose is whole. */
enum plx_http_verdict plx_http_transfer_judge(struct plx_http_transfer *transfer, CURLcode *result);

/* What went wrong, in words, after `tries` of them, with its input; PLX_NETWORK, PLX_MEMORY. */
enum plx_status plx_http_transfer_fail(struct plx_http_transfer *transfer, CURLcode result, unsigned tries,
                                       struct plx_error *error);

#endif

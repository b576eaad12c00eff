/* The content of a URL, handed on as it comes, in as many tries as it takes: what streams and downloads have
   in common.

   A transfer that breaks off is gone on with by a range, where the server has said how its content can be
   told from another (a strong ETag, or else Last-Modified). Otherwise, and where the content is another one
   meanwhile, it begins anew, as long as what was handed on can be taken back. */
#ifndef PLX_IO_HTTP_FETCH_H
#define PLX_IO_HTTP_FETCH_H

#include "io/http_get.h"
#include "io/http_policy.h"

/* Who gets the content. Errors have no input. */
struct plx_http_sink {
    /* Takes all of data[0..size), size > 0; or nothing, with *later: then it is offered again in the next
       step. */
    enum plx_status (*take)(void *user, const uint8_t *data, size_t size, bool *later,
                            struct plx_error *error);
    /* Forgets what it has taken. */
    enum plx_status (*restart)(void *user, struct plx_error *error);
    /* Learns what tells the content from another, and its size (0: not known), before its first byte. NULL:
       need not. */
    enum plx_status (*begun)(void *user, const struct plx_http_validators *validators, uint64_t size,
                             struct plx_error *error);
};

/* What the answer of a try turned out to be. */
enum plx_http_course {
    PLX_HTTP_UNSEEN,
    PLX_HTTP_CONTENT, /* the content, or the rest of it, which is handed on */
    PLX_HTTP_WHOLE,   /* there is nothing (more) to come */
    PLX_HTTP_ANEW,    /* the rest of another content */
    PLX_HTTP_STATUS,  /* no content */
    PLX_HTTP_STALLED,
    PLX_HTTP_FAILED /* as `failure` says */
};

/* Zero-initialised, but for what is given. */
struct plx_http_fetch {
    /* Given, and borrowed; the URL only until it is opened. */
    const char *url;
    const struct plx_network *network;
    bool (*interrupted)(void *user); /* asked with `interrupted_user` */
    void *interrupted_user;
    const struct plx_http_sink *sink;
    void *sink_user;
    uint64_t cap;
    uint64_t expected;                /* size of the content, 0: not known */
    struct plx_http_validators part;  /* of the `done` bytes that the sink has already */
    struct plx_http_validators known; /* of what need not come again */

    /* Results. */
    bool fixed;           /* set by the sink: what it has taken cannot be taken back */
    bool ended;           /* with success */
    bool unmodified;      /* it is the known content */
    bool other, page;     /* it failed because of the size that is expected; what came is HTML, it is said */
    uint64_t done;        /* bytes that the sink has */
    uint64_t size;        /* of the content, 0: not known; given where that of the part is known */
    uint64_t transferred; /* bytes that came */
    struct plx_http_validators got;

    /* Its own. */
    char *address, *label; /* the URL, and as it is shown */
    CURLM *multi;
    CURL *easy;
    struct curl_slist *fields;
    struct plx_http_limits limits;
    uint64_t random;
    unsigned tries;      /* begun since one brought something to speak of */
    uint64_t furthest;   /* the most bytes that the sink had when a try ended */
    uint64_t pause_from; /* no try before that time, in ms of the clock … */
    uint64_t pause_ms;   /* … and so much */
    bool failed;         /* as `failure` says */
    bool attached;       /* a try is under way … */
    bool paused, over;   /* … that waits for the sink; that is over with … */
    CURLcode result;     /* … this */
    bool ranged;         /* it asked for what follows the `done` bytes */
    bool rangeless;      /* the server does not understand ranges */
    long status;
    enum plx_http_course course;
    uint64_t heard; /* bytes of content and headers */
    uint64_t stall_waited_ms, stall_heard;
    char detail[CURL_ERROR_SIZE];
    struct plx_error failure;
};

/* Nothing is transferred yet. PLX_NETWORK, PLX_MEMORY; to be closed even then. */
enum plx_status plx_http_fetch_open(struct plx_http_fetch *fetch, struct plx_error *error);

/* Goes on for as long as something comes, or PLX_MEDIUM_WAIT_MS. To be called until `ended` or a failure;
   after PLX_INTERRUPTED it may be called again, and after another failure gives that again. */
enum plx_status plx_http_fetch_step(struct plx_http_fetch *fetch, struct plx_error *error);

void plx_http_fetch_close(struct plx_http_fetch *fetch);

#endif

/* How much may be sent to a server: at once, which adapts to it, and in all. */
#ifndef PLX_IO_HTTP_PACE_H
#define PLX_IO_HTTP_PACE_H

#include "io/http_client.h"

#include <curl/curl.h>

struct plx_http_pace {
    const struct plx_http_client_options *options;
    double window;    /* how many may be under way */
    double threshold; /* up to which it doubles with every round; beyond it grows by one */
    uint64_t serial;  /* of the last try sent */
    uint64_t halved;  /* the serial when the window was halved last: what was sent before tells nothing new */
    uint64_t quiet_ms; /* nothing is sent before */
    struct plx_http_counts counts;
};

void plx_http_pace_init(struct plx_http_pace *pace, const struct plx_http_client_options *options);

/* An answer has come. */
void plx_http_pace_grow(struct plx_http_pace *pace);

/* The server has refused the try `serial` as one too many, and wants no more for some seconds (0: it does not
   say for how long). */
void plx_http_pace_throttle(struct plx_http_pace *pace, uint64_t serial, curl_off_t retry_after_s);

/* Limits. A try is counted before it is sent, and no more if it was not. */
bool plx_http_pace_affords(const struct plx_http_pace *pace, const struct plx_http_call *call);
void plx_http_pace_count(struct plx_http_pace *pace, const struct plx_http_call *call);
void plx_http_pace_uncount(struct plx_http_pace *pace, const struct plx_http_call *call);

/* PLX_NETWORK: which limit forbids the call. */
enum plx_status plx_http_pace_fail(const struct plx_http_pace *pace, const struct plx_http_call *call,
                                   struct plx_error *error);

#endif

/* The sockets and the timer of libcurl's multi interface, waited for with epoll: what a turn costs depends on
   what has happened, not on how many transfers there are. For one thread at a time; but one may
   wait while another does anything else. */
#ifndef PLX_IO_HTTP_EVENTS_H
#define PLX_IO_HTTP_EVENTS_H

#include <perplex/status.h>

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#define PLX_HTTP_EVENTS 64 /* that are taken at once */

struct plx_http_events {
    CURLM *multi;
    int poll;        /* of epoll */
    int wake;        /* an eventfd */
    uint64_t due_ms; /* when libcurl wants to be called, by plx_clock_ms; UINT64_MAX: not before something
                        happens */
    struct epoll_event ready[PLX_HTTP_EVENTS];
};

/* Not to be moved from then on. PLX_NETWORK on failure. */
enum plx_status plx_http_events_init(struct plx_http_events *events, struct plx_error *error);

/* All handles have been removed; what init has not touched must be zero. */
void plx_http_events_release(struct plx_http_events *events);

/* How long there is to wait, in milliseconds, if not beyond `until_ms`. */
int plx_http_events_pause(const struct plx_http_events *events, uint64_t until_ms);

/* Waits until something happens, for `pause_ms` at most. Returns how many things have. */
int plx_http_events_wait(struct plx_http_events *events, int pause_ms);

/* Ends a wait, or the next one; any thread. */
void plx_http_events_wake(const struct plx_http_events *events);

/* Has libcurl do what `count` things and the time ask for. False where it cannot go on. */
bool plx_http_events_act(struct plx_http_events *events, int count);

#endif

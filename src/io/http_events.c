#include "io/http_events.h"

#include "base/clock.h"
#include "base/error.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* libcurl calls these two. `known` is what curl_multi_assign has said of the socket. */

static int events_socket(CURL *easy, curl_socket_t socket, int what, void *user, void *known)
{
    (void)easy;
    struct plx_http_events *events = user;
    struct epoll_event event = {.data.fd = socket};
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(events->poll, EPOLL_CTL_DEL, socket, &event);
        return 0;
    }
    if (what & CURL_POLL_IN)
        event.events |= EPOLLIN;
    if (what & CURL_POLL_OUT)
        event.events |= EPOLLOUT;
    if (epoll_ctl(events->poll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event) != 0)
        return -1;
    if (!known)
        curl_multi_assign(events->multi, socket, events);
    return 0;
}

static int events_timer(CURLM *multi, long timeout_ms, void *user)
{
    (void)multi;
    struct plx_http_events *events = user;
    /* A begun millisecond counts, so that it is not called too early. */
    events->due_ms = timeout_ms < 0    ? UINT64_MAX
                     : timeout_ms == 0 ? 0
                                       : plx_clock_ms() + (uint64_t)timeout_ms + 1;
    return 0;
}

enum plx_status plx_http_events_init(struct plx_http_events *events, struct plx_error *error)
{
    struct epoll_event event = {.events = EPOLLIN};
    bool fine = true;
    *events = (struct plx_http_events){.due_ms = UINT64_MAX};
    events->poll = epoll_create1(EPOLL_CLOEXEC);
    events->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    event.data.fd = events->wake;
    if (events->poll < 0 || events->wake < 0 ||
        epoll_ctl(events->poll, EPOLL_CTL_ADD, events->wake, &event) != 0)
        return plx_error_set_errno(error, PLX_NETWORK, errno, "nothing can be waited for");
    events->multi = curl_multi_init();
    if (!events->multi)
        return plx_error_set(error, PLX_NETWORK, "libcurl cannot be set up");
    fine &= curl_multi_setopt(events->multi, CURLMOPT_SOCKETFUNCTION, events_socket) == CURLM_OK;
    fine &= curl_multi_setopt(events->multi, CURLMOPT_SOCKETDATA, events) == CURLM_OK;
    fine &= curl_multi_setopt(events->multi, CURLMOPT_TIMERFUNCTION, events_timer) == CURLM_OK;
    fine &= curl_multi_setopt(events->multi, CURLMOPT_TIMERDATA, events) == CURLM_OK;
    return fine ? PLX_OK : plx_error_set(error, PLX_NETWORK, "libcurl cannot be set up");
}

void plx_http_events_release(struct plx_http_events *events)
{
    curl_multi_cleanup(events->multi);
    if (events->wake > 0)
        close(events->wake);
    if (events->poll > 0)
        close(events->poll);
}

int plx_http_events_pause(const struct plx_http_events *events, uint64_t until_ms)
{
    const uint64_t now = plx_clock_ms();
    const uint64_t until = events->due_ms < until_ms ? events->due_ms : until_ms;
    return until > now ? (int)(until - now) : 0;
}

int plx_http_events_wait(struct plx_http_events *events, int pause_ms)
{
    const int count = epoll_wait(events->poll, events->ready, PLX_HTTP_EVENTS, pause_ms);
    return count < 0 ? 0 : count; /* a signal has come: its time is over as well */
}

void plx_http_events_wake(const struct plx_http_events *events)
{
    (void)eventfd_write(events->wake, 1); /* fails only where it is awake anyway */
}

bool plx_http_events_act(struct plx_http_events *events, int count)
{
    int running = 0;
    for (int i = 0; i < count; i++) {
        const struct epoll_event *ready = &events->ready[i];
        eventfd_t number;
        if (ready->data.fd == events->wake) {
            (void)eventfd_read(events->wake, &number);
            continue;
        }
        const int what = (ready->events & EPOLLIN ? CURL_CSELECT_IN : 0) |
                         (ready->events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                         (ready->events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
        if (curl_multi_socket_action(events->multi, ready->data.fd, what, &running) != CURLM_OK)
            return false;
    }
    if (events->due_ms > plx_clock_ms())
        return true;
    events->due_ms = UINT64_MAX; /* libcurl names the next one */
    return curl_multi_socket_action(events->multi, CURL_SOCKET_TIMEOUT, 0, &running) == CURLM_OK;
}

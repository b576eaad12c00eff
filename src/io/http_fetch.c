#include "io/http_fetch.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "io/http_answer.h"
#include "io/http_url.h"
#include "io/medium.h"
#include "io/sigpipe.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#define HTTP_DOWNLOAD_MAX ((uint64_t)64 << 30)
#define HTTP_RECEIVE_MAX  (128L << 10)

/* A try that brings so much is a success in a way: the tries count from 1 again. */
#define HTTP_TO_SPEAK_OF ((uint64_t)1 << 20)

/* Receiving: libcurl calls these. */

/* Looks at the final answer once, before its first byte is taken; false if no byte is. */
static bool admit(struct plx_http_fetch *fetch)
{
    if (fetch->course == PLX_HTTP_UNSEEN)
        fetch->course = plx_http_admit(fetch);
    return fetch->course == PLX_HTTP_CONTENT;
}

static size_t receive(char *data, size_t size, size_t count, void *user)
{
    struct plx_http_fetch *fetch = user;
    const size_t bytes = size * count; /* size is 1 always */
    bool later = false;
    if (bytes == 0 || !admit(fetch))
        return 0; /* anything but `bytes` ends the transfer */
    if (bytes > plx_http_most(fetch) - fetch->done) {
        fetch->course = plx_http_outgrown(fetch);
        return 0;
    }
    if (fetch->sink->take(fetch->sink_user, (const uint8_t *)data, bytes, &later, &fetch->failure) !=
        PLX_OK) {
        fetch->course = PLX_HTTP_FAILED;
        return 0;
    }
    if (later) {
        fetch->paused = true;
        return CURL_WRITEFUNC_PAUSE; /* libcurl keeps the bytes */
    }
    fetch->done += bytes;
    fetch->transferred += bytes;
    fetch->heard += bytes;
    return bytes;
}

static size_t receive_header(char *data, size_t size, size_t count, void *user)
{
    struct plx_http_fetch *fetch = user;
    const char *scheme = NULL;
    (void)data;
    fetch->heard += size * count;
    /* From https only to https, wherever the way began: it is asked for before a redirect is followed. */
    curl_easy_getinfo(fetch->easy, CURLINFO_SCHEME, &scheme);
    if (scheme && strcasecmp(scheme, "https") == 0)
        (void)curl_easy_setopt(fetch->easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
    return size * count;
}

/* A try. */

static enum plx_status begin_try(struct plx_http_fetch *fetch)
{
    CURL *easy = fetch->easy;
    struct plx_error *error = &fetch->failure;
    bool fine = true;
    curl_easy_reset(easy);
    enum plx_status status =
        plx_http_prepare(easy, fetch->address, fetch->network, true, fetch->detail, error);
    if (status != PLX_OK || (status = plx_http_ask(fetch, error)) != PLX_OK)
        return status;
    fine &= curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, HTTP_RECEIVE_MAX) == CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive) == CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_WRITEDATA, fetch) == CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, receive_header) == CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_HEADERDATA, fetch) == CURLE_OK;
    fetch->attached = fine && curl_multi_add_handle(fetch->multi, easy) == CURLM_OK;
    if (!fetch->attached)
        return plx_error_set(error, PLX_NETWORK, "libcurl does not take the transfer");
    fetch->paused = fetch->over = false;
    fetch->status = 0;
    fetch->course = PLX_HTTP_UNSEEN;
    fetch->stall_waited_ms = 0;
    fetch->stall_heard = fetch->heard;
    fetch->tries++;
    return PLX_OK;
}

static void end_transfer(struct plx_http_fetch *fetch, CURLcode result)
{
    fetch->over = true;
    fetch->result = result;
    /* An answer without content has not been looked at yet. */
    if (result == CURLE_OK)
        (void)admit(fetch);
}

/* What there is to do without waiting. */
static void advance(struct plx_http_fetch *fetch)
{
    if (fetch->paused) {
        fetch->paused = false;
        CURLcode result = curl_easy_pause(fetch->easy, CURLPAUSE_CONT);
        if (result != CURLE_OK) {
            end_transfer(fetch, result);
            return;
        }
    }
    int running = 0;
    if (curl_multi_perform(fetch->multi, &running) != CURLM_OK) {
        end_transfer(fetch, CURLE_FAILED_INIT);
        return;
    }
    int left = 0;
    for (CURLMsg *message; (message = curl_multi_info_read(fetch->multi, &left)) != NULL;)
        if (message->msg == CURLMSG_DONE)
            end_transfer(fetch, message->data.result);
}

/* The stall clock. libcurl has one too, but that also runs while nobody reads; here only time spent waiting
   counts, so that a slow consumer is not taken for a slow server. A stretch begins anew as soon as it has
   brought a byte a second for the whole timeout, and ends the transfer if it does not. */
static void count_wait(struct plx_http_fetch *fetch, uint64_t waited_ms)
{
    const uint64_t stall_ms = fetch->limits.stall_ms;
    curl_off_t request = 0; /* when the request was sent; before, the connection's timeout holds */
    curl_easy_getinfo(fetch->easy, CURLINFO_PRETRANSFER_TIME_T, &request);
    if (request == 0)
        return;
    fetch->stall_waited_ms += waited_ms;
    if (fetch->heard - fetch->stall_heard >= (stall_ms + 999) / 1000) {
        fetch->stall_heard = fetch->heard;
        fetch->stall_waited_ms = 0;
    } else if (fetch->stall_waited_ms >= stall_ms) {
        fetch->course = PLX_HTTP_STALLED;
        end_transfer(fetch, CURLE_OPERATION_TIMEDOUT);
    }
}

/* Until something has come, or for a while. */
static void carry_on(struct plx_http_fetch *fetch)
{
    const uint64_t begin = plx_clock_ms(), heard = fetch->heard;
    struct plx_sigpipe guard;
    plx_sigpipe_block(&guard);
    advance(fetch);
    if (fetch->heard == heard && !fetch->over && !fetch->paused) {
        curl_multi_poll(fetch->multi, NULL, 0, PLX_MEDIUM_WAIT_MS, NULL);
        advance(fetch);
    }
    plx_sigpipe_restore(&guard);
    if (!fetch->over)
        count_wait(fetch, plx_clock_ms() - begin);
}

/* After a try. */

static void detach(struct plx_http_fetch *fetch)
{
    struct plx_sigpipe guard;
    if (!fetch->attached)
        return;
    plx_sigpipe_block(&guard);
    curl_multi_remove_handle(fetch->multi, fetch->easy);
    plx_sigpipe_restore(&guard);
    fetch->attached = false;
}

/* Fills `failure` with why the try was none. */
static void explain(struct plx_http_fetch *fetch)
{
    struct plx_error *error = &fetch->failure;
    if (fetch->course == PLX_HTTP_FAILED)
        return;
    if (fetch->course == PLX_HTTP_STATUS)
        plx_http_fail_status(fetch->status, error);
    else if (fetch->course == PLX_HTTP_STALLED)
        plx_error_set(error, PLX_NETWORK, "the server has sent nothing to speak of for %u ms",
                      fetch->limits.stall_ms);
    else if (fetch->course == PLX_HTTP_ANEW)
        plx_error_set(error, PLX_NETWORK, "the server goes on with another content, or elsewhere");
    else if (fetch->size > 0 && (fetch->result == CURLE_PARTIAL_FILE || fetch->result == CURLE_OK))
        plx_error_set(error, PLX_NETWORK, "the transfer ends after %" PRIu64 " of %" PRIu64 " bytes",
                      fetch->done, fetch->size);
    else
        plx_http_fail_result(fetch->easy, fetch->result, fetch->detail, error);
}

static enum plx_http_verdict judge(const struct plx_http_fetch *fetch)
{
    switch (fetch->course) {
    case PLX_HTTP_FAILED: return PLX_HTTP_FINAL;
    case PLX_HTTP_WHOLE: return PLX_HTTP_FINE;
    case PLX_HTTP_STALLED:
    case PLX_HTTP_ANEW: return PLX_HTTP_AGAIN;
    case PLX_HTTP_STATUS: {
        /* 206 and 304 that were not asked for are fine for others only. */
        const enum plx_http_verdict verdict = plx_http_judge(CURLE_OK, fetch->status);
        return verdict == PLX_HTTP_FINE ? PLX_HTTP_FINAL : verdict;
    }
    case PLX_HTTP_UNSEEN:
    case PLX_HTTP_CONTENT: break;
    }
    if (fetch->result != CURLE_OK) {
        long proxy = 0; /* what it answers where a tunnel was wanted */
        curl_easy_getinfo(fetch->easy, CURLINFO_HTTP_CONNECTCODE, &proxy);
        return plx_http_judge(fetch->result, proxy);
    }
    /* A server may send less of a range than was asked for. */
    return fetch->size == 0 || fetch->done == fetch->size ? PLX_HTTP_FINE : PLX_HTTP_AGAIN;
}

/* Whether another try could bring the content, its beginning included. */
static bool can_go_on(struct plx_http_fetch *fetch)
{
    if (fetch->done == 0 || !fetch->fixed)
        return true;
    return fetch->course != PLX_HTTP_ANEW && plx_http_resumable(fetch);
}

static void note_pause(const struct plx_http_fetch *fetch)
{
    char text[1024];
    const struct plx_network *network = fetch->network;
    if (!network || !network->note)
        return;
    snprintf(text, sizeof text, "%s: %s; trying again in %.1f s", fetch->label, fetch->failure.message,
             (double)fetch->pause_ms / 1000);
    network->note(network->user, text);
}

/* Has the next try wait, or ends in the failure that stands in `failure`. */
static enum plx_status schedule(struct plx_http_fetch *fetch)
{
    struct plx_error *error = &fetch->failure;
    curl_off_t retry_after = 0;
    if (fetch->course == PLX_HTTP_STATUS)
        curl_easy_getinfo(fetch->easy, CURLINFO_RETRY_AFTER, &retry_after);
    if (retry_after > PLX_HTTP_RETRY_AFTER_MOST_S) {
        plx_error_set(error, PLX_NETWORK,
                      "the server answers %ld and wants to be asked again in %" PRId64 " s only",
                      fetch->status, (int64_t)retry_after);
        return plx_error_hint(error, "so long is not waited: try it later");
    }
    if (fetch->done > fetch->furthest + HTTP_TO_SPEAK_OF)
        fetch->tries = 1;
    if (fetch->done > fetch->furthest)
        fetch->furthest = fetch->done;
    if (fetch->tries >= fetch->limits.tries || !can_go_on(fetch)) {
        const size_t length = strlen(error->message);
        if (fetch->tries > 1)
            snprintf(error->message + length, sizeof error->message - length, "; tried %u times",
                     fetch->tries);
        return error->status;
    }
    fetch->pause_ms = plx_http_pause_ms(&fetch->limits, fetch->tries + 1, retry_after, &fetch->random);
    fetch->pause_from = plx_clock_ms();
    note_pause(fetch);
    return PLX_OK;
}

/* What was begun is of no use. */
static enum plx_status begin_anew(struct plx_http_fetch *fetch)
{
    if (fetch->done == 0)
        return PLX_OK;
    enum plx_status status = fetch->sink->restart(fetch->sink_user, &fetch->failure);
    fetch->done = fetch->size = 0;
    return status;
}

static enum plx_status end_try(struct plx_http_fetch *fetch)
{
    const enum plx_http_verdict verdict = judge(fetch);
    enum plx_status status = PLX_OK;
    if (verdict == PLX_HTTP_FINE) {
        fetch->ended = true;
        fetch->size = fetch->done;
    } else {
        explain(fetch);
        status = verdict == PLX_HTTP_AGAIN ? schedule(fetch) : fetch->failure.status;
        /* After the last try too: another process would be told the same of it again. */
        if (fetch->course == PLX_HTTP_ANEW && !fetch->fixed && begin_anew(fetch) != PLX_OK)
            status = fetch->failure.status;
    }
    detach(fetch);
    return status;
}

/* The whole. */

enum plx_status plx_http_fetch_open(struct plx_http_fetch *fetch, struct plx_error *error)
{
    enum plx_status status = plx_http_allowed(fetch->network, error);
    if (status != PLX_OK)
        return status;
    fetch->address = plx_copy_string(fetch->url, strlen(fetch->url), error);
    fetch->label = fetch->address ? plx_http_label(fetch->url, error) : NULL;
    if (!fetch->label)
        return PLX_MEMORY;
    if (fetch->cap == 0)
        fetch->cap = HTTP_DOWNLOAD_MAX;
    fetch->furthest = fetch->done;
    if (fetch->done > plx_http_most(fetch)) /* so much is of no content that is wanted */
        fetch->part = (struct plx_http_validators){.etag = ""};
    fetch->limits = plx_http_limits(fetch->network);
    fetch->random = plx_clock_ms() ^ (uint64_t)getpid() << 32 ^ (uint64_t)(uintptr_t)fetch;
    fetch->easy = curl_easy_init();
    fetch->multi = curl_multi_init();
    if (!fetch->easy || !fetch->multi)
        return plx_error_set(error, PLX_NETWORK, "libcurl cannot be set up");
    return PLX_OK;
}

/* True if the pause is over; else some of it has passed. */
static bool pause_over(struct plx_http_fetch *fetch)
{
    const uint64_t passed = plx_clock_ms() - fetch->pause_from;
    if (passed >= fetch->pause_ms)
        return true;
    const uint64_t left = fetch->pause_ms - passed;
    const uint64_t sleep = left < PLX_MEDIUM_WAIT_MS ? left : PLX_MEDIUM_WAIT_MS;
    nanosleep(&(struct timespec){.tv_nsec = (long)sleep * 1000000}, NULL);
    return false;
}

enum plx_status plx_http_fetch_step(struct plx_http_fetch *fetch, struct plx_error *error)
{
    if (fetch->interrupted && fetch->interrupted(fetch->interrupted_user))
        return plx_error_set(error, PLX_INTERRUPTED, "interrupted");
    if (!fetch->failed && !fetch->ended) {
        enum plx_status status = PLX_OK;
        if (fetch->attached) {
            carry_on(fetch);
            status = fetch->over ? end_try(fetch) : PLX_OK;
        } else if (!can_go_on(fetch)) { /* what has come was read during the pause */
            status = fetch->failure.status;
        } else if (pause_over(fetch)) {
            status = begin_try(fetch);
        }
        fetch->failed = status != PLX_OK;
    }
    if (!fetch->failed)
        return PLX_OK;
    if (error)
        *error = fetch->failure;
    return fetch->failure.status;
}

void plx_http_fetch_close(struct plx_http_fetch *fetch)
{
    struct plx_sigpipe guard;
    plx_sigpipe_block(&guard);
    if (fetch->easy)
        curl_easy_setopt(fetch->easy, CURLOPT_QUICK_EXIT, 1L); /* do not wait for a hanging name server */
    detach(fetch);
    curl_easy_cleanup(fetch->easy);
    curl_multi_cleanup(fetch->multi);
    plx_sigpipe_restore(&guard);
    curl_slist_free_all(fetch->fields);
    free(fetch->address);
    free(fetch->label);
}

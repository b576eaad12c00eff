/* Transfers from http:// and https:// URLs with libcurl, as a source that is pulled from: what arrives goes
   into a bounded buffer, and the transfer is paused while that is full. */
#include "io/medium.h"

#include "base/error.h"
#include "base/memory.h"
#include "io/http_policy.h"
#include "io/sigpipe.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HTTP_BUFFER_BYTES ((size_t)256 << 10)
_Static_assert(HTTP_BUFFER_BYTES >= CURL_MAX_WRITE_SIZE, "an empty buffer takes whatever libcurl delivers");

#define HTTP_DOWNLOAD_MAX ((uint64_t)64 << 30)

/* Why the transfer was ended from this side. */
enum http_refusal { HTTP_ACCEPTED, HTTP_STATUS, HTTP_TOO_LARGE, HTTP_STALLED };

struct plx_http {
    struct plx_medium medium;
    CURLM *multi;
    CURL *easy;
    bool attached; /* easy has been added to multi */
    bool paused;
    bool ended; /* `result` is final */
    CURLcode result;
    enum http_refusal refusal;
    long status;      /* of the final answer, 0 before it has been looked at */
    uint64_t length;  /* what the server says, 0: not known */
    uint64_t arrived; /* bytes of the content so far */
    uint64_t heard;   /* the same, and bytes of headers */
    uint64_t cap;
    uint64_t stall_ms;
    uint64_t stall_waited_ms; /* time waited … */
    uint64_t stall_heard;     /* … and bytes heard before the current stretch of the stall clock */
    char detail[CURL_ERROR_SIZE];
    size_t begin, end; /* buffer[begin … end − 1] has arrived and not been read */
    uint8_t buffer[HTTP_BUFFER_BYTES];
};

/* Receiving: libcurl calls these. */

/* Looks at the final answer once, before its first byte is taken. */
static bool http_admit(struct plx_http *http)
{
    if (http->status != 0)
        return http->refusal == HTTP_ACCEPTED;
    curl_off_t length = -1;
    curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &http->status);
    curl_easy_getinfo(http->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (length > 0)
        http->length = (uint64_t)length;
    /* 206 would be a part, which was not asked for. */
    if (http->status < 200 || http->status > 299 || http->status == 206)
        http->refusal = HTTP_STATUS;
    else if (http->length > http->cap)
        http->refusal = HTTP_TOO_LARGE;
    return http->refusal == HTTP_ACCEPTED;
}

static size_t http_receive(char *data, size_t size, size_t count, void *user)
{
    struct plx_http *http = user;
    const size_t bytes = size * count; /* size is 1 always */
    if (bytes == 0)
        return 0;
    if (!http_admit(http))
        return 0; /* anything but `bytes` ends the transfer */
    if (bytes > http->cap - http->arrived) {
        http->refusal = HTTP_TOO_LARGE;
        return 0;
    }
    if (sizeof http->buffer - http->end < bytes) {
        memmove(http->buffer, http->buffer + http->begin, http->end - http->begin);
        http->end -= http->begin;
        http->begin = 0;
    }
    if (sizeof http->buffer - http->end < bytes) {
        http->paused = true;
        return CURL_WRITEFUNC_PAUSE; /* libcurl keeps the bytes */
    }
    memcpy(http->buffer + http->end, data, bytes);
    http->end += bytes;
    http->arrived += bytes;
    http->heard += bytes;
    return bytes;
}

static size_t http_receive_header(char *data, size_t size, size_t count, void *user)
{
    struct plx_http *http = user;
    (void)data;
    http->heard += size * count;
    return size * count;
}

/* Errors. */

static enum plx_status http_fail(const struct plx_http *http, struct plx_error *error)
{
    switch (http->refusal) {
    case HTTP_STATUS: return plx_http_fail_status(http->status, error);
    case HTTP_TOO_LARGE:
        if (http->length > http->cap)
            return plx_error_set(error, PLX_NETWORK,
                                 "the content has %" PRIu64 " bytes, more than the %" PRIu64 " allowed",
                                 http->length, http->cap);
        return plx_error_set(error, PLX_NETWORK, "the content is larger than the %" PRIu64 " bytes allowed",
                             http->cap);
    case HTTP_STALLED:
        return plx_error_set(error, PLX_NETWORK, "the server has sent nothing to speak of for %" PRIu64 " ms",
                             http->stall_ms);
    case HTTP_ACCEPTED: break;
    }
    if (http->result == CURLE_PARTIAL_FILE && http->length > 0)
        return plx_error_set(error, PLX_NETWORK, "the transfer ends after %" PRIu64 " of %" PRIu64 " bytes",
                             http->arrived, http->length);
    return plx_http_fail_result(http->easy, http->result, http->detail, error);
}

/* The transfer. */

static void http_end(struct plx_http *http, CURLcode result)
{
    http->ended = true;
    http->result = result;
    /* An answer without content has not been looked at yet. */
    if (result == CURLE_OK && !http_admit(http))
        http->result = CURLE_HTTP_RETURNED_ERROR;
}

/* What there is to do without waiting. */
static void http_advance(struct plx_http *http)
{
    if (http->paused) {
        http->paused = false;
        CURLcode result = curl_easy_pause(http->easy, CURLPAUSE_CONT);
        if (result != CURLE_OK) {
            http_end(http, result);
            return;
        }
    }
    int running = 0;
    if (curl_multi_perform(http->multi, &running) != CURLM_OK) {
        http_end(http, CURLE_FAILED_INIT);
        return;
    }
    int left = 0;
    for (CURLMsg *message; (message = curl_multi_info_read(http->multi, &left)) != NULL;)
        if (message->msg == CURLMSG_DONE)
            http_end(http, message->data.result);
}

static uint64_t http_clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* The stall clock. libcurl has one too, but that also runs while nobody reads; here only time spent waiting
   counts, so that a slow consumer is not taken for a slow server. A stretch begins anew as soon as it has
   brought a byte a second for the whole timeout, and ends the transfer if it does not. */
static void http_count_wait(struct plx_http *http, uint64_t waited_ms)
{
    curl_off_t request = 0; /* when the request was sent; before, the connection's timeout holds */
    curl_easy_getinfo(http->easy, CURLINFO_PRETRANSFER_TIME_T, &request);
    if (request == 0)
        return;
    http->stall_waited_ms += waited_ms;
    if (http->heard - http->stall_heard >= (http->stall_ms + 999) / 1000) {
        http->stall_heard = http->heard;
        http->stall_waited_ms = 0;
    } else if (http->stall_waited_ms >= http->stall_ms) {
        http->refusal = HTTP_STALLED;
        http_end(http, CURLE_OPERATION_TIMEDOUT);
    }
}

/* Waits until something has arrived or the transfer has ended. */
static enum plx_status http_wait(struct plx_http *http, struct plx_error *error)
{
    while (http->begin == http->end && !http->ended) {
        enum plx_status status = plx_medium_interrupted(&http->medium, error);
        if (status != PLX_OK)
            return status;
        const uint64_t before = http_clock_ms();
        struct plx_sigpipe guard;
        plx_sigpipe_block(&guard);
        http_advance(http);
        if (http->begin == http->end && !http->ended && !http->paused)
            curl_multi_poll(http->multi, NULL, 0, PLX_MEDIUM_WAIT_MS, NULL);
        plx_sigpipe_restore(&guard);
        if (!http->ended)
            http_count_wait(http, http_clock_ms() - before);
    }
    return PLX_OK;
}

static enum plx_status http_read(struct plx_medium *medium, uint8_t *data, size_t size, size_t *got,
                                 struct plx_error *error)
{
    struct plx_http *http = (struct plx_http *)medium;
    enum plx_status status = http_wait(http, error);
    if (status != PLX_OK)
        return status;
    if (http->begin == http->end && http->result != CURLE_OK)
        return http_fail(http, error);
    const size_t ready = http->end - http->begin;
    *got = size < ready ? size : ready;
    memcpy(data, http->buffer + http->begin, *got);
    http->begin += *got;
    return PLX_OK;
}

static uint64_t http_size(const struct plx_medium *medium)
{
    return ((const struct plx_http *)medium)->length;
}

static void http_close(struct plx_medium *medium)
{
    struct plx_http *http = (struct plx_http *)medium;
    struct plx_sigpipe guard;
    plx_sigpipe_block(&guard);
    if (http->easy)
        curl_easy_setopt(http->easy, CURLOPT_QUICK_EXIT, 1L); /* do not wait for a hanging name server */
    if (http->attached)
        curl_multi_remove_handle(http->multi, http->easy);
    curl_easy_cleanup(http->easy);
    curl_multi_cleanup(http->multi);
    plx_sigpipe_restore(&guard);
    free(http);
}

static const struct plx_medium_table http_table = {http_read, http_size, NULL, http_close};

/* Opening. */

static enum plx_status http_configure(struct plx_http *http, const char *url, struct plx_error *error)
{
    CURL *easy = http->easy;
    bool fine = true;
    fine &= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, http_receive) == CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_WRITEDATA, http) == CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, http_receive_header) == CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_HEADERDATA, http) == CURLE_OK;
    if (!fine)
        return plx_error_set(error, PLX_NETWORK, "libcurl cannot be set up");
    return plx_http_prepare(easy, url, http->medium.options->network, true, http->detail, error);
}

enum plx_status plx_http_open(const char *url, const struct plx_source_options *options,
                              struct plx_medium **medium, struct plx_error *error)
{
    *medium = NULL;
    enum plx_status status = plx_http_allowed(options->network, error);
    if (status != PLX_OK)
        return status;
    struct plx_http *http = plx_new_array(1, sizeof *http, error);
    if (!http)
        return PLX_MEMORY;
    http->medium.table = &http_table;
    http->medium.options = options;
    http->cap = options->max_download_bytes ? options->max_download_bytes : HTTP_DOWNLOAD_MAX;
    http->stall_ms = plx_http_limits(options->network).stall_ms;
    http->easy = curl_easy_init();
    http->multi = curl_multi_init();
    if (!http->easy || !http->multi)
        status = plx_error_set(error, PLX_NETWORK, "libcurl cannot be set up");
    else
        status = http_configure(http, url, error);
    if (status == PLX_OK) {
        http->attached = curl_multi_add_handle(http->multi, http->easy) == CURLM_OK;
        if (!http->attached)
            status = plx_error_set(error, PLX_NETWORK, "libcurl does not take the transfer");
    }
    if (status == PLX_OK)
        status = http_wait(http, error);
    if (status == PLX_OK && http->begin == http->end && http->result != CURLE_OK)
        status = http_fail(http, error);
    if (status != PLX_OK) {
        http_close(&http->medium);
        return status;
    }
    *medium = &http->medium;
    return PLX_OK;
}

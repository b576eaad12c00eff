/* Transfers from http:// and https:// URLs as a source that is pulled from: what arrives goes into a bounded
   buffer, and the transfer is paused while that is full. */
#include "io/medium.h"

#include "base/memory.h"
#include "io/http_fetch.h"

#include <stdlib.h>
#include <string.h>

#define HTTP_BUFFER_BYTES ((size_t)256 << 10)
_Static_assert(HTTP_BUFFER_BYTES >= CURL_MAX_WRITE_SIZE, "an empty buffer takes whatever libcurl delivers");

struct plx_http {
    struct plx_medium medium;
    struct plx_http_fetch fetch;
    size_t begin, end; /* buffer[begin … end − 1] has arrived and not been read */
    uint8_t buffer[HTTP_BUFFER_BYTES];
};

/* What the transfer calls. */

static enum plx_status http_take(void *user, const uint8_t *data, size_t size, bool *later,
                                 struct plx_error *error)
{
    struct plx_http *http = user;
    (void)error;
    if (sizeof http->buffer - http->end < size) {
        memmove(http->buffer, http->buffer + http->begin, http->end - http->begin);
        http->end -= http->begin;
        http->begin = 0;
    }
    *later = sizeof http->buffer - http->end < size;
    if (*later)
        return PLX_OK;
    memcpy(http->buffer + http->end, data, size);
    http->end += size;
    return PLX_OK;
}

static enum plx_status http_restart(void *user, struct plx_error *error)
{
    struct plx_http *http = user;
    (void)error;
    http->begin = http->end = 0;
    return PLX_OK;
}

static bool http_interrupted(void *user)
{
    const struct plx_source_options *options = ((struct plx_http *)user)->medium.options;
    return options->interrupted && options->interrupted(options->user);
}

static const struct plx_http_sink http_sink = {http_take, http_restart, NULL};

/* Waits until something has arrived or the transfer has ended. */
static enum plx_status http_wait(struct plx_http *http, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    while (status == PLX_OK && http->begin == http->end && !http->fetch.ended)
        status = plx_http_fetch_step(&http->fetch, error);
    /* What has arrived before a failure comes first. */
    return http->begin < http->end && status != PLX_INTERRUPTED ? PLX_OK : status;
}

static enum plx_status http_read(struct plx_medium *medium, uint8_t *data, size_t size, size_t *got,
                                 struct plx_error *error)
{
    struct plx_http *http = (struct plx_http *)medium;
    enum plx_status status = http_wait(http, error);
    if (status != PLX_OK)
        return status;
    const size_t ready = http->end - http->begin;
    *got = size < ready ? size : ready;
    memcpy(data, http->buffer + http->begin, *got);
    http->begin += *got;
    http->fetch.fixed = true;
    return PLX_OK;
}

static uint64_t http_size(const struct plx_medium *medium)
{
    return ((const struct plx_http *)medium)->fetch.size;
}

static void http_close(struct plx_medium *medium)
{
    struct plx_http *http = (struct plx_http *)medium;
    plx_http_fetch_close(&http->fetch);
    free(http);
}

static const struct plx_medium_table http_table = {http_read, http_size, NULL, http_close};

enum plx_status plx_http_open(const char *url, const struct plx_source_options *options,
                              struct plx_medium **medium, struct plx_error *error)
{
    *medium = NULL;
    struct plx_http *http = plx_new_array(1, sizeof *http, error);
    if (!http)
        return PLX_MEMORY;
    http->medium.table = &http_table;
    http->medium.options = options;
    http->fetch.url = url;
    http->fetch.network = options->network;
    http->fetch.interrupted = http_interrupted;
    http->fetch.interrupted_user = http->fetch.sink_user = http;
    http->fetch.sink = &http_sink;
    http->fetch.cap = options->max_download_bytes;
    enum plx_status status = plx_http_fetch_open(&http->fetch, error);
    if (status == PLX_OK)
        status = http_wait(http, error);
    if (status != PLX_OK) {
        http_close(&http->medium);
        return status;
    }
    *medium = &http->medium;
    return PLX_OK;
}

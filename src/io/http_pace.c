#include "io/http_pace.h"

#include "base/clock.h"
#include "io/http_policy.h"

#include <inttypes.h>

#define FIRST_WINDOW 8

void plx_http_pace_init(struct plx_http_pace *pace, const struct plx_http_client_options *options)
{
    *pace = (struct plx_http_pace){
        .options = options,
        .window = options->concurrency < FIRST_WINDOW ? options->concurrency : FIRST_WINDOW,
        .threshold = options->concurrency,
    };
}

void plx_http_pace_grow(struct plx_http_pace *pace)
{
    pace->window += pace->window < pace->threshold ? 1.0 : 1.0 / pace->window;
    if (pace->window > pace->options->concurrency)
        pace->window = pace->options->concurrency;
}

void plx_http_pace_throttle(struct plx_http_pace *pace, uint64_t serial, curl_off_t retry_after_s)
{
    pace->counts.throttled++;
    if (retry_after_s > 0 && retry_after_s <= PLX_HTTP_RETRY_AFTER_MOST_S) {
        const uint64_t until = plx_clock_ms() + (uint64_t)retry_after_s * 1000;
        if (until > pace->quiet_ms)
            pace->quiet_ms = until;
    }
    if (serial <= pace->halved)
        return;
    pace->halved = pace->serial;
    pace->window = pace->window >= 2 ? pace->window / 2 : 1;
    pace->threshold = pace->window;
}

static bool requests_left(const struct plx_http_pace *pace)
{
    return pace->options->max_requests == 0 || pace->counts.requests < pace->options->max_requests;
}

static bool tokens_left(const struct plx_http_pace *pace, uint64_t tokens)
{
    const uint64_t most = pace->options->max_tokens;
    return most == 0 || (pace->counts.tokens <= most && tokens <= most - pace->counts.tokens);
}

bool plx_http_pace_affords(const struct plx_http_pace *pace, const struct plx_http_call *call)
{
    return !call->counts || (requests_left(pace) && tokens_left(pace, call->tokens));
}

void plx_http_pace_count(struct plx_http_pace *pace, const struct plx_http_call *call)
{
    if (call->counts) {
        pace->counts.requests++;
        pace->counts.tokens += call->tokens;
    } else {
        pace->counts.others++;
    }
}

void plx_http_pace_uncount(struct plx_http_pace *pace, const struct plx_http_call *call)
{
    if (call->counts) {
        pace->counts.requests--;
        pace->counts.tokens -= call->tokens;
    } else {
        pace->counts.others--;
    }
}

enum plx_status plx_http_pace_fail(const struct plx_http_pace *pace, const struct plx_http_call *call,
                                   struct plx_error *error)
{
    if (!requests_left(pace))
        return plx_error_set(error, PLX_NETWORK, "the limit of %" PRIu64 " requests is reached",
                             pace->options->max_requests);
    return plx_error_set(error, PLX_NETWORK,
                         "the limit of %" PRIu64 " tokens is reached: %" PRIu64
                         " have been sent, and the next request has %" PRIu64,
                         pace->options->max_tokens, pace->counts.tokens, call->tokens);
}

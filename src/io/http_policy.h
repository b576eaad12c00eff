/* What holds for every transfer (network.h): how a handle of libcurl is set up, what is tried again and when,
   and what errors say. */
#ifndef PLX_IO_HTTP_POLICY_H
#define PLX_IO_HTTP_POLICY_H

#include <perplex/network.h>

#include <curl/curl.h>
#include <stdint.h>

/* The network's numbers with the defaults in the place of 0; network may be NULL. */
struct plx_http_limits {
    unsigned connect_ms, stall_ms, total_ms, tries, first_pause_ms;
};
struct plx_http_limits plx_http_limits(const struct plx_network *network);

/* PLX_NETWORK where nothing may be transferred. */
enum plx_status plx_http_allowed(const struct plx_network *network, struct plx_error *error);

/* Sets all that does not depend on the purpose: protocols, redirects (`redirects`; false: none is followed),
   certificates, the timeout of connecting, signals, the name of the program. Left to the caller: the timeouts
   of stalls and of the whole, the decoding of contents. User and password of the URL, and a bearer
   (CURLOPT_XOAUTH2_BEARER), go to no other host by a redirect; headers of CURLOPT_HTTPHEADER would.
   detail[CURL_ERROR_SIZE] gets libcurl's words; it outlives the handle. PLX_NETWORK where libcurl cannot be
   set up. Errors here have no input. */
enum plx_status plx_http_prepare(CURL *easy, const char *url, const struct plx_network *network,
                                 bool redirects, char *detail, struct plx_error *error);

/* What has become of a try. */
enum plx_http_verdict {
    PLX_HTTP_FINE,  /* 2xx or 304, whole */
    PLX_HTTP_AGAIN, /* may pass: 408, 425, 429, 500, 502, 503, 504, a timeout, a connection refused or broken
                     */
    PLX_HTTP_FINAL  /* will not: other answers, certificates, names, addresses, what is too large */
};
enum plx_http_verdict plx_http_judge(CURLcode result, long status);

/* How long to wait before try `next` (2, 3, …) at least: growing, jittered from *random, which is any number
   and is moved on; not before retry_after_s seconds (CURLINFO_RETRY_AFTER), 0: nothing is said. */
uint64_t plx_http_pause_ms(const struct plx_http_limits *limits, unsigned next, curl_off_t retry_after_s,
                           uint64_t *random);

/* The longest Retry-After that is waited for; beyond it is a failure that says so. */
#define PLX_HTTP_RETRY_AFTER_MOST_S 600

/* What the server answers, and what may help; what libcurl says of a failed transfer, unless it may quote a
   secret. PLX_NETWORK (PLX_MEMORY). */
enum plx_status plx_http_fail_status(long status, struct plx_error *error);
enum plx_status plx_http_fail_result(CURL *easy, CURLcode result, const char *detail,
                                     struct plx_error *error);

#endif

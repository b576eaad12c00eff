/* libcurl's own initialisation is left to curl_easy_init, which does it on its first call; nothing here needs
   other flags than its defaults. */
#include "io/http_policy.h"

#include "base/error.h"

#include <perplex/version.h>

#include <string.h>
#include <strings.h>

#define HTTP_CONNECT_MS     15000U
#define HTTP_STALL_MS       30000U
#define HTTP_TOTAL_MS       600000U
#define HTTP_TRIES          5U
#define HTTP_FIRST_PAUSE_MS 500U
#define HTTP_PAUSE_MOST_MS  UINT64_C(60000)

#define HTTP_PROTOCOLS     "http,https"
#define HTTP_SECURE        "https"
#define HTTP_REDIRECTS_MAX 10L

static unsigned given_or(unsigned given, unsigned otherwise)
{
    return given ? given : otherwise;
}

struct plx_http_limits plx_http_limits(const struct plx_network *network)
{
    static const struct plx_network defaults;
    if (!network)
        network = &defaults;
    return (struct plx_http_limits){
        .connect_ms = given_or(network->connect_timeout_ms, HTTP_CONNECT_MS),
        .stall_ms = given_or(network->stall_timeout_ms, HTTP_STALL_MS),
        .total_ms = given_or(network->total_timeout_ms, HTTP_TOTAL_MS),
        .tries = given_or(network->tries, HTTP_TRIES),
        .first_pause_ms = given_or(network->first_pause_ms, HTTP_FIRST_PAUSE_MS),
    };
}

enum plx_status plx_http_allowed(const struct plx_network *network, struct plx_error *error)
{
    if (!network || !network->offline)
        return PLX_OK;
    plx_error_set(error, PLX_NETWORK, "the network must not be used: perplex is offline");
    return plx_error_hint(error, "PERPLEX_OFFLINE=1 forbids every transfer; what has been downloaded before "
                                 "is used from the cache");
}

/* Setting up. */

enum plx_status plx_http_prepare(CURL *easy, const char *url, const struct plx_network *network,
                                 bool redirects, char *detail, struct plx_error *error)
{
    const bool secure = strncasecmp(url, "https:", 6) == 0;
    const char *authorities = network ? network->certificates : NULL;
    bool fine = true;
    detail[0] = '\0';
    fine &= curl_easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_USERAGENT, "perplex/" PERPLEX_VERSION) == CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, HTTP_PROTOCOLS) == CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, secure ? HTTP_SECURE : HTTP_PROTOCOLS) ==
            CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, redirects ? 1L : 0L) == CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_MAXREDIRS, HTTP_REDIRECTS_MAX) == CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_UNRESTRICTED_AUTH, 0L) == CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)plx_http_limits(network).connect_ms) ==
            CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L) == CURLE_OK;
    fine &= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, detail) == CURLE_OK;
    /* A libcurl without TLS knows none of these: it will not be able to fetch https, but http it can. */
    (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (authorities) {
        (void)curl_easy_setopt(easy, CURLOPT_CAINFO, authorities);
        (void)curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, authorities);
    }
    return fine ? PLX_OK : plx_error_set(error, PLX_NETWORK, "libcurl cannot be set up");
}

/* Trying again. */

static enum plx_http_verdict judge_status(long status)
{
    switch (status) {
    case 304: return PLX_HTTP_FINE;
    case 408:
    case 425:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504: return PLX_HTTP_AGAIN;
    default: return status >= 200 && status <= 299 ? PLX_HTTP_FINE : PLX_HTTP_FINAL;
    }
}

enum plx_http_verdict plx_http_judge(CURLcode result, long status)
{
    /* What an answer that is no success says of it counts, whole or not. */
    if (result == CURLE_OK || status >= 300)
        return judge_status(status);
    switch (result) {
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SSL_CONNECT_ERROR: /* also of a connection that breaks off so early */
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM: return PLX_HTTP_AGAIN;
    default: return PLX_HTTP_FINAL;
    }
}

/* [0, 2^32): the upper half of a linear congruential generator (Knuth's MMIX). */
static uint64_t next_random(uint64_t *random)
{
    *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *random >> 32;
}

uint64_t plx_http_pause_ms(const struct plx_http_limits *limits, unsigned next, curl_off_t retry_after_s,
                           uint64_t *random)
{
    uint64_t pause = limits->first_pause_ms;
    for (unsigned i = 2; i < next && pause < HTTP_PAUSE_MOST_MS; i++)
        pause *= 2;
    if (pause > HTTP_PAUSE_MOST_MS)
        pause = HTTP_PAUSE_MOST_MS;
    const uint64_t chance = next_random(random) * (pause / 2) >> 32; /* those that failed together part */
    const uint64_t usual = pause - pause / 4 + chance;
    const uint64_t asked = retry_after_s > 0 ? (uint64_t)retry_after_s * 1000 + chance : 0;
    return usual > asked ? usual : asked;
}

/* Errors. */

static enum plx_status fail_answer(const char *who, long status, struct plx_error *error)
{
    plx_error_set(error, PLX_NETWORK, "the %s answers %ld", who, status);
    if (status == 401 || status == 403)
        plx_error_hint(error, "it wants to know who asks, or does not give this to anybody");
    else if (status == 404 || status == 410)
        plx_error_hint(error, "nothing is there; is the address right?");
    else if (status == 407)
        plx_error_hint(error,
                       "the proxy wants to know who asks: http://USER:PASSWORD@HOST:PORT in http_proxy "
                       "or https_proxy");
    else if (judge_status(status) == PLX_HTTP_AGAIN)
        plx_error_hint(error, "it may be busy; later it may work");
    return PLX_NETWORK;
}

enum plx_status plx_http_fail_status(long status, struct plx_error *error)
{
    return fail_answer("server", status, error);
}

static enum plx_status fail_url(bool redirected, struct plx_error *error)
{
    if (redirected)
        return plx_error_set(error, PLX_NETWORK, "the server redirects to what is not a valid URL");
    plx_error_set(error, PLX_NETWORK, "it is not a valid URL");
    plx_error_hint(error, "a space is written as %%20; the URL is not shown, as it may hold a password");
    return PLX_NETWORK;
}

static enum plx_status fail_protocol(CURL *easy, bool redirected, struct plx_error *error)
{
    const char *scheme = NULL;
    if (!redirected)
        return plx_error_set(error, PLX_NETWORK, "this build of libcurl does not support the protocol");
    curl_easy_getinfo(easy, CURLINFO_SCHEME, &scheme);
    if (!scheme || strcasecmp(scheme, HTTP_SECURE) != 0)
        return plx_error_set(error, PLX_NETWORK, "the server redirects to what is neither http nor https");
    plx_error_set(error, PLX_NETWORK, "the server redirects from https to what is not https");
    return plx_error_hint(error, "on the way from there anybody could change the content");
}

/* libcurl's own words, unless they may quote a URL: that of a proxy can hold a password. */
static const char *safe_detail(CURLcode result, const char *detail)
{
    if (detail[0] == '\0' || strstr(detail, "://") || strpbrk(detail, "@?"))
        return curl_easy_strerror(result);
    return detail;
}

static enum plx_status hint_at(CURL *easy, CURLcode result, struct plx_error *error)
{
    static const char own_authority[] = "the certificates of an authority of your own are read from the file "
                                        "that CURL_CA_BUNDLE or SSL_CERT_FILE names";
    long verified = 0;
    curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verified);
    switch (result) {
    case CURLE_COULDNT_RESOLVE_HOST: plx_error_hint(error, "is the name right, and the network up?"); break;
    case CURLE_COULDNT_RESOLVE_PROXY:
        plx_error_hint(error, "it comes from http_proxy, https_proxy or all_proxy in the environment");
        break;
    case CURLE_COULDNT_CONNECT: plx_error_hint(error, "is the server running, and the port right?"); break;
    case CURLE_PEER_FAILED_VERIFICATION:
        /* OpenSSL's numbers of what is wrong with the signatures begin with 2. */
        plx_error_hint(error, "%s",
                       verified > 1 ? own_authority : "the server is not the one that the address names");
        break;
    case CURLE_SSL_CACERT_BADFILE: plx_error_hint(error, "%s", own_authority); break;
    default: break;
    }
    return PLX_NETWORK;
}

enum plx_status plx_http_fail_result(CURL *easy, CURLcode result, const char *detail, struct plx_error *error)
{
    long redirects = 0, proxy = 0;
    curl_easy_getinfo(easy, CURLINFO_REDIRECT_COUNT, &redirects);
    switch (result) {
    case CURLE_OUT_OF_MEMORY: return plx_error_set(error, PLX_MEMORY, "no memory for the transfer");
    case CURLE_TOO_MANY_REDIRECTS:
        return plx_error_set(error, PLX_NETWORK, "the server redirects more than %ld times",
                             HTTP_REDIRECTS_MAX);
    case CURLE_UNSUPPORTED_PROTOCOL: return fail_protocol(easy, redirects > 0, error);
    case CURLE_URL_MALFORMAT: return fail_url(redirects > 0, error);
    default: break;
    }
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &proxy);
    if (proxy >= 300)
        return fail_answer("proxy", proxy, error);
    plx_error_set(error, PLX_NETWORK, "the transfer fails: %s", safe_detail(result, detail));
    return hint_at(easy, result, error);
}

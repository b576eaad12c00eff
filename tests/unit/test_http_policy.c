#include "io/http_policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void plx_http_limits__defaults(void **state)
{
    (void)state;
    const struct plx_network own = {.stall_timeout_ms = 7, .tries = 1};
    const struct plx_http_limits limits = plx_http_limits(NULL), given = plx_http_limits(&own);
    /* As network.h says. */
    assert_int_equal(limits.connect_ms, 15000);
    assert_int_equal(limits.stall_ms, 30000);
    assert_int_equal(limits.total_ms, 600000);
    assert_int_equal(limits.tries, 5);
    assert_int_equal(limits.first_pause_ms, 500);
    assert_int_equal(given.stall_ms, 7);
    assert_int_equal(given.tries, 1);
    assert_int_equal(given.connect_ms, 15000);
}

static void plx_http_allowed__offline(void **state)
{
    (void)state;
    const struct plx_network offline = {.offline = true}, online = {.tries = 1};
    struct plx_error error;
    assert_int_equal(plx_http_allowed(NULL, &error), PLX_OK);
    assert_int_equal(plx_http_allowed(&online, &error), PLX_OK);
    assert_int_equal(plx_http_allowed(&offline, &error), PLX_NETWORK);
    assert_non_null(strstr(error.hint, "PERPLEX_OFFLINE"));
}

static void plx_http_judge__verdicts(void **state)
{
    (void)state;
    static const struct {
        CURLcode result;
        long status;
        enum plx_http_verdict verdict;
    } cases[] = {
        {CURLE_OK, 200, PLX_HTTP_FINE},
        {CURLE_OK, 206, PLX_HTTP_FINE},
        {CURLE_OK, 304, PLX_HTTP_FINE},
        {CURLE_OK, 301, PLX_HTTP_FINAL},
        {CURLE_OK, 400, PLX_HTTP_FINAL},
        {CURLE_OK, 401, PLX_HTTP_FINAL},
        {CURLE_OK, 404, PLX_HTTP_FINAL},
        {CURLE_OK, 413, PLX_HTTP_FINAL},
        {CURLE_OK, 501, PLX_HTTP_FINAL},
        {CURLE_OK, 408, PLX_HTTP_AGAIN},
        {CURLE_OK, 425, PLX_HTTP_AGAIN},
        {CURLE_OK, 429, PLX_HTTP_AGAIN},
        {CURLE_OK, 500, PLX_HTTP_AGAIN},
        {CURLE_OK, 502, PLX_HTTP_AGAIN},
        {CURLE_OK, 503, PLX_HTTP_AGAIN},
        {CURLE_OK, 504, PLX_HTTP_AGAIN},
        {CURLE_OPERATION_TIMEDOUT, 0, PLX_HTTP_AGAIN},
        {CURLE_COULDNT_CONNECT, 0, PLX_HTTP_AGAIN},
        {CURLE_RECV_ERROR, 200, PLX_HTTP_AGAIN},
        {CURLE_PARTIAL_FILE, 200, PLX_HTTP_AGAIN},
        {CURLE_GOT_NOTHING, 0, PLX_HTTP_AGAIN},
        {CURLE_PARTIAL_FILE, 404, PLX_HTTP_FINAL}, /* of a page that says so */
        {CURLE_WRITE_ERROR, 503, PLX_HTTP_AGAIN},
        {CURLE_PEER_FAILED_VERIFICATION, 0, PLX_HTTP_FINAL},
        {CURLE_COULDNT_RESOLVE_HOST, 0, PLX_HTTP_FINAL},
        {CURLE_URL_MALFORMAT, 0, PLX_HTTP_FINAL},
        {CURLE_UNSUPPORTED_PROTOCOL, 302, PLX_HTTP_FINAL},
        {CURLE_TOO_MANY_REDIRECTS, 302, PLX_HTTP_FINAL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (plx_http_judge(cases[i].result, cases[i].status) != cases[i].verdict)
            fail_msg("case %zu: %d with status %ld", i, (int)cases[i].result, cases[i].status);
}

static void plx_http_pause_ms__grows_with_chance(void **state)
{
    (void)state;
    const struct plx_network network = {.first_pause_ms = 1000};
    const struct plx_http_limits limits = plx_http_limits(&network);
    for (unsigned next = 2; next < 5; next++) {
        const uint64_t middle = UINT64_C(1000) << (next - 2);
        uint64_t random = 1, least = UINT64_MAX, most = 0;
        for (int i = 0; i < 1000; i++) {
            const uint64_t pause = plx_http_pause_ms(&limits, next, 0, &random);
            least = pause < least ? pause : least;
            most = pause > most ? pause : most;
        }
        assert_in_range(least, middle * 3 / 4, middle * 4 / 5);
        assert_in_range(most, middle * 6 / 5, middle * 5 / 4);
    }
    uint64_t random = 1;
    assert_in_range(plx_http_pause_ms(&limits, 4000000000U, 0, &random), 45000, 75000);
}

static void plx_http_pause_ms__not_before_retry_after(void **state)
{
    (void)state;
    const struct plx_http_limits limits = plx_http_limits(NULL);
    uint64_t random = 1, before = 0, differing = 0;
    for (int i = 0; i < 100; i++) {
        const uint64_t pause = plx_http_pause_ms(&limits, 2, 7, &random);
        assert_in_range(pause, 7000, 7500);
        differing += pause != before;
        before = pause;
    }
    assert_true(differing > 50); /* those that were sent away together do not come back together */
    assert_in_range(plx_http_pause_ms(&limits, 9, 1, &random), 45000, 75000);
}

static void plx_http_fail_status__messages(void **state)
{
    (void)state;
    struct plx_error error;
    assert_int_equal(plx_http_fail_status(404, &error), PLX_NETWORK);
    assert_string_equal(error.message, "the server answers 404");
    assert_non_null(strstr(error.hint, "address"));
    plx_http_fail_status(503, &error);
    assert_non_null(strstr(error.hint, "later"));
    plx_http_fail_status(407, &error);
    assert_non_null(strstr(error.hint, "proxy"));
    plx_http_fail_status(418, &error);
    assert_string_equal(error.hint, "");
}

static void plx_http_fail_result__messages(void **state)
{
    (void)state;
    struct plx_error error;
    CURL *easy = curl_easy_init();
    assert_non_null(easy);
    assert_int_equal(plx_http_fail_result(easy, CURLE_OUT_OF_MEMORY, "", &error), PLX_MEMORY);
    assert_int_equal(plx_http_fail_result(easy, CURLE_COULDNT_CONNECT, "Failed to connect to a", &error),
                     PLX_NETWORK);
    assert_string_equal(error.message, "the transfer fails: Failed to connect to a");
    assert_non_null(strstr(error.hint, "running"));
    /* What may be a URL, or a part of one, is not shown. */
    static const char *const secrets[] = {"proxy http://u:secret@h", "no user secret@h", "of /a?secret"};
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        plx_http_fail_result(easy, CURLE_COULDNT_CONNECT, secrets[i], &error);
        assert_null(strstr(error.message, "secret"));
        assert_true(strlen(error.message) > strlen("the transfer fails: "));
    }
    plx_http_fail_result(easy, CURLE_SSL_CACERT_BADFILE, "", &error);
    assert_non_null(strstr(error.hint, "CURL_CA_BUNDLE"));
    curl_easy_cleanup(easy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_http_limits__defaults),
        cmocka_unit_test(plx_http_allowed__offline),
        cmocka_unit_test(plx_http_judge__verdicts),
        cmocka_unit_test(plx_http_pause_ms__grows_with_chance),
        cmocka_unit_test(plx_http_pause_ms__not_before_retry_after),
        cmocka_unit_test(plx_http_fail_status__messages),
        cmocka_unit_test(plx_http_fail_result__messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

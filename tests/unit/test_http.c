/* URLs as sources, against the server of tests/support on the loopback interface. */
#include <perplex/source.h>
#include <perplex/version.h>

#include "io/http_url.h"
#include "support/gzip_member.h"
#include "support/http_server.h"
#include "support/tls_server.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define CONTENT_SIZE ((size_t)3 * 1000 * 1000)

static uint8_t content[CONTENT_SIZE];
static uint8_t packed[CONTENT_SIZE + 100000];
static struct http_server *server;

/* What may pass is tried again at once. */
static const struct plx_network impatient = {.first_pause_ms = 1, .tries = 3};
static const struct plx_source_options quick = {.network = &impatient};

static int start(void **state)
{
    (void)state;
    /* Whatever proxy the environment names does not lead here. */
    setenv("no_proxy", "127.0.0.1", 1);
    setenv("NO_PROXY", "127.0.0.1", 1);
    uint32_t random = 1;
    for (size_t i = 0; i < CONTENT_SIZE; i++) {
        random = random * 1664525U + 1013904223U;
        content[i] = (uint8_t)(random >> 24);
    }
    size_t size = gzip_member(content, CONTENT_SIZE, 1, NULL, packed, sizeof packed);
    server = http_server_start(&(struct http_server_options){
        .content = content, .content_size = CONTENT_SIZE, .gzip = packed, .gzip_size = size});
    return server ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    http_server_stop(server);
    return 0;
}

static const char *url_of(char url[256], const char *user, const char *path)
{
    snprintf(url, 256, "http://%s127.0.0.1:%u%s", user, http_server_port(server), path);
    return url;
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Opens and reads all of it; the status of whichever fails first. *got is what came before. */
static enum plx_status transfer(const char *path, const struct plx_source_options *options, uint8_t *data,
                                size_t capacity, size_t *got, struct plx_error *error)
{
    char url[256];
    struct plx_source *source = NULL;
    *got = 0;
    memset(error, 0, sizeof *error);
    enum plx_status status =
        plx_source_open(url_of(url, "", path), options ? options : &quick, &source, error);
    if (status != PLX_OK) {
        assert_null(source);
        return status;
    }
    assert_string_equal(plx_source_name(source), url);
    status = plx_source_read(source, data, capacity, got, error);
    plx_source_close(source);
    return status;
}

static void expect_content(const char *path)
{
    static uint8_t data[CONTENT_SIZE + 1];
    struct plx_error error;
    size_t got = 0;
    memset(data, 0, sizeof data);
    assert_int_equal(transfer(path, NULL, data, sizeof data, &got, &error), PLX_OK);
    assert_int_equal(got, CONTENT_SIZE);
    assert_memory_equal(data, content, CONTENT_SIZE);
}

static void expect_failure(const char *path, const struct plx_source_options *options, const char *message)
{
    static uint8_t data[CONTENT_SIZE + 2000];
    struct plx_error error;
    size_t got = 0;
    char url[256];
    assert_int_equal(transfer(path, options, data, sizeof data, &got, &error), PLX_NETWORK);
    assert_int_equal(error.status, PLX_NETWORK);
    assert_string_equal(error.input, url_of(url, "", path));
    if (!strstr(error.message, message))
        fail_msg("\"%s\" is not in \"%s\"", message, error.message);
}

static void plx_source_open__url(void **state)
{
    (void)state;
    expect_content("/ok");
    expect_content("/chunked");
    expect_content("/close");
    expect_content("/gzip");
}

static void plx_source_open__url_without_content(void **state)
{
    (void)state;
    struct plx_error error;
    uint8_t byte;
    size_t got = 1;
    assert_int_equal(transfer("/empty", NULL, &byte, 1, &got, &error), PLX_OK);
    assert_int_equal(got, 0);
}

static void plx_source_open__url_is_asked_politely(void **state)
{
    (void)state;
    struct plx_error error;
    char request[4096] = "";
    size_t got = 0;
    assert_int_equal(transfer("/request", NULL, (uint8_t *)request, sizeof request - 1, &got, &error),
                     PLX_OK);
    assert_memory_equal(request, "GET /request HTTP/1.1\r\n", 23);
    assert_non_null(strstr(request, "\r\nUser-Agent: perplex/" PERPLEX_VERSION "\r\n"));
    assert_non_null(strstr(request, "\r\nAccept-Encoding: identity\r\n"));
    assert_null(strstr(request, "Range"));
    assert_null(strstr(request, "Authorization"));
    assert_null(strstr(request, "Cookie"));
}

static void plx_source_open__scheme_in_capitals(void **state)
{
    (void)state;
    char url[256];
    struct plx_source *source = NULL;
    struct plx_error error;
    snprintf(url, sizeof url, "HTTP://127.0.0.1:%u/ok", http_server_port(server));
    assert_int_equal(plx_source_open(url, NULL, &source, &error), PLX_OK);
    plx_source_close(source);
}

static void plx_source_progress__of_a_url(void **state)
{
    (void)state;
    char url[256];
    struct plx_source *source = NULL;
    struct plx_error error;
    uint64_t size = 0;
    uint64_t done = 1;
    assert_int_equal(plx_source_open(url_of(url, "", "/ok"), NULL, &source, &error), PLX_OK);
    plx_source_progress(source, &size, &done);
    assert_int_equal(size, CONTENT_SIZE);
    assert_int_equal(done, 0);
    plx_source_close(source);
    assert_int_equal(plx_source_open(url_of(url, "", "/chunked"), NULL, &source, &error), PLX_OK);
    plx_source_progress(source, &size, &done);
    assert_int_equal(size, 0);
    plx_source_close(source);
}

/* Faults. */

static void plx_source_open__status(void **state)
{
    (void)state;
    expect_failure("/404", NULL, "the server answers 404");
    expect_failure("/status/500", NULL, "the server answers 500");
    expect_failure("/status/503", NULL, "the server answers 503");
    expect_failure("/status/401", NULL, "the server answers 401");
    expect_failure("/status/206", NULL, "the server answers 206"); /* a part that nobody asked for */
    expect_failure("/status/300", NULL, "the server answers 300");
    expect_failure("/status/304", NULL, "the server answers 304"); /* which has no body */
}

static void plx_source_open__redirects(void **state)
{
    (void)state;
    expect_content("/redirect");
    expect_content("/redirect/10");
    expect_failure("/redirect/11", NULL, "more than 10 times");
    expect_failure("/redirect-loop", NULL, "more than 10 times");
}

static void plx_source_open__redirect_to_a_file(void **state)
{
    (void)state;
    expect_failure("/redirect-file", NULL, "neither http nor https");
}

static void plx_source_read__transfer_cut_short(void **state)
{
    (void)state;
    expect_failure("/short", NULL, "ends after 3000000 of 3001000 bytes");
    expect_failure("/chunked-short", NULL, "the transfer fails");
    expect_failure("/reset", NULL, "the transfer fails");
}

/* Before anything was read, or where the server knows how to go on, nobody notices. */
static void plx_source_read__tried_again(void **state)
{
    (void)state;
    expect_content("/503/2");
    expect_content("/drop/2");
    expect_content("/drop-modified/1");
    assert_int_equal(http_server_requests_for(server, "/drop/2"), 3);
    expect_failure("/503/3", NULL, "the server answers 503; tried 3 times");
    expect_failure("/429-long", NULL, "asked again in 3600 s only");
}

/* What has been read is not taken back. */
static void plx_source_read__cannot_go_on(void **state)
{
    (void)state;
    expect_failure("/drop-blind/1", NULL, "the transfer ends after 1500000 of 3000000 bytes");
    expect_failure("/drop-ignored/1", NULL, "breaks off after 1500000 bytes, and the server begins anew");
    expect_failure("/etag-changes", NULL, "breaks off after 1500000 bytes, and the server begins anew");
    expect_failure("/drop-wrong/1", NULL, "goes on with another content, or elsewhere");
}

static void plx_source_open__offline(void **state)
{
    (void)state;
    const struct plx_network network = {.offline = true};
    const struct plx_source_options options = {.network = &network};
    const unsigned requests = http_server_requests(server);
    expect_failure("/ok", &options, "offline");
    assert_int_equal(http_server_requests(server), requests);
}

/* Even while the next try is waited for, what has come is not taken back once it is read. */
static void plx_source_read__read_during_the_pause(void **state)
{
    (void)state;
    static const char text[] = "a text that fits the buffer";
    const struct plx_network network = {.first_pause_ms = 50, .tries = 3};
    const struct plx_source_options options = {.network = &network};
    struct http_server *other = http_server_start(
        &(struct http_server_options){.content = text, .content_size = strlen(text), .gzip = ""});
    assert_non_null(other);
    char url[256], data[64];
    struct plx_source *source = NULL;
    struct plx_error error;
    size_t got = 0;
    snprintf(url, sizeof url, "http://127.0.0.1:%u/short", http_server_port(other));
    assert_int_equal(plx_source_open(url, &options, &source, &error), PLX_OK);
    assert_int_equal(plx_source_read(source, data, sizeof data, &got, &error), PLX_NETWORK);
    assert_int_equal(got, strlen(text));
    assert_memory_equal(data, text, got);
    assert_non_null(strstr(error.message, "the transfer ends after 27 of 1027 bytes"));
    assert_int_equal(http_server_requests(other), 1);
    plx_source_close(source);
    http_server_stop(other);
}

/* All that came is delivered before the error, which says where it is. */
static void plx_source_read__content_before_the_cut(void **state)
{
    (void)state;
    static uint8_t data[CONTENT_SIZE];
    char url[256];
    struct plx_source *source = NULL;
    struct plx_error error;
    size_t got = 0;
    assert_int_equal(plx_source_open(url_of(url, "", "/short"), NULL, &source, &error), PLX_OK);
    assert_int_equal(plx_source_read(source, data, CONTENT_SIZE, &got, &error), PLX_OK);
    assert_int_equal(got, CONTENT_SIZE);
    assert_memory_equal(data, content, CONTENT_SIZE);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(plx_source_read(source, data, 1, &got, &error), PLX_NETWORK);
        assert_int_equal(error.offset, CONTENT_SIZE);
    }
    plx_source_close(source);
}

static void plx_source_open__nobody_there(void **state)
{
    (void)state;
    /* A port that was free a moment ago. */
    struct http_server *other = http_server_start(&(struct http_server_options){.content = "", .gzip = ""});
    assert_non_null(other);
    char url[256];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/ok", http_server_port(other));
    http_server_stop(other);
    struct plx_source *source = NULL;
    struct plx_error error;
    assert_int_equal(plx_source_open(url, &quick, &source, &error), PLX_NETWORK);
    assert_null(source);
    assert_string_equal(error.input, url);
    assert_non_null(strstr(error.message, "; tried 3 times"));
    assert_int_equal(plx_source_open(url, &quick, &source, NULL), PLX_NETWORK);
}

/* A server that answers and speaks TLS, only nobody vouches for it. */
static void plx_source_open__certificate_of_nobody(void **state)
{
    (void)state;
    struct tls_server *other = tls_server_start();
    assert_non_null(other);
    char url[256];
    snprintf(url, sizeof url, "https://127.0.0.1:%u/", tls_server_port(other));
    struct plx_source *source = NULL;
    struct plx_error error;
    assert_int_equal(plx_source_open(url, NULL, &source, &error), PLX_NETWORK);
    assert_null(source);
    assert_non_null(strstr(error.message, "certificate"));
    tls_server_stop(other);
}

/* libcurl's own curl_easy_setopt, except that while `anybody_is_trusted` no certificate is looked at: the
   sources have no option for it, on purpose. */
static bool anybody_is_trusted;

#undef curl_easy_setopt
CURLcode curl_easy_setopt(CURL *curl, CURLoption option, ...)
{
    CURLcode (*original)(CURL *, CURLoption, ...);
    void *symbol = dlsym(RTLD_NEXT, "curl_easy_setopt");
    const bool pointer = (int)option >= CURLOPTTYPE_OBJECTPOINT && (int)option < CURLOPTTYPE_OFF_T;
    const bool check = option == CURLOPT_SSL_VERIFYPEER || option == CURLOPT_SSL_VERIFYHOST;
    CURLcode result;
    va_list arguments;
    assert_non_null(symbol);
    memcpy(&original, &symbol, sizeof original);
    va_start(arguments, option);
    if (pointer) {
        result = original(curl, option, va_arg(arguments, void *));
    } else {
        const long number = va_arg(arguments, long);
        result = original(curl, option, check && anybody_is_trusted ? 0L : number);
    }
    va_end(arguments);
    return result;
}

/* What begins with https stays there: on the way from http anybody could change the content. */
static void plx_source_open__https_redirects(void **state)
{
    (void)state;
    struct tls_server *secure = tls_server_start();
    assert_non_null(secure);
    const unsigned port = tls_server_port(secure);
    const unsigned requests = http_server_requests(server);
    char url[256], text[8] = "";
    struct plx_source *source = NULL;
    struct plx_error error;
    size_t got = 0;
    anybody_is_trusted = true;
    snprintf(url, sizeof url, "https://127.0.0.1:%u/redirect?https://127.0.0.1:%u/", port, port);
    assert_int_equal(plx_source_open(url, NULL, &source, &error), PLX_OK);
    assert_int_equal(plx_source_read(source, text, sizeof text, &got, &error), PLX_OK);
    assert_string_equal(text, "trusted");
    plx_source_close(source);
    for (int capitals = 0; capitals < 2; capitals++) {
        snprintf(url, sizeof url, "%s://127.0.0.1:%u/redirect?http://127.0.0.1:%u/ok",
                 capitals ? "HTTPS" : "https", port, http_server_port(server));
        assert_int_equal(plx_source_open(url, NULL, &source, &error), PLX_NETWORK);
        assert_null(source);
        assert_string_equal(error.message, "the server redirects from https to what is not https");
    }
    assert_int_equal(http_server_requests(server), requests);
    anybody_is_trusted = false;
    tls_server_stop(secure);
}

static void plx_source_open__not_a_url(void **state)
{
    (void)state;
    struct plx_source *source = NULL;
    struct plx_error error;
    assert_int_equal(plx_source_open("http://127.0.0.1/a b", NULL, &source, &error), PLX_NETWORK);
    assert_string_equal(error.message, "it is not a valid URL");
    assert_string_equal(error.input, "a URL");
}

static void plx_source_open__stall(void **state)
{
    (void)state;
    const struct plx_network network = {.stall_timeout_ms = 300, .tries = 1};
    struct plx_source_options options = {.network = &network};
    double begin = seconds();
    expect_failure("/stall", &options, "300 ms");
    assert_true(seconds() - begin > 0.25 && seconds() - begin < 10);
    begin = seconds();
    expect_failure("/stall-later", &options, "300 ms");
    assert_true(seconds() - begin > 0.25 && seconds() - begin < 10);
}

/* Until the request is out, it is the connection's timeout that counts: here nobody answers to TLS. */
static void plx_source_open__connection_hangs(void **state)
{
    (void)state;
    const struct plx_network network = {.stall_timeout_ms = 100, .connect_timeout_ms = 300, .tries = 1};
    struct plx_source_options options = {.network = &network};
    char url[256];
    struct plx_source *source = NULL;
    struct plx_error error;
    snprintf(url, sizeof url, "https://127.0.0.1:%u/ok", http_server_port(server));
    const double begin = seconds();
    assert_int_equal(plx_source_open(url, &options, &source, &error), PLX_NETWORK);
    assert_true(seconds() - begin > 0.25 && seconds() - begin < 10);
    assert_non_null(strstr(error.message, "time"));
}

/* Takes longer than the timeout as a whole, but something comes all the time. */
static void plx_source_read__slow_is_not_stalled(void **state)
{
    (void)state;
    const struct plx_network network = {.stall_timeout_ms = 500};
    struct plx_source_options options = {.network = &network};
    struct plx_error error;
    uint8_t data[40];
    size_t got = 0;
    assert_int_equal(transfer("/slow", &options, data, sizeof data, &got, &error), PLX_OK);
    assert_int_equal(got, sizeof data);
    assert_memory_equal(data, content, got);
    assert_int_equal(transfer("/slow-head", &options, data, sizeof data, &got, &error), PLX_OK);
    assert_memory_equal(data, content, got);
}

/* The clock counts what we wait for the server, not what the server waits for us. */
static void plx_source_read__slow_consumer_is_not_a_stall(void **state)
{
    (void)state;
    static uint8_t data[CONTENT_SIZE];
    const struct plx_network network = {.stall_timeout_ms = 300};
    struct plx_source_options options = {.network = &network};
    char url[256];
    struct plx_source *source = NULL;
    struct plx_error error;
    size_t got = 0;
    assert_int_equal(plx_source_open(url_of(url, "", "/ok"), &options, &source, &error), PLX_OK);
    for (size_t at = 0; at < CONTENT_SIZE; at += got) {
        if (at < 900000)
            nanosleep(&(struct timespec){.tv_nsec = 500000000}, NULL);
        assert_int_equal(plx_source_read(source, data + at, 300000, &got, &error), PLX_OK);
        assert_true(got > 0);
    }
    assert_memory_equal(data, content, CONTENT_SIZE);
    plx_source_close(source);
}

static void plx_source_open__larger_than_allowed(void **state)
{
    (void)state;
    struct plx_source_options options = {.max_download_bytes = CONTENT_SIZE - 1};
    expect_failure("/ok", &options, "the content has 3000000 bytes, more than the 2999999 allowed");
    expect_failure("/chunked", &options, "larger than the 2999999 bytes allowed");
    expect_failure("/close", &options, "larger than the 2999999 bytes allowed");
    options.max_download_bytes = CONTENT_SIZE;
    static uint8_t data[CONTENT_SIZE + 1];
    struct plx_error error;
    size_t got = 0;
    assert_int_equal(transfer("/ok", &options, data, sizeof data, &got, &error), PLX_OK);
    assert_int_equal(transfer("/chunked", &options, data, sizeof data, &got, &error), PLX_OK);
    options.max_download_bytes = 1000000;
    expect_failure("/big-chunked", &options, "larger than the 1000000 bytes allowed");
    expect_failure("/big", NULL, "more than the 68719476736 allowed"); /* 64 GiB, which is the default */
}

/* Interruptions. */

static bool stop_after(void *user)
{
    int *left = user;
    return (*left)-- <= 0;
}

static void plx_source_open__interrupted_while_waiting(void **state)
{
    (void)state;
    int left = 5;
    struct plx_source_options options = {.interrupted = stop_after, .user = &left};
    struct plx_error error;
    uint8_t byte;
    size_t got = 0;
    const double begin = seconds();
    assert_int_equal(transfer("/stall", &options, &byte, 1, &got, &error), PLX_INTERRUPTED);
    assert_true(seconds() - begin < 3); /* 5 questions, at most 100 ms apart */
}

static void plx_source_read__interrupted_and_resumed(void **state)
{
    (void)state;
    static uint8_t data[CONTENT_SIZE];
    int left = 1000000;
    struct plx_source_options options = {.interrupted = stop_after, .user = &left};
    char url[256];
    struct plx_source *source = NULL;
    struct plx_error error;
    size_t got = 0;
    assert_int_equal(plx_source_open(url_of(url, "", "/ok"), &options, &source, &error), PLX_OK);
    assert_int_equal(plx_source_read(source, data, 1000, &got, &error), PLX_OK);
    left = 0;
    const uint8_t *seen = NULL;
    size_t size = 0;
    assert_int_equal(plx_source_peek(source, 2000000, &seen, &size, &error), PLX_INTERRUPTED);
    left = 1000000;
    assert_int_equal(plx_source_read(source, data + 1000, CONTENT_SIZE - 1000, &got, &error), PLX_OK);
    assert_int_equal(got, CONTENT_SIZE - 1000);
    assert_memory_equal(data, content, CONTENT_SIZE);
    plx_source_close(source);
}

/* Secrets. */

static void expect_no_secret(const char *user, const char *path, enum plx_status expected)
{
    char url[256];
    char text[2048];
    struct plx_source *source = NULL;
    struct plx_error error;
    memset(&error, 0, sizeof error);
    assert_int_equal(plx_source_open(url_of(url, user, path), &quick, &source, &error), expected);
    if (source) {
        assert_null(strstr(plx_source_name(source), "secret"));
        plx_source_close(source);
        return;
    }
    plx_error_format(&error, text, sizeof text);
    assert_true(strlen(text) > 0);
    assert_null(strstr(text, "secret"));
    assert_null(strstr(text, "user"));
}

static void plx_source_open__secrets_in_the_url(void **state)
{
    (void)state;
    expect_no_secret("user:secret@", "/auth", PLX_OK); /* and it does reach the server */
    expect_no_secret("user:wrong-secret@", "/auth", PLX_NETWORK);
    expect_no_secret("user:secret@", "/404?token=secret", PLX_NETWORK);
    expect_no_secret("user:secret@", "/redirect-file?secret#secret", PLX_NETWORK);
    expect_no_secret("", "/ok?token=secret", PLX_OK);
    expect_no_secret("", "/404#secret", PLX_NETWORK);
    expect_no_secret("user:sec/ret@", "/404", PLX_NETWORK); /* not a URL */
    expect_no_secret("user:secret@not a host", "/404", PLX_NETWORK);
}

static void expect_label(const char *url, const char *expected)
{
    struct plx_error error;
    char *label = plx_http_label(url, &error);
    assert_non_null(label);
    assert_string_equal(label, expected);
    free(label);
}

static void plx_http_label__parts(void **state)
{
    (void)state;
    expect_label("http://example.org/a/b", "http://example.org/a/b");
    expect_label("https://u:p@example.org:81/a@b?c=d#e", "https://example.org:81/a@b");
    expect_label("https://u@example.org/?c@d", "https://example.org/");
    expect_label("HTTPS://u:p@example.org", "https://example.org/");
    expect_label("http://u:p/q@example.org/", "a URL");
    expect_label("http://", "a URL");
}

/* A password in the environment's proxy is quoted by libcurl where it does not like the proxy. */
static void plx_source_open__secrets_in_the_proxy(void **state)
{
    (void)state;
    static const char *const proxies[] = {"foo://user:secret@127.0.0.1:1", "http://user:secret@127.0.0.1:x",
                                          "http://user:secret@127.0.0.1:1", "foo://secret:1"};
    for (size_t i = 0; i < sizeof proxies / sizeof proxies[0]; i++) {
        setenv("http_proxy", proxies[i], 1);
        setenv("no_proxy", "", 1);
        setenv("NO_PROXY", "", 1);
        expect_no_secret("", "/ok", PLX_NETWORK);
        unsetenv("http_proxy");
        setenv("no_proxy", "127.0.0.1", 1);
        setenv("NO_PROXY", "127.0.0.1", 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_source_open__url),
        cmocka_unit_test(plx_source_open__url_without_content),
        cmocka_unit_test(plx_source_open__url_is_asked_politely),
        cmocka_unit_test(plx_source_open__scheme_in_capitals),
        cmocka_unit_test(plx_source_progress__of_a_url),
        cmocka_unit_test(plx_source_open__status),
        cmocka_unit_test(plx_source_open__redirects),
        cmocka_unit_test(plx_source_open__redirect_to_a_file),
        cmocka_unit_test(plx_source_read__transfer_cut_short),
        cmocka_unit_test(plx_source_read__tried_again),
        cmocka_unit_test(plx_source_read__cannot_go_on),
        cmocka_unit_test(plx_source_open__offline),
        cmocka_unit_test(plx_source_read__read_during_the_pause),
        cmocka_unit_test(plx_source_read__content_before_the_cut),
        cmocka_unit_test(plx_source_open__nobody_there),
        cmocka_unit_test(plx_source_open__certificate_of_nobody),
        cmocka_unit_test(plx_source_open__https_redirects),
        cmocka_unit_test(plx_source_open__not_a_url),
        cmocka_unit_test(plx_source_open__stall),
        cmocka_unit_test(plx_source_open__connection_hangs),
        cmocka_unit_test(plx_source_read__slow_is_not_stalled),
        cmocka_unit_test(plx_source_read__slow_consumer_is_not_a_stall),
        cmocka_unit_test(plx_source_open__larger_than_allowed),
        cmocka_unit_test(plx_source_open__interrupted_while_waiting),
        cmocka_unit_test(plx_source_read__interrupted_and_resumed),
        cmocka_unit_test(plx_source_open__secrets_in_the_url),
        cmocka_unit_test(plx_http_label__parts),
        cmocka_unit_test(plx_source_open__secrets_in_the_proxy),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

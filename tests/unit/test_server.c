/* The server over connections: what is limited, what takes too long, how it stops. */
#include <perplex/serve.h>

#include "base/clock.h"
#include "support/served.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct plx_model *model;
static struct plx_served unused;

static int open_model(void **state)
{
    (void)state;
    model = served_open(served_arpa, PLX_TOKENS_WORD, &unused);
    return 0;
}

static int close_model(void **state)
{
    (void)state;
    served_close(model, &unused);
    return 0;
}

static struct plx_server *start(const struct plx_server_options *options)
{
    struct plx_server *server;
    struct plx_error error;
    if (plx_server_start(model, options, &server, &error))
        fail_msg("%s", error.message);
    return server;
}

/* The answer to a request with this body must begin and contain so. */
static void check_post(const struct plx_server *server, const char *headers, const char *body,
                       const char *begins, const char *contains)
{
    const size_t capacity = strlen(body) + 512;
    char *request = malloc(capacity);
    assert_non_null(request);
    snprintf(request, capacity,
             "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n%s", headers,
             body);
    char *answer = served_ask(plx_server_port(server), request);
    if (strncmp(answer, begins, strlen(begins)) != 0 || !strstr(answer, contains))
        fail_msg("\"%s\" and \"%s\" are expected, not: %s", begins, contains, answer);
    free(answer);
    free(request);
}

static void plx_server__limits(void **state)
{
    struct plx_server *server = start(&(struct plx_server_options){.max_body_bytes = 20, .api_key = "k"});
    static const char key[] = "Authorization: Bearer k\r\nContent-Length: ";
    char headers[128];
    (void)state;
    snprintf(headers, sizeof headers, "%s15\r\n", key);
    check_post(server, headers, "{\"prompt\": [1]}", "HTTP/1.1 200 OK\r\n", "\"text\"");
    snprintf(headers, sizeof headers, "%s21\r\n", key);
    check_post(server, headers, "", "HTTP/1.1 413 ", "larger than 20 bytes");
    snprintf(headers, sizeof headers, "%s99999999999999999999\r\n", key);
    check_post(server, headers, "", "HTTP/1.1 413 ", "");
    check_post(server, "Authorization: Bearer k\r\nTransfer-Encoding: chunked\r\n",
               "15\r\n{\"prompt\": [1,1,1,1]}\r\n0\r\n\r\n", "HTTP/1.1 413 ", "larger than 20 bytes");
    check_post(server, "Authorization: Bearer k\r\nTransfer-Encoding: chunked\r\n",
               "f\r\n{\"prompt\": [1]}\r\n0\r\n\r\n", "HTTP/1.1 200 ", "\"text\"");
    check_post(server, "Content-Length: 15\r\n", "{\"prompt\": [1]}", "HTTP/1.1 401 ",
               "WWW-Authenticate: Bearer");
    snprintf(headers, sizeof headers, "Content-Encoding: gzip\r\n%s2\r\n", key);
    check_post(server, headers, "xx", "HTTP/1.1 415 ", "Content-Encoding");
    plx_server_stop(server, 1000);
}

/* One byte of a body that never ends, and a head that never ends: both are cut off in time. */
static void plx_server__slow_requests(void **state)
{
    struct plx_server *server = start(&(struct plx_server_options){.timeout_ms = 150});
    (void)state;
    const double begin = plx_clock_seconds();
    char *answer = served_ask(plx_server_port(server),
                              "POST /tokenize HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{");
    assert_ptr_equal(strstr(answer, "HTTP/1.1 408 "), answer);
    cJSON *value = cJSON_Parse(strstr(answer, "\r\n\r\n"));
    assert_string_equal(served_at(value, "error.message")->valuestring,
                        "the request took too long to arrive");
    cJSON_Delete(value);
    free(answer);
    answer = served_ask(plx_server_port(server), "POST /tokenize HTTP/1.1\r\nHost: loc");
    assert_string_equal(answer, "");
    free(answer);
    assert_true(plx_clock_seconds() - begin < 10);
    plx_server_stop(server, 0);
}

/* A request that would take for ever. */
struct asking {
    unsigned port;
    char *answer;
};

static void *ask(void *user)
{
    static const char body[] =
        "{\"prompt\": [3], \"max_tokens\": 65536, \"temperature\": 0, \"stop\": \"zz\"}";
    struct asking *asking = user;
    char request[512];
    snprintf(request, sizeof request,
             "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n\r\n%s",
             sizeof body - 1, body);
    asking->answer = served_ask(asking->port, request);
    return NULL;
}

/* One is carried out, one waits, the others are told to come again: all that is certain of how many these are
   is that everybody is answered (test_workers.c says when). */
static void plx_server__queue(void **state)
{
    enum { ASKING = 12 };
    struct plx_server *server = start(&(struct plx_server_options){.max_queue = 1, .threads = 1});
    struct asking asking[ASKING];
    pthread_t threads[ASKING];
    size_t refused = 0, answered = 0;
    (void)state;
    for (size_t i = 0; i < ASKING; i++) {
        asking[i].port = plx_server_port(server);
        assert_int_equal(pthread_create(threads + i, NULL, ask, asking + i), 0);
    }
    for (size_t i = 0; i < ASKING; i++) {
        pthread_join(threads[i], NULL);
        refused += strncmp(asking[i].answer, "HTTP/1.1 503 ", 13) == 0 &&
                   strstr(asking[i].answer, "Retry-After: 1\r\n") &&
                   strstr(asking[i].answer, "too many requests");
        answered += strncmp(asking[i].answer, "HTTP/1.1 200 ", 13) == 0;
        free(asking[i].answer);
    }
    assert_int_equal(refused + answered, ASKING);
    assert_true(answered >= 1);
    plx_server_stop(server, 1000);
}

/* With time to spare what is under way is finished; without, it is told so. */
static void check_stop(unsigned grace_ms, const char *begins)
{
    struct plx_server *server = start(&(struct plx_server_options){.threads = 1});
    struct asking asking = {.port = plx_server_port(server)};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, ask, &asking), 0);
    usleep(5000); /* it may not have begun: then it cannot connect, and nothing comes */
    plx_server_stop(server, grace_ms);
    pthread_join(thread, NULL);
    if (*asking.answer && strncmp(asking.answer, begins, strlen(begins)) != 0)
        fail_msg("\"%s\" is expected, not: %.200s", begins, asking.answer);
    free(asking.answer);
}

static void plx_server_stop__under_way(void **state)
{
    (void)state;
    check_stop(60000, "HTTP/1.1 200 ");
    check_stop(0, "HTTP/1.1 ");
}

static void plx_server__takes_too_long(void **state)
{
    struct plx_server *server = start(&(struct plx_server_options){.answer_ms = 1});
    struct asking asking = {.port = plx_server_port(server)};
    (void)state;
    ask(&asking);
    if (strncmp(asking.answer, "HTTP/1.1 503 ", 13) != 0 || !strstr(asking.answer, "took too long"))
        fail_msg("%.500s", asking.answer);
    free(asking.answer);
    plx_server_stop(server, 1000);
}

static void plx_server_start__refused(void **state)
{
    struct plx_server *server = start(&(struct plx_server_options){0}), *other;
    struct plx_error error;
    (void)state;
    assert_true(plx_server_is_local(server));
    assert_int_equal(plx_server_start(model, &(struct plx_server_options){.port = plx_server_port(server)},
                                      &other, &error),
                     PLX_NETWORK);
    assert_null(other);
    assert_non_null(strstr(error.message, "cannot listen on 127.0.0.1, port "));
    assert_int_equal(
        plx_server_start(model, &(struct plx_server_options){.host = "256.1.1.1"}, &other, &error),
        PLX_NETWORK);
    assert_int_equal(
        plx_server_start(model, &(struct plx_server_options){.host = "[256.1.1.1]"}, &other, &error),
        PLX_NETWORK);
    assert_non_null(strstr(error.message, "\"256.1.1.1\""));
    assert_int_equal(plx_server_start(model, &(struct plx_server_options){.host = ""}, &other, &error),
                     PLX_USAGE);
    assert_int_equal(plx_server_start(model, &(struct plx_server_options){.name = ""}, &other, &error),
                     PLX_USAGE);
    assert_int_equal(
        plx_server_start(model, &(struct plx_server_options){.tokens = PLX_TOKENS_PIECE}, &other, &error),
        PLX_USAGE);
    plx_server_stop(server, 0);
    plx_server_stop(NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_server__limits),         cmocka_unit_test(plx_server__slow_requests),
        cmocka_unit_test(plx_server__queue),          cmocka_unit_test(plx_server_stop__under_way),
        cmocka_unit_test(plx_server__takes_too_long), cmocka_unit_test(plx_server_start__refused),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}

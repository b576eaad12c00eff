/* Requests in flight to one server, which does as each test says. */
#include "io/http_client.h"

#include "base/clock.h"
#include "support/latency_server.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define CALLS_MOST 400
#define KEY        "sk-very-secret-0123456789"

typedef void answering(void *user, const struct latency_request *request, struct latency_answer *answer);

/* A server, its client, and what is asked. */
struct scene {
    struct latency_server *server;
    char base[128];
    struct plx_network network;
    struct plx_http_client_options options;
    struct plx_http_client *client;
    struct plx_http_call calls[CALLS_MOST];
    char bodies[CALLS_MOST][32];
    atomic_uint told;
    double stop_at; /* when interrupted() begins to say so */
    /* Of the server's thread until it is stopped. */
    unsigned failures;
    double failed_at, next_at;
    unsigned at_ninth;
};

static void play(struct scene *scene, answering *answer)
{
    memset(scene, 0, sizeof *scene);
    scene->server = latency_server_start(answer, scene);
    assert_non_null(scene->server);
    snprintf(scene->base, sizeof scene->base, "http://127.0.0.1:%u/", latency_server_port(scene->server));
    scene->network.first_pause_ms = 4;
    scene->options = (struct plx_http_client_options){
        .base = scene->base, .network = &scene->network, .concurrency = 16, .answer_bytes = 1000};
    for (size_t i = 0; i < CALLS_MOST; i++) {
        int length = snprintf(scene->bodies[i], sizeof scene->bodies[i], "{\"n\":%zu}", i);
        scene->calls[i] = (struct plx_http_call){.path = "/echo",
                                                 .body = scene->bodies[i],
                                                 .body_size = (size_t)length,
                                                 .tokens = 10,
                                                 .counts = true};
    }
}

static void connect_client(struct scene *scene)
{
    struct plx_error error;
    scene->client = plx_http_client_new(&scene->options, &error);
    assert_non_null(scene->client);
}

static struct plx_http_counts counts_of(struct scene *scene)
{
    struct plx_http_counts counts;
    plx_http_client_counts(scene->client, &counts);
    return counts;
}

static void end(struct scene *scene)
{
    plx_http_client_free(scene->client);
    latency_server_stop(scene->server);
    for (size_t i = 0; i < CALLS_MOST; i++)
        plx_buffer_release(&scene->calls[i].answer);
}

static enum plx_status tell(void *user, struct plx_http_call *call, struct plx_error *error)
{
    struct scene *scene = user;
    (void)error;
    assert_int_equal(call->answer.size, call->body_size);
    assert_memory_equal(call->answer.data, call->body, call->body_size);
    atomic_fetch_add(&scene->told, 1);
    return PLX_OK;
}

static enum plx_status ask(struct scene *scene, size_t first, size_t count, struct plx_error *error)
{
    return plx_http_client_call(scene->client, scene->calls + first, count, tell, scene, error);
}

static void expect_text(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in \"%s\"", part, text);
}

/* Asks for the first call alone, which fails. */
static void expect_failure(struct scene *scene, const char *message, const char *hint)
{
    struct plx_error error;
    char input[256];
    assert_int_equal(ask(scene, 0, 1, &error), PLX_NETWORK);
    assert_int_equal(error.status, PLX_NETWORK);
    expect_text(error.message, message);
    expect_text(error.hint, hint);
    snprintf(input, sizeof input, "%secho", scene->base);
    assert_string_equal(error.input, input);
    assert_int_equal(scene->told, 0);
}

static void echo(struct latency_answer *answer, const struct latency_request *request)
{
    answer->body = request->body;
    answer->size = request->size;
}

/* Late ones overtake early ones. */
static void echo_mixed(void *user, const struct latency_request *request, struct latency_answer *answer)
{
    (void)user;
    echo(answer, request);
    answer->delay_ms = request->number * 7 % 5;
}

static void plx_http_client_call__answers(void **state)
{
    (void)state;
    static struct scene scene;
    struct plx_error error;
    play(&scene, echo_mixed);
    connect_client(&scene);
    assert_int_equal(ask(&scene, 0, 200, &error), PLX_OK);
    assert_int_equal(scene.told, 200);
    assert_int_equal(scene.calls[199].status, 200);
    assert_int_equal(counts_of(&scene).requests, 200);
    assert_int_equal(counts_of(&scene).tokens, 2000);
    assert_int_equal(counts_of(&scene).retries, 0);
    assert_int_equal(latency_server_requests(scene.server), 200);
    assert_in_range(latency_server_most(scene.server), 9, 16);
    /* Connections are kept. */
    assert_in_range(latency_server_connections(scene.server), 1, 16);
    end(&scene);
}

static void plx_http_client_call__nothing(void **state)
{
    (void)state;
    static struct scene scene;
    struct plx_error error;
    play(&scene, echo_mixed);
    connect_client(&scene);
    assert_int_equal(ask(&scene, 0, 0, &error), PLX_OK);
    assert_int_equal(plx_http_client_call(scene.client, scene.calls, 3, NULL, NULL, &error), PLX_OK);
    assert_int_equal(scene.calls[2].answer.size, scene.calls[2].body_size);
    end(&scene);
}

static void answer_head(void *user, const struct latency_request *request, struct latency_answer *answer)
{
    (void)user;
    answer->fields = "Content-Type: Text/Plain; charset=UTF-8\r\n";
    answer->body = request->head;
    answer->size = strlen(request->head);
}

static void plx_http_client_call__headers(void **state)
{
    (void)state;
    static struct scene scene;
    struct plx_error error;
    play(&scene, answer_head);
    scene.options.key = KEY;
    connect_client(&scene);
    struct plx_http_call *calls = scene.calls;
    calls[1].body = NULL;
    calls[1].counts = false;
    assert_int_equal(plx_http_client_call(scene.client, calls, 2, NULL, NULL, &error), PLX_OK);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(plx_buffer_append(&calls[i].answer, "", 1, &error), PLX_OK);
        assert_string_equal(calls[i].type, "text/plain; charset=utf-8");
        expect_text((const char *)calls[i].answer.data, "Authorization: Bearer " KEY "\r\n");
    }
    const char *post = (const char *)calls[0].answer.data;
    expect_text(post, "POST /echo HTTP/1.1\r\n");
    expect_text(post, "Content-Type: application/json\r\n");
    assert_null(strstr(post, "Expect"));
    expect_text((const char *)calls[1].answer.data, "GET /echo HTTP/1.1\r\n");
    assert_int_equal(counts_of(&scene).requests, 1);
    assert_int_equal(counts_of(&scene).others, 1);
    end(&scene);
}

/* What passes: 503 twice, a connection that breaks off before the answer, and in it, and silence in it. */
static void answer_badly_first(void *user, const struct latency_request *request,
                               struct latency_answer *answer)
{
    (void)user;
    echo(answer, request);
    if (request->number <= 2)
        answer->status = 503;
    else if (request->number == 3)
        answer->status = 0;
    else if (request->number <= 5)
        answer->cut = 3;
    answer->stall = request->number == 5;
}

static void plx_http_client_call__what_passes(void **state)
{
    (void)state;
    static struct scene scene;
    struct plx_error error;
    play(&scene, answer_badly_first);
    scene.network.tries = 6;
    scene.network.stall_timeout_ms = 50;
    connect_client(&scene);
    assert_int_equal(ask(&scene, 0, 1, &error), PLX_OK);
    assert_int_equal(scene.told, 1);
    assert_int_equal(counts_of(&scene).requests, 6);
    assert_int_equal(counts_of(&scene).tokens, 60);
    assert_int_equal(counts_of(&scene).retries, 5);
    assert_int_equal(counts_of(&scene).throttled, 2);
    end(&scene);
}

static void answer_503(void *user, const struct latency_request *request, struct latency_answer *answer)
{
    (void)user;
    (void)request;
    answer->status = 503;
    answer->body = "{\"error\":\"the queue is full\"}";
    answer->size = strlen(answer->body);
}

static void plx_http_client_call__tries(void **state)
{
    (void)state;
    static struct scene scene;
    play(&scene, answer_503);
    scene.network.tries = 3;
    connect_client(&scene);
    expect_failure(&scene, "the server answers 503: the queue is full, the last of 3 tries", "busy");
    assert_int_equal(latency_server_requests(scene.server), 3);
    end(&scene);
}

/* A server that is busy is asked more often than one that fails. */
static void plx_http_client_call__tries_of_the_busy(void **state)
{
    (void)state;
    static struct scene scene;
    play(&scene, answer_503);
    scene.network.first_pause_ms = 1;
    connect_client(&scene);
    expect_failure(&scene, "the server answers 503: the queue is full, the last of 10 tries", "busy");
    assert_int_equal(latency_server_requests(scene.server), 10);
    end(&scene);
}

static void answer_late(void *user, const struct latency_request *request, struct latency_answer *answer)
{
    (void)user;
    (void)request;
    answer->delay_ms = 60000;
}

static void plx_http_client_call__timeout(void **state)
{
    (void)state;
    static struct scene scene;
    play(&scene, answer_late);
    scene.network.tries = 2;
    scene.network.total_timeout_ms = 60;
    connect_client(&scene);
    expect_failure(&scene, "the transfer fails: ", "");
    assert_int_equal(counts_of(&scene).requests, 2);
    end(&scene);
}

/* 429 and a time; then nothing may come before it. */
static void answer_later(void *user, const struct latency_request *request, struct latency_answer *answer)
{
    struct scene *scene = user;
    echo(answer, request);
    answer->delay_ms = 1;
    if (request->number == 4) {
        answer->status = 429;
        answer->fields = "Retry-After: 1\r\n";
        scene->failed_at = plx_clock_seconds();
    }
    /* 16 may have been sent before it was known. */
    if (request->number == 17)
        scene->next_at = plx_clock_seconds();
}

static void plx_http_client_call__retry_after(void **state)
{
    (void)state;
    static struct scene scene;
    struct plx_error error;
    play(&scene, answer_later);
    connect_client(&scene);
    assert_int_equal(ask(&scene, 0, 40, &error), PLX_OK);
    assert_int_equal(scene.told, 40);
    assert_int_equal(counts_of(&scene).throttled, 1);
    latency_server_stop(scene.server);
    scene.server = NULL;
    assert_true(scene.next_at - scene.failed_at > 0.9);
    end(&scene);
}

static void answer_much_later(void *user, const struct latency_request *request,
                              struct latency_answer *answer)
{
    answer_503(user, request, answer);
    answer->fields = "Retry-After: 3600\r\n";
}

static void plx_http_client_call__retry_after_too_long(void **state)
{
    (void)state;
    static struct scene scene;
    play(&scene, answer_much_later);
    connect_client(&scene);
    expect_failure(&scene, "the server answers 503: the queue is full", "in 3600 seconds");
    assert_int_equal(latency_server_requests(scene.server), 1);
    end(&scene);
}

/* Takes 4 at once. */
static void answer_four(void *user, const struct latency_request *request, struct latency_answer *answer)
{
    struct scene *scene = user;
    echo(answer, request);
    answer->delay_ms = 2;
    if (request->flying > 4) {
        answer->status = 429;
        scene->failures++;
    }
}

static void plx_http_client_call__adapts(void **state)
{
    (void)state;
    static struct scene scene;
    struct plx_error error;
    play(&scene, answer_four);
    scene.network.tries = 20;
    connect_client(&scene);
    assert_int_equal(ask(&scene, 0, 300, &error), PLX_OK);
    assert_int_equal(scene.told, 300);
    latency_server_stop(scene.server);
    scene.server = NULL;
    assert_int_equal(counts_of(&scene).throttled, scene.failures);
    /* At first 4 of 8 are too many; then the number grows by one in as many rounds, and one or two are. */
    assert_in_range(scene.failures, 4, 100);
    end(&scene);
}

static void watch_ninth(void *user, const struct latency_request *request, struct latency_answer *answer)
{
    struct scene *scene = user;
    echo(answer, request);
    answer->delay_ms = 20;
    if (request->number == 9)
        scene->at_ninth = request->flying;
}

static void plx_http_client_call__begins_slowly(void **state)
{
    (void)state;
    static struct scene scene;
    struct plx_error error;
    play(&scene, watch_ninth);
    scene.options.concurrency = 32;
    connect_client(&scene);
    assert_int_equal(ask(&scene, 0, 120, &error), PLX_OK);
    assert_int_equal(latency_server_most(scene.server), 32);
    latency_server_stop(scene.server);
    scene.server = NULL;
    /* It has not come before one of the first eight was answered. */
    assert_in_range(scene.at_ninth, 1, 8);
    end(&scene);
}

/* Failing for good. */

static void answer_one_bad(void *user, const struct latency_request *request, struct latency_answer *answer)
{
    (void)user;
    echo(answer, request);
    answer->delay_ms = 6;
    if (strcmp(request->body, "{\"n\":50}") == 0) {
        answer->delay_ms = 0; /* before others that are under way */
        answer->status = 400;
        answer->body = "{\"error\":{\"message\":\"the prompt is too long\"}}";
        answer->size = strlen(answer->body);
    }
}

static void plx_http_client_call__fails_all(void **state)
{
    (void)state;
    static struct scene scene;
    struct plx_error error;
    play(&scene, answer_one_bad);
    connect_client(&scene);
    assert_int_equal(ask(&scene, 0, CALLS_MOST, &error), PLX_NETWORK);
    assert_string_equal(error.message, "the server answers 400: the prompt is too long");
    /* Nothing more was sent, and no answer is lost. */
    assert_in_range(latency_server_requests(scene.server), 51, 51 + 16);
    assert_int_equal(scene.told, latency_server_requests(scene.server) - 1);
    /* What comes after it is no concern of it. */
    assert_int_equal(ask(&scene, 100, 20, &error), PLX_OK);
    end(&scene);
}

static enum plx_status stop_at_five(void *user, struct plx_http_call *call, struct plx_error *error)
{
    struct scene *scene = user;
    (void)call;
    if (++scene->told < 5)
        return PLX_OK;
    *error = (struct plx_error){.status = PLX_IO, .message = "the disk is full"};
    return PLX_IO;
}

static void plx_http_client_call__done_fails(void **state)
{
    (void)state;
    static struct scene scene;
    struct plx_error error;
    play(&scene, echo_mixed);
    connect_client(&scene);
    assert_int_equal(plx_http_client_call(scene.client, scene.calls, 200, stop_at_five, &scene, &error),
                     PLX_IO);
    assert_string_equal(error.message, "the disk is full");
    assert_int_equal(scene.told, 5);
    assert_true(latency_server_requests(scene.server) < 50);
    end(&scene);
}

static void answer_as_asked(void *user, const struct latency_request *request, struct latency_answer *answer)
{
    (void)user;
    unsigned status = 0;
    assert_int_equal(sscanf(request->head, "%*s /%u", &status), 1);
    answer->status = status;
    answer->body = "wrong: " KEY "\nand more";
    answer->size = strlen(answer->body);
}

static void expect_status(unsigned status, const char *message, const char *hint)
{
    static struct scene scene;
    struct plx_error error;
    char path[32];
    play(&scene, answer_as_asked);
    scene.options.key = KEY;
    connect_client(&scene);
    snprintf(path, sizeof path, "/%u?query", status);
    scene.calls[0].path = path;
    assert_int_equal(ask(&scene, 0, 1, &error), PLX_NETWORK);
    assert_string_equal(error.message, message);
    expect_text(error.hint, hint);
    snprintf(path, sizeof path, "/%u", status);
    expect_text(error.input, path);
    assert_null(strchr(error.input, '?'));
    assert_int_equal(latency_server_requests(scene.server), 1);
    scene.calls[0].any_status = true;
    assert_int_equal(plx_http_client_call(scene.client, scene.calls, 1, NULL, NULL, &error), PLX_OK);
    assert_int_equal(scene.calls[0].status, status);
    assert_int_equal(scene.calls[0].answer.size, strlen("wrong: " KEY "\nand more"));
    end(&scene);
}

static void plx_http_client_call__status(void **state)
{
    (void)state;
    expect_status(401, "the server answers 401: wrong: *************************", "PERPLEX_API_KEY");
    expect_status(404, "the server answers 404: wrong: *************************", "URL");
    expect_status(422, "the server answers 422: wrong: *************************", "");
}

static struct latency_server *elsewhere;

static void answer_elsewhere(void *user, const struct latency_request *request, struct latency_answer *answer)
{
    static char fields[256];
    (void)user;
    (void)request;
    snprintf(fields, sizeof fields, "Location: http://me:pass@localhost:%u/there?key=" KEY "\r\n",
             latency_server_port(elsewhere));
    answer->status = 307;
    answer->fields = fields;
}

static void plx_http_client_call__redirect(void **state)
{
    (void)state;
    static struct scene scene;
    char message[256];
    elsewhere = latency_server_start(echo_mixed, NULL);
    play(&scene, answer_elsewhere);
    scene.options.key = KEY;
    connect_client(&scene);
    snprintf(message, sizeof message,
             "the server answers 307 and redirects to http://localhost:%u/there, which is not followed",
             latency_server_port(elsewhere));
    expect_failure(&scene, message, "the given host");
    assert_int_equal(latency_server_connections(elsewhere), 0);
    latency_server_stop(elsewhere);
    end(&scene);
}

static void plx_http_client_call__too_large(void **state)
{
    (void)state;
    static struct scene scene;
    play(&scene, echo_mixed);
    scene.options.answer_bytes = scene.calls[0].body_size - 1;
    connect_client(&scene);
    expect_failure(&scene, "the answer is larger than the 6 bytes allowed", "");
    scene.options.answer_bytes++;
    plx_http_client_free(scene.client);
    struct plx_error error;
    connect_client(&scene);
    assert_int_equal(ask(&scene, 0, 1, &error), PLX_OK);
    end(&scene);
}

/* A port where nobody listens, but which nobody else gets: it is bound. */
static int closed_port(unsigned *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(descriptor, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(descriptor, (struct sockaddr *)&address, &length), 0);
    *port = ntohs(address.sin_port);
    return descriptor;
}

static void plx_http_client_call__refused(void **state)
{
    (void)state;
    static struct scene scene;
    char hint[64];
    unsigned port = 0;
    int descriptor = closed_port(&port);
    play(&scene, echo_mixed);
    snprintf(scene.base, sizeof scene.base, "http://127.0.0.1:%u/", port);
    scene.network.tries = 2;
    scene.options.max_requests = 1;
    connect_client(&scene);
    snprintf(hint, sizeof hint, "is the server running at 127.0.0.1:%u?", port);
    expect_failure(&scene, "the transfer fails: ", hint);
    /* Nothing has been sent. */
    assert_int_equal(counts_of(&scene).requests, 0);
    assert_int_equal(counts_of(&scene).tokens, 0);
    close(descriptor);
    end(&scene);
}

/* Limits. */

static void close_after(void *user, const struct latency_request *request, struct latency_answer *answer)
{
    (void)user;
    echo(answer, request);
    answer->delay_ms = 1;
    answer->close = request->number % 3 == 0;
}

static void fail_often(void *user, const struct latency_request *request, struct latency_answer *answer)
{
    (void)user;
    echo(answer, request);
    answer->delay_ms = 1;
    if (request->number % 5 == 0)
        answer->status = 503;
    if (request->number % 7 == 0)
        answer->status = 0;
}

struct part {
    struct scene *scene;
    size_t first, count;
    enum plx_status status;
    struct plx_error error;
};

static void *ask_part(void *user)
{
    struct part *part = user;
    part->status = ask(part->scene, part->first, part->count, &part->error);
    return NULL;
}

#define THREADS 8

static void ask_threads(struct scene *scene, struct part parts[THREADS], size_t count)
{
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        parts[i] = (struct part){.scene = scene, .first = i * count, .count = count};
        assert_int_equal(pthread_create(&threads[i], NULL, ask_part, &parts[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

/* Of some: others may have had all answers before. */
static void expect_failures(const struct part parts[THREADS], const char *message)
{
    size_t failures = 0;
    for (size_t i = 0; i < THREADS; i++) {
        if (parts[i].status == PLX_OK)
            continue;
        assert_int_equal(parts[i].status, PLX_NETWORK);
        assert_string_equal(parts[i].error.message, message);
        failures++;
    }
    assert_true(failures > 0);
}

static void plx_http_client_call__threads(void **state)
{
    (void)state;
    static struct scene scene;
    struct part parts[THREADS];
    play(&scene, echo_mixed);
    connect_client(&scene);
    ask_threads(&scene, parts, CALLS_MOST / THREADS);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(parts[i].status, PLX_OK);
    assert_int_equal(scene.told, CALLS_MOST);
    assert_in_range(latency_server_most(scene.server), 9, 16);
    end(&scene);
}

static void answer_first_slowly(void *user, const struct latency_request *request,
                                struct latency_answer *answer)
{
    (void)user;
    echo(answer, request);
    answer->delay_ms = strcmp(request->body, "{\"n\":0}") == 0 ? 500 : 0;
}

/* Who comes later neither waits for the one that leads, nor for what that waits for. */
static void plx_http_client_call__threads_overtake(void **state)
{
    (void)state;
    static struct scene scene;
    struct part slow = {.scene = &scene, .first = 0, .count = 1};
    struct plx_error error;
    pthread_t thread;
    play(&scene, answer_first_slowly);
    connect_client(&scene);
    assert_int_equal(pthread_create(&thread, NULL, ask_part, &slow), 0);
    while (latency_server_requests(scene.server) == 0)
        usleep(1000);
    const double before = plx_clock_seconds();
    for (size_t i = 1; i <= 10; i++)
        assert_int_equal(ask(&scene, i, 1, &error), PLX_OK);
    assert_true(plx_clock_seconds() - before < 0.3);
    assert_int_equal(scene.told, 10);
    pthread_join(thread, NULL);
    assert_int_equal(slow.status, PLX_OK);
    end(&scene);
}

static void plx_http_client_call__threads_fail_together(void **state)
{
    (void)state;
    static struct scene scene;
    struct part parts[THREADS];
    play(&scene, answer_one_bad);
    connect_client(&scene);
    ask_threads(&scene, parts, CALLS_MOST / THREADS);
    /* Call 50 is of the second; others may have been there before or after it. */
    assert_int_equal(parts[1].status, PLX_NETWORK);
    expect_failures(parts, "the server answers 400: the prompt is too long");
    end(&scene);
}

static void plx_http_client_call__most_requests(void **state)
{
    (void)state;
    static struct scene scene;
    struct part parts[THREADS];
    play(&scene, fail_often);
    scene.network.tries = 20;
    scene.options.max_requests = 101;
    connect_client(&scene);
    ask_threads(&scene, parts, CALLS_MOST / THREADS);
    assert_int_equal(latency_server_requests(scene.server), 101);
    assert_int_equal(counts_of(&scene).requests, 101);
    assert_in_range(scene.told, 60, 100);
    expect_failures(parts, "the limit of 101 requests is reached");
    end(&scene);
}

static void plx_http_client_call__most_tokens(void **state)
{
    (void)state;
    static struct scene scene;
    struct plx_error error;
    play(&scene, echo_mixed);
    scene.options.max_tokens = 95;
    connect_client(&scene);
    assert_int_equal(ask(&scene, 0, 50, &error), PLX_NETWORK);
    expect_text(error.message, "the limit of 95 tokens is reached: 90 have been sent");
    assert_int_equal(latency_server_requests(scene.server), 9);
    assert_int_equal(scene.told, 9);
    /* What does not count goes on. */
    scene.calls[50].counts = false;
    assert_int_equal(ask(&scene, 50, 1, &error), PLX_OK);
    end(&scene);
}

static void plx_http_client_call__what_is_sent_counts(void **state)
{
    (void)state;
    static struct scene scene;
    struct plx_error error;
    play(&scene, close_after);
    connect_client(&scene);
    assert_int_equal(ask(&scene, 0, 200, &error), PLX_OK);
    assert_int_equal(scene.told, 200);
    /* Connections that were closed while they rested may have been written to in vain. */
    assert_in_range(counts_of(&scene).requests, latency_server_requests(scene.server),
                    latency_server_requests(scene.server) + 20);
    end(&scene);
}

/* Interruption. */

static bool stops(void *user)
{
    struct scene *scene = user;
    return plx_clock_seconds() >= scene->stop_at;
}

static void plx_http_client_call__interrupted(void **state)
{
    (void)state;
    static struct scene scene;
    struct part parts[THREADS];
    play(&scene, answer_late);
    scene.options.interrupted = stops;
    scene.options.user = &scene;
    scene.stop_at = plx_clock_seconds() + 0.05;
    for (size_t i = 0; i < CALLS_MOST; i++)
        scene.calls[i].counts = false; /* what is not paid for is not waited for */
    connect_client(&scene);
    ask_threads(&scene, parts, 2);
    assert_true(plx_clock_seconds() < scene.stop_at + 2);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(parts[i].status, PLX_INTERRUPTED);
    assert_int_equal(latency_server_requests(scene.server), 8);
    end(&scene);
}

static void echo_soon(void *user, const struct latency_request *request, struct latency_answer *answer)
{
    (void)user;
    echo(answer, request);
    answer->delay_ms = 150;
}

static void plx_http_client_call__interrupted_waits_for_what_is_paid(void **state)
{
    (void)state;
    static struct scene scene;
    struct plx_error error;
    play(&scene, echo_soon);
    scene.options.interrupted = stops;
    scene.options.user = &scene;
    scene.stop_at = plx_clock_seconds() + 0.05;
    connect_client(&scene);
    assert_int_equal(ask(&scene, 0, 100, &error), PLX_INTERRUPTED);
    assert_int_equal(latency_server_requests(scene.server), 8);
    assert_int_equal(scene.told, 8);
    end(&scene);
}

static enum plx_status interrupt_at_once(void *user, struct plx_http_call *call, struct plx_error *error)
{
    (void)tell(user, call, error);
    *error = (struct plx_error){.status = PLX_INTERRUPTED, .message = "interrupted"};
    return PLX_INTERRUPTED;
}

static void plx_http_client_call__done_is_interrupted(void **state)
{
    (void)state;
    static struct scene scene;
    struct plx_error error;
    play(&scene, echo_mixed);
    connect_client(&scene);
    assert_int_equal(plx_http_client_call(scene.client, scene.calls, 200, interrupt_at_once, &scene, &error),
                     PLX_INTERRUPTED);
    assert_in_range(latency_server_requests(scene.server), 8, 20);
    assert_int_equal(scene.told, latency_server_requests(scene.server));
    end(&scene);
}

static void plx_http_client_new__refuses(void **state)
{
    (void)state;
    struct plx_error error;
    struct plx_network network = {.offline = true};
    struct plx_http_client_options options = {.base = "http://u:secret@127.0.0.1:1/x?y", .network = &network};
    assert_null(plx_http_client_new(&options, &error));
    assert_int_equal(error.status, PLX_NETWORK);
    expect_text(error.message, "offline");
    assert_string_equal(error.input, "http://127.0.0.1:1/x");
    network.offline = false;
    options.key = "two\nlines";
    assert_null(plx_http_client_new(&options, &error));
    expect_text(error.message, "the key");
    assert_null(strstr(error.message, "two"));
    options.key = NULL;
    options.base = "http://a b";
    assert_null(plx_http_client_new(&options, &error));
    expect_text(error.message, "not a valid URL");
}

int main(void)
{
    /* Whatever proxy the environment names does not lead here. */
    setenv("no_proxy", "127.0.0.1,localhost", 1);
    setenv("NO_PROXY", "127.0.0.1,localhost", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_http_client_call__answers),
        cmocka_unit_test(plx_http_client_call__nothing),
        cmocka_unit_test(plx_http_client_call__headers),
        cmocka_unit_test(plx_http_client_call__what_passes),
        cmocka_unit_test(plx_http_client_call__tries),
        cmocka_unit_test(plx_http_client_call__tries_of_the_busy),
        cmocka_unit_test(plx_http_client_call__timeout),
        cmocka_unit_test(plx_http_client_call__retry_after),
        cmocka_unit_test(plx_http_client_call__retry_after_too_long),
        cmocka_unit_test(plx_http_client_call__adapts),
        cmocka_unit_test(plx_http_client_call__begins_slowly),
        cmocka_unit_test(plx_http_client_call__fails_all),
        cmocka_unit_test(plx_http_client_call__done_fails),
        cmocka_unit_test(plx_http_client_call__status),
        cmocka_unit_test(plx_http_client_call__redirect),
        cmocka_unit_test(plx_http_client_call__too_large),
        cmocka_unit_test(plx_http_client_call__refused),
        cmocka_unit_test(plx_http_client_call__threads),
        cmocka_unit_test(plx_http_client_call__threads_overtake),
        cmocka_unit_test(plx_http_client_call__threads_fail_together),
        cmocka_unit_test(plx_http_client_call__most_requests),
        cmocka_unit_test(plx_http_client_call__most_tokens),
        cmocka_unit_test(plx_http_client_call__what_is_sent_counts),
        cmocka_unit_test(plx_http_client_call__interrupted),
        cmocka_unit_test(plx_http_client_call__interrupted_waits_for_what_is_paid),
        cmocka_unit_test(plx_http_client_call__done_is_interrupted),
        cmocka_unit_test(plx_http_client_new__refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What many requests in flight cost the client: short bodies and answers of 1.5 kB, as scoring a model behind
   an endpoint has them, to a server of another process that takes its time for each and keeps connections.

   usage: requests WAY [COUNT [FLIGHT [LATENCY_MS]]]        (default: 12800 requests, 64 in flight, 50 ms)

   WAY: client   the one of the library (src/io/http_client.h), one thread
        multi    libcurl's multi interface as its examples have it: curl_multi_perform and curl_multi_poll
        socket   curl_multi_socket_action and epoll, nothing else: what libcurl itself costs
        raw      sockets and epoll without libcurl, fixed bytes: what the kernel costs

   Prints requests per second and the CPU time of this process (user and system) as a share of one core, of
   which the server's is no part. */
#include "base/clock.h"
#include "io/http_client.h"
#include "io/http_events.h"
#include "support/latency_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define IDS          30
#define ANSWER_BYTES 1500
#define WARM_UP      1000
#define FLIGHT_MOST  512

struct bench {
    unsigned port, latency_ms, flight;
    char url[64], body[512], answer[ANSWER_BYTES + 64];
    size_t answered;
    struct plx_http_client *client;
};

_Noreturn static void die(const char *what)
{
    fprintf(stderr, "requests: %s\n", what);
    exit(1);
}

static void write_texts(struct bench *bench)
{
    int length = snprintf(bench->body, sizeof bench->body,
                          "{\"model\":\"m\",\"temperature\":0,\"max_tokens\":1,\"logprobs\":1,\"echo\":true,"
                          "\"prompt\":[[");
    for (int i = 0; i < IDS; i++)
        length += snprintf(bench->body + length, sizeof bench->body - (size_t)length, "%s%d", i ? "," : "",
                           1000 + i * 977);
    snprintf(bench->body + length, sizeof bench->body - (size_t)length, "]]}");
    length = snprintf(bench->answer, sizeof bench->answer, "{\"choices\":[{\"token_logprobs\":[null");
    while (length < ANSWER_BYTES - 4)
        length += snprintf(bench->answer + length, sizeof bench->answer - (size_t)length, ",-%d.%07d",
                           length % 13, length * 7919 % 10000000);
    snprintf(bench->answer + length, sizeof bench->answer - (size_t)length, "]}]}");
}

/* The server, in a process of its own, until this one is gone. */

static void answer_late(void *user, const struct latency_request *request, struct latency_answer *answer)
{
    const struct bench *bench = user;
    (void)request;
    answer->delay_ms = bench->latency_ms;
    answer->fields =
        "Content-Type: application/json\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nServer: bench\r\n";
    answer->body = bench->answer;
    answer->size = strlen(bench->answer);
}

static pid_t start_server(struct bench *bench, int *life)
{
    int port[2];
    int end[2];
    if (pipe(port) != 0 || pipe(end) != 0)
        die("no pipe");
    const pid_t child = fork();
    if (child < 0)
        die("no process");
    if (child > 0) {
        close(port[1]);
        close(end[0]);
        *life = end[1];
        if (read(port[0], &bench->port, sizeof bench->port) != sizeof bench->port)
            die("no server");
        snprintf(bench->url, sizeof bench->url, "http://127.0.0.1:%u/v1/completions", bench->port);
        return child;
    }
    close(end[1]);
    struct latency_server *server = latency_server_start(answer_late, bench);
    if (!server)
        die("no server");
    const unsigned number = latency_server_port(server);
    char byte;
    if (write(port[1], &number, sizeof number) != sizeof number)
        die("no pipe");
    (void)!read(end[0], &byte, 1);
    latency_server_stop(server);
    _exit(0);
}

/* The library's. */

static enum plx_status take(void *user, struct plx_http_call *call, struct plx_error *error)
{
    struct bench *bench = user;
    (void)error;
    bench->answered += call->answer.size == strlen(bench->answer);
    plx_buffer_release(&call->answer);
    return PLX_OK;
}

static void ask_client(struct bench *bench, size_t count)
{
    struct plx_error error;
    const struct plx_http_client_options options = {
        .base = bench->url, .concurrency = bench->flight, .answer_bytes = 1 << 20};
    if (!bench->client)
        bench->client = plx_http_client_new(&options, &error);
    struct plx_http_call *calls = calloc(count, sizeof *calls);
    if (!bench->client || !calls)
        die("no client");
    for (size_t i = 0; i < count; i++)
        calls[i] = (struct plx_http_call){
            .path = "", .body = bench->body, .body_size = strlen(bench->body), .counts = true};
    if (plx_http_client_call(bench->client, calls, count, take, bench, &error) != PLX_OK)
        die(error.message);
    free(calls);
}

/* Bare libcurl. */

static size_t swallow(char *data, size_t size, size_t count, void *user)
{
    (void)data;
    *(size_t *)user += size * count;
    return size * count;
}

static CURL *new_handle(struct bench *bench, size_t *bytes, struct curl_slist *headers)
{
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, bench->url);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, bench->body);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, swallow);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, bytes);
    return easy;
}

/* As many new ones as others have ended. */
static size_t restart(CURLM *multi, size_t *left)
{
    size_t ended = 0;
    int more = 0;
    for (CURLMsg *message; (message = curl_multi_info_read(multi, &more)) != NULL; ended++) {
        CURL *easy = message->easy_handle;
        if (message->data.result != CURLE_OK)
            die(curl_easy_strerror(message->data.result));
        curl_multi_remove_handle(multi, easy);
        if (*left > 0) {
            --*left;
            curl_multi_add_handle(multi, easy);
        }
    }
    return ended;
}

static void ask_curl(struct bench *bench, size_t count, bool sockets)
{
    static struct plx_http_events events; /* and its handle, from the warming up on */
    static CURL *handles[FLIGHT_MOST];
    static size_t bytes;
    static struct curl_slist *headers;
    struct plx_error error;
    if (!events.multi) {
        headers = curl_slist_append(curl_slist_append(NULL, "Content-Type: application/json"), "Expect:");
        if (plx_http_events_init(&events, &error) != PLX_OK)
            die(error.message);
        if (!sockets) {
            curl_multi_cleanup(events.multi);
            events.multi = curl_multi_init();
        }
        for (unsigned i = 0; i < bench->flight; i++)
            handles[i] = new_handle(bench, &bytes, headers);
    }
    size_t left = count;
    size_t ended = 0;
    int running = 0;
    for (unsigned i = 0; i < bench->flight && left > 0; i++, left--)
        curl_multi_add_handle(events.multi, handles[i]);
    while (ended < count) {
        if (sockets) {
            const int pause = plx_http_events_pause(&events, plx_clock_ms() + 100);
            plx_http_events_act(&events, plx_http_events_wait(&events, pause));
        } else {
            curl_multi_poll(events.multi, NULL, 0, 100, NULL);
            curl_multi_perform(events.multi, &running);
        }
        ended += restart(events.multi, &left);
    }
    bench->answered += bytes / strlen(bench->answer);
    bytes = 0;
}

/* Bare sockets. */

static void ask_raw(struct bench *bench, size_t count)
{
    static int sockets[FLIGHT_MOST];
    static int poll = -1;
    static size_t got[FLIGHT_MOST];
    char request[1024];
    char answer[8192];
    const size_t whole = strlen(bench->answer);
    int length = snprintf(request, sizeof request,
                          "POST /v1/completions HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nAccept: */*\r\n"
                          "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                          bench->port, strlen(bench->body), bench->body);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)bench->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (unsigned i = 0; poll < 0 && i < bench->flight; i++) {
        sockets[i] = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(sockets[i], (struct sockaddr *)&address, sizeof address) != 0)
            die("no connection");
        setsockopt(sockets[i], IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    }
    if (poll < 0) {
        poll = epoll_create1(0);
        for (unsigned i = 0; i < bench->flight; i++)
            epoll_ctl(poll, EPOLL_CTL_ADD, sockets[i],
                      &(struct epoll_event){.events = EPOLLIN, .data.u32 = i});
    }
    size_t sent = 0;
    for (; sent < bench->flight && sent < count; sent++)
        (void)!send(sockets[sent], request, (size_t)length, 0);
    for (size_t ended = 0; ended < count;) {
        struct epoll_event ready[64];
        const int events = epoll_wait(poll, ready, 64, -1);
        for (int i = 0; i < events; i++) {
            const uint32_t at = ready[i].data.u32;
            const ssize_t size = recv(sockets[at], answer, sizeof answer, 0);
            if (size <= 0)
                die("the server is gone");
            got[at] += (size_t)size;
            if (got[at] < whole) /* its head is shorter than the answer */
                continue;
            got[at] = 0;
            ended++;
            bench->answered++;
            if (sent++ < count)
                (void)!send(sockets[at], request, (size_t)length, 0);
        }
    }
}

static void ask(struct bench *bench, const char *way, size_t count)
{
    bench->answered = 0;
    if (strcmp(way, "client") == 0)
        ask_client(bench, count);
    else if (strcmp(way, "raw") == 0)
        ask_raw(bench, count);
    else
        ask_curl(bench, count, strcmp(way, "socket") == 0);
    if (bench->answered != count)
        die("answers are missing");
}

static double cpu_seconds(double *user)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    *user = (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec * 1e-6;
    return *user + (double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec * 1e-6;
}

static unsigned number(int argc, char **argv, int at, unsigned otherwise)
{
    return argc > at ? (unsigned)strtoul(argv[at], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
    static struct bench bench;
    const char *way = argc > 1 ? argv[1] : "";
    const size_t count = number(argc, argv, 2, 12800);
    bench.flight = number(argc, argv, 3, 64);
    bench.latency_ms = number(argc, argv, 4, 50);
    if (strcmp(way, "client") != 0 && strcmp(way, "multi") != 0 && strcmp(way, "socket") != 0 &&
        strcmp(way, "raw") != 0)
        die("usage: requests client|multi|socket|raw [COUNT [FLIGHT [LATENCY_MS]]]");
    if (bench.flight == 0 || bench.flight > FLIGHT_MOST)
        die("1 to 512 in flight");
    int life = -1;
    write_texts(&bench);
    const pid_t server = start_server(&bench, &life);
    ask(&bench, way, WARM_UP);
    double user_before;
    double user;
    const double cpu_before = cpu_seconds(&user_before);
    const double before = plx_clock_seconds();
    ask(&bench, way, count);
    const double seconds = plx_clock_seconds() - before;
    const double cpu = cpu_seconds(&user) - cpu_before;
    printf(
        "%-7s %7.1f requests/s of at most %.0f   CPU %5.2f %% of a core (user %.2f %%), %5.1f us a request\n",
        way, (double)count / seconds, bench.flight * 1e3 / bench.latency_ms, 100 * cpu / seconds,
        100 * (user - user_before) / seconds, 1e6 * cpu / (double)count);
    plx_http_client_free(bench.client);
    close(life);
    waitpid(server, NULL, 0);
    return 0;
}

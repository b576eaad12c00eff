/* An HTTP/1.1 server on 127.0.0.1 that takes its time, keeps connections and answers as it is told, for tests
   and benchmarks of clients with several requests in flight. One thread for all connections. */
#ifndef PLX_TESTS_LATENCY_SERVER_H
#define PLX_TESTS_LATENCY_SERVER_H

#include <stdbool.h>
#include <stddef.h>

struct latency_server;

struct latency_request {
    unsigned number;  /* from 1, of all that the server has had */
    unsigned flying;  /* those that wait for their answers, this one included */
    const char *head; /* the request line and the fields, as they came */
    const char *body; /* [size] */
    size_t size;
};

/* How a request is answered. Texts are borrowed until the server asks for the next answer. */
struct latency_answer {
    unsigned delay_ms;
    unsigned status;    /* 0: none; the connection is closed after the delay */
    const char *fields; /* further lines of the head, each ended by CR LF */
    const char *body;   /* [size] */
    size_t size;
    size_t cut; /* the connection is closed so many bytes before the end of the body … */
    bool stall; /* … or stays open, and nothing more comes */
    bool close; /* after the answer, without saying so before */
};

/* *answer comes with status 200, no delay and the empty body. Called by the server's thread. */
struct latency_server *latency_server_start(void (*answer)(void *user, const struct latency_request *request,
                                                           struct latency_answer *answer),
                                            void *user); /* NULL on failure */

unsigned latency_server_port(const struct latency_server *server);

/* So far; any thread. */
unsigned latency_server_requests(struct latency_server *server);
unsigned latency_server_connections(struct latency_server *server);
unsigned latency_server_most(struct latency_server *server); /* requests that were in flight at once */

void latency_server_stop(struct latency_server *server); /* NULL is fine */

#endif

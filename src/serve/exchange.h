/* One request and its answer, between libmicrohttpd, whose thread calls these functions, and the workers. */
#ifndef PLX_SERVE_EXCHANGE_H
#define PLX_SERVE_EXCHANGE_H

#include "serve/connections.h"
#include "serve/guard.h"
#include "serve/workers.h"

#include <microhttpd.h>
#include <pthread.h>

/* What all exchanges of a server share. */
struct plx_exchanges {
    const struct plx_served *served;
    struct plx_guard guard;
    struct plx_connections *connections;
    struct plx_workers *workers;
    size_t max_body;
    double answer_seconds; /* what an answer may take */
    pthread_mutex_t lock;
    pthread_cond_t ended; /* of CLOCK_MONOTONIC */
    size_t bodies;        /* bytes of requests, in the thread of libmicrohttpd alone */
    size_t count;         /* under way */
    bool stopping;        /* new ones are refused */
};

/* Of libmicrohttpd; `user` is a struct plx_exchanges. */
enum MHD_Result plx_exchange_handle(void *user, struct MHD_Connection *connection, const char *url,
                                    const char *method, const char *version, const char *data, size_t *size,
                                    void **state);
void plx_exchange_completed(void *user, struct MHD_Connection *connection, void **state,
                            enum MHD_RequestTerminationCode code);
void plx_exchange_connection(void *user, struct MHD_Connection *connection, void **state,
                             enum MHD_ConnectionNotificationCode code);

#endif

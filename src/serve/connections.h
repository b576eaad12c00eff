/* Connections, and how long their requests may take to arrive: a client that sends a byte now and then would
   otherwise keep its place for ever. */
#ifndef PLX_SERVE_CONNECTIONS_H
#define PLX_SERVE_CONNECTIONS_H

#include "base/error.h"

enum plx_connection_phase {
    PLX_CONNECTION_WAITS,    /* for a request, or the rest of its head */
    PLX_CONNECTION_RECEIVES, /* the rest of a request */
    PLX_CONNECTION_ANSWERS
};

struct plx_connection;
struct plx_connections;

/* Starts the thread that looks after them; signals are blocked in it. NULL on failure. */
struct plx_connections *plx_connections_new(unsigned timeout_ms, struct plx_error *error);

/* None may be left. NULL is fine. */
void plx_connections_free(struct plx_connections *connections);

/* A new one, which waits; NULL where memory is short. */
struct plx_connection *plx_connections_add(struct plx_connections *connections, int descriptor);

/* Before its descriptor is closed. NULL is fine. */
void plx_connections_remove(struct plx_connections *connections, struct plx_connection *connection);

/* NULL is fine. */
void plx_connections_enter(struct plx_connections *connections, struct plx_connection *connection,
                           enum plx_connection_phase phase);

#endif

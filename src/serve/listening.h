/* The socket that is listened on. */
#ifndef PLX_SERVE_LISTENING_H
#define PLX_SERVE_LISTENING_H

#include "base/error.h"

#include <arpa/inet.h>
#include <stdbool.h>

struct plx_listening {
    int socket;
    uint16_t port;
    bool local;    /* only this machine reaches it */
    char url[128]; /* "http://ADDRESS:PORT" */
};

/* Listens there; host NULL: 127.0.0.1, port 0: any that is free. PLX_NETWORK; PLX_USAGE for an empty host. */
enum plx_status plx_listening_open(struct plx_listening *listening, const char *host, uint16_t port,
                                   struct plx_error *error);

/* Whether the address is in 127/8. */
bool plx_listening_is_loopback(struct in_addr address);

#endif

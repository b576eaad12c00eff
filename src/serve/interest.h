/* Whether the answer to a request is still wanted: not when the server ends, when it has taken too long, or
   when the client has closed the connection. */
#ifndef PLX_SERVE_INTEREST_H
#define PLX_SERVE_INTEREST_H

#include "serve/served.h"

struct plx_interest {
    double until;   /* of plx_clock_seconds; 0: without end */
    int descriptor; /* of the connection, which stays open as long; −1: none */
    double looked;  /* when the connection was looked at last; 0: never */
};

/* PLX_INTERRUPTED where it is not wanted any more. Cheap enough for every token. */
enum plx_status plx_interest_check(struct plx_interest *interest, const struct plx_served *served,
                                   struct plx_error *error);

#endif

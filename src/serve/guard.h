/* Who may ask: requests that bear the key, and, so that no page of the web that a browser shows can ask for
   it, none that name another host than the server's own. */
#ifndef PLX_SERVE_GUARD_H
#define PLX_SERVE_GUARD_H

#include "serve/reply.h"

struct plx_guard {
    char *key;  /* owned; NULL: none is needed */
    bool local; /* requests must name this machine: a name of the web's that leads here is a trick */
};

/* What a request says about itself; NULL: nothing. */
struct plx_credentials {
    const char *authorization, *host, *origin;
};

/* False, with the answer, if it is refused. With `open` no key is needed. */
bool plx_guard_admit(const struct plx_guard *guard, const struct plx_credentials *credentials, bool open,
                     struct plx_reply *answer);

#endif

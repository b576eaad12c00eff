/* What can be asked for: one row for each path. */
#ifndef PLX_SERVE_ROUTES_H
#define PLX_SERVE_ROUTES_H

#include "serve/interest.h"
#include "serve/reply.h"

struct plx_route {
    const char *method; /* GET stands for HEAD too */
    const char *path;   /* with "*" at its end: and one thing more, which is the model's name */
    bool open;          /* to requests without the key */
    /* Answers by the body with a session, in a thread that may take its time. NULL: as below. */
    bool (*work)(const struct plx_served *served, struct plx_session *session, struct plx_interest *interest,
                 const void *body, size_t size, struct plx_reply *answer);
    /* Answers at once. `rest` is what stands in the place of "*". NULL: the vocabulary, which is streamed. */
    bool (*answer)(const struct plx_served *served, const char *rest, struct plx_reply *answer);
};

/* The route of a request; NULL, with the answer that refuses it, if there is none. *rest as above. *allowed
   is the method that the path is there for, if it is there. */
const struct plx_route *plx_route_find(const char *method, const char *path, const char **rest,
                                       const char **allowed, struct plx_reply *answer);

#endif

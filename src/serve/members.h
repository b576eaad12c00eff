/* Reading the members of a request, one after the other. Functions return false with the answer that refuses
   it. */
#ifndef PLX_SERVE_MEMBERS_H
#define PLX_SERVE_MEMBERS_H

#include "base/json_scan.h"
#include "serve/reply.h"
#include "serve/served.h"

struct plx_members {
    struct plx_json_scan scan;
    struct plx_reply *answer;
    const struct plx_served *served;
};

/* Answers with what is wrong at the place in the body where the scan has failed. */
bool plx_members_malformed(struct plx_members *members);

/* Carries out the request, an object, member by member: `take` reads the value of a key that it knows, and
   otherwise leaves *known false and the value where it is. */
bool plx_members_read(const struct plx_served *served, const void *body, size_t size,
                      bool (*take)(void *user, struct plx_members *members, struct plx_word key, bool *known),
                      void *user, struct plx_reply *answer);

bool plx_members_is(struct plx_word key, const char *name);

/* Passes over null, if it stands there, which means that the member is not given. */
bool plx_members_null(struct plx_members *members);

bool plx_members_bool(struct plx_members *members, const char *key, bool *value);
bool plx_members_number(struct plx_members *members, const char *key, double *value);
bool plx_members_i64(struct plx_members *members, const char *key, int64_t *value);
bool plx_members_u64(struct plx_members *members, const char *key, uint64_t most, uint64_t *value);

/* Gives a copy of the bytes that a string stands for, to be freed with free(), with a NUL behind it; text in
   it may hold others. */
bool plx_members_string(struct plx_members *members, const char *key, char **text, size_t *length);

/* The value of "model": it must be the one that is served. */
bool plx_members_model(struct plx_members *members);

#endif

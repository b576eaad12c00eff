/* A small model to be served, and what it is asked. */
#ifndef PLX_TESTS_SERVED_H
#define PLX_TESTS_SERVED_H

#include "serve/reply.h"
#include "serve/served.h"

#include <cjson/cJSON.h>

/* A bigram model in ARPA: ids in this order.

        log10 p, log10 of the backoff
     0  <unk>  -1
     1  <s>    -99     -0.5
     2  </s>   -0.5
     3  a      -0.375  -0.25
     4  b      -0.75
     5  é      -1.5
     <s> a  -0.125      a b  -0.25      b </s>  -0.5

   All numbers are floats without rounding. */
extern const char served_arpa[];

/* Served under the name "m"; to be closed with served_close. */
struct plx_model *served_open(const char *arpa, enum plx_token_kind tokens, struct plx_served *served);
void served_close(struct plx_model *model, struct plx_served *served);

/* The answer to a request for completions, to be freed with cJSON_Delete; its code must be `code`. */
cJSON *served_complete(const struct plx_served *served, const char *body, unsigned code);

/* The value at a path: "choices.0.text". Fails the test where there is none. */
const cJSON *served_at(const cJSON *value, const char *path);

/* Sends the bytes to 127.0.0.1 and gives back what comes until the connection ends, or until a whole answer
   with Content-Length is there: to be freed with free(). */
char *served_ask(unsigned port, const char *request);

#endif

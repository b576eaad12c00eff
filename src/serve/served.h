/* What is served: a model and what is known of it beforehand. Unchanged while the server runs, but for the
   flag that ends its work. */
#ifndef PLX_SERVE_SERVED_H
#define PLX_SERVE_SERVED_H

#include <perplex/serve.h>

#include <stdatomic.h>
#include <time.h>

struct plx_served {
    const struct plx_model *model;
    const struct plx_model_info *info;
    char *name;                 /* owned */
    enum plx_token_kind tokens; /* of texts */
    uint32_t newline;           /* the token that "\n" is; PLX_NO_TOKEN: none */
    uint32_t no_outcome; /* a start symbol that has a probability for the form only; PLX_NO_TOKEN: none */
    time_t created;
    atomic_bool aborting; /* what is being scored is no longer of interest */
};

/* Fills all but `created` in, to be released in any case. The errors of plx_server_start. */
enum plx_status plx_served_init(struct plx_served *served, const struct plx_model *model, const char *name,
                                enum plx_token_kind tokens, struct plx_error *error);
void plx_served_release(struct plx_served *served);

#endif

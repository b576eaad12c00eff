/* POST /v1/completions. */
#ifndef PLX_SERVE_COMPLETIONS_H
#define PLX_SERVE_COMPLETIONS_H

#include "serve/completions_request.h"
#include "serve/interest.h"
#include "serve/scoring.h"

/* What a prompt has become. */
struct plx_completion {
    const struct plx_prompt *prompt; /* with the tokens made */
    size_t given;                    /* how many tokens are the prompt's own */
    size_t text_given, text_end;     /* where its own text ends, and all of it */
    struct plx_costs costs;          /* empty where they are not wanted */
    const char *finish;
};

/* Carries the request out with a session of the worker's. */
bool plx_completions(const struct plx_served *served, struct plx_session *session,
                     struct plx_interest *interest, const void *body, size_t size, struct plx_reply *answer);

/* Writes completions[request.list.count]. */
enum plx_status plx_completions_write(const struct plx_served *served,
                                      const struct plx_completions_request *request,
                                      const struct plx_completion *completions, struct plx_buffer *text,
                                      struct plx_error *error);

#endif

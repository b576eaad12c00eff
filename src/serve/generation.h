/* Making tokens: the most probable one, or one drawn by chance, again and again. */
#ifndef PLX_SERVE_GENERATION_H
#define PLX_SERVE_GENERATION_H

#include "serve/completions_request.h"
#include "serve/interest.h"
#include "serve/scoring.h"

struct plx_generation {
    const struct plx_served *served;
    const struct plx_completions_request *request;
    struct plx_session *session;
    struct plx_interest *interest;
    uint64_t state; /* of the drawing */
};

/* Adds the tokens that the request asks for to the prompt, and what they cost to the costs. *finish becomes
   why there are no more, "stop" or "length", and *text_end where the text ends, which is cut before what the
   request wants it to stop at. The errors of a session; PLX_MISMATCH where the model has no distribution
   after such a prompt; PLX_INTERRUPTED where it is not wanted any more. */
enum plx_status plx_generate(struct plx_generation *generation, struct plx_prompt *prompt,
                             struct plx_costs *costs, const char **finish, size_t *text_end,
                             struct plx_error *error);

#endif

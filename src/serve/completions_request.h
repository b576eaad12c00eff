/* What a request for completions asks for. */
#ifndef PLX_SERVE_COMPLETIONS_REQUEST_H
#define PLX_SERVE_COMPLETIONS_REQUEST_H

#include "serve/prompt_member.h"

/* As OpenAI has it. */
#define PLX_LOGPROBS_MOST 5

/* OpenAI takes four. */
#define PLX_STOPS_MOST 16

/* The most tokens that a request may have made. */
#define PLX_MAX_TOKENS_MOST 65536

struct plx_completions_request {
    struct plx_prompt_list list;
    uint64_t max_tokens;
    double temperature;
    bool echo;
    int logprobs; /* −1: none are wanted */
    bool seeded;
    uint64_t seed;
    char *stops[PLX_STOPS_MOST]; /* [stop_count] */
    size_t stop_count;
};

/* Reads the request, which is to be released in any case. Members that are not known are passed over; what is
   known and cannot be done is refused: false, with the answer. */
bool plx_completions_request_read(struct plx_completions_request *request, const struct plx_served *served,
                                  const void *body, size_t size, struct plx_reply *answer);
void plx_completions_request_release(struct plx_completions_request *request);

#endif

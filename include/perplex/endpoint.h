/* Models behind an HTTP endpoint: "openai:MODEL@URL", "vllm:…", "tgi:…", "sglang:…".

   They are opened by plx_model_open and are models like others, with PLX_REMOTE. To open one asks the server
   what it is (its dialect, where the name leaves that open; the longest prompt) and puts a known prompt to
   it: an answer that does not add up is PLX_MISMATCH, with what came. Scores are those of the tokens sent,
   position by position; nothing is ever taken for a number that is none. */
#ifndef PERPLEX_ENDPOINT_H
#define PERPLEX_ENDPOINT_H

#include <perplex/status.h>

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct plx_model;

/* What prompts are sent as. */
enum plx_prompts {
    PLX_PROMPTS_AUTO, /* ids, where the dialect takes them */
    PLX_PROMPTS_IDS,
    PLX_PROMPTS_TEXT /* the tokens' bytes: needs to know them */
};

/* How an endpoint is used. Zero-initialised means the defaults. Copied when the model is opened, the key and
   other strings too. */
struct plx_endpoint_options {
    const char *api_key; /* sent as bearer token, to the host of the URL alone; never shown. NULL: none */
    enum plx_prompts prompts;
    unsigned concurrency; /* the most requests in flight; 0: 64. Fewer, as soon as the server says 429 */
    unsigned
        prompts_per_request; /* at most; 0: as the dialect allows and makes sense; 1 where it takes one */
    uint64_t context;        /* the most tokens of a prompt; 0: what the server says */
    uint64_t max_requests;   /* that are paid for, tries included, but not the probe; 0: any number */
    uint64_t max_tokens;     /* of the prompts of these; 0: any number */
};

/* What has been asked of an endpoint so far. */
struct plx_endpoint_counts {
    uint64_t requests;      /* that were answered, or may have been: tries included, the probe not */
    uint64_t prompt_tokens; /* in them */
    uint64_t retries;       /* of these requests, how many were tries after the first */
    uint64_t throttled;     /* answers 429 */
    uint64_t tokenizations; /* requests that made tokens of text, or asked what the model is: not in the above
                             */
};

/* Tells what has been asked so far; of a model that is no endpoint, nothing. Any thread. */
PLX_API void plx_model_endpoint_counts(const struct plx_model *model, struct plx_endpoint_counts *counts);

#ifdef __cplusplus
}
#endif
#endif

/* A completion server for tests, on 127.0.0.1: a local model behind the interfaces of OpenAI, vLLM, TGI,
   SGLang and llama.cpp, written from their sources and documentation, with faults. It shares no code with the
   endpoint models and the server of the library, and so is a witness of the formats.

   A request's path may begin with what the server is to be, in any order; what a path leaves open, the
   server was started with, or told by POST /mock/behaviour ("vllm/null-middle"):

       openai vllm tgi sglang llama.cpp     the dialect
       FAULT, FAULT@N                       see below; beginning after N requests for scores, since the server
                                            was last told something

   Values: null-middle, null-all; short, long (an entry of the middle is gone, or there twice);
   generated-only; bos (a token before the first); clamped (−9999); nan, nan-string; positive; other-tokens
   (another in the middle); jitter (other values each time). Several prompts: shuffled (with each other's
   numbers), reversed (numbers right: no fault), duplicate-index, missing-choice. Contents: other-model, html,
   empty, truncated, error-200 (an error, with status 200), echo-key, echo-key-200 (an error that quotes the
   key). Twice, then fine: 429 (Retry-After: 1), 503, drop (in the middle), stall (likewise); for ever:
   429-always, 503-always, drop-always, stall-always; 429-long (Retry-After: 100000); busy (429 while more
   than four are being answered); 401; redirect, redirect-host (to another port, another host); endless.
   Limits, no faults: chunked, close (after each answer), refuse-zero (max_tokens 0), fail-zero (likewise,
   with 500), tells-length (of the longest prompt, in openai's list of models), refuse-echo, refuse-ids,
   one-prompt, special-tokens (a start symbol is put before texts).

   It can be asked: GET /mock/counts, a JSON object; GET /mock/prompts, a line for each prompt: hash, tokens,
   how often it was asked, how often it was answered; and POST /mock/reset makes these zero. */
#ifndef SUPPORT_MOCK_ENDPOINT_H
#define SUPPORT_MOCK_ENDPOINT_H

#include <perplex/status.h>

#include <stdint.h>

/* All borrowed until it is stopped. */
struct mock_endpoint_options {
    const char *model;     /* of which the answers are */
    const char *behaviour; /* "vllm/503"; NULL: "openai" */
    const char *name;      /* that the model goes by; NULL: "mock" */
    const char *key;       /* that requests must bear; NULL: none */
    uint64_t context;      /* the most tokens of a prompt and what is generated; 0: 4096 */
    unsigned latency_ms;   /* of an answer */
};

struct mock_endpoint;

struct mock_endpoint *mock_endpoint_start(const struct mock_endpoint_options *options,
                                          struct plx_error *error); /* NULL on failure */
unsigned mock_endpoint_port(const struct mock_endpoint *mock);
void mock_endpoint_stop(struct mock_endpoint *mock); /* NULL is fine */

#endif

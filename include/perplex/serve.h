/* Serving a model: the HTTP interface of OpenAI's completions, with echo and log-probabilities, in front of a
   model that is open here, for programs that speak to endpoints.

   POST /v1/completions, /tokenize, /detokenize; GET /v1/models, /v1/vocabulary, /health. The program's manual
   says what they take and give. */
#ifndef PERPLEX_SERVE_H
#define PERPLEX_SERVE_H

#include <perplex/corpus.h>
#include <perplex/model.h>

#ifdef __cplusplus
extern "C" {
#endif

struct plx_server;

/* How a model is served. Zero-initialised means the defaults. Copied by plx_server_start. Beyond these
   limits, a server has up to 960 connections at a time (others wait), holds up to 256 MiB of requests, or one
   of the largest, and takes up to 2,048 prompts with 524,288 tokens in a request. */
struct plx_server_options {
    const char *host;           /* address or name to listen on; NULL: 127.0.0.1 */
    uint16_t port;              /* 0: any that is free */
    const char *name;           /* of the model, in requests; NULL: its file's, without folders */
    const char *api_key;        /* what requests must bear; NULL: nothing */
    enum plx_token_kind tokens; /* of text prompts: words, characters or bytes; AUTO: characters or bytes
                                   where the vocabulary has nothing longer, else words */
    unsigned threads;           /* that score; 0: one. Another one talks to the clients */
    size_t max_body_bytes;      /* of a request; 0: 4 MiB */
    unsigned max_queue;         /* requests that may wait for a thread, before others get 503; 0: 256 */
    unsigned timeout_ms;        /* for a request to arrive, and for a connection to be silent; 0: 30,000 */
    unsigned answer_ms;         /* for an answer, from the request on, before it gets 503; 0: 600,000 */
};

/* Starts serving, in threads of its own, in which signals are blocked. The model must stay open until the
   server is stopped. *server is to be stopped with plx_server_stop; NULL on failure. PLX_UNSUPPORTED for a
   model that cannot be asked for any context: one that scores by position, has no probabilities, or is an
   endpoint itself; PLX_USAGE for kinds of tokens that a text is not made of and for an empty host or name;
   PLX_NETWORK where the address cannot be listened on; PLX_MEMORY. Any thread. */
PLX_API enum plx_status plx_server_start(const struct plx_model *model,
                                         const struct plx_server_options *options, struct plx_server **server,
                                         struct plx_error *error);

/* Gives "http://ADDRESS:PORT", and the port. Valid as long as the server. Any thread. */
PLX_API const char *plx_server_url(const struct plx_server *server);
PLX_API uint16_t plx_server_port(const struct plx_server *server);

/* Tells whether only this machine can reach it. Any thread. */
PLX_API bool plx_server_is_local(const struct plx_server *server);

/* Accepts no more connections and requests, finishes those under way, for at most so long, breaks off what is
   left then, and frees the server. NULL is fine. */
PLX_API void plx_server_stop(struct plx_server *server, unsigned grace_ms);

#ifdef __cplusplus
}
#endif
#endif

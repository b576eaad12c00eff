/* Models behind HTTP endpoints: what their files share.

   endpoint.c opens and closes them, endpoint_server.c asks the server what it is, endpoint_served.c takes
   over what a server of this program tells of its model, endpoint_probe.c puts known prompts to it,
   endpoint_score.c makes requests of windows, and endpoint_tokenize.c tokens of text. How a request is
   written and an answer read is the dialect's: a table of functions in a file of its own for each. */
#ifndef PLX_MODEL_ENDPOINT_H
#define PLX_MODEL_ENDPOINT_H

#include "base/byte_alphabet.h"
#include "io/http_client.h"
#include "model/endpoint_answer.h"
#include "model/endpoint_name.h"
#include "model/endpoint_spelling.h"
#include "model/model.h"

/* The most bytes of an answer, by its tokens: vLLM writes some 100 for each. */
#define PLX_ENDPOINT_ANSWER_BYTES ((size_t)1 << 28)

#define PLX_ENDPOINT_PROPERTIES 4

/* Tokens of the known prompt that is put to the server first. */
#define PLX_ENDPOINT_KNOWN 7

struct plx_endpoint;

/* How a server is spoken to. */
struct plx_dialect {
    const char *name;  /* of the format, and the property "dialect" */
    const char *title; /* for messages */
    const char *path;  /* of the route that scores */
    bool takes_ids, takes_text;
    unsigned prompts;  /* in one request, at most */
    unsigned reserved; /* tokens of the longest context that a prompt must leave to what is generated */
    /* Writes the body of a request. */
    enum plx_status (*write)(const struct plx_endpoint *endpoint, const struct plx_sent_prompt *prompts,
                             size_t count, struct plx_buffer *body, struct plx_error *error);
    /* Reads an answer as far as it is of this dialect; what it says is checked afterwards. */
    enum plx_status (*read)(struct plx_answer *answer, struct plx_error *error);
    /* The route that makes tokens of a text; NULL: there is none. */
    enum plx_status (*tokenize)(const struct plx_endpoint *endpoint, const char *text, size_t size,
                                struct plx_text_tokens *tokens, struct plx_error *error);
    /* Asks that route for the symbol that it puts before a text; PLX_NO_TOKEN: none, or there is no such
       route. NULL likewise. */
    enum plx_status (*start)(const struct plx_endpoint *endpoint, uint32_t *start, struct plx_error *error);
    bool puts_start; /* before prompts that are sent as text, too */
};

extern const struct plx_dialect plx_dialect_openai, plx_dialect_vllm, plx_dialect_tgi, plx_dialect_sglang;

struct plx_endpoint {
    struct plx_model base;
    struct plx_endpoint_name name;
    char *key;
    struct plx_http_client *client;
    const struct plx_dialect *dialect;
    bool text;                    /* prompts are sent as text */
    bool puts_blank;              /* the server's tokenizer puts a blank before every text */
    bool served;                  /* by this program, so that everything is known of the model */
    bool bounded;                 /* scores depend on info.context_length tokens, and on nothing before */
    unsigned generated;           /* tokens that openai's prompts are to be continued by: 0 or 1 */
    unsigned prompts_per_request; /* at most */
    unsigned concurrency;
    uint64_t longest;   /* prompt, in tokens; 0: not known */
    uint64_t told;      /* the longest that the server has told of; 0: it has not */
    uint32_t put_first; /* the symbol that the server puts before every text; PLX_NO_TOKEN: none */
    struct plx_model_property properties[PLX_ENDPOINT_PROPERTIES];
    double known[PLX_ENDPOINT_KNOWN]; /* logarithms of the known prompt's tokens */
    struct plx_spellings *spellings;  /* owned; any thread */
    enum plx_spelling_kind spelling;  /* of the vocabulary file, where there is one */
};

/* One exchange outside of scoring: POST of body (NULL: GET) to `path`. With `status` (not NULL) an answer of
   another status than 2xx is no failure. The answer is released by the caller with plx_buffer_release. */
enum plx_status plx_endpoint_ask(const struct plx_endpoint *endpoint, const char *path,
                                 const struct plx_buffer *body, long *status, struct plx_buffer *answer,
                                 struct plx_error *error);

/* What the server calls something, for a message: without the key, visible, as much as fits. */
void plx_endpoint_show(const struct plx_endpoint *endpoint, struct plx_word text, char *shown,
                       size_t capacity);

/* Finds out what the server is: sets the dialect where that is NULL (and refuses servers that cannot score
   prompts), `longest`, and what a server of this program tells. */
enum plx_status plx_endpoint_meet(struct plx_endpoint *endpoint, struct plx_error *error);

/* Takes over what the server of this program says of its model: the member "perplex" of its list of models,
   as text; and the vocabulary. */
struct cJSON;
enum plx_status plx_endpoint_take_served(struct plx_endpoint *endpoint, const struct cJSON *described,
                                         struct plx_error *error);
enum plx_status plx_endpoint_take_vocabulary(struct plx_endpoint *endpoint, const void *text, size_t size,
                                             struct plx_error *error);

/* Puts known prompts to the server; sets `generated` and `known`. PLX_MISMATCH with what came where the
   answers do not add up. */
enum plx_status plx_endpoint_probe(struct plx_endpoint *endpoint, struct plx_error *error);

/* Reads an answer to prompts[count] in the endpoint's dialect and checks all of it; *answer is to be released
   on success. */
enum plx_status plx_endpoint_read(const struct plx_endpoint *endpoint, const struct plx_sent_prompt *prompts,
                                  size_t count, const struct plx_buffer *text, struct plx_answer *answer,
                                  struct plx_error *error);

/* How the words of a vocabulary are spelled; unclear where there is no blank in any of them. */
enum plx_spelling_kind plx_endpoint_judge_vocabulary(const struct plx_vocabulary *vocabulary);

/* Appends the text of a prompt: the bytes of its tokens as they were learned or as the vocabulary has them,
   but for what the server puts before a text itself. PLX_MISMATCH where they are not known, are no text, or
   the prompt does not begin with what the server puts there. Any thread. */
enum plx_status plx_endpoint_spell(const struct plx_endpoint *endpoint, const struct plx_sent_prompt *prompt,
                                   struct plx_buffer *text, struct plx_error *error);

/* Slots of struct plx_model_class. */
enum plx_status plx_endpoint_score(struct plx_session *session, const struct plx_window *windows,
                                   size_t count, const struct plx_scores *scores, struct plx_error *error);
void plx_endpoint_estimate(const struct plx_model *model, const struct plx_window *windows, size_t count,
                           uint64_t *requests, uint64_t *tokens);
enum plx_status plx_endpoint_tokenize(const struct plx_model *model, const char *text, size_t size,
                                      struct plx_text_tokens *tokens, struct plx_error *error);

/* Writing requests: "text" with its quotes; [1,2,-1]; the prompts as an array of either. */
enum plx_status plx_request_string(struct plx_buffer *body, const char *text, size_t length,
                                   struct plx_error *error);
enum plx_status plx_request_ids(struct plx_buffer *body, const uint32_t *ids, size_t count,
                                struct plx_error *error);
enum plx_status plx_request_prompts(struct plx_buffer *body, const struct plx_sent_prompt *prompts,
                                    size_t count, struct plx_error *error);

/* The most bytes of a request. */
#define PLX_ENDPOINT_BODY_BYTES ((size_t)1 << 28)

#endif

/* Between the parts of mock_endpoint: what it was told to do, what it is asked, and what it says. */
#ifndef SUPPORT_MOCK_ANSWER_H
#define SUPPORT_MOCK_ANSWER_H

#include <perplex/model.h>

#include "mock_http.h"

#include <cjson/cJSON.h>
#include <stdint.h>

enum mock_dialect { MOCK_OPENAI, MOCK_VLLM, MOCK_TGI, MOCK_SGLANG, MOCK_LLAMA_CPP, MOCK_DIALECTS };

/* What mock_endpoint.h says of them. */
#define MOCK_FAULTS(X)                  \
    X(NULL_MIDDLE, "null-middle")       \
    X(NULL_ALL, "null-all")             \
    X(SHORT, "short")                   \
    X(LONG, "long")                     \
    X(GENERATED, "generated-only")      \
    X(BOS, "bos")                       \
    X(CLAMPED, "clamped")               \
    X(NAN, "nan")                       \
    X(NAN_STRING, "nan-string")         \
    X(POSITIVE, "positive")             \
    X(OTHER_TOKENS, "other-tokens")     \
    X(JITTER, "jitter")                 \
    X(SHUFFLED, "shuffled")             \
    X(DUPLICATE, "duplicate-index")     \
    X(MISSING, "missing-choice")        \
    X(OTHER_MODEL, "other-model")       \
    X(HTML, "html")                     \
    X(EMPTY, "empty")                   \
    X(TRUNCATED, "truncated")           \
    X(ERROR_200, "error-200")           \
    X(TOO_MANY, "429")                  \
    X(TOO_MANY_ALWAYS, "429-always")    \
    X(TOO_MANY_LONG, "429-long")        \
    X(BUSY, "busy")                     \
    X(UNAVAILABLE, "503")               \
    X(UNAVAILABLE_ALWAYS, "503-always") \
    X(DROP, "drop")                     \
    X(DROP_ALWAYS, "drop-always")       \
    X(STALL, "stall")                   \
    X(STALL_ALWAYS, "stall-always")     \
    X(REDIRECT, "redirect")             \
    X(REDIRECT_HOST, "redirect-host")   \
    X(ENDLESS, "endless")               \
    X(REFUSED, "401")                   \
    X(ECHO_KEY, "echo-key")             \
    X(ECHO_KEY_200, "echo-key-200")     \
    X(REVERSED, "reversed")             \
    X(CHUNKED, "chunked")               \
    X(CLOSE, "close")                   \
    X(REFUSE_ZERO, "refuse-zero")       \
    X(FAIL_ZERO, "fail-zero")           \
    X(TELLS_LENGTH, "tells-length")     \
    X(REFUSE_ECHO, "refuse-echo")       \
    X(REFUSE_IDS, "refuse-ids")         \
    X(ONE_PROMPT, "one-prompt")         \
    X(SPECIAL_TOKENS, "special-tokens")

enum mock_fault {
#define X(name, word) MOCK_FAULT_##name,
    MOCK_FAULTS(X)
#undef X
        MOCK_FAULT_COUNT
};

struct mock_behaviour {
    enum mock_dialect dialect;
    uint64_t faults; /* a bit for each */
};

static inline bool mock_has(const struct mock_behaviour *behaviour, enum mock_fault fault)
{
    return behaviour->faults >> fault & 1;
}

/* What a model behind the mock says of one token. */
struct mock_entry {
    uint32_t id;
    enum { MOCK_NUMBER, MOCK_NOTHING, MOCK_NAN, MOCK_NAN_WORD } kind;
    double logprob;
};

/* A prompt, and what was generated after it. */
struct mock_scored {
    struct mock_entry *entries; /* [prompt + generated] */
    size_t prompt, generated;
};

struct mock_tokens {
    uint32_t *ids; /* [count] */
    size_t *ends;  /* [count] in bytes of the text */
    size_t count;
    bool ids_given; /* they were sent as such */
};

/* mock_model.c: tokens, and what they cost. */

/* Tokens of a text: the longest strings of the vocabulary where it has a space among them; otherwise words,
   each with the white space before it. False where it has none for some of it. */
bool mock_tokenize(const struct plx_model *model, const char *text, size_t size, bool special,
                   struct mock_tokens *tokens);
void mock_tokens_free(struct mock_tokens *tokens);
/* The string of a token, to be freed. */
char *mock_token_text(const struct plx_model *model, uint32_t id);
/* NULL entries on failure. */
struct mock_scored mock_score(const struct plx_model *model, struct plx_session *session,
                              const struct mock_tokens *prompt, size_t generated, struct plx_error *error);

/* mock_dialects.c: requests and answers in the servers' own forms. */

struct mock_question {
    struct mock_tokens *prompts; /* [count] */
    size_t count;
    size_t generated;              /* tokens that are wanted after each */
    bool echo;                     /* what the prompts cost is wanted: by echo, or as each dialect has it */
    bool return_ids;               /* of the prompts and what was generated */
    bool several;                  /* prompts came as a list of them */
    int logprobs, prompt_logprobs; /* −1: not wanted */
    const char *model;             /* that was asked for; "" */
    char refusal[256];             /* why it is not answered; "" */
};

/* Whether `path` is the one that prompts are sent to. */
bool mock_is_question(enum mock_dialect dialect, const char *path);
/* Reads it; freed with mock_question_free, whatever comes. */
void mock_question_read(const struct plx_model *model, const struct mock_behaviour *behaviour,
                        const char *path, const cJSON *body, struct mock_question *question);
void mock_question_free(struct mock_question *question);
/* The answer to scored[question->count]. */
cJSON *mock_question_answer(const struct plx_model *model, const struct mock_behaviour *behaviour,
                            const char *path, const struct mock_question *question,
                            struct mock_scored *scored, const char *name, unsigned random);
/* An error in the dialect's own form. */
cJSON *mock_error(enum mock_dialect dialect, unsigned status, const char *message);
/* Everything else that the servers can be asked: what they are, tokens of a text. NULL: nothing of the kind.
 */
cJSON *mock_other_answer(const struct plx_model *model, const struct mock_behaviour *behaviour,
                         const char *path, const cJSON *body, const char *name, uint64_t context);

#endif

/* Answers of endpoints: what a server has said about the tokens of prompts, read without believing any of it,
   and then held against what was sent. */
#ifndef PLX_MODEL_ENDPOINT_ANSWER_H
#define PLX_MODEL_ENDPOINT_ANSWER_H

#include "base/buffer.h"
#include "base/json_scan.h"

/* One of the prompts of a request: tokens, and the bytes that they stand for where these are sent. */
struct plx_sent_prompt {
    const uint32_t *ids; /* [count], count > 0; borrowed */
    size_t count;
    const char *text; /* [length], UTF-8; borrowed; NULL: the ids are sent */
    size_t length;
};

/* What came for one prompt. Of longer arrays than were to be expected only the length is kept. */
struct plx_prompt_answer {
    bool came;
    double *logs; /* [prompt.count]: NaN for null */
    size_t log_count;
    uint32_t *ids; /* [prompt.count] */
    size_t id_count;
    uint64_t *strings; /* [prompt.count]: hashes; 0 for one that says nothing */
    size_t string_count;
    bool has_ids, has_strings;
};

/* Zero-initialised but for prompts and count; released by plx_answer_release. */
struct plx_answer {
    const struct plx_sent_prompt *prompts; /* [count] */
    size_t count;
    unsigned generated; /* how many tokens each prompt was to be continued by */
    struct plx_json_scan json;
    uint8_t *room;                  /* for strings with escapes */
    struct plx_prompt_answer *came; /* [count] */
    double *logs;                   /* of all prompts, one behind the other, and so are the others */
    uint32_t *ids;
    uint64_t *strings;
    bool has_usage, has_completion_usage;
    uint64_t prompt_tokens, completion_tokens; /* as the server counts */
    struct plx_word model;                     /* as the server names it; text NULL: it does not */
};

/* Begins the reading of an answer, text[size], which is borrowed. */
enum plx_status plx_answer_init(struct plx_answer *answer, const struct plx_sent_prompt *prompts,
                                size_t count, unsigned generated, const void *text, size_t size,
                                struct plx_error *error);
void plx_answer_release(struct plx_answer *answer);

/* PLX_MISMATCH: the message, and what came, cut and visible. */
enum plx_status plx_answer_fail(const struct plx_answer *answer, struct plx_error *error, const char *format,
                                ...) PLX_PRINTF(3, 4);

/* The same of a prompt: "of the prompt of 5 tokens that begins 17 4 9" follows the message. */
enum plx_status plx_answer_fail_prompt(const struct plx_answer *answer, size_t prompt,
                                       struct plx_error *error, const char *format, ...) PLX_PRINTF(4, 5);

/* That the JSON is none. */
enum plx_status plx_answer_fail_json(const struct plx_answer *answer, struct plx_error *error);

/* The error that a server reports in an answer with status 200, whose value is at hand. */
enum plx_status plx_answer_fail_reported(struct plx_answer *answer, struct plx_error *error);

/* A key or a string; valid until the next one. */
bool plx_answer_key(struct plx_answer *answer, struct plx_word *key);
bool plx_answer_string(struct plx_answer *answer, struct plx_word *string);

/* Where the values of some members of the object at hand stand, which is passed over: at[i], 0 where it has
   no keys[i] or null. PLX_MISMATCH for a key that comes twice. */
enum plx_status plx_answer_locate(struct plx_answer *answer, const char *const *keys, size_t count,
                                  size_t *at, struct plx_error *error);

/* A count, as it stands at `at`. */
enum plx_status plx_answer_u64(struct plx_answer *answer, size_t at, const char *what, uint64_t *value,
                               struct plx_error *error);

/* Takes the log-probability at hand as that of the next position of the prompt. What comes behind its end is
   counted and passed over. */
enum plx_status plx_answer_take_log(struct plx_answer *answer, size_t prompt, struct plx_error *error);

/* The next position has none. */
enum plx_status plx_answer_take_no_log(struct plx_answer *answer, size_t prompt, struct plx_error *error);

/* Likewise its id, and its string. */
enum plx_status plx_answer_take_id(struct plx_answer *answer, size_t prompt, struct plx_error *error);
enum plx_status plx_answer_take_string(struct plx_answer *answer, size_t prompt, struct plx_error *error);

/* Holds all that came against what was sent: every prompt is answered; as many positions as tokens, and the
   generated ones; null for the first and for no other; the same ids; the number of tokens that the server
   counts. */
enum plx_status plx_answer_check(const struct plx_answer *answer, struct plx_error *error);

#endif

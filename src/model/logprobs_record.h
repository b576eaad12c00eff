/* One record of JSON while its answers are read. */
#ifndef PLX_MODEL_LOGPROBS_RECORD_H
#define PLX_MODEL_LOGPROBS_RECORD_H

#include "base/buffer.h"
#include "base/json_scan.h"
#include "model/logprobs.h"

/* The objects of a record that may have what is looked for. */
enum plx_record_place { AT_RECORD, AT_LOGPROBS, AT_CHOICE, AT_CHOICE_LOGPROBS, PLACES };

enum plx_record_member { TOKENS, TOKEN_LOGPROBS, PROMPT_LOGPROBS, PROMPT_TOKEN_IDS, MEMBERS };

/* Where the values stand in the line; 0: not there, or null. */
struct plx_record_found {
    size_t at[PLACES][MEMBERS];
    bool seen[PLACES][MEMBERS];
};

struct plx_record {
    struct plx_logprobs_reader *reader;
    struct plx_json_scan json;
    struct plx_buffer room; /* for what a string of the line stands for */
    struct plx_record_found found;
    uint64_t line;
    bool ids, strings; /* of what kind the tokens of the file are, once that is known */
};

/* A failure of record->json as an error with its place. */
enum plx_status plx_record_fail(const struct plx_record *record, struct plx_error *error);

/* Adds the place to an error that has been set: the record's line, and the column of byte `at` of it, unless
   that is SIZE_MAX. */
enum plx_status plx_record_at(const struct plx_record *record, size_t at, struct plx_error *error);

/* Two arrays that should have as many elements. */
enum plx_status plx_record_differ(const struct plx_record *record, enum plx_record_member left,
                                  size_t left_count, enum plx_record_member right, size_t right_count,
                                  struct plx_error *error);

/* Takes a string, or a key with its colon; valid until the next is taken. */
bool plx_record_string(struct plx_record *record, struct plx_word *string);
bool plx_record_key(struct plx_record *record, struct plx_word *key);

/* Goes to the value at byte `at`, which must be an array, and into it. */
bool plx_record_enter(struct plx_record *record, size_t at);

/* Says whether tokens are strings or ids: the same in the whole file. */
enum plx_status plx_record_settle(struct plx_record *record, bool strings, struct plx_error *error);

/* Appends the id of the next position's token. */
enum plx_status plx_record_add_id(struct plx_record *record, uint32_t id, struct plx_error *error);

/* An id as decimal digits. */
bool plx_record_parse_id(struct plx_word text, uint32_t *id);

/* Takes a number that is a token's id. */
enum plx_status plx_record_read_id(struct plx_record *record, uint32_t *id, struct plx_error *error);

/* Takes and appends logarithm `number` (from 1) of the record: a number, or the words for what is not finite,
   as strings too; null in the first place. */
enum plx_status plx_record_read_log(struct plx_record *record, size_t number, struct plx_error *error);

/* Reads prompt_logprobs and prompt_token_ids of the place (logprobs_prompt.c). */
enum plx_status plx_record_read_prompt(struct plx_record *record, enum plx_record_place place,
                                       struct plx_error *error);

#define PLX_SECOND_VALUE "a second value for the same key"

#endif

/* logprobs: the answers that another program has written down, for one corpus, position by position.

   In memory an answer takes 8 bytes, its token 4 more where the file has tokens, and each record of JSON 16;
   distinct tokens that are strings are kept once. */
#ifndef PLX_MODEL_LOGPROBS_H
#define PLX_MODEL_LOGPROBS_H

#include "model/model.h"

/* Where a record of JSON begins. */
struct plx_logprobs_record {
    uint64_t first; /* position of its first token */
    uint64_t line;  /* of the file, from 1 */
};

struct plx_logprobs {
    struct plx_model base;
    double *nats; /* [count]; NaN: no answer there */
    size_t count, capacity;
    uint32_t *ids; /* [id_count], of the tokens; PLX_NO_TOKEN: not told. NULL: the file has no tokens */
    size_t id_count, id_capacity;        /* id_count is count once a record has been read */
    struct plx_logprobs_record *records; /* [record_count] */
    size_t record_count, record_capacity;
};

/* What the readers of the spellings share while they fill a struct plx_logprobs. */
struct plx_logprobs_reader {
    struct plx_source *source;
    const char *name; /* of the source, for errors */
    const struct plx_model_options *options;
    struct plx_logprobs *model;
    double ln_base; /* what turns the file's logarithms into natural ones */
    bool negative;  /* a number below zero has been met */
    bool positive;  /* likewise above */
    uint64_t next_pause;
};

/* Each reads the whole source into reader->model. On failure what has been allocated stays in it. */
enum plx_status plx_logprobs_read_json(struct plx_logprobs_reader *reader, struct plx_error *error);
enum plx_status plx_logprobs_read_lines(struct plx_logprobs_reader *reader, struct plx_error *error);
enum plx_status plx_logprobs_read_npy(struct plx_logprobs_reader *reader, struct plx_error *error);

/* Whether content that begins with head[0..size) is JSON, if it is answers at all. */
bool plx_logprobs_begins_record(const uint8_t *head, size_t size);

/* Whether content that begins with head[0..size) is of the spelling. */
enum plx_probe plx_logprobs_probe_json(const uint8_t *head, size_t size);
enum plx_probe plx_logprobs_probe_lines(const uint8_t *head, size_t size);

/* Whether to go on: asks the caller once for every megabyte that has been consumed, and tells him how far it
   is. PLX_INTERRUPTED if he does not want to. */
enum plx_status plx_logprobs_pause(struct plx_logprobs_reader *reader, struct plx_error *error);

/* Appends an answer in nats, or NaN for none. */
enum plx_status plx_logprobs_add(struct plx_logprobs *model, double nats, struct plx_error *error);

/* Appends the answer that stands as a logarithm in the file; number `number` of its line, for errors, to
   which the caller adds the place. PLX_MALFORMED for NaN and for what is positive. */
enum plx_status plx_logprobs_add_log(struct plx_logprobs_reader *reader, double log, size_t number,
                                     struct plx_error *error);

#endif

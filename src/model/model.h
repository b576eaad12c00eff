/* The model interface. To add a format NAME: a file with `const struct plx_model_format
   plx_model_format_NAME`, a line in registry.c, a line in src/CMakeLists.txt, and fixtures in
   tests/data/models (a build whose registered format has none fails). A format of backoff n-gram models
   fills struct plx_ngram_model and takes plx_ngram_class for its class (see arpa.c); others bring their own:
   uniform.c is the shortest. */
#ifndef PLX_MODEL_MODEL_H
#define PLX_MODEL_MODEL_H

#include <perplex/model.h>

#include "base/error.h"
#include "base/probe.h"
#include "io/mapping.h"
#include "model/tensor.h"
#include "model/vocabulary.h"

/* How many kinds of warnings one model can carry, and of remarks. */
#define PLX_MODEL_WARNINGS 20
#define PLX_MODEL_REMARKS  4

/* How many words are looked up together. */
#define PLX_MODEL_LOOKUP 64

#define PLX_ROLE_BYTES 40

/* Tokens that a model makes of a text. Zero-initialised is empty. */
struct plx_text_tokens {
    uint32_t *ids; /* [count] */
    size_t *ends;  /* [count] in bytes of the text */
    size_t count, capacity;
};

/* What an open model does. Every slot is required but those that say otherwise. */
struct plx_model_class {
    /* Releases what the format has allocated, the model itself too, but not what struct plx_model owns. */
    void (*close)(struct plx_model *model);
    /* A session begins with a struct plx_session. NULL on failure. Any thread. */
    struct plx_session *(*session_new)(const struct plx_model *model, struct plx_error *error);
    void (*session_free)(struct plx_session *session);
    /* As plx_session_score; ids have been checked to be < V (unless that is 0) or PLX_NO_TOKEN, and first ≤
       end, and first ≥ info.least_context. */
    enum plx_status (*score)(struct plx_session *session, const struct plx_window *windows, size_t count,
                             const struct plx_scores *scores, struct plx_error *error);
    /* As plx_session_distributions, likewise checked; NULL without PLX_FULL_DISTRIBUTION. */
    enum plx_status (*distributions)(struct plx_session *session, const struct plx_window *windows,
                                     size_t count, plx_distribution_sink *sink, void *user,
                                     struct plx_error *error);
    /* As plx_model_lookup and plx_model_token, of a model whose words are found or kept in another way. NULL:
       in its `vocabulary`, which a model with PLX_STRING_TOKENS then must have, but with PLX_ANY_TOKENS.
       Words come with their hashes (plx_hash64, seed 0), no more than PLX_MODEL_LOOKUP at a time, so that
       their memory accesses can overlap. */
    void (*lookup)(const struct plx_model *model, const struct plx_word *words, const uint64_t *hashes,
                   size_t count, uint32_t *ids);
    struct plx_word (*token)(const struct plx_model *model, uint32_t id);
    /* With PLX_TOKENIZES: makes tokens of text[size], which is UTF-8 or what stands for it: the id of each,
       and at which byte it ends, appended to *tokens; together they are all bytes of the text, none of them
       is empty but for bytes of a character that several tokens share. A text is the whole of what the
       tokenizer is to see. Any thread. Else NULL. */
    enum plx_status (*tokenize)(const struct plx_model *model, const char *text, size_t size,
                                struct plx_text_tokens *tokens, struct plx_error *error);
    /* With PLX_REMOTE: how many requests the windows take, and how many tokens these have in their prompts,
       added to what is there. Else NULL. */
    void (*estimate)(const struct plx_model *model, const struct plx_window *windows, size_t count,
                     uint64_t *requests, uint64_t *tokens);
    /* As plx_model_endpoint_counts, with PLX_REMOTE; else NULL. */
    void (*endpoint_counts)(const struct plx_model *model, struct plx_endpoint_counts *counts);
    /* With PLX_REMOTE: the logarithms that the tokens of a known prompt had when the model was opened, *count
       of them; borrowed, as long as the model is open. Else NULL. */
    const double *(*known_answer)(const struct plx_model *model, size_t *count);
    /* For models that consist of tensors: tensor `index` in the order of the file, NULL past the end; its
       role in the model, or "", into role[capacity], for which PLX_ROLE_BYTES are enough. Else NULL. */
    const struct plx_tensor *(*tensor)(const struct plx_model *model, size_t index, char *role,
                                       size_t capacity);
};

/* The part that all models share; a format's own struct begins with it. */
struct plx_model {
    const struct plx_model_class *class;
    char *name; /* owned */
    struct plx_model_info info;
    struct plx_vocabulary *vocabulary; /* owned; NULL where tokens are bare ids */
    struct plx_mapping mapping;        /* owned; of a format with open_mapped, else empty. Closed after
                                          class->close */
    const struct plx_mapping *parts;   /* [part_count], the format's own: further files of the model, which
                                          are a part of its fingerprint, in an order that does not depend on
                                          where they lie */
    size_t part_count;
    struct plx_warning warnings[PLX_MODEL_WARNINGS];
    size_t warning_count;
    struct plx_warning remarks[PLX_MODEL_REMARKS]; /* notes that so many files give cause for that they are
                                                      not among the warnings */
    size_t remark_count;
    const struct plx_model_format *reader; /* what has met the deviations: the model's format, filled in by
                                              the caller, or that of the file that it was converted from;
                                              NULL: one that is not known */
};

/* Is told that windows[index] of a call of plx_session_score is answered, nats[targets], before the call
   returns, and keeps it; a failure ends the call with it. One call at a time of one session, in any order of
   the windows and in any thread. */
typedef enum plx_status plx_window_listener(void *user, size_t index, const double *nats,
                                            struct plx_error *error);

struct plx_session {
    const struct plx_model *model;
    plx_window_listener *listener; /* called by models with PLX_REMOTE only; NULL: nobody */
    void *listener_user;
};

/* As the slot `tokenize`; and that what it gives is what it is to be: PLX_MISMATCH. */
enum plx_status plx_model_tokenize(const struct plx_model *model, const char *text, size_t size,
                                   struct plx_text_tokens *tokens, struct plx_error *error);

/* With PLX_REMOTE, as the slot `estimate`; else nothing is added. Any thread. */
void plx_model_estimate(const struct plx_model *model, const struct plx_window *windows, size_t count,
                        uint64_t *requests, uint64_t *tokens);

/* As the slot `known_answer`; of other models NULL, and *count is 0. */
const double *plx_model_known_answer(const struct plx_model *model, size_t *count);

/* Two answers to one prompt that are further apart than this are those of two models, or of one that computes
   something else each time. */
#define PLX_ANSWERS_DIFFER 1e-2

/* How many nats two answers to one prompt are apart at the token where that is most, of which the index goes
   into *at. */
double plx_answers_apart(const double *a, const double *b, size_t count, size_t *at);

/* What an end symbol in a context is, by the protocol. */
enum plx_end_role {
    PLX_END_IS_TOKEN,      /* what it is */
    PLX_END_PARTS_CONTEXT, /* the end of a line of a stream: a model with PLX_RESTART_AT_END has its start
                              symbol there, and forgets what came before */
    PLX_END_IS_START       /* it stands in for a start symbol that the model lacks */
};

/* Tells a mixture's session what ends are to its models, where these differ in it; of no effect for other
   models, whose windows are made so. To begin with, ends part contexts. */
void plx_session_set_end_role(struct plx_session *session, enum plx_end_role role);

struct plx_tensors;

struct plx_model_format {
    const char *name;        /* for --model-format: lower-case letters, digits, "-" */
    const char *description; /* one line for `perplex formats` */
    bool logarithms;         /* the option logprob_base is of use; refused otherwise */
    bool tolerance;          /* the options allow_positive and allow_count_mismatch are of use; likewise */
    bool converted;          /* files are made from those of other formats: sets model->reader itself */
    bool checksums;          /* files carry some, and the option `verify` checks them all; likewise */
    bool secret;             /* "NAME:ARGUMENT" may hold a secret: models set their `name` themselves */

    /* Whether reading a file looks for the deviation `code`: to warn of it, to note it, to remark on it, or
       to refuse the file. NULL: for none. */
    bool (*watches)(const char *code);

    /* How sure it is that the content is of this format, from its first bytes (up to PLX_PROBE_BYTES, all of
       a shorter content) and its name. NULL for a format without files. */
    enum plx_probe (*probe)(const uint8_t *head, size_t size, const char *name);

    /* Reads the whole source. Allocates a struct of the format's own size that begins with a struct
       plx_model, and sets its class, info and vocabulary; format, name and sha256 are filled in by the
       caller. On failure everything has been released and the error names the input. NULL for a format
       without files, and with open_mapped. */
    enum plx_status (*open)(struct plx_source *source, const struct plx_model_options *options,
                            struct plx_model **model, struct plx_error *error);

    /* For a format that is used in place, as the bytes lie in memory; instead of open: the same from the
       whole content. On success the caller moves the mapping into model->mapping, where its data stay what
       they are; on failure it closes it. Where the file carries a fingerprint of its own, sets info.sha256,
       and info.fingerprint to "stored". `name` is the source's. */
    enum plx_status (*open_mapped)(struct plx_mapping *mapping, const char *name,
                                   const struct plx_model_options *options, struct plx_model **model,
                                   struct plx_error *error);

    /* For a format that stores tensors, whatever model they are of: adds those of the whole content, which
       the tensors may point into. Errors name the input `name`; what has been added before a failure stays.
       NULL otherwise. */
    enum plx_status (*read_tensors)(const struct plx_mapping *mapping, const char *name,
                                    const struct plx_model_options *options, struct plx_tensors *tensors,
                                    struct plx_error *error);

    /* For a format without files, whose models are named "NAME:ARGUMENT": the same from the argument, of any
       content; where that says less than all about what the model is, it sets info.fingerprint, and
       info.sha256. NULL otherwise. */
    enum plx_status (*open_named)(const char *argument, const struct plx_model_options *options,
                                  struct plx_model **model, struct plx_error *error);
};

#define PLX_PROBE_BYTES 65536

/* Format `index` of the registry, NULL past the end. */
const struct plx_model_format *plx_model_format(size_t index);

/* The format that is surest that a content is of its kind (see `probe`), and how sure it is; NULL, and
   PLX_PROBE_NO, if it is of none. */
const struct plx_model_format *plx_model_recognise(const uint8_t *head, size_t size, const char *name,
                                                   enum plx_probe *sure);

/* The format of a source of which nothing has been consumed: the one that the options ask for, or else the
   one that is recognised; and that they ask for nothing that is of no use to it. NULL on failure: the errors
   of plx_model_open. */
enum plx_status plx_model_choose(struct plx_source *source, const struct plx_model_options *options,
                                 const struct plx_model_format **format, struct plx_error *error);

/* The format without files that `name` begins with, as in "uniform:7"; NULL if it is no such name. With
   another format asked for (`wanted`, or NULL), it is a file's. */
const struct plx_model_format *plx_model_named_format(const char *name, const char *wanted);

/* plx_model_lookup for words behind each of which 8 bytes more can be read, whatever they are: faster. */
void plx_model_lookup_padded(const struct plx_model *model, const struct plx_word *words, size_t count,
                             uint32_t *ids);

/* Adds one occurrence of the deviation `code` at `line` (0: no line). The first occurrence fixes line and
   message. */
void plx_model_warn(struct plx_model *model, const char *code, uint64_t line, const char *format, ...)
    PLX_PRINTF(4, 5);

/* Adds `count` occurrences of it, the first at `line`. */
void plx_model_warn_times(struct plx_model *model, const char *code, uint64_t count, uint64_t line,
                          const char *message);

/* Adds a deviation that changes no score, met `count` times, at `line` first: see plx_warning.note. */
void plx_model_note(struct plx_model *model, const char *code, uint64_t count, uint64_t line,
                    const char *message);

/* Likewise one of the model's remarks. */
void plx_model_remark(struct plx_model *model, const char *code, uint64_t count, uint64_t line,
                      const char *message);

/* The length of the byte order mark that a file's first line begins with, which is a deviation; or 0. */
size_t plx_model_pass_mark(struct plx_model *model, const char *line, size_t length);

#endif

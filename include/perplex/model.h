/* Language models: opening them, what they are, and the scores that they give.

   A model is immutable once open and may be shared by any number of threads: whatever takes a const struct
   plx_model may be called by several at once. Scoring goes through sessions; a session belongs to one thread
   at a time. */
#ifndef PERPLEX_MODEL_H
#define PERPLEX_MODEL_H

#include <perplex/endpoint.h>
#include <perplex/source.h>
#include <perplex/warning.h>
#include <perplex/word.h>

#ifdef __cplusplus
extern "C" {
#endif

struct plx_model;
struct plx_session;

/* "No such token": the id of an unknown word where the model has no unknown symbol, and of a symbol that a
   model lacks. */
#define PLX_NO_TOKEN UINT32_MAX

enum plx_model_kind {
    PLX_KIND_NGRAM,      /* backoff n-gram model */
    PLX_KIND_NEURAL,     /* normalised by a softmax over its vocabulary */
    PLX_KIND_UNIFORM,    /* every token of the vocabulary has the same probability */
    PLX_KIND_LOGPROBS,   /* answers that another program has written down, for one corpus */
    PLX_KIND_MIXTURE,    /* the weighted mean of other models' probabilities (mixture.h) */
    PLX_KIND_ENDPOINT,   /* behind an HTTP endpoint (endpoint.h): a server answers for it */
    PLX_KIND_VOCABULARY, /* words and their ids alone: it scores nothing, corpora are converted with it */
    PLX_KIND_COUNT
};

/* What a model can do; a bit mask. */
enum plx_capability {
    PLX_STRING_TOKENS = 1 << 0,   /* has a vocabulary of strings, so that it can score text */
    PLX_EMPTY_CONTEXT = 1 << 1,   /* has a distribution for a target without any context */
    PLX_UNKNOWN_CONTEXT = 1 << 2, /* accepts PLX_NO_TOKEN in a context, as a word that it has never met */
    PLX_RESTART_AT_END =
        1 << 3, /* in a stream, the start symbol stands for the end symbol and all before it */
    PLX_MATCHED_ORDER = 1 << 4, /* reports the length of the n-gram that it found for each target */
    PLX_LOG10_FLOAT = 1 << 5,   /* reports log10 p as the field's float32 programs compute it */
    PLX_ANY_TOKENS = 1 << 6, /* knows tokens by their number or position only: no word is unknown to it, and
                                plx_model_lookup gives every word the id 0 */
    PLX_BY_TOKEN = 1 << 7,   /* scores by position: `position` of a window counts the tokens of the corpus */
    PLX_BY_TARGET = 1 << 8,  /* likewise, but counts the targets */
    PLX_FULL_DISTRIBUTION = 1 << 9, /* gives the scores of all tokens of its vocabulary in a context */
    PLX_REMOTE = 1 << 10,           /* answers come from afar: scoring takes long, costs, and may fail */
    PLX_TOKENIZES = 1 << 11         /* makes tokens of text itself, rather than by looking words up */
};

/* What a format says about a model beside what all models have: how it is stored. */
struct plx_model_property {
    const char *name; /* lower_case_with_underscores; static */
    const char *text; /* NULL: a number */
    uint64_t number;
};

/* One of the models of a mixture. */
struct plx_component {
    const char *format; /* as in struct plx_model_info, and so are the others */
    enum plx_model_kind kind;
    const char *architecture;
    double weight; /* the weights of a mixture add up to 1 */
    const char *fingerprint;
    char sha256[65];
};

/* How the weights of a mixture were found (plx_mixture_tune). */
struct plx_tuning {
    uint64_t tokens;       /* of the corpus, that were counted */
    unsigned rounds;       /* of the search */
    double nats_per_token; /* of these, with the weights found */
    char corpus_sha256[65];
};

/* What a model is. Strings and counts are the model's own and valid as long as it. */
struct plx_model_info {
    const char *format; /* name in the registry of formats; "mixture" of a mixture */
    enum plx_model_kind kind;
    const char *architecture; /* "n-gram", "table", "factored", … */
    unsigned order;           /* of an n-gram model; 2 for a bigram */
    uint64_t context_length;  /* the most preceding tokens that a prediction can depend on; UINT32_MAX: not
                                 known */
    uint64_t least_context;   /* the fewest preceding tokens that a target needs; 0 with PLX_EMPTY_CONTEXT */
    uint64_t vocabulary;      /* number of types, V; ids are 0 … V − 1. 0: not known, any id will do */
    uint64_t parameters;      /* stored probabilities and backoffs, or weights */
    unsigned capabilities;    /* of enum plx_capability */
    uint32_t start, end, unknown; /* ids of the symbols with a role, or PLX_NO_TOKEN */
    unsigned start_repeat;        /* how many start symbols stand before the first token */
    const uint64_t *ngrams;       /* [order] stored n-grams of each order; NULL for other kinds */
    bool inserted_blanks; /* among the n-grams there may be ones that the file's maker has inserted, so that
                             the lengths found are not those of the ARPA rule */
    const struct plx_model_property *properties; /* [property_count]: what else the format has to say */
    size_t property_count;
    uint64_t positions;  /* with PLX_BY_TOKEN or PLX_BY_TARGET: how many there are */
    double logprob_base; /* of the logarithms in the file, where the options gave it; else 0 */
    size_t batch;        /* how many targets are best scored together; 0: it does not matter. With PLX_REMOTE:
                            longer windows are cut, which is right where contexts are bounded; 0: none is, and
                            those that do not fit the context are refused */
    size_t batch_windows; /* likewise of windows, of a model to which it is these that matter; else 0 */
    const char *load;     /* of a format that is used in place, how the file lies in memory: "map" or "copy";
                             else NULL */
    const char *fingerprint; /* what sha256 is of: "full", "quick" or "none" (see enum plx_fingerprint), or
                                "stored": the file carries it; of an endpoint "told": its server
                                says what the model's fingerprint is, or "name": there is only its name */
    char
        sha256[65]; /* of the model file, hexadecimal, "" for none; of a model without a file, of its name, of
                       an endpoint without the URL;
                       of an index of weights and of a description, of its content and those of the files
                       that it names, in the order of their names, one behind the other (quick: of what is
                       hashed of each); of a mixture, of its weights and its models' own */
    char vocabulary_sha256[65];             /* of the vocabulary file beside it; "" if there is none */
    const struct plx_component *components; /* [component_count], of a mixture; else NULL */
    size_t component_count;
    const struct plx_tuning *tuning; /* of a mixture whose weights were tuned; else NULL */
};

/* How a model is read. Zero-initialised means the defaults. All is borrowed for the call that opens the model
   only, which makes the calls back, in its own thread; but of an endpoint `network`, `interrupted` and `user`
   must stay valid until it is closed, and `interrupted` is asked in any thread that scores. */
struct plx_model_options {
    const char *format;     /* a name of the registry; NULL: recognised by content */
    const char *vocabulary; /* path of the vocabulary file; NULL: looked for beside the model */
    bool allow_positive; /* ARPA: clamp log p > 0 to 0 and count it, rather than refuse; PLX_USAGE for others
                          */
    bool allow_count_mismatch; /* ARPA: likewise, believe the n-grams rather than the header */
    bool allow_non_finite;     /* neural models: open one among whose weights are infinities or NaN, with a
                                  warning of each such tensor, rather than refuse it: to look at it. No effect on
                                  others */
    double logprob_base;       /* of logarithms that another program wrote; 0: e */
    /* Formats that are not used in place are read into memory in any case, and as they are read to the end,
       their quick fingerprint is the full one. */
    enum plx_load load;
    enum plx_fingerprint fingerprint;
    bool verify;      /* check all checksums that the file carries; PLX_USAGE for formats without */
    unsigned threads; /* that may take part in opening it; 0: one */
    const struct plx_network *network;           /* see struct plx_source_options */
    const struct plx_endpoint_options *endpoint; /* of an endpoint; NULL: the defaults */
    bool (*interrupted)(void *user); /* see struct plx_source_options; also asked while a model is read */
    void (*progress)(void *user, uint64_t done_bytes,
                     uint64_t size_bytes); /* of the medium; size 0: not known */
    void *user;
};

/* Reads a model: a path, "-" for standard input, a URL, or the name of a model that has no file
   ("uniform:50257"; "./uniform:50257" is a file). options may be NULL. *model is to be closed with
   plx_model_close; NULL on failure. PLX_MALFORMED, with line, offset or what it concerns, where model or
   vocabulary file are not what their format demands; PLX_UNSUPPORTED where the content is of no known format
   or of a variant that is not read; PLX_USAGE where an option is of no use (a format that does not exist, a
   vocabulary for a model that has its own); the errors of opening and reading a source (source.h).
   Any thread. */
PLX_API enum plx_status plx_model_open(const char *name, const struct plx_model_options *options,
                                       struct plx_model **model, struct plx_error *error);

/* The same from a source, of which nothing has been consumed; it stays the caller's and can be closed
   afterwards. For formats that are read to the end, unless options.fingerprint is none, the source must have
   been opened with its option `fingerprint` (PLX_USAGE otherwise); for others, its own fingerprint cannot be
   asked for any more. */
PLX_API enum plx_status plx_model_open_source(struct plx_source *source,
                                              const struct plx_model_options *options,
                                              struct plx_model **model, struct plx_error *error);

/* Computes the fingerprints that an open model would have (struct plx_model_info), "" where it has none,
   without reading it as a model where its format is not used in place: so it may be malformed all the same.
   The errors of plx_model_open. Any thread. */
PLX_API enum plx_status plx_model_fingerprint(const char *name, const struct plx_model_options *options,
                                              char sha256[65], char vocabulary_sha256[65],
                                              struct plx_error *error);

/* Closes the model and releases all that it has. No session may be left. NULL is fine. */
PLX_API void plx_model_close(struct plx_model *model);

/* Gives the name of its source (see plx_source_name). Valid as long as the model. */
PLX_API const char *plx_model_name(const struct plx_model *model);

/* Tells what the model is. Valid as long as the model. */
PLX_API const struct plx_model_info *plx_model_info(const struct plx_model *model);

/* Lists what the model's file has that its format does not foresee: [*count], valid as long as the model. */
PLX_API const struct plx_warning *plx_model_warnings(const struct plx_model *model, size_t *count);

/* Looks words up: ids[i] becomes the id of words[i], or PLX_NO_TOKEN where the vocabulary lacks it (unknown
   symbols are not put in its place). The model must have PLX_STRING_TOKENS. Many at a time are much faster
   than one at a time. Any thread. */
PLX_API void plx_model_lookup(const struct plx_model *model, const struct plx_word *words, size_t count,
                              uint32_t *ids);

/* Gives the string of an id, valid as long as the model; {NULL, 0} where the id is out of range or the model
   has no strings. Any thread. */
PLX_API struct plx_word plx_model_token(const struct plx_model *model, uint32_t id);

/* What one scoring sees: the targets are ids[first … end − 1], each predicted from what precedes it in ids.
   Before `first` stands context only. first ≥ info.least_context. */
struct plx_window {
    const uint32_t *ids; /* [end] */
    size_t first, end;
    uint64_t position; /* of the first target, from 0, for models that score by position */
};

/* Where scores go: one element for each target, in the order of the windows and of the targets in them. */
struct plx_scores {
    double *nats; /* −ln p; +infinity for zero probability and for the target PLX_NO_TOKEN. NaN, of models
                     that score by position only: the model has no answer there, as before it has context */
    uint8_t *orders; /* length of the n-gram found, at most info.order (needs PLX_MATCHED_ORDER), or NULL if
                        not asked for */
    /* log10 p as KenLM computes it: in float32, backoffs added one by one, the shortest context first; an
       unknown word of a model without an unknown symbol begins from −100 (needs PLX_LOG10_FLOAT), or NULL if
       not asked for. */
    float *log10_float;
};

/* Makes a session, to be freed with plx_session_free before the model is closed. NULL on failure, with the
   error set: PLX_MEMORY. Any thread. */
PLX_API struct plx_session *plx_session_new(const struct plx_model *model, struct plx_error *error);

/* Frees a session. NULL is fine. */
PLX_API void plx_session_free(struct plx_session *session);

/* Scores windows[count] into the caller's arrays. A score depends on its window alone, bit for bit, never on
   the batch, the thread or what was scored before. PLX_MISMATCH for an id ≥ V other than PLX_NO_TOKEN,
   for PLX_NO_TOKEN in a context without PLX_UNKNOWN_CONTEXT, and where a model that scores by position has
   another token there; PLX_USAGE for windows that the model cannot
   score (see struct plx_window); PLX_UNSUPPORTED for details that it cannot give; PLX_NOT_FINITE where a
   neural model's logits leave the range of a double; PLX_MEMORY. What the arrays hold then means
   nothing. */
PLX_API enum plx_status plx_session_score(struct plx_session *session, const struct plx_window *windows,
                                          size_t count, const struct plx_scores *scores,
                                          struct plx_error *error);

/* Takes the full distribution after one context: nats[V] = −ln p of every token of the vocabulary, +infinity
   for one that is never predicted; and which targets have that context: their places [count] in the order of
   struct plx_scores, count > 0. All is borrowed for the call. A failure ends the request with it. */
typedef enum plx_status plx_distribution_sink(void *user, const double *nats, const size_t *targets,
                                              size_t count, struct plx_error *error);

/* Gives the sink the distributions that the targets of windows[count] are predicted from, one after another
   in no particular order: every target once, targets of one context perhaps together. nats[id] is what
   plx_session_score would give that id as the target, to within 1e-12 relative and absolute. Rows do not
   depend on the batch or the thread. The errors of plx_session_score; PLX_UNSUPPORTED without
   PLX_FULL_DISTRIBUTION; the sink's. */
PLX_API enum plx_status plx_session_distributions(struct plx_session *session,
                                                  const struct plx_window *windows, size_t count,
                                                  plx_distribution_sink *sink, void *user,
                                                  struct plx_error *error);

/* Names a kind: "ngram", "neural", … Static. Any thread. */
PLX_API const char *plx_model_kind_name(enum plx_model_kind kind);

/* Name format `index` of the registry and describe it in a line; NULL past the end. Static. Any thread. */
PLX_API const char *plx_model_format_name(size_t index);
PLX_API const char *plx_model_format_description(size_t index);

/* Tells whether models of format `index` are no files but names, "NAME:…"; false past the end. Any thread. */
PLX_API bool plx_model_format_named(size_t index);

#ifdef __cplusplus
}
#endif
#endif

/* Where the loss is: the cross-entropy of an evaluation (evaluate.h) in parts, and the tokens and documents
   that cost most and least. */
#ifndef PERPLEX_BREAKDOWN_H
#define PERPLEX_BREAKDOWN_H

#include <perplex/corpus.h>
#include <perplex/model.h>

#ifdef __cplusplus
extern "C" {
#endif

struct plx_evaluate_options;
struct plx_result;

/* What scored tokens can be parted by; a bit mask. The parts of each add up to the whole, exactly. */
enum plx_breakdown {
    PLX_BREAKDOWN_POSITION = 1 << 0, /* how many tokens stand before them in their window or, without
                                        windows, in their unit: 0 to 15 each, then between powers of two */
    PLX_BREAKDOWN_ORDER = 1 << 1,    /* length of the n-gram found; needs PLX_MATCHED_ORDER */
    PLX_BREAKDOWN_FREQUENCY = 1 << 2, /* how often a training corpus has them: never, once, 2–9, 10–99, …;
                                         needs `counts` */
    PLX_BREAKDOWN_DOCUMENT = 1 << 3, /* what their document costs on average, in steps of half a nat */
    PLX_BREAKDOWN_UNKNOWN = 1 << 4,  /* whether the token right before them is unknown, known, or none */
    PLX_BREAKDOWN_ALL = 1 << 5       /* all of these that model and options allow */
};

/* How often each token of a vocabulary occurs in a corpus. */
struct plx_token_counts {
    uint64_t *counts; /* [vocabulary] */
    uint64_t vocabulary;
    uint64_t tokens;  /* in all, unknown ones too */
    uint64_t unknown; /* of them; they are not in counts, even where they have an id */
    char sha256[65];  /* of the corpus, as plx_corpus_sha256 has it; "": not known */
};

/* Counts the tokens of a corpus as plx_evaluate would have them with these options, of which it takes the
   protocol, the threads, progress and interruption: everything that the protocol keeps, scored or not, behind
   its limit too; unknown tokens are never refused. *counts is to be released with plx_token_counts_release,
   in any case. PLX_UNSUPPORTED where plx_token_counts_possible says no; the errors of plx_evaluate but
   those of scoring. Any thread, as plx_evaluate. */
PLX_API enum plx_status plx_token_counts_make(const struct plx_model *model, struct plx_corpus *corpus,
                                              const struct plx_evaluate_options *options,
                                              struct plx_token_counts *counts, struct plx_error *error);

/* Whether the model sees tokens of a vocabulary in the corpus, so that they can be counted: not where it
   takes any word and has no ids for them. Any thread. */
PLX_API bool plx_token_counts_possible(const struct plx_model *model, const struct plx_corpus *corpus);

/* Releases what counting has allocated; what is empty is fine. */
PLX_API void plx_token_counts_release(struct plx_token_counts *counts);

/* How many tokens plx_breakdown_options can ask for. */
#define PLX_EXTREMES_MAX 1000

/* A document and its score. */
struct plx_document_score {
    uint64_t number; /* which document of the corpus, from 0, as first_document of struct plx_corpus_options
                        counts */
    struct plx_word id;    /* that the corpus gives it; {NULL, 0} if none */
    uint64_t tokens;       /* scored, at least one */
    uint64_t infinite;     /* of them, of zero probability */
    uint64_t bytes;        /* of the original, that the scored tokens stand for; 0 where that is not known */
    double nats;           /* their sum; +infinity is possible */
    double nats_per_token; /* their mean, rounded once */
};

/* Takes the next document with a scored token, in the order of the corpus, in the thread that evaluates; what
   it points to is borrowed for the call. A failure ends the evaluation with it. */
typedef enum plx_status plx_document_sink(void *user, const struct plx_document_score *document,
                                          struct plx_error *error);

/* What is wanted beside the sums. Zero-initialised is nothing. All is borrowed for the call. */
struct plx_breakdown_options {
    unsigned parts;                        /* of enum plx_breakdown */
    const struct plx_token_counts *counts; /* for PLX_BREAKDOWN_FREQUENCY; NULL: none */
    size_t worst, best; /* list so many tokens that cost most and least, PLX_EXTREMES_MAX at most, with
                           what stands around them; of those that cost the same the first ones */
    plx_document_sink *documents; /* gets every document that has a scored token; NULL: nobody */
    void *documents_user;         /* its first argument */
};

/* Names a breakdown as the program does ("position"); NULL past the end. Static. Any thread. */
PLX_API const char *plx_breakdown_name(size_t index);

/* Finds the breakdown of that name; 0 if there is none. Any thread. */
PLX_API unsigned plx_breakdown_parse(const char *name);

/* Writes breakdowns, worst and best tokens as tables for people, UTF-8; an empty text where none were asked
   for. *text is to be freed with plx_text_free, NULL on failure; it ends with a NUL, which *length does not
   count. PLX_MEMORY. Any thread. */
PLX_API enum plx_status plx_breakdown_text(const struct plx_result *result, char **text, size_t *length,
                                           struct plx_error *error);

#ifdef __cplusplus
}
#endif
#endif

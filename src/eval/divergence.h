/* What a comparison of two models' distributions leaves behind; src/report turns it into text. */
#ifndef PLX_EVAL_DIVERGENCE_H
#define PLX_EVAL_DIVERGENCE_H

#include <perplex/divergence.h>

#include "corpus/document_range.h"
#include "eval/divergence_sums.h"
#include "eval/warnings.h"
#include "eval/windows.h"

/* Strings are static or owned by the divergence. */
struct plx_divergence_model {
    char *name; /* owned */
    const char *format, *kind, *architecture;
    unsigned order;
    uint64_t vocabulary, parameters;
    const char *fingerprint;
    char sha256[65];
};

struct plx_divergence {
    struct plx_divergence_sums sums; /* finished */
    struct plx_divergence_model base, model;
    struct plx_plan plan; /* not of stored logits */
    uint64_t tokens;      /* scored and skipped */
    struct plx_skipped skipped;
    uint64_t skipped_unknown;
    uint64_t unknown, literal; /* unknown tokens, compared or not, and those that spell the unknown symbol */
    struct plx_warnings warnings;
    uint64_t stored_context, stored_chunks; /* of stored logits: tokens of a chunk, and chunks; else 0 */
    char *corpus_name;                      /* NULL: the tokens are those of the stored logits */
    const char *corpus_format;
    size_t files;
    char corpus_sha256[65];
    char document_range[PLX_DOCUMENT_RANGE_TEXT]; /* of the corpus; "": all documents */
    unsigned threads;
    size_t batch;
    double seconds;
};

/* Fills in what a model is. PLX_MEMORY. */
enum plx_status plx_divergence_describe(struct plx_divergence_model *side, const struct plx_model *model,
                                        struct plx_error *error);

/* Likewise the corpus, which has been read to its end. */
enum plx_status plx_divergence_describe_corpus(struct plx_divergence *divergence, struct plx_corpus *corpus,
                                               struct plx_error *error);

/* PLX_UNSUPPORTED for a model that does not give full distributions. */
enum plx_status plx_divergence_check_model(const struct plx_model *model, struct plx_error *error);

#endif

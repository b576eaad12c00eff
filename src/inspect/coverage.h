/* How much of a corpus a model knows. */
#ifndef PLX_INSPECT_COVERAGE_H
#define PLX_INSPECT_COVERAGE_H

#include "inspect/inspection.h"
#include "inspect/positions.h"
#include "inspect/types.h"

/* Under way. Zero-initialised is empty but for what plx_coverage_init sets. */
struct plx_coverage {
    const struct plx_model *model;
    const struct plx_model_info *info;
    enum plx_coverage_by by;
    bool words;       /* the tokens are words, or strings that may be */
    uint64_t *counts; /* [V] of the ids; by strings only */
    uint64_t tokens, known, literal;
    struct plx_type_table unknown;  /* literal ones left out */
    struct plx_type_table literals; /* spelled as an unknown symbol */
    uint64_t known_types;           /* by ids: counted at the end by who knows them */
    struct plx_occurrence start, end, out_of_range;
    struct plx_positions positions;
    struct plx_occurrence no_byte; /* tokens that should be bytes, by a model of bytes without vocabulary */
    bool bytes;                    /* it is one */
    bool unordered;                /* there were tokens whose places are not known */
};

/* For a corpus of that content, and of those tokens if it is text. */
enum plx_status plx_coverage_init(struct plx_coverage *coverage, const struct plx_model *model,
                                  const struct plx_corpus_info *corpus, uint64_t most_types,
                                  struct plx_error *error);

/* Tokens of the chunk, as strings; `chunk` is for places: [count] words into its text, or its tokens. */
enum plx_status plx_coverage_words(struct plx_coverage *coverage, const struct plx_chunk *chunk,
                                   const struct plx_word *words, size_t count, struct plx_error *error);

/* A token that occurs so often, places unknown. */
enum plx_status plx_coverage_type(struct plx_coverage *coverage, struct plx_word word, uint64_t times,
                                  struct plx_error *error);

/* The ids of the chunk. */
enum plx_status plx_coverage_ids(struct plx_coverage *coverage, const struct plx_chunk *chunk,
                                 struct plx_error *error);

/* The summary; lists at most `top` unknown tokens. The coverage is of no use afterwards. */
enum plx_status plx_coverage_finish(struct plx_coverage *coverage, const struct plx_inspected_corpus *corpus,
                                    size_t top, struct plx_inspected_coverage **inspected,
                                    struct plx_error *error);

void plx_coverage_release(struct plx_coverage *coverage);

#endif

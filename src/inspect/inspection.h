/* What an inspection leaves behind; src/report turns it into text. */
#ifndef PLX_INSPECT_INSPECTION_H
#define PLX_INSPECT_INSPECTION_H

#include <perplex/inspect.h>

#include "corpus/document_range.h"
#include "corpus/tokenize.h"
#include "inspect/findings.h"
#include "inspect/lengths.h"

/* A medium and what it holds. */
struct plx_inspected_file {
    uint64_t medium_bytes; /* as it lies there; 0: there is none */
    uint64_t bytes;        /* uncompressed */
};

/* A symbol with a role. */
struct plx_inspected_symbol {
    uint32_t id;    /* PLX_NO_TOKEN: the model has none */
    char *spelling; /* owned; NULL where the model has no strings */
    size_t length;
};

/* Σ p over the vocabulary in one context. */
struct plx_inspected_sum {
    bool known;
    uint64_t types;      /* that were summed over */
    bool without_start;  /* the start symbol is no outcome, and was left out */
    unsigned context;    /* how many symbols stand before; 0: the empty context */
    uint32_t context_id; /* which */
    double sum;
};

struct plx_inspected_deep; /* deep.h */

/* A tensor of a model that consists of some; its numbers are of the elements that are finite. */
struct plx_inspected_tensor {
    char *name;        /* owned */
    char role[64];     /* in the model; "" for none */
    const char *dtype; /* static */
    unsigned dimensions;
    uint64_t shape[8];
    uint64_t elements;
    double norm;            /* the square root of the sum of squares */
    double least, greatest; /* 0 without finite elements */
    uint64_t non_finite;
    uint64_t first[8]; /* [dimensions] where the first of these stands */
};

struct plx_inspected_model {
    char *name;                            /* owned */
    struct plx_model_info info;            /* its strings are static */
    uint64_t *ngrams;                      /* [info.order] or NULL; owned */
    struct plx_model_property *properties; /* [info.property_count]; owned */
    char *property_texts;                  /* of those that have one; owned */
    struct plx_inspected_file file;
    struct plx_inspected_symbol start, end, unknown;
    bool unknown_scored;
    double unknown_nats; /* of the unknown symbol without context */
    struct plx_inspected_sum sum;
    struct plx_inspected_tensor *tensors; /* [tensor_count]; owned */
    size_t tensor_count;
    struct plx_findings findings;
    struct plx_inspected_deep *deep; /* owned; NULL: it was not asked for */
};

struct plx_inspected_corpus {
    char *name; /* owned */
    struct plx_corpus_info info;
    struct plx_inspected_file file;
    char sha256[65];
    struct plx_text_counts text; /* of a corpus of text */
    uint64_t blank_lines;
    uint64_t longest_line_bytes;               /* without its end */
    struct plx_lengths line_bytes, line_words; /* of the lines that are not blank, likewise */
    struct plx_lengths document_tokens;        /* of a corpus of tokens */
    uint64_t longest_line;                     /* its number in its file, from 1; 0: there is none */
    uint64_t tokens;                           /* without line ends, but for characters and bytes */
    uint64_t types;                            /* distinct tokens */
    bool types_exact;                          /* false: there are more */
    uint32_t lowest_id, highest_id;            /* of a corpus of ids that has tokens */
    struct plx_findings findings;
};

/* What decides whether the model knows a token. */
enum plx_coverage_by {
    PLX_COVERAGE_NONE,    /* nothing: it has no vocabulary for these tokens */
    PLX_COVERAGE_ANY,     /* it knows all */
    PLX_COVERAGE_STRINGS, /* its vocabulary of strings */
    PLX_COVERAGE_IDS      /* its number of types */
};

struct plx_unknown_token {
    char *text; /* owned */
    size_t length;
    uint64_t count;
};

/* What might make more tokens known. */
struct plx_coverage_guess {
    const char *code; /* static */
    char message[256];
    uint64_t tokens; /* how many more */
};

#define PLX_COVERAGE_GUESSES 4

struct plx_inspected_coverage {
    enum plx_coverage_by by;
    uint64_t tokens, known, unknown; /* tokens = known + unknown */
    uint64_t literal;                /* of the unknown ones, spelled as the unknown symbol */
    uint64_t known_types, unknown_types;
    bool types_exact;              /* false: there are more unknown types */
    struct plx_unknown_token *top; /* [top_count], the most frequent first, literal ones left out */
    size_t top_count;
    struct plx_coverage_guess guesses[PLX_COVERAGE_GUESSES];
    size_t guess_count;
    struct plx_findings findings;
};

struct plx_inspection {
    struct plx_inspected_model *model; /* NULL: none was given; likewise */
    struct plx_inspected_corpus *corpus;
    struct plx_inspected_coverage *coverage; /* with both */
    double seconds;
};

#endif

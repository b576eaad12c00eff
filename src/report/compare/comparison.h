/* Results beside a baseline: what compare.c finds out of them, gate_judge.c holds conditions against, and
   compare_text.c, compare_json.c, compare_junit.c and compare_github.c write. */
#ifndef PLX_REPORT_COMPARISON_H
#define PLX_REPORT_COMPARISON_H

#include <perplex/gate.h>

#include "base/buffer.h"
#include "report/comparability.h"
#include "report/compare/moved.h"

#include <cjson/cJSON.h>

/* The figures of a result, the first three of its tokens, the others of its text. */
enum plx_figure {
    PLX_FIGURE_NATS,
    PLX_FIGURE_BITS,
    PLX_FIGURE_PERPLEXITY,
    PLX_FIGURE_BYTE,
    PLX_FIGURE_CHARACTER,
    PLX_FIGURE_WORD,
    PLX_FIGURE_COUNT
};

/* The key of each in JSON. */
extern const char *const plx_figure_keys[PLX_FIGURE_COUNT];

/* A result. The strings belong to `json`, but for `path` and `file`, which belong to it. */
struct plx_compared {
    cJSON *json;
    char *path; /* where it was read */
    char *file; /* what it is called: its path, unless somebody has said otherwise */
    const char *model, *corpus, *protocol;
    uint64_t tokens, scored, scored_bytes, unknown, infinite;
    double figures[PLX_FIGURE_COUNT];
};

/* What the noise of a difference is judged by, the best first. */
enum plx_pairing {
    PLX_PAIRED_TOKENS, /* per-token files of both */
    PLX_PAIRED_BLOCKS, /* the sums of blocks of the same tokens that both results carry */
    PLX_UNPAIRED       /* the noise of each one by itself */
};

/* What is drawn again and again. */
enum plx_drawn {
    PLX_DRAWN_DOCUMENTS,
    PLX_DRAWN_BLOCKS, /* of neighbouring tokens */
    PLX_DRAWN_NOTHING /* too little for that, of an unpaired test: tokens are taken as independent */
};

/* The difference NEW - BASE in nats per token, and its noise. */
struct plx_interval_test {
    enum plx_pairing pairing;
    enum plx_drawn drawn;
    bool known;      /* false: nothing can be said (too few tokens or blocks, infinite values) */
    size_t blocks;   /* how many are drawn from */
    uint64_t tokens; /* that are compared */
    size_t length;   /* of a block in tokens, or in documents; 0: the results' blocks */
    size_t resamples;
    size_t freedom; /* of Student's t where that makes the interval, for draws could not; else 0 */
    uint64_t seed;
    double difference, standard_error, low, high, p_value;
    double independent_low, independent_high; /* the interval were tokens independent */
};

#define PLX_COMPARISON_WARNINGS 8
#define PLX_COMPARISON_WARNING  1024

/* What makes a comparison doubtful. */
struct plx_comparison_warning {
    const char *code;
    char message[PLX_COMPARISON_WARNING];
};

/* BASE beside one NEW. */
struct plx_pair {
    struct plx_compared other; /* NEW */
    struct plx_comparability comparability;
    enum plx_verdict verdict;
    char reason[256];                  /* a sentence */
    double changes[PLX_FIGURE_COUNT];  /* NEW - BASE; of the perplexity NEW / BASE */
    struct plx_interval_test test;     /* by the best pairing that there is */
    struct plx_interval_test unpaired; /* always */
    struct plx_moved moved;            /* empty but for PLX_PAIRED_TOKENS */
    char *files[2];                    /* the per-token files that were paired, owned; else NULL */
    struct plx_comparison_warning warnings[PLX_COMPARISON_WARNINGS];
    size_t warning_count;
    struct plx_outcome
        *outcomes; /* [outcome_count], gate.h: of each condition that it has been held against */
    size_t outcome_count;
};

struct plx_comparison {
    struct plx_compared base;
    struct plx_pair *pairs; /* [pair_count] */
    size_t pair_count;
    enum plx_gate_verdict gate;
    char gate_reason[1024];
};

/* The verdict as JSON has it: "worse". */
const char *plx_verdict_name(enum plx_verdict verdict);

/* A warning more; those beyond PLX_COMPARISON_WARNINGS are dropped. */
void plx_pair_warn(struct plx_pair *pair, const char *code, const char *format, ...) PLX_PRINTF(3, 4);

enum plx_status plx_comparison_text(const struct plx_comparison *comparison, struct plx_buffer *out,
                                    struct plx_error *error);
enum plx_status plx_comparison_json(const struct plx_comparison *comparison, struct plx_buffer *out,
                                    struct plx_error *error);

/* As JUnit XML, and as commands of GitHub's workflows. It has been judged. */
enum plx_status plx_comparison_junit(const struct plx_comparison *comparison, struct plx_buffer *out,
                                     struct plx_error *error);
enum plx_status plx_comparison_github(const struct plx_comparison *comparison, struct plx_buffer *out,
                                      struct plx_error *error);

#endif

/* The lint of an n-gram model: every deviation that is looked for, found or not; what is stored, in figures;
   and whether probabilities sum to 1 in contexts that the model itself makes up. */
#ifndef PLX_INSPECT_DEEP_H
#define PLX_INSPECT_DEEP_H

#include "inspect/inspection.h"

/* A deviation that is looked for. */
struct plx_inspected_check {
    const char *code, *what; /* static */
    bool known;              /* false: this format cannot tell */
    bool refused;            /* what has it is not opened */
    uint64_t count;          /* how often it was met */
    uint64_t line;           /* of the first; 0: not known */
};

/* Bins of half a power of ten: bin i has −(i + 1)/2 < log10 p ≤ −i/2, the last all that is lower. */
#define PLX_INSPECTED_BINS      17
#define PLX_INSPECTED_BIN_WIDTH 0.5

/* Of a number of log10 values, or sums. NaN where there are none; the mean also where log10 values add up to
   more than ±2^63. */
struct plx_inspected_range {
    double minimum, mean, maximum;
};

/* What is stored of one order: log10. */
struct plx_inspected_values {
    uint64_t minus_99;                 /* log10 p is −99 */
    uint64_t zero;                     /* −infinity */
    uint64_t not_a_number;             /* p or backoff; of damaged files */
    uint64_t bins[PLX_INSPECTED_BINS]; /* of all other p */
    struct plx_inspected_range probabilities;
    double median;                       /* the lower of the two in the middle; both of the binned ones */
    struct plx_inspected_range backoffs; /* of the finite ones; of all orders but the highest */
    uint64_t zero_backoffs, infinite_backoffs;
};

/* Σ p over the types that are outcomes, in contexts of one length. */
struct plx_inspected_contexts {
    unsigned length;
    size_t count, stored; /* contexts; those of them that are n-grams of the model */
    struct plx_inspected_range sums;
    double unknown;                     /* mean p of the unknown symbol; NaN if there is none */
    double worst_sum;                   /* the one furthest from 1, */
    struct plx_inspected_symbol *worst; /* [length]: and where; owned. NULL: there was no context */
};

struct plx_inspected_deep {
    uint64_t seed;
    struct plx_inspected_check *checks; /* [check_count]; owned */
    size_t check_count;
    struct plx_inspected_values *values;     /* [info.order]; NULL: they cannot be had; owned */
    bool summed;                             /* false: the vocabulary is too large to be summed over */
    uint64_t types;                          /* that were summed over */
    bool without_start;                      /* the start symbol is no outcome */
    double start_nats;                       /* −ln p of it without context; NaN if there is none */
    struct plx_inspected_contexts *contexts; /* [info.order], by length from 0; NULL unless summed; owned */
    size_t drawn;                            /* tokens that were drawn for them */
    double unknown; /* mean p of the unknown symbol after all contexts but the empty one; NaN if none */
};

/* Looks into an n-gram model; PLX_UNSUPPORTED, by its kind, for others; PLX_INTERRUPTED, PLX_MEMORY. *deep
   is to be freed; NULL on failure. */
enum plx_status plx_inspect_deep(const struct plx_model *model, const struct plx_inspect_options *options,
                                 struct plx_inspected_deep **deep, struct plx_error *error);

void plx_inspected_deep_free(struct plx_inspected_deep *deep, unsigned order); /* NULL is fine */

/* Its parts: what is stored (order by order), contexts, and what was looked for, for which the others must be
   known. */
enum plx_status plx_deep_values(const struct plx_model *model, const struct plx_model_options *options,
                                unsigned order, struct plx_inspected_values *values, struct plx_error *error);
enum plx_status plx_deep_sums(const struct plx_model *model, const struct plx_model_options *options,
                              struct plx_inspected_deep *deep, struct plx_error *error);
enum plx_status plx_deep_checks(const struct plx_model *model, struct plx_inspected_deep *deep,
                                struct plx_error *error);

#endif

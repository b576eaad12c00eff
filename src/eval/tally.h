/* What is summed over scored tokens: exact, and mergeable in any order. */
#ifndef PLX_EVAL_TALLY_H
#define PLX_EVAL_TALLY_H

#include "base/exact.h"
#include "eval/plan.h"

struct plx_tally {
    struct plx_exact *orders; /* [order_count] cross-entropies by the length of the n-gram found; their merger
                                 is the total */
    unsigned order_count;
    struct plx_exact unknown;       /* those of unknown tokens among them */
    struct plx_exact unknown_zeros; /* of these, with log10 p ≤ −99: the unknown symbol has no probability */
    struct plx_exact blank_ends;    /* of the end symbols of blank lines */
    struct plx_exact
        zeros; /* of known tokens with log10 p ≤ −99, blank lines' ends apart; infinite ones too */
    uint64_t bytes, characters, words; /* of the original, of the scored tokens */
    uint64_t literal;                  /* unknown tokens that spell the unknown symbol */
    uint64_t unknown_tokens;           /* scored or not */
    uint64_t skipped_unknown;
    uint64_t unanswered; /* targets that the model has no score for */
    uint64_t ends;       /* scored end symbols */
};

enum plx_status plx_tally_init(struct plx_tally *tally, unsigned order, struct plx_error *error);
void plx_tally_clear(struct plx_tally *tally);
void plx_tally_release(struct plx_tally *tally);
void plx_tally_merge(struct plx_tally *into, const struct plx_tally *from);

/* Targets that were scored, or skipped for being unknown. */
uint64_t plx_tally_targets(const struct plx_tally *tally);

/* All cross-entropies. */
struct plx_exact plx_tally_total(const struct plx_tally *tally);

/* from − part, for a part of what was added to from. Overflow and invalid marks stay. */
struct plx_exact plx_tally_without(const struct plx_exact *from, const struct plx_exact *part);

#endif

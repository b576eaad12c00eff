/* What makes one protocol's number differ from another's, in words and in counts. */
#ifndef PLX_EVAL_EXPLAIN_NOTES_H
#define PLX_EVAL_EXPLAIN_NOTES_H

#include "eval/result.h"

/* Of all that the pass has read, scored or not. */
struct plx_explain_totals {
    uint64_t blank_ends;    /* end symbols of blank lines */
    uint64_t unknown;       /* unknown tokens but spelled-out unknown symbols */
    uint64_t control_words; /* words spelled as the start or the end symbol */
};

/* How the scored targets of a protocol have fared. */
struct plx_explain_fates {
    uint64_t same;     /* have a score that is theirs */
    uint64_t less;     /* see less context than the pass shows them */
    uint64_t more;     /* more */
    uint64_t other;    /* as much, but another one */
    uint64_t unscored; /* the pass does not score them */
};

/* True if under the other plan the tokens are not those that the pass reads, or may not be; says why. */
bool plx_explain_parts(const struct plx_result *first, const struct plx_plan *other,
                       const struct plx_explain_totals *totals, char *reason, size_t capacity);

/* The same where that can be seen beforehand. */
bool plx_explain_surely_parts(const struct plx_plan *first, const struct plx_plan *other);

/* Why such targets need a pass of their own. */
void plx_explain_fates(const struct plx_explain_fates *fates, char *reason, size_t capacity);

/* What makes `result` differ from `first`; NULL: what it scores. */
void plx_explain_notes(const struct plx_result *result, const struct plx_result *first,
                       const struct plx_explain_totals *totals, struct plx_explanation *explanation);

#endif

/* The conditions of a gate, and what becomes of them. */
#ifndef PLX_REPORT_GATE_H
#define PLX_REPORT_GATE_H

#include <perplex/gate.h>

#include "report/compare/comparison.h"
#include "report/metric.h"

#include <cjson/cJSON.h>

enum plx_relation {
    PLX_RELATION_ABOVE,
    PLX_RELATION_AT_LEAST,
    PLX_RELATION_BELOW,
    PLX_RELATION_AT_MOST,
    PLX_RELATION_EQUAL,
    PLX_RELATION_OTHER
};

struct plx_condition {
    char *text;          /* owned: "ppl > +0.5%", whatever blanks were given */
    size_t name;         /* how many bytes of it the metric's name has */
    size_t line;         /* among the texts given, from 1 */
    size_t column;       /* of the metric's name in that text, from 1 */
    size_t significance; /* the column of `significant`; 0: not given */
    enum plx_relation relation;
    bool of_change, percent;
    double bound;
};

struct plx_gate {
    struct plx_condition *conditions; /* [count] */
    size_t count, capacity;
};

/* Where a condition leaves a result. */
enum plx_outcome_state {
    PLX_OUTCOME_PASSED,
    PLX_OUTCOME_FAILED,
    PLX_OUTCOME_UNKNOWN, /* it cannot be told, and that fails too */
    PLX_OUTCOME_REFUSED  /* the numbers may not be compared */
};

/* A condition held against a result. */
struct plx_outcome {
    char *condition; /* owned: its text */
    size_t name;     /* the bytes of it that are the metric's name */
    char metric[PLX_METRIC_PATH];
    enum plx_outcome_state state;
    enum plx_relation relation;
    bool of_change, percent, significant;
    bool of_text;             /* the metric is a figure per byte, character or word */
    bool has_base, has_value; /* whether the results have such a number */
    double base, value;
    double change; /* value - base; in percent where the condition is; NaN where there is none */
    double bound;
    char reason[512]; /* in one line, visible */
};

/* Whether the relation is that of the condition; false for NaN. */
bool plx_relation_holds(enum plx_relation relation, double value, double bound);

/* Finds the metric that a condition is about: a number that is known, or that one of `results` ([count]) has.
 * `path` keeps what *metric points to. PLX_USAGE with line and column of the condition. */
enum plx_status plx_condition_metric(const struct plx_condition *condition, const cJSON *const *results,
                                     size_t count, struct plx_metric *metric, char path[PLX_METRIC_PATH],
                                     struct plx_error *error);

/* Puts the outcome in words, into its `reason`. */
void plx_outcome_explain(struct plx_outcome *outcome, const struct plx_comparison *comparison,
                         const struct plx_pair *pair);

/* Puts in words what the gate says in all, whose `gate` is set: that of `count` outcomes this is the first
   one of its kind, of the result `file`. */
void plx_gate_sum_up(struct plx_comparison *comparison, const struct plx_outcome *outcome, const char *file,
                     size_t count);

/* The side whose model has no fingerprint; NULL where both have. */
const struct plx_compared *plx_without_fingerprint(const struct plx_comparison *comparison,
                                                   const struct plx_pair *pair);

/* "passed", "failed", "unknown" or "refused". */
const char *plx_outcome_name(enum plx_outcome_state state);

void plx_outcomes_free(struct plx_outcome *outcomes, size_t count);

#endif

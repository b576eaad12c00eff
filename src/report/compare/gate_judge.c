/* Holds the conditions of a gate against results. */
#include "base/memory.h"
#include "report/compare/comparison.h"
#include "report/compare/gate.h"
#include "report/result/result_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool plx_relation_holds(enum plx_relation relation, double value, double bound)
{
    switch (relation) {
    case PLX_RELATION_ABOVE: return value > bound;
    case PLX_RELATION_AT_LEAST: return value >= bound;
    case PLX_RELATION_BELOW: return value < bound;
    case PLX_RELATION_AT_MOST: return value <= bound;
    case PLX_RELATION_EQUAL: return value == bound;
    case PLX_RELATION_OTHER: return value < bound || value > bound;
    }
    return false;
}

const char *plx_outcome_name(enum plx_outcome_state state)
{
    static const char *const names[] = {[PLX_OUTCOME_PASSED] = "passed",
                                        [PLX_OUTCOME_FAILED] = "failed",
                                        [PLX_OUTCOME_UNKNOWN] = "unknown",
                                        [PLX_OUTCOME_REFUSED] = "refused"};
    return names[state];
}

void plx_outcomes_free(struct plx_outcome *outcomes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(outcomes[i].condition);
    free(outcomes);
}

/* In percent from 0, it is infinite, as is what comes down from infinity; but nothing is no change of
 * nothing.
 */
static double find_change(const struct plx_outcome *outcome)
{
    const double change = outcome->value - outcome->base;
    if (!outcome->percent || change == 0 || isinf(change))
        return change;
    return 100 * change / fabs(outcome->base);
}

/* Whether the cross-entropy changes in the same direction, and beyond noise; false in *known where that
   cannot be told. */
static bool is_significant(const struct plx_outcome *outcome, const struct plx_pair *pair, bool *known)
{
    const struct plx_interval_test *test = &pair->test;
    *known = pair->comparability.level == PLX_COMPARABLE_TOKENS && test->known && !isnan(test->low) &&
             !isnan(test->high);
    return *known && (outcome->change > 0 ? test->low > 0 : test->high < 0);
}

static enum plx_outcome_state judge(const struct plx_outcome *outcome, const struct plx_pair *pair)
{
    const double judged = outcome->of_change ? outcome->change : outcome->value;
    bool known;
    if (!outcome->has_value || (outcome->of_change && !outcome->has_base) || isnan(judged))
        return PLX_OUTCOME_UNKNOWN;
    if (!plx_relation_holds(outcome->relation, judged, outcome->bound))
        return PLX_OUTCOME_PASSED;
    if (!outcome->significant || is_significant(outcome, pair, &known))
        return PLX_OUTCOME_FAILED;
    return known ? PLX_OUTCOME_PASSED : PLX_OUTCOME_UNKNOWN;
}

static bool has_fingerprint(const struct plx_compared *side)
{
    const cJSON *fingerprint = plx_result_member(plx_result_member(side->json, "model"), "fingerprint");
    return cJSON_IsString(fingerprint) && strcmp(fingerprint->valuestring, "none") != 0;
}

const struct plx_compared *plx_without_fingerprint(const struct plx_comparison *comparison,
                                                   const struct plx_pair *pair)
{
    if (!has_fingerprint(&comparison->base))
        return &comparison->base;
    return has_fingerprint(&pair->other) ? NULL : &pair->other;
}

/* Whether the metric of the two results may be judged at all. */
static bool may_judge(const struct plx_comparison *comparison, const struct plx_pair *pair,
                      const struct plx_metric *metric)
{
    const enum plx_comparable needed = metric->of_text ? PLX_COMPARABLE_TEXT : PLX_COMPARABLE_TOKENS;
    return pair->comparability.level >= needed && !plx_without_fingerprint(comparison, pair);
}

static enum plx_status judge_condition(const struct plx_comparison *comparison, struct plx_pair *pair,
                                       const struct plx_condition *condition, const struct plx_metric *metric,
                                       struct plx_error *error)
{
    struct plx_outcome *outcome = pair->outcomes + pair->outcome_count;
    *outcome = (struct plx_outcome){.name = condition->name,
                                    .relation = condition->relation,
                                    .of_change = condition->of_change,
                                    .percent = condition->percent,
                                    .significant = condition->significance > 0,
                                    .of_text = metric->of_text,
                                    .base = (double)NAN,
                                    .value = (double)NAN,
                                    .bound = condition->bound};
    if (!(outcome->condition = plx_copy_string(condition->text, strlen(condition->text), error)))
        return PLX_MEMORY;
    pair->outcome_count++;
    snprintf(outcome->metric, sizeof outcome->metric, "%s", metric->path);
    outcome->has_base = plx_metric_value(metric, comparison->base.json, &outcome->base);
    outcome->has_value = plx_metric_value(metric, pair->other.json, &outcome->value);
    outcome->change = find_change(outcome);
    outcome->state = may_judge(comparison, pair, metric) ? judge(outcome, pair) : PLX_OUTCOME_REFUSED;
    plx_outcome_explain(outcome, comparison, pair);
    return PLX_OK;
}

/* What the comparison has been held against. */
static void forget(struct plx_comparison *comparison)
{
    for (size_t i = 0; i < comparison->pair_count; i++) {
        struct plx_pair *pair = comparison->pairs + i;
        plx_outcomes_free(pair->outcomes, pair->outcome_count);
        pair->outcomes = NULL;
        pair->outcome_count = 0;
    }
    comparison->gate = PLX_GATE_OPEN;
    *comparison->gate_reason = '\0';
}

/* A metric is the same one for all pairs, whichever result has it. */
static enum plx_status judge_all(struct plx_comparison *comparison, const struct plx_gate *gate,
                                 const cJSON *const *results, struct plx_error *error)
{
    char path[PLX_METRIC_PATH];
    struct plx_metric metric;
    enum plx_status status = PLX_OK;
    for (size_t i = 0; i < comparison->pair_count && status == PLX_OK; i++) {
        struct plx_pair *pair = comparison->pairs + i;
        pair->outcomes = plx_new_array(gate->count, sizeof *pair->outcomes, error);
        status = pair->outcomes ? PLX_OK : PLX_MEMORY;
    }
    for (size_t k = 0; k < gate->count && status == PLX_OK; k++) {
        const struct plx_condition *condition = gate->conditions + k;
        status = plx_condition_metric(condition, results, comparison->pair_count + 1, &metric, path, error);
        for (size_t i = 0; i < comparison->pair_count && status == PLX_OK; i++)
            status = judge_condition(comparison, comparison->pairs + i, condition, &metric, error);
    }
    return status;
}

static enum plx_gate_verdict verdict_of(enum plx_outcome_state state)
{
    switch (state) {
    case PLX_OUTCOME_PASSED: return PLX_GATE_PASSED;
    case PLX_OUTCOME_REFUSED: return PLX_GATE_REFUSED;
    case PLX_OUTCOME_FAILED:
    case PLX_OUTCOME_UNKNOWN: break;
    }
    return PLX_GATE_FAILED;
}

/* One that fails says more than one that may not be judged; of several the first gives the reason. */
static void sum_up(struct plx_comparison *comparison)
{
    static const enum plx_gate_verdict order[] = {PLX_GATE_FAILED, PLX_GATE_REFUSED, PLX_GATE_PASSED};
    size_t counts[PLX_GATE_REFUSED + 1] = {0};
    const struct plx_outcome *first[PLX_GATE_REFUSED + 1] = {NULL};
    const char *files[PLX_GATE_REFUSED + 1] = {NULL};
    for (size_t i = 0; i < comparison->pair_count; i++) {
        const struct plx_pair *pair = comparison->pairs + i;
        for (size_t k = 0; k < pair->outcome_count; k++) {
            const enum plx_gate_verdict verdict = verdict_of(pair->outcomes[k].state);
            if (counts[verdict]++ == 0) {
                first[verdict] = pair->outcomes + k;
                files[verdict] = pair->other.file;
            }
        }
    }
    size_t i = 0;
    while (i + 1 < sizeof order / sizeof *order && counts[order[i]] == 0)
        i++;
    comparison->gate = order[i];
    plx_gate_sum_up(comparison, first[order[i]], files[order[i]], counts[order[i]]);
}

enum plx_status plx_comparison_judge(struct plx_comparison *comparison, const struct plx_gate *gate,
                                     struct plx_error *error)
{
    static const char *const usual = "nats > +0 significant";
    struct plx_gate *made = NULL;
    const cJSON **results = plx_new_array(comparison->pair_count + 1, sizeof *results, error);
    enum plx_status status = results ? PLX_OK : PLX_MEMORY;
    forget(comparison);
    if (status == PLX_OK && !gate)
        status = plx_gate_parse(&usual, 1, &made, error);
    if (status == PLX_OK) {
        results[0] = comparison->base.json;
        for (size_t i = 0; i < comparison->pair_count; i++)
            results[i + 1] = comparison->pairs[i].other.json;
        status = judge_all(comparison, gate ? gate : made, results, error);
    }
    if (status)
        forget(comparison);
    else
        sum_up(comparison);
    plx_gate_free(made);
    free(results);
    return status;
}

enum plx_gate_verdict plx_comparison_gate(const struct plx_comparison *comparison, const char **reason)
{
    *reason = comparison->gate_reason;
    return comparison->gate;
}

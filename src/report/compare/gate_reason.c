/* What becomes of the conditions of a gate, in words. */
#include "base/number.h"
#include "report/compare/comparison.h"
#include "report/compare/gate.h"
#include "report/result/result_file.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FILE_TEXT 160

/* Adds to the reason. What does not fit is left out. */
static void say(struct plx_outcome *outcome, const char *format, ...) PLX_PRINTF(2, 3);
static void say(struct plx_outcome *outcome, const char *format, ...)
{
    const size_t used = strlen(outcome->reason);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(outcome->reason + used, sizeof outcome->reason - used, format, arguments);
    va_end(arguments);
}

static int sign_of(double value)
{
    return (value > 0) - (value < 0);
}

/* With so many digits that the number that is read stands to the bound as the real one does. */
static void format_beside(double value, double bound, int digits, char text[PLX_NUMBER_TEXT])
{
    double read;
    do {
        const size_t length = plx_format_significant(value, digits, text);
        if (!isfinite(value) || !plx_parse_double(text, length, &read))
            return;
    } while (sign_of(read - bound) != sign_of(value - bound) && digits++ < 17);
}

static void format_bound(const struct plx_outcome *outcome, char text[PLX_NUMBER_TEXT + 4])
{
    char number[PLX_NUMBER_TEXT];
    plx_format_double(outcome->bound, number);
    snprintf(text, PLX_NUMBER_TEXT + 4, "%s%s%s", outcome->of_change && *number != '-' ? "+" : "", number,
             outcome->percent ? " %" : "");
}

/* "more than +0.5 %", or that it is not. */
static void say_relation(struct plx_outcome *outcome, bool holds)
{
    static const char *const words[][2] = {[PLX_RELATION_ABOVE] = {"not more than", "more than"},
                                           [PLX_RELATION_AT_LEAST] = {"less than", "no less than"},
                                           [PLX_RELATION_BELOW] = {"not below", "below"},
                                           [PLX_RELATION_AT_MOST] = {"above", "not above"},
                                           [PLX_RELATION_EQUAL] = {"which is not", "which is"},
                                           [PLX_RELATION_OTHER] = {"which is", "which is not"}};
    char bound[PLX_NUMBER_TEXT + 4];
    format_bound(outcome, bound);
    say(outcome, ", %s %s", words[outcome->relation][holds], bound);
}

/* Both values with as many digits as show the change. */
static void say_values(struct plx_outcome *outcome)
{
    const double change = fabs(outcome->value - outcome->base);
    char texts[2][PLX_FIXED_TEXT];
    const double values[] = {outcome->base, outcome->value};
    const bool whole = values[0] == floor(values[0]) && values[1] == floor(values[1]);
    const double digits = whole ? 0 : fmax(2, 2 - floor(log10(change)));
    for (size_t i = 0; i < 2; i++) {
        if (isfinite(change) && fabs(values[i]) < 1e7)
            plx_format_fixed(values[i], digits > 17 ? 17 : (unsigned)digits, texts[i]);
        else
            plx_format_double(values[i], texts[i]);
    }
    say(outcome, " (%s → %s)", texts[0], texts[1]);
}

static void say_change(struct plx_outcome *outcome)
{
    char number[PLX_NUMBER_TEXT];
    if (outcome->change == 0) {
        plx_format_significant(outcome->value, 6, number);
        say(outcome, " is unchanged (%s)", number);
        return;
    }
    format_beside(outcome->change, outcome->bound, 3, number);
    say(outcome, " %s by %s%s", outcome->change > 0 ? "rose" : "fell", number + (*number == '-'),
        outcome->percent ? " %" : "");
    say_values(outcome);
}

static void say_noise(struct plx_outcome *outcome, const struct plx_pair *pair)
{
    char low[PLX_NUMBER_TEXT], high[PLX_NUMBER_TEXT];
    if (outcome->state == PLX_OUTCOME_UNKNOWN) {
        say(outcome, ", but whether that is more than noise cannot be told");
        return;
    }
    for (int digits = 3; digits <= 17; digits++) {
        plx_format_significant(pair->test.low, digits, low);
        plx_format_significant(pair->test.high, digits, high);
        if (strcmp(low, high) != 0 || pair->test.low == pair->test.high)
            break;
    }
    say(outcome, ", %s: the 95 %% interval is %s to %s nats per token",
        outcome->state == PLX_OUTCOME_FAILED ? "and beyond noise" : "but within noise", low, high);
}

/* What was judged, and how it stands to the bound. */
static void explain_judged(struct plx_outcome *outcome, const struct plx_pair *pair)
{
    const double judged = outcome->of_change ? outcome->change : outcome->value;
    const bool holds = plx_relation_holds(outcome->relation, judged, outcome->bound);
    char number[PLX_NUMBER_TEXT];
    if (outcome->of_change) {
        say_change(outcome);
    } else {
        format_beside(outcome->value, outcome->bound, 6, number);
        say(outcome, " is %s", number);
    }
    say_relation(outcome, holds);
    if (holds && outcome->significant)
        say_noise(outcome, pair);
}

static void explain_unknown(struct plx_outcome *outcome, const struct plx_comparison *comparison,
                            const struct plx_pair *pair)
{
    const bool of_base = outcome->has_value && !isnan(outcome->value);
    char file[FILE_TEXT];
    plx_text_visible(of_base ? comparison->base.file : pair->other.file, file, sizeof file);
    say(outcome, " cannot be judged: ");
    if (!(of_base ? outcome->has_base : outcome->has_value))
        say(outcome, "%s has no such number%s", file,
            strncmp(outcome->metric, "distribution.", 13) == 0 ? ", which --distributions gives" : "");
    else if (isnan(of_base ? outcome->base : outcome->value))
        say(outcome, "it is no number in %s", file);
    else
        say(outcome, "it is infinite in both results, and their difference is no number");
}

static void say_field(struct plx_outcome *outcome, const cJSON *value)
{
    char number[PLX_NUMBER_TEXT], shown[FILE_TEXT];
    if (cJSON_IsString(value)) {
        plx_text_visible(value->valuestring, shown, sizeof shown);
        say(outcome, "\"%s\"", shown);
    } else if (cJSON_IsNumber(value)) {
        plx_format_double(value->valuedouble, number);
        say(outcome, "%s", number);
    } else {
        say(outcome, "%s", value ? "of another kind" : "absent");
    }
}

/* The first that forbids it: figures of the text are compared in spite of some. */
static const struct plx_difference *find_obstacle(const struct plx_outcome *outcome,
                                                  const struct plx_comparability *found)
{
    size_t i = 0;
    while (outcome->of_text && i + 1 < found->difference_count &&
           plx_difference_leaves_text(found->differences[i].field))
        i++;
    return found->differences + i;
}

static void explain_refused(struct plx_outcome *outcome, const struct plx_comparison *comparison,
                            const struct plx_pair *pair)
{
    const struct plx_comparability *found = &pair->comparability;
    const struct plx_difference *difference = find_obstacle(outcome, found);
    const struct plx_compared *unnamed = plx_without_fingerprint(comparison, pair);
    char file[FILE_TEXT];
    say(outcome, " cannot be judged: ");
    if (unnamed) {
        plx_text_visible(unnamed->file, file, sizeof file);
        say(outcome, "the model of %s has no fingerprint, so that nobody knows which one it is", file);
        return;
    }
    say(outcome, "the results are not comparable: %s is ", difference->field);
    say_field(outcome, difference->values[0]);
    say(outcome, " in BASE and ");
    say_field(outcome, difference->values[1]);
    say(outcome, " in NEW");
    if (found->difference_count > 1)
        say(outcome, ", and %zu more differ", found->difference_count - 1);
}

void plx_outcome_explain(struct plx_outcome *outcome, const struct plx_comparison *comparison,
                         const struct plx_pair *pair)
{
    const bool unknown_noise = outcome->significant && !isnan(outcome->change);
    snprintf(outcome->reason, sizeof outcome->reason, "%.*s", (int)outcome->name, outcome->condition);
    if (outcome->state == PLX_OUTCOME_REFUSED)
        explain_refused(outcome, comparison, pair);
    else if (outcome->state == PLX_OUTCOME_UNKNOWN && !unknown_noise)
        explain_unknown(outcome, comparison, pair);
    else
        explain_judged(outcome, pair);
}

void plx_gate_sum_up(struct plx_comparison *comparison, const struct plx_outcome *outcome, const char *file,
                     size_t count)
{
    char shown[FILE_TEXT] = "", more[48] = "";
    if (comparison->gate == PLX_GATE_PASSED) {
        snprintf(comparison->gate_reason, sizeof comparison->gate_reason, "no condition holds");
        return;
    }
    if (comparison->pair_count > 1)
        plx_text_visible(file, shown, sizeof shown);
    if (count > 1)
        snprintf(more, sizeof more, " (and %zu more condition%s)", count - 1, count > 2 ? "s" : "");
    snprintf(comparison->gate_reason, sizeof comparison->gate_reason, "%s%s%s%s", shown, *shown ? ": " : "",
             outcome->reason, more);
}

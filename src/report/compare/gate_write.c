#include "report/compare/gate_write.h"

#include "report/compare/gate.h"

#include <string.h>

#define WIDTH 79

static void write_outcome(struct plx_json_writer *json, const struct plx_outcome *outcome)
{
    plx_json_begin_object(json, NULL);
    plx_json_string(json, "condition", outcome->condition);
    plx_json_string(json, "outcome", plx_outcome_name(outcome->state));
    plx_json_string(json, "reason", outcome->reason);
    plx_json_string(json, "metric", outcome->metric);
    if (outcome->has_base)
        plx_json_double(json, "base", outcome->base);
    if (outcome->has_value)
        plx_json_double(json, "new", outcome->value);
    if (outcome->of_change && outcome->has_base && outcome->has_value)
        plx_json_double(json, outcome->percent ? "change_percent" : "change", outcome->change);
    plx_json_double(json, "bound", outcome->bound);
    plx_json_end_object(json);
}

void plx_gate_json_outcomes(struct plx_json_writer *json, const struct plx_pair *pair)
{
    if (!pair->outcomes)
        return;
    plx_json_begin_array(json, "gate");
    for (size_t i = 0; i < pair->outcome_count; i++)
        write_outcome(json, pair->outcomes + i);
    plx_json_end_array(json);
}

void plx_gate_json(struct plx_json_writer *json, const struct plx_comparison *comparison)
{
    static const char *const verdicts[] = {[PLX_GATE_OPEN] = "open",
                                           [PLX_GATE_PASSED] = "passed",
                                           [PLX_GATE_FAILED] = "failed",
                                           [PLX_GATE_REFUSED] = "refused"};
    if (comparison->gate == PLX_GATE_OPEN)
        return;
    plx_json_begin_object(json, "gate");
    plx_json_string(json, "verdict", verdicts[comparison->gate]);
    plx_json_string(json, "reason", comparison->gate_reason);
    plx_json_end_object(json);
}

/* In lines of WIDTH columns, further ones indented; an arrow counts as the three bytes that it has. */
static enum plx_status print_wrapped(struct plx_buffer *out, const char *text, struct plx_error *error)
{
    static const char indent[] = "    ";
    size_t column = sizeof indent - 1;
    enum plx_status status = plx_buffer_append_text(out, indent, error);
    for (const char *word = text; *word && status == PLX_OK;) {
        const size_t length = strcspn(word, " ");
        if (word > text && column + 1 + length > WIDTH) {
            status = plx_buffer_printf(out, error, "\n%s", indent);
            column = sizeof indent - 1;
        } else if (word > text) {
            status = plx_buffer_append_text(out, " ", error);
            column++;
        }
        column += length;
        if (status == PLX_OK)
            status = plx_buffer_append(out, word, length, error);
        word += length + strspn(word + length, " ");
    }
    return status ? status : plx_buffer_append_text(out, "\n", error);
}

enum plx_status plx_gate_text(struct plx_buffer *out, const struct plx_pair *pair, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    for (size_t i = 0; i < pair->outcome_count && status == PLX_OK; i++) {
        const struct plx_outcome *outcome = pair->outcomes + i;
        status = plx_buffer_printf(out, error, "%s%-8s %s\n", i == 0 ? "\n" : "",
                                   plx_outcome_name(outcome->state), outcome->condition);
        if (status == PLX_OK)
            status = print_wrapped(out, outcome->reason, error);
    }
    return status;
}

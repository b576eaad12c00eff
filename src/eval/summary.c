#include "eval/summary.h"

#include "base/error.h"

#include <string.h>

/* What differs without making a difference: a refusal to take symbols in a text for words, and where
   documents begin that are no units. */
static bool harmless(const char *name, const struct plx_protocol *given)
{
    if (strcmp(name, "control_words") == 0)
        return given->control_words == PLX_CONTROL_REFUSE;
    return strcmp(name, "pages") == 0 && given->unit != PLX_UNIT_DOCUMENT;
}

/* Names the first field that differs; false if none does. */
static bool name_difference(const struct plx_summary_format *format, const struct plx_protocol *given,
                            const struct plx_protocol *own, struct plx_error *error)
{
    char ours[2 * PLX_SYMBOL_TEXT], theirs[2 * PLX_SYMBOL_TEXT];
    const char *name;
    for (size_t i = 0; plx_protocol_field(given, i, &name, ours, sizeof ours, NULL); i++) {
        plx_protocol_field(own, i, &name, theirs, sizeof theirs, NULL);
        if (strcmp(ours, theirs) == 0 || harmless(name, given))
            continue;
        plx_error_set(error, PLX_USAGE, "the summary of %s has no number for %s %s: its own is %s",
                      format->name, name, ours, theirs);
        return true;
    }
    return false;
}

/* The tool's protocol as it is carried out with that model and corpus; as it is written where it cannot be.
 */
static enum plx_status settle_own(const struct plx_summary_format *format, const struct plx_model *model,
                                  const struct plx_corpus_info *corpus, const struct plx_protocol *given,
                                  struct plx_protocol *own, struct plx_error *error)
{
    struct plx_plan plan;
    format->protocol(plx_model_info(model), given, own);
    plx_plan_hold_symbols(given, own);
    const enum plx_status status = plx_plan_make(model, own, corpus, &plan, error);
    if (status == PLX_OK)
        *own = plan.protocol;
    else
        plx_protocol_resolve(own);
    return status == PLX_MEMORY ? status : PLX_OK;
}

bool plx_summary_allows(const struct plx_summary_format *format, const struct plx_plan *plan)
{
    return plan->protocol.average == PLX_AVERAGE_TOKEN && format->allows(plan);
}

enum plx_status plx_summary_check(const struct plx_summary_format *format, const struct plx_model *model,
                                  const struct plx_corpus_info *corpus, const struct plx_plan *plan,
                                  struct plx_error *error)
{
    struct plx_protocol own;
    if (plx_summary_allows(format, plan))
        return PLX_OK;
    const enum plx_status status = settle_own(format, model, corpus, &plan->protocol, &own, error);
    if (status)
        return status;
    if (name_difference(format, &plan->protocol, &own, error))
        return PLX_USAGE;
    return plx_error_set(error, PLX_UNSUPPORTED, "the summary of %s has no number for %s models",
                         format->name, plx_model_info(model)->architecture);
}

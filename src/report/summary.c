#include "report/summary.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct plx_summary_format *const FORMATS[] = {
    &plx_summary_kenlm, &plx_summary_srilm, &plx_summary_irstlm, &plx_summary_llama, &plx_summary_lm_eval};

#define FORMAT_COUNT (sizeof FORMATS / sizeof *FORMATS)

/* Longest piece of text that is written at once; names of files are written by themselves. */
#define PIECE 1024

static const struct plx_summary_format *find(const char *tool)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        if (strcmp(FORMATS[i]->name, tool) == 0)
            return FORMATS[i];
    }
    return NULL;
}

const char *plx_summary_name(size_t index)
{
    return index < FORMAT_COUNT ? FORMATS[index]->name : NULL;
}

const char *plx_summary_description(size_t index)
{
    return index < FORMAT_COUNT ? FORMATS[index]->description : NULL;
}

bool plx_summary_protocol(const char *tool, const struct plx_model_info *model, struct plx_protocol *protocol)
{
    const struct plx_summary_format *format = find(tool);
    if (!format)
        return false;
    format->protocol(model, protocol);
    plx_protocol_rename(protocol);
    return true;
}

enum plx_status plx_summary_open(const char *tool, const char *path, struct plx_summary **summary,
                                 struct plx_error *error)
{
    const struct plx_summary_format *format = find(tool);
    *summary = NULL;
    if (!format)
        return plx_error_set(error, PLX_USAGE, "there is no summary of a tool \"%s\"", tool);
    struct plx_summary *opened = plx_new_array(1, sizeof *opened, error);
    if (!opened)
        return PLX_MEMORY;
    opened->format = format;
    const enum plx_status status = plx_output_open(path, &opened->output, error);
    if (status) {
        free(opened);
        return status;
    }
    *summary = opened;
    return PLX_OK;
}

enum plx_status plx_summary_finish(struct plx_summary *summary, const struct plx_result *result,
                                   struct plx_error *error)
{
    const struct plx_summary_format *format = summary->format;
    const bool gathers = format->ordered || format->add;
    enum plx_status status;
    if (gathers && result->summary != format)
        return plx_error_set(error, PLX_MISMATCH, "the summary was no option of the evaluation");
    if ((status = format->check(&result->model, &result->plan, error)) ||
        (status = format->finish(summary, result, error)))
        return status;
    return plx_output_finish(summary->output, error);
}

enum plx_status plx_summary_commit(struct plx_summary *summary, struct plx_error *error)
{
    const enum plx_status status = plx_output_commit(summary->output, error);
    free(summary);
    return status;
}

void plx_summary_discard(struct plx_summary *summary)
{
    if (!summary)
        return;
    plx_output_discard(summary->output);
    free(summary);
}

enum plx_status plx_summary_print(struct plx_summary *summary, struct plx_error *error, const char *format,
                                  ...)
{
    char text[PIECE];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof text)
        return plx_error_set(error, PLX_INTERNAL, "a summary has a piece of %d bytes", length);
    return plx_output_write(summary->output, text, (size_t)length, error);
}

/* What differs without making a difference: a refusal to take symbols in a text for words, choices that the
   plan has settled by the model, and where documents begin. */
static bool harmless(const char *name, const struct plx_protocol *given, const struct plx_protocol *own)
{
    if (strcmp(name, "control_words") == 0)
        return given->control_words == PLX_CONTROL_REFUSE;
    if (strcmp(name, "start") == 0)
        return given->start == PLX_START_NONE || own->start == PLX_START_CONTEXT_OR_END;
    if (strcmp(name, "end") == 0)
        return own->end == PLX_END_AUTO;
    if (strcmp(name, "unknown") == 0)
        return own->unknown == PLX_UNKNOWN_UNK_OR_SKIP &&
               (given->unknown == PLX_UNKNOWN_UNK || given->unknown == PLX_UNKNOWN_SKIP);
    return strcmp(name, "pages") == 0 && own->unit != PLX_UNIT_DOCUMENT;
}

/* Names the first field that differs; false if none does. */
static bool name_difference(const struct plx_summary_format *format, const struct plx_protocol *given,
                            const struct plx_protocol *own, bool harmless_too, struct plx_error *error)
{
    char ours[2 * PLX_SYMBOL_TEXT], theirs[2 * PLX_SYMBOL_TEXT];
    const char *name;
    for (size_t i = 0; plx_protocol_field(given, i, &name, ours, sizeof ours, NULL); i++) {
        plx_protocol_field(own, i, &name, theirs, sizeof theirs, NULL);
        if (strcmp(ours, theirs) == 0 || (harmless(name, given, own) && !harmless_too))
            continue;
        plx_error_set(error, PLX_USAGE, "the summary of %s has no number for %s %s: its own is %s",
                      format->name, name, ours, theirs);
        return true;
    }
    return false;
}

/* The tool's protocol, as the plan would have it. */
static struct plx_protocol own_protocol(const struct plx_summary_format *format,
                                        const struct plx_model_info *model, const struct plx_plan *plan)
{
    struct plx_protocol own;
    format->protocol(model, &own);
    if (own.window && plan->protocol.window)
        own.window = plan->protocol.window; /* any will do, but what follows from it must be right */
    plx_protocol_resolve(&own);
    return own;
}

enum plx_status plx_summary_refuse(const struct plx_summary_format *format,
                                   const struct plx_model_info *model, const struct plx_plan *plan,
                                   struct plx_error *error)
{
    const struct plx_protocol own = own_protocol(format, model, plan);
    if (name_difference(format, &plan->protocol, &own, false, error) ||
        (plan->details && name_difference(format, &plan->protocol, &own, true, error)))
        return PLX_USAGE;
    return plx_error_set(error, PLX_UNSUPPORTED, "the summary of %s has no number for a %s model",
                         format->name, model->architecture);
}

enum plx_status plx_summary_check_own(const struct plx_summary_format *format,
                                      const struct plx_model_info *model, const struct plx_plan *plan,
                                      struct plx_error *error)
{
    const struct plx_protocol own = own_protocol(format, model, plan);
    return name_difference(format, &plan->protocol, &own, false, error) ? PLX_USAGE : PLX_OK;
}

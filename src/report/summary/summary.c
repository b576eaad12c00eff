#include "report/summary/summary.h"

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
    format->protocol(model, NULL, protocol);
    plx_protocol_rename(protocol);
    return true;
}

static void release(struct plx_summary *summary)
{
    free(summary->state);
    free(summary);
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
    enum plx_status status = PLX_OK;
    if (format->state && !(opened->state = plx_new_array(1, format->state, error)))
        status = PLX_MEMORY;
    if (status == PLX_OK)
        status = plx_output_open(path, &opened->output, error);
    if (status) {
        release(opened);
        return status;
    }
    *summary = opened;
    return PLX_OK;
}

enum plx_status plx_summary_finish(struct plx_summary *summary, const struct plx_result *result,
                                   struct plx_error *error)
{
    const struct plx_summary_format *format = summary->format;
    const bool gathers = format->ordered || format->state;
    if (gathers && result->summary != format)
        return plx_error_set(error, PLX_MISMATCH, "the summary was no option of the evaluation");
    if (!plx_summary_allows(format, &result->plan))
        return plx_error_set(error, PLX_USAGE,
                             "the summary of %s has no number for the protocol of the result", format->name);
    const enum plx_status status = format->finish(summary, result, error);
    return status ? status : plx_output_finish(summary->output, error);
}

enum plx_status plx_summary_commit(struct plx_summary *summary, struct plx_error *error)
{
    const enum plx_status status = plx_output_commit(summary->output, error);
    release(summary);
    return status;
}

void plx_summary_discard(struct plx_summary *summary)
{
    if (!summary)
        return;
    plx_output_discard(summary->output);
    release(summary);
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

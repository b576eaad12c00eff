/* Comparisons as commands of GitHub's workflows, which annotate a run: an error for a condition that fails or
   cannot be judged, a warning for a doubt, a notice for a condition that is passed. What does not fit into a
   line of theirs is escaped as GitHub's own toolkit does it (actions/toolkit, packages/core/src/command.ts).
 */
#include "report/compare/gate.h"
#include "report/result/result_file.h"

#include <string.h>

/* Characters that end a message, or in a property that. */
static enum plx_status put_escaped(struct plx_buffer *out, const char *text, bool property,
                                   struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    while (*text && status == PLX_OK) {
        const size_t plain = strcspn(text, property ? "%\r\n:," : "%\r\n");
        status = plx_buffer_append(out, text, plain, error);
        text += plain;
        if (status == PLX_OK && *text)
            status = plx_buffer_printf(out, error, "%%%02X", (unsigned)*text++);
    }
    return status;
}

/* The lines of the message are to have an end each. */
static enum plx_status put_command(struct plx_buffer *out, const char *command, const char *title,
                                   const struct plx_buffer *message, struct plx_error *error)
{
    enum plx_status status = plx_buffer_printf(out, error, "::%s title=", command);
    if (status == PLX_OK)
        status = put_escaped(out, title, true, error);
    if (status == PLX_OK)
        status = plx_buffer_append_text(out, "::", error);
    if (status == PLX_OK)
        status = put_escaped(out, (const char *)message->data, false, error);
    return status ? status : plx_buffer_append_text(out, "\n", error);
}

/* What is compared with what, each in a line. */
static enum plx_status describe(const struct plx_compared *side, const char *head, struct plx_buffer *message,
                                struct plx_error *error)
{
    char file[512], model[512], corpus[512];
    plx_text_visible(side->file, file, sizeof file);
    plx_text_visible(plx_result_input_name(side->model), model, sizeof model);
    plx_text_visible(plx_result_input_name(side->corpus), corpus, sizeof corpus);
    return plx_buffer_printf(message, error, "\n%s %s: %s on %s", head, file, model, corpus);
}

static enum plx_status annotate(const struct plx_comparison *comparison, const struct plx_pair *pair,
                                const char *command, const char *title, const char *text,
                                struct plx_buffer *out, struct plx_error *error)
{
    struct plx_buffer message;
    plx_buffer_init(&message, PLX_RESULT_BYTES_MAX);
    enum plx_status status = plx_buffer_append_text(&message, text, error);
    if (status == PLX_OK)
        status = describe(&comparison->base, "BASE", &message, error);
    if (status == PLX_OK)
        status = describe(&pair->other, "NEW ", &message, error);
    if (status == PLX_OK)
        status = plx_buffer_append(&message, "", 1, error);
    if (status == PLX_OK)
        status = put_command(out, command, title, &message, error);
    plx_buffer_release(&message);
    return status;
}

static enum plx_status annotate_pair(const struct plx_comparison *comparison, const struct plx_pair *pair,
                                     struct plx_buffer *out, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    for (size_t i = 0; i < pair->outcome_count && status == PLX_OK; i++) {
        const struct plx_outcome *outcome = pair->outcomes + i;
        status = annotate(comparison, pair, outcome->state == PLX_OUTCOME_PASSED ? "notice" : "error",
                          outcome->condition, outcome->reason, out, error);
    }
    for (size_t i = 0; i < pair->warning_count && status == PLX_OK; i++)
        status = annotate(comparison, pair, "warning", pair->warnings[i].code, pair->warnings[i].message, out,
                          error);
    return status;
}

enum plx_status plx_comparison_github(const struct plx_comparison *comparison, struct plx_buffer *out,
                                      struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    for (size_t i = 0; i < comparison->pair_count && status == PLX_OK; i++)
        status = annotate_pair(comparison, comparison->pairs + i, out, error);
    return status;
}

/* What `perplex eval` writes: the result, what stands beside it, and a summary in its place. */
#ifndef PLX_CLI_EVAL_OUTPUTS_H
#define PLX_CLI_EVAL_OUTPUTS_H

#include "cli.h"

/* Beside or in place of the result. */
struct cli_outputs {
    struct plx_per_token *tokens; /* NULL: not wanted; likewise */
    struct plx_per_document *documents;
    struct plx_summary *summary;
    struct plx_journal *journal;
};

/* False, with a message, where two outputs would go to one place, or something to none. Nothing is written to
   standard output, by whatever name, but the result; with --summary, that. */
bool cli_check_outputs(const struct cli_arguments *arguments);

/* Opens what is wanted, the journal first; to be given to cli_deliver or cli_discard_outputs. */
enum plx_status cli_open_outputs(const struct cli_arguments *arguments, struct cli_outputs *outputs,
                                 struct plx_error *error);

/* Notes the names of the files beside the result in it, so that they are found again; not what went through a
   pipe. */
enum plx_status cli_note_outputs(const struct cli_arguments *arguments, struct plx_result *result,
                                 struct plx_error *error);

/* The journal stays, if anything is in it. */
void cli_discard_outputs(const struct cli_outputs *outputs);

/* Writes the result and finishes the outputs: all files appear, or none. The journal, which has served, goes.
   Returns the exit code, having said what failed. */
int cli_deliver(const struct cli_arguments *arguments, const struct plx_result *result,
                const struct cli_outputs *outputs);

/* The one of the files beside the result that may be standard output, or NULL. */
const char *cli_side_path(const struct cli_arguments *arguments);

#endif

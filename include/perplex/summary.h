/* Summaries: what another tool prints of the same evaluation, in its own words, layout and digits, so that a
   script which parses the tool reads a summary as well.

   A summary says what the tool would say under its own protocol, or under one that comes to the same;
   where the tool has no number for the protocol, or for what it meets in the corpus, the evaluation
   refuses. What the tool computes in floating point in the order of the corpus is computed so here;
   results (result.h) have exact sums. */
#ifndef PERPLEX_SUMMARY_H
#define PERPLEX_SUMMARY_H

#include <perplex/evaluate.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Names and describes the tools whose summaries can be written, one after another; NULL behind the last.
   Static. Any thread. */
PLX_API const char *plx_summary_name(size_t index);
PLX_API const char *plx_summary_description(size_t index);

/* Sets *protocol to the one by which the tool scores with such a model. False, with *protocol as it was, if
   there is no tool of that name. Any thread. */
PLX_API bool plx_summary_protocol(const char *tool, const struct plx_model_info *model,
                                  struct plx_protocol *protocol);

/* Opens a summary over an output (output.h), which is created now; to be put into the options of one
   evaluation, which gathers what it needs and may write to it meanwhile. *summary is to be given to
   plx_summary_commit or plx_summary_discard; NULL on failure. PLX_USAGE if there is no such tool; the errors
   of plx_output_open. Any thread; one summary belongs to one thread at a time. */
PLX_API enum plx_status plx_summary_open(const char *tool, const char *path, struct plx_summary **summary,
                                         struct plx_error *error);

/* Writes the summary, all but the name of the file: see plx_output_finish. The result is that of the
   evaluation that the summary was an option of; of tools whose numbers do not depend on the order of the
   corpus, any that they have a number for. PLX_MISMATCH, PLX_USAGE, PLX_UNSUPPORTED where it is not;
   PLX_MALFORMED where the tool refuses such a corpus; the errors of writing. */
PLX_API enum plx_status plx_summary_finish(struct plx_summary *summary, const struct plx_result *result,
                                           struct plx_error *error);

/* Makes the file of a finished summary appear and releases the summary: after a failure nothing is left to
   discard. The errors of writing. */
PLX_API enum plx_status plx_summary_commit(struct plx_summary *summary, struct plx_error *error);

/* Releases the summary; its file does not appear. NULL is fine. */
PLX_API void plx_summary_discard(struct plx_summary *summary);

#ifdef __cplusplus
}
#endif
#endif

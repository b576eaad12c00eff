/* Baselines: results that others are measured by, and how they were made. */
#ifndef PERPLEX_BASELINE_H
#define PERPLEX_BASELINE_H

#include <perplex/config.h>
#include <perplex/gate.h>
#include <perplex/network.h>

#ifdef __cplusplus
extern "C" {
#endif

struct plx_baseline;

/* Reads the result at `name` (a path, "-" or a URL, by `network`, which may be NULL). *baseline is to be
   closed with plx_baseline_close, NULL on failure. PLX_MALFORMED, with its name and the place, where it is
   not a complete result, or its protocol is no preset and lacks a field; PLX_UNSUPPORTED where that has a
   field that is not known here, or the result more than 64 MiB; the errors of opening and reading a source
   (source.h). Any thread. */
PLX_API enum plx_status plx_baseline_open(const char *name, const struct plx_network *network,
                                          struct plx_baseline **baseline, struct plx_error *error);

/* Gives setting `index` of those under which an evaluation is comparable with the baseline; NULL past the
   end. Keys: "protocol", the preset, where it is one; the names of its fields; "tokens", "corpus_format", and
   "documents" where not all of them were read. Valid as long as the baseline. */
PLX_API const struct plx_setting *plx_baseline_setting(const struct plx_baseline *baseline, size_t index);

/* The per-token file that was written with the baseline, if it is still there; else NULL. Valid as long as
   the baseline. */
PLX_API const char *plx_baseline_per_token(const struct plx_baseline *baseline);

/* Checks before the work is done that the baseline has the numbers whose changes the gate asks for: the
   errors of plx_comparison_judge. What the number itself is held against is the new result's alone. */
PLX_API enum plx_status plx_baseline_check(const struct plx_baseline *baseline, const struct plx_gate *gate,
                                           struct plx_error *error);

/* NULL is fine. */
PLX_API void plx_baseline_close(struct plx_baseline *baseline);

#ifdef __cplusplus
}
#endif
#endif

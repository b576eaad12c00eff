/* What the summaries share: a tool is a row of the table in summary.c, and a file of its own. */
#ifndef PLX_REPORT_SUMMARY_H
#define PLX_REPORT_SUMMARY_H

#include "base/buffer.h"
#include "eval/result.h"
#include "eval/summary.h"

extern const struct plx_summary_format plx_summary_irstlm, plx_summary_kenlm, plx_summary_llama,
    plx_summary_lm_eval, plx_summary_srilm;

/* Writes as printf does. */
__attribute__((format(printf, 3, 4))) enum plx_status
plx_summary_print(struct plx_summary *summary, struct plx_error *error, const char *format, ...);

/* Says that the tool has no number for this protocol, and names the first field that differs from the tool's
   own; where none does, that it has none for such a model. */
enum plx_status plx_summary_refuse(const struct plx_summary_format *format,
                                   const struct plx_model_info *model, const struct plx_plan *plan,
                                   struct plx_error *error);

/* For a tool that has a number for its own protocol alone, with any window. */
enum plx_status plx_summary_check_own(const struct plx_summary_format *format,
                                      const struct plx_model_info *model, const struct plx_plan *plan,
                                      struct plx_error *error);

#endif

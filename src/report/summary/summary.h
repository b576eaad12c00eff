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

#endif

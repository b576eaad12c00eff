/* The numbers of results, as members of perplex.result/1: all that follows from sums and counts. */
#ifndef PLX_REPORT_RESULT_FIGURES_H
#define PLX_REPORT_RESULT_FIGURES_H

#include "base/json_writer.h"
#include "eval/result.h"

/* From "perplexity" to "breakdown", "worst" and "best". */
void plx_write_figures(struct plx_json_writer *json, const struct plx_result *result);

#endif

/* Where the loss is, as members of perplex.result/1. */
#ifndef PLX_REPORT_BREAKDOWN_JSON_H
#define PLX_REPORT_BREAKDOWN_JSON_H

#include "base/json_writer.h"
#include "eval/result.h"

/* "breakdown", "worst" and "best", as far as they were asked for. */
void plx_write_breakdown(struct plx_json_writer *json, const struct plx_result *result);

#endif

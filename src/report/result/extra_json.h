/* What was computed on request, as members of perplex.result/1. */
#ifndef PLX_REPORT_EXTRA_JSON_H
#define PLX_REPORT_EXTRA_JSON_H

#include "base/json_writer.h"
#include "eval/result.h"

/* "distribution" and "losses", as far as they were asked for. */
void plx_write_extra(struct plx_json_writer *json, const struct plx_result *result);

#endif

/* The numbers under other protocols, as a member of perplex.result/1. */
#ifndef PLX_REPORT_EXPLAIN_JSON_H
#define PLX_REPORT_EXPLAIN_JSON_H

#include <perplex/result.h>

#include "base/json_writer.h"

/* "explain", where it was asked for. */
void plx_write_explained(struct plx_json_writer *json, const struct plx_result *result);

#endif

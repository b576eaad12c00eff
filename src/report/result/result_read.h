/* The numbers of a shard's result, read back from its JSON. */
#ifndef PLX_REPORT_RESULT_READ_H
#define PLX_REPORT_RESULT_READ_H

#include "eval/result.h"
#include "report/result/json_place.h"

/* Reads of the shard's result `json` what its figures and sums are written from: counts, sums, and what was
   asked for; what describes model and corpus stays in the JSON, which *result points into. What stands in the
   JSON is checked to be what follows from that. *result is to be freed with plx_result_free, NULL on failure.
   PLX_MALFORMED where a member is missing or does not follow; PLX_UNSUPPORTED where it has lists of tokens
   or documents, or the numbers of other protocols: they cannot be written from sums. */
enum plx_status plx_result_read(const cJSON *json, const char *name, struct plx_result **result,
                                struct plx_error *error);

#endif

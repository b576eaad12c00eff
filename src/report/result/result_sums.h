/* The exact sums that a result's numbers follow from, as a member of perplex.result/1: the writer and its
   reader stand side by side, so that a new sum is added to both. */
#ifndef PLX_REPORT_RESULT_SUMS_H
#define PLX_REPORT_RESULT_SUMS_H

#include "eval/result.h"
#include "report/result/sum_json.h"

/* "accumulators": all that a merger of results needs beside the counts; in units of 2^-64. */
void plx_write_sums(struct plx_json_writer *json, const struct plx_result *result);

/* Reads those of a shard into the sums of the result, which knows already what was asked for (request,
   breakdown.parts). Failures are noted in the reading; the tally is to be released in any case. */
void plx_read_sums(const struct plx_json_place *accumulators, struct plx_result *result);

/* The part of them that was asked for beside the cross-entropy. */
void plx_write_extra_sums(struct plx_json_writer *json, const struct plx_result *result);
void plx_read_extra_sums(const struct plx_json_place *accumulators, struct plx_result *result);
void plx_write_breakdown_sums(struct plx_json_writer *json, const struct plx_result *result);
void plx_read_breakdown_sums(const struct plx_json_place *accumulators, struct plx_result *result);

#endif

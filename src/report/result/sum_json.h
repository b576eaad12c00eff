/* Exact sums among the accumulators of perplex.result/1, written and read back. */
#ifndef PLX_REPORT_SUM_JSON_H
#define PLX_REPORT_SUM_JSON_H

#include "base/exact.h"
#include "base/json_writer.h"
#include "report/result/json_place.h"

/* With its squares. Sums that have left their range are no result, so there is no mark for it. */
void plx_write_accumulator(struct plx_json_writer *json, const char *key, const struct plx_exact *exact);

/* One whose squares are not kept. */
void plx_write_sum(struct plx_json_writer *json, const char *key, const struct plx_exact *exact);

/* What they have written. */
struct plx_exact plx_read_accumulator(const struct plx_json_place *place);
struct plx_exact plx_read_sum(const struct plx_json_place *place);
plx_int128 plx_read_integer(const struct plx_json_place *place, const char *text);

/* The same of an object's member. */
struct plx_exact plx_read_accumulator_of(const struct plx_json_place *object, const char *key);
struct plx_exact plx_read_sum_of(const struct plx_json_place *object, const char *key);

#endif

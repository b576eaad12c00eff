/* What the result of a shard has beyond that of a whole corpus, so that the results of all shards can be put
   together: what the numbers of the whole need and the other members do not tell. Nothing for a whole corpus.
 */
#ifndef PLX_REPORT_SHARD_JSON_H
#define PLX_REPORT_SHARD_JSON_H

#include "base/json_writer.h"
#include "eval/result.h"
#include "report/result/json_place.h"

/* "shard": which it is. */
void plx_write_shard(struct plx_json_writer *json, const struct plx_result *result);
void plx_read_shard(const struct plx_json_place *root, struct plx_result *result);

/* "counts", among the accumulators: of the share, but for the pages, which are all. */
void plx_write_shard_counts(struct plx_json_writer *json, const struct plx_result *result);
void plx_read_shard_counts(const struct plx_json_place *accumulators, struct plx_result *result);

/* "sha256", the last of the accumulators: of all the text before it, so that whoever writes it again notices
   a digit that was changed. */
void plx_write_shard_digest(struct plx_json_writer *json, const struct plx_result *result);

#endif

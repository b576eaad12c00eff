/* The results of shards, and whether they are all of one evaluation. */
#ifndef PLX_REPORT_SHARDS_H
#define PLX_REPORT_SHARDS_H

#include <perplex/network.h>

#include "eval/result.h"

#include <cjson/cJSON.h>

struct plx_shard_result {
    const char *path; /* borrowed */
    cJSON *json;
    struct plx_result *numbers; /* its figures' and sums'; points into the JSON */
};

/* Reads the result of a shard; to be released in any case. */
enum plx_status plx_shard_result_read(const char *path, const struct plx_network *network,
                                      struct plx_shard_result *shard, struct plx_error *error);
void plx_shard_result_release(struct plx_shard_result *shard);

/* Sorts the shards by their index and checks that they are all there are of one evaluation, and have scored
   every target once. PLX_MISMATCH, PLX_MALFORMED. */
enum plx_status plx_shards_check(struct plx_shard_result *shards, size_t count, struct plx_error *error);

#endif

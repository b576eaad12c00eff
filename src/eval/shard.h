/* A share of a corpus. A corpus is cut into parts, in whatever order and by whomever they are scored: part k
   belongs to shard k mod N + 1. Every shard reads and cuts the whole corpus, so that all agree about the
   parts, and scores its own. */
#ifndef PLX_EVAL_SHARD_H
#define PLX_EVAL_SHARD_H

#include "eval/breakdown.h"

/* Where a corpus is cut. Zero-initialised: nowhere. */
struct plx_parts {
    bool wanted;
    bool anywhere;  /* between any two targets; else only where sums begin anew */
    bool by_unit;   /* only where a unit begins */
    uint64_t part;  /* at hand, from 0 */
    uint64_t first; /* target of the corpus that it begins with */
    uint64_t least; /* targets that it has, unless it is the last */
};

void plx_parts_init(struct plx_parts *parts, const struct plx_plan *plan);

/* Whether another part may begin, after so many targets of the corpus. */
bool plx_parts_full(const struct plx_parts *parts, uint64_t targets);

/* Another part begins after so many targets. */
void plx_parts_next(struct plx_parts *parts, uint64_t targets);

bool plx_shard_has(const struct plx_shard *shard, uint64_t part);

/* PLX_USAGE if there is no such shard; PLX_UNSUPPORTED where what is asked for cannot be put together from
   shards. */
enum plx_status plx_shard_check(const struct plx_evaluate_options *options, const struct plx_plan *plan,
                                const struct plx_breakdown_request *breakdown, struct plx_error *error);

#endif

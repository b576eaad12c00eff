#include "eval/shard.h"

#include "base/error.h"

/* Parts are small where the corpus begins, so that small ones have several, and grow with what came before,
   so that batches of large ones are not cut small; the share of a shard stays fair all the same. */
#define LEAST_TARGETS 1024
#define MOST_TARGETS  16384
#define GROWTH        64

void plx_parts_init(struct plx_parts *parts, const struct plx_plan *plan)
{
    const struct plx_protocol *protocol = &plan->protocol;
    *parts = (struct plx_parts){
        .wanted = true,
        .anywhere = protocol->average == PLX_AVERAGE_TOKEN && protocol->window == 0 && !plan->kenlm &&
                    !plan->irstlm && (!plan->remote || plan->piece),
        .by_unit = protocol->average == PLX_AVERAGE_UNIT,
        .least = LEAST_TARGETS,
    };
}

bool plx_parts_full(const struct plx_parts *parts, uint64_t targets)
{
    return targets - parts->first >= parts->least;
}

void plx_parts_next(struct plx_parts *parts, uint64_t targets)
{
    const uint64_t least = targets / GROWTH;
    parts->part++;
    parts->first = targets;
    parts->least = least < LEAST_TARGETS ? LEAST_TARGETS : least > MOST_TARGETS ? MOST_TARGETS : least;
}

bool plx_shard_has(const struct plx_shard *shard, uint64_t part)
{
    return shard->count == 0 || part % shard->count == shard->index - 1;
}

enum plx_status plx_shard_check(const struct plx_evaluate_options *options, const struct plx_plan *plan,
                                const struct plx_breakdown_request *breakdown, struct plx_error *error)
{
    const struct plx_shard *shard = &options->shard;
    const struct plx_protocol *protocol = &plan->protocol;
    if (shard->count == 0)
        return PLX_OK;
    if (shard->count > PLX_SHARDS_MAX)
        return plx_error_set(error, PLX_USAGE, "%llu shards: there can be %d at most",
                             (unsigned long long)shard->count, PLX_SHARDS_MAX);
    if (shard->index == 0 || shard->index > shard->count)
        return plx_error_set(error, PLX_USAGE, "there is no shard %llu of %llu: they are counted from 1",
                             (unsigned long long)shard->index, (unsigned long long)shard->count);
    const char *whole = options->summary                                      ? "a summary"
                        : options->explain                                    ? "an explanation"
                        : breakdown->worst > 0                                ? "the list of the worst tokens"
                        : breakdown->best > 0                                 ? "the list of the best tokens"
                        : breakdown->parts & PLX_BREAKDOWN_DOCUMENT           ? "the breakdown by document"
                        : options->breakdown && options->breakdown->documents ? "what every document costs"
                                                                              : NULL;
    if (whole)
        return plx_error_set(error, PLX_UNSUPPORTED, "%s cannot be put together from shards", whole);
    /* Which one is the first is seen by whoever scores it only. */
    if (protocol->average == PLX_AVERAGE_HF_2024 && protocol->stride < protocol->window &&
        protocol->unknown == PLX_UNKNOWN_SKIP)
        return plx_error_set(
            error, PLX_UNSUPPORTED,
            "the average hf-2024 counts the first window with a scored token apart, and where "
            "unknown tokens are skipped no shard knows which that is");
    return PLX_OK;
}

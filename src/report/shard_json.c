#include "report/shard_json.h"

void plx_write_shard(struct plx_json_writer *json, const struct plx_result *result)
{
    if (result->shard.count == 0)
        return;
    plx_json_begin_object(json, "shard");
    plx_json_u64(json, "index", result->shard.index);
    plx_json_u64(json, "count", result->shard.count);
    plx_json_u64(json, "elsewhere", result->elsewhere);
    plx_json_end_object(json);
}

void plx_write_shard_counts(struct plx_json_writer *json, const struct plx_result *result)
{
    const struct plx_tally *tally = &result->tally;
    if (result->shard.count == 0)
        return;
    plx_json_begin_object(json, "counts");
    plx_json_u64(json, "bytes", tally->bytes);
    plx_json_u64(json, "characters", tally->characters);
    plx_json_u64(json, "words", tally->words);
    plx_json_u64(json, "ends", tally->ends);
    plx_json_u64(json, "unknown", tally->unknown_tokens);
    plx_json_u64(json, "literal", tally->literal);
    plx_json_u64(json, "skipped_unknown", tally->skipped_unknown);
    plx_json_u64(json, "unanswered", tally->unanswered);
    plx_json_u64(json, "irstlm_backed_off", result->sequence.irstlm_backed_off);
    if (result->plan.lm_eval && result->pages.pages > 0) {
        plx_json_begin_object(json, "pages");
        plx_json_u64(json, "pages", result->pages.pages);
        plx_json_u64(json, "words", result->pages.words);
        plx_json_u64(json, "bytes", result->pages.bytes);
        plx_json_end_object(json);
    }
    plx_json_end_object(json);
}

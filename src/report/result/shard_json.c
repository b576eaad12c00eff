#include "report/result/shard_json.h"

#include "base/sha256.h"

#include <stdio.h>

void plx_write_shard(struct plx_json_writer *json, const struct plx_result *result)
{
    if (result->shard.count == 0)
        return;
    plx_json_begin_object(json, "shard");
    plx_json_u64(json, "index", result->shard.index);
    plx_json_u64(json, "count", result->shard.count);
    plx_json_u64(json, "elsewhere", result->elsewhere);
    if (*result->arithmetic)
        plx_json_string(json, "arithmetic", result->arithmetic);
    plx_json_end_object(json);
}

void plx_read_shard(const struct plx_json_place *root, struct plx_result *result)
{
    const struct plx_json_place shard = plx_json_member(root, "shard");
    result->shard.index = plx_json_read_u64(&shard, "index");
    result->shard.count = plx_json_read_u64(&shard, "count");
    result->elsewhere = plx_json_read_u64(&shard, "elsewhere");
    if (plx_json_has(&shard, "arithmetic"))
        snprintf(result->arithmetic, sizeof result->arithmetic, "%s",
                 plx_json_read_string(&shard, "arithmetic"));
    if (result->shard.index < 1 || result->shard.index > result->shard.count)
        plx_json_wrong(&shard, "the index is none from 1 to count");
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

void plx_write_shard_digest(struct plx_json_writer *json, const struct plx_result *result)
{
    char hex[PLX_SHA256_TEXT];
    if (result->shard.count == 0 || json->status)
        return;
    struct plx_sha256 *hash = plx_sha256_new(&json->error);
    json->status = hash ? plx_sha256_update(hash, json->buffer->data, json->buffer->size, &json->error)
                        : json->error.status;
    if (json->status == PLX_OK)
        json->status = plx_sha256_finish(hash, hex, &json->error);
    plx_sha256_free(hash);
    if (json->status == PLX_OK)
        plx_json_string(json, "sha256", hex);
}

void plx_read_shard_counts(const struct plx_json_place *accumulators, struct plx_result *result)
{
    const struct plx_json_place counts = plx_json_member(accumulators, "counts"),
                                pages = plx_json_member(&counts, "pages");
    struct plx_tally *tally = &result->tally;
    tally->bytes = plx_json_read_u64(&counts, "bytes");
    tally->characters = plx_json_read_u64(&counts, "characters");
    tally->words = plx_json_read_u64(&counts, "words");
    tally->ends = plx_json_read_u64(&counts, "ends");
    tally->unknown_tokens = plx_json_read_u64(&counts, "unknown");
    tally->literal = plx_json_read_u64(&counts, "literal");
    tally->skipped_unknown = plx_json_read_u64(&counts, "skipped_unknown");
    tally->unanswered = plx_json_read_u64(&counts, "unanswered");
    result->sequence.irstlm_backed_off = plx_json_read_u64(&counts, "irstlm_backed_off");
    result->plan.lm_eval = pages.value != NULL;
    if (!pages.value)
        return;
    result->pages.pages = plx_json_read_u64(&pages, "pages");
    result->pages.words = plx_json_read_u64(&pages, "words");
    result->pages.bytes = plx_json_read_u64(&pages, "bytes");
}

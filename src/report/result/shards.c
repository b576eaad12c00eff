#include "report/result/shards.h"

#include <perplex/version.h>

#include "report/result/json_difference.h"
#include "report/result/result_file.h"
#include "report/result/result_read.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum plx_status refuse_whole(const cJSON *json, const char *path, struct plx_error *error)
{
    if (plx_result_member(json, "shard"))
        return PLX_OK;
    plx_error_set(error, PLX_MISMATCH, "the result is of a whole corpus, not of a shard");
    plx_error_hint(error, "`perplex eval --shard I/N` makes those of shards");
    return plx_error_input(error, path);
}

/* The figures are computed anew: as this version does it. */
static enum plx_status check_version(const cJSON *json, const char *path, struct plx_error *error)
{
    const struct plx_json_path root = {0}, runtime = {&root, "runtime", 0};
    const char *version;
    const enum plx_status status =
        plx_json_get_string(plx_result_member(json, "runtime"), "version", &runtime, path, &version, error);
    if (status || strcmp(version, plx_version()) == 0)
        return status;
    plx_error_set(error, PLX_MISMATCH,
                  "the result is of perplex %.40s, and this is %s: versions may differ in what they compute",
                  version, plx_version());
    return plx_error_input(error, path);
}

/* Shards of what is not known to be one model are not put together. */
static enum plx_status check_fingerprint(const cJSON *json, const char *path, struct plx_error *error)
{
    const struct plx_json_path root = {0}, model = {&root, "model", 0};
    const char *fingerprint;
    const enum plx_status status = plx_json_get_string(plx_result_member(json, "model"), "fingerprint",
                                                       &model, path, &fingerprint, error);
    if (status || strcmp(fingerprint, "none") != 0)
        return status;
    plx_error_set(error, PLX_MISMATCH,
                  "the model has no fingerprint, and could be another one in every shard");
    plx_error_hint(error, "--fingerprint quick is enough");
    return plx_error_input(error, path);
}

enum plx_status plx_shard_result_read(const char *path, const struct plx_network *network,
                                      struct plx_shard_result *shard, struct plx_error *error)
{
    enum plx_status status;
    *shard = (struct plx_shard_result){.path = path};
    if ((status = plx_result_file_read(path, network, &shard->json, error)) ||
        (status = refuse_whole(shard->json, path, error)) ||
        (status = check_version(shard->json, path, error)) ||
        (status = check_fingerprint(shard->json, path, error)))
        return status;
    return plx_result_read(shard->json, path, &shard->numbers, error);
}

void plx_shard_result_release(struct plx_shard_result *shard)
{
    plx_result_free(shard->numbers);
    cJSON_Delete(shard->json);
    *shard = (struct plx_shard_result){0};
}

/* What is a shard's own; the rest is the same in all shards of an evaluation. */
static bool is_own(const char *path)
{
    static const char *const patterns[] = {
        "$.shard.index",
        "$.shard.elsewhere",
        "$.shard.arithmetic", /* see check_arithmetic */
        "$.perplexity",
        "$.nats_per_token",
        "$.bits_per_token",
        "$.uncertainty",
        "$.normalized",
        "$.counts.scored*",
        "$.counts.infinite",
        "$.counts.skipped.unknown",
        "$.counts.skipped.no_context", /* with those that the model has no answer to */
        "$.unknown",
        "$.orders\\[*",
        "$.conventions.lm_eval", /* where all is scored */
        "$.conventions.*.*",
        "$.distribution.targets",
        "$.distribution.entropy_nats",
        "$.distribution.cross_entropy_nats",
        "$.distribution.accuracy",
        "$.distribution.mean_*",
        "$.distribution.unranked",
        "$.distribution.calibration",
        "$.distribution.temperature",
        "$.distribution.normalization",
        "$.losses.*.loss",
        "$.losses.*.targets",
        "$.losses.*.ignored",
        "$.losses.*.infinite",
        "$.losses.*.weight",
        "$.breakdown.position\\[*",
        "$.breakdown.order\\[*",
        "$.breakdown.frequency.bands\\[*",
        "$.breakdown.frequency.unknown",
        "$.breakdown.after_unknown",
        "$.accumulators",
        "$.runtime",
    };
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        if (fnmatch(patterns[i], path, 0) == 0)
            return true;
    }
    return false;
}

/* The first difference; one of what was evaluated says more than one of what came of it. */
static bool differ(const cJSON *first, const cJSON *shard, struct plx_json_difference *difference)
{
    static const char *const described[] = {"corpus", "model", "protocol"};
    for (size_t i = 0; i < sizeof described / sizeof *described; i++) {
        const struct plx_json_path root = {0}, place = {&root, described[i], 0};
        if (plx_json_differ(plx_result_member(first, described[i]), plx_result_member(shard, described[i]),
                            &place, is_own, difference))
            return true;
    }
    const struct plx_json_path root = {0};
    return plx_json_differ(first, shard, &root, is_own, difference);
}

/* Other machines round otherwise: the sum would be neither one's. */
static enum plx_status check_arithmetic(const struct plx_shard_result *first,
                                        const struct plx_shard_result *shard, struct plx_error *error)
{
    const char *a = first->numbers->arithmetic, *b = shard->numbers->arithmetic;
    if (strcmp(a, b) == 0)
        return PLX_OK;
    plx_error_set(error, PLX_MISMATCH, "it was computed with %s, and \"%s\" with %s",
                  *b ? b : "nothing named", first->path, *a ? a : "nothing named");
    plx_error_hint(error, "other machines and builds round otherwise%s",
                   strstr(a, "OpenBLAS") && strstr(b, "OpenBLAS")
                       ? "; OPENBLAS_CORETYPE in the environment chooses the kernels of OpenBLAS"
                       : "");
    return plx_error_input(error, shard->path);
}

static enum plx_status check_same(const struct plx_shard_result *first, const struct plx_shard_result *shard,
                                  struct plx_error *error)
{
    struct plx_json_difference difference;
    const struct plx_shard *a = &first->numbers->shard, *b = &shard->numbers->shard;
    if (a->count != b->count)
        plx_error_set(error, PLX_MISMATCH,
                      "it is shard %" PRIu64 " of %" PRIu64 ", and \"%s\" one of %" PRIu64, b->index,
                      b->count, first->path, a->count);
    else if (differ(first->json, shard->json, &difference))
        plx_error_set(error, PLX_MISMATCH,
                      "it is of another evaluation than \"%s\": %s is %s here, and %s there", first->path,
                      difference.path, difference.values[1], difference.values[0]);
    else
        return check_arithmetic(first, shard, error);
    return plx_error_input(error, shard->path);
}

static int by_index(const void *a, const void *b)
{
    const uint64_t left = ((const struct plx_shard_result *)a)->numbers->shard.index;
    const uint64_t right = ((const struct plx_shard_result *)b)->numbers->shard.index;
    return (left > right) - (left < right);
}

static enum plx_status check_twice(const struct plx_shard_result *shards, size_t count,
                                   struct plx_error *error)
{
    for (size_t i = 1; i < count; i++) {
        const struct plx_shard *shard = &shards[i].numbers->shard;
        if (shard->index == shards[i - 1].numbers->shard.index)
            return plx_error_set(error, PLX_MISMATCH,
                                 "\"%s\" and \"%s\" are both shard %" PRIu64 " of %" PRIu64,
                                 shards[i - 1].path, shards[i].path, shard->index, shard->count);
    }
    return PLX_OK;
}

/* Those that are missing are named, as far as they are few. */
#define NAMED 10

static enum plx_status refuse_missing(const struct plx_shard_result *shards, size_t count,
                                      struct plx_error *error)
{
    const uint64_t all = shards->numbers->shard.count, missing = all - count;
    const uint64_t named = missing <= NAMED ? missing : NAMED - 1;
    char list[NAMED * 32] = "";
    size_t length = 0, next = 0;
    uint64_t written = 0;
    for (uint64_t index = 1; written < named; index++) {
        if (next < count && shards[next].numbers->shard.index == index) {
            next++;
            continue;
        }
        const char *joint = written == 0 ? "" : written + 1 == missing ? " and " : ", ";
        length += (size_t)snprintf(list + length, sizeof list - length, "%s%" PRIu64, joint, index);
        written++;
    }
    if (written < missing)
        snprintf(list + length, sizeof list - length, " and %" PRIu64 " more", missing - written);
    return plx_error_set(error, PLX_MISMATCH, "shard%s %s of %" PRIu64 " %s missing", missing == 1 ? "" : "s",
                         list, all, missing == 1 ? "is" : "are");
}

/* Those that were scored, or skipped for what they are. */
static uint64_t own_targets(const struct plx_result *numbers)
{
    return plx_tally_targets(&numbers->tally) + numbers->tally.unanswered;
}

/* Every target is one shard's, and all know how many there are. */
static enum plx_status check_targets(const struct plx_shard_result *shards, size_t count,
                                     struct plx_error *error)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += own_targets(shards[i].numbers);
    for (size_t i = 0; i < count; i++) {
        const struct plx_result *numbers = shards[i].numbers;
        const uint64_t known = own_targets(numbers) + numbers->elsewhere,
                       decided = plx_result_decided(numbers);
        if (known == sum && decided == numbers->tokens)
            continue;
        if (known != sum)
            plx_error_set(error, PLX_MALFORMED,
                          "the shards have %" PRIu64 " targets together, and by this one there are %" PRIu64,
                          sum, known);
        else
            plx_error_set(error, PLX_MALFORMED,
                          "%" PRIu64 " tokens were read, but %" PRIu64 " scored, skipped or elsewhere",
                          numbers->tokens, decided);
        return plx_error_input(error, shards[i].path);
    }
    return PLX_OK;
}

/* Sums are added up one by one. */
static enum plx_status check_shapes(const struct plx_shard_result *shards, size_t count,
                                    struct plx_error *error)
{
    const struct plx_result *first = shards->numbers;
    for (size_t i = 1; i < count; i++) {
        const struct plx_result *numbers = shards[i].numbers;
        if (numbers->blocks.doublings == first->blocks.doublings &&
            numbers->blocks.count == first->blocks.count &&
            numbers->tally.order_count == first->tally.order_count &&
            memcmp(&numbers->pages, &first->pages, sizeof first->pages) == 0)
            continue;
        plx_error_set(error, PLX_MALFORMED, "its blocks, orders or pages are not those of \"%s\"",
                      shards->path);
        return plx_error_input(error, shards[i].path);
    }
    return PLX_OK;
}

enum plx_status plx_shards_check(struct plx_shard_result *shards, size_t count, struct plx_error *error)
{
    enum plx_status status;
    for (size_t i = 1; i < count; i++) {
        if ((status = check_same(shards, shards + i, error)))
            return status;
    }
    qsort(shards, count, sizeof *shards, by_index);
    if ((status = check_twice(shards, count, error)))
        return status;
    if (shards->numbers->shard.count > count)
        return refuse_missing(shards, count, error);
    status = check_targets(shards, count, error);
    return status ? status : check_shapes(shards, count, error);
}

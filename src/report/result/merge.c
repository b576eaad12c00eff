#include <perplex/merge.h>
#include <perplex/version.h>

#include "base/memory.h"
#include "io/http_url.h"
#include "report/result/json_copy.h"
#include "report/result/result_figures.h"
#include "report/result/result_file.h"
#include "report/result/result_parts.h"
#include "report/result/result_sums.h"
#include "report/result/shards.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_sequence(struct plx_sequence *into, const struct plx_sequence *from)
{
    plx_exact_merge(&into->kenlm_total, &from->kenlm_total);
    plx_exact_merge(&into->kenlm_unknown, &from->kenlm_unknown);
    plx_exact_merge(&into->group_means, &from->group_means);
    into->group_weight += from->group_weight;
    into->irstlm_backed_off += from->irstlm_backed_off;
}

/* Adds up the shards in the first. What was skipped without being a target is the same in all. */
static void add_up(struct plx_shard_result *shards, size_t count)
{
    struct plx_result *sum = shards->numbers;
    for (size_t i = 1; i < count; i++) {
        const struct plx_result *numbers = shards[i].numbers;
        plx_tally_merge(&sum->tally, &numbers->tally);
        add_sequence(&sum->sequence, &numbers->sequence);
        for (size_t k = 0; k < sum->blocks.count; k++)
            plx_exact_merge(sum->blocks.sums + k, numbers->blocks.sums + k);
        plx_extra_merge(&sum->extra, &numbers->extra);
        plx_breakdown_merge(&sum->breakdown_sums, &numbers->breakdown_sums);
        sum->skipped.no_context += numbers->tally.unanswered;
    }
    sum->shard = (struct plx_shard){0};
    sum->elsewhere = 0;
}

static struct plx_warning read_warning(const struct plx_json_place *place)
{
    struct plx_warning warning = {.count = plx_json_read_u64(place, "count")};
    snprintf(warning.code, sizeof warning.code, "%s", plx_json_read_string(place, "code"));
    snprintf(warning.message, sizeof warning.message, "%s", plx_json_read_string(place, "message"));
    if (plx_json_has(place, "line"))
        warning.line = plx_json_read_u64(place, "line");
    return warning;
}

/* Those of the shards, which are the same in all, and behind them those about what was scored. */
static enum plx_status read_warnings(const struct plx_shard_result *shard, struct plx_result *sum,
                                     struct plx_error *error)
{
    struct plx_json_reading reading = {.name = shard->path, .error = error};
    const struct plx_json_place root = plx_json_root(&reading, shard->json),
                                warnings = plx_json_member(&root, "warnings");
    const size_t count = plx_json_elements(&warnings, PLX_WARNINGS);
    for (size_t i = 0; i < count && reading.status == PLX_OK; i++) {
        const struct plx_json_place warning = plx_json_element(&warnings, i);
        sum->warnings.list[sum->warnings.count++] = read_warning(&warning);
    }
    plx_result_doubt(sum);
    return reading.status;
}

_Static_assert(PLX_MERGED_WARNINGS == PLX_WARNINGS, "all have room");

/* What the shards say of the machine, of all of them together. */
struct runtime {
    const char *load; /* NULL: they differ, or none says it */
    double seconds;
    uint64_t threads, batch, peak_memory_bytes;
};

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static enum plx_status read_runtime(const struct plx_shard_result *shard, bool first, struct runtime *runtime,
                                    struct plx_error *error)
{
    struct plx_json_reading reading = {.name = shard->path, .error = error};
    const struct plx_json_place root = plx_json_root(&reading, shard->json),
                                place = plx_json_member(&root, "runtime");
    const char *load = plx_json_has(&place, "load") ? plx_json_read_string(&place, "load") : NULL;
    if (first)
        runtime->load = load;
    else if (!load || !runtime->load || strcmp(load, runtime->load) != 0)
        runtime->load = NULL;
    runtime->seconds += plx_json_read_double(&place, "seconds");
    runtime->threads = larger(runtime->threads, plx_json_read_u64(&place, "threads"));
    runtime->batch = larger(runtime->batch, plx_json_read_u64(&place, "batch"));
    if (plx_json_has(&place, "peak_memory_bytes"))
        runtime->peak_memory_bytes =
            larger(runtime->peak_memory_bytes, plx_json_read_u64(&place, "peak_memory_bytes"));
    return reading.status;
}

static enum plx_status write_shards(struct plx_json_writer *json, const struct plx_shard_result *shards,
                                    size_t count, struct plx_error *error)
{
    plx_json_begin_array(json, "shards");
    for (size_t i = 0; i < count; i++) {
        char *label = NULL;
        if (plx_http_is_url(shards[i].path) && !(label = plx_http_label(shards[i].path, error)))
            return PLX_MEMORY;
        plx_json_string(json, NULL, label ? label : shards[i].path);
        free(label);
    }
    plx_json_end_array(json);
    return PLX_OK;
}

static enum plx_status write_runtime(struct plx_json_writer *json, const struct plx_shard_result *shards,
                                     size_t count, struct plx_error *error)
{
    struct runtime runtime = {0};
    struct plx_metrics metrics;
    enum plx_status status;
    for (size_t i = 0; i < count; i++) {
        if ((status = read_runtime(shards + i, i == 0, &runtime, error)))
            return status;
    }
    shards->numbers->seconds = runtime.seconds;
    plx_result_metrics(shards->numbers, &metrics);
    plx_json_begin_object(json, "runtime");
    plx_json_string(json, "version", plx_version());
    plx_json_copy(json, "inputs", plx_result_member(plx_result_member(shards->json, "runtime"), "inputs"));
    if ((status = write_shards(json, shards, count, error)))
        return status;
    if (runtime.load)
        plx_json_string(json, "load", runtime.load);
    plx_json_u64(json, "threads", runtime.threads);
    plx_json_u64(json, "batch", runtime.batch);
    plx_json_double(json, "seconds", runtime.seconds);
    plx_json_double(json, "tokens_per_second", metrics.tokens_per_second);
    if (runtime.peak_memory_bytes > 0)
        plx_json_u64(json, "peak_memory_bytes", runtime.peak_memory_bytes);
    plx_json_end_object(json);
    return PLX_OK;
}

/* The sums are those of the whole; what describes it is the same in all shards. */
static enum plx_status write_merged(struct plx_json_writer *json, const struct plx_shard_result *shards,
                                    size_t count, struct plx_error *error)
{
    static const char *const described[] = {"protocol", "model", "corpus"};
    struct plx_result *sum = shards->numbers;
    plx_json_begin_object(json, NULL);
    plx_json_string(json, "schema", "perplex.result/1");
    plx_json_bool(json, "complete", true);
    plx_write_figures(json, sum);
    for (size_t i = 0; i < sizeof described / sizeof *described; i++)
        plx_json_copy(json, described[i], plx_result_member(shards->json, described[i]));
    plx_write_sums(json, sum);
    plx_json_warnings(json, sum->warnings.list, sum->warnings.count);
    const enum plx_status status = write_runtime(json, shards, count, error);
    plx_json_end_object(json);
    return status;
}

static void tell(const struct plx_result *sum, struct plx_merged *merged)
{
    if (!merged)
        return;
    plx_result_metrics(sum, &merged->metrics);
    merged->warning_count = sum->warnings.count;
    memcpy(merged->warnings, sum->warnings.list, sum->warnings.count * sizeof *merged->warnings);
}

static enum plx_status merge(struct plx_shard_result *shards, size_t count, struct plx_merged *merged,
                             char **text, size_t *length, struct plx_error *error)
{
    struct plx_buffer buffer;
    struct plx_json_writer json;
    enum plx_status status = plx_shards_check(shards, count, error);
    if (status)
        return status;
    add_up(shards, count);
    if ((status = plx_result_check(shards->numbers, shards->path, error)) ||
        (status = read_warnings(shards, shards->numbers, error)))
        return status;
    plx_buffer_init(&buffer, PLX_RESULT_BYTES_MAX);
    plx_json_writer_init(&json, &buffer);
    status = write_merged(&json, shards, count, error);
    if (status == PLX_OK)
        status = plx_json_writer_finish(&json, error);
    tell(shards->numbers, merged);
    return plx_buffer_finish(&buffer, status, text, length, error);
}

enum plx_status plx_merge(const char *const *paths, size_t count, const struct plx_network *network,
                          struct plx_merged *merged, char **text, size_t *length, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    size_t read = 0;
    *text = NULL;
    if (count == 0)
        return plx_error_set(error, PLX_USAGE, "there is nothing to put together");
    struct plx_shard_result *shards = plx_new_array(count, sizeof *shards, error);
    if (!shards)
        return PLX_MEMORY;
    while (status == PLX_OK && read < count) {
        status = plx_shard_result_read(paths[read], network, shards + read, error);
        read++;
    }
    if (status == PLX_OK)
        status = merge(shards, count, merged, text, length, error);
    for (size_t i = 0; i < read; i++)
        plx_shard_result_release(shards + i);
    free(shards);
    return status;
}

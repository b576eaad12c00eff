#include "report/result/result_sums.h"

#include "report/result/shard_json.h"

/* Lengths of n-grams: 0 to 255, see struct plx_scores. */
#define ORDERS_MOST 256

/* Sums that stand in the accumulators by themselves. */
static const struct {
    const char *key;
    size_t offset; /* in struct plx_result */
} SUMS[] = {
    {"unknown_nats", offsetof(struct plx_result, tally.unknown)},
    {"unknown_zero_nats", offsetof(struct plx_result, tally.unknown_zeros)},
    {"blank_end_nats", offsetof(struct plx_result, tally.blank_ends)},
    {"zero_nats", offsetof(struct plx_result, tally.zeros)},
    {"kenlm_log10", offsetof(struct plx_result, sequence.kenlm_total)},
    {"kenlm_unknown_log10", offsetof(struct plx_result, sequence.kenlm_unknown)},
    {"group_means_nats", offsetof(struct plx_result, sequence.group_means)},
};

#define SUM_COUNT (sizeof SUMS / sizeof *SUMS)

/* Along the corpus. */
static void write_blocks(struct plx_json_writer *json, const struct plx_blocks *blocks)
{
    char text[PLX_EXACT_TEXT];
    plx_json_begin_object(json, "blocks");
    plx_json_u64(json, "targets", plx_blocks_length(blocks));
    plx_json_begin_array(json, "counts");
    json->compact = true;
    for (size_t i = 0; i < blocks->count; i++)
        plx_json_u64(json, NULL, blocks->sums[i].count);
    plx_json_end_array(json);
    json->compact = false;
    plx_json_begin_array(json, "sums");
    json->compact = true;
    for (size_t i = 0; i < blocks->count; i++) {
        plx_exact_format(blocks->sums[i].sum, text);
        plx_json_string(json, NULL, text);
    }
    plx_json_end_array(json);
    json->compact = false;
    plx_json_end_object(json);
}

/* Infinite values are not marked there. */
static void read_blocks(const struct plx_json_place *place, struct plx_blocks *blocks)
{
    const struct plx_json_place counts = plx_json_member(place, "counts"),
                                sums = plx_json_member(place, "sums"),
                                targets = plx_json_member(place, "targets");
    const uint64_t length = plx_json_read_u64(place, "targets");
    while (plx_blocks_length(blocks) < length)
        blocks->doublings++;
    if (plx_blocks_length(blocks) != length)
        plx_json_wrong(&targets, "expected 1024 times a power of two");
    blocks->count = plx_json_elements(&counts, PLX_BLOCKS_MAX);
    if (plx_json_elements(&sums, PLX_BLOCKS_MAX) != blocks->count)
        plx_json_wrong(&sums, "expected as many as counts");
    for (size_t i = 0; i < blocks->count && place->reading->status == PLX_OK; i++) {
        const struct plx_json_place count = plx_json_element(&counts, i), sum = plx_json_element(&sums, i);
        blocks->sums[i].count = plx_json_u64_here(&count);
        blocks->sums[i].sum = plx_read_integer(&sum, plx_json_string_here(&sum));
    }
}

/* By the lengths of the n-grams found. */
static void read_orders(const struct plx_json_place *place, struct plx_tally *tally)
{
    struct plx_json_reading *reading = place->reading;
    const size_t count = plx_json_elements(place, ORDERS_MOST);
    if (reading->status == PLX_OK && count == 0)
        plx_json_wrong(place, "expected one at least");
    if (reading->status == PLX_OK)
        reading->status = plx_tally_init(tally, (unsigned)count - 1, reading->error);
    for (size_t i = 0; i < count && reading->status == PLX_OK; i++) {
        const struct plx_json_place order = plx_json_element(place, i);
        tally->orders[i] = plx_read_accumulator(&order);
    }
}

void plx_write_sums(struct plx_json_writer *json, const struct plx_result *result)
{
    const uint8_t *base = (const uint8_t *)result;
    const struct plx_exact total = plx_tally_total(&result->tally);
    plx_json_begin_object(json, "accumulators");
    plx_json_string(json, "unit", "2^-64");
    plx_write_accumulator(json, "nats", &total);
    plx_json_begin_array(json, "orders_nats");
    for (unsigned k = 0; k < result->tally.order_count; k++)
        plx_write_accumulator(json, NULL, result->tally.orders + k);
    plx_json_end_array(json);
    for (size_t i = 0; i < SUM_COUNT; i++)
        plx_write_accumulator(json, SUMS[i].key, (const void *)(base + SUMS[i].offset));
    plx_json_u64(json, "group_weight", result->sequence.group_weight);
    write_blocks(json, &result->blocks);
    plx_write_extra_sums(json, result);
    plx_write_breakdown_sums(json, result);
    plx_write_shard_counts(json, result);
    plx_write_shard_digest(json, result);
    plx_json_end_object(json);
}

void plx_read_sums(const struct plx_json_place *accumulators, struct plx_result *result)
{
    const struct plx_json_place orders = plx_json_member(accumulators, "orders_nats"),
                                blocks = plx_json_member(accumulators, "blocks");
    uint8_t *base = (uint8_t *)result;
    read_orders(&orders, &result->tally);
    for (size_t i = 0; i < SUM_COUNT; i++)
        *(struct plx_exact *)(void *)(base + SUMS[i].offset) =
            plx_read_accumulator_of(accumulators, SUMS[i].key);
    result->sequence.group_weight = plx_json_read_u64(accumulators, "group_weight");
    read_blocks(&blocks, &result->blocks);
    plx_read_extra_sums(accumulators, result);
    plx_read_breakdown_sums(accumulators, result);
    plx_read_shard_counts(accumulators, result);
}

#include "report/result/result_sums.h"

/* Gives the first and the last number of part `index`. */
typedef void range_of(size_t index, uint64_t *from, uint64_t *to);

/* Parts that are ranges of numbers; empty ones are left out. */
static void write_ranges(struct plx_json_writer *json, const char *key, const struct plx_exact *parts,
                         size_t count, range_of *range)
{
    plx_json_begin_array(json, key);
    for (size_t i = 0; i < count; i++) {
        uint64_t from, to;
        if (parts[i].count == 0)
            continue;
        range(i, &from, &to);
        plx_json_begin_object(json, NULL);
        plx_json_u64(json, "from", from);
        plx_write_sum(json, "nats", parts + i);
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
}

static void read_ranges(const struct plx_json_place *object, const char *key, struct plx_exact *parts,
                        size_t count, range_of *range)
{
    const struct plx_json_place array = plx_json_member(object, key);
    const size_t elements = plx_json_elements(&array, count);
    size_t part = 0;
    for (size_t i = 0; i < elements; i++) {
        const struct plx_json_place element = plx_json_element(&array, i);
        const uint64_t wanted = plx_json_read_u64(&element, "from");
        uint64_t from = 0, to;
        for (; part < count; part++) {
            range(part, &from, &to);
            if (from >= wanted)
                break;
        }
        if (part == count || from != wanted) {
            plx_json_wrong(&element, "no range begins there, or it stands behind a later one");
            return;
        }
        parts[part++] = plx_read_sum_of(&element, "nats");
    }
}

static void write_document_sums(struct plx_json_writer *json, const struct plx_documents *documents)
{
    plx_json_begin_object(json, "document");
    plx_write_sum(json, "mean_nats", &documents->means);
    plx_json_begin_array(json, "bins");
    for (size_t i = 0; i < PLX_DOCUMENT_BINS; i++) {
        if (documents->bins[i].documents == 0)
            continue;
        plx_json_begin_object(json, NULL);
        plx_json_double(json, "from", (double)i * PLX_DOCUMENT_STEP);
        plx_write_sum(json, "nats", &documents->bins[i].nats);
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
    plx_json_end_object(json);
}

void plx_write_breakdown_sums(struct plx_json_writer *json, const struct plx_result *result)
{
    const unsigned parts = result->breakdown.parts & ~(unsigned)PLX_BREAKDOWN_ORDER; /* they are there */
    const struct plx_breakdown_sums *sums = &result->breakdown_sums;
    if (!parts)
        return;
    plx_json_begin_object(json, "breakdown");
    if (parts & PLX_BREAKDOWN_POSITION)
        write_ranges(json, "position", sums->positions, PLX_POSITION_BINS, plx_position_bin_range);
    if (parts & PLX_BREAKDOWN_FREQUENCY) {
        write_ranges(json, "frequency", sums->bands, PLX_FREQUENCY_BANDS, plx_frequency_band_range);
        plx_write_sum(json, "frequency_unknown", &sums->unknown);
    }
    if (parts & PLX_BREAKDOWN_DOCUMENT)
        write_document_sums(json, &result->trail.documents);
    if (parts & PLX_BREAKDOWN_UNKNOWN) {
        plx_write_sum(json, "after_unknown", sums->after + PLX_BEFORE_UNKNOWN);
        plx_write_sum(json, "after_known", sums->after + PLX_BEFORE_KNOWN);
        plx_write_sum(json, "after_nothing", sums->after + PLX_BEFORE_NOTHING);
    }
    plx_json_end_object(json);
}

/* That of documents is not read: it says too little of them to be added up. */
void plx_read_breakdown_sums(const struct plx_json_place *accumulators, struct plx_result *result)
{
    const struct plx_json_place place = plx_json_member(accumulators, "breakdown");
    const unsigned parts = result->breakdown.parts;
    struct plx_breakdown_sums *sums = &result->breakdown_sums;
    if (parts & PLX_BREAKDOWN_POSITION)
        read_ranges(&place, "position", sums->positions, PLX_POSITION_BINS, plx_position_bin_range);
    if (parts & PLX_BREAKDOWN_FREQUENCY) {
        read_ranges(&place, "frequency", sums->bands, PLX_FREQUENCY_BANDS, plx_frequency_band_range);
        sums->unknown = plx_read_sum_of(&place, "frequency_unknown");
    }
    if (parts & PLX_BREAKDOWN_UNKNOWN) {
        sums->after[PLX_BEFORE_UNKNOWN] = plx_read_sum_of(&place, "after_unknown");
        sums->after[PLX_BEFORE_KNOWN] = plx_read_sum_of(&place, "after_known");
        sums->after[PLX_BEFORE_NOTHING] = plx_read_sum_of(&place, "after_nothing");
    }
}

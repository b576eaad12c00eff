#include "report/result/breakdown_json.h"

#include "base/logarithms.h"
#include "report/context_json.h"

#include <math.h>

/* What a part costs, as the last members of an object. */
static void write_figures(struct plx_json_writer *json, const struct plx_exact *exact)
{
    const double mean = plx_exact_mean(exact);
    plx_json_u64(json, "tokens", exact->count);
    plx_json_double(json, "nats", plx_exact_total(exact));
    plx_json_double(json, "nats_per_token", mean);
    plx_json_double(json, "perplexity", exp(mean));
}

static void write_part(struct plx_json_writer *json, const char *key, const struct plx_exact *exact)
{
    plx_json_begin_object(json, key);
    write_figures(json, exact);
    plx_json_end_object(json);
}

/* Parts that are ranges of numbers; empty ones are left out. */
static void write_ranges(struct plx_json_writer *json, const char *key, const struct plx_exact *parts,
                         size_t count, void (*range)(size_t, uint64_t *, uint64_t *))
{
    plx_json_begin_array(json, key);
    for (size_t i = 0; i < count; i++) {
        uint64_t from, to;
        if (parts[i].count == 0)
            continue;
        range(i, &from, &to);
        plx_json_begin_object(json, NULL);
        plx_json_u64(json, "from", from);
        plx_json_u64(json, "to", to);
        write_figures(json, parts + i);
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
}

static void write_orders(struct plx_json_writer *json, const struct plx_tally *tally)
{
    plx_json_begin_array(json, "order");
    for (unsigned k = 0; k < tally->order_count; k++) {
        if (tally->orders[k].count == 0)
            continue;
        plx_json_begin_object(json, NULL);
        plx_json_u64(json, "order", k);
        write_figures(json, tally->orders + k);
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
}

static void write_frequency(struct plx_json_writer *json, const struct plx_result *result)
{
    const struct plx_breakdown_sums *sums = &result->breakdown_sums;
    const struct plx_token_counts *counts = &result->breakdown.counts;
    plx_json_begin_object(json, "frequency");
    plx_json_begin_object(json, "counts");
    if (*counts->sha256)
        plx_json_string(json, "sha256", counts->sha256);
    plx_json_u64(json, "tokens", counts->tokens);
    plx_json_u64(json, "unknown", counts->unknown);
    plx_json_end_object(json);
    write_ranges(json, "bands", sums->bands, PLX_FREQUENCY_BANDS, plx_frequency_band_range);
    write_part(json, "unknown", &sums->unknown);
    plx_json_end_object(json);
}

static void write_document(struct plx_json_writer *json, const struct plx_listed_document *document)
{
    plx_json_begin_object(json, NULL);
    plx_json_u64(json, "number", document->number);
    if (document->id.known)
        plx_write_snippet(json, "document", &document->id);
    plx_json_u64(json, "tokens", document->tokens);
    plx_json_double(json, "nats", document->nats);
    plx_json_double(json, "nats_per_token", document->nats_per_token);
    plx_json_double(json, "perplexity", exp(document->nats_per_token));
    plx_json_u64(json, "bytes", document->bytes);
    plx_json_double(json, "bits_per_byte", plx_bits_each(document->nats, document->bytes));
    plx_json_u64(json, "infinite", document->infinite);
    plx_json_end_object(json);
}

static void write_document_list(struct plx_json_writer *json, const char *key,
                                const struct plx_document_list *list)
{
    plx_json_begin_array(json, key);
    for (size_t i = 0; i < list->count; i++)
        write_document(json, list->documents + i);
    plx_json_end_array(json);
}

static void write_documents(struct plx_json_writer *json, const struct plx_documents *documents)
{
    plx_json_begin_object(json, "document");
    plx_json_u64(json, "documents", documents->means.count);
    plx_json_double(json, "mean_nats_per_token", plx_exact_mean(&documents->means));
    plx_json_begin_array(json, "bins");
    for (size_t i = 0; i < PLX_DOCUMENT_BINS; i++) {
        if (documents->bins[i].documents == 0)
            continue;
        plx_json_begin_object(json, NULL);
        plx_json_double(json, "from", (double)i * PLX_DOCUMENT_STEP);
        if (i + 1 < PLX_DOCUMENT_BINS)
            plx_json_double(json, "below", (double)(i + 1) * PLX_DOCUMENT_STEP);
        plx_json_u64(json, "documents", documents->bins[i].documents);
        write_figures(json, &documents->bins[i].nats);
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
    write_document_list(json, "worst", &documents->worst);
    write_document_list(json, "best", &documents->best);
    plx_json_end_object(json);
}

static void write_after(struct plx_json_writer *json, const struct plx_exact *after)
{
    plx_json_begin_object(json, "after_unknown");
    write_part(json, "unknown", after + PLX_BEFORE_UNKNOWN);
    write_part(json, "known", after + PLX_BEFORE_KNOWN);
    write_part(json, "nothing", after + PLX_BEFORE_NOTHING);
    plx_json_end_object(json);
}

static void write_extreme(struct plx_json_writer *json, const struct plx_extreme *extreme)
{
    plx_json_begin_object(json, NULL);
    plx_json_double(json, "nats", extreme->nats);
    plx_write_token(json, &extreme->token);
    plx_json_u64(json, "unit", extreme->unit);
    plx_json_u64(json, "position", extreme->position);
    plx_json_u64(json, "document_number", extreme->document);
    if (extreme->document_id.known)
        plx_write_snippet(json, "document", &extreme->document_id);
    if (extreme->order > 0)
        plx_json_u64(json, "order", extreme->order);
    plx_write_flags(json, extreme->flags);
    plx_write_context(json, "before", extreme->before, extreme->before_count);
    plx_write_context(json, "after", extreme->after, extreme->after_count);
    plx_json_end_object(json);
}

static void write_extremes(struct plx_json_writer *json, const char *key, const struct plx_extremes *extremes)
{
    if (extremes->most == 0)
        return;
    plx_json_begin_array(json, key);
    for (size_t i = 0; i < extremes->count; i++)
        write_extreme(json, extremes->list + extremes->heap[i]);
    plx_json_end_array(json);
}

void plx_write_breakdown(struct plx_json_writer *json, const struct plx_result *result)
{
    const unsigned parts = result->breakdown.parts;
    const struct plx_breakdown_sums *sums = &result->breakdown_sums;
    if (parts)
        plx_json_begin_object(json, "breakdown");
    if (parts & PLX_BREAKDOWN_POSITION)
        write_ranges(json, "position", sums->positions, PLX_POSITION_BINS, plx_position_bin_range);
    if (parts & PLX_BREAKDOWN_ORDER)
        write_orders(json, &result->tally);
    if (parts & PLX_BREAKDOWN_FREQUENCY)
        write_frequency(json, result);
    if (parts & PLX_BREAKDOWN_DOCUMENT)
        write_documents(json, &result->trail.documents);
    if (parts & PLX_BREAKDOWN_UNKNOWN)
        write_after(json, sums->after);
    if (parts)
        plx_json_end_object(json);
    write_extremes(json, "worst", &result->trail.worst);
    write_extremes(json, "best", &result->trail.best);
}

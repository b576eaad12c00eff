/* Where the loss is, for people: tables of columns that line up. */
#include "eval/result.h"
#include "report/page.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the tokens around one, how many are shown: JSON has all. */
#define SHOWN_BEFORE 8
#define SHOWN_AFTER  4

/* Of a line. */
#define LINE_BYTES 240

/* What all parts are shares of. */
static double whole_nats(const struct plx_result *result)
{
    const struct plx_exact total = plx_tally_total(&result->tally);
    return plx_exact_total(&total);
}

static void put_head(struct plx_page *page, const char *what)
{
    if (page->out.size > 0)
        plx_page_put(page, "\n", 1);
    plx_page_line(page, "%-26s%14s%14s%14s%12s", what, "tokens", "nats/token", "perplexity", "% of loss");
}

/* A part that has tokens. */
static void put_part(struct plx_page *page, const char *name, const struct plx_exact *part, double whole)
{
    char tokens[PLX_PAGE_GROUPED];
    const double mean = plx_exact_mean(part);
    const double share = part->infinite ? (double)NAN : 100 * plx_exact_sum(part) / whole;
    if (part->count == 0)
        return;
    plx_page_line(page, "  %-24s%14s%14.6f%14.6g%12.2f", name, plx_page_group(part->count, tokens), mean,
                  exp(mean), share);
}

static void put_ranges(struct plx_page *page, const struct plx_exact *parts, size_t count,
                       void (*range)(size_t, uint64_t *, uint64_t *), double whole)
{
    for (size_t i = 0; i < count; i++) {
        char name[2 * PLX_PAGE_GROUPED + 4], first[PLX_PAGE_GROUPED], last[PLX_PAGE_GROUPED];
        uint64_t from, to;
        range(i, &from, &to);
        if (from == to)
            snprintf(name, sizeof name, "%s", plx_page_group(from, first));
        else
            snprintf(name, sizeof name, "%s to %s", plx_page_group(from, first), plx_page_group(to, last));
        put_part(page, name, parts + i, whole);
    }
}

static void put_orders(struct plx_page *page, const struct plx_tally *tally, double whole)
{
    put_head(page, "by n-gram found");
    for (unsigned k = 0; k < tally->order_count; k++) {
        char name[32];
        snprintf(name, sizeof name, "%u-gram", k);
        put_part(page, k ? name : "none", tally->orders + k, whole);
    }
}

static void put_document_bins(struct plx_page *page, const struct plx_documents *documents, double whole)
{
    put_head(page, "by nats of the document");
    for (size_t i = 0; i < PLX_DOCUMENT_BINS; i++) {
        const double from = (double)i * PLX_DOCUMENT_STEP;
        char name[64], count[PLX_PAGE_GROUPED];
        plx_page_group(documents->bins[i].documents, count);
        if (i + 1 < PLX_DOCUMENT_BINS)
            snprintf(name, sizeof name, "%.1f to %.1f: %s", from, from + PLX_DOCUMENT_STEP, count);
        else
            snprintf(name, sizeof name, "%.1f and more: %s", from, count);
        put_part(page, name, &documents->bins[i].nats, whole);
    }
}

/* What stands in a snippet, so that it can be seen, behind text[used]; returns the new length, at most
   capacity − 1. */
static size_t put_shown(struct plx_page *page, const struct plx_snippet *snippet, char *text, size_t used,
                        size_t capacity)
{
    char *shown = plx_page_visible(page, snippet->text, snippet->length);
    if (!shown)
        return used;
    used += (size_t)snprintf(text + used, capacity - used, "%s%s", shown, snippet->cut ? "…" : "");
    free(shown);
    return used < capacity ? used : capacity - 1;
}

static void put_document_list(struct plx_page *page, const char *what, const struct plx_document_list *list)
{
    if (page->out.size > 0)
        plx_page_put(page, "\n", 1);
    plx_page_line(page, "%-26s%14s%14s%14s", what, "tokens", "nats/token", "perplexity");
    for (size_t i = 0; i < list->count; i++) {
        const struct plx_listed_document *document = list->documents + i;
        char tokens[PLX_PAGE_GROUPED], name[LINE_BYTES - 60];
        size_t used = (size_t)snprintf(name, sizeof name, "%" PRIu64 "%s", document->number,
                                       document->id.known ? " " : "");
        if (document->id.known)
            put_shown(page, &document->id, name, used, sizeof name);
        plx_page_line(page, "  %-24s%14s%14.6f%14.6g", name, plx_page_group(document->tokens, tokens),
                      document->nats_per_token, exp(document->nats_per_token));
    }
}

/* A token behind text[used], with the separator of such tokens before it. */
static size_t put_token(struct plx_page *page, const struct plx_context_token *token, const char *separator,
                        char *text, size_t used, size_t capacity)
{
    if (used > 0)
        used += (size_t)snprintf(text + used, capacity - used, "%s", separator);
    if (used >= capacity)
        return capacity - 1;
    if (token->spelled.known)
        return put_shown(page, &token->spelled, text, used, capacity);
    used += token->id != PLX_NO_TOKEN
                ? (size_t)snprintf(text + used, capacity - used, "(id %" PRIu32 ")", token->id)
                : (size_t)snprintf(text + used, capacity - used, "?");
    return used < capacity ? used : capacity - 1;
}

static void put_extreme(struct plx_page *page, const struct plx_extreme *extreme, const char *separator)
{
    char before[LINE_BYTES / 3] = "", token[LINE_BYTES / 4] = "", after[LINE_BYTES / 5] = "", place[64];
    size_t used = 0;
    const size_t shown = extreme->before_count < SHOWN_BEFORE ? extreme->before_count : SHOWN_BEFORE;
    for (size_t i = extreme->before_count - shown; i < extreme->before_count; i++)
        used = put_token(page, extreme->before + i, separator, before, used, sizeof before);
    put_token(page, &extreme->token, separator, token, 0, sizeof token);
    used = 0;
    for (size_t i = 0; i < extreme->after_count && i < SHOWN_AFTER; i++)
        used = put_token(page, extreme->after + i, separator, after, used, sizeof after);
    snprintf(place, sizeof place, "%" PRIu64 ":%" PRIu64, extreme->unit, extreme->position);
    plx_page_line(page, "%12.6f  %-12s %s [%s] %s", extreme->nats, place, before, token, after);
}

static void put_extremes(struct plx_page *page, const char *what, const struct plx_extremes *extremes,
                         enum plx_token_kind tokens)
{
    const bool joined = tokens == PLX_TOKENS_CHARACTER || tokens == PLX_TOKENS_BYTE;
    if (extremes->most == 0)
        return;
    if (page->out.size > 0)
        plx_page_put(page, "\n", 1);
    plx_page_line(page, "%-12s  %-12s %s", what, "unit:place", "context [token] context");
    for (size_t i = 0; i < extremes->count; i++)
        put_extreme(page, extremes->list + extremes->heap[i], joined ? "" : " ");
}

static void put_frequency(struct plx_page *page, const struct plx_result *result, double whole)
{
    put_head(page, "by count in training");
    put_ranges(page, result->breakdown_sums.bands, PLX_FREQUENCY_BANDS, plx_frequency_band_range, whole);
    put_part(page, "unknown", &result->breakdown_sums.unknown, whole);
}

static void put_after(struct plx_page *page, const struct plx_exact *after, double whole)
{
    put_head(page, "by what stands before");
    put_part(page, "an unknown token", after + PLX_BEFORE_UNKNOWN, whole);
    put_part(page, "a known token", after + PLX_BEFORE_KNOWN, whole);
    put_part(page, "nothing", after + PLX_BEFORE_NOTHING, whole);
}

static void put_breakdown(struct plx_page *page, const struct plx_result *result)
{
    const unsigned parts = result->breakdown.parts;
    const struct plx_documents *documents = &result->trail.documents;
    const double whole = whole_nats(result);
    if (parts & PLX_BREAKDOWN_POSITION) {
        put_head(page, result->plan.protocol.window ? "by position in window" : "by position in unit");
        put_ranges(page, result->breakdown_sums.positions, PLX_POSITION_BINS, plx_position_bin_range, whole);
    }
    if (parts & PLX_BREAKDOWN_ORDER)
        put_orders(page, &result->tally, whole);
    if (parts & PLX_BREAKDOWN_FREQUENCY)
        put_frequency(page, result, whole);
    if (parts & PLX_BREAKDOWN_DOCUMENT) {
        put_document_bins(page, documents, whole);
        put_document_list(page, "worst documents", &documents->worst);
        put_document_list(page, "best documents", &documents->best);
    }
    if (parts & PLX_BREAKDOWN_UNKNOWN)
        put_after(page, result->breakdown_sums.after, whole);
    put_extremes(page, "worst tokens", &result->trail.worst, result->plan.tokens);
    put_extremes(page, "best tokens", &result->trail.best, result->plan.tokens);
}

enum plx_status plx_breakdown_text(const struct plx_result *result, char **text, size_t *length,
                                   struct plx_error *error)
{
    struct plx_page page;
    plx_page_init(&page, error);
    put_breakdown(&page, result);
    return plx_page_finish(&page, text, length);
}

/* Where the loss is: parts of the tokens, what they have of all tokens and of all loss. */
#include "report/html/report.h"

#include <math.h>
#include <stdio.h>

/* Distinct parts of all results together. */
#define PARTS_MOST 128

/* An array of parts in a result, told apart by a number. */
struct parts {
    const char *path; /* "breakdown.frequency.bands" */
    const char *key;  /* "from" */
    const char *what; /* heading of the first column */
    void (*label)(struct plx_html *html, const cJSON *part);
};

static void begin_parts(struct plx_report *report, const char *what)
{
    struct plx_html *html = &report->html;
    plx_report_table_begin(html, "");
    plx_html_markupf(html, "<thead><tr><th scope=\"col\">%s</th>", what);
    if (report->count > 1)
        plx_html_markup(html, "<th scope=\"col\">result</th>");
    plx_html_markup(html, "<th scope=\"col\" class=\"num\">tokens</th>"
                          "<th scope=\"col\" class=\"num\">of the tokens</th>"
                          "<th scope=\"col\" class=\"num\">of the loss</th>"
                          "<th scope=\"col\"><span class=\"swatch soft\">tokens</span> "
                          "<span class=\"swatch\">loss</span></th>"
                          "<th scope=\"col\" class=\"num\">nats per token</th>"
                          "<th scope=\"col\" class=\"num\">perplexity</th></tr></thead>\n<tbody>\n");
}

static void end_parts(struct plx_report *report)
{
    plx_html_markup(&report->html, "</tbody>");
    plx_report_table_end(&report->html);
}

/* The share of tokens over that of the loss. */
static void put_bars(struct plx_html *html, double tokens, double loss)
{
    const double shares[] = {tokens, loss};
    plx_html_markup(html, "<td class=\"bar\"><svg aria-hidden=\"true\">");
    for (size_t i = 0; i < 2; i++) {
        plx_html_markup(html, i ? "<rect y=\"55%\" height=\"45%\" width=\""
                                : "<rect class=\"tokens-share\" height=\"45%\" width=\"");
        plx_html_coordinate(html, isfinite(shares[i]) ? 100 * fmin(fmax(shares[i], 0), 1) : 0, 2);
        plx_html_markup(html, "%\"/>");
    }
    plx_html_markup(html, "</svg></td>");
}

/* The cells behind the label. The whole is what the result has scored. */
static void put_part(struct plx_report *report, size_t index, const cJSON *part)
{
    struct plx_html *html = &report->html;
    const cJSON *all = plx_result_find(report->results[index].json, "accumulators.nats");
    const double tokens = plx_report_number(part, "tokens"), nats = plx_report_number(part, "nats");
    const double whole_tokens = plx_report_number(all, "count");
    const double whole_nats = report->results[index].nats * whole_tokens;
    if (report->count > 1) {
        plx_html_markup(html, "<td>");
        plx_report_letter(report, index);
        plx_html_markup(html, "</td>");
    }
    plx_report_cell_count(html, tokens);
    plx_report_cell_share(html, tokens, whole_tokens);
    plx_report_cell_share(html, nats, whole_nats);
    put_bars(html, tokens / whole_tokens, nats / whole_nats);
    plx_report_cell_number(html, nats / tokens, 0);
    plx_report_cell_number(html, exp(nats / tokens), 0);
}

/* Adds one that is not there, in order. */
static size_t add_key(double keys[PARTS_MOST], size_t count, double key)
{
    size_t at = count;
    for (size_t i = 0; i < count; i++) {
        if (keys[i] == key)
            return count;
    }
    if (!isfinite(key) || count == PARTS_MOST)
        return count;
    for (; at > 0 && keys[at - 1] > key; at--)
        keys[at] = keys[at - 1];
    keys[at] = key;
    return count + 1;
}

static const cJSON *find_part(const struct plx_reported *result, const struct parts *parts, double key)
{
    const cJSON *part;
    cJSON_ArrayForEach(part, plx_result_find(result->json, parts->path))
    {
        if (plx_report_number(part, parts->key) == key)
            return part;
    }
    return NULL;
}

static void put_parts(struct plx_report *report, const struct parts *parts)
{
    struct plx_html *html = &report->html;
    double keys[PARTS_MOST];
    size_t count = 0;
    const cJSON *part;
    for (size_t i = 0; i < report->count; i++) {
        cJSON_ArrayForEach(part, plx_result_find(report->results[i].json, parts->path)) count =
            add_key(keys, count, plx_report_number(part, parts->key));
    }
    for (size_t k = 0; k < count; k++) {
        for (size_t i = 0; i < report->count; i++) {
            part = find_part(report->results + i, parts, keys[k]);
            if (!part)
                continue;
            plx_html_markup(html, "<tr><th scope=\"row\">");
            parts->label(html, part);
            plx_html_markup(html, "</th>");
            put_part(report, i, part);
            plx_html_markup(html, "</tr>\n");
        }
    }
}

/* A part that is an object of its own. */
static void put_single(struct plx_report *report, const char *path, const char *label)
{
    struct plx_html *html = &report->html;
    for (size_t i = 0; i < report->count; i++) {
        const cJSON *part = plx_result_find(report->results[i].json, path);
        if (!part || !(plx_report_number(part, "tokens") > 0))
            continue;
        plx_html_markupf(html, "<tr><th scope=\"row\">%s</th>", label);
        put_part(report, i, part);
        plx_html_markup(html, "</tr>\n");
    }
}

static void put_order(struct plx_html *html, const cJSON *part)
{
    plx_html_fixed(html, plx_report_number(part, "order"), 0);
}

static bool has_orders(const struct plx_report *report)
{
    return plx_report_any(report, "orders");
}

static void write_orders(struct plx_report *report)
{
    static const struct parts PARTS = {"orders", "order", "n-gram length", put_order};
    plx_html_markup(&report->html,
                    "<p class=\"soft\">How long the n-gram was that the model found for a token: 1 is "
                    "the token alone, its context unseen.</p>\n");
    begin_parts(report, PARTS.what);
    put_parts(report, &PARTS);
    end_parts(report);
}

static void put_band(struct plx_html *html, const cJSON *part)
{
    const double from = plx_report_number(part, "from"), to = plx_report_number(part, "to");
    char text[2][PLX_NUMBER_TEXT];
    if (!(from >= 0 && from < 9e15)) {
        plx_html_markup(html, "—");
        return;
    }
    plx_html_markup(html, plx_format_grouped((uint64_t)from, text[0]));
    if (to > from && to < 9e15)
        plx_html_markupf(html, " – %s", plx_format_grouped((uint64_t)to, text[1]));
    else if (to > from)
        plx_html_markup(html, " and more");
}

static bool has_frequency(const struct plx_report *report)
{
    return plx_report_any(report, "breakdown.frequency.bands");
}

static void write_frequency(struct plx_report *report)
{
    static const struct parts PARTS = {"breakdown.frequency.bands", "from", "seen in training", put_band};
    const cJSON *counts = plx_result_find(report->results[0].json, "breakdown.frequency.counts");
    const double tokens = plx_report_number(counts, "tokens");
    char text[PLX_NUMBER_TEXT];
    plx_html_markup(&report->html, "<p class=\"soft\">How often the training corpus has a token");
    if (tokens >= 0 && tokens < 9e15)
        plx_html_markupf(&report->html, ", among its %s", plx_format_grouped((uint64_t)tokens, text));
    plx_html_markup(&report->html, ".</p>\n");
    begin_parts(report, PARTS.what);
    put_parts(report, &PARTS);
    put_single(report, "breakdown.frequency.unknown", "unknown to the model");
    end_parts(report);
}

static bool has_unknown(const struct plx_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        const cJSON *after = plx_result_find(report->results[i].json, "breakdown.after_unknown.unknown");
        if (plx_report_number(after, "tokens") > 0)
            return true;
    }
    return false;
}

static void write_unknown(struct plx_report *report)
{
    plx_html_markup(&report->html,
                    "<p class=\"soft\">What stands right before a token: whether an unknown token "
                    "makes the next one dearer.</p>\n");
    begin_parts(report, "after");
    put_single(report, "breakdown.after_unknown.unknown", "an unknown token");
    put_single(report, "breakdown.after_unknown.known", "a known token");
    put_single(report, "breakdown.after_unknown.nothing", "nothing");
    end_parts(report);
}

static void put_step(struct plx_html *html, const cJSON *part)
{
    const double below = plx_report_number(part, "below");
    plx_html_fixed(html, plx_report_number(part, "from"), 1);
    if (isfinite(below)) {
        plx_html_markup(html, " – ");
        plx_html_fixed(html, below, 1);
    } else {
        plx_html_markup(html, " and more");
    }
}

static bool has_documents(const struct plx_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        if (plx_report_number(plx_result_find(report->results[i].json, "breakdown.document"), "documents") >
            1)
            return true;
    }
    return false;
}

static void put_document(struct plx_html *html, const cJSON *document, bool named)
{
    const cJSON *id = plx_result_member(document, "document");
    const double number = plx_report_number(document, "number");
    plx_html_markup(html, "<tr><th scope=\"row\">");
    if (number >= 0)
        plx_html_fixed(html, number, 0);
    plx_html_markup(html, "</th>");
    if (named) {
        plx_html_markup(html, "<td class=\"value\">");
        plx_html_bdi(html, cJSON_IsString(id) ? id->valuestring : "—");
        plx_html_markup(html, "</td>");
    }
    plx_report_cell_count(html, plx_report_number(document, "tokens"));
    plx_report_cell_number(html, plx_report_number(document, "nats_per_token"), 0);
    plx_report_cell_number(html, plx_report_number(document, "perplexity"), 0);
    plx_report_cell_number(html, plx_report_number(document, "bits_per_byte"), 0);
    plx_html_markup(html, "</tr>\n");
}

static void put_documents(struct plx_report *report, size_t index, const char *path, const char *heading)
{
    struct plx_html *html = &report->html;
    const cJSON *list = plx_result_find(report->results[index].json, path), *document;
    bool named = false;
    if (!list || !list->child)
        return;
    cJSON_ArrayForEach(document, list) named = named || plx_result_member(document, "document");
    plx_html_markup(html, "<h3>");
    plx_report_letter(report, index);
    plx_html_markupf(html, " %s</h3>\n", heading);
    plx_report_table_begin(html, "");
    plx_html_markupf(html,
                     "<thead><tr><th scope=\"col\">number, from 0</th>%s"
                     "<th scope=\"col\" class=\"num\">tokens</th>"
                     "<th scope=\"col\" class=\"num\">nats per token</th>"
                     "<th scope=\"col\" class=\"num\">perplexity</th>"
                     "<th scope=\"col\" class=\"num\">bits per byte</th></tr></thead>\n<tbody>\n",
                     named ? "<th scope=\"col\">document</th>" : "");
    cJSON_ArrayForEach(document, list) put_document(html, document, named);
    plx_html_markup(html, "</tbody>");
    plx_report_table_end(html);
}

static void write_documents(struct plx_report *report)
{
    static const struct parts PARTS = {"breakdown.document.bins", "from", "nats per token of the document",
                                       put_step};
    begin_parts(report, PARTS.what);
    put_parts(report, &PARTS);
    end_parts(report);
    for (size_t i = 0; i < report->count; i++) {
        const cJSON *documents = plx_result_find(report->results[i].json, "breakdown.document");
        const double all = plx_report_number(documents, "documents");
        /* The same ones in reverse say nothing more. */
        const bool few = cJSON_GetArraySize(plx_result_member(documents, "worst")) >= all;
        put_documents(report, i, "breakdown.document.worst",
                      few ? "Documents, those that cost most first" : "Documents that cost most");
        if (!few)
            put_documents(report, i, "breakdown.document.best", "Documents that cost least");
    }
}

const struct plx_report_section plx_section_orders = {
    .id = "orders", .title = "n-gram lengths", .present = has_orders, .write = write_orders};

const struct plx_report_section plx_section_frequency = {
    .id = "frequency", .title = "Frequency", .present = has_frequency, .write = write_frequency};

const struct plx_report_section plx_section_unknown = {
    .id = "unknown", .title = "After unknown tokens", .present = has_unknown, .write = write_unknown};

const struct plx_report_section plx_section_documents = {
    .id = "documents", .title = "Documents", .present = has_documents, .write = write_documents};

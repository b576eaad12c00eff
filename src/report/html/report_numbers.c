/* The numbers themselves, and what is to be known before they are believed. */
#include "report/html/report.h"
#include "report/metric.h"

#include "base/student.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void put_warnings(struct plx_report *report)
{
    struct plx_html *html = &report->html;
    for (size_t i = 0; i < report->count; i++) {
        const cJSON *warning;
        cJSON_ArrayForEach(warning, plx_result_member(report->results[i].json, "warnings"))
        {
            const cJSON *message = plx_result_member(warning, "message");
            const double count = plx_report_number(warning, "count");
            if (!cJSON_IsString(message))
                continue;
            plx_html_markup(html, "<div class=\"note\"><p>");
            plx_report_letter(report, i);
            plx_html_markup(html, " Warning: ");
            plx_html_bdi(html, message->valuestring);
            if (count > 1)
                plx_html_textf(html, " (%.0f times)", count);
            plx_html_markup(html, "</p></div>\n");
        }
    }
}

/* What makes a result another number than the base's. */
static void put_differences(struct plx_report *report)
{
    struct plx_html *html = &report->html;
    for (size_t i = 1; i < report->count; i++) {
        const struct plx_comparability *found = &report->results[i].comparability;
        if (found->level == PLX_COMPARABLE_TOKENS)
            continue;
        plx_html_markup(html, "<div class=\"note\"><p>");
        plx_report_letter(report, i);
        plx_html_markup(html, " <strong>is not comparable with</strong> ");
        plx_report_letter(report, 0);
        plx_html_markup(html, "<strong>:</strong> ");
        plx_html_string(html, found->reason);
        plx_html_markup(html, ".</p><p>");
        for (size_t k = 0; k < found->difference_count; k++) {
            const struct plx_difference *difference = found->differences + k;
            plx_html_markup(html, k ? "; <code>" : "<code>");
            plx_html_string(html, difference->field);
            plx_html_markup(html, "</code> ");
            plx_report_put_value(html, difference->values[0]);
            plx_html_markup(html, " → ");
            plx_report_put_value(html, difference->values[1]);
        }
        plx_html_markup(html, "</p></div>\n");
    }
}

/* The standard error of a number that follows from the mean. */
static double error_of(const struct plx_metric *metric, const struct plx_reported *result, double value)
{
    const double moved = plx_metric_shifted(metric, value, result->nats, result->interval_error);
    return fabs(moved - value);
}

static void put_interval(struct plx_html *html, const struct plx_metric *metric,
                         const struct plx_reported *result, double value)
{
    const double low = plx_metric_shifted(metric, value, result->nats, result->interval[0] - result->nats);
    const double high = plx_metric_shifted(metric, value, result->nats, result->interval[1] - result->nats);
    const unsigned digits = plx_report_digits(value, error_of(metric, result, value));
    if (!isfinite(low) || !isfinite(high) || !(high > low))
        return;
    plx_html_markup(html, "<small>");
    plx_report_put_fixed(html, low, digits);
    plx_html_markup(html, " – ");
    plx_report_put_fixed(html, high, digits);
    plx_html_markup(html, "</small>");
}

/* What a reader looks for first. */
static void put_head_number(struct plx_report *report, const char *path, const char *label)
{
    struct plx_html *html = &report->html;
    const struct plx_reported *result = report->results;
    const struct plx_metric *metric;
    double value;
    for (size_t i = 0; (metric = plx_metric(i)) != NULL && strcmp(metric->path, path) != 0; i++)
        continue;
    if (!metric || !plx_metric_value(metric, result->json, &value) || isnan(value))
        return;
    plx_html_markup(html, "<li><span>");
    plx_html_string(html, label);
    plx_html_markup(html, "</span><strong>");
    plx_report_put_fixed(html, value, plx_report_digits(value, error_of(metric, result, value)));
    plx_html_markup(html, "</strong>");
    put_interval(html, metric, result, value);
    plx_html_markup(html, "</li>\n");
}

static void put_head(struct plx_report *report)
{
    struct plx_html *html = &report->html;
    if (report->count > 1)
        return;
    plx_html_markup(html, "<ul class=\"head\">\n");
    put_head_number(report, "perplexity", "Perplexity");
    put_head_number(report, "nats_per_token", "Nats per token");
    put_head_number(report, "bits_per_token", "Bits per token");
    put_head_number(report, "normalized.bits_per_byte", "Bits per byte");
    put_head_number(report, "normalized.word_perplexity", "Perplexity per word");
    plx_html_markup(html, "</ul>\n");
}

/* A small one has more digits: those of what it is between would leave none of it. */
static void put_difference(struct plx_html *html, double size, unsigned digits)
{
    const unsigned needed = plx_report_digits(size, size);
    plx_html_fixed(html, size, needed > digits ? needed : digits);
}

/* Beside the base: in per cent, or in the number's own unit. */
static void put_change(struct plx_report *report, const struct plx_metric *metric, size_t index, double value,
                       double base, unsigned digits)
{
    struct plx_html *html = &report->html;
    if (index == 0 || !isfinite(value - base) || metric->neutral)
        return;
    plx_html_markup(html, "<small>");
    if (!plx_report_comparable(report->results + index, metric->of_text)) {
        plx_html_markup(html, "not comparable");
    } else if (value == base) {
        plx_html_markup(html, "the same");
    } else if (plx_metric_is_relative(metric) && base != 0) {
        plx_html_markup(html, value < base ? "−" : "+");
        put_difference(html, fabs(100 * (value / base - 1)), 2);
        plx_html_markup(html, " %");
    } else {
        plx_html_markup(html, value < base ? "−" : "+");
        put_difference(html, fabs(value - base), digits);
    }
    plx_html_markup(html, "</small>");
}

/* A cell for its interval of its own where there is room: beside a single result. */
static void put_metric_cell(struct plx_report *report, const struct plx_metric *metric, size_t index)
{
    struct plx_html *html = &report->html;
    const struct plx_reported *result = report->results + index;
    double value = (double)NAN, base = (double)NAN;
    plx_metric_value(metric, result->json, &value);
    plx_metric_value(metric, report->results[0].json, &base);
    const double error = metric->scale == PLX_METRIC_OTHER ? (double)NAN : error_of(metric, result, value);
    const unsigned digits = plx_report_digits(value, error);
    plx_html_markup(html, "<td class=\"num\">");
    plx_report_put_fixed(html, value, digits);
    if (report->count == 1)
        plx_html_markup(html, "</td><td class=\"num soft\">");
    if (metric->scale != PLX_METRIC_OTHER)
        put_interval(html, metric, result, value);
    put_change(report, metric, index, value, base, digits);
    plx_html_markup(html, "</td>");
}

/* Whether any of them has the number, and it has no other place. */
static bool is_told(const struct plx_report *report, const struct plx_metric *metric)
{
    static const char *const ELSEWHERE[] = {"runtime.", "distribution.",  "counts.",      "uncertainty.",
                                            "model.",   "unknown.tokens", "unknown.share"};
    double value;
    for (size_t i = 0; i < sizeof ELSEWHERE / sizeof *ELSEWHERE; i++) {
        if (strncmp(metric->path, ELSEWHERE[i], strlen(ELSEWHERE[i])) == 0)
            return false;
    }
    for (size_t i = 0; i < report->count; i++) {
        if (plx_metric_value(metric, report->results[i].json, &value) && !isnan(value))
            return true;
    }
    return false;
}

static void put_metrics(struct plx_report *report)
{
    struct plx_html *html = &report->html;
    const struct plx_metric *metric;
    plx_report_table_begin(html, "");
    if (report->count > 1)
        plx_report_columns(report, "");
    else
        plx_html_markup(html, "<thead><tr><th scope=\"col\"></th><th scope=\"col\" class=\"num\">value</th>"
                              "<th scope=\"col\" class=\"num\">95 % interval</th></tr></thead>");
    plx_html_markup(html, "<tbody>\n");
    for (size_t i = 0; (metric = plx_metric(i)) != NULL; i++) {
        if (!is_told(report, metric))
            continue;
        plx_html_markupf(html, "<tr><th scope=\"row\">%s</th>", metric->label);
        for (size_t k = 0; k < report->count; k++)
            put_metric_cell(report, metric, k);
        plx_html_markup(html, "</tr>\n");
    }
    plx_html_markup(html, "</tbody>");
    plx_report_table_end(html);
}

/* What the interval would be were tokens independent. */
static void put_independent(struct plx_html *html, const struct plx_reported *result)
{
    const double perplexity = exp(result->nats), half = PLX_NORMAL_95 * result->standard_error;
    const unsigned digits = plx_report_digits(perplexity, perplexity * result->interval_error);
    plx_html_markup(html, " Were tokens independent of each other, that of the perplexity would be ");
    plx_report_put_fixed(html, exp(result->nats - half), digits);
    plx_html_markup(html, " – ");
    plx_report_put_fixed(html, exp(result->nats + half), digits);
    plx_html_markup(html, ".");
}

/* Where intervals come from, which may be another place in each result. */
static void put_interval_source(struct plx_report *report)
{
    struct plx_html *html = &report->html;
    size_t least = SIZE_MAX, most = 0;
    bool others = false;
    for (size_t i = 0; i < report->count; i++) {
        const struct plx_reported *result = report->results + i;
        others = others || (result->blocks == 0 && isfinite(result->interval[0]));
        if (result->blocks == 0)
            continue;
        least = result->blocks < least ? result->blocks : least;
        most = result->blocks > most ? result->blocks : most;
    }
    if (most > 0) {
        plx_html_markup(html, "Intervals are from the slow variation of the loss along the corpus, in ");
        if (least < most)
            plx_html_markupf(html, "%zu to ", least);
        plx_html_markupf(html, "%zu blocks (Student's t), since neighbours depend on each other.", most);
    }
    if (others)
        plx_html_markup(
            html, most > 0 ? " Of the other results they take tokens as independent of each "
                             "other: they are too narrow."
                           : "Intervals take tokens as independent of each other: they are too narrow.");
}

static void put_method(struct plx_report *report)
{
    struct plx_html *html = &report->html;
    const struct plx_reported *base = report->results;
    plx_html_markup(html, "<p class=\"soft\">");
    if (report->count > 1)
        plx_html_markup(html, "Small below a number: its 95 % interval. Below it the difference from A. ");
    put_interval_source(report);
    if (base->blocks > 0 && report->count == 1)
        put_independent(html, base);
    plx_html_markup(html, " Every digit is shown on hover.</p>\n");
}

static void put_count_row(struct plx_report *report, const char *path, const char *label)
{
    struct plx_html *html = &report->html;
    const char *leaf = plx_metric_leaf(path);
    char parent[64];
    bool any = false;
    snprintf(parent, sizeof parent, "%.*s", (int)(leaf - path) - 1, path);
    for (size_t i = 0; i < report->count && !any; i++)
        any = plx_report_number(plx_result_find(report->results[i].json, parent), leaf) > 0;
    if (!any)
        return;
    plx_html_markupf(html, "<tr><th scope=\"row\">%s</th>", label);
    for (size_t i = 0; i < report->count; i++)
        plx_report_cell_count(html,
                              plx_report_number(plx_result_find(report->results[i].json, parent), leaf));
    plx_html_markup(html, "</tr>\n");
}

static void put_counts(struct plx_report *report)
{
    static const char *const ROWS[][2] = {{"counts.tokens", "tokens"},
                                          {"counts.scored", "scored"},
                                          {"counts.skipped.no_context", "skipped: no context"},
                                          {"counts.skipped.masked", "skipped: masked"},
                                          {"counts.skipped.replaced", "skipped: replaced"},
                                          {"counts.skipped.tail", "skipped: tail"},
                                          {"counts.skipped.unknown", "skipped: unknown"},
                                          {"counts.skipped.blank", "skipped: blank lines"},
                                          {"counts.skipped.limit", "skipped: limit"},
                                          {"unknown.tokens", "unknown to the model"},
                                          {"unknown.literal", "spelled as the unknown symbol"},
                                          {"counts.infinite", "of zero probability"},
                                          {"counts.documents", "documents"},
                                          {"counts.lines", "lines"},
                                          {"counts.words", "words"},
                                          {"counts.characters", "characters"},
                                          {"counts.bytes", "bytes"},
                                          {"counts.scored_words", "words scored"},
                                          {"counts.scored_characters", "characters scored"},
                                          {"counts.scored_bytes", "bytes scored"}};
    struct plx_html *html = &report->html;
    plx_report_table_begin(html, "");
    plx_report_columns(report, "");
    plx_html_markup(html, "<tbody>\n");
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        put_count_row(report, ROWS[i][0], ROWS[i][1]);
    plx_html_markup(html, "</tbody>");
    plx_report_table_end(html);
}

static void write_numbers(struct plx_report *report)
{
    put_warnings(report);
    put_differences(report);
    put_head(report);
    plx_html_markup(&report->html, "<div class=\"pair\"><div>\n");
    put_metrics(report);
    put_method(report);
    plx_html_markup(&report->html, "</div><div>\n");
    put_counts(report);
    plx_html_markup(&report->html, "</div></div>\n");
}

const struct plx_report_section plx_section_numbers = {
    .id = "numbers", .title = "Numbers", .write = write_numbers};

/* Full distributions: how good the best guesses are, and whether the model is as sure as it may be. */
#include "report/html/chart.h"
#include "report/html/report.h"

#include "base/memory.h"
#include "base/student.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static bool has_distribution(const struct plx_report *report)
{
    return plx_report_any(report, "distribution");
}

static void put_figures(struct plx_report *report)
{
    static const struct {
        const char *parent, *key, *label;
    } ROWS[] = {{"distribution", "entropy_nats", "entropy (nats)"},
                {"distribution", "cross_entropy_nats", "cross-entropy (nats)"},
                {"distribution.accuracy", "at_1", "the most probable token is right"},
                {"distribution.accuracy", "at_5", "one of the first 5 is right"},
                {"distribution.accuracy", "at_10", "one of the first 10 is right"},
                {"distribution", "mean_reciprocal_rank", "mean reciprocal rank"},
                {"distribution", "mean_rank", "mean rank"},
                {"distribution.calibration", "expected_calibration_error", "expected calibration error"},
                {"distribution.temperature", "best", "best temperature"},
                {"distribution.temperature", "nats_per_token", "nats per token at it"},
                {"distribution.normalization", "largest", "largest |Σp − 1|"}};
    struct plx_html *html = &report->html;
    plx_report_table_begin(html, "");
    plx_report_columns(report, "");
    plx_html_markup(html, "<tbody>\n");
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        plx_html_markupf(html, "<tr><th scope=\"row\">%s</th>", ROWS[i].label);
        for (size_t k = 0; k < report->count; k++)
            plx_report_cell_number(
                html,
                plx_report_number(plx_result_find(report->results[k].json, ROWS[i].parent), ROWS[i].key), 0);
        plx_html_markup(html, "</tr>\n");
    }
    plx_html_markup(html, "</tbody>");
    plx_report_table_end(html);
}

/* Bins without a target say nothing. */
static size_t read_bins(const cJSON *bins, struct plx_chart_point *points)
{
    size_t count = 0;
    const cJSON *bin;
    cJSON_ArrayForEach(bin, bins)
    {
        const double targets = plx_report_number(bin, "targets"), right = plx_report_number(bin, "accuracy");
        const struct plx_chart_point point = {.x = plx_report_number(bin, "confidence"),
                                              .from = plx_report_number(bin, "above"),
                                              .to = plx_report_number(bin, "up_to"),
                                              .y = right,
                                              .error = PLX_NORMAL_95 * sqrt(right * (1 - right) / targets),
                                              .tokens =
                                                  targets > 0 && targets < 9e15 ? (uint64_t)targets : 0};
        const bool sane = point.x >= 0 && point.x <= 1 && right >= 0 && right <= 1 && isfinite(point.from) &&
                          isfinite(point.to);
        if (point.tokens > 0 && sane)
            points[count++] = point;
    }
    return count;
}

static enum plx_status read_series(struct plx_report *report, struct plx_chart_series *series,
                                   struct plx_chart_point **points)
{
    for (size_t i = 0; i < report->count; i++) {
        const cJSON *bins = plx_result_find(report->results[i].json, "distribution.calibration.bins");
        const int most = cJSON_GetArraySize(bins);
        series[i] = (struct plx_chart_series){.label = report->results[i].label, .level = (double)NAN};
        if (most <= 0)
            continue;
        points[i] = plx_new_array((size_t)most, sizeof **points, report->html.error);
        if (!points[i])
            return PLX_MEMORY;
        series[i].points = points[i];
        series[i].count = read_bins(bins, points[i]);
    }
    return PLX_OK;
}

static void draw(struct plx_report *report, const struct plx_chart_series *series)
{
    const double error = plx_report_number(
        plx_result_find(report->results[0].json, "distribution.calibration"), "expected_calibration_error");
    char words[768], number[PLX_FIXED_TEXT];
    plx_format_fixed(error, 4, number);
    snprintf(
        words, sizeof words,
        "How often the most probable token is right, by how probable the model holds it. On the dashed line "
        "the model is as sure as it may be; below it, too sure. The mean distance is the expected "
        "calibration error: %s. Bands: 95 %% of binomial counts.",
        number);
    const struct plx_chart chart = {.id = "calibration-chart",
                                    .title = "Reliability",
                                    .words = words,
                                    .what = "probability",
                                    .x = {.label = "highest probability", .high = 1, .exact = true},
                                    .y = {.label = "share that is right", .high = 1, .exact = true},
                                    .series = series,
                                    .count = report->count,
                                    .diagonal = true,
                                    .digits = 3,
                                    .square = true,
                                    .dots = true};
    plx_chart_write(&report->html, &chart);
}

static void put_reliability(struct plx_report *report)
{
    struct plx_html *html = &report->html;
    struct plx_chart_series *series = plx_new_array(report->count, sizeof *series, html->error);
    struct plx_chart_point **points = plx_new_array(report->count, sizeof *points, html->error);
    enum plx_status status = series && points ? PLX_OK : PLX_MEMORY;
    if (status == PLX_OK)
        status = read_series(report, series, points);
    if (status == PLX_OK)
        draw(report, series);
    else
        html->status = status;
    for (size_t i = 0; points && i < report->count; i++)
        free(points[i]);
    free(points);
    free(series);
}

static void write_distribution(struct plx_report *report)
{
    put_figures(report);
    if (report->html.status == PLX_OK && plx_report_any(report, "distribution.calibration.bins"))
        put_reliability(report);
}

static bool has_losses(const struct plx_report *report)
{
    return plx_report_any(report, "losses");
}

/* Every loss of any of them, once. */
static void write_losses(struct plx_report *report)
{
    struct plx_html *html = &report->html;
    plx_report_table_begin(html, "");
    plx_report_columns(report, "loss (nats)");
    plx_html_markup(html, "<tbody>\n");
    for (size_t i = 0; i < report->count; i++) {
        const cJSON *loss;
        cJSON_ArrayForEach(loss, plx_result_member(report->results[i].json, "losses"))
        {
            bool known = !loss->string; /* an array's */
            for (size_t k = 0; k < i && !known; k++)
                known = plx_result_member(plx_result_member(report->results[k].json, "losses"),
                                          loss->string) != NULL;
            if (known)
                continue;
            plx_html_markup(html, "<tr><th scope=\"row\">");
            plx_report_key(html, loss->string);
            plx_html_markup(html, "</th>");
            for (size_t k = 0; k < report->count; k++) {
                const cJSON *losses = plx_result_member(report->results[k].json, "losses");
                plx_report_cell_number(html,
                                       plx_report_number(plx_result_member(losses, loss->string), "loss"), 0);
            }
            plx_html_markup(html, "</tr>\n");
        }
    }
    plx_html_markup(html, "</tbody>");
    plx_report_table_end(html);
}

const struct plx_report_section plx_section_distribution = {.id = "distribution",
                                                            .title = "Full distributions",
                                                            .present = has_distribution,
                                                            .write = write_distribution};

const struct plx_report_section plx_section_losses = {
    .id = "losses", .title = "Modified losses", .present = has_losses, .write = write_losses};

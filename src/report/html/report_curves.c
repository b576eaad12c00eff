/* The cross-entropy as curves: along the corpus, and along the window. */
#include "report/html/chart.h"
#include "report/html/report.h"

#include "base/exact.h"
#include "base/memory.h"
#include "base/student.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fewer tokens say nothing: their bins are joined. */
#define BIN_TOKENS_LEAST 64

/* Two numbers, and what they are of. */
#define BLOCKS_TEXT 96

/* Curves under construction, one for each result. */
struct curves {
    struct plx_chart_series *series; /* [count of results] */
    struct plx_chart_point **points; /* [count of results]; each owned */
    size_t drawn;                    /* the first ones */
    double low, high;                /* of y */
    double bottom, top;              /* of y with its bands */
    double end;                      /* of x */
};

/* The standard deviation of the cross-entropy of all its tokens; NaN: not known. Of those of a block nothing
   is known. */
static double deviation_of(const struct plx_reported *result)
{
    return result->standard_error * sqrt((double)result->scored);
}

static bool begin_curves(struct plx_report *report, struct curves *curves)
{
    struct plx_html *html = &report->html;
    *curves = (struct curves){.drawn = plx_chart_drawn(report->count),
                              .low = (double)INFINITY,
                              .high = -(double)INFINITY,
                              .bottom = (double)INFINITY,
                              .top = -(double)INFINITY};
    if (html->status)
        return false;
    curves->series = plx_new_array(report->count, sizeof *curves->series, html->error);
    curves->points = plx_new_array(report->count, sizeof *curves->points, html->error);
    if (curves->series && curves->points)
        return true;
    html->status = PLX_MEMORY;
    return false;
}

static void end_curves(struct plx_report *report, struct curves *curves)
{
    for (size_t i = 0; curves->points && i < report->count; i++)
        free(curves->points[i]);
    free(curves->points);
    free(curves->series);
}

/* Room for the points of a result. */
static struct plx_chart_point *make_points(struct plx_report *report, struct curves *curves, size_t index,
                                           int count)
{
    struct plx_html *html = &report->html;
    curves->points[index] =
        count > 0 ? plx_new_array((size_t)count, sizeof **curves->points, html->error) : NULL;
    curves->series[index] = (struct plx_chart_series){.label = report->results[index].label,
                                                      .points = curves->points[index],
                                                      .level = report->results[index].nats};
    if (count > 0 && !curves->points[index])
        html->status = PLX_MEMORY;
    return curves->points[index];
}

static void add_point(struct plx_report *report, struct curves *curves, size_t index,
                      struct plx_chart_point point)
{
    point.error = PLX_NORMAL_95 * deviation_of(report->results + index) / sqrt((double)point.tokens);
    curves->points[index][curves->series[index].count++] = point;
    curves->end = fmax(curves->end, point.to);
    if (isfinite(point.y)) {
        curves->low = fmin(curves->low, point.y);
        curves->high = fmax(curves->high, point.y);
        const double error = isfinite(point.error) ? point.error : 0;
        curves->bottom = fmin(curves->bottom, fmax(point.y - error, 0));
        curves->top = fmax(curves->top, point.y + error);
    }
}

/* The mean of a block; NaN of an empty one. */
static double mean_of(const cJSON *sum, const cJSON *count)
{
    struct plx_exact exact = {0};
    if (!cJSON_IsString(sum) || !cJSON_IsNumber(count) || !(count->valuedouble > 0) ||
        !plx_exact_parse(sum->valuestring, &exact.sum))
        return (double)NAN;
    exact.count = (uint64_t)count->valuedouble;
    return plx_exact_mean(&exact);
}

static void read_blocks(struct plx_report *report, struct curves *curves, size_t index)
{
    const cJSON *blocks = plx_result_find(report->results[index].json, "accumulators.blocks");
    const cJSON *counts = plx_result_member(blocks, "counts"), *sums = plx_result_member(blocks, "sums");
    const double targets = plx_report_number(blocks, "targets");
    const int most = cJSON_GetArraySize(counts);
    if (!make_points(report, curves, index, most) || !(targets >= 1))
        return;
    const cJSON *count = counts->child, *sum = sums ? sums->child : NULL;
    for (double from = 0; count && sum; from += targets, count = count->next, sum = sum->next) {
        const double tokens = cJSON_IsNumber(count) ? fmax(count->valuedouble, 0) : 0;
        const double length = count->next ? targets : fmin(fmax(tokens, 1), targets);
        add_point(report, curves, index,
                  (struct plx_chart_point){.x = from + length / 2,
                                           .from = from + 1,
                                           .to = from + length,
                                           .y = mean_of(sum, count),
                                           .tokens = (uint64_t)fmin(tokens, 9e15)});
    }
}

static bool all_finite(const struct plx_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        if (!isfinite(report->results[i].nats))
            return false;
    }
    return true;
}

static void draw(struct plx_report *report, struct curves *curves, struct plx_chart *chart)
{
    if (report->html.status || !(curves->high >= curves->low)) {
        plx_html_markup(&report->html, "<p>There is nothing to be drawn.</p>\n");
        return;
    }
    chart->y.label = "nats per token";
    chart->y.low = curves->bottom;
    chart->y.high = curves->top;
    chart->series = curves->series;
    chart->count = report->count;
    plx_chart_write(&report->html, chart);
}

static const char *three_digits(double value, char text[PLX_FIXED_TEXT])
{
    plx_format_fixed(value, 3, text);
    return text;
}

/* "1,024 tokens", or from how few to how many where results have others. */
static void name_blocks(const struct plx_report *report, const struct curves *curves, char text[BLOCKS_TEXT])
{
    double least = (double)INFINITY, most = 0;
    char low[PLX_NUMBER_TEXT], high[PLX_NUMBER_TEXT];
    for (size_t i = 0; i < curves->drawn; i++) {
        const cJSON *blocks = plx_result_find(report->results[i].json, "accumulators.blocks");
        const double targets = plx_report_number(blocks, "targets");
        if (!(targets >= 1 && targets < 9e15))
            continue;
        least = fmin(least, targets);
        most = fmax(most, targets);
    }
    if (most == 0)
        snprintf(text, BLOCKS_TEXT, "tokens");
    else if (least == most)
        snprintf(text, BLOCKS_TEXT, "%s tokens", plx_format_grouped((uint64_t)most, high));
    else
        snprintf(text, BLOCKS_TEXT, "%s to %s tokens", plx_format_grouped((uint64_t)least, low),
                 plx_format_grouped((uint64_t)most, high));
}

static void write_along(struct plx_report *report)
{
    struct plx_html *html = &report->html;
    struct curves curves;
    char words[1200], low[PLX_FIXED_TEXT], high[PLX_FIXED_TEXT], block[BLOCKS_TEXT];
    if (!all_finite(report)) {
        plx_html_markup(html,
                        "<p>There are tokens of zero probability: the mean of what holds one is infinite. "
                        "No curve is drawn.</p>\n");
        return;
    }
    if (begin_curves(report, &curves)) {
        for (size_t i = 0; i < curves.drawn && html->status == PLX_OK; i++)
            read_blocks(report, &curves, i);
        name_blocks(report, &curves, block);
        snprintf(
            words, sizeof words,
            "Mean cross-entropy of each block of %s, in the order of the corpus: from %s to %s nats "
            "per token; dashed, the mean over all. The band reaches 1.96 standard errors to either side, "
            "were tokens independent and every block spread as all tokens are.",
            block, three_digits(curves.low, low), three_digits(curves.high, high));
        struct plx_chart chart = {.id = "along-chart",
                                  .title = "Cross-entropy along the corpus",
                                  .words = words,
                                  .what = "tokens",
                                  .x = {.label = "tokens of the corpus", .high = curves.end, .exact = true}};
        draw(report, &curves, &chart);
    }
    end_curves(report, &curves);
}

/* A single block is the mean over all. */
static bool has_blocks(const struct plx_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        if (cJSON_GetArraySize(plx_result_find(report->results[i].json, "accumulators.blocks.counts")) > 1)
            return true;
    }
    return false;
}

/* Bins of few tokens are joined with those that follow. */
static void read_positions(struct plx_report *report, struct curves *curves, size_t index)
{
    const cJSON *bins = plx_result_find(report->results[index].json, "breakdown.position"), *bin;
    double from = -1, tokens = 0, nats = 0;
    if (!make_points(report, curves, index, cJSON_GetArraySize(bins)))
        return;
    cJSON_ArrayForEach(bin, bins)
    {
        const double to = plx_report_number(bin, "to");
        if (from < 0)
            from = plx_report_number(bin, "from");
        tokens += plx_report_number(bin, "tokens");
        nats += plx_report_number(bin, "nats");
        if (!(from >= 0) || !(to >= from && to < 9e15) || (tokens < BIN_TOKENS_LEAST && bin->next) ||
            !(tokens >= 1))
            continue;
        add_point(report, curves, index,
                  (struct plx_chart_point){.x = sqrt((1 + from) * (1 + to)) - 1,
                                           .from = from,
                                           .to = to,
                                           .y = nats / tokens,
                                           .tokens = (uint64_t)fmin(tokens, 9e15)});
        from = -1;
        tokens = nats = 0;
    }
}

static void write_window(struct plx_report *report)
{
    struct plx_html *html = &report->html;
    struct curves curves;
    char words[1200], low[PLX_FIXED_TEXT], high[PLX_FIXED_TEXT];
    if (begin_curves(report, &curves)) {
        for (size_t i = 0; i < curves.drawn && html->status == PLX_OK; i++)
            read_positions(report, &curves, i);
        snprintf(
            words, sizeof words,
            "Mean cross-entropy by how many tokens stand before a token in its window or, without windows, "
            "in its unit: from %s to %s nats per token. Positions of fewer than %d tokens are joined; the "
            "band reaches 1.96 standard errors to either side, were tokens independent and spread as all are "
            "at every position.",
            three_digits(curves.low, low), three_digits(curves.high, high), BIN_TOKENS_LEAST);
        struct plx_chart chart = {
            .id = "window-chart",
            .title = "Cross-entropy along the window",
            .words = words,
            .what = "tokens before",
            .dots = true,
            .x = {.label = "tokens before it (doubling)", .scale = PLX_CHART_DOUBLING, .high = curves.end}};
        draw(report, &curves, &chart);
    }
    end_curves(report, &curves);
}

static bool has_positions(const struct plx_report *report)
{
    return plx_report_any(report, "breakdown.position");
}

const struct plx_report_section plx_section_along = {
    .id = "along", .title = "Along the corpus", .present = has_blocks, .write = write_along};

const struct plx_report_section plx_section_window = {
    .id = "window", .title = "Along the window", .present = has_positions, .write = write_window};

/* How the surprisal of tokens is spread, and how it falls along units. */
#include "report/html/chart.h"
#include "report/html/report_tokens.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of a histogram, at the most. */
#define BARS_MOST 64

static bool has_surprisal(const struct plx_report *report)
{
    for (size_t i = 0; i < report->maps->count; i++) {
        if (report->maps->maps[i].whole)
            return true;
    }
    return false;
}

/* Curves of several maps in one drawing. */
struct drawing {
    /* [count of results]: alone, or each in the place of its result, whose letter it has then */
    struct plx_chart_series *series;
    struct plx_chart_point *points; /* [count of results][BARS_MOST + 2] */
    struct plx_chart_mark *marks;   /* [2 × count of results] */
    bool alone;
    size_t marked;
    double begin, end; /* of the bars */
    double high;
};

static bool begin_drawing(struct plx_report *report, struct drawing *drawing)
{
    struct plx_html *html = &report->html;
    drawing->series = plx_new_array(report->count, sizeof *drawing->series, html->error);
    drawing->points = plx_new_array(report->count * (BARS_MOST + 2), sizeof *drawing->points, html->error);
    drawing->marks = plx_new_array(report->count * 2, sizeof *drawing->marks, html->error);
    if (drawing->series && drawing->points && drawing->marks)
        return true;
    html->status = PLX_MEMORY;
    return false;
}

static struct plx_chart_series *series_of(const struct plx_report *report, struct drawing *drawing,
                                          const struct plx_token_map *map)
{
    const size_t at = drawing->alone ? 0 : map->result;
    drawing->series[at].points = drawing->points + at * (BARS_MOST + 2);
    for (size_t i = 0; i < report->count; i++) {
        drawing->series[i].level = (double)NAN;
        drawing->series[i].label = report->results[drawing->alone ? map->result : i].label;
    }
    return drawing->series + at;
}

static void end_drawing(struct drawing *drawing)
{
    free(drawing->series);
    free(drawing->points);
    free(drawing->marks);
}

/* Bins of the survey that a bar stands for, so that there are not too many for the span from low to high. */
static long bins_of_bar(double low, double high)
{
    long bins = 4; /* 1/16 nat */
    while ((high - low) / ((double)bins * PLX_SPREAD_WIDTH) > BARS_MOST - 2)
        bins *= 2;
    return bins;
}

/* The ends of the values, as far as there are bins: what lies outside of them is left to words. */
static double first_of(const struct plx_token_survey *survey)
{
    return fmax(survey->low, plx_token_survey_lowest(survey));
}

static double last_of(const struct plx_token_survey *survey)
{
    return fmin(survey->high, plx_token_survey_lowest(survey) + PLX_SPREAD_WIDTH * PLX_SPREAD_BINS);
}

/* Of differences, zero is in the middle of a bar: what has not moved is on neither side. */
static void add_bars(struct drawing *drawing, struct plx_chart_series *series,
                     const struct plx_token_survey *survey, double low, double high, long bins)
{
    struct plx_chart_point *points = drawing->points + (series - drawing->series) * (BARS_MOST + 2);
    const double lowest = plx_token_survey_lowest(survey), width = (double)bins * PLX_SPREAD_WIDTH;
    const long before = survey->with_signs ? bins / 2 : 0,
               begin = ((long)((low - lowest) / PLX_SPREAD_WIDTH) + before) / bins * bins - before;
    for (long first = begin; first < PLX_SPREAD_BINS && series->count < BARS_MOST; first += bins) {
        const double from = lowest + (double)first * PLX_SPREAD_WIDTH;
        struct plx_chart_point *point = points + series->count;
        if (from > high)
            break;
        series->count++;
        for (long i = first < 0 ? 0 : first; i < first + bins && i < PLX_SPREAD_BINS; i++)
            point->tokens += survey->spread[i];
        point->from = from;
        point->to = from + width;
        point->x = from + width / 2;
        point->y = 100 * (double)point->tokens / (double)survey->count;
        drawing->begin = fmin(drawing->begin, point->from);
        drawing->end = fmax(drawing->end, point->to);
        drawing->high = fmax(drawing->high, point->y);
    }
}

static double mean_of(const struct plx_token_survey *survey)
{
    if (survey->infinite[0] > 0 || survey->infinite[1] > 0)
        return survey->infinite[0] > 0 ? -(double)INFINITY : (double)INFINITY;
    return plx_exact_mean(&survey->total);
}

static void add_marks(struct drawing *drawing, const struct plx_token_sample *sample, size_t series)
{
    const bool named = drawing->alone;
    drawing->marks[drawing->marked++] =
        (struct plx_chart_mark){mean_of(sample->survey), named ? "mean" : NULL, series, false};
    drawing->marks[drawing->marked++] =
        (struct plx_chart_mark){sample->median, named ? "median" : NULL, series, true};
}

/* Which maps a drawing is of. */
static bool is_wanted(const struct plx_token_map *map, bool difference)
{
    return map->whole && map->difference == difference && map->sample.survey->count > 0;
}

static void put_percent(struct plx_html *html, uint64_t part, uint64_t whole, const char *what)
{
    plx_html_fixed(html, 100 * (double)part / (double)whole, 1);
    plx_html_markupf(html, " %% %s", what);
}

/* What half of the tokens are below, and of differences on which side they are. */
static void put_middle(struct plx_html *html, const struct plx_token_map *map)
{
    const struct plx_token_survey *survey = map->sample.survey;
    if (!map->once) {
        plx_html_markup(html, ", median ");
        plx_report_put_fixed(html, map->sample.median, 3);
    }
    if (!survey->with_signs)
        return;
    plx_html_markup(html, "; ");
    put_percent(html, survey->count - survey->sides[0] - survey->sides[1], survey->count, "unchanged, ");
    put_percent(html, survey->sides[1], survey->count, "worse, ");
    put_percent(html, survey->sides[0], survey->count, "better");
}

/* One sentence for each map: numbers that the drawing cannot give exactly. */
static void put_figures(struct plx_report *report, bool difference)
{
    struct plx_html *html = &report->html;
    for (size_t i = 0; i < report->maps->count; i++) {
        const struct plx_token_map *map = report->maps->maps + i;
        const struct plx_token_survey *survey = map->sample.survey;
        char count[PLX_NUMBER_TEXT], infinite[PLX_NUMBER_TEXT], out[PLX_NUMBER_TEXT];
        if (!is_wanted(map, difference))
            continue;
        plx_html_markup(html, "<p>");
        plx_report_letter(report, map->result);
        plx_html_markup(html, difference ? " − " : "");
        if (difference)
            plx_report_letter(report, 0);
        plx_html_markupf(html, " %s tokens: mean ", plx_format_grouped(survey->count, count));
        plx_report_put_fixed(html, mean_of(survey), 3);
        plx_html_markup(html, " nats");
        put_middle(html, map);
        if (survey->infinite[0] + survey->infinite[1] > 0)
            plx_html_markupf(html, "; %s infinite, not drawn",
                             plx_format_grouped(survey->infinite[0] + survey->infinite[1], infinite));
        if (survey->below + survey->above > 0)
            plx_html_markupf(html, "; %s beyond the drawing",
                             plx_format_grouped(survey->below + survey->above, out));
        plx_html_markup(html, ".</p>\n");
    }
}

static void draw_spread(struct plx_report *report, struct drawing *drawing, bool difference)
{
    double low = difference ? (double)INFINITY : 0, high = -(double)INFINITY;
    size_t maps = 0;
    for (size_t i = 0; i < report->maps->count; i++) {
        const struct plx_token_map *map = report->maps->maps + i;
        if (!is_wanted(map, difference) || map->sample.survey->low > map->sample.survey->high)
            continue;
        low = fmin(low, first_of(map->sample.survey));
        high = fmax(high, last_of(map->sample.survey));
        maps++;
    }
    if (maps == 0 || !(high > low))
        return;
    const long bins = bins_of_bar(low, high);
    drawing->alone = maps == 1;
    for (size_t i = 0; i < report->maps->count; i++) {
        const struct plx_token_map *map = report->maps->maps + i;
        if (!is_wanted(map, difference) || map->sample.survey->low > map->sample.survey->high)
            continue;
        struct plx_chart_series *series = series_of(report, drawing, map);
        add_bars(drawing, series, map->sample.survey, low, high, bins);
        add_marks(drawing, &map->sample, (size_t)(series - drawing->series));
    }
    char words[256], width[PLX_NUMBER_TEXT];
    plx_format_significant((double)bins * PLX_SPREAD_WIDTH, 4, width);
    snprintf(words, sizeof words,
             "Share of tokens by %s, in bars %s nats wide%s; dashed the mean, dotted the median.",
             difference ? "how many nats more they cost than in the base" : "what they cost", width,
             difference ? ", the middle one around 0" : "");
    plx_chart_write(
        &report->html,
        &(struct plx_chart){.id = difference ? "differences-chart" : "surprisal-chart",
                            .title = difference ? "Histogram of differences" : "Histogram of surprisal",
                            .words = words,
                            .what = "nats",
                            .x = {.label = difference ? "nats more than the base" : "nats of a token",
                                  .low = drawing->begin,
                                  .high = drawing->end},
                            .y = {.label = "% of tokens", .low = 0, .high = drawing->high},
                            .series = drawing->series,
                            .count = drawing->alone ? 1 : report->count,
                            .steps = true,
                            .digits = 4,
                            .marks = drawing->marks,
                            .mark_count = drawing->marked});
}

static void put_spread(struct plx_report *report, bool difference)
{
    struct drawing drawing = {0};
    put_figures(report, difference);
    if (!report->html.status && begin_drawing(report, &drawing))
        draw_spread(report, &drawing, difference);
    end_drawing(&drawing);
}

static bool has_difference(const struct plx_report *report)
{
    for (size_t i = 0; i < report->maps->count; i++) {
        if (is_wanted(report->maps->maps + i, true))
            return true;
    }
    return false;
}

/* Results that have a curve along the window themselves have a section of it. */
static bool has_positions(const struct plx_report *report, const struct plx_token_map *map)
{
    return is_wanted(map, false) && map->sample.detailed && map->sample.survey->units > 1 &&
           !plx_report_any(report, "breakdown.position");
}

static void add_positions(struct drawing *drawing, struct plx_chart_series *series,
                          const struct plx_token_survey *survey)
{
    struct plx_chart_point *points = drawing->points + (series - drawing->series) * (BARS_MOST + 2);
    for (size_t i = 0; i < PLX_POSITION_BINS; i++) {
        const struct plx_exact *sum = survey->positions + i;
        const double from = i ? exp2((double)i - 1) : 0, to = i ? 2 * from - 1 : 0;
        if (sum->count == 0)
            continue;
        points[series->count++] = (struct plx_chart_point){
            .x = (from + to) / 2, .from = from, .to = to, .y = plx_exact_mean(sum), .tokens = sum->count};
    }
}

static void draw_positions(struct plx_report *report, struct drawing *drawing)
{
    double low = (double)INFINITY, high = -(double)INFINITY, end = 0;
    drawing->alone = report->count == 1;
    for (size_t i = 0; i < report->maps->count; i++) {
        const struct plx_token_map *map = report->maps->maps + i;
        if (!has_positions(report, map))
            continue;
        struct plx_chart_series *series = series_of(report, drawing, map);
        add_positions(drawing, series, map->sample.survey);
        for (size_t k = 0; k < series->count; k++) {
            end = fmax(end, series->points[k].to);
            if (!isfinite(series->points[k].y))
                continue;
            low = fmin(low, series->points[k].y);
            high = fmax(high, series->points[k].y);
        }
    }
    if (!(high >= low))
        return;
    plx_html_markup(&report->html, "<h3>By position</h3>\n");
    plx_chart_write(
        &report->html,
        &(struct plx_chart){
            .id = "positions-chart",
            .title = "Cross-entropy by position in the unit",
            .words = "Mean cost of tokens by how many tokens of their unit (line, "
                     "document or stream) precede them.",
            .what = "position",
            .x = {.label = "position in the unit", .scale = PLX_CHART_DOUBLING, .low = 0, .high = end},
            .y = {.label = "nats per token", .low = low, .high = high},
            .series = drawing->series,
            .count = drawing->alone ? 1 : report->count,
            .dots = true});
}

static void write_surprisal(struct plx_report *report)
{
    struct drawing drawing = {0};
    put_spread(report, false);
    if (has_difference(report)) {
        plx_html_markup(&report->html, "<h3>Differences</h3>\n");
        put_spread(report, true);
    }
    if (!report->html.status && begin_drawing(report, &drawing))
        draw_positions(report, &drawing);
    end_drawing(&drawing);
}

const struct plx_report_section plx_section_surprisal = {
    .id = "surprisal", .title = "Surprisal of tokens", .present = has_surprisal, .write = write_surprisal};

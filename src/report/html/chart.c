#include "report/html/chart.h"

#include "report/html/ticks.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Letters at the ends of curves are so far from each other, as shares of the height. */
#define LABEL_STEP 0.06

#define MARKS_MOST 9

/* The stretched picture's own measures. */
#define STRETCHED 1000.0

/* An axis with its ends, and its marks. */
struct axis {
    enum plx_chart_scale scale;
    double low, high; /* scaled */
    double marks[MARKS_MOST + 2];
    size_t count;
    double step; /* 0: labels are whole numbers in groups */
};

static size_t drawn(const struct plx_chart *chart)
{
    return plx_chart_drawn(chart->count);
}

static double scaled(enum plx_chart_scale scale, double value)
{
    return scale == PLX_CHART_DOUBLING ? log2(1 + fmax(value, 0)) : value;
}

/* Doublings are too many for a mark each. */
static void mark_doublings(struct axis *axis, double high)
{
    const double doublings = ceil(log2(fmax(high, 2)));
    const double factor = exp2(fmax(1, ceil(doublings / (MARKS_MOST - 1))));
    double mark = 1;
    axis->marks[axis->count++] = 0;
    while (axis->count < MARKS_MOST + 2 && mark <= high) {
        axis->marks[axis->count++] = mark;
        mark *= factor;
    }
}

static void mark_evenly(struct axis *axis, const struct plx_chart_axis *wanted, size_t most)
{
    const struct plx_ticks ticks = plx_ticks_find(wanted->low, wanted->high, most);
    axis->step = ticks.step;
    for (size_t i = 0; i < ticks.count && axis->count < MARKS_MOST + 2; i++) {
        const double mark = plx_ticks_at(&ticks, i);
        if (!wanted->exact || (mark >= wanted->low && mark <= wanted->high))
            axis->marks[axis->count++] = mark;
    }
    if (!wanted->exact) {
        axis->low = plx_ticks_at(&ticks, 0);
        axis->high = plx_ticks_at(&ticks, ticks.count - 1);
    }
}

static struct axis settle_axis(const struct plx_chart_axis *wanted, size_t most)
{
    struct axis axis = {.scale = wanted->scale,
                        .low = scaled(wanted->scale, wanted->low),
                        .high = scaled(wanted->scale, wanted->high)};
    if (wanted->scale == PLX_CHART_DOUBLING)
        mark_doublings(&axis, wanted->high);
    else
        mark_evenly(&axis, wanted, most);
    if (!(axis.high > axis.low))
        axis.high = axis.low + 1;
    return axis;
}

/* Where a value is, from 0 at the low end to 1. */
static double place(const struct axis *axis, double value)
{
    return (scaled(axis->scale, value) - axis->low) / (axis->high - axis->low);
}

/* From the top. */
static double depth(const struct axis *y, double value)
{
    return 1 - place(y, value);
}

static void put_percent(struct plx_html *html, const char *attribute, double share)
{
    plx_html_markupf(html, " %s=\"", attribute);
    plx_html_coordinate(html, 100 * share, 2);
    plx_html_markup(html, "%\"");
}

static const char *label_of(const struct axis *axis, double mark, char text[PLX_FIXED_TEXT])
{
    return axis->step > 0 ? plx_ticks_label(mark, axis->step, text)
                          : plx_format_grouped((uint64_t)mark, text);
}

static void put_grid(struct plx_html *html, const struct axis *x, const struct axis *y)
{
    char text[PLX_FIXED_TEXT];
    plx_html_markup(html, "<g class=\"grid\">");
    for (size_t i = 0; i < y->count; i++) {
        plx_html_markup(html, "<line x1=\"0\" x2=\"100%\"");
        put_percent(html, "y1", depth(y, y->marks[i]));
        put_percent(html, "y2", depth(y, y->marks[i]));
        plx_html_markup(html, "/><text class=\"ty\" x=\"-8\" dy=\".32em\"");
        put_percent(html, "y", depth(y, y->marks[i]));
        plx_html_markup(html, ">");
        plx_html_numeral(html, label_of(y, y->marks[i], text));
        plx_html_markup(html, "</text>");
    }
    for (size_t i = 0; i < x->count; i++) {
        const double at = place(x, x->marks[i]);
        plx_html_markup(html, "<line y1=\"0\" y2=\"100%\"");
        put_percent(html, "x1", at);
        put_percent(html, "x2", at);
        plx_html_markupf(html, "/><text class=\"tx%s\" y=\"100%%\" dy=\"1.5em\"", i % 2 ? " odd" : "");
        put_percent(html, "x", at);
        plx_html_markup(html, ">");
        plx_html_numeral(html, label_of(x, x->marks[i], text));
        plx_html_markup(html, "</text>");
    }
    plx_html_markup(html, "</g>\n");
}

static void put_axis_labels(struct plx_html *html, const struct plx_chart *chart)
{
    plx_html_markup(html, "<text class=\"ly\" x=\"-48\" y=\"-12\">");
    plx_html_string(html, chart->y.label);
    plx_html_markup(html, "</text><text class=\"lx\" x=\"100%\" y=\"100%\" dy=\"2.9em\">");
    plx_html_string(html, chart->x.label);
    plx_html_markup(html, "</text>\n");
}

static void put_step(struct plx_html *html, char command, double x, double y)
{
    plx_html_markupf(html, "%c", command);
    plx_html_coordinate(html, STRETCHED * x, 1);
    plx_html_markup(html, " ");
    plx_html_coordinate(html, STRETCHED * y, 1);
}

static bool has_band(const struct plx_chart_point *point)
{
    return isfinite(point->y) && point->error > 0;
}

/* Over one run of points that have one: along its upper side, and back. */
static void put_band_run(struct plx_html *html, const struct plx_chart_point *points, size_t count,
                         const struct axis *x, const struct axis *y)
{
    for (size_t i = 0; i < count; i++)
        put_step(html, i ? 'L' : 'M', place(x, points[i].x), depth(y, points[i].y + points[i].error));
    for (size_t i = count; i-- > 0;)
        put_step(html, 'L', place(x, points[i].x), depth(y, points[i].y - points[i].error));
    plx_html_markup(html, "Z");
}

static void put_band(struct plx_html *html, const struct plx_chart_series *series, const char *colour,
                     const struct axis *x, const struct axis *y)
{
    size_t begin = 0;
    plx_html_markupf(html, "<path class=\"band %s\" d=\"", colour);
    for (size_t i = 0; i <= series->count; i++) {
        if (i < series->count && has_band(series->points + i))
            continue;
        if (i > begin + 1)
            put_band_run(html, series->points + begin, i - begin, x, y);
        begin = i + 1;
    }
    plx_html_markup(html, "\"/>");
}

static void put_line(struct plx_html *html, const struct plx_chart_series *series, const char *colour,
                     const struct axis *x, const struct axis *y)
{
    bool drawing = false;
    plx_html_markupf(html, "<path class=\"line %s\" vector-effect=\"non-scaling-stroke\" d=\"", colour);
    for (size_t i = 0; i < series->count; i++) {
        const struct plx_chart_point *point = series->points + i;
        if (isfinite(point->y))
            put_step(html, drawing ? 'L' : 'M', place(x, point->x), depth(y, point->y));
        drawing = isfinite(point->y);
    }
    plx_html_markup(html, "\"/>\n");
}

/* Level through each stretch, and at its ends up or down to the next one; then down to the axis and back. */
static void put_steps(struct plx_html *html, const struct plx_chart_series *series, const char *colour,
                      const struct axis *x, const struct axis *y)
{
    if (series->count == 0)
        return;
    for (unsigned area = 0; area < 2; area++) {
        plx_html_markupf(html, "<path class=\"%s %s\" vector-effect=\"non-scaling-stroke\" d=\"",
                         area ? "band" : "line", colour);
        for (size_t i = 0; i < series->count; i++) {
            const struct plx_chart_point *point = series->points + i;
            put_step(html, i ? 'L' : 'M', place(x, point->from), depth(y, point->y));
            put_step(html, 'L', place(x, point->to), depth(y, point->y));
        }
        if (area) {
            put_step(html, 'L', place(x, series->points[series->count - 1].to), 1);
            put_step(html, 'L', place(x, series->points[0].from), 1);
        }
        plx_html_markup(html, area ? "Z\"/>\n" : "\"/>\n");
    }
}

static const char *colour_of(size_t index, char text[16])
{
    snprintf(text, 16, "s%zu%s", index % PLX_CHART_COLOURS, index >= PLX_CHART_COLOURS ? " more" : "");
    return text;
}

/* Bands end at the edges; lines are whole there. */
static void put_stretched(struct plx_html *html, const struct plx_chart *chart, const struct axis *x,
                          const struct axis *y)
{
    static const char BEGIN[] = "width=\"100%\" height=\"100%\" viewBox=\"0 0 1000 1000\" "
                                "preserveAspectRatio=\"none\">\n";
    char colour[16];
    plx_html_markup(html, "<svg ");
    plx_html_markup(html, BEGIN);
    for (size_t i = 0; i < drawn(chart); i++)
        put_band(html, chart->series + i, colour_of(i, colour), x, y);
    plx_html_markup(html, "</svg>\n<svg class=\"whole\" ");
    plx_html_markup(html, BEGIN);
    if (chart->diagonal)
        plx_html_markup(html, "<path class=\"level\" vector-effect=\"non-scaling-stroke\" "
                              "d=\"M0 1000L1000 0\"/>\n");
    for (size_t i = 0; i < drawn(chart); i++)
        (chart->steps ? put_steps : put_line)(html, chart->series + i, colour_of(i, colour), x, y);
    plx_html_markup(html, "</svg>\n");
}

/* What a point says in words. */
static void put_point_title(struct plx_html *html, const struct plx_chart *chart,
                            const struct plx_chart_series *series, const struct plx_chart_point *point)
{
    plx_html_markup(html, "<title>");
    if (chart->count > 1) {
        plx_html_string(html, series->label);
        plx_html_markup(html, ": ");
    }
    plx_html_fixed(html, point->y, 4);
    if (point->error > 0) {
        plx_html_markup(html, " ± ");
        plx_html_fixed(html, point->error, 4);
    }
    plx_html_markup(html, " ");
    plx_html_string(html, chart->y.label);
    plx_html_markup(html, "; ");
    plx_html_string(html, chart->what);
    plx_html_markup(html, " ");
    plx_html_fixed(html, point->from, chart->digits);
    plx_html_markup(html, "–");
    plx_html_fixed(html, point->to, chart->digits);
    plx_html_markup(html, "</title>");
}

static void put_point(struct plx_html *html, const struct plx_chart *chart, size_t index,
                      const struct plx_chart_point *point, const struct axis *x, const struct axis *y)
{
    char colour[16];
    const double at = place(x, point->x), down = depth(y, point->y);
    plx_html_markupf(html, "<g class=\"pt %s%s\">", colour_of(index, colour),
                     chart->dots || chart->series[index].count == 1 ? " dot" : "");
    if (chart->count == 1) { /* all above and below it */
        const double from = fmax(0, place(x, point->from)), to = fmin(1, place(x, point->to));
        plx_html_markup(html, "<rect class=\"hit\" y=\"0\" height=\"100%\"");
        put_percent(html, "x", from);
        put_percent(html, "width", fmax(to - from, 0));
        plx_html_markup(html, "/>");
    } else {
        plx_html_markup(html, "<circle class=\"hit\" r=\"7\"");
        put_percent(html, "cx", at);
        put_percent(html, "cy", down);
        plx_html_markup(html, "/>");
    }
    plx_html_markup(html, "<circle class=\"mark\" r=\"3\"");
    put_percent(html, "cx", at);
    put_percent(html, "cy", down);
    plx_html_markupf(html, "/><text class=\"value%s\" dy=\"-.7em\"",
                     at < 0.1   ? " left"
                     : at > 0.9 ? " right"
                                : "");
    put_percent(html, "x", at);
    put_percent(html, "y", down);
    plx_html_markup(html, ">");
    plx_html_fixed(html, point->y, 3);
    plx_html_markup(html, "</text>");
    put_point_title(html, chart, chart->series + index, point);
    plx_html_markup(html, "</g>\n");
}

static void put_points(struct plx_html *html, const struct plx_chart *chart, const struct axis *x,
                       const struct axis *y)
{
    for (size_t i = 0; i < drawn(chart); i++) {
        for (size_t k = 0; k < chart->series[i].count; k++) {
            if (isfinite(chart->series[i].points[k].y))
                put_point(html, chart, i, chart->series[i].points + k, x, y);
        }
    }
}

static void put_levels(struct plx_html *html, const struct plx_chart *chart, const struct axis *y)
{
    char colour[16];
    for (size_t i = 0; i < drawn(chart); i++) {
        const double level = chart->series[i].level;
        if (!isfinite(level))
            continue;
        plx_html_markupf(html, "<line class=\"level %s\" x1=\"0\" x2=\"100%%\"",
                         chart->count > 1 ? colour_of(i, colour) : "");
        put_percent(html, "y1", depth(y, level));
        put_percent(html, "y2", depth(y, level));
        plx_html_markup(html, "/>");
        if (chart->count > 1)
            continue;
        plx_html_markup(html, "<text class=\"level\" x=\"100%\" dx=\"4\" dy=\".32em\"");
        put_percent(html, "y", depth(y, level));
        plx_html_markup(html, ">mean</text>\n");
    }
}

static void put_marks(struct plx_html *html, const struct plx_chart *chart, const struct axis *x)
{
    char colour[16];
    for (size_t i = 0; i < chart->mark_count; i++) {
        const struct plx_chart_mark *mark = chart->marks + i;
        const double at = place(x, mark->x);
        if (!(at >= 0 && at <= 1))
            continue;
        plx_html_markupf(html, "<line class=\"level %s%s\" y1=\"0\" y2=\"100%%\"",
                         colour_of(mark->series, colour), mark->dotted ? " dotted" : "");
        put_percent(html, "x1", at);
        put_percent(html, "x2", at);
        plx_html_markup(html, "/>");
        if (!mark->label)
            continue;
        /* Of two, the label of the left one stands at its left, where there is room. */
        const bool left = chart->mark_count == 2 && mark->x < chart->marks[1 - i].x && at > 0.15;
        plx_html_markupf(html, "<text class=\"level%s\" y=\"0\" dx=\"%s\" dy=\"%s\"", left ? " before" : "",
                         left ? "-4" : "4", i % 2 ? "2.2em" : "1em");
        put_percent(html, "x", at);
        plx_html_markupf(html, ">%s</text>\n", mark->label);
    }
}

/* A curve's letter at its end. */
struct end {
    size_t series;
    double depth;
};

static double last_value(const struct plx_chart_series *series)
{
    for (size_t i = series->count; i-- > 0;) {
        if (isfinite(series->points[i].y))
            return series->points[i].y;
    }
    return (double)NAN;
}

/* In the order of their depths, so far from each other that they can be read. */
static size_t settle_ends(const struct plx_chart *chart, const struct axis *y,
                          struct end ends[PLX_CHART_CURVES_MOST])
{
    size_t count = 0;
    for (size_t i = 0; i < drawn(chart); i++) {
        const double value = last_value(chart->series + i);
        size_t at = count;
        if (!isfinite(value))
            continue;
        for (; at > 0 && ends[at - 1].depth > depth(y, value); at--)
            ends[at] = ends[at - 1];
        ends[at] = (struct end){i, depth(y, value)};
        count++;
    }
    for (size_t i = 1; i < count; i++)
        ends[i].depth = fmax(ends[i].depth, ends[i - 1].depth + LABEL_STEP);
    return count;
}

static void put_ends(struct plx_html *html, const struct plx_chart *chart, const struct axis *y)
{
    struct end ends[PLX_CHART_CURVES_MOST];
    char colour[16], letter[PLX_NUMBER_TEXT];
    if (chart->count < 2)
        return;
    const size_t count = settle_ends(chart, y, ends);
    for (size_t i = 0; i < count; i++) {
        plx_html_markupf(html, "<text class=\"end %s\" x=\"100%%\" dx=\"6\" dy=\".32em\"",
                         colour_of(ends[i].series, colour));
        put_percent(html, "y", ends[i].depth);
        plx_html_markupf(html, ">%s</text>\n", plx_chart_letter(ends[i].series, letter));
    }
}

size_t plx_chart_drawn(size_t count)
{
    return count < PLX_CHART_CURVES_MOST ? count : PLX_CHART_CURVES_MOST;
}

const char *plx_chart_letter(size_t index, char text[PLX_NUMBER_TEXT])
{
    if (index < 26)
        snprintf(text, PLX_NUMBER_TEXT, "%c", (char)('A' + index));
    else
        snprintf(text, PLX_NUMBER_TEXT, "%zu", index + 1);
    return text;
}

void plx_chart_key(struct plx_html *html, size_t index)
{
    char colour[16], letter[PLX_NUMBER_TEXT];
    plx_html_markupf(html, "<b class=\"key %s\">%s</b>", colour_of(index, colour),
                     plx_chart_letter(index, letter));
}

static void put_legend(struct plx_html *html, const struct plx_chart *chart)
{
    if (chart->count < 2)
        return;
    plx_html_markup(html, "<ul class=\"legend\">");
    for (size_t i = 0; i < drawn(chart); i++) {
        plx_html_markup(html, "<li>");
        plx_chart_key(html, i);
        plx_html_markup(html, " ");
        plx_html_bdi(html, chart->series[i].label);
        plx_html_markup(html, "</li>");
    }
    plx_html_markup(html, "</ul>\n");
}

static void put_row(struct plx_html *html, const struct plx_chart *chart, size_t index,
                    const struct plx_chart_point *point)
{
    char text[PLX_NUMBER_TEXT];
    plx_html_markup(html, "<tr>");
    if (chart->count > 1) {
        plx_html_markup(html, "<td>");
        plx_chart_key(html, index);
        plx_html_markup(html, "</td>");
    }
    plx_html_markup(html, "<td class=\"num\">");
    plx_html_fixed(html, point->from, chart->digits);
    plx_html_markup(html, "</td><td class=\"num\">");
    plx_html_fixed(html, point->to, chart->digits);
    plx_html_markupf(html, "</td><td class=\"num\">%s</td><td class=\"num\">",
                     plx_format_grouped(point->tokens, text));
    if (isfinite(point->y))
        plx_html_fixed(html, point->y, 4);
    else
        plx_html_markup(html, "—");
    plx_html_markup(html, "</td></tr>\n");
}

static void put_table(struct plx_html *html, const struct plx_chart *chart)
{
    plx_html_markup(html,
                    "<details><summary>Values</summary><div class=\"box\" tabindex=\"0\"><table><thead><tr>");
    if (chart->count > 1)
        plx_html_markup(html, "<th scope=\"col\">result</th>");
    plx_html_markup(html, "<th scope=\"col\" class=\"num\">");
    plx_html_string(html, chart->what);
    plx_html_markup(html, " from</th><th scope=\"col\" class=\"num\">to</th>"
                          "<th scope=\"col\" class=\"num\">tokens</th><th scope=\"col\" class=\"num\">");
    plx_html_string(html, chart->y.label);
    plx_html_markup(html, "</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < drawn(chart); i++) {
        for (size_t k = 0; k < chart->series[i].count; k++)
            put_row(html, chart, i, chart->series[i].points + k);
    }
    plx_html_markup(html, "</tbody></table></div></details>\n");
}

void plx_chart_write(struct plx_html *html, const struct plx_chart *chart)
{
    const struct axis x = settle_axis(&chart->x, MARKS_MOST), y = settle_axis(&chart->y, 7);
    plx_html_markup(html, "<figure class=\"chart\">\n");
    put_legend(html, chart);
    plx_html_markupf(html,
                     "<svg class=\"plot%s\" role=\"img\" aria-labelledby=\"%s-t %s-d\">"
                     "<title id=\"%s-t\">",
                     chart->square ? " square" : "", chart->id, chart->id, chart->id);
    plx_html_string(html, chart->title);
    plx_html_markupf(html, "</title><desc id=\"%s-d\">", chart->id);
    plx_html_string(html, chart->words);
    plx_html_markup(html, "</desc>\n");
    put_grid(html, &x, &y);
    put_axis_labels(html, chart);
    put_levels(html, chart, &y);
    put_marks(html, chart, &x);
    put_stretched(html, chart, &x, &y);
    if (!chart->steps)
        put_ends(html, chart, &y);
    put_points(html, chart, &x, &y);
    plx_html_markup(html, "</svg>\n<figcaption>");
    plx_html_string(html, chart->words);
    if (drawn(chart) < chart->count)
        plx_html_markupf(html, " Drawn are the first %zu of %zu results.", drawn(chart), chart->count);
    plx_html_markup(html, "</figcaption>\n");
    put_table(html, chart);
    plx_html_markup(html, "</figure>\n");
}

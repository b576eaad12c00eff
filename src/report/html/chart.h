/* Charts as inline SVG: lines over two axes, with bands around them, their values on hover, in words for who
   does not see them, and below in a table.

   The drawing is as wide as there is room, its letters as large as those around it: places are percentages,
   and only lines are in a picture of their own that is stretched. It has no colours of its own but by the
   classes that report_style.c knows. */
#ifndef PLX_REPORT_CHART_H
#define PLX_REPORT_CHART_H

#include "base/number.h"
#include "report/html/html.h"

#include <stdbool.h>
#include <stddef.h>

enum plx_chart_scale {
    PLX_CHART_LINEAR,
    PLX_CHART_DOUBLING /* log2(1 + x): for numbers from 0 that matter by their factors */
};

struct plx_chart_axis {
    const char *label; /* with its unit: "nats per token" */
    enum plx_chart_scale scale;
    double low, high; /* what shall be seen at least */
    bool exact;       /* the axis ends there, and not at the next mark */
};

/* A point, which may stand for a stretch of x. NaN where there is none, and the line is broken. */
struct plx_chart_point {
    double x, from, to;
    double y;
    double error; /* half of the band; 0 or NaN: none */
    uint64_t tokens;
};

struct plx_chart_series {
    const char *label; /* anybody's text */
    const struct plx_chart_point *points;
    size_t count;
    double level; /* a dashed line at that y: the mean of all; NaN: none */
};

/* An upright line. */
struct plx_chart_mark {
    double x;
    const char *label; /* of ours; NULL: none */
    size_t series;     /* whose colour it has */
    bool dotted;       /* else dashed */
};

struct plx_chart {
    const char *id;    /* of ours; unique in the page */
    const char *title; /* of ours, short */
    const char *words; /* what it shows, in a sentence with the essential numbers; anybody's text */
    const char *what;  /* a point's x, for the table: "tokens" */
    struct plx_chart_axis x, y;
    const struct plx_chart_series *series;
    size_t count;
    bool diagonal; /* a line from corner to corner: where y is x */
    bool square;
    bool dots;       /* points are marked */
    bool steps;      /* lines run level through the stretches of points, and have what is below them shaded */
    unsigned digits; /* of x behind the point, where a point is told in words */
    const struct plx_chart_mark *marks;
    size_t mark_count;
};

/* More curves than these are told apart by nobody: the first ones are drawn, and the caption says so. */
#define PLX_CHART_CURVES_MOST 8

/* How many of so many curves that are. */
size_t plx_chart_drawn(size_t count);

/* Writes <figure> with the drawing, its legend where there are several series, and the table. */
void plx_chart_write(struct plx_html *html, const struct plx_chart *chart);

/* What a curve is called in drawings and tables: "A", "B", …, "27". Returns `text`. */
const char *plx_chart_letter(size_t index, char text[PLX_NUMBER_TEXT]);

/* The same as <b> in the curve's colour. */
void plx_chart_key(struct plx_html *html, size_t index);

/* How many classes of colours there are: s0, s1, … */
#define PLX_CHART_COLOURS 6

#endif

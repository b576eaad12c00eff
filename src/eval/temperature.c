#include "eval/temperature.h"

#include <math.h>

/* A bisection halves an interval of ln β below 0.7 until it is of no account. */
#define HALVINGS 60

void plx_temperature_add(struct plx_temperature *temperature, const struct plx_row *row, double nats)
{
    const double above = nats - row->least;
    for (size_t i = 0; i < PLX_ROW_NODES; i++) {
        struct plx_temperature_node *node = temperature->nodes + i;
        plx_exact_add_value(&node->value, row->log_partition[i] + plx_row_beta(i) * above);
        plx_exact_add_value(&node->first, above - row->mean[i]);
        plx_exact_add_value(&node->second, row->variance[i]);
    }
}

void plx_temperature_merge(struct plx_temperature *into, const struct plx_temperature *from)
{
    for (size_t i = 0; i < PLX_ROW_NODES; i++) {
        plx_exact_merge(&into->nodes[i].value, &from->nodes[i].value);
        plx_exact_merge(&into->nodes[i].first, &from->nodes[i].first);
        plx_exact_merge(&into->nodes[i].second, &from->nodes[i].second);
    }
}

/* F at x = ln β with its derivatives by x. */
struct point {
    double x, value, first, second;
};

static struct point point_at(const struct plx_temperature *temperature, size_t node)
{
    const struct plx_temperature_node *sums = temperature->nodes + node;
    const double beta = plx_row_beta(node), first = plx_exact_mean(&sums->first);
    return (struct point){
        .x = log(beta),
        .value = plx_exact_mean(&sums->value),
        .first = beta * first,
        .second = beta * (beta * plx_exact_mean(&sums->second) + first),
    };
}

/* Hermite's polynomial through two points: its coefficients in t = (x − a.x)/(b.x − a.x). */
struct quintic {
    double begin, width, c[6];
};

static struct quintic quintic_through(struct point a, struct point b)
{
    const double h = b.x - a.x, slope = a.first * h, bend = a.second * h * h;
    const double rise = b.value - a.value - slope - bend / 2; /* what is left for t^3, t^4 and t^5 */
    const double steep = b.first * h - slope - bend, curl = b.second * h * h - bend;
    return (struct quintic){a.x,
                            h,
                            {a.value, slope, bend / 2, 10 * rise - 4 * steep + curl / 2,
                             -15 * rise + 7 * steep - curl, 6 * rise - 3 * steep + curl / 2}};
}

static double value_of(const struct quintic *q, double x)
{
    const double t = (x - q->begin) / q->width;
    return ((((q->c[5] * t + q->c[4]) * t + q->c[3]) * t + q->c[2]) * t + q->c[1]) * t + q->c[0];
}

static double slope_of(const struct quintic *q, double x)
{
    const double t = (x - q->begin) / q->width;
    return (((5 * q->c[5] * t + 4 * q->c[4]) * t + 3 * q->c[3]) * t + 2 * q->c[2]) * t + q->c[1];
}

/* The minimum between two nodes, in the first of which the slope is below 0 and in the second it is not. */
static void search(const struct plx_temperature *temperature, size_t node, struct plx_best_temperature *best)
{
    const size_t even = node & ~(size_t)1; /* pairs of intervals of the same length begin there */
    const struct point a = point_at(temperature, node), b = point_at(temperature, node + 1);
    const struct quintic fine = quintic_through(a, b);
    const struct quintic coarse =
        quintic_through(point_at(temperature, even), point_at(temperature, even + 2));
    double low = a.x, high = b.x;
    for (int i = 0; i < HALVINGS; i++) {
        const double middle = low + (high - low) / 2;
        if (slope_of(&fine, middle) < 0)
            low = middle;
        else
            high = middle;
    }
    best->temperature = exp(-high);
    best->nats = value_of(&fine, high);
    best->error = fabs(best->nats - value_of(&coarse, high));
}

struct plx_best_temperature plx_temperature_best(const struct plx_temperature *temperature)
{
    const struct point one = point_at(temperature, PLX_ROW_ONE);
    const double first = plx_exact_mean(&temperature->nodes[0].first);
    struct plx_best_temperature best = {
        .temperature = 1,
        .nats = one.value,
        .nats_at_one = one.value,
        .targets = temperature->nodes[0].value.count,
    };
    size_t node = 0;
    if (one.first == 0) /* there, or everywhere */
        return best;
    if (isnan(one.first)) {
        best.temperature = (double)NAN;
        best.error = (double)NAN;
        return best;
    }
    while (node < PLX_ROW_NODES && point_at(temperature, node).first < 0)
        node++;
    if (node > 0 && node < PLX_ROW_NODES) {
        search(temperature, node - 1, &best);
        return best;
    }
    const size_t last = node > 0 ? PLX_ROW_NODES - 1 : 0;
    best.temperature = 1 / plx_row_beta(last);
    best.nats = point_at(temperature, last).value;
    best.limit = node > 0 || first > 0;
    return best;
}

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

/* Value, slope and bend are given at each node. */
#define GIVEN     3
#define NODES_MAX 4
#define TERMS_MAX (NODES_MAX * GIVEN)

/* c[0] + (x − x[0]) (c[1] + (x − x[1]) (c[2] + …)), where every node stands GIVEN times in x. */
struct polynomial {
    size_t terms;
    double x[TERMS_MAX], c[TERMS_MAX];
};

/* The polynomial through `count` nodes from the first one on. A divided difference over one node alone is its
   derivative of that order, by the factorial of it. */
static struct polynomial interpolate(const struct plx_temperature *temperature, size_t first, size_t count)
{
    struct polynomial p = {.terms = count * GIVEN};
    struct point points[NODES_MAX];
    for (size_t i = 0; i < count; i++)
        points[i] = point_at(temperature, first + i);
    for (size_t i = 0; i < p.terms; i++) {
        p.x[i] = points[i / GIVEN].x;
        p.c[i] = points[i / GIVEN].value;
    }
    for (size_t order = 1; order < p.terms; order++) {
        for (size_t i = p.terms - 1; i >= order; i--) {
            const struct point *point = points + i / GIVEN;
            const double distance = p.x[i] - p.x[i - order];
            if (distance != 0)
                p.c[i] = (p.c[i] - p.c[i - 1]) / distance;
            else
                p.c[i] = order == 1 ? point->first : point->second / 2;
        }
    }
    return p;
}

static double evaluate(const struct polynomial *p, double x, double *slope)
{
    double value = 0;
    *slope = 0;
    for (size_t i = p->terms; i-- > 0;) {
        *slope = *slope * (x - p->x[i]) + value;
        value = value * (x - p->x[i]) + p->c[i];
    }
    return value;
}

/* The minimum between two nodes, in the first of which the slope is below 0 and in the second it is not. */
static void search(const struct plx_temperature *temperature, size_t node, struct plx_best_temperature *best)
{
    const size_t before = node > 0 ? node - 1 : 0, last = PLX_ROW_NODES - NODES_MAX;
    const size_t begin = before < last ? before : last;
    const struct polynomial fine = interpolate(temperature, begin, NODES_MAX);
    double low = log(plx_row_beta(node)), high = log(plx_row_beta(node + 1)), slope;
    for (int i = 0; i < HALVINGS; i++) {
        const double middle = low + (high - low) / 2;
        evaluate(&fine, middle, &slope);
        if (slope < 0)
            low = middle;
        else
            high = middle;
    }
    best->temperature = exp(-high);
    best->nats = evaluate(&fine, high, &slope);
    for (size_t first = begin; first < begin + 2; first++) {
        const bool around = first <= node && node + 1 < first + NODES_MAX - 1;
        const struct polynomial coarse =
            around ? interpolate(temperature, first, NODES_MAX - 1) : interpolate(temperature, node, 2);
        best->error = fmax(best->error, fabs(best->nats - evaluate(&coarse, high, &slope)));
    }
}

struct plx_best_temperature plx_temperature_best(const struct plx_temperature *temperature)
{
    const struct point one = point_at(temperature, PLX_ROW_ONE);
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
    best.limit = point_at(temperature, last).first != 0;
    return best;
}

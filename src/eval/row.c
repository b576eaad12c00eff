#include "eval/row.h"

#include "base/exp.h"
#include "base/vector.h"

#include <math.h>

#define LANES 8

/* A row is gone through in blocks that stay in the first-level cache. */
#define BLOCK ((size_t)512)

/* Stands for all d that are larger, infinite ones too: exp(−FAR/8) is 0, and with it every weight. */
#define FAR 6000.0

#define PLX_WIDTH 2
#include "eval/row.inc"
#undef PLX_WIDTH

#if PLX_HAS_WIDTH4
#define PLX_WIDTH 4
#include "eval/row.inc"
#undef PLX_WIDTH
#endif

static void add_moments(const double *d, const double *e, size_t count, double sums[3][LANES])
{
#if PLX_HAS_WIDTH4
    if (plx_use_width4()) {
        add_moments4(d, e, count, sums);
        return;
    }
#endif
    add_moments2(d, e, count, sums);
}

static void multiply(const double *a, const double *b, size_t count, double *product)
{
#if PLX_HAS_WIDTH4
    if (plx_use_width4()) {
        multiply4(a, b, count, product);
        return;
    }
#endif
    multiply2(a, b, count, product);
}

static void take_least(const double *x, size_t count, double lanes[LANES])
{
#if PLX_HAS_WIDTH4
    if (plx_use_width4()) {
        take_least4(x, count, lanes);
        return;
    }
#endif
    take_least2(x, count, lanes);
}

static void compare(const double *x, size_t count, double value, uint64_t *below, uint64_t *equal)
{
#if PLX_HAS_WIDTH4
    if (plx_use_width4()) {
        compare4(x, count, value, below, equal);
        return;
    }
#endif
    compare2(x, count, value, below, equal);
}

static const double BETAS[PLX_ROW_NODES] = {0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1,
                                            1.25,  1.5,  2,     3,   4,     6,    8};

double plx_row_beta(size_t node)
{
    return BETAS[node];
}

/* Powers of a block, in the order in which they are computed: exp(−β d) is the product of two before it, or
   where a is OWN, an exponential of its own. Five places hold what is still needed. */
#define PLACES 5
#define OWN    PLACES

static const struct power {
    unsigned node, place, a, b;
} POWERS[PLX_ROW_NODES] = {
    {0, 0, OWN, OWN}, {1, 1, 0, 0},  {2, 4, 1, 0},     {5, 4, 4, 4},  {6, 4, 4, 0},
    {3, 2, 1, 1},     {4, 4, 2, 0},  {7, 3, OWN, OWN}, {8, 4, 3, 1},  {9, 4, 3, 2},
    {10, 0, 3, 3},    {11, 4, 0, 3}, {13, 4, 4, 4},    {12, 1, 0, 0}, {14, 4, 1, 1},
};

/* What stands behind the last whole group of lanes, filled up. */
static size_t pad_rest(const double *x, size_t count, double filling, double rest[LANES])
{
    const size_t left = count % LANES;
    for (size_t i = 0; i < LANES; i++)
        rest[i] = i < left ? x[count - left + i] : filling;
    return left;
}

/* What lies before the token that is left out, and what lies behind it. */
#define PARTS 2

struct part {
    size_t begin, end;
};

static struct part part_of(const struct plx_outcomes *outcomes, size_t part)
{
    const size_t excluded = outcomes->excluded < outcomes->types ? outcomes->excluded : outcomes->types;
    if (part == 0)
        return (struct part){0, excluded};
    return (struct part){excluded < outcomes->types ? excluded + 1 : excluded, outcomes->types};
}

bool plx_row_least(const struct plx_outcomes *outcomes, double *least)
{
    double lanes[LANES], rest[LANES];
    for (size_t i = 0; i < LANES; i++)
        lanes[i] = (double)INFINITY;
    for (size_t k = 0; k < PARTS; k++) {
        const struct part part = part_of(outcomes, k);
        const double *nats = outcomes->nats + part.begin;
        const size_t count = part.end - part.begin;
        const size_t left = pad_rest(nats, count, (double)INFINITY, rest);
        take_least(nats, count - left, lanes);
        take_least(rest, LANES, lanes);
    }
    *least = lanes[0];
    for (size_t i = 1; i < LANES; i++)
        *least = lanes[i] < *least ? lanes[i] : *least;
    return isfinite(*least);
}

void plx_row_compare(const struct plx_outcomes *outcomes, double value, uint64_t *below, uint64_t *equal)
{
    double rest[LANES];
    *below = *equal = 0;
    for (size_t k = 0; k < PARTS; k++) {
        const struct part part = part_of(outcomes, k);
        const double *nats = outcomes->nats + part.begin;
        const size_t count = part.end - part.begin, left = pad_rest(nats, count, (double)NAN, rest);
        compare(nats, count - left, value, below, equal);
        compare(rest, LANES, value, below, equal);
    }
}

static double sum_lanes(const double lanes[LANES])
{
    return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}

/* d = nats − least of a block, filled up to whole groups of lanes; returns how many they are then. NaN
   stays. */
static size_t load_block(const double *nats, size_t count, double least, double d[BLOCK])
{
    size_t i = 0;
    for (; i < count; i++) {
        const double above = nats[i] - least;
        d[i] = above > FAR ? FAR : above;
    }
    for (; i % LANES != 0; i++)
        d[i] = FAR;
    return i;
}

/* The moments of a block at all nodes. */
static void measure_block(const double *d, size_t count, double totals[PLX_ROW_NODES][3])
{
    double places[PLACES][BLOCK], sums[3][LANES];
    for (const struct power *power = POWERS; power < POWERS + PLX_ROW_NODES; power++) {
        double *e = places[power->place];
        if (power->a == OWN) {
            for (size_t i = 0; i < count; i++)
                e[i] = d[i] * -BETAS[power->node];
            plx_exp_nonpositive(e, count);
        } else {
            multiply(places[power->a], places[power->b], count, e);
        }
        add_moments(d, e, count, sums);
        for (size_t moment = 0; moment < 3; moment++)
            totals[power->node][moment] += sum_lanes(sums[moment]);
    }
}

bool plx_row_measure(const struct plx_outcomes *outcomes, struct plx_row *row)
{
    double totals[PLX_ROW_NODES][3] = {{0}};
    double d[BLOCK];
    if (!plx_row_least(outcomes, &row->least))
        return false;
    for (size_t k = 0; k < PARTS; k++) {
        const struct part part = part_of(outcomes, k);
        for (size_t done = part.begin; done < part.end; done += BLOCK) {
            const size_t count = part.end - done < BLOCK ? part.end - done : BLOCK;
            measure_block(d, load_block(outcomes->nats + done, count, row->least, d), totals);
        }
    }
    for (size_t node = 0; node < PLX_ROW_NODES; node++) {
        const double *sums = totals[node];
        const double mean = sums[1] / sums[0], variance = sums[2] / sums[0] - mean * mean;
        row->log_partition[node] = log(sums[0]);
        row->mean[node] = mean;
        row->variance[node] = variance > 0 ? variance : 0;
        if (node != PLX_ROW_ONE)
            continue;
        const double most = exp(-row->least);
        row->mass = most * sums[0];
        row->entropy = most * sums[1] + row->least * row->mass;
    }
    return !isnan(row->mass);
}

double plx_row_log_partition(const struct plx_outcomes *outcomes, double least, double temperature)
{
    const double d[BLOCK] = {0}; /* of the moments only the first is wanted */
    double e[BLOCK], sums[3][LANES], total = 0;
    for (size_t k = 0; k < PARTS; k++) {
        const struct part part = part_of(outcomes, k);
        for (size_t done = part.begin; done < part.end; done += BLOCK) {
            const size_t count = part.end - done < BLOCK ? part.end - done : BLOCK;
            size_t i = 0;
            for (; i < count; i++)
                e[i] = (least - outcomes->nats[done + i]) / temperature;
            for (; i % LANES != 0; i++)
                e[i] = -(double)INFINITY;
            plx_exp_nonpositive(e, i);
            add_moments(d, e, i, sums);
            total += sum_lanes(sums[0]);
        }
    }
    return log(total);
}

double plx_row_weighted(const struct plx_outcomes *outcomes, const double *weights)
{
    double lanes[LANES] = {0};
    for (size_t k = 0; k < PARTS; k++) {
        const struct part part = part_of(outcomes, k);
        for (size_t i = part.begin; i < part.end; i++) {
            const double weight = weights ? weights[i] : 1;
            lanes[i % LANES] += weight > 0 ? weight * outcomes->nats[i] : 0;
        }
    }
    return sum_lanes(lanes);
}

#include "eval/divergence_sums.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define IDENTITY_MOST 1e-9

/* What rounding may take from KL below Σp − Σq. */
#define GIBBS_MOST 1e-9

static enum plx_status reserve(struct plx_divergence_sums *sums, size_t count, struct plx_error *error)
{
    if (count <= sums->capacity)
        return PLX_OK;
    const size_t capacity = plx_grown_capacity(sums->capacity, count);
    enum plx_status status;
    if ((status = plx_resize_array(&sums->kls, capacity, sizeof *sums->kls, error)) ||
        (status = plx_resize_array(&sums->deltas, capacity, sizeof *sums->deltas, error)))
        return status;
    sums->capacity = capacity;
    return PLX_OK;
}

static void raise_to(double *most, double value)
{
    if (!(value <= *most)) /* NaN too */
        *most = value;
}

/* How far a row is from what must hold. */
static void audit(struct plx_divergence_sums *sums, const struct plx_divergence_row *row)
{
    raise_to(&sums->base_deviation, fabs(row->base_mass - 1));
    raise_to(&sums->model_deviation, fabs(row->model_mass - 1));
    if (isinf(row->kl))
        return;
    const double scale = row->cross_entropy > 1 ? row->cross_entropy : 1;
    raise_to(&sums->identity, fabs(row->cross_entropy - row->entropy - row->kl) / scale);
    if (row->kl < row->base_mass - row->model_mass - GIBBS_MOST)
        sums->identity = (double)INFINITY;
}

enum plx_status plx_divergence_sums_add(struct plx_divergence_sums *sums,
                                        const struct plx_divergence_row *row, double base_nats,
                                        double model_nats, struct plx_error *error)
{
    const enum plx_status status = reserve(sums, sums->count + 1, error);
    if (status)
        return status;
    const bool both = isinf(base_nats) && isinf(model_nats);
    const double delta = exp(-model_nats) - exp(-base_nats);
    audit(sums, row);
    plx_exact_add(&sums->kl, row->kl);
    plx_exact_add(&sums->entropy, row->entropy);
    plx_exact_add(&sums->cross_entropy, row->cross_entropy);
    plx_exact_add(&sums->base, base_nats);
    plx_exact_add(&sums->model, model_nats);
    /* −infinity is no value of an exact sum; the means say which side it is. */
    plx_exact_add(&sums->difference, both               ? 0.0
                                     : isinf(base_nats) ? (double)INFINITY
                                                        : model_nats - base_nats);
    plx_exact_add(&sums->delta, delta);
    sums->same_top += row->same_top;
    sums->negative += row->kl < 0;
    sums->kls[sums->count] = row->kl;
    sums->deltas[sums->count++] = delta;
    return PLX_OK;
}

enum plx_status plx_divergence_sums_merge(struct plx_divergence_sums *into,
                                          const struct plx_divergence_sums *from, struct plx_error *error)
{
    const enum plx_status status = reserve(into, into->count + from->count, error);
    if (status || from->count == 0)
        return status;
    plx_exact_merge(&into->kl, &from->kl);
    plx_exact_merge(&into->entropy, &from->entropy);
    plx_exact_merge(&into->cross_entropy, &from->cross_entropy);
    plx_exact_merge(&into->base, &from->base);
    plx_exact_merge(&into->model, &from->model);
    plx_exact_merge(&into->difference, &from->difference);
    plx_exact_merge(&into->delta, &from->delta);
    into->same_top += from->same_top;
    into->negative += from->negative;
    raise_to(&into->base_deviation, from->base_deviation);
    raise_to(&into->model_deviation, from->model_deviation);
    raise_to(&into->identity, from->identity);
    memcpy(into->kls + into->count, from->kls, from->count * sizeof *into->kls);
    memcpy(into->deltas + into->count, from->deltas, from->count * sizeof *into->deltas);
    into->count += from->count;
    return PLX_OK;
}

void plx_divergence_sums_clear(struct plx_divergence_sums *sums)
{
    *sums = (struct plx_divergence_sums){
        .kls = sums->kls,
        .deltas = sums->deltas,
        .capacity = sums->capacity,
    };
}

void plx_divergence_sums_release(struct plx_divergence_sums *sums)
{
    free(sums->kls);
    free(sums->deltas);
    *sums = (struct plx_divergence_sums){0};
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

enum plx_status plx_divergence_sums_finish(struct plx_divergence_sums *sums, struct plx_error *error)
{
    const struct plx_exact *all[] = {&sums->kl,    &sums->entropy,    &sums->cross_entropy, &sums->base,
                                     &sums->model, &sums->difference, &sums->delta};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i]->overflow || all[i]->invalid)
            return plx_error_set(error, PLX_NOT_FINITE, "a sum over the positions is out of range");
    }
    const double entropy = plx_exact_mean(&sums->entropy),
                 cross_entropy = plx_exact_mean(&sums->cross_entropy);
    if (sums->count > 0 && !sums->kl.infinite)
        raise_to(&sums->identity, fabs(cross_entropy - entropy - plx_exact_mean(&sums->kl)) /
                                      (cross_entropy > 1 ? cross_entropy : 1));
    if (!(sums->identity <= IDENTITY_MOST))
        return plx_error_set(error, PLX_INTERNAL,
                             "H(P,Q) = H(P) + KL(P||Q) is missed by %g, or KL is negative beyond rounding",
                             sums->identity);
    if (sums->count > 0) {
        qsort(sums->kls, sums->count, sizeof *sums->kls, compare);
        qsort(sums->deltas, sums->count, sizeof *sums->deltas, compare);
    }
    return PLX_OK;
}

double plx_percentile(const double *sorted, size_t count, double share)
{
    if (count == 0)
        return (double)NAN;
    const double place = share * (double)(count - 1);
    const size_t below = (size_t)place;
    const double weight = place - (double)below;
    if (weight <= 0 || below + 1 >= count || sorted[below] >= sorted[below + 1])
        return sorted[below];
    return isinf(sorted[below + 1]) ? (double)INFINITY
                                    : (1 - weight) * sorted[below] + weight * sorted[below + 1];
}

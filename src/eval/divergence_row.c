#include "eval/divergence_row.h"

#include "base/exp.h"
#include "base/neumaier.h"

#include <math.h>
#include <string.h>

/* Tokens at a time. */
#define BLOCK 256

/* The least of a row so far, and where it stands. */
struct top {
    double nats;
    size_t id;
};

/* −ln p of the tokens [first, first + count) and p itself. */
static void load(struct plx_divergence_side side, size_t first, size_t count, double *nats, double *p)
{
    bool positive = false;
    if (side.ids) {
        for (size_t i = 0; i < count; i++)
            nats[i] = plx_divergence_nats(side, (uint32_t)(first + i));
    } else {
        memcpy(nats, side.nats + first, count * sizeof *nats);
    }
    for (size_t i = 0; i < count; i++) {
        p[i] = -nats[i];
        positive |= p[i] > 0;
    }
    if (!positive) {
        plx_exp_nonpositive(p, count);
        return;
    }
    for (size_t i = 0; i < count; i++) /* probabilities above 1, of a model that is none */
        p[i] = exp(p[i]);
}

/* Of the tokens [first, first + count), those that do not count have no probability. */
static void leave_out(const struct plx_divergence_scope *scope, size_t first, size_t count, double *nats,
                      double *p, bool base)
{
    if (scope->excluded >= first && scope->excluded - first < count) {
        nats[scope->excluded - first] = (double)INFINITY;
        p[scope->excluded - first] = 0;
    }
    for (size_t i = 0; base && i < count && isfinite(scope->clipped); i++) {
        if (nats[i] >= scope->clipped) {
            nats[i] = (double)INFINITY;
            p[i] = 0;
        }
    }
}

static void find_top(const double *nats, size_t first, size_t count, struct top *top)
{
    for (size_t i = 0; i < count; i++) {
        if (nats[i] < top->nats)
            *top = (struct top){nats[i], first + i};
    }
}

/* Sums within a block are plain; those of the blocks carry what rounding takes. */
struct sums {
    struct plx_neumaier kl, entropy, cross_entropy, base_mass, model_mass;
    bool infinite;
};

static void add_block(struct sums *sums, const double *base, const double *p, const double *model,
                      const double *q, size_t count)
{
    double kl = 0, entropy = 0, cross_entropy = 0, base_mass = 0, model_mass = 0;
    bool infinite = false;
    for (size_t i = 0; i < count; i++) {
        base_mass += p[i];
        model_mass += q[i];
        if (isinf(base[i]))
            continue;
        entropy += p[i] * base[i];
        if (isinf(model[i])) {
            infinite = true;
            continue;
        }
        kl += p[i] * (model[i] - base[i]);
        cross_entropy += p[i] * model[i];
    }
    plx_neumaier_add(&sums->kl, kl);
    plx_neumaier_add(&sums->entropy, entropy);
    plx_neumaier_add(&sums->cross_entropy, cross_entropy);
    plx_neumaier_add(&sums->base_mass, base_mass);
    plx_neumaier_add(&sums->model_mass, model_mass);
    sums->infinite |= infinite;
}

void plx_divergence_row(struct plx_divergence_side base, struct plx_divergence_side model,
                        const struct plx_divergence_scope *scope, struct plx_divergence_row *row)
{
    const size_t types = scope->types;
    struct sums sums = {0};
    struct top base_top = {(double)INFINITY, 0}, model_top = base_top;
    double base_nats[BLOCK], model_nats[BLOCK], p[BLOCK], q[BLOCK];
    for (size_t first = 0; first < types; first += BLOCK) {
        const size_t count = types - first < BLOCK ? types - first : BLOCK;
        load(base, first, count, base_nats, p);
        load(model, first, count, model_nats, q);
        leave_out(scope, first, count, base_nats, p, true);
        leave_out(scope, first, count, model_nats, q, false);
        find_top(base_nats, first, count, &base_top);
        find_top(model_nats, first, count, &model_top);
        add_block(&sums, base_nats, p, model_nats, q, count);
    }
    *row = (struct plx_divergence_row){
        .kl = sums.infinite ? (double)INFINITY : plx_neumaier_total(sums.kl),
        .entropy = plx_neumaier_total(sums.entropy),
        .cross_entropy = sums.infinite ? (double)INFINITY : plx_neumaier_total(sums.cross_entropy),
        .base_mass = plx_neumaier_total(sums.base_mass),
        .model_mass = plx_neumaier_total(sums.model_mass),
        .same_top = base_top.id == model_top.id,
    };
}

#include "eval/variant.h"

#include <math.h>
#include <string.h>

/* Nothing of an infinite cost is nothing. */
static double share(double weight, double cost)
{
    return weight > 0 ? weight * cost : 0;
}

static unsigned modifications_of(const struct plx_loss_variant *wanted)
{
    return (wanted->temperature > 0 ? PLX_TEMPERATURE : 0u) |
           (wanted->label_smoothing > 0 ? PLX_LABEL_SMOOTHING : 0u) |
           (wanted->ignored_count > 0 ? PLX_IGNORED : 0u) | (wanted->class_weights ? PLX_CLASS_WEIGHTS : 0u) |
           (wanted->focal > 0 ? PLX_FOCAL : 0u);
}

static double sum_weights(const double *weights, uint64_t types, uint32_t excluded)
{
    struct plx_exact sum = {0};
    for (uint64_t i = 0; i < types; i++)
        plx_exact_add_value(&sum, i == excluded ? 0 : weights[i]);
    return plx_exact_sum(&sum);
}

/* What was asked for, as far as it is among these modifications. */
static struct plx_variant make_variant(const struct plx_loss_variant *wanted, unsigned modifications,
                                       uint64_t types, uint32_t excluded)
{
    const uint64_t outcomes = types - (excluded < types);
    struct plx_variant variant = {
        .modifications = modifications, .temperature = 1, .weights_sum = (double)outcomes, .types = outcomes};
    if (modifications & PLX_TEMPERATURE)
        variant.temperature = wanted->temperature;
    if (modifications & PLX_LABEL_SMOOTHING)
        variant.label_smoothing = wanted->label_smoothing;
    if (modifications & PLX_FOCAL)
        variant.focal = wanted->focal;
    if (modifications & PLX_CLASS_WEIGHTS) {
        variant.weights = wanted->class_weights;
        variant.weights_sum = sum_weights(wanted->class_weights, types, excluded);
    }
    if (modifications & PLX_IGNORED) {
        variant.ignored_count = wanted->ignored_count;
        memcpy(variant.ignored, wanted->ignored, wanted->ignored_count * sizeof *wanted->ignored);
    }
    return variant;
}

size_t plx_variants_settle(const struct plx_loss_variant *wanted, uint64_t types, uint32_t excluded,
                           struct plx_variant variants[PLX_VARIANTS_MAX])
{
    const unsigned all = wanted ? modifications_of(wanted) : 0;
    size_t count = 0;
    for (unsigned i = 0; i < PLX_MODIFICATIONS; i++) {
        if (all & 1u << i)
            variants[count++] = make_variant(wanted, 1u << i, types, excluded);
    }
    if (count > 1)
        variants[count++] = make_variant(wanted, all, types, excluded);
    return count;
}

bool plx_variant_needs_rows(const struct plx_variant *variant)
{
    return variant->temperature != 1 || variant->label_smoothing > 0;
}

/* Σ_c w_c (−ln q_c), where −ln q_c = log_partition + (nats_c − least)/T. */
static double smooth_sum(const struct plx_variant *variant, const struct plx_outcomes *outcomes,
                         const struct plx_variant_row *row)
{
    if (variant->label_smoothing == 0 || variant->weights_sum == 0)
        return 0;
    const double sum = plx_row_weighted(outcomes, variant->weights);
    const double above = sum / variant->weights_sum - row->least;
    return variant->weights_sum * (row->log_partition + above / variant->temperature);
}

bool plx_variant_prepare(const struct plx_variant *variant, const struct plx_outcomes *outcomes, double least,
                         struct plx_variant_row *row)
{
    row->least = least;
    row->log_partition = plx_row_log_partition(outcomes, least, variant->temperature);
    row->smooth = smooth_sum(variant, outcomes, row);
    return !isnan(row->log_partition);
}

static bool ignores(const struct plx_variant *variant, uint32_t id)
{
    for (size_t i = 0; i < variant->ignored_count; i++) {
        if (variant->ignored[i] == id)
            return true;
    }
    return false;
}

/* −ln q of the target times the focal factor. 1 − q is not below 0, even if q is above 1 by a rounding. */
static double cost_of(const struct plx_variant *variant, const struct plx_variant_row *row, double nats)
{
    const double cost = row ? row->log_partition + (nats - row->least) / variant->temperature : nats;
    if (variant->focal == 0)
        return cost;
    const double rest = -expm1(-cost);
    return rest > 0 ? pow(rest, variant->focal) * cost : 0;
}

void plx_variant_add(const struct plx_variant *variant, struct plx_variant_sums *sums,
                     const struct plx_variant_row *row, uint32_t id, double nats)
{
    const double weight = variant->weights && id != PLX_NO_TOKEN ? variant->weights[id] : 1;
    const double smoothing = variant->label_smoothing;
    if (ignores(variant, id)) {
        sums->ignored++;
        return;
    }
    double loss = share((1 - smoothing) * weight, cost_of(variant, row, nats));
    if (smoothing > 0)
        loss += smoothing / (double)variant->types * row->smooth;
    plx_exact_add_value(&sums->loss, loss);
    plx_exact_add_value(&sums->weight, weight);
}

void plx_variant_merge(struct plx_variant_sums *into, const struct plx_variant_sums *from)
{
    plx_exact_merge(&into->loss, &from->loss);
    plx_exact_merge(&into->weight, &from->weight);
    into->ignored += from->ignored;
}

double plx_variant_mean(const struct plx_variant *variant, const struct plx_variant_sums *sums)
{
    const bool weighted = variant->modifications & PLX_CLASS_WEIGHTS;
    const double weight = plx_exact_sum(&sums->weight);
    if (!weighted || sums->loss.infinite > 0 || sums->loss.overflow || sums->loss.invalid)
        return plx_exact_mean(&sums->loss);
    return weight > 0 ? plx_exact_sum(&sums->loss) / weight : (double)NAN;
}

const char *plx_variant_name(const struct plx_variant *variant)
{
    switch (variant->modifications) {
    case PLX_TEMPERATURE: return "temperature";
    case PLX_LABEL_SMOOTHING: return "label_smoothing";
    case PLX_IGNORED: return "ignored";
    case PLX_CLASS_WEIGHTS: return "class_weights";
    case PLX_FOCAL: return "focal";
    default: return "combined";
    }
}

#include "report/result/extra_json.h"

#include <stdio.h>

static void write_bins(struct plx_json_writer *json, const struct plx_distribution *distribution)
{
    plx_json_begin_array(json, "bins");
    for (size_t i = 0; i < PLX_CALIBRATION_BINS; i++) {
        const struct plx_calibration_bin *bin = distribution->bins + i;
        plx_json_begin_object(json, NULL);
        plx_json_double(json, "above", (double)i / PLX_CALIBRATION_BINS);
        plx_json_double(json, "up_to", (double)(i + 1) / PLX_CALIBRATION_BINS);
        plx_json_u64(json, "targets", bin->confidence.count);
        plx_json_double(json, "confidence", plx_exact_mean(&bin->confidence));
        plx_json_double(json, "accuracy", plx_exact_mean(&bin->correct));
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
}

static void write_temperature(struct plx_json_writer *json, const struct plx_temperature *temperature)
{
    const struct plx_best_temperature best = plx_temperature_best(temperature);
    plx_json_begin_object(json, "temperature");
    plx_json_double(json, "best", best.temperature);
    plx_json_bool(json, "at_limit", best.limit);
    plx_json_double(json, "nats_per_token", best.nats);
    plx_json_double(json, "nats_per_token_at_1", best.nats_at_one);
    plx_json_double(json, "interpolation_nats", best.error);
    plx_json_u64(json, "targets", best.targets);
    plx_json_end_object(json);
}

static void write_distribution(struct plx_json_writer *json, const struct plx_result *result)
{
    const struct plx_distribution *distribution = &result->extra.distribution;
    const struct plx_exact total = plx_tally_total(&result->tally);
    plx_json_begin_object(json, "distribution");
    plx_json_u64(json, "targets", distribution->entropy.count);
    plx_json_bool(json, "without_start", result->request.excluded != PLX_NO_TOKEN);
    plx_json_double(json, "entropy_nats", plx_exact_mean(&distribution->entropy));
    plx_json_double(json, "cross_entropy_nats", plx_exact_mean(&total));
    plx_json_begin_object(json, "accuracy");
    for (size_t i = 0; i < PLX_ACCURACIES; i++) {
        char key[16];
        snprintf(key, sizeof key, "at_%u", plx_accuracy_at[i]);
        plx_json_double(json, key, plx_exact_mean(distribution->accuracy + i));
    }
    plx_json_end_object(json);
    plx_json_double(json, "mean_reciprocal_rank", plx_exact_mean(&distribution->reciprocal_rank));
    plx_json_double(json, "mean_rank", plx_exact_mean(&distribution->rank));
    plx_json_u64(json, "unranked", distribution->entropy.count - distribution->rank.count);
    plx_json_begin_object(json, "calibration");
    plx_json_double(json, "expected_calibration_error", plx_distribution_calibration_error(distribution));
    write_bins(json, distribution);
    plx_json_end_object(json);
    write_temperature(json, &distribution->temperature);
    plx_json_begin_object(json, "normalization");
    plx_json_double(json, "largest", distribution->largest_deviation);
    plx_json_double(json, "mean", plx_exact_mean(&distribution->deviation));
    plx_json_end_object(json);
    plx_json_end_object(json);
}

static void write_parameters(struct plx_json_writer *json, const struct plx_variant *variant,
                             const char *class_weights_sha256)
{
    if (variant->modifications & PLX_TEMPERATURE)
        plx_json_double(json, "temperature", variant->temperature);
    if (variant->modifications & PLX_LABEL_SMOOTHING)
        plx_json_double(json, "label_smoothing", variant->label_smoothing);
    if (variant->modifications & PLX_IGNORED) {
        plx_json_begin_array(json, "ignored_ids");
        for (size_t i = 0; i < variant->ignored_count; i++)
            plx_json_u64(json, NULL, variant->ignored[i]);
        plx_json_end_array(json);
    }
    if (variant->modifications & PLX_CLASS_WEIGHTS)
        plx_json_string(json, "class_weights_sha256", class_weights_sha256);
    if (variant->modifications & PLX_FOCAL)
        plx_json_double(json, "focal_gamma", variant->focal);
}

static void write_losses(struct plx_json_writer *json, const struct plx_result *result)
{
    const struct plx_extra_request *request = &result->request;
    plx_json_begin_object(json, "losses");
    for (size_t i = 0; i < request->variant_count; i++) {
        const struct plx_variant *variant = request->variants + i;
        const struct plx_variant_sums *sums = result->extra.losses + i;
        plx_json_begin_object(json, plx_variant_name(variant));
        write_parameters(json, variant, request->class_weights_sha256);
        plx_json_double(json, "loss", plx_variant_mean(variant, sums));
        plx_json_u64(json, "targets", sums->loss.count);
        plx_json_u64(json, "ignored", sums->ignored);
        plx_json_u64(json, "infinite", sums->loss.infinite);
        plx_json_double(json, "weight", plx_exact_sum(&sums->weight));
        plx_json_end_object(json);
    }
    plx_json_end_object(json);
}

void plx_write_extra(struct plx_json_writer *json, const struct plx_result *result)
{
    if (result->request.distributions)
        write_distribution(json, result);
    if (result->request.variant_count > 0)
        write_losses(json, result);
}

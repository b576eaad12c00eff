#include "report/result/result_sums.h"

static void write_distribution_sums(struct plx_json_writer *json, const struct plx_distribution *distribution)
{
    plx_json_begin_object(json, "distribution");
    plx_write_sum(json, "entropy_nats", &distribution->entropy);
    plx_json_begin_array(json, "accuracy");
    for (size_t i = 0; i < PLX_ACCURACIES; i++)
        plx_write_sum(json, NULL, distribution->accuracy + i);
    plx_json_end_array(json);
    plx_write_sum(json, "reciprocal_rank", &distribution->reciprocal_rank);
    plx_write_sum(json, "rank", &distribution->rank);
    plx_write_sum(json, "normalization", &distribution->deviation);
    plx_json_begin_array(json, "bins");
    for (size_t i = 0; i < PLX_CALIBRATION_BINS; i++) {
        plx_json_begin_object(json, NULL);
        plx_write_sum(json, "confidence", &distribution->bins[i].confidence);
        plx_write_sum(json, "correct", &distribution->bins[i].correct);
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
    plx_json_begin_array(json, "temperature");
    for (size_t i = 0; i < PLX_ROW_NODES; i++) {
        const struct plx_temperature_node *node = distribution->temperature.nodes + i;
        plx_json_begin_object(json, NULL);
        plx_json_double(json, "inverse", plx_row_beta(i));
        plx_write_sum(json, "nats", &node->value);
        plx_write_sum(json, "first_derivative", &node->first);
        plx_write_sum(json, "second_derivative", &node->second);
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
    plx_json_end_object(json);
}

static void read_distribution_sums(const struct plx_json_place *place, struct plx_distribution *distribution)
{
    const struct plx_json_place accuracy = plx_json_member(place, "accuracy"),
                                bins = plx_json_member(place, "bins"),
                                temperature = plx_json_member(place, "temperature");
    distribution->entropy = plx_read_sum_of(place, "entropy_nats");
    for (size_t i = 0; i < PLX_ACCURACIES; i++) {
        const struct plx_json_place at = plx_json_element(&accuracy, i);
        distribution->accuracy[i] = plx_read_sum(&at);
    }
    distribution->reciprocal_rank = plx_read_sum_of(place, "reciprocal_rank");
    distribution->rank = plx_read_sum_of(place, "rank");
    distribution->deviation = plx_read_sum_of(place, "normalization");
    for (size_t i = 0; i < PLX_CALIBRATION_BINS; i++) {
        const struct plx_json_place bin = plx_json_element(&bins, i);
        distribution->bins[i].confidence = plx_read_sum_of(&bin, "confidence");
        distribution->bins[i].correct = plx_read_sum_of(&bin, "correct");
    }
    for (size_t i = 0; i < PLX_ROW_NODES; i++) {
        const struct plx_json_place at = plx_json_element(&temperature, i);
        struct plx_temperature_node *node = distribution->temperature.nodes + i;
        node->value = plx_read_sum_of(&at, "nats");
        node->first = plx_read_sum_of(&at, "first_derivative");
        node->second = plx_read_sum_of(&at, "second_derivative");
    }
}

void plx_write_extra_sums(struct plx_json_writer *json, const struct plx_result *result)
{
    const struct plx_extra_request *request = &result->request;
    if (request->distributions)
        write_distribution_sums(json, &result->extra.distribution);
    if (request->variant_count == 0)
        return;
    plx_json_begin_object(json, "losses");
    for (size_t i = 0; i < request->variant_count; i++) {
        plx_json_begin_object(json, plx_variant_name(request->variants + i));
        plx_write_sum(json, "loss", &result->extra.losses[i].loss);
        plx_write_sum(json, "weight", &result->extra.losses[i].weight);
        plx_json_end_object(json);
    }
    plx_json_end_object(json);
}

void plx_read_extra_sums(const struct plx_json_place *accumulators, struct plx_result *result)
{
    const struct plx_extra_request *request = &result->request;
    const struct plx_json_place distribution = plx_json_member(accumulators, "distribution"),
                                losses = plx_json_member(accumulators, "losses");
    if (request->distributions)
        read_distribution_sums(&distribution, &result->extra.distribution);
    for (size_t i = 0; i < request->variant_count; i++) {
        const struct plx_json_place loss = plx_json_member(&losses, plx_variant_name(request->variants + i));
        result->extra.losses[i].loss = plx_read_sum_of(&loss, "loss");
        result->extra.losses[i].weight = plx_read_sum_of(&loss, "weight");
    }
}

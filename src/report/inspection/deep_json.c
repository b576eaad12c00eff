/* What `inspect --deep` finds, as JSON. */
#include "inspect/deep.h"
#include "report/inspection/inspection.h"

#include <math.h>

static void write_checks(struct plx_json_writer *json, const struct plx_inspected_deep *deep)
{
    plx_json_begin_array(json, "checks");
    for (size_t i = 0; i < deep->check_count; i++) {
        const struct plx_inspected_check *check = deep->checks + i;
        plx_json_begin_object(json, NULL);
        plx_json_string(json, "code", check->code);
        plx_json_string(json, "description", check->what);
        if (check->known)
            plx_json_u64(json, "count", check->count);
        else
            plx_json_null(json, "count");
        plx_json_bool(json, "refused", check->refused);
        if (check->line)
            plx_json_u64(json, "line", check->line);
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
}

static void write_range(struct plx_json_writer *json, const struct plx_inspected_range *range)
{
    plx_json_double(json, "minimum", range->minimum);
    plx_json_double(json, "mean", range->mean);
    plx_json_double(json, "maximum", range->maximum);
}

static void write_worst(struct plx_json_writer *json, const struct plx_inspected_contexts *contexts)
{
    plx_json_begin_object(json, "furthest");
    plx_json_double(json, "sum", contexts->worst_sum);
    plx_json_begin_array(json, "context");
    for (unsigned k = 0; k < contexts->length; k++) {
        plx_json_begin_object(json, NULL);
        plx_json_u64(json, "id", contexts->worst[k].id);
        if (contexts->worst[k].spelling)
            plx_json_string_n(json, "token", contexts->worst[k].spelling, contexts->worst[k].length);
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
    plx_json_end_object(json);
}

static void write_sums(struct plx_json_writer *json, const struct plx_inspected_model *model)
{
    const struct plx_inspected_deep *deep = model->deep;
    plx_json_begin_object(json, "sums");
    plx_json_u64(json, "seed", deep->seed);
    plx_json_u64(json, "drawn", deep->drawn);
    plx_json_u64(json, "types", deep->types);
    plx_json_bool(json, "without_start", deep->without_start);
    plx_json_bool(json, "with_unknown", model->info.unknown != PLX_NO_TOKEN);
    if (!isnan(deep->unknown))
        plx_json_double(json, "unknown_mean", deep->unknown);
    plx_json_begin_array(json, "lengths");
    for (unsigned k = 0; k < model->info.order; k++) {
        const struct plx_inspected_contexts *contexts = deep->contexts + k;
        plx_json_begin_object(json, NULL);
        plx_json_u64(json, "length", contexts->length);
        plx_json_u64(json, "contexts", contexts->count);
        plx_json_u64(json, "stored", contexts->stored);
        write_range(json, &contexts->sums);
        if (!isnan(contexts->unknown))
            plx_json_double(json, "unknown_mean", contexts->unknown);
        if (contexts->count > 0)
            write_worst(json, contexts);
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
    plx_json_end_object(json);
}

static void write_order(struct plx_json_writer *json, const struct plx_inspected_values *values,
                        unsigned order, bool highest)
{
    plx_json_begin_object(json, NULL);
    plx_json_u64(json, "order", order);
    plx_json_begin_object(json, "log10_probability");
    write_range(json, &values->probabilities);
    plx_json_double(json, "median", values->median);
    plx_json_begin_array(json, "histogram");
    for (size_t bin = 0; bin < PLX_INSPECTED_BINS; bin++)
        plx_json_u64(json, NULL, values->bins[bin]);
    plx_json_end_array(json);
    plx_json_u64(json, "minus_99", values->minus_99);
    plx_json_u64(json, "infinite", values->zero);
    plx_json_end_object(json);
    if (!highest) {
        plx_json_begin_object(json, "log10_backoff");
        write_range(json, &values->backoffs);
        plx_json_u64(json, "zero", values->zero_backoffs);
        plx_json_u64(json, "infinite", values->infinite_backoffs);
        plx_json_end_object(json);
    }
    plx_json_end_object(json);
}

void plx_deep_json(struct plx_json_writer *json, const struct plx_inspected_model *model)
{
    const struct plx_inspected_deep *deep = model->deep;
    plx_json_begin_object(json, "deep");
    write_checks(json, deep);
    if (deep->summed)
        write_sums(json, model);
    if (deep->values) {
        plx_json_begin_array(json, "orders");
        for (unsigned k = 0; k < model->info.order; k++)
            write_order(json, deep->values + k, k + 1, k + 1 == model->info.order);
        plx_json_end_array(json);
    }
    plx_json_end_object(json);
}

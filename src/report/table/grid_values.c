/* The numbers of a table: which ones, what each result has for them, how sure they are, and how many of their
   digits mean something. */
#include "report/table/grid.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/student.h"
#include "report/block_interval.h"
#include "report/result/result_file.h"

#include <math.h>

/* Two-sided 95 % of the normal distribution. */

/* What a row says where every result has one; of the perplexity with its interval. */
static const char FLAT_METRICS[] = "counts.scored,unknown.tokens,nats_per_token,perplexity,bits_per_byte";

/* The leaf of its path, where that finds the same again, and says enough. */
static const char *short_key(const struct plx_metric *metric)
{
    const char *leaf =
        strncmp(metric->path, "unknown.", 8) == 0 ? metric->path : plx_metric_leaf(metric->path);
    struct plx_metric found;
    char text[PLX_METRIC_PATH];
    if (plx_metric_find(leaf, strlen(leaf), NULL, &found, text, NULL) == PLX_OK &&
        strcmp(found.path, metric->path) != 0)
        return metric->path;
    return leaf;
}

/* Whether any of the results has it. */
static bool is_known(const struct plx_grid *grid, const struct plx_metric *metric)
{
    double value;
    for (size_t i = 0; i < grid->result_count; i++) {
        if (plx_metric_value(metric, grid->results[i].json, &value))
            return true;
    }
    return false;
}

enum plx_status plx_grid_find_metric(const struct plx_grid *grid, const char *name, size_t length,
                                     struct plx_grid_metric *metric)
{
    enum plx_status status = PLX_USAGE;
    size_t i = 0;
    do {
        const cJSON *json = grid->result_count ? grid->results[i].json : NULL;
        status = plx_metric_find(name, length, json, &metric->metric, metric->text, grid->error);
    } while (status == PLX_USAGE && ++i < grid->result_count);
    if (status)
        return status;
    metric->key = short_key(&metric->metric);
    if (grid->result_count == 0 || is_known(grid, &metric->metric))
        return PLX_OK;
    plx_error_set(grid->error, PLX_USAGE, "no result has the metric %s", metric->metric.path);
    return strncmp(metric->metric.path, "distribution.", 13) == 0
               ? plx_error_hint(grid->error, "`perplex eval --distributions` computes it")
               : PLX_USAGE;
}

static bool is_given_twice(const struct plx_grid *grid, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(grid->metrics[i].metric.path, grid->metrics[index].metric.path) == 0)
            return true;
    }
    return false;
}

enum plx_status plx_grid_find_metrics(struct plx_grid *grid, const struct plx_table_options *options)
{
    const char *list = options->metrics ? options->metrics : grid->flat ? FLAT_METRICS : "perplexity";
    const bool usual = !options->metrics && grid->flat;
    for (const char *at = list;; at++) {
        const size_t length = strcspn(at, ","), index = grid->metric_count;
        if (index == PLX_GRID_METRICS)
            return plx_error_set(grid->error, PLX_USAGE, "a table has %d metrics at most", PLX_GRID_METRICS);
        struct plx_grid_metric *metric = grid->metrics + index;
        const enum plx_status status = plx_grid_find_metric(grid, at, length, metric);
        if (status)
            return status;
        if (is_given_twice(grid, index))
            return plx_error_set(grid->error, PLX_USAGE, "the metric %s is given twice", metric->metric.path);
        metric->interval = metric->metric.scale != PLX_METRIC_OTHER &&
                           (options->interval || (usual && metric->metric.scale == PLX_METRIC_EXPONENTIAL));
        grid->metric_count++;
        at += length;
        if (!*at)
            return PLX_OK;
    }
}

/* What is known of the mean: where the result has enough blocks, by them. */
static enum plx_status read_uncertainty(struct plx_tabled *result, struct plx_error *error)
{
    const struct plx_json_path root = {NULL, NULL, 0}, uncertainty = {&root, "uncertainty", 0};
    struct plx_block_error by_blocks;
    enum plx_status status =
        plx_json_get_double(result->json, "nats_per_token", &root, result->file, &result->nats, error);
    if (status == PLX_OK)
        status = plx_json_get_double(plx_result_member(result->json, "uncertainty"), "standard_error_nats",
                                     &uncertainty, result->file, &result->standard_error, error);
    if (status || !isfinite(result->nats) || !isfinite(result->standard_error)) {
        result->standard_error = (double)NAN; /* and none of another average than that over tokens */
        return status;
    }
    result->reach = PLX_NORMAL_95 * result->standard_error;
    status = plx_block_interval_read(result->json, result->file, &by_blocks, error);
    if (status == PLX_OK && by_blocks.blocks > 0) {
        result->standard_error = by_blocks.standard_error;
        result->reach = by_blocks.reach;
        result->blocks = by_blocks.blocks;
    }
    return status;
}

/* Where a result has no such number, or null, there is no cell; anything else is a mistake. */
static enum plx_status refuse_other(const struct plx_tabled *result, const struct plx_metric *metric,
                                    struct plx_error *error)
{
    const struct plx_json_path root = {NULL, NULL, 0}, place = {&root, metric->path, 0};
    const cJSON *found = plx_result_find(result->json, metric->path);
    if (!found || cJSON_IsNull(found))
        return PLX_OK;
    return plx_json_error(&place, result->file, error, "expected a number, found %s", plx_json_kind(found));
}

static enum plx_status fill_cell(struct plx_grid_cell *cell, const struct plx_grid_metric *metric,
                                 struct plx_error *error)
{
    const struct plx_tabled *result = cell->result;
    const struct plx_metric *of = &metric->metric;
    const double deviation = result->standard_error, reach = result->reach;
    cell->known = plx_metric_value(of, result->json, &cell->value);
    if (!cell->known)
        return refuse_other(result, of, error);
    if (!isfinite(cell->value) || !(deviation > 0))
        return PLX_OK;
    cell->standard_error = fabs(plx_metric_shifted(of, cell->value, result->nats, deviation) - cell->value);
    if (metric->interval) {
        cell->low = plx_metric_shifted(of, cell->value, result->nats, -reach);
        cell->high = plx_metric_shifted(of, cell->value, result->nats, reach);
    }
    return PLX_OK;
}

enum plx_status plx_grid_fill(struct plx_grid *grid)
{
    grid->column_count = grid->group_count * grid->metric_count;
    grid->columns = plx_new_array(grid->column_count, sizeof *grid->columns, grid->error);
    grid->cells = grid->columns
                      ? plx_new_array(grid->row_count, grid->column_count * sizeof *grid->cells, grid->error)
                      : NULL;
    if (!grid->cells)
        return PLX_MEMORY;
    for (size_t i = 0; i < grid->column_count; i++)
        grid->columns[i] = (struct plx_grid_column){.group = i / grid->metric_count,
                                                    .metric = grid->metrics + i % grid->metric_count};
    for (size_t i = 0; i < grid->row_count * grid->column_count; i++)
        grid->cells[i].low = grid->cells[i].high = grid->cells[i].standard_error = (double)NAN;
    for (size_t i = 0; i < grid->result_count; i++) {
        struct plx_tabled *result = grid->results + i;
        enum plx_status status = read_uncertainty(result, grid->error);
        if (status)
            return status;
        for (size_t m = 0; m < grid->metric_count; m++) {
            struct plx_grid_cell *cell =
                plx_grid_cell(grid, result->row, result->group * grid->metric_count + m);
            cell->result = result;
            if ((status = fill_cell(cell, grid->metrics + m, grid->error)) != PLX_OK)
                return status;
        }
    }
    return PLX_OK;
}

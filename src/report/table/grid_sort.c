/* The order of the rows of a table. */
#include "report/table/grid.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* What a row is sorted by: the number of the first of its results that has one. */
struct key {
    size_t row;
    size_t group; /* of that result */
    double value; /* NaN: none has one */
    bool higher_better;
};

static int compare_keys(const void *left, const void *right)
{
    const struct key *a = left, *b = right;
    const bool a_last = isnan(a->value), b_last = isnan(b->value);
    if (a_last != b_last)
        return a_last ? 1 : -1;
    if (!a_last && a->value != b->value)
        return (a->value < b->value) != a->higher_better ? -1 : 1;
    return a->row < b->row ? -1 : 1; /* as they came */
}

static void find_keys(const struct plx_grid *grid, const struct plx_metric *metric, struct key *keys)
{
    for (size_t i = 0; i < grid->row_count; i++)
        keys[i] = (struct key){i, SIZE_MAX, (double)NAN, metric->higher_better};
    for (size_t i = 0; i < grid->result_count; i++) {
        const struct plx_tabled *result = grid->results + i;
        struct key *key = keys + result->row;
        double value;
        if (result->group >= key->group || !plx_metric_value(metric, result->json, &value))
            continue;
        key->group = result->group;
        key->value = value;
    }
}

/* The row that was `keys[i].row` becomes row i. */
static enum plx_status move_rows(struct plx_grid *grid, const struct key *keys)
{
    struct plx_grid_line *rows = plx_new_array(grid->row_count, sizeof *rows, grid->error);
    size_t *places = plx_new_array(grid->row_count, sizeof *places, grid->error);
    for (size_t i = 0; i < grid->row_count && rows && places; i++) {
        rows[i] = grid->rows[keys[i].row];
        places[keys[i].row] = i;
    }
    if (!rows || !places) {
        free(rows);
        free(places);
        return PLX_MEMORY;
    }
    for (size_t i = 0; i < grid->result_count; i++)
        grid->results[i].row = places[grid->results[i].row];
    free(places);
    free(grid->rows);
    grid->rows = rows;
    return PLX_OK;
}

enum plx_status plx_grid_sort(struct plx_grid *grid, const struct plx_table_options *options)
{
    struct plx_grid_metric metric;
    if (!options->sort)
        return PLX_OK;
    enum plx_status status = plx_grid_find_metric(grid, options->sort, strlen(options->sort), &metric);
    if (status)
        return status;
    struct key *keys = plx_new_array(grid->row_count, sizeof *keys, grid->error);
    if (!keys)
        return PLX_MEMORY;
    find_keys(grid, &metric.metric, keys);
    qsort(keys, grid->row_count, sizeof *keys, compare_keys);
    status = move_rows(grid, keys);
    free(keys);
    return status;
}

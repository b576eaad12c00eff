/* Tables as JSON, perplex.table/1: a list of the cells, each with what it is of, every digit. */
#include "base/json_writer.h"
#include "report/table/grid.h"
#include "report/table/table_values.h"

#include <math.h>

static void write_dimensions(struct plx_json_writer *json, const char *key,
                             const struct plx_dimensions *dimensions)
{
    plx_json_begin_array(json, key);
    for (size_t d = 0; d < dimensions->count; d++)
        plx_json_string(json, NULL, plx_dimension_name(dimensions->list[d]));
    plx_json_end_array(json);
}

static void write_lines(struct plx_json_writer *json, const char *key, const struct plx_grid_line *lines,
                        size_t count, const struct plx_dimensions *dimensions)
{
    plx_json_begin_array(json, key);
    for (size_t i = 0; i < count && dimensions->count; i++) {
        plx_json_begin_object(json, NULL);
        for (size_t d = 0; d < dimensions->count; d++)
            plx_json_string(json, plx_dimension_name(dimensions->list[d]), lines[i].names[d]);
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
}

static void write_metrics(struct plx_json_writer *json, const struct plx_grid *grid)
{
    plx_json_begin_array(json, "metrics");
    for (size_t m = 0; m < grid->metric_count; m++) {
        const struct plx_metric *metric = &grid->metrics[m].metric;
        plx_json_begin_object(json, NULL);
        plx_json_string(json, "metric", metric->path);
        plx_json_string(json, "better",
                        metric->neutral         ? "neither"
                        : metric->higher_better ? "higher"
                                                : "lower");
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
}

static void write_cell(struct plx_json_writer *json, const struct plx_grid *grid, size_t row, size_t column)
{
    const struct plx_grid_cell *cell = plx_grid_cell(grid, row, column);
    if (!cell->known)
        return;
    plx_json_begin_object(json, NULL);
    plx_json_u64(json, "row", row);
    if (grid->group_dimensions.count)
        plx_json_u64(json, "column", grid->columns[column].group);
    plx_json_string(json, "metric", grid->columns[column].metric->metric.path);
    plx_json_string(json, "file", cell->result->file);
    plx_json_double(json, "value", cell->value);
    if (!isnan(cell->standard_error))
        plx_json_double(json, "standard_error", cell->standard_error);
    if (!isnan(cell->low) && !isnan(cell->high)) {
        plx_json_begin_array(json, "interval95");
        plx_json_double(json, NULL, cell->low);
        plx_json_double(json, NULL, cell->high);
        plx_json_end_array(json);
    }
    if (cell->compared)
        plx_json_double(json, plx_difference_name(&grid->columns[column].metric->metric), cell->difference);
    plx_json_bool(json, "best", cell->best);
    if (cell->mark)
        plx_json_string(json, "mark", grid->notes[cell->mark - 1].mark);
    plx_json_end_object(json);
}

static void write_table(struct plx_json_writer *json, const struct plx_grid *grid)
{
    plx_json_begin_object(json, NULL);
    plx_json_string(json, "schema", "perplex.table/1");
    plx_json_string(json, "caption", grid->caption);
    write_dimensions(json, "row_dimensions", &grid->row_dimensions);
    write_dimensions(json, "column_dimensions", &grid->group_dimensions);
    write_metrics(json, grid);
    write_lines(json, "rows", grid->rows, grid->row_count, &grid->row_dimensions);
    write_lines(json, "columns", grid->groups, grid->group_count, &grid->group_dimensions);
    plx_json_begin_array(json, "cells");
    for (size_t i = 0; i < grid->row_count; i++) {
        for (size_t c = 0; c < grid->column_count; c++)
            write_cell(json, grid, i, c);
    }
    plx_json_end_array(json);
    plx_json_begin_array(json, "notes");
    for (size_t i = 0; i < grid->note_count; i++) {
        plx_json_begin_object(json, NULL);
        if (*grid->notes[i].mark)
            plx_json_string(json, "mark", grid->notes[i].mark);
        plx_json_string(json, "text", grid->notes[i].text);
        plx_json_end_object(json);
    }
    plx_json_end_array(json);
    plx_json_end_object(json);
}

static void write_json(const struct plx_grid *grid, struct plx_page *page)
{
    struct plx_json_writer json;
    plx_json_writer_init(&json, &page->out);
    write_table(&json, grid);
    page->status = plx_json_writer_finish(&json, page->error);
}

const struct plx_table_format plx_table_json = {
    "json", "perplex.table/1: every cell with what it is of, every digit", write_json};

#include "report/table/table_values.h"

#include <math.h>
#include <stdlib.h>

/* A table for programs under construction. */
struct writer {
    const struct plx_grid *grid;
    const struct plx_value_fields *fields;
    struct plx_page *page;
    size_t count; /* fields of the line so far */
};

static void begin_field(struct writer *writer)
{
    if (writer->count++ > 0)
        plx_page_put(writer->page, &writer->fields->separator, 1);
}

static void put_text(struct writer *writer, const char *text)
{
    begin_field(writer);
    writer->fields->put(writer->page, text);
}

/* Empty where there is none. */
static void put_double(struct writer *writer, bool known, double value)
{
    char number[PLX_NUMBER_TEXT];
    begin_field(writer);
    if (!known)
        return;
    plx_format_double(value, number);
    plx_page_text(writer->page, number);
}

static void end_line(struct writer *writer)
{
    plx_page_text(writer->page, "\n");
    writer->count = 0;
}

const char *plx_difference_name(const struct plx_metric *metric)
{
    return plx_metric_is_relative(metric) ? "ratio" : "difference";
}

/* "test.txt perplexity_low": behind the last space stands what the number is. */
static void put_heading(struct writer *writer, const struct plx_grid_column *column, const char *of)
{
    const char *label = writer->grid->groups[column->group].label;
    struct plx_page name;
    char *text;
    size_t length;
    plx_page_init(&name, writer->page->error);
    plx_page_text(&name, label);
    plx_page_text(&name, *label ? " " : "");
    plx_page_text(&name, column->metric->key);
    plx_page_text(&name, *of ? "_" : "");
    plx_page_text(&name, of);
    const enum plx_status status = plx_page_finish(&name, &text, &length);
    if (status == PLX_OK)
        put_text(writer, text);
    else if (writer->page->status == PLX_OK)
        writer->page->status = status;
    free(text);
}

static void write_head(struct writer *writer)
{
    const struct plx_grid *grid = writer->grid;
    for (size_t d = 0; d < grid->row_dimensions.count; d++)
        put_text(writer, plx_dimension_name(grid->row_dimensions.list[d]));
    for (size_t c = 0; c < grid->column_count; c++) {
        const struct plx_grid_column *column = grid->columns + c;
        put_heading(writer, column, "");
        if (column->metric->interval) {
            put_heading(writer, column, "low");
            put_heading(writer, column, "high");
        }
        if (grid->compared)
            put_heading(writer, column, plx_difference_name(&column->metric->metric));
    }
    put_text(writer, "notes");
    end_line(writer);
}

/* Those of the marks in a row, once each. */
static void write_notes(struct writer *writer, size_t row)
{
    const struct plx_grid *grid = writer->grid;
    struct plx_page notes;
    char *text;
    size_t length, count = 0;
    plx_page_init(&notes, writer->page->error);
    for (size_t n = 0; n < grid->note_count; n++) {
        bool marked = false;
        for (size_t c = 0; c < grid->column_count && !marked; c++)
            marked = plx_grid_cell(grid, row, c)->mark == n + 1;
        if (!marked)
            continue;
        plx_page_text(&notes, count++ ? "; " : "");
        plx_page_text(&notes, grid->notes[n].text);
    }
    const enum plx_status status = plx_page_finish(&notes, &text, &length);
    if (status == PLX_OK)
        put_text(writer, text);
    else if (writer->page->status == PLX_OK)
        writer->page->status = status;
    free(text);
}

static void write_row(struct writer *writer, size_t row)
{
    const struct plx_grid *grid = writer->grid;
    for (size_t d = 0; d < grid->row_dimensions.count; d++)
        put_text(writer, grid->rows[row].names[d]);
    for (size_t c = 0; c < grid->column_count; c++) {
        const struct plx_grid_cell *cell = plx_grid_cell(grid, row, c);
        put_double(writer, cell->known, cell->value);
        if (grid->columns[c].metric->interval) {
            put_double(writer, cell->known && !isnan(cell->low), cell->low);
            put_double(writer, cell->known && !isnan(cell->high), cell->high);
        }
        if (grid->compared)
            put_double(writer, cell->compared, cell->difference);
    }
    write_notes(writer, row);
    end_line(writer);
}

void plx_table_values(const struct plx_grid *grid, const struct plx_value_fields *fields,
                      struct plx_page *page)
{
    struct writer writer = {.grid = grid, .fields = fields, .page = page};
    write_head(&writer);
    for (size_t i = 0; i < grid->row_count; i++)
        write_row(&writer, i);
}

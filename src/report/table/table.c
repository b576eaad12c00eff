/* Results that were written as JSON, as a table. */
#include "report/table/grid.h"

#include "base/error.h"
#include "base/memory.h"
#include "report/result/result_file.h"

/* Formats, in the order in which they are listed; the first is the default. */
static const struct plx_table_format *const FORMATS[] = {
    &plx_table_markdown, &plx_table_latex, &plx_table_html, &plx_table_csv, &plx_table_tsv, &plx_table_json};

#define FORMAT_COUNT (sizeof FORMATS / sizeof *FORMATS)

const char *plx_table_format_name(size_t index)
{
    return index < FORMAT_COUNT ? FORMATS[index]->name : NULL;
}

const char *plx_table_format_description(size_t index)
{
    return index < FORMAT_COUNT ? FORMATS[index]->description : NULL;
}

static enum plx_status find_format(const char *name, const struct plx_table_format **format,
                                   struct plx_error *error)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        *format = FORMATS[i];
        if (!name || strcmp(name, FORMATS[i]->name) == 0)
            return PLX_OK;
    }
    return plx_error_set(error, PLX_USAGE, "tables have no format \"%.80s\"", name);
}

static enum plx_status read_results(struct plx_grid *grid, const char *const *paths, size_t count,
                                    const struct plx_network *network)
{
    grid->results = plx_new_array(count, sizeof *grid->results, grid->error);
    if (!grid->results)
        return PLX_MEMORY;
    for (grid->result_count = 0; grid->result_count < count;) {
        struct plx_tabled *result = grid->results + grid->result_count;
        result->file = paths[grid->result_count];
        enum plx_status status = plx_result_file_read(result->file, network, &result->json, grid->error);
        if (status)
            return status;
        grid->result_count++;
        status = plx_result_file_whole(result->json, result->file, grid->error);
        if (status)
            return status;
    }
    return PLX_OK;
}

static enum plx_status make_grid(struct plx_grid *grid, const char *const *paths, size_t count,
                                 const struct plx_table_options *options)
{
    if (count == 0)
        return plx_error_set(grid->error, PLX_USAGE, "a table needs a result");
    enum plx_status status = read_results(grid, paths, count, options->network);
    if (status == PLX_OK)
        status = plx_grid_lay_out(grid, options);
    if (status == PLX_OK)
        status = plx_grid_find_metrics(grid, options);
    if (status == PLX_OK)
        status = plx_grid_sort(grid, options);
    if (status == PLX_OK)
        status = plx_grid_fill(grid);
    if (status == PLX_OK) {
        plx_grid_choose_digits(grid, options);
        status = plx_grid_mark(grid, options);
    }
    return status ? status : plx_grid_describe(grid, options);
}

enum plx_status plx_table(const char *const *paths, size_t count, const struct plx_table_options *options,
                          char **text, size_t *length, struct plx_error *error)
{
    static const struct plx_table_options usual;
    struct plx_grid grid = {.error = error};
    const struct plx_table_format *format;
    struct plx_page page;
    *text = NULL;
    if (!options)
        options = &usual;
    if (options->fixed && options->digits > PLX_TABLE_DIGITS_MOST)
        return plx_error_set(error, PLX_USAGE, "numbers of a table have at most %d digits behind the point",
                             PLX_TABLE_DIGITS_MOST);
    enum plx_status status = find_format(options->format, &format, error);
    if (status == PLX_OK)
        status = make_grid(&grid, paths, count, options);
    if (status == PLX_OK) {
        plx_page_init(&page, error);
        format->write(&grid, &page);
        status = plx_page_finish(&page, text, length);
    }
    plx_grid_release(&grid);
    return status;
}

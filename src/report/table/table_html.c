/* HTML: one table element, with nothing of style or script in it, to be put into a page. */
#include "report/table/grid.h"

static const char *escape(uint32_t code_point, uint32_t before, char made[32])
{
    (void)before;
    (void)made;
    switch (code_point) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    default: return NULL;
    }
}

/* A name out of a file: whatever direction it is read in, what follows keeps its own. */
static void put_name(struct plx_page *page, const char *name)
{
    plx_page_text(page, "<bdi>");
    plx_table_put(page, name, escape);
    plx_page_text(page, "</bdi>");
}

/* The groups above the metrics, where there are several of each. */
static void put_groups(const struct plx_grid *grid, struct plx_page *page)
{
    for (size_t g = 0; g < grid->group_count; g++) {
        plx_page_text(page, "<th scope=\"colgroup\" colspan=\"");
        plx_table_put_count(page, grid->metric_count);
        plx_page_text(page, "\">");
        put_name(page, grid->groups[g].label);
        plx_page_text(page, "</th>\n");
    }
    plx_page_text(page, "</tr>\n<tr>\n");
}

static void put_head(const struct plx_grid *grid, struct plx_page *page)
{
    const bool grouped = grid->group_dimensions.count > 0, both = grouped && grid->metric_count > 1;
    plx_page_text(page, "<thead>\n<tr>\n");
    for (size_t d = 0; d < grid->named_count; d++) {
        plx_page_text(page, both ? "<th scope=\"col\" rowspan=\"2\">" : "<th scope=\"col\">");
        plx_table_put(page, plx_dimension_name(grid->row_dimensions.list[grid->named[d]]), escape);
        plx_page_text(page, "</th>\n");
    }
    if (both)
        put_groups(grid, page);
    for (size_t c = 0; c < grid->column_count; c++) {
        plx_page_text(page, "<th scope=\"col\">");
        if (grouped && !both)
            put_name(page, grid->groups[grid->columns[c].group].label);
        else
            plx_table_put(page, grid->columns[c].metric->metric.label, escape);
        plx_page_text(page, "</th>\n");
    }
    plx_page_text(page, "</tr>\n</thead>\n");
}

static void put_cell(const struct plx_grid *grid, size_t row, size_t column, struct plx_page *page)
{
    const bool best = plx_grid_cell(grid, row, column)->best;
    struct plx_cell_text text;
    plx_grid_cell_text(grid, row, column, &text);
    plx_page_text(page, best ? "<td><strong>" : "<td>");
    plx_table_put(page, text.number, escape);
    plx_page_text(page, best ? "</strong>" : "");
    plx_table_put(page, text.rest, escape);
    if (*text.mark) {
        plx_page_text(page, "<sup>");
        plx_table_put(page, text.mark, escape);
        plx_page_text(page, "</sup>");
    }
    plx_page_text(page, "</td>\n");
}

static void put_notes(const struct plx_grid *grid, struct plx_page *page)
{
    const size_t width = grid->named_count + grid->column_count;
    plx_page_text(page, "<tfoot>\n");
    for (size_t i = 0; i < grid->note_count; i++) {
        plx_page_text(page, "<tr><td colspan=\"");
        plx_table_put_count(page, width);
        plx_page_text(page, "\">");
        if (*grid->notes[i].mark) {
            plx_page_text(page, "<sup>");
            plx_table_put(page, grid->notes[i].mark, escape);
            plx_page_text(page, "</sup> ");
        }
        plx_table_put(page, grid->notes[i].text, escape);
        plx_page_text(page, "</td></tr>\n");
    }
    plx_page_text(page, "</tfoot>\n");
}

static void write_html(const struct plx_grid *grid, struct plx_page *page)
{
    plx_page_text(page, "<table>\n<caption>");
    plx_table_put(page, grid->caption, escape);
    plx_page_text(page, "</caption>\n");
    put_head(grid, page);
    plx_page_text(page, "<tbody>\n");
    for (size_t i = 0; i < grid->row_count; i++) {
        plx_page_text(page, "<tr>\n");
        for (size_t d = 0; d < grid->named_count; d++) {
            plx_page_text(page, "<th scope=\"row\">");
            put_name(page, grid->rows[i].names[grid->named[d]]);
            plx_page_text(page, "</th>\n");
        }
        for (size_t c = 0; c < grid->column_count; c++)
            put_cell(grid, i, c, page);
        plx_page_text(page, "</tr>\n");
    }
    plx_page_text(page, "</tbody>\n");
    if (grid->note_count)
        put_notes(grid, page);
    plx_page_text(page, "</table>\n");
}

const struct plx_table_format plx_table_html = {"html", "one table element without style, for people",
                                                write_html};

/* Tab-separated values for programs: every digit. A tab, a new line, a carriage return and a backslash in a
   name are \t, \n, \r and \\, so that a line is a row and a tab parts fields, without exception. */
#include "report/table/table_values.h"

static void put_field(struct plx_page *page, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '\t': plx_page_text(page, "\\t"); break;
        case '\n': plx_page_text(page, "\\n"); break;
        case '\r': plx_page_text(page, "\\r"); break;
        case '\\': plx_page_text(page, "\\\\"); break;
        default: plx_page_put(page, text, 1);
        }
    }
}

static void write_tsv(const struct plx_grid *grid, struct plx_page *page)
{
    plx_table_values(grid, &(struct plx_value_fields){'\t', put_field}, page);
}

const struct plx_table_format plx_table_tsv = {
    "tsv", "tab-separated values (\\t, \\n, \\r, \\\\ in names), every digit", write_tsv};

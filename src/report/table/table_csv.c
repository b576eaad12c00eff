/* Comma-separated values (RFC 4180) for programs: every digit. */
#include "report/table/table_values.h"

static void put_field(struct plx_page *page, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        plx_page_text(page, text);
        return;
    }
    plx_page_text(page, "\"");
    for (; *text; text++)
        plx_page_put(page, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    plx_page_text(page, "\"");
}

static void write_csv(const struct plx_grid *grid, struct plx_page *page)
{
    plx_table_values(grid, &(struct plx_value_fields){',', put_field}, page);
}

const struct plx_table_format plx_table_csv = {"csv", "comma-separated values (RFC 4180), every digit",
                                               write_csv};

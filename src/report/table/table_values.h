/* Tables of separated values: those with commas and those with tabs differ in their fields alone. */
#ifndef PLX_REPORT_TABLE_VALUES_H
#define PLX_REPORT_TABLE_VALUES_H

#include "report/table/grid.h"

struct plx_value_fields {
    char separator;
    void (*put)(struct plx_page *page, const char *text);
};

/* A line of names, then a line for each row: the names of its dimensions; the numbers of each column, with
   the ends of the interval behind each that is to have one, and with the difference; the notes on its cells.
 */
void plx_table_values(const struct plx_grid *grid, const struct plx_value_fields *fields,
                      struct plx_page *page);

/* How a difference is called: that of perplexities is a ratio. */
const char *plx_difference_name(const struct plx_metric *metric);

#endif

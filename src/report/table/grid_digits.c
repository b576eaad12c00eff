/* Numbers of a table for people: rounded to the digits that their uncertainty leaves them. */
#include "report/digits.h"
#include "report/table/grid.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define DECIMALS_MOST 12

/* Digits of what nothing is known about. */
#define DIGITS_USUAL 4

/* The power of ten of the first digit; 0 for what has none. */
static int magnitude(double value)
{
    char text[32];
    if (!isfinite(value))
        return 0;
    snprintf(text, sizeof text, "%.1e", value);
    return (int)strtol(strchr(text, 'e') + 1, NULL, 10);
}

/* Whether there is an error that is more than that of rounding. */
static bool is_uncertain(const struct plx_grid_cell *cell)
{
    return cell->standard_error > 1e-9 * fabs(cell->value) && isfinite(cell->standard_error);
}

static int bounded(int decimals, int most)
{
    return decimals < 0 ? 0 : decimals > most ? most : decimals;
}

/* How many digits behind the point, `most` at most, the value has but for zeros at the end. */
static int needed_decimals(double value, int most)
{
    char text[PLX_FIXED_TEXT];
    const size_t length = plx_format_fixed(value, (unsigned)most, text);
    size_t zeros = 0;
    while (most > 0 && zeros < (size_t)most && text[length - 1 - zeros] == '0')
        zeros++;
    return most - (int)zeros;
}

/* The usual digits of the largest of those numbers of which nothing is known, as far as they need them. */
static int usual_decimals(const struct plx_grid *grid, size_t column)
{
    double largest = 0;
    int decimals = 0;
    for (size_t pass = 0; pass < 2; pass++) {
        const int most = bounded(DIGITS_USUAL - 1 - magnitude(largest), DECIMALS_MOST);
        for (size_t i = 0; i < grid->row_count; i++) {
            const struct plx_grid_cell *cell = plx_grid_cell(grid, i, column);
            if (!cell->known || !isfinite(cell->value) || is_uncertain(cell))
                continue;
            if (pass == 0) {
                largest = fmax(largest, fabs(cell->value));
            } else {
                const int needed = needed_decimals(cell->value, most);
                decimals = needed > decimals ? needed : decimals;
            }
        }
    }
    return decimals;
}

/* As many as the surest of its numbers has. */
static unsigned column_decimals(const struct plx_grid *grid, size_t column)
{
    int decimals = usual_decimals(grid, column);
    for (size_t i = 0; i < grid->row_count; i++) {
        const struct plx_grid_cell *cell = plx_grid_cell(grid, i, column);
        if (!cell->known || !isfinite(cell->value) || !is_uncertain(cell))
            continue;
        const int warranted = bounded(plx_decimals_warranted(cell->standard_error), DECIMALS_MOST);
        decimals = warranted > decimals ? warranted : decimals;
    }
    return (unsigned)decimals;
}

/* Whether it is a column of counts, which no option gives digits behind the point. */
static bool is_of_counts(const struct plx_grid *grid, size_t column)
{
    const struct plx_metric *metric = &grid->columns[column].metric->metric;
    bool counts = metric->scale == PLX_METRIC_OTHER && !plx_metric_is_relative(metric);
    for (size_t i = 0; i < grid->row_count && counts; i++) {
        const struct plx_grid_cell *cell = plx_grid_cell(grid, i, column);
        counts = !cell->known || cell->value == floor(cell->value);
    }
    return counts;
}

/* Whether both ends of the interval are as far away as far as is shown; or there is none. */
static bool is_even(const struct plx_grid_cell *cell, unsigned decimals)
{
    char below[PLX_FIXED_TEXT], above[PLX_FIXED_TEXT];
    plx_format_fixed(cell->value - cell->low, decimals, below);
    plx_format_fixed(cell->high - cell->value, decimals, above);
    return isnan(cell->low) || isnan(cell->high) || strcmp(below, above) == 0;
}

void plx_grid_choose_digits(struct plx_grid *grid, const struct plx_table_options *options)
{
    for (size_t i = 0; i < grid->column_count; i++) {
        struct plx_grid_column *column = grid->columns + i;
        column->decimals =
            options->fixed && !is_of_counts(grid, i) ? options->digits : column_decimals(grid, i);
        column->even = true;
        for (size_t k = 0; k < grid->row_count && column->even; k++)
            column->even = is_even(plx_grid_cell(grid, k, i), column->decimals);
    }
}

/* The number with a sign as it is printed; `plus`: above zero too. Returns the length. */
static size_t put_number(char *text, double value, unsigned decimals, bool plus)
{
    char digits[PLX_FIXED_TEXT];
    if (isnan(value))
        return (size_t)sprintf(text, "n/a");
    plx_format_fixed(fabs(value), decimals, digits);
    const bool zero = digits[strspn(digits, "0.")] == '\0';
    const char *sign = zero ? "" : value < 0 ? "−" : plus ? "+" : "";
    return (size_t)sprintf(text, "%s%s", sign, isinf(value) ? "∞" : digits);
}

static size_t put_interval(char *text, const struct plx_grid_cell *cell, const struct plx_grid_column *column)
{
    const unsigned decimals = column->decimals;
    char above[PLX_FIXED_TEXT];
    if (isnan(cell->low) || isnan(cell->high))
        return 0;
    if (column->even) {
        plx_format_fixed(cell->high - cell->value, decimals, above);
        return (size_t)sprintf(text, " ± %s", above);
    }
    size_t size = (size_t)sprintf(text, " [");
    size += put_number(text + size, cell->low, decimals, false);
    size += (size_t)sprintf(text + size, ", ");
    size += put_number(text + size, cell->high, decimals, false);
    return size + (size_t)sprintf(text + size, "]");
}

/* In the metric's own unit; of perplexities in hundredths, of which as many digits as those of the perplexity
   tell apart. */
static void put_difference(char *text, const struct plx_grid_cell *cell, const struct plx_grid_column *column)
{
    const bool ratio = plx_metric_is_relative(&column->metric->metric);
    unsigned decimals = column->decimals;
    size_t size = (size_t)sprintf(text, " (");
    if (ratio && isfinite(cell->value) && cell->value > 0)
        decimals = (unsigned)bounded(
            -magnitude(100 * pow(10, -(double)decimals) * cell->difference / cell->value), 4);
    size += put_number(text + size, ratio ? 100 * (cell->difference - 1) : cell->difference, decimals, true);
    sprintf(text + size, ratio ? " %%)" : ")");
}

void plx_grid_cell_text(const struct plx_grid *grid, size_t row, size_t column, struct plx_cell_text *text)
{
    const struct plx_grid_cell *cell = plx_grid_cell(grid, row, column);
    const struct plx_grid_column *of = grid->columns + column;
    text->rest[0] = '\0';
    text->mark = cell->mark ? grid->notes[cell->mark - 1].mark : "";
    if (!cell->known) {
        sprintf(text->number, "—");
        return;
    }
    put_number(text->number, cell->value, of->decimals, false);
    const size_t size = put_interval(text->rest, cell, of);
    if (cell->compared)
        put_difference(text->rest + size, cell, of);
}

/* A table between the results that it is made of and the formats that it is written in. table.c reads the
   results, grid_axes.c lays out rows and columns, grid_values.c fills the cells, grid_marks.c finds what is
   comparable and the best, grid_notes.c says what was measured; a file for each format writes it. */
#ifndef PLX_REPORT_GRID_H
#define PLX_REPORT_GRID_H

#include <perplex/table.h>

#include "base/number.h"
#include "report/metric.h"
#include "report/page.h"

#include <cjson/cJSON.h>
#include <string.h>

enum plx_dimension {
    PLX_DIMENSION_MODEL,
    PLX_DIMENSION_CORPUS,
    PLX_DIMENSION_PROTOCOL,
    PLX_DIMENSION_TOKENIZATION,
    PLX_DIMENSION_FILE,
    PLX_DIMENSION_COUNT
};

/* Several dimensions in the order in which they were given. */
struct plx_dimensions {
    enum plx_dimension list[PLX_DIMENSION_COUNT];
    size_t count;
};

/* A result that was read. Strings belong to `json` or the caller, names to the grid. */
struct plx_tabled {
    cJSON *json;
    const char *file;
    const char
        *names[PLX_DIMENSION_COUNT]; /* for people: short, and different where they mean different things */
    double nats;                     /* per token */
    double standard_error;           /* of it; NaN: not known */
    double reach;                    /* from it to an end of its 95 % interval */
    size_t blocks;     /* that both the standard error comes from; 0: tokens taken as independent */
    size_t row, group; /* where it stands */
};

#define PLX_GRID_METRICS 16

struct plx_grid_metric {
    struct plx_metric metric;
    char text[PLX_METRIC_PATH];
    const char *key; /* for programs: the shortest name that finds it again */
    bool interval;
};

/* A row, or a group of columns: those of its metrics. */
struct plx_grid_line {
    const char *names[PLX_DIMENSION_COUNT]; /* of its dimensions, in their order */
    const char *label;                      /* of them all */
};

/* A column of numbers. */
struct plx_grid_column {
    size_t group;
    const struct plx_grid_metric *metric;
    unsigned decimals; /* behind the point, for people */
    bool even;         /* every interval reaches as far down as up, as far as is shown: ± */
};

struct plx_grid_cell {
    const struct plx_tabled *result; /* NULL: there is none */
    bool known;                      /* the result has such a number */
    double value;
    double low, high;      /* 95 %; NaN: not known, or not asked for */
    double standard_error; /* NaN: not known */
    bool compared;         /* there is a difference: */
    double difference;     /* from the row of --difference; of perplexities the ratio to it */
    bool best;
    size_t mark; /* 0: none; else the number of its note, from 1 */
};

#define PLX_GRID_MARK 24

/* `mark` is "" for what is said of more than single cells. */
struct plx_grid_note {
    char mark[PLX_GRID_MARK];
    const char *text;
};

struct plx_grid {
    struct plx_tabled *results; /* [result_count] */
    size_t result_count;
    struct plx_dimensions row_dimensions, group_dimensions;
    size_t named[PLX_DIMENSION_COUNT]; /* [named_count] of row_dimensions, what people are shown of rows */
    size_t named_count;                /* the others are in the caption */
    bool flat;                         /* every result is a row */
    bool compared;                     /* with the row of --difference */
    struct plx_grid_line *rows, *groups;
    size_t row_count, group_count;
    struct plx_grid_metric metrics[PLX_GRID_METRICS];
    size_t metric_count;
    struct plx_grid_column *columns; /* [column_count]: groups × metrics */
    size_t column_count;
    struct plx_grid_cell *cells; /* [row_count][column_count] */
    const char *caption;
    struct plx_grid_note *notes; /* [note_count]: first those of marks */
    size_t note_count;
    char **strings; /* [string_count] what the grid owns of all these */
    size_t string_count;
    struct plx_error *error;
};

/* A format. `write` is given a grid that is whole; what fails is noted in the page. */
struct plx_table_format {
    const char *name;
    const char *description;
    void (*write)(const struct plx_grid *grid, struct plx_page *page);
};

extern const struct plx_table_format plx_table_markdown, plx_table_csv, plx_table_tsv, plx_table_latex,
    plx_table_html, plx_table_json;

static inline struct plx_grid_cell *plx_grid_cell(const struct plx_grid *grid, size_t row, size_t column)
{
    return grid->cells + row * grid->column_count + column;
}

static inline void plx_page_text(struct plx_page *page, const char *text)
{
    plx_page_put(page, text, strlen(text));
}

/* grid.c: takes what was written to the page over as a string of the grid; NULL on failure. */
const char *plx_grid_keep(struct plx_grid *grid, struct plx_page *page);

void plx_grid_release(struct plx_grid *grid);

/* grid_axes.c: the names of all results, and where each stands. PLX_USAGE. */
enum plx_status plx_grid_lay_out(struct plx_grid *grid, const struct plx_table_options *options);

/* Writes a field of a protocol as "window=64". */
void plx_grid_put_field(struct plx_page *page, const cJSON *field);

bool plx_dimensions_have(const struct plx_dimensions *dimensions, enum plx_dimension wanted);

/* Whether people see it, as a name of rows or of groups. */
bool plx_grid_shows(const struct plx_grid *grid, enum plx_dimension dimension);

/* The name of a dimension. */
const char *plx_dimension_name(enum plx_dimension dimension);

/* grid_values.c: the metric of that name ([length]), which one of the results has at least. PLX_USAGE. */
enum plx_status plx_grid_find_metric(const struct plx_grid *grid, const char *name, size_t length,
                                     struct plx_grid_metric *metric);

/* What the options ask for, in every cell. PLX_USAGE. */
enum plx_status plx_grid_find_metrics(struct plx_grid *grid, const struct plx_table_options *options);
enum plx_status plx_grid_fill(struct plx_grid *grid);

/* grid_digits.c: digits behind the point of every column. */
void plx_grid_choose_digits(struct plx_grid *grid, const struct plx_table_options *options);

/* grid_marks.c: which cells are comparable, the best ones, and differences from the row that the options
   name. PLX_USAGE. */
enum plx_status plx_grid_mark(struct plx_grid *grid, const struct plx_table_options *options);

/* Whether models stand side by side in columns, and cells of a row are what is compared. */
bool plx_grid_is_transposed(const struct plx_grid *grid);

/* grid_sort.c: the rows in the order that the options ask for, before there are cells. PLX_USAGE. */
enum plx_status plx_grid_sort(struct plx_grid *grid, const struct plx_table_options *options);

/* grid_notes.c: the caption, and the notes that are of more than single cells. */
enum plx_status plx_grid_describe(struct plx_grid *grid, const struct plx_table_options *options);

/* Adds a note; its text is the grid's. */
enum plx_status plx_grid_add_note(struct plx_grid *grid, const char *mark, const char *text);

/* A cell in words for people, in pieces that a format sets off from each other. */
struct plx_cell_text {
    char number[PLX_FIXED_TEXT + 8];
    char rest[3 * PLX_FIXED_TEXT]; /* interval and difference, with a space before each; or "" */
    const char *mark;              /* or "" */
};

/* grid_digits.c */
void plx_grid_cell_text(const struct plx_grid *grid, size_t row, size_t column, struct plx_cell_text *text);

/* How a format for people writes a character that follows `before`, 0 at the beginning; NULL: as it is. What
   it makes up goes into `made`. */
typedef const char *plx_table_escape(uint32_t code_point, uint32_t before, char made[32]);

/* table_text.c: writes the text; what could drive a terminal, break a line or turn the direction of reading
   around can be seen instead: \x1b, \u202e. */
void plx_table_put(struct plx_page *page, const char *text, plx_table_escape *escape);

void plx_table_put_count(struct plx_page *page, size_t count);

/* How many columns of a terminal the text takes. */
size_t plx_table_width(const char *text);

#endif

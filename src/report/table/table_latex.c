/* LaTeX with booktabs: a table environment that pdflatex takes as it is, given \usepackage{booktabs}; of more
   rows than a page has a longtable. Wide tables are in small print, as notes are. */
#include "report/table/grid.h"

#include <stdio.h>

/* What the font encodings that are usual, OT1 the oldest of them, and their accents lack. */
static bool is_foreign(uint32_t c)
{
    static const uint16_t lacking[] = {0xAB,  0xBB,  0xD0,  0xDE,  0xF0,  0xFE,  0x104, 0x105, 0x110,
                                       0x111, 0x118, 0x119, 0x126, 0x127, 0x12E, 0x12F, 0x138, 0x13F,
                                       0x140, 0x149, 0x14A, 0x14B, 0x166, 0x167, 0x172, 0x173};
    for (size_t i = 0; i < sizeof lacking / sizeof *lacking; i++) {
        if (c == lacking[i])
            return true;
    }
    return c >= 0x17F;
}

/* What would be taken for something else there: for an option of the \\ that ends the row before, or for a
   letter together with the character before. */
static bool is_misread(uint32_t c, uint32_t before)
{
    return before == 0 ? c == '[' || c == '*' : c == before && strchr("-,'", (int)c) != NULL;
}

static const char *escape(uint32_t code_point, uint32_t before, char made[32])
{
    if (code_point < 0x80 && is_misread(code_point, before)) {
        snprintf(made, 32, "{%c}", (char)code_point);
        return made;
    }
    switch (code_point) {
    case '#':
    case '$':
    case '%':
    case '&':
    case '_':
    case '{':
    case '}': snprintf(made, 32, "\\%c", (char)code_point); return made;
    case '\\': return "\\textbackslash{}";
    case '~': return "\\textasciitilde{}";
    case '^': return "\\textasciicircum{}";
    case '<': return "\\textless{}";
    case '>': return "\\textgreater{}";
    case '|': return "\\textbar{}";
    case '"': return "\\char34{}";
    case '`': return "\\textasciigrave{}";
    case 0x2013: return "--";
    case 0x2014: return "---";
    case 0x2018: return "`";
    case 0x2019: return "'";
    case 0x201C: return "``";
    case 0x201D: return "''";
    case 0x2026: return "\\ldots{}";
    case 0x2020: return "\\dag{}";
    case 0x2021: return "\\ddag{}";
    case 0xA7: return "\\S{}";
    case 0xB6: return "\\P{}";
    case 0xB1: return "$\\pm$";
    case 0xD7: return "$\\times$";
    case 0x2212: return "$-$";
    case 0x221E: return "$\\infty$";
    default: break;
    }
    if (!is_foreign(code_point))
        return NULL;
    snprintf(made, 32, "\\texttt{U+%04X}", (unsigned)code_point);
    return made;
}

/* Columns of the group from `column` on. */
static size_t group_width(const struct plx_grid *grid, size_t column)
{
    size_t width = 1;
    while (column + width < grid->column_count &&
           grid->columns[column + width].group == grid->columns[column].group)
        width++;
    return width;
}

/* The groups above the metrics, where there are several of each. */
static void put_groups(const struct plx_grid *grid, struct plx_page *page)
{
    const size_t named = grid->named_count;
    for (size_t d = 1; d < named; d++)
        plx_page_text(page, "& ");
    for (size_t c = 0, width; c < grid->column_count; c += width) {
        width = group_width(grid, c);
        plx_page_text(page, "& \\multicolumn{");
        plx_table_put_count(page, width);
        plx_page_text(page, "}{c}{");
        plx_table_put(page, grid->groups[grid->columns[c].group].label, escape);
        plx_page_text(page, "} ");
    }
    plx_page_text(page, "\\\\\n");
    for (size_t c = 0, width; c < grid->column_count; c += width) {
        width = group_width(grid, c);
        plx_page_text(page, "\\cmidrule(lr){");
        plx_table_put_count(page, named + c + 1);
        plx_page_text(page, "-");
        plx_table_put_count(page, named + c + width);
        plx_page_text(page, "}");
    }
    plx_page_text(page, "\n");
}

/* Bytes of what is one line of a heading that is broken behind a stroke or at a blank. */
static size_t heading_line(const char *text)
{
    const size_t length = strcspn(text, " /");
    return length + (text[length] == '/');
}

/* "unknown" above "tokens". */
static void put_stacked(const char *text, struct plx_page *page)
{
    plx_page_text(page, "\\shortstack[r]{");
    for (size_t length; *text; text += length + (text[length] == ' ')) {
        length = heading_line(text);
        plx_page_put(page, text, length);
        plx_page_text(page, text[length] ? "\\\\" : "}");
    }
}

static void put_head(const struct plx_grid *grid, bool wide, struct plx_page *page)
{
    const bool grouped = grid->group_dimensions.count > 0, both = grouped && grid->metric_count > 1;
    if (both)
        put_groups(grid, page);
    for (size_t d = 0; d < grid->named_count; d++) {
        plx_page_text(page, d ? " & " : "");
        plx_table_put(page, plx_dimension_name(grid->row_dimensions.list[grid->named[d]]), escape);
    }
    for (size_t c = 0; c < grid->column_count; c++) {
        plx_page_text(page, " & ");
        const char *label = grid->columns[c].metric->metric.label;
        if (grouped && !both)
            plx_table_put(page, grid->groups[grid->columns[c].group].label, escape);
        else if (wide && label[heading_line(label)])
            put_stacked(label, page);
        else
            plx_table_put(page, label, escape);
    }
    plx_page_text(page, " \\\\\n");
}

static void put_cell(const struct plx_grid *grid, size_t row, size_t column, struct plx_page *page)
{
    const bool best = plx_grid_cell(grid, row, column)->best;
    struct plx_cell_text text;
    plx_grid_cell_text(grid, row, column, &text);
    plx_page_text(page, best ? " & \\textbf{" : " & ");
    plx_table_put(page, text.number, escape);
    plx_page_text(page, best ? "}" : "");
    plx_table_put(page, text.rest, escape);
    if (!*text.mark)
        return;
    plx_page_text(page, "\\textsuperscript{");
    plx_table_put(page, text.mark, escape);
    plx_page_text(page, "}");
}

static void put_rows(const struct plx_grid *grid, struct plx_page *page)
{
    for (size_t i = 0; i < grid->row_count; i++) {
        for (size_t d = 0; d < grid->named_count; d++) {
            plx_page_text(page, d ? " & " : "");
            plx_table_put(page, grid->rows[i].names[grid->named[d]], escape);
        }
        for (size_t c = 0; c < grid->column_count; c++)
            put_cell(grid, i, c, page);
        plx_page_text(page, " \\\\\n");
    }
}

/* Rows of which a page has room for no more. */
#define ROWS_MOST 40

static size_t wider(size_t width, size_t other)
{
    return other > width ? other : width;
}

/* Characters of a column's heading, which is broken where the table is wide. */
static size_t heading_width(const struct plx_grid *grid, const struct plx_grid_column *column, bool wide)
{
    size_t width = 0;
    if (grid->group_dimensions.count > 0 && grid->metric_count == 1)
        return plx_table_width(grid->groups[column->group].label);
    const char *text = column->metric->metric.label;
    if (!wide)
        return plx_table_width(text);
    for (size_t length; *text; text += length + (text[length] == ' ')) {
        length = heading_line(text);
        width = wider(width, length);
    }
    return width;
}

/* Characters of all columns. */
static size_t table_width(const struct plx_grid *grid, bool wide)
{
    size_t sum = 0;
    for (size_t k = 0; k < grid->named_count; k++) {
        const size_t d = grid->named[k];
        size_t width = plx_table_width(plx_dimension_name(grid->row_dimensions.list[d]));
        for (size_t i = 0; i < grid->row_count; i++)
            width = wider(width, plx_table_width(grid->rows[i].names[d]));
        sum += width;
    }
    for (size_t c = 0; c < grid->column_count; c++) {
        size_t width = heading_width(grid, grid->columns + c, wide);
        for (size_t i = 0; i < grid->row_count; i++) {
            struct plx_cell_text text;
            plx_grid_cell_text(grid, i, c, &text);
            width = wider(width, plx_table_width(text.number) + plx_table_width(text.rest) +
                                     plx_table_width(text.mark));
        }
        sum += width;
    }
    return sum;
}

/* Prints in tenths of a point: what a character takes (0: more than there is), and what is on each side of a
   column. */
struct print {
    const char *name;
    size_t character, side;
};

/* That in which the table fits a page of the class article; the last, where none is enough. Headings are
   in one line in the first alone. */
static const struct print *choose_print(const struct plx_grid *grid)
{
    static const struct print prints[] = {{"", 50, 60},
                                          {"small", 48, 40},
                                          {"footnotesize", 44, 30},
                                          {"scriptsize", 41, 20},
                                          {"scriptsize", 0, 20}};
    const size_t line = 3450, columns = grid->named_count + grid->column_count;
    const struct print *print = prints;
    for (size_t i = 0; i < sizeof prints / sizeof *prints; i++) {
        print = prints + i;
        if (table_width(grid, i > 0) * print->character + columns * 2 * print->side <= line)
            break;
    }
    return print;
}

static void put_print(const struct print *print, struct plx_page *page)
{
    if (!*print->name)
        return;
    plx_page_text(page, "\\");
    plx_page_text(page, print->name);
    plx_page_text(page, "\n\\setlength{\\tabcolsep}{");
    plx_table_put_count(page, print->side / 10);
    plx_page_text(page, "pt}\n");
}

static void put_columns(const struct plx_grid *grid, struct plx_page *page)
{
    plx_page_text(page, "{");
    for (size_t d = 0; d < grid->named_count; d++)
        plx_page_text(page, "l");
    for (size_t c = 0; c < grid->column_count; c++)
        plx_page_text(page, "r");
    plx_page_text(page, "}\n");
}

static void put_notes(const struct plx_grid *grid, struct plx_page *page)
{
    for (size_t i = 0; i < grid->note_count; i++) {
        plx_page_text(page, i ? "\n\n" : "");
        plx_table_put(page, grid->notes[i].mark, escape);
        plx_page_text(page, *grid->notes[i].mark ? "~" : "");
        plx_table_put(page, grid->notes[i].text, escape);
    }
}

static void put_caption(const struct plx_grid *grid, struct plx_page *page)
{
    plx_page_text(page, "\\caption{");
    plx_table_put(page, grid->caption, escape);
    plx_page_text(page, "}");
}

/* The heading on every page. */
static void write_long(const struct plx_grid *grid, const struct print *print, struct plx_page *page)
{
    const bool wide = *print->name;
    plx_page_text(page, "% \\usepackage{booktabs,longtable}\n\\begingroup\n");
    put_print(print, page);
    plx_page_text(page, "\\begin{longtable}");
    put_columns(grid, page);
    put_caption(grid, page);
    plx_page_text(page, "\\\\\n\\toprule\n");
    put_head(grid, wide, page);
    plx_page_text(page, "\\midrule\n\\endfirsthead\n\\toprule\n");
    put_head(grid, wide, page);
    plx_page_text(page, "\\midrule\n\\endhead\n\\bottomrule\n\\endfoot\n");
    put_rows(grid, page);
    plx_page_text(page, "\\end{longtable}\n");
    if (grid->note_count) {
        plx_page_text(page, "\\footnotesize\n\\setlength{\\parindent}{0pt}\n");
        put_notes(grid, page);
        plx_page_text(page, "\\par\n");
    }
    plx_page_text(page, "\\endgroup\n");
}

static void write_latex(const struct plx_grid *grid, struct plx_page *page)
{
    const struct print *print = choose_print(grid);
    if (grid->row_count > ROWS_MOST) {
        write_long(grid, print, page);
        return;
    }
    plx_page_text(page, "% \\usepackage{booktabs}\n");
    if (print->character == 0)
        plx_page_text(page,
                      "% wider than a page: sidewaystable of \\usepackage{rotating} in place of table\n");
    plx_page_text(page, "\\begin{table}\n\\centering\n");
    put_caption(grid, page);
    plx_page_text(page, "\n");
    put_print(print, page);
    plx_page_text(page, "\\begin{tabular}");
    put_columns(grid, page);
    plx_page_text(page, "\\toprule\n");
    put_head(grid, *print->name, page);
    plx_page_text(page, "\\midrule\n");
    put_rows(grid, page);
    plx_page_text(page, "\\bottomrule\n\\end{tabular}\n");
    if (grid->note_count) {
        plx_page_text(page, "\n\\medskip\n\\begin{minipage}{\\linewidth}\n\\footnotesize\n");
        put_notes(grid, page);
        plx_page_text(page, "\n\\end{minipage}\n");
    }
    plx_page_text(page, "\\end{table}\n");
}

const struct plx_table_format plx_table_latex = {"latex", "a table environment with booktabs, for people",
                                                 write_latex};

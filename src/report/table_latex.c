/* LaTeX with booktabs: a table environment that pdflatex takes as it is, given \usepackage{booktabs}. Notes
   follow the table in small print. */
#include "report/grid.h"

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
    const size_t named = grid->row_dimensions.count;
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

static void put_head(const struct plx_grid *grid, struct plx_page *page)
{
    const bool grouped = grid->group_dimensions.count > 0, both = grouped && grid->metric_count > 1;
    if (both)
        put_groups(grid, page);
    for (size_t d = 0; d < grid->row_dimensions.count; d++) {
        plx_page_text(page, d ? " & " : "");
        plx_table_put(page, plx_dimension_name(grid->row_dimensions.list[d]), escape);
    }
    for (size_t c = 0; c < grid->column_count; c++) {
        plx_page_text(page, " & ");
        plx_table_put(page,
                      grouped && !both ? grid->groups[grid->columns[c].group].label
                                       : grid->columns[c].metric->metric.label,
                      escape);
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
        for (size_t d = 0; d < grid->row_dimensions.count; d++) {
            plx_page_text(page, d ? " & " : "");
            plx_table_put(page, grid->rows[i].names[d], escape);
        }
        for (size_t c = 0; c < grid->column_count; c++)
            put_cell(grid, i, c, page);
        plx_page_text(page, " \\\\\n");
    }
}

static void write_latex(const struct plx_grid *grid, struct plx_page *page)
{
    plx_page_text(page, "% \\usepackage{booktabs}\n\\begin{table}\n\\centering\n\\caption{");
    plx_table_put(page, grid->caption, escape);
    plx_page_text(page, "}\n\\begin{tabular}{");
    for (size_t d = 0; d < grid->row_dimensions.count; d++)
        plx_page_text(page, "l");
    for (size_t c = 0; c < grid->column_count; c++)
        plx_page_text(page, "r");
    plx_page_text(page, "}\n\\toprule\n");
    put_head(grid, page);
    plx_page_text(page, "\\midrule\n");
    put_rows(grid, page);
    plx_page_text(page, "\\bottomrule\n\\end{tabular}\n");
    if (grid->note_count) {
        plx_page_text(page, "\n\\medskip\n\\begin{minipage}{\\linewidth}\n\\footnotesize\n");
        for (size_t i = 0; i < grid->note_count; i++) {
            plx_page_text(page, i ? "\n\n" : "");
            plx_table_put(page, grid->notes[i].mark, escape);
            plx_page_text(page, *grid->notes[i].mark ? "~" : "");
            plx_table_put(page, grid->notes[i].text, escape);
        }
        plx_page_text(page, "\n\\end{minipage}\n");
    }
    plx_page_text(page, "\\end{table}\n");
}

const struct plx_table_format plx_table_latex = {"latex", "a table environment with booktabs, for people",
                                                 write_latex};

/* Markdown, the tables of GitHub: aligned in the source too, so that it can be read as it is. */
#include "report/table/grid.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>

static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* What would begin emphasis, code, a link, a tag, a formula or a column; and what GitHub makes links of by
   itself: @name, #12, www., http://. An @ or # that is
   escaped would make one, an empty comment behind it does not. */
static const char *escape(uint32_t code_point, uint32_t before, char made[32])
{
    if (((before == '@' || before == '#') && is_digit(code_point)) ||
        (before == '@' && is_letter(code_point))) {
        snprintf(made, 32, "<!-- -->%c", (char)code_point);
        return made;
    }
    if (code_point == '/' && before == ':')
        return "\\/";
    if (code_point == before && (code_point == 'w' || code_point == 'W'))
        return code_point == 'w' ? "&#119;" : "&#87;";
    switch (code_point) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '$': return "&#36;";
    case '~': return "&#126;";
    case '|':
    case '\\':
    case '`':
    case '*':
    case '_':
    case '[':
    case ']': snprintf(made, 32, "\\%c", (char)code_point); return made;
    default: return NULL;
    }
}

/* The texts of all fields, the heading above: [row_count + 1][width]. */
struct fields {
    char **texts;
    size_t lines, width, named; /* the first `named` columns are names, the others numbers */
};

static void keep(struct fields *fields, size_t line, size_t at, struct plx_page *field, struct plx_page *page)
{
    size_t length;
    const enum plx_status status = plx_page_finish(field, &fields->texts[line * fields->width + at], &length);
    if (page->status == PLX_OK)
        page->status = status;
}

/* Of its group and of its metric, where there are several. */
static void make_heading(const struct plx_grid *grid, size_t column, struct plx_page *field)
{
    const char *label = grid->groups[grid->columns[column].group].label;
    plx_table_put(field, label, escape);
    if (*label && grid->metric_count == 1)
        return;
    plx_page_text(field, *label ? " " : "");
    plx_table_put(field, grid->columns[column].metric->metric.label, escape);
}

static void make_cell(const struct plx_grid *grid, size_t row, size_t column, struct plx_page *field)
{
    struct plx_cell_text text;
    const char *bold = plx_grid_cell(grid, row, column)->best ? "**" : "";
    plx_grid_cell_text(grid, row, column, &text);
    plx_page_text(field, bold);
    plx_table_put(field, text.number, escape);
    plx_page_text(field, bold);
    plx_page_text(field, text.rest);
    plx_page_text(field, *text.mark ? " " : "");
    plx_table_put(field, text.mark, escape);
}

static void make_fields(const struct plx_grid *grid, struct fields *fields, struct plx_page *page)
{
    struct plx_page field;
    for (size_t i = 0; i < fields->lines; i++) {
        for (size_t k = 0; k < fields->width && page->status == PLX_OK; k++) {
            plx_page_init(&field, page->error);
            if (k >= fields->named && i == 0)
                make_heading(grid, k - fields->named, &field);
            else if (k >= fields->named)
                make_cell(grid, i - 1, k - fields->named, &field);
            else
                plx_table_put(&field,
                              i == 0 ? plx_dimension_name(grid->row_dimensions.list[grid->named[k]])
                                     : grid->rows[i - 1].names[grid->named[k]],
                              escape);
            keep(fields, i, k, &field, page);
        }
    }
}

static size_t column_width(const struct fields *fields, size_t column)
{
    size_t widest = 3;
    for (size_t i = 0; i < fields->lines; i++) {
        const size_t width = plx_table_width(fields->texts[i * fields->width + column]);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static void put_line(const struct fields *fields, size_t line, const size_t *widths, struct plx_page *page)
{
    for (size_t k = 0; k < fields->width; k++) {
        const char *text = fields->texts[line * fields->width + k];
        const size_t blanks = widths[k] - plx_table_width(text);
        plx_page_text(page, "| ");
        plx_page_blanks(page, k < fields->named ? 0 : blanks);
        plx_page_text(page, text);
        plx_page_blanks(page, (k < fields->named ? blanks : 0) + 1);
    }
    plx_page_text(page, "|\n");
}

static void put_rule(const struct fields *fields, const size_t *widths, struct plx_page *page)
{
    for (size_t k = 0; k < fields->width; k++) {
        plx_page_text(page, "|");
        for (size_t i = 0; i < widths[k] + 1; i++)
            plx_page_text(page, "-");
        plx_page_text(page, k < fields->named ? "-" : ":");
    }
    plx_page_text(page, "|\n");
}

static void put_table(const struct fields *fields, struct plx_page *page)
{
    size_t *widths = plx_new_array(fields->width, sizeof *widths, page->error);
    if (!widths) {
        page->status = PLX_MEMORY;
        return;
    }
    for (size_t k = 0; k < fields->width; k++)
        widths[k] = column_width(fields, k);
    for (size_t i = 0; i < fields->lines; i++) {
        put_line(fields, i, widths, page);
        if (i == 0)
            put_rule(fields, widths, page);
    }
    free(widths);
}

/* A user's caption may begin as code, a heading or a list does. */
static void put_paragraph(const char *text, struct plx_page *page)
{
    text += strspn(text, " ");
    const size_t digits = strspn(text, "0123456789");
    plx_page_put(page, text, digits);
    text += digits;
    plx_page_text(page, *text && strchr(digits ? ".)" : "#+-=", *text) ? "\\" : "");
    plx_table_put(page, text, escape);
    plx_page_text(page, "\n");
}

static void write_markdown(const struct plx_grid *grid, struct plx_page *page)
{
    struct fields fields = {.lines = grid->row_count + 1, .named = grid->named_count};
    fields.width = fields.named + grid->column_count;
    fields.texts = plx_new_array(fields.lines, fields.width * sizeof *fields.texts, page->error);
    if (!fields.texts) {
        page->status = PLX_MEMORY;
        return;
    }
    if (*grid->caption) {
        put_paragraph(grid->caption, page);
        plx_page_text(page, "\n");
    }
    make_fields(grid, &fields, page);
    if (page->status == PLX_OK)
        put_table(&fields, page);
    for (size_t i = 0; i < grid->note_count; i++) {
        plx_page_text(page, "\n");
        plx_page_text(page, grid->notes[i].mark);
        plx_page_text(page, *grid->notes[i].mark ? " " : "");
        put_paragraph(grid->notes[i].text, page);
    }
    for (size_t i = 0; i < fields.lines * fields.width; i++)
        free(fields.texts[i]);
    free(fields.texts);
}

const struct plx_table_format plx_table_markdown = {"markdown", "tables as GitHub has them, for people",
                                                    write_markdown};

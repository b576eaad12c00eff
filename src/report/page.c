#include "report/page.h"

#include "base/memory.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_BYTES_MAX ((size_t)256 << 20)

void plx_page_init(struct plx_page *page, struct plx_error *error)
{
    *page = (struct plx_page){.columns = 100, .error = error};
    plx_buffer_init(&page->out, TEXT_BYTES_MAX);
}

enum plx_status plx_page_finish(struct plx_page *page, char **text, size_t *length)
{
    return plx_buffer_finish(&page->out, page->status, text, length, page->error);
}

void plx_page_put(struct plx_page *page, const char *text, size_t length)
{
    if (page->status == PLX_OK)
        page->status = plx_buffer_append(&page->out, text, length, page->error);
}

void plx_page_blanks(struct plx_page *page, size_t count)
{
    while (count-- > 0)
        plx_page_put(page, " ", 1);
}

const char *plx_page_group(uint64_t value, char text[PLX_PAGE_GROUPED])
{
    return plx_format_grouped(value, text);
}

static size_t width(const char *text, size_t length)
{
    return plx_utf8_count((const uint8_t *)text, length, NULL);
}

void plx_page_wrapped(struct plx_page *page, const char *text, size_t column, size_t indent)
{
    while (*text) {
        const size_t length = strcspn(text, " ");
        if (column > indent && column + 1 + width(text, length) > page->columns) {
            plx_page_put(page, "\n", 1);
            plx_page_blanks(page, indent);
            column = indent;
        } else if (column > indent) {
            plx_page_put(page, " ", 1);
            column++;
        }
        plx_page_put(page, text, length);
        column += width(text, length);
        text += length + strspn(text + length, " ");
    }
    plx_page_put(page, "\n", 1);
}

void plx_page_text_row(struct plx_page *page, size_t indent, const char *name, const char *value)
{
    plx_page_blanks(page, indent);
    plx_page_put(page, name, strlen(name));
    plx_page_blanks(page, indent + strlen(name) < PLX_PAGE_VALUE_COLUMN
                              ? PLX_PAGE_VALUE_COLUMN - indent - strlen(name)
                              : 1);
    plx_page_wrapped(page, value, PLX_PAGE_VALUE_COLUMN, PLX_PAGE_VALUE_COLUMN);
}

void plx_page_row(struct plx_page *page, const char *name, const char *format, ...)
{
    char value[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(value, sizeof value, format, arguments);
    va_end(arguments);
    plx_page_text_row(page, 2, name, value);
}

char *plx_page_visible(struct plx_page *page, const char *text, size_t length)
{
    char *whole = plx_copy_string(text, length, page->error);
    char *shown = whole ? plx_new_array(4 * length + 1, 1, page->error) : NULL;
    if (shown)
        plx_text_visible(whole, shown, 4 * length + 1);
    else if (page->status == PLX_OK)
        page->status = PLX_MEMORY;
    free(whole);
    return shown;
}

void plx_page_heading(struct plx_page *page, const char *what, const char *name)
{
    char *shown = plx_page_visible(page, name, strlen(name));
    if (page->out.size > 0)
        plx_page_put(page, "\n", 1);
    if (shown)
        plx_page_text_row(page, 0, what, shown);
    free(shown);
}

void plx_page_line(struct plx_page *page, const char *format, ...)
{
    char line[256];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    size_t size = length < 0 ? 0 : strlen(line);
    line[size++] = '\n';
    plx_page_put(page, line, size);
}

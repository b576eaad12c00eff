#include "report/html/html.h"

#include "base/number.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define FORMATTED 1024

static void put(struct plx_html *html, const char *text, size_t length)
{
    if (html->status == PLX_OK && length > 0)
        html->status = plx_output_write(html->output, text, length, html->error);
}

void plx_html_markup(struct plx_html *html, const char *markup)
{
    put(html, markup, strlen(markup));
}

void plx_html_markupf(struct plx_html *html, const char *format, ...)
{
    char text[FORMATTED];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    plx_html_markup(html, text);
}

void plx_html_numeral(struct plx_html *html, const char *text)
{
    plx_html_markup(html, *text == '-' ? "−" : "");
    plx_html_markup(html, text + (*text == '-'));
}

void plx_html_fixed(struct plx_html *html, double value, unsigned digits)
{
    char text[PLX_FIXED_TEXT];
    plx_format_fixed(value, digits, text);
    plx_html_numeral(html, text + (text[strspn(text, "-0.")] == '\0' && *text == '-'));
}

void plx_html_coordinate(struct plx_html *html, double value, unsigned digits)
{
    char text[PLX_FIXED_TEXT];
    put(html, text, plx_format_fixed(value, digits, text));
}

void plx_html_textf(struct plx_html *html, const char *format, ...)
{
    char text[FORMATTED];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    plx_html_string(html, text);
}

/* Inclusive. Beside what is hidden everywhere: what is invisible; what may be in no HTML. Joiners (U+200C,
   U+200D) stay: scripts and emoji are spelled with them. */
static const uint32_t HIDDEN[][2] = {{0xAD, 0xAD},     {0x180E, 0x180E},  {0x200B, 0x200B},
                                     {0x2060, 0x2064}, {0x206A, 0x206F},  {0xFDD0, 0xFDEF},
                                     {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F}};

static bool is_hidden(uint32_t code_point)
{
    if (plx_utf8_hidden(code_point) || (code_point & 0xFFFE) == 0xFFFE) /* no characters, in every plane */
        return true;
    for (size_t i = 0; i < sizeof HIDDEN / sizeof *HIDDEN && code_point >= HIDDEN[i][0]; i++) {
        if (code_point <= HIDDEN[i][1])
            return true;
    }
    return false;
}

/* The arrow of a key, else the number; returns whether it is an arrow. */
static bool name_hidden(uint32_t code_point, char name[16])
{
    if (code_point == '\n' || code_point == '\t')
        snprintf(name, 16, code_point == '\n' ? "↵" : "⇥");
    else
        snprintf(name, 16, "U+%04X", (unsigned)code_point);
    return code_point == '\n' || code_point == '\t';
}

static void put_hidden(struct plx_html *html, uint32_t code_point, bool marked)
{
    char name[16];
    const bool arrow = name_hidden(code_point, name);
    if (marked)
        plx_html_markupf(html, "<span class=\"hidden\" title=\"U+%04X\">%s</span>", (unsigned)code_point,
                         name);
    else
        plx_html_markupf(html, arrow ? "%s" : "⟨%s⟩", name);
}

static const char *entity(char c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

/* Runs of plain text go out at once. */
static void put_text(struct plx_html *html, const char *text, size_t length, bool marked)
{
    size_t begin = 0, at = 0;
    while (at < length) {
        const uint8_t *bytes = (const uint8_t *)text + at;
        const size_t size = plx_utf8_sequence(bytes, length - at);
        const char *escaped = entity(text[at]);
        const uint32_t code_point = size ? plx_utf8_code_point(bytes, size) : 0;
        if (size > 0 && !escaped && !is_hidden(code_point)) {
            at += size;
            continue;
        }
        put(html, text + begin, at - begin);
        if (escaped)
            plx_html_markup(html, escaped);
        else if (size == 0)
            plx_html_markup(html, "\xEF\xBF\xBD");
        else
            put_hidden(html, code_point, marked);
        at += size ? size : 1;
        begin = at;
    }
    put(html, text + begin, at - begin);
}

void plx_html_text(struct plx_html *html, const char *text, size_t length)
{
    put_text(html, text, length, false);
}

void plx_html_string(struct plx_html *html, const char *text)
{
    put_text(html, text, strlen(text), false);
}

void plx_html_visible(struct plx_html *html, const char *text, size_t length)
{
    put_text(html, text, length, true);
}

void plx_html_bdi(struct plx_html *html, const char *text)
{
    plx_html_markup(html, "<bdi>");
    plx_html_visible(html, text, strlen(text));
    plx_html_markup(html, "</bdi>");
}

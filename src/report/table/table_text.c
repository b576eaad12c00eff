/* Text out of files in tables for people. */
#include "report/table/grid.h"

#include "base/utf8.h"

#include <stdio.h>

static void put_character(struct plx_page *page, const char *text, size_t length, uint32_t code_point,
                          uint32_t *before, plx_table_escape *escape)
{
    char made[32];
    const char *escaped = escape(code_point, *before, made);
    *before = code_point;
    if (escaped)
        plx_page_text(page, escaped);
    else
        plx_page_put(page, text, length);
}

void plx_table_put(struct plx_page *page, const char *text, plx_table_escape *escape)
{
    size_t left = strlen(text);
    uint32_t before = 0;
    while (left > 0) {
        const uint8_t *bytes = (const uint8_t *)text;
        size_t length = plx_utf8_sequence(bytes, left);
        const uint32_t c = length ? plx_utf8_code_point(bytes, length) : bytes[0];
        if (length && !plx_utf8_hidden(c)) {
            put_character(page, text, length, c, &before, escape);
        } else {
            char shown[16];
            snprintf(shown, sizeof shown, c < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)c);
            for (const char *at = shown; *at; at++)
                put_character(page, at, 1, (unsigned char)*at, &before, escape);
        }
        length += length == 0;
        text += length;
        left -= length;
    }
}

void plx_table_put_count(struct plx_page *page, size_t count)
{
    char number[PLX_NUMBER_TEXT];
    plx_format_u64(count, number);
    plx_page_text(page, number);
}

static size_t character_width(uint32_t c)
{
    static const uint32_t wide[][2] = {{0x1100, 0x115F}, {0x2E80, 0xA4CF},   {0xAC00, 0xD7A3},
                                       {0xF900, 0xFAFF}, {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},
                                       {0xFFE0, 0xFFE6}, {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};
    if ((c >= 0x0300 && c <= 0x036F) || c == 0x200B || c == 0x200D || (c >= 0xFE00 && c <= 0xFE0F))
        return 0; /* on top of the character before */
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
        if (c >= wide[i][0] && c <= wide[i][1])
            return 2;
    }
    return 1;
}

size_t plx_table_width(const char *text)
{
    size_t width = 0, left = strlen(text);
    while (left > 0) {
        const size_t length = plx_utf8_sequence((const uint8_t *)text, left);
        width += length ? character_width(plx_utf8_code_point((const uint8_t *)text, length)) : 1;
        text += length ? length : 1;
        left -= length ? length : 1;
    }
    return width;
}

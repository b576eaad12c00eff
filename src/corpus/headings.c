#include "corpus/headings.h"

#include <string.h>

size_t plx_space_length(const uint8_t *text, size_t size)
{
    const uint8_t c = text[0];
    if (c < 0x80)
        return (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= ' ');
    if (size >= 2 && c == 0xC2)
        return text[1] == 0x85 || text[1] == 0xA0 ? 2 : 0;
    if (size < 3 || c < 0xE1 || c > 0xE3)
        return 0;
    const unsigned rest = (unsigned)text[1] << 8 | text[2];
    const bool space = c == 0xE1   ? rest == 0x9A80
                       : c == 0xE3 ? rest == 0x8080
                                   : (rest >= 0x8080 && rest <= 0x808A) || rest == 0x80A8 || rest == 0x80A9 ||
                                         rest == 0x80AF || rest == 0x819F;
    return space ? 3 : 0;
}

bool plx_is_space(const uint8_t *text, size_t size)
{
    size_t at = 0, length;
    while (at < size && (length = plx_space_length(text + at, size - at)) > 0)
        at += length;
    return at == size;
}

bool plx_heading_of_article(const uint8_t *line, size_t length)
{
    while (length > 0 && plx_is_blank(*line)) {
        line++;
        length--;
    }
    while (length > 0 && plx_is_blank(line[length - 1]))
        length--;
    return length >= 5 && memcmp(line, "= ", 2) == 0 && memcmp(line + length - 2, " =", 2) == 0 &&
           line[2] != '=' && line[length - 3] != '=';
}

/* Length of what is left of text[0..size) without white space at its end. */
static size_t without_end(const uint8_t *text, size_t size)
{
    for (;;) {
        size_t length = 1;
        while (length <= 3 && length <= size && plx_space_length(text + size - length, length) != length)
            length++;
        if (length > 3 || length > size)
            return size;
        size -= length;
    }
}

bool plx_heading_of_page(const uint8_t *line, size_t length)
{
    for (size_t space; length > 0 && (space = plx_space_length(line, length)) > 0; length -= space)
        line += space;
    length = without_end(line, length);
    /* The first replacement spares "= x", and the second does: what begins with anything else is none. */
    if (length < 3 || memcmp(line, "= ", 2) != 0 || line[2] == '=' || memcmp(line + length - 2, " =", 2) != 0)
        return false;
    /* How many "=" with single spaces between them end the line. Both replacements take them from the left:
       the first by threes, the second then every pair that is left whole. The last one stays by itself if it
       is the only one, or if a three and then two are left over. */
    size_t signs = 1;
    while (length >= 2 * signs + 1 && memcmp(line + length - 2 * signs - 1, "= ", 2) == 0)
        signs++;
    return signs == 1 || (signs > 3 && signs % 3 == 2);
}

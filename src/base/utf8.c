#include "base/utf8.h"

#include <string.h>

static int is_continuation(uint8_t byte)
{
    return (byte & 0xC0) == 0x80;
}

/* Table 3-7 of the Unicode Standard: only the second byte has bounds that depend on the first. */
size_t plx_utf8_sequence(const uint8_t *text, size_t size)
{
    uint8_t first = text[0];
    size_t length;

    if (first < 0x80)
        return 1;
    if (first < 0xC2 || first > 0xF4)
        return 0;
    length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (size < length)
        return 0;
    uint8_t least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    uint8_t most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (text[1] < least || text[1] > most)
        return 0;
    for (size_t i = 2; i < length; i++)
        if (!is_continuation(text[i]))
            return 0;
    return length;
}

uint32_t plx_utf8_code_point(const uint8_t *text, size_t length)
{
    static const uint8_t payload[] = {0x00, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t code_point = text[0] & payload[length];

    for (size_t i = 1; i < length; i++)
        code_point = code_point << 6 | (text[i] & 0x3Fu);
    return code_point;
}

bool plx_utf8_hidden(uint32_t code_point)
{
    static const uint32_t ranges[][2] = {{0x00, 0x1F},     {0x7F, 0x9F},     {0x61C, 0x61C},
                                         {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2066, 0x2069},
                                         {0xFEFF, 0xFEFF}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges && code_point >= ranges[i][0]; i++) {
        if (code_point <= ranges[i][1])
            return true;
    }
    return false;
}

/* How many of the first bytes are ASCII, by whole words: 0 if none of the next eight can be skipped. */
static size_t ascii_words(const uint8_t *text, size_t size)
{
    size_t skipped = 0;

    while (size - skipped >= sizeof(uint64_t)) {
        uint64_t word;

        memcpy(&word, text + skipped, sizeof(word));
        if ((word & UINT64_C(0x8080808080808080)) != 0)
            break;
        skipped += sizeof(word);
    }
    return skipped;
}

size_t plx_utf8_count(const uint8_t *text, size_t size, uint64_t *invalid)
{
    size_t count = 0;
    size_t at = 0;
    uint64_t bad = 0;

    while (at < size) {
        size_t skipped = ascii_words(text + at, size - at);

        count += skipped;
        at += skipped;
        /* What stopped the words is within the next eight bytes: one by one up to and over it. */
        for (size_t end = size - at < 8 ? size : at + 8; at < end; count++) {
            size_t length = plx_utf8_sequence(text + at, size - at);

            bad += length == 0;
            at += length == 0 ? 1 : length;
        }
    }
    if (invalid != NULL)
        *invalid += bad;
    return count;
}

size_t plx_utf8_mark(const void *text, size_t size)
{
    static const char mark[] = "\xEF\xBB\xBF";
    const size_t length = sizeof mark - 1;
    return size >= length && memcmp(text, mark, length) == 0 ? length : 0;
}

size_t plx_utf8_encode(uint32_t code_point, uint8_t text[4])
{
    if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF))
        code_point = 0xFFFD;
    if (code_point < 0x80) {
        text[0] = (uint8_t)code_point;
        return 1;
    }
    size_t length = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    static const uint8_t mark[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = length - 1; i > 0; i--) {
        text[i] = (uint8_t)(0x80 | (code_point & 0x3F));
        code_point >>= 6;
    }
    text[0] = (uint8_t)(mark[length] | code_point);
    return length;
}

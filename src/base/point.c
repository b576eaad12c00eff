#include <perplex/status.h>

#include "base/utf8.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define WIDTH      70 /* columns of the text that are shown */
#define PLACE_MOST 60 /* where the place stands at most */
#define PLACE      40 /* where it stands in a text that is cut */

struct range {
    uint32_t first, last;
};

static bool is_among(const struct range *ranges, size_t count, uint32_t code_point)
{
    for (size_t i = 0; i < count; i++) {
        if (code_point >= ranges[i].first && code_point <= ranges[i].last)
            return true;
    }
    return false;
}

/* Controls, and what takes no place of its own, turns the direction of the line or looks like a blank. */
static bool is_unseen(uint32_t code_point)
{
    static const struct range ranges[] = {
        {0, 0x1F},          {0x7F, 0xA0},     {0xAD, 0xAD},     {0x300, 0x36F},   {0x483, 0x489},
        {0x591, 0x5BD},     {0x61C, 0x61C},   {0x180B, 0x180E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
        {0x2000, 0x200F},   {0x2028, 0x202F}, {0x205F, 0x206F}, {0x20D0, 0x20FF}, {0x3000, 0x3000},
        {0xFE00, 0xFE0F},   {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFF}, {0xE000, 0xF8FF},
        {0xE0000, 0x10FFFF}};
    return is_among(ranges, sizeof ranges / sizeof *ranges, code_point);
}

/* Characters of two columns: those of East Asia, and pictures. */
static bool is_wide(uint32_t code_point)
{
    static const struct range ranges[] = {{0x1100, 0x115F},   {0x2E80, 0xA4CF},   {0xAC00, 0xD7A3},
                                          {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},
                                          {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF},
                                          {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
    return is_among(ranges, sizeof ranges / sizeof *ranges, code_point);
}

#define CHARACTER 20

/* The character at text[0..left) as it is shown; returns its columns. */
static size_t show(const char *text, size_t left, size_t *length, char shown[CHARACTER])
{
    const uint8_t *bytes = (const uint8_t *)text;
    const size_t sequence = plx_utf8_sequence(bytes, left);
    const uint32_t code_point = sequence ? plx_utf8_code_point(bytes, sequence) : 0;
    *length = sequence ? sequence : 1;
    if (sequence && !is_unseen(code_point)) {
        memcpy(shown, text, sequence);
        shown[sequence] = '\0';
        return is_wide(code_point) ? 2 : 1;
    }
    for (size_t i = 0; i < *length; i++)
        snprintf(shown + 4 * i, 5, "\\x%02x", (unsigned)bytes[i]);
    return 4 * *length;
}

/* How many columns the characters before text[end] take; *skip how many bytes are left out for the place to
   stand no further than PLACE. */
static size_t find_place(const char *text, size_t size, size_t end, size_t *skip)
{
    char shown[CHARACTER];
    size_t length, columns = 0, place;
    for (size_t at = 0; at < end; at += length)
        columns += show(text + at, size - at, &length, shown);
    place = columns;
    *skip = 0;
    while (columns > PLACE_MOST && place > PLACE) {
        place -= show(text + *skip, size - *skip, &length, shown);
        *skip += length;
    }
    return place;
}

size_t plx_text_point(const char *text, uint64_t column, char *out, size_t capacity)
{
    const size_t size = strlen(text);
    const size_t end = column == 0 ? 0 : column - 1 < size ? (size_t)column - 1 : size;
    char line[4 * WIDTH + CHARACTER + 8], shown[CHARACTER];
    size_t skip, length, columns = 0, used;
    const size_t place = find_place(text, size, end, &skip);
    used = (size_t)snprintf(line, sizeof line, "%s", skip ? "..." : "");
    for (size_t at = skip; at < size; at += length) {
        columns += show(text + at, size - at, &length, shown);
        if (columns > WIDTH) {
            snprintf(line + used, sizeof line - used, "...");
            break;
        }
        used += (size_t)snprintf(line + used, sizeof line - used, "%s", shown);
    }
    const int written = snprintf(out, capacity, "  %s\n  %*s^\n", line, (int)(place + (skip ? 3 : 0)), "");
    return (size_t)written;
}

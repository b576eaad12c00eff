#include "base/base64.h"

#include <stdint.h>

/* The value of a letter; 64 of anything else. */
static unsigned value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (unsigned)(c - 'A');
    if (c >= 'a' && c <= 'z')
        return (unsigned)(c - 'a') + 26;
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0') + 52;
    return c == '+' ? 62 : c == '/' ? 63 : 64;
}

bool plx_base64_decode(const char *text, size_t length, char *bytes, size_t capacity, size_t *size)
{
    size_t padding = 0;
    uint32_t bits = 0;
    *size = 0;
    if (length % 4 != 0)
        return false;
    while (padding < 2 && padding < length && text[length - 1 - padding] == '=')
        padding++;
    if (length / 4 * 3 - padding > capacity)
        return false;
    for (size_t i = 0; i < length; i++) {
        const bool pad = i >= length - padding;
        const unsigned six = pad ? 0 : value(text[i]);
        if (six == 64)
            return false;
        bits = bits << 6 | six;
        if (i % 4 != 3)
            continue;
        const size_t whole = pad ? 3 - padding : 3;
        for (size_t k = 0; k < whole; k++)
            bytes[(*size)++] = (char)(bits >> (16 - 8 * k) & 0xFF);
        if (pad && bits & (padding == 1 ? 0xFFu : 0xFFFFu))
            return false; /* bits that stand for nothing */
    }
    return true;
}

void plx_base64_encode(const void *bytes, size_t size, char *text)
{
    static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *from = bytes;
    for (size_t i = 0; i < size; i += 3) {
        const size_t left = size - i;
        const uint32_t bits = (uint32_t)from[i] << 16 | (left > 1 ? (uint32_t)from[i + 1] << 8 : 0) |
                              (left > 2 ? (uint32_t)from[i + 2] : 0);
        *text++ = LETTERS[bits >> 18];
        *text++ = LETTERS[bits >> 12 & 63];
        *text++ = LETTERS[bits >> 6 & 63];
        *text++ = LETTERS[bits & 63];
    }
    for (size_t over = (3 - size % 3) % 3; over > 0; over--)
        text[-(ptrdiff_t)over] = '=';
    *text = '\0';
}

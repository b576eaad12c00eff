#include "support/json_grammar.h"

#include <stdint.h>
#include <string.h>

/* What is left of the text. */
struct rest {
    const uint8_t *at, *end;
};

static bool value(struct rest *rest);

/* One byte of a set of them. */
static bool one_of(struct rest *rest, const char *set)
{
    const bool found = rest->at < rest->end && *rest->at != 0 && strchr(set, *rest->at);
    rest->at += found;
    return found;
}

static bool word(struct rest *rest, const char *text)
{
    const size_t length = strlen(text);
    const bool found = (size_t)(rest->end - rest->at) >= length && memcmp(rest->at, text, length) == 0;
    rest->at += found ? length : 0;
    return found;
}

static void space(struct rest *rest)
{
    while (one_of(rest, " \t\n\r"))
        continue;
}

/* A byte with white space around it. */
static bool sign(struct rest *rest, const char *byte)
{
    space(rest);
    const bool found = one_of(rest, byte);
    space(rest);
    return found;
}

static bool digits(struct rest *rest)
{
    const uint8_t *begin = rest->at;
    while (one_of(rest, "0123456789"))
        continue;
    return rest->at > begin;
}

/* int [ frac ] [ exp ] */
static bool number(struct rest *rest)
{
    one_of(rest, "-");
    if (!one_of(rest, "0") && !digits(rest))
        return false;
    if (one_of(rest, ".") && !digits(rest))
        return false;
    if (!one_of(rest, "eE"))
        return true;
    one_of(rest, "+-");
    return digits(rest);
}

/* \uXXXX of a unit from `least` to `most`. */
static bool unit(struct rest *rest, unsigned least, unsigned most)
{
    static const char hex[] = "0123456789abcdef";
    const uint8_t *begin = rest->at;
    unsigned unit = 0;
    bool fine = word(rest, "\\u");
    for (int i = 0; i < 4 && fine; i++) {
        const char *digit = rest->at < rest->end && *rest->at ? strchr(hex, *rest->at | 0x20) : NULL;
        fine = digit && one_of(rest, "0123456789abcdefABCDEF");
        unit = fine ? 16 * unit + (unsigned)(digit - hex) : 0;
    }
    if (fine && unit >= least && unit <= most)
        return true;
    rest->at = begin;
    return false;
}

static bool byte_in(struct rest *rest, uint8_t least, uint8_t most)
{
    const bool found = rest->at < rest->end && *rest->at >= least && *rest->at <= most;
    rest->at += found;
    return found;
}

/* UTF8-tail of RFC 3629, `count` times. */
static bool tails(struct rest *rest, int count)
{
    while (count > 0 && byte_in(rest, 0x80, 0xBF))
        count--;
    return count == 0;
}

/* RFC 3629, section 4, UTF8-2 to UTF8-4; a byte that begins one is followed, or the text is refused. */
static bool sequence(struct rest *rest)
{
    if (byte_in(rest, 0xC2, 0xDF))
        return tails(rest, 1);
    if (byte_in(rest, 0xE0, 0xE0))
        return byte_in(rest, 0xA0, 0xBF) && tails(rest, 1);
    if (byte_in(rest, 0xED, 0xED))
        return byte_in(rest, 0x80, 0x9F) && tails(rest, 1);
    if (byte_in(rest, 0xE1, 0xEF))
        return tails(rest, 2);
    if (byte_in(rest, 0xF0, 0xF0))
        return byte_in(rest, 0x90, 0xBF) && tails(rest, 2);
    if (byte_in(rest, 0xF1, 0xF3))
        return tails(rest, 3);
    return byte_in(rest, 0xF4, 0xF4) && byte_in(rest, 0x80, 0x8F) && tails(rest, 2);
}

static bool character(struct rest *rest)
{
    if (byte_in(rest, 0x20, 0x21) || byte_in(rest, 0x23, 0x5B) || byte_in(rest, 0x5D, 0x7F))
        return true;
    if (rest->at < rest->end && *rest->at >= 0x80)
        return sequence(rest);
    if (unit(rest, 0, 0xD7FF) || unit(rest, 0xE000, 0xFFFF))
        return true;
    if (unit(rest, 0xD800, 0xDBFF))
        return unit(rest, 0xDC00, 0xDFFF);
    return one_of(rest, "\\") && one_of(rest, "\"\\/bfnrt");
}

static bool string(struct rest *rest)
{
    if (!one_of(rest, "\""))
        return false;
    while (!one_of(rest, "\"")) {
        if (!character(rest))
            return false;
    }
    return true;
}

/* The members or elements and the closing bracket; the opening one has been read. */
static bool list(struct rest *rest, bool object, const char *closing)
{
    if (sign(rest, closing))
        return true;
    do {
        if (object && !(string(rest) && sign(rest, ":")))
            return false;
        if (!value(rest))
            return false;
    } while (sign(rest, ","));
    return sign(rest, closing);
}

static bool value(struct rest *rest)
{
    if (sign(rest, "{"))
        return list(rest, true, "}");
    if (sign(rest, "["))
        return list(rest, false, "]");
    const bool text = rest->at < rest->end && *rest->at == '"';
    return word(rest, "true") || word(rest, "false") || word(rest, "null") ||
           (text ? string(rest) : number(rest));
}

bool is_json(const char *text, size_t size)
{
    struct rest rest = {(const uint8_t *)text, (const uint8_t *)text + size};
    if (!value(&rest))
        return false;
    space(&rest);
    return rest.at == rest.end;
}

#include "base/json_scan.h"

#include "base/bytes.h"
#include "base/error.h"
#include "base/utf8.h"

#include <string.h>

/* The containers around a value. */
struct nest {
    uint64_t objects[PLX_JSON_DEPTH_MOST / 64 + 1]; /* bit d: the container of depth d is an object */
    unsigned depth;
};

static int peek(const struct plx_json_scan *scan)
{
    return scan->at < scan->size ? scan->text[scan->at] : -1;
}

bool plx_json_scan_fail(struct plx_json_scan *scan, size_t at, const char *message, const char *hint)
{
    scan->at = at;
    scan->message = message;
    scan->hint = hint;
    return false;
}

static bool follows_comma(const struct plx_json_scan *scan)
{
    size_t before = scan->at;
    while (before > 0 && strchr(" \t\r\n", scan->text[before - 1]))
        before--;
    return before > 0 && scan->text[before - 1] == ',';
}

bool plx_json_scan_unexpected(struct plx_json_scan *scan, const char *expected)
{
    const int byte = peek(scan);
    const char *hint = NULL;
    if (byte < 0) {
        expected = "the JSON ends too early";
        hint = "cut short? or spread over several lines? `jq -c .` writes a record a line";
    } else if (byte == 0) {
        expected = "a NUL byte";
    } else if (plx_utf8_sequence(scan->text + scan->at, scan->size - scan->at) == 0) {
        expected = "not UTF-8";
    } else if (byte == '/' || byte == '#') {
        hint = "JSON has no comments";
    } else if (byte == '\'') {
        hint = "JSON has its strings in double quotes";
    } else if ((byte == 'N' || byte == 'I') && !scan->not_finite) {
        hint = "JSON has no NaN and no Infinity";
    } else if ((byte == ']' || byte == '}') && follows_comma(scan)) {
        hint = "JSON has no comma behind the last element";
    }
    return plx_json_scan_fail(scan, scan->at, expected, hint);
}

enum plx_status plx_json_scan_error(const struct plx_json_scan *scan, uint64_t line, size_t begin,
                                    struct plx_error *error)
{
    plx_error_set(error, PLX_MALFORMED, "%s", scan->message);
    plx_error_at_line(error, line, scan->at - begin + 1);
    return scan->hint ? plx_error_hint(error, "%s", scan->hint) : PLX_MALFORMED;
}

/* Strings. */

/* In the highest bit of every byte of the eight, up to and with the first of them that is one: whether it
   ends a run of plain characters: a quote, a backslash, a control character, or no ASCII. */
static inline uint64_t special_bytes(uint64_t eight)
{
    const uint64_t quote = eight ^ PLX_EACH_BYTE('"'), backslash = eight ^ PLX_EACH_BYTE('\\');
    const uint64_t below =
        (eight - PLX_EACH_BYTE(0x20)) | (quote - PLX_EACH_BYTE(1)) | (backslash - PLX_EACH_BYTE(1));
    return (below | eight) & PLX_EACH_BYTE(0x80);
}

/* Passes over characters that stand for themselves and take a byte. */
static void skip_plain(struct plx_json_scan *scan)
{
    const uint8_t *text = scan->text;
    size_t at = scan->at;
    for (; scan->size - at >= 8; at += 8) {
        const uint64_t special = special_bytes(plx_load_u64(text + at));
        if (special) {
            scan->at = at + (size_t)__builtin_ctzll(special) / 8;
            return;
        }
    }
    while (at < scan->size && text[at] >= 0x20 && text[at] < 0x80 && text[at] != '"' && text[at] != '\\')
        at++;
    scan->at = at;
}

/* Passes over characters of several bytes. */
static bool skip_sequences(struct plx_json_scan *scan)
{
    while (scan->at < scan->size && scan->text[scan->at] >= 0x80) {
        const size_t length = plx_utf8_sequence(scan->text + scan->at, scan->size - scan->at);
        if (length == 0)
            return false;
        scan->at += length;
    }
    return true;
}

/* The value of a hexadecimal digit, 16 of anything else. */
static unsigned digit_value(int byte)
{
    const int letter = byte | 0x20;
    if (byte >= '0' && byte <= '9')
        return (unsigned)(byte - '0');
    return letter >= 'a' && letter <= 'f' ? (unsigned)(letter - 'a' + 10) : 16;
}

/* What "\u" at text[0] stands for, of which four hexadecimal digits follow. */
static unsigned unit_value(const uint8_t *text)
{
    return digit_value(text[2]) << 12 | digit_value(text[3]) << 8 | digit_value(text[4]) << 4 |
           digit_value(text[5]);
}

static bool is_surrogate(unsigned unit, unsigned first)
{
    return unit >= first && unit < first + 0x400;
}

/* "\u" with its four digits. */
static bool scan_unit(struct plx_json_scan *scan, unsigned *unit)
{
    const size_t begin = scan->at;
    for (scan->at += 2; scan->at < begin + 6; scan->at++) {
        if (digit_value(peek(scan)) > 15)
            return plx_json_scan_unexpected(scan, "\\u must be followed by four hexadecimal digits");
    }
    *unit = unit_value(scan->text + begin);
    return true;
}

static bool scan_unicode(struct plx_json_scan *scan)
{
    static const char lone[] = "half of a surrogate pair";
    const size_t begin = scan->at;
    unsigned unit = 0;
    if (!scan_unit(scan, &unit))
        return false;
    if (is_surrogate(unit, 0xDC00))
        return plx_json_scan_fail(scan, begin, lone, NULL);
    if (!is_surrogate(unit, 0xD800))
        return true;
    const size_t left = scan->size - scan->at;
    if (memcmp(scan->text + scan->at, "\\u", left < 2 ? left : 2) != 0)
        return plx_json_scan_fail(scan, begin, lone, NULL);
    if (left < 2) {
        scan->at = scan->size;
        return plx_json_scan_unexpected(scan, lone);
    }
    if (!scan_unit(scan, &unit))
        return false;
    return is_surrogate(unit, 0xDC00) || plx_json_scan_fail(scan, begin, lone, NULL);
}

static bool scan_escape(struct plx_json_scan *scan)
{
    const int letter = scan->at + 1 < scan->size ? scan->text[scan->at + 1] : -1;
    if (letter == 'u')
        return scan_unicode(scan);
    if (letter > 0 && strchr("\"\\/bfnrt", letter)) {
        scan->at += 2;
        return true;
    }
    scan->at++;
    return plx_json_scan_unexpected(scan, "no escape of JSON");
}

bool plx_json_scan_string(struct plx_json_scan *scan, struct plx_json_string *string)
{
    if (peek(scan) != '"')
        return plx_json_scan_unexpected(scan, "a string in double quotes is expected");
    const size_t begin = ++scan->at;
    bool escaped = false;
    for (;;) {
        skip_plain(scan);
        const int byte = peek(scan);
        if (byte == '"')
            break;
        if (byte == '\\') {
            escaped = true;
            if (!scan_escape(scan))
                return false;
        } else if (byte < 0x80) {
            return plx_json_scan_unexpected(scan, "a control character in a string must be escaped");
        } else if (!skip_sequences(scan)) {
            return plx_json_scan_unexpected(scan, "not UTF-8");
        }
    }
    *string = (struct plx_json_string){scan->text + begin, scan->at - begin, escaped};
    scan->at++;
    return true;
}

/* Writes the character that the escape at raw[0] stands for; returns where it ends. */
static const uint8_t *unescape(const uint8_t *raw, uint8_t **out)
{
    static const char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
    if (raw[1] != 'u') {
        const char *letter = memchr(letters, raw[1], sizeof letters - 1);
        *(*out)++ = letter ? (uint8_t)meanings[letter - letters] : raw[1];
        return raw + 2;
    }
    uint32_t code_point = unit_value(raw);
    raw += 6;
    if (is_surrogate(code_point, 0xD800)) {
        code_point = 0x10000 + ((code_point - 0xD800) << 10) + (unit_value(raw) - 0xDC00);
        raw += 6;
    }
    *out += plx_utf8_encode(code_point, *out);
    return raw;
}

struct plx_word plx_json_word(const struct plx_json_string *string, uint8_t *room)
{
    const uint8_t *at = string->raw, *end = string->raw + string->length;
    uint8_t *out = room;
    if (!string->escaped)
        return (struct plx_word){(const char *)string->raw, string->length};
    while (at < end) {
        const uint8_t *backslash = *at == '\\' ? at : memchr(at, '\\', (size_t)(end - at));
        const size_t plain = (size_t)((backslash ? backslash : end) - at);
        memcpy(out, at, plain);
        out += plain;
        at += plain;
        if (backslash)
            at = unescape(at, &out);
    }
    return (struct plx_word){(const char *)room, (size_t)(out - room)};
}

/* Numbers. */

/* The number that so many bits of digits make, their values without the '0', the first lowest. */
static uint32_t digits_value(uint64_t digits, unsigned bits)
{
    digits <<= 64 - bits; /* zeros before them */
    digits = (digits * 10 + (digits >> 8)) & UINT64_C(0x00FF00FF00FF00FF);
    digits = (digits * 100 + (digits >> 16)) & UINT64_C(0x0000FFFF0000FFFF);
    return (uint32_t)(digits * 10000 + (digits >> 32));
}

/* All digits of a number at once, for how many they are is hard to predict. */
size_t plx_json_scan_numbers(struct plx_json_scan *scan, uint32_t *numbers, size_t most)
{
    const uint8_t *text = scan->text;
    size_t at = scan->at, count = 0;
    for (; count < most && scan->size - at > sizeof(uint64_t); count++) {
        const uint64_t digits = plx_load_u64(text + at) ^ PLX_EACH_BYTE('0');
        const uint64_t others = ((digits + PLX_EACH_BYTE(0x76)) | digits) & PLX_EACH_BYTE(0x80);
        const unsigned bits = others ? (unsigned)__builtin_ctzll(others) & ~7u : 0; /* of the digits */
        const bool zero_first = bits > 8 && (digits & 0xFF) == 0;
        if (bits == 0 || zero_first || text[at + bits / 8] != ',')
            break;
        if (numbers)
            numbers[count] = digits_value(digits, bits);
        at += bits / 8 + 1;
        at += text[at] == ' ';
    }
    scan->at = at;
    return count;
}

static size_t skip_digits(struct plx_json_scan *scan)
{
    const size_t begin = scan->at;
    while (peek(scan) >= '0' && peek(scan) <= '9')
        scan->at++;
    return scan->at - begin;
}

static bool skip_one(struct plx_json_scan *scan, char byte)
{
    const bool found = peek(scan) == byte;
    scan->at += found;
    return found;
}

static bool skip_word(struct plx_json_scan *scan, const char *word)
{
    for (; *word; word++) {
        if (!skip_one(scan, *word))
            return plx_json_scan_unexpected(scan, "a value is expected");
    }
    return true;
}

static bool skip_number(struct plx_json_scan *scan)
{
    const bool negative = skip_one(scan, '-');
    if (scan->not_finite && peek(scan) == 'I')
        return skip_word(scan, "Infinity");
    if (scan->not_finite && !negative && peek(scan) == 'N')
        return skip_word(scan, "NaN");
    if (!skip_one(scan, '0') && skip_digits(scan) == 0)
        return plx_json_scan_unexpected(scan, negative ? "a digit is expected" : "a number is expected");
    if (skip_one(scan, '.') && skip_digits(scan) == 0)
        return plx_json_scan_unexpected(scan, "a digit is expected behind the decimal point");
    if (skip_one(scan, 'e') || skip_one(scan, 'E')) {
        if (!skip_one(scan, '+'))
            skip_one(scan, '-');
        if (skip_digits(scan) == 0)
            return plx_json_scan_unexpected(scan, "a digit is expected in the exponent");
    }
    return true;
}

bool plx_json_scan_number(struct plx_json_scan *scan, struct plx_word *number)
{
    const size_t begin = scan->at;
    const bool fine = skip_number(scan);
    *number = (struct plx_word){(const char *)scan->text + begin, scan->at - begin};
    return fine;
}

/* Values of any kind. */

static bool skip_scalar(struct plx_json_scan *scan)
{
    struct plx_json_string string;
    switch (peek(scan)) {
    case '"': return plx_json_scan_string(scan, &string);
    case 't': return skip_word(scan, "true");
    case 'f': return skip_word(scan, "false");
    case 'n': return skip_word(scan, "null");
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9': return skip_number(scan);
    case 'N':
    case 'I':
        if (scan->not_finite)
            return skip_number(scan);
        return plx_json_scan_unexpected(scan, "a value is expected");
    default: return plx_json_scan_unexpected(scan, "a value is expected");
    }
}

static bool in_object(const struct nest *nest)
{
    return nest->objects[nest->depth / 64] >> nest->depth % 64 & 1;
}

bool plx_json_scan_key(struct plx_json_scan *scan, struct plx_json_string *key)
{
    plx_json_scan_space(scan);
    if (!plx_json_scan_string(scan, key))
        return false;
    return plx_json_scan_byte(scan, ':') || plx_json_scan_unexpected(scan, "':' is expected behind a key");
}

bool plx_json_scan_begin(struct plx_json_scan *scan, char opening)
{
    return plx_json_scan_byte(scan, opening) ||
           plx_json_scan_unexpected(scan, opening == '{' ? "'{' is expected" : "'[' is expected");
}

/* Passes over the bracket that opens a container, and over its first key: its first value follows, or, if it
   is empty, a closing bracket. */
static bool open_container(struct plx_json_scan *scan, struct nest *nest, bool *empty)
{
    struct plx_json_string key;
    const bool object = peek(scan) == '{';
    if (nest->depth == PLX_JSON_DEPTH_MOST)
        return plx_json_scan_unexpected(scan, "nested too deeply");
    const uint64_t bit = UINT64_C(1) << ++nest->depth % 64;
    uint64_t *objects = &nest->objects[nest->depth / 64];
    *objects = object ? *objects | bit : *objects & ~bit;
    scan->at++;
    *empty = plx_json_scan_space(scan) == (object ? '}' : ']');
    return *empty || !object || plx_json_scan_key(scan, &key);
}

/* Behind a value: closes all containers that end here. *value: another value follows, in a container. */
static bool follow_value(struct plx_json_scan *scan, struct nest *nest, bool *value)
{
    struct plx_json_string key;
    for (*value = false; nest->depth > 0 && !*value; nest->depth -= !*value) {
        const bool object = in_object(nest);
        *value = plx_json_scan_more(scan, object ? '}' : ']', 1);
        if (scan->message || (*value && object && !plx_json_scan_key(scan, &key)))
            return false;
    }
    return true;
}

/* Passes over a value and whatever is left of the containers around it. */
static bool skip_value(struct plx_json_scan *scan, struct nest *nest)
{
    for (bool value = true; value;) {
        const int byte = plx_json_scan_space(scan);
        bool empty = true;
        if (byte >= '0' && byte <= '9' && nest->depth > 0 && !in_object(nest) &&
            plx_json_scan_numbers(scan, NULL, SIZE_MAX) > 0)
            continue;
        if (byte == '{' || byte == '[') {
            if (!open_container(scan, nest, &empty))
                return false;
        } else if (!skip_scalar(scan)) {
            return false;
        }
        if (empty && !follow_value(scan, nest, &value))
            return false;
    }
    return true;
}

bool plx_json_scan_skip(struct plx_json_scan *scan)
{
    struct nest nest = {.depth = 0};
    return skip_value(scan, &nest);
}

bool plx_json_scan_skip_rest(struct plx_json_scan *scan, uint64_t *count)
{
    struct plx_json_string string;
    do {
        plx_json_scan_space(scan);
        *count += plx_json_scan_numbers(scan, NULL, SIZE_MAX);
        const bool text = plx_json_scan_space(scan) == '"';
        if (text ? !plx_json_scan_string(scan, &string) : !plx_json_scan_skip(scan))
            return false;
        ++*count;
    } while (plx_json_scan_more(scan, ']', 1));
    return !scan->message;
}

bool plx_json_scan_end(struct plx_json_scan *scan)
{
    return plx_json_scan_space(scan) < 0 ||
           plx_json_scan_unexpected(scan, "there is more behind the JSON value");
}

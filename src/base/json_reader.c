#include "base/json_reader.h"

#include "base/utf8.h"

#include <string.h>

/* Deeper nesting is refused: every level takes some of the stack. */
#define DEPTH_MAX 200

void plx_json_reader_init(struct plx_json_reader *reader, const char *text, size_t size)
{
    const struct plx_buffer string = reader->string;
    *reader = (struct plx_json_reader){.text = text, .size = size, .string = string};
    reader->string.limit = SIZE_MAX / 2;
}

void plx_json_reader_release(struct plx_json_reader *reader)
{
    plx_buffer_release(&reader->string);
}

bool plx_json_fail(struct plx_json_reader *reader, const char *message, const char *hint)
{
    if (reader->status == PLX_OK) {
        reader->status = PLX_MALFORMED;
        reader->message = message;
        reader->hint = hint;
    }
    return false;
}

/* The byte at hand, -1 at the end. */
static inline int byte_at(const struct plx_json_reader *reader)
{
    return reader->at < reader->size ? (uint8_t)reader->text[reader->at] : -1;
}

/* Fails at the byte at hand: `expected` unless the byte itself says more. */
static bool unexpected(struct plx_json_reader *reader, const char *expected)
{
    const int byte = byte_at(reader);
    if (byte < 0)
        return plx_json_fail(reader, "the JSON text ends too early",
                             "was the file written completely, with each record on one line?");
    if (plx_utf8_sequence((const uint8_t *)reader->text + reader->at, reader->size - reader->at) == 0)
        return plx_json_fail(reader, "the JSON text is not UTF-8", NULL);
    if (byte == '\'')
        return plx_json_fail(reader, expected, "JSON has its strings in double quotes");
    return plx_json_fail(reader, expected, NULL);
}

int plx_json_peek(struct plx_json_reader *reader)
{
    int byte;
    while ((byte = byte_at(reader)) == ' ' || byte == '\t' || byte == '\n' || byte == '\r')
        reader->at++;
    return byte;
}

static bool take(struct plx_json_reader *reader, char byte)
{
    if (reader->status || byte_at(reader) != byte)
        return false;
    reader->at++;
    return true;
}

bool plx_json_begin(struct plx_json_reader *reader, char opening)
{
    plx_json_peek(reader);
    return take(reader, opening) ||
           unexpected(reader, opening == '{' ? "'{' is expected" : "'[' is expected");
}

bool plx_json_more(struct plx_json_reader *reader, char closing, size_t index)
{
    const int byte = plx_json_peek(reader);
    if (take(reader, closing))
        return false;
    if (index == 0)
        return reader->status == PLX_OK &&
               (byte >= 0 || unexpected(reader, "an element or a closing bracket is expected"));
    if (!take(reader, ','))
        return unexpected(reader, closing == '}' ? "',' or '}' is expected" : "',' or ']' is expected");
    if (plx_json_peek(reader) == closing)
        return plx_json_fail(reader, "a value is expected", "JSON has no comma behind the last element");
    return true;
}

/* Four hexadecimal digits. */
static bool read_hex(struct plx_json_reader *reader, unsigned *value)
{
    *value = 0;
    for (int i = 0; i < 4; i++, reader->at++) {
        const int byte = byte_at(reader);
        const int letter = byte | 0x20;
        if (byte >= '0' && byte <= '9')
            *value = *value << 4 | (unsigned)(byte - '0');
        else if (byte >= 0 && letter >= 'a' && letter <= 'f')
            *value = *value << 4 | (unsigned)(letter - 'a' + 10);
        else
            return unexpected(reader, "\\u must be followed by four hexadecimal digits");
    }
    return true;
}

/* What follows "\u", a second one too if the first is half of a pair. */
static bool read_code_point(struct plx_json_reader *reader, uint32_t *code_point)
{
    const size_t start = reader->at;
    unsigned unit, low;
    if (!read_hex(reader, &unit))
        return false;
    *code_point = unit;
    if (unit < 0xD800 || unit >= 0xE000)
        return true;
    if (unit < 0xDC00 && take(reader, '\\') && take(reader, 'u')) {
        if (!read_hex(reader, &low))
            return false;
        if (low >= 0xDC00 && low < 0xE000) {
            *code_point = 0x10000 + ((uint32_t)(unit - 0xD800) << 10) + (low - 0xDC00);
            return true;
        }
    }
    reader->at = start;
    return plx_json_fail(reader, "half of a surrogate pair", NULL);
}

/* What follows a backslash, in UTF-8 into text. */
static bool read_escape(struct plx_json_reader *reader, uint8_t text[4], size_t *length)
{
    static const char LETTERS[] = "\"\\/bfnrt", MEANINGS[] = "\"\\/\b\f\n\r\t";
    const int byte = byte_at(reader);
    const char *letter = byte > 0 ? strchr(LETTERS, byte) : NULL;
    uint32_t code_point;
    *length = 1;
    if (letter) {
        text[0] = (uint8_t)MEANINGS[letter - LETTERS];
        reader->at++;
        return true;
    }
    if (!take(reader, 'u'))
        return unexpected(reader, "no escape of JSON");
    if (!read_code_point(reader, &code_point))
        return false;
    *length = plx_utf8_encode(code_point, text);
    return true;
}

/* Passes over characters that stand for themselves, up to a quote, a backslash or what is refused. */
static bool skip_plain(struct plx_json_reader *reader)
{
    for (;;) {
        const int byte = byte_at(reader);
        if (byte == '"' || byte == '\\')
            return true;
        const size_t left = reader->size - reader->at;
        const size_t length = byte < 0x20 ? 0
                              : byte < 0x80
                                  ? 1
                                  : plx_utf8_sequence((const uint8_t *)reader->text + reader->at, left);
        if (length == 0)
            return unexpected(reader, "a control character in a string must be escaped");
        reader->at += length;
    }
}

static bool append(struct plx_json_reader *reader, const void *bytes, size_t size)
{
    struct plx_error error;
    if (plx_buffer_append(&reader->string, bytes, size, &error) == PLX_OK)
        return true;
    reader->status = PLX_MEMORY;
    reader->message = "no memory for a string of the JSON text";
    return false;
}

bool plx_json_read_string(struct plx_json_reader *reader, struct plx_word *string)
{
    plx_json_peek(reader);
    if (!take(reader, '"'))
        return unexpected(reader, "a string in double quotes is expected");
    reader->string.size = 0;
    for (bool escaped = false;; escaped = true) {
        uint8_t character[4];
        size_t length;
        const char *begin = reader->text + reader->at;
        if (!skip_plain(reader))
            return false;
        const size_t plain = (size_t)(reader->text + reader->at - begin);
        const bool last = take(reader, '"');
        *string = (struct plx_word){begin, plain};
        if (last && !escaped)
            return true;
        if (!append(reader, begin, plain))
            return false;
        *string = (struct plx_word){(const char *)reader->string.data, reader->string.size};
        if (last)
            return true;
        if (!take(reader, '\\') || !read_escape(reader, character, &length) ||
            !append(reader, character, length))
            return false;
    }
}

bool plx_json_read_key(struct plx_json_reader *reader, struct plx_word *key)
{
    if (!plx_json_read_string(reader, key))
        return false;
    plx_json_peek(reader);
    return take(reader, ':') || unexpected(reader, "':' is expected behind a key");
}

static bool take_word(struct plx_json_reader *reader, const char *word)
{
    const size_t length = strlen(word);
    if (reader->status || reader->size - reader->at < length ||
        memcmp(reader->text + reader->at, word, length) != 0)
        return false;
    reader->at += length;
    return true;
}

bool plx_json_read_null(struct plx_json_reader *reader)
{
    return plx_json_peek(reader) == 'n' && take_word(reader, "null");
}

static size_t skip_digits(struct plx_json_reader *reader)
{
    const size_t start = reader->at;
    while (reader->at < reader->size && (unsigned char)(reader->text[reader->at] - '0') < 10)
        reader->at++;
    return reader->at - start;
}

bool plx_json_read_number(struct plx_json_reader *reader, struct plx_word *number)
{
    plx_json_peek(reader);
    const size_t start = reader->at;
    if (reader->status)
        return false;
    take(reader, '-');
    if (!take_word(reader, "Infinity") && (reader->at > start || !take_word(reader, "NaN"))) {
        if (!take(reader, '0') && skip_digits(reader) == 0)
            return unexpected(reader, "a number is expected");
        if (take(reader, '.') && skip_digits(reader) == 0)
            return unexpected(reader, "a digit is expected behind the decimal point");
        if (take(reader, 'e') || take(reader, 'E')) {
            if (!take(reader, '+'))
                take(reader, '-');
            if (skip_digits(reader) == 0)
                return unexpected(reader, "a digit is expected in the exponent");
        }
    }
    *number = (struct plx_word){reader->text + start, reader->at - start};
    return true;
}

static bool skip_container(struct plx_json_reader *reader, char opening)
{
    const char closing = opening == '{' ? '}' : ']';
    struct plx_word key;
    if (reader->depth == DEPTH_MAX)
        return plx_json_fail(reader, "the JSON text is nested too deeply", NULL);
    if (!plx_json_begin(reader, opening))
        return false;
    reader->depth++;
    for (size_t i = 0; plx_json_more(reader, closing, i); i++) {
        if ((closing == '}' && !plx_json_read_key(reader, &key)) || !plx_json_skip(reader))
            return false;
    }
    reader->depth--;
    return reader->status == PLX_OK;
}

bool plx_json_skip(struct plx_json_reader *reader)
{
    struct plx_word word;
    const int byte = plx_json_peek(reader);
    if (byte == '{' || byte == '[')
        return skip_container(reader, (char)byte);
    if (byte == '"')
        return plx_json_read_string(reader, &word);
    if (byte == 't' || byte == 'f' || byte == 'n')
        return take_word(reader, byte == 't'   ? "true"
                                 : byte == 'f' ? "false"
                                               : "null") ||
               unexpected(reader, "a value is expected");
    if (byte == '-' || byte == 'N' || byte == 'I' || (byte >= '0' && byte <= '9'))
        return plx_json_read_number(reader, &word);
    return unexpected(reader, "a value is expected");
}

bool plx_json_end(struct plx_json_reader *reader)
{
    return (plx_json_peek(reader) < 0 && reader->status == PLX_OK) ||
           unexpected(reader, "there is more behind the JSON value");
}

enum plx_status plx_json_reader_error(const struct plx_json_reader *reader, const char *input, uint64_t line,
                                      struct plx_error *error)
{
    plx_error_set(error, reader->status, "%s", reader->message);
    plx_error_input(error, input);
    plx_error_at_line(error, line, reader->at + 1);
    if (reader->hint)
        plx_error_hint(error, "%s", reader->hint);
    return reader->status;
}

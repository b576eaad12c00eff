#include "base/json_writer.h"

#include "base/number.h"
#include "base/utf8.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void plx_json_writer_init(struct plx_json_writer *writer, struct plx_buffer *buffer)
{
    *writer = (struct plx_json_writer){.buffer = buffer, .status = PLX_OK};
    writer->empty[0] = true;
}

static void put(struct plx_json_writer *writer, const char *text, size_t length)
{
    if (writer->status == PLX_OK)
        writer->status = plx_buffer_append(writer->buffer, text, length, &writer->error);
}

static void put_text(struct plx_json_writer *writer, const char *text)
{
    put(writer, text, strlen(text));
}

/* Misuse ends a build with assertions; one without reports it in place of writing what is not JSON. */
static bool proper(struct plx_json_writer *writer, bool condition)
{
    assert(condition);
    if (!condition && writer->status == PLX_OK)
        writer->status = plx_error_set(&writer->error, PLX_INTERNAL, "the JSON writer was misused");
    return condition;
}

static void put_line(struct plx_json_writer *writer, unsigned depth)
{
    put(writer, "\n", 1);
    for (unsigned i = 0; i < depth; i++)
        put(writer, "  ", 2);
}

size_t plx_json_escape(uint8_t byte, char text[PLX_JSON_ESCAPE])
{
    static const char short_forms[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* the byte, what follows the backslash */

    for (size_t i = 0; i + 1 < sizeof(short_forms); i += 2) {
        if (byte == (uint8_t)short_forms[i]) {
            text[0] = '\\';
            text[1] = short_forms[i + 1];
            return 2;
        }
    }
    return (size_t)snprintf(text, PLX_JSON_ESCAPE, "\\u%04x", (unsigned)byte);
}

static void put_escape(struct plx_json_writer *writer, uint8_t byte)
{
    char text[PLX_JSON_ESCAPE];

    put(writer, text, plx_json_escape(byte, text));
}

static void put_string(struct plx_json_writer *writer, const char *value, size_t length)
{
    const uint8_t *bytes = (const uint8_t *)value;
    size_t run = 0; /* start of what goes out as it is */
    size_t at = 0;

    put(writer, "\"", 1);
    while (at < length) {
        uint8_t byte = bytes[at];
        size_t sequence = plx_utf8_sequence(bytes + at, length - at);

        if (sequence > 0 && byte >= 0x20 && byte != '"' && byte != '\\') {
            at += sequence;
            continue;
        }
        put(writer, value + run, at - run);
        if (sequence == 0)
            put_text(writer, "\xEF\xBF\xBD");
        else
            put_escape(writer, byte);
        run = ++at;
    }
    put(writer, value + run, at - run);
    put(writer, "\"", 1);
}

/* What stands before every value: comma, line, key. */
static bool begin_value(struct plx_json_writer *writer, const char *key)
{
    unsigned depth = writer->depth;

    if (!proper(writer, writer->object[depth] == (key != NULL)) ||
        !proper(writer, depth > 0 || writer->empty[0]))
        return false;
    const bool first = writer->empty[depth];
    if (!first)
        put(writer, ",", 1);
    writer->empty[depth] = false;
    if (depth > 0 && !writer->compact)
        put_line(writer, depth);
    else if (depth > 0 && !first)
        put(writer, " ", 1);
    if (key != NULL) {
        put_string(writer, key, strlen(key));
        put(writer, ": ", 2);
    }
    return true;
}

static void begin(struct plx_json_writer *writer, const char *key, bool object)
{
    if (!proper(writer, writer->depth + 1 < PLX_JSON_WRITER_DEPTH) || !begin_value(writer, key))
        return;
    put(writer, object ? "{" : "[", 1);
    writer->depth++;
    writer->object[writer->depth] = object;
    writer->empty[writer->depth] = true;
}

static void end(struct plx_json_writer *writer, bool object)
{
    if (!proper(writer, writer->depth > 0 && writer->object[writer->depth] == object))
        return;
    bool empty = writer->empty[writer->depth--];
    if (!empty && !writer->compact)
        put_line(writer, writer->depth);
    put(writer, object ? "}" : "]", 1);
}

void plx_json_begin_object(struct plx_json_writer *writer, const char *key)
{
    begin(writer, key, true);
}

void plx_json_end_object(struct plx_json_writer *writer)
{
    end(writer, true);
}

void plx_json_begin_array(struct plx_json_writer *writer, const char *key)
{
    begin(writer, key, false);
}

void plx_json_end_array(struct plx_json_writer *writer)
{
    end(writer, false);
}

void plx_json_string_n(struct plx_json_writer *writer, const char *key, const char *value, size_t length)
{
    if (begin_value(writer, key))
        put_string(writer, value, length);
}

void plx_json_string(struct plx_json_writer *writer, const char *key, const char *value)
{
    plx_json_string_n(writer, key, value, strlen(value));
}

void plx_json_u64(struct plx_json_writer *writer, const char *key, uint64_t value)
{
    char text[PLX_NUMBER_TEXT];

    if (!begin_value(writer, key))
        return;
    snprintf(text, sizeof(text), "%" PRIu64, value);
    put_text(writer, text);
}

void plx_json_bool(struct plx_json_writer *writer, const char *key, bool value)
{
    if (begin_value(writer, key))
        put_text(writer, value ? "true" : "false");
}

void plx_json_null(struct plx_json_writer *writer, const char *key)
{
    if (begin_value(writer, key))
        put_text(writer, "null");
}

void plx_json_literal(struct plx_json_writer *writer, const char *key, const char *text)
{
    if (begin_value(writer, key))
        put_text(writer, text);
}

void plx_json_double(struct plx_json_writer *writer, const char *key, double value)
{
    char text[PLX_NUMBER_TEXT];
    size_t length = plx_format_double(value, text);

    if (!begin_value(writer, key))
        return;
    if (isfinite(value))
        put(writer, text, length);
    else
        put_string(writer, text, length);
}

enum plx_status plx_json_writer_finish(struct plx_json_writer *writer, struct plx_error *error)
{
    if (proper(writer, writer->depth == 0 && !writer->empty[0]))
        put(writer, "\n", 1);
    if (writer->status != PLX_OK && error != NULL)
        *error = writer->error;
    return writer->status;
}

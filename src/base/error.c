#include "base/error.h"

#include "base/utf8.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct status_entry {
    const char *name;
    const char *description;
    int exit_code;
};

#define STATUS_ENTRY(name, exit_code, description) {#name, description, exit_code},
static const struct status_entry statuses[] = {PLX_STATUS_LIST(STATUS_ENTRY)};
#undef STATUS_ENTRY

static const struct status_entry *status_entry(enum plx_status status)
{
    size_t index = (size_t)status;

    return &statuses[index < sizeof(statuses) / sizeof(statuses[0]) ? index : PLX_INTERNAL];
}

const char *plx_status_name(enum plx_status status)
{
    return status_entry(status)->name;
}

const char *plx_status_description(enum plx_status status)
{
    return status_entry(status)->description;
}

int plx_status_exit_code(enum plx_status status)
{
    return status_entry(status)->exit_code;
}

/* Takes back the start of a UTF-8 sequence whose end was cut off. */
static void trim_cut_sequence(char *text, size_t length)
{
    size_t start = length;

    while (start > 0 && length - start < 3 && ((uint8_t)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start > 0 && (uint8_t)text[start - 1] >= 0xC0) {
        start--;
        if (plx_utf8_sequence((const uint8_t *)text + start, length - start) == 0)
            text[start] = '\0';
    }
}

/* By way of a buffer of its own, so that an argument may lie inside the record that is being filled. The
   format has been checked where the callers of the public functions are. */
static void __attribute__((__format__(__printf__, 3, 0)))
fill(char *field, size_t capacity, const char *format, va_list arguments)
{
    char text[sizeof(((struct plx_error *)0)->message)];
    size_t room = capacity < sizeof(text) ? capacity : sizeof(text);
    int length = vsnprintf(text, room, format, arguments);

    if (length < 0)
        text[0] = '\0';
    else if ((size_t)length >= room)
        trim_cut_sequence(text, room - 1);
    memcpy(field, text, strlen(text) + 1);
}

static void reset(struct plx_error *error, enum plx_status status)
{
    error->status = status;
    error->os_error = 0;
    error->offset = PLX_NOWHERE;
    error->line = PLX_NOWHERE;
    error->column = PLX_NOWHERE;
    error->input[0] = '\0';
    error->hint[0] = '\0';
}

enum plx_status plx_error_set(struct plx_error *error, enum plx_status status, const char *format, ...)
{
    va_list arguments;

    if (error == NULL)
        return status;
    va_start(arguments, format);
    fill(error->message, sizeof(error->message), format, arguments);
    va_end(arguments);
    reset(error, status);
    return status;
}

/* strerror_r comes in two kinds: POSIX fills the buffer, GNU returns the text. */
__attribute__((unused)) static const char *text_of_posix(int result, const char *buffer)
{
    return result == 0 ? buffer : "unknown error";
}

__attribute__((unused)) static const char *text_of_gnu(const char *result, const char *buffer)
{
    (void)buffer;
    return result;
}

enum plx_status plx_error_set_errno(struct plx_error *error, enum plx_status status, int number,
                                    const char *format, ...)
{
    va_list arguments;
    char buffer[128] = "";

    if (error == NULL)
        return status;
    va_start(arguments, format);
    fill(error->message, sizeof(error->message), format, arguments);
    va_end(arguments);
    const char *reason = _Generic(strerror_r(number, buffer, sizeof(buffer)),
        int: text_of_posix,
        char *: text_of_gnu)(strerror_r(number, buffer, sizeof(buffer)), buffer);
    plx_error_set(error, status, "%s: %s", error->message, reason);
    error->os_error = number;
    return status;
}

enum plx_status plx_error_input(struct plx_error *error, const char *input)
{
    static const char dots[] = "...";

    if (error == NULL)
        return PLX_INTERNAL;
    if (input == NULL)
        input = "";
    if (strcmp(input, "-") == 0)
        input = "standard input";
    size_t length = strlen(input);
    if (length < sizeof(error->input)) {
        memmove(error->input, input, length + 1);
        return error->status;
    }
    /* The end of a long path tells more than its start. */
    const char *tail = input + length - (sizeof(error->input) - sizeof(dots));
    while (((uint8_t)*tail & 0xC0) == 0x80)
        tail++;
    memcpy(error->input, dots, sizeof(dots) - 1);
    memcpy(error->input + sizeof(dots) - 1, tail, strlen(tail) + 1);
    return error->status;
}

enum plx_status plx_error_at_line(struct plx_error *error, uint64_t line, uint64_t column)
{
    if (error == NULL)
        return PLX_INTERNAL;
    error->line = line;
    error->column = column;
    return error->status;
}

enum plx_status plx_error_at_offset(struct plx_error *error, uint64_t offset)
{
    if (error == NULL)
        return PLX_INTERNAL;
    error->offset = offset;
    return error->status;
}

enum plx_status plx_error_hint(struct plx_error *error, const char *format, ...)
{
    va_list arguments;

    if (error == NULL)
        return PLX_INTERNAL;
    va_start(arguments, format);
    fill(error->hint, sizeof(error->hint), format, arguments);
    va_end(arguments);
    return error->status;
}

/* Where text for people is written: what no longer fits is counted only. */
struct sink {
    char *text;
    size_t capacity;
    size_t written;
    size_t length;
};

/* All of it or nothing, so that the end never falls into an escape or a UTF-8 sequence. */
static void put(struct sink *sink, const char *piece, size_t size)
{
    if (sink->written == sink->length && sink->capacity > size && sink->written < sink->capacity - size) {
        memcpy(sink->text + sink->written, piece, size);
        sink->written += size;
    }
    sink->length += size;
}

/* Control characters and bytes that are not UTF-8 could drive a terminal, and others turn a line around:
   shown as \xNN. */
static void put_visible(struct sink *sink, const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        const uint8_t *bytes = (const uint8_t *)text;
        size_t length = plx_utf8_sequence(bytes, left);

        if (length > 0 && !plx_utf8_hidden(plx_utf8_code_point(bytes, length))) {
            put(sink, text, length);
        } else {
            length = length == 0 ? 1 : length;
            for (size_t i = 0; i < length; i++) {
                char escape[8];
                int size = snprintf(escape, sizeof(escape), "\\x%02x", (unsigned)bytes[i]);
                put(sink, escape, (size_t)size);
            }
        }
        text += length;
        left -= length;
    }
}

static void __attribute__((__format__(__printf__, 2, 3)))
put_place(struct sink *sink, const char *format, ...)
{
    char text[64];
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (length > 0 && (size_t)length < sizeof(text))
        put(sink, text, (size_t)length);
}

/* "input:line:column: ", the form that editors understand; without an input the same in words. */
static void put_prefix(struct sink *sink, const struct plx_error *error)
{
    bool named = error->input[0] != '\0';
    bool line = error->line != PLX_NOWHERE;
    bool column = line && error->column != PLX_NOWHERE;

    if (named)
        put_visible(sink, error->input);
    if (line)
        put_place(sink, named ? ":%" PRIu64 : "line %" PRIu64, error->line);
    if (column)
        put_place(sink, named ? ":%" PRIu64 : ", column %" PRIu64, error->column);
    if (named || line)
        put(sink, ": ", 2);
    if (!line && error->offset != PLX_NOWHERE)
        put_place(sink, "at byte %" PRIu64 ": ", error->offset);
}

/* Returns the length of the whole. */
static size_t finish(const struct sink *sink)
{
    if (sink->capacity > 0)
        sink->text[sink->written] = '\0';
    return sink->length;
}

size_t plx_text_visible(const char *text, char *out, size_t capacity)
{
    struct sink sink = {.text = out, .capacity = capacity};

    put_visible(&sink, text);
    return finish(&sink);
}

size_t plx_error_format(const struct plx_error *error, char *text, size_t capacity)
{
    struct sink sink = {.text = text, .capacity = capacity};

    put_prefix(&sink, error);
    put_visible(&sink, error->message[0] != '\0' ? error->message : plx_status_description(error->status));
    if (error->hint[0] != '\0') {
        put(&sink, " (", 2);
        put_visible(&sink, error->hint);
        put(&sink, ")", 1);
    }
    return finish(&sink);
}

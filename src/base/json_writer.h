/* Writing JSON into a buffer: two-space indentation, keys in the order of the calls, numbers in the shortest
   form that reads back. Text that is not UTF-8 is written with U+FFFD for each offending byte. Misuse (a key
   outside an object) is caught by assertions; an allocation failure is remembered and reported by
   plx_json_writer_finish. */
#ifndef PLX_BASE_JSON_WRITER_H
#define PLX_BASE_JSON_WRITER_H

#include "base/buffer.h"

#include <stdbool.h>

#define PLX_JSON_WRITER_DEPTH 32

struct plx_json_writer {
    struct plx_buffer *buffer; /* borrowed */
    enum plx_status status;
    struct plx_error error;
    unsigned depth;
    bool object[PLX_JSON_WRITER_DEPTH]; /* an object is open at that depth, not an array or the root */
    bool empty[PLX_JSON_WRITER_DEPTH];  /* nothing written yet at that depth */
    bool compact;                       /* set by the caller: no new lines until it is unset */
};

void plx_json_writer_init(struct plx_json_writer *writer, struct plx_buffer *buffer);

/* `key` is NULL inside an array and at the root. */
void plx_json_begin_object(struct plx_json_writer *writer, const char *key);
void plx_json_end_object(struct plx_json_writer *writer);
void plx_json_begin_array(struct plx_json_writer *writer, const char *key);
void plx_json_end_array(struct plx_json_writer *writer);
void plx_json_string(struct plx_json_writer *writer, const char *key, const char *value);
void plx_json_string_n(struct plx_json_writer *writer, const char *key, const char *value, size_t length);
void plx_json_u64(struct plx_json_writer *writer, const char *key, uint64_t value);
void plx_json_bool(struct plx_json_writer *writer, const char *key, bool value);
/* "Not known": never what a number that is not finite becomes. */
void plx_json_null(struct plx_json_writer *writer, const char *key);
/* A value that is not finite is written as the string "inf", "-inf" or "nan". */
void plx_json_double(struct plx_json_writer *writer, const char *key, double value);
/* A number or word that the caller spells. */
void plx_json_literal(struct plx_json_writer *writer, const char *key, const char *text);

#define PLX_JSON_ESCAPE 8

/* Writes how a control character, a quotation mark or a backslash stands in a JSON string (\n, \u0001).
   Returns the length. */
size_t plx_json_escape(uint8_t byte, char text[PLX_JSON_ESCAPE]);

/* Ends the document with a newline; the first failure, if there was one. */
enum plx_status plx_json_writer_finish(struct plx_json_writer *writer, struct plx_error *error);

#endif

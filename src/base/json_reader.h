/* JSON read value by value, without a tree: for records with long arrays of numbers and strings. Strict (RFC
   8259, UTF-8, whole surrogate pairs), but for the words NaN, Infinity and -Infinity, which Python's
   json.dumps writes as numbers. */
#ifndef PLX_BASE_JSON_READER_H
#define PLX_BASE_JSON_READER_H

#include <perplex/word.h>

#include "base/buffer.h"

#include <stdbool.h>

/* The first failure stays; whatever is read after it fails too. */
struct plx_json_reader {
    const char *text; /* borrowed */
    size_t size;
    size_t at; /* of the next byte, or of the failure */
    unsigned depth;
    enum plx_status status; /* PLX_OK until something fails */
    const char *message, *hint;
    struct plx_buffer string; /* the last string that had escapes */
};

/* To be released with plx_json_reader_release. May be called again for another text without that: the memory
   stays, which must be zero-initialised at first. */
void plx_json_reader_init(struct plx_json_reader *reader, const char *text, size_t size);
void plx_json_reader_release(struct plx_json_reader *reader);

/* What the next value begins with, behind white space: '{', '[', '"', a digit, '-', 't', 'f', 'n', 'N', 'I',
   or something else that is no value; -1 at the end. */
int plx_json_peek(struct plx_json_reader *reader);

/* Takes the bracket that opens an object ('{') or an array ('['). */
bool plx_json_begin(struct plx_json_reader *reader, char opening);

/* Whether the object or array, which ends with `closing`, has another member or element behind the `index`
   that have been read: then it comes next. If not, the bracket has been taken, or reader->status says what is
   wrong. */
bool plx_json_more(struct plx_json_reader *reader, char closing, size_t index);

/* Take one value. A word is valid until the next string or key is read. The key's colon is taken too. The
   text of a number is one that plx_parse_double reads. */
bool plx_json_read_key(struct plx_json_reader *reader, struct plx_word *key);
bool plx_json_read_string(struct plx_json_reader *reader, struct plx_word *string);
bool plx_json_read_number(struct plx_json_reader *reader, struct plx_word *number);

/* Takes null if it is next; false if it is not, which is no failure. */
bool plx_json_read_null(struct plx_json_reader *reader);

/* Takes whatever value is next, having checked it. */
bool plx_json_skip(struct plx_json_reader *reader);

/* Nothing but white space may be left. */
bool plx_json_end(struct plx_json_reader *reader);

/* Fails at the next byte, PLX_MALFORMED; both texts are static, the hint may be NULL. */
bool plx_json_fail(struct plx_json_reader *reader, const char *message, const char *hint);

/* The failure as an error of `input`, whose line `line` the text is. */
enum plx_status plx_json_reader_error(const struct plx_json_reader *reader, const char *input, uint64_t line,
                                      struct plx_error *error);

#endif

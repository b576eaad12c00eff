/* JSON out of memory, strictly (RFC 8259, UTF-8), value by value and without a tree, which for corpora would
   take longer to build than to score. Nothing is allocated.

   What fails is noted in the scan, with what was expected at `at`; functions return false then, and the scan
   is good for nothing else, until `message` is NULL again and `at` is where it was. */
#ifndef PLX_BASE_JSON_SCAN_H
#define PLX_BASE_JSON_SCAN_H

#include <perplex/status.h>
#include <perplex/word.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plx_json_scan {
    const uint8_t *text;
    size_t size;
    size_t at;           /* of the next byte */
    bool not_finite;     /* NaN, Infinity and -Infinity are numbers: Python's json writes them */
    const char *message; /* of the failure; static; NULL: none */
    const char *hint;    /* may be NULL */
};

/* A string as it stands in the text, between its quotes. */
struct plx_json_string {
    const uint8_t *raw;
    size_t length;
    bool escaped; /* there are escapes in it, so that it stands for other bytes */
};

/* Notes a failure; false, so that `return plx_json_scan_fail(...)` is the whole of one. */
bool plx_json_scan_fail(struct plx_json_scan *scan, size_t at, const char *message, const char *hint);

/* Notes a failure at the byte at hand: what it is if that says more than what was expected. */
bool plx_json_scan_unexpected(struct plx_json_scan *scan, const char *expected);

/* The failure as an error of the line `line`, which begins at text[begin]. */
enum plx_status plx_json_scan_error(const struct plx_json_scan *scan, uint64_t line, size_t begin,
                                    struct plx_error *error);

/* Passes over white space; the byte at hand then, -1 at the end. */
static inline int plx_json_scan_space(struct plx_json_scan *scan)
{
    for (; scan->at < scan->size; scan->at++) {
        const uint8_t byte = scan->text[scan->at];
        if (byte != ' ' && byte != '\t' && byte != '\r' && byte != '\n')
            return byte;
    }
    return -1;
}

/* Passes over the byte, with white space before it, if it is at hand. */
static inline bool plx_json_scan_byte(struct plx_json_scan *scan, char byte)
{
    const bool found = plx_json_scan_space(scan) == byte;
    scan->at += found;
    return found;
}

/* Passes over the bracket that opens an object ('{') or an array ('['), with white space before it. */
bool plx_json_scan_begin(struct plx_json_scan *scan, char opening);

/* Whether another member or element follows behind the `index` that have been read, in the object or array
   that ends with `closing`: for (i = 0; plx_json_scan_more(scan, ']', i); i++). If not, the closing bracket
   has been passed over, or scan->message says what is wrong. */
static inline bool plx_json_scan_more(struct plx_json_scan *scan, char closing, size_t index)
{
    if (plx_json_scan_byte(scan, closing))
        return false;
    return index == 0 || plx_json_scan_byte(scan, ',') ||
           plx_json_scan_unexpected(scan,
                                    closing == '}' ? "',' or '}' is expected" : "',' or ']' is expected");
}

/* The string that begins at the byte at hand. */
bool plx_json_scan_string(struct plx_json_scan *scan, struct plx_json_string *string);

/* A key and its colon, with white space before each. */
bool plx_json_scan_key(struct plx_json_scan *scan, struct plx_json_string *key);

/* The number that begins at the byte at hand: a text that plx_parse_double reads. */
bool plx_json_scan_number(struct plx_json_scan *scan, struct plx_word *number);

/* Takes elements of an array, from the one at hand on, as long as they are written as they mostly are: up to
   seven digits, a comma, perhaps one space. Stops where another element must come, after `most` of them or
   where anything is otherwise, which is no failure. Returns how many; numbers[most] may be NULL. */
size_t plx_json_scan_numbers(struct plx_json_scan *scan, uint32_t *numbers, size_t most);

/* Passes over a value of any kind, with white space before it, nested up to PLX_JSON_DEPTH_MOST. */
bool plx_json_scan_skip(struct plx_json_scan *scan);

/* Passes over what is left of an array, the next element of which is at hand, and its closing bracket. Adds
   the number of these elements to *count. */
bool plx_json_scan_skip_rest(struct plx_json_scan *scan, uint64_t *count);

#define PLX_JSON_DEPTH_MOST 1000

/* Passes over white space, behind which nothing may follow. */
bool plx_json_scan_end(struct plx_json_scan *scan);

/* The bytes that a string stands for, which has been scanned: where it has escapes, they are written to
   room[string->length], else they are in the text. */
struct plx_word plx_json_word(const struct plx_json_string *string, uint8_t *room);

#endif

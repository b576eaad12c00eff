/* JSON out of memory, strictly (RFC 8259, UTF-8), value by value and without a tree, which for corpora would
   take longer to build than to score. Nothing is allocated.

   What fails is noted in the scan, with what was expected at `at`; functions return false then, and the scan
   is good for nothing else. */
#ifndef PLX_CORPUS_JSON_SCAN_H
#define PLX_CORPUS_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plx_json_scan {
    const uint8_t *text;
    size_t size;
    size_t at;           /* of the next byte */
    const char *message; /* of the failure; static */
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

/* The string that begins at the byte at hand. */
bool plx_json_scan_string(struct plx_json_scan *scan, struct plx_json_string *string);

/* Takes elements of an array, from the one at hand on, as long as they are written as they mostly are: up to
   seven digits, a comma, perhaps one space. Stops where another element must come, after `most` of them or
   where anything is otherwise, which is no failure. Returns how many; numbers[most] may be NULL. */
size_t plx_json_scan_numbers(struct plx_json_scan *scan, uint32_t *numbers, size_t most);

/* Passes over a value of any kind, with white space before it, nested up to PLX_JSON_DEPTH_MOST. */
bool plx_json_scan_skip(struct plx_json_scan *scan);

/* Passes over what is left of an array, the next element of which is at hand, and its closing bracket. */
bool plx_json_scan_skip_rest(struct plx_json_scan *scan);

#define PLX_JSON_DEPTH_MOST 1000

/* Writes the bytes that the string stands for; returns how many, at most string->length, for which there must
   be room. The string has been scanned. */
size_t plx_json_unescape(const struct plx_json_string *string, uint8_t *out);

#endif

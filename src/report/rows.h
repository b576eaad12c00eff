/* Rows of a file that has one for each of many: JSON Lines, or comma-separated values by the same calls. They
   are written without looking for room value by value: plx_rows_room makes it for a row, but for strings. */
#ifndef PLX_REPORT_ROWS_H
#define PLX_REPORT_ROWS_H

#include <perplex/output.h>
#include <perplex/word.h>

#include "base/number.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define PLX_ROWS_BYTES ((size_t)64 << 10)

/* More than keys and numbers of a row take in all. */
#define PLX_ROWS_ROOM ((size_t)512)

struct plx_rows {
    struct plx_output *output; /* borrowed */
    bool csv;
    size_t used; /* of text */
    char text[PLX_ROWS_BYTES];
};

/* Writes what is left. The errors of writing. */
enum plx_status plx_rows_flush(struct plx_rows *rows, struct plx_error *error);

/* Makes room for a row: before its first value. */
static inline enum plx_status plx_rows_begin(struct plx_rows *rows, struct plx_error *error)
{
    return sizeof rows->text - rows->used >= PLX_ROWS_ROOM ? PLX_OK : plx_rows_flush(rows, error);
}

static inline void plx_rows_put(struct plx_rows *rows, const char *text)
{
    const size_t length = strlen(text);
    memcpy(rows->text + rows->used, text, length);
    rows->used += length;
}

/* What stands before a value: in JSON the key with all around it, `{"first":` and `,"other":`. */
static inline void plx_rows_key(struct plx_rows *rows, const char *key)
{
    if (!rows->csv)
        plx_rows_put(rows, key);
    else if (*key != '{')
        plx_rows_put(rows, ",");
}

static inline void plx_rows_u64(struct plx_rows *rows, const char *key, uint64_t value)
{
    plx_rows_key(rows, key);
    rows->used += plx_format_u64(value, rows->text + rows->used);
}

/* The shortest form that reads back; what is not finite is "inf" or "nan", in quotes where it is JSON. */
static inline void plx_rows_double(struct plx_rows *rows, const char *key, double value)
{
    const bool quoted = !isfinite(value) && !rows->csv;
    plx_rows_key(rows, key);
    plx_rows_put(rows, quoted ? "\"" : "");
    rows->used += plx_format_double(value, rows->text + rows->used);
    plx_rows_put(rows, quoted ? "\"" : "");
}

/* A string of any length, for which it makes room itself, and again for the rest of the row; U+FFFD for each
   byte that is not of UTF-8. */
enum plx_status plx_rows_string(struct plx_rows *rows, const char *key, struct plx_word word,
                                struct plx_error *error);

static inline void plx_rows_end(struct plx_rows *rows)
{
    plx_rows_put(rows, rows->csv ? "\n" : "}\n");
}

#endif

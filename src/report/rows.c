#include "report/rows.h"

#include "base/json_writer.h"
#include "base/utf8.h"

/* Of a string that is written between two looks at the room: a byte becomes six at most (\u0001), and the
   last character may reach a little further. */
#define STRING_BYTES ((size_t)4 << 10)
#define STRING_ROOM  (6 * STRING_BYTES + 8)

enum plx_status plx_rows_flush(struct plx_rows *rows, struct plx_error *error)
{
    const size_t size = rows->used;
    rows->used = 0;
    return plx_output_write(rows->output, rows->text, size, error);
}

static enum plx_status make_room(struct plx_rows *rows, size_t size, struct plx_error *error)
{
    return sizeof rows->text - rows->used >= size ? PLX_OK : plx_rows_flush(rows, error);
}

/* What is no plain ASCII: a sequence of UTF-8, a byte that belongs to none, or something to escape. Returns
   how many bytes it has. */
static size_t put_odd(struct plx_rows *rows, const char *text, size_t left)
{
    const uint8_t *bytes = (const uint8_t *)text;
    const size_t length = plx_utf8_sequence(bytes, left);
    if (length == 0) {
        plx_rows_put(rows, "\xEF\xBF\xBD");
    } else if (length == 1 && rows->csv && *text == '"') {
        plx_rows_put(rows, "\"\"");
    } else if (length == 1 && !rows->csv) {
        rows->used += plx_json_escape(bytes[0], rows->text + rows->used);
    } else {
        memcpy(rows->text + rows->used, text, length);
        rows->used += length;
    }
    return length ? length : 1;
}

static bool is_plain(char c)
{
    return (unsigned char)c >= 0x20 && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

enum plx_status plx_rows_string(struct plx_rows *rows, const char *key, struct plx_word word,
                                struct plx_error *error)
{
    size_t at = 0;
    plx_rows_key(rows, key);
    plx_rows_put(rows, "\"");
    while (at < word.length) {
        const size_t end = word.length - at > STRING_BYTES ? at + STRING_BYTES : word.length;
        const enum plx_status status = make_room(rows, STRING_ROOM, error);
        if (status)
            return status;
        while (at < end) {
            if (is_plain(word.text[at]))
                rows->text[rows->used++] = word.text[at++];
            else
                at += put_odd(rows, word.text + at, word.length - at);
        }
    }
    const enum plx_status status = make_room(rows, PLX_ROWS_ROOM, error);
    if (status == PLX_OK)
        plx_rows_put(rows, "\"");
    return status;
}

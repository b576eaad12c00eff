/* The beginning of an ARPA file: whatever stands before \data\, and the counts behind it. */
#include "model/arpa_entry.h"
#include "model/arpa_reader.h"

#include "base/memory.h"
#include "base/number.h"

#include <string.h>

/* Everything up to \data\. */
static enum plx_status read_preamble(struct plx_arpa_reader *reader, struct plx_error *error)
{
    bool first = true;
    for (;;) {
        enum plx_status status = plx_arpa_next(reader, error);
        if (status)
            return status;
        if (!reader->line) {
            plx_error_set(error, PLX_MALFORMED, "no line \\data\\ in the whole file: not an ARPA model");
            return plx_arpa_malformed(reader, error);
        }
        if (plx_arpa_line_is(reader, "\\data\\"))
            return PLX_OK;
        if (first && (plx_arpa_line_begins(reader, "iARPA") || plx_arpa_line_begins(reader, "qARPA"))) {
            plx_error_set(error, PLX_UNSUPPORTED, "IRSTLM's %.5s format, whose probabilities are %s",
                          reader->line, reader->line[0] == 'i' ? "not interpolated yet" : "quantised");
            plx_arpa_malformed(reader, error);
            return plx_error_hint(error, "convert it with IRSTLM: compile-lm --text=yes MODEL out.arpa");
        }
        first = false;
        plx_model_warn(&reader->model->ngram.base, "text-before-data", reader->lines.number,
                       "text before \\data\\ is ignored");
    }
}

/* "ngram N=count", blanks allowed around each part. */
static bool parse_count(const struct plx_arpa_reader *reader, unsigned order, uint64_t *count)
{
    const char *at = reader->line + strlen("ngram"), *end = reader->line + reader->length;
    const char *equals = memchr(at, '=', (size_t)(end - at));
    uint64_t number;
    if (!equals)
        return false;
    while (at < equals && (*at == ' ' || *at == '\t'))
        at++;
    const size_t digits = plx_arpa_trimmed_length(at, (size_t)(equals - at));
    if (!plx_parse_u64(at, digits, order, order, &number))
        return false;
    for (at = equals + 1; at < end && (*at == ' ' || *at == '\t'); at++)
        continue;
    return plx_parse_u64(at, (size_t)(end - at), 0, UINT64_MAX, count);
}

/* What is unusual about an "ngram" line, which has been read. */
static void note_count(struct plx_arpa_reader *reader, uint64_t count)
{
    const char *at = reader->line + strlen("ngram"), *end = reader->line + reader->length;
    const uint64_t line = reader->lines.number;
    if (*at != ' ' || memchr(at + 1, ' ', (size_t)(end - at - 1)) ||
        memchr(at + 1, '\t', (size_t)(end - at - 1)))
        plx_arpa_notes_add(&reader->notes, PLX_ARPA_HEADER_BLANKS, 1, line);
    if (count == 0)
        plx_arpa_notes_add(&reader->notes, PLX_ARPA_EMPTY_ORDER, 1, line);
    plx_arpa_note_blank_lines(reader, 0);
}

/* The "ngram" lines; afterwards the line at hand is the first behind them. */
static enum plx_status read_counts(struct plx_arpa_reader *reader, struct plx_error *error)
{
    for (;;) {
        enum plx_status status = plx_arpa_next(reader, error);
        if (status)
            return status;
        if (!reader->line)
            return plx_arpa_truncated(reader, "its first section", error);
        if (reader->line[0] == '\\') {
            plx_arpa_note_blank_lines(reader, 1);
            break;
        }
        uint64_t count;
        if (reader->order == PLX_NGRAM_ORDER_MAX || !plx_arpa_line_begins(reader, "ngram") ||
            !parse_count(reader, reader->order + 1, &count)) {
            plx_error_set(error, PLX_MALFORMED, "\"ngram %u=count\" or the section \\1-grams: expected",
                          reader->order + 1);
            return plx_arpa_malformed(reader, error);
        }
        note_count(reader, count);
        status = plx_resize_array(&reader->declared, reader->order + 1, sizeof *reader->declared, error);
        if (status)
            return status;
        reader->declared[reader->order++] = count;
    }
    if (reader->order > 0 && reader->declared[0] > 0)
        return PLX_OK;
    plx_error_set(error, PLX_MALFORMED, "the header promises no 1-grams");
    return plx_arpa_malformed(reader, error);
}

enum plx_status plx_arpa_read_header(struct plx_arpa_reader *reader, struct plx_error *error)
{
    const enum plx_status status = read_preamble(reader, error);
    return status ? status : read_counts(reader, error);
}

#include "model/arpa_reader.h"

#include "model/arpa_entry.h"

#include <string.h>

/* How many lines read one by one pass between two looks at the clock and at the wish to stop. */
#define LINES_PER_REPORT 8192

enum plx_status plx_arpa_malformed(const struct plx_arpa_reader *reader, struct plx_error *error)
{
    plx_error_input(error, plx_source_name(reader->lines.source));
    const uint64_t line = reader->lines.number > 0 ? reader->lines.number : 1;
    return plx_error_at_line(error, line, error ? error->column : PLX_NOWHERE);
}

enum plx_status plx_arpa_report(const struct plx_arpa_reader *reader, struct plx_error *error)
{
    const struct plx_model_options *options = reader->options;
    if (options->interrupted && options->interrupted(options->user))
        return plx_error_set(error, PLX_INTERRUPTED, "interrupted");
    if (options->progress) {
        uint64_t size, done;
        plx_source_progress(reader->lines.source, &size, &done);
        options->progress(options->user, done, size);
    }
    return PLX_OK;
}

static enum plx_status next_line(struct plx_arpa_reader *reader, struct plx_error *error)
{
    enum plx_status status;
    if (reader->lines.number % LINES_PER_REPORT == 0 && (status = plx_arpa_report(reader, error)))
        return status;
    status = plx_lines_next(&reader->lines, &reader->line, &reader->length, NULL, error);
    if (status || !reader->line)
        return status;
    if (reader->lines.number == 1) {
        const size_t mark = plx_model_pass_mark(&reader->model->ngram.base, reader->line, reader->length);
        reader->line += mark;
        reader->length -= mark;
    }
    const size_t whole = reader->length;
    reader->length = plx_arpa_trimmed_length(reader->line, whole);
    if (reader->length < whole && reader->line[whole - 1] == '\r')
        plx_arpa_notes_add(&reader->notes, PLX_ARPA_CRLF, 1, reader->lines.number);
    return PLX_OK;
}

enum plx_status plx_arpa_next(struct plx_arpa_reader *reader, struct plx_error *error)
{
    const uint64_t before = reader->lines.number;
    enum plx_status status;
    do {
        status = next_line(reader, error);
    } while (status == PLX_OK && reader->line && reader->length == 0);
    reader->blank_lines = reader->lines.number - before - 1;
    return status;
}

bool plx_arpa_line_is(const struct plx_arpa_reader *reader, const char *text)
{
    return reader->line && reader->length == strlen(text) && memcmp(reader->line, text, reader->length) == 0;
}

bool plx_arpa_line_begins(const struct plx_arpa_reader *reader, const char *text)
{
    const size_t length = strlen(text);
    return reader->line && reader->length >= length && memcmp(reader->line, text, length) == 0;
}

void plx_arpa_note_blank_lines(struct plx_arpa_reader *reader, uint64_t usual)
{
    const uint64_t found = reader->blank_lines, line = reader->lines.number;
    if (found < usual)
        plx_arpa_notes_add(&reader->notes, PLX_ARPA_NO_BLANK_LINE, 1, line);
    else if (found > usual)
        plx_arpa_notes_add(&reader->notes, PLX_ARPA_BLANK_LINES, found - usual, line - found + usual);
}

enum plx_status plx_arpa_truncated(const struct plx_arpa_reader *reader, const char *what,
                                   struct plx_error *error)
{
    plx_error_set(error, PLX_MALFORMED, "the file ends before %s", what);
    plx_arpa_malformed(reader, error);
    return plx_error_hint(error, "was it copied or written completely?");
}

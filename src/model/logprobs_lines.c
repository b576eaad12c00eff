/* Lines of numbers: natural logarithms ≤ 0, between blanks and newlines. `null` stands where there is no
   answer, which can be so at the beginning of a unit only: for the first number of the file, or of a line
   that holds several. */
#include "model/logprobs.h"

#include "base/number.h"
#include "base/utf8.h"
#include "base/word.h"
#include "io/lines.h"

#include <math.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Takes the next word of *at … end; false if there is none. */
static bool next_word(const char **at, const char *end, struct plx_word *word)
{
    while (*at < end && is_blank(**at))
        ++*at;
    word->text = *at;
    while (*at < end && !is_blank(**at))
        ++*at;
    word->length = (size_t)(*at - word->text);
    return word->length > 0;
}

static enum plx_status add_word(struct plx_logprobs_reader *reader, struct plx_word word, size_t number,
                                bool null_fits, struct plx_error *error)
{
    double log;
    if (plx_word_is(word, "null")) {
        if (null_fits)
            return plx_logprobs_add(reader->model, (double)NAN, error);
        plx_error_set(error, PLX_MALFORMED, "null in place of log-probability %zu of this line", number);
        return plx_error_hint(error,
                              "only the first number of the file, or of a line of several, may be null");
    }
    if (plx_parse_double(word.text, word.length, &log))
        return plx_logprobs_add_log(reader, log, number, error);
    return plx_error_set(error, PLX_MALFORMED, "\"%.*s\" is not a number",
                         (int)(word.length < 60 ? word.length : 60), word.text);
}

static enum plx_status read_line(struct plx_logprobs_reader *reader, const char *line, size_t length,
                                 uint64_t line_number, struct plx_error *error)
{
    const char *at = line, *end = line + length;
    struct plx_word word, next;
    if (line_number == 1)
        at += plx_model_pass_mark(&reader->model->base, line, length);
    bool more = next_word(&at, end, &word);
    for (size_t number = 1; more; number++, word = next) {
        const size_t column = (size_t)(word.text - line) + 1;
        more = next_word(&at, end, &next);
        const bool null_fits = number == 1 && (more || reader->model->count == 0);
        const enum plx_status status = add_word(reader, word, number, null_fits, error);
        if (status) {
            plx_error_input(error, reader->name);
            plx_error_at_line(error, line_number, column);
            return status;
        }
    }
    return PLX_OK;
}

enum plx_status plx_logprobs_read_lines(struct plx_logprobs_reader *reader, struct plx_error *error)
{
    struct plx_lines lines;
    plx_lines_init(&lines, reader->source, PLX_SOURCE_PEEK_MAX - 1);
    for (;;) {
        const char *line;
        size_t length;
        enum plx_status status = plx_logprobs_pause(reader, error);
        if (status == PLX_OK)
            status = plx_lines_next(&lines, &line, &length, NULL, error);
        if (status || !line)
            return status;
        status = read_line(reader, line, length, lines.number, error);
        if (status)
            return status;
    }
}

/* Nothing but numbers: sure of it where some are negative and none is positive. ARPA files and texts have a
   word that is no number. */
enum plx_probe plx_logprobs_probe_lines(const uint8_t *head, size_t size)
{
    const char *at = (const char *)head + plx_utf8_mark(head, size), *end = (const char *)head + size;
    bool negative = false, positive = false, any = false;
    struct plx_word word;
    while (next_word(&at, end, &word)) {
        double number;
        if (at == end && size >= PLX_PROBE_BYTES)
            break; /* the end of the head may have cut it */
        if (plx_word_is(word, "null"))
            continue;
        if (!plx_parse_double(word.text, word.length, &number))
            return PLX_PROBE_NO;
        any = any || isfinite(number);
        negative = negative || (number < 0 && isfinite(number));
        positive = positive || number > 0;
    }
    if (!any)
        return PLX_PROBE_NO;
    return negative && !positive ? PLX_PROBE_CONTENT : PLX_PROBE_FALLBACK;
}

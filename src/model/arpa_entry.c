#include "model/arpa_entry.h"

#include "base/error.h"
#include "base/number.h"

#include <math.h>
#include <string.h>

/* What is left of a line, and where the line began (for columns). */
struct cursor {
    const char *at, *end, *begin;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

size_t plx_arpa_trimmed_length(const char *line, size_t length)
{
    while (length > 0 && (is_blank(line[length - 1]) || line[length - 1] == '\r'))
        length--;
    return length;
}

static enum plx_status fail_at(const struct cursor *cursor, const char *at, struct plx_error *error)
{
    return plx_error_at_line(error, PLX_NOWHERE, (uint64_t)(at - cursor->begin) + 1);
}

/* Of a number, which "inf" is too. */
static bool has_exponent(const char *text, size_t length)
{
    return memchr(text, 'e', length) || memchr(text, 'E', length);
}

static enum plx_status parse_number(const struct cursor *cursor, const char *text, size_t length,
                                    const char *what, float *value, struct plx_error *error)
{
    const int shown = (int)(length < 40 ? length : 40);
    if (!plx_parse_float(text, length, value)) {
        plx_error_set(error, PLX_MALFORMED, "the %s \"%.*s\" is not a number", what, shown, text);
        return fail_at(cursor, text, error);
    }
    if (isnan(*value)) {
        plx_error_set(error, PLX_MALFORMED, "the %s is not a number (\"%.*s\")", what, shown, text);
        return fail_at(cursor, text, error);
    }
    return PLX_OK;
}

static enum plx_status wrong_word_count(const struct cursor *cursor, unsigned order, size_t found,
                                        struct plx_error *error)
{
    plx_error_set(error, PLX_MALFORMED, "%u %s expected in a %u-gram, found %zu", order,
                  order == 1 ? "word" : "words", order, found);
    return fail_at(cursor, cursor->begin, error);
}

/* Splits what follows the probability into `order` words and perhaps one field more: the backoff. In a line
   with tabs a single tab or space parts two fields, so that an empty word shows; in one without, a run of
   spaces does. */
static enum plx_status split_fields(const struct cursor *cursor, bool tabs, unsigned order,
                                    struct plx_word *words, struct plx_word *backoff, struct plx_error *error)
{
    struct plx_word field = {NULL, 0};
    size_t count = 0;
    for (const char *at = cursor->at;; at++) {
        while (!tabs && *at == ' ') /* the trimmed line does not end in one */
            at++;
        field.text = at;
        while (at < cursor->end && !is_blank(*at))
            at++;
        field.length = (size_t)(at - field.text);
        if (field.length == 0) {
            plx_error_set(error, PLX_MALFORMED, "an empty word: the columns do not add up");
            return fail_at(cursor, at, error);
        }
        if (count < order)
            words[count] = field;
        else
            *backoff = field;
        count++;
        if (at == cursor->end)
            break;
    }
    /* Where tabs part the columns, what stands behind a space is a word, were it a number. */
    float number;
    const bool may_be_backoff = count > 1 && (!tabs || field.text[-1] == '\t');
    if (count == order || (count == (size_t)order + 1 && may_be_backoff))
        return PLX_OK;
    const bool is_backoff = may_be_backoff && plx_parse_float(field.text, field.length, &number);
    return wrong_word_count(cursor, order, count - is_backoff, error);
}

enum plx_status plx_arpa_parse_entry(const char *line, size_t length, unsigned order,
                                     struct plx_arpa_entry *entry, struct plx_word *words,
                                     struct plx_error *error)
{
    struct cursor cursor = {line, line + plx_arpa_trimmed_length(line, length), line};
    while (cursor.at < cursor.end && *cursor.at == ' ')
        cursor.at++;
    const char *number = cursor.at;
    while (cursor.at < cursor.end && !is_blank(*cursor.at))
        cursor.at++;
    enum plx_status status = parse_number(&cursor, number, (size_t)(cursor.at - number), "probability",
                                          &entry->probability, error);
    if (status)
        return status;
    if (cursor.at == cursor.end)
        return wrong_word_count(&cursor, order, 0, error);

    struct plx_word backoff = {NULL, 0};
    entry->exponents = has_exponent(number, (size_t)(cursor.at - number));
    entry->space = *cursor.at == ' ';
    const bool tabs = memchr(cursor.at, '\t', (size_t)(cursor.end - cursor.at)) != NULL;
    while (*cursor.at == ' ') /* the trimmed line does not end in one */
        cursor.at++;
    if (*cursor.at == '\t')
        cursor.at++;
    status = split_fields(&cursor, tabs, order, words, &backoff, error);
    if (status)
        return status;

    entry->backoff = 0.0f;
    entry->has_backoff = backoff.text != NULL;
    if (!entry->has_backoff)
        return PLX_OK;
    entry->exponents += has_exponent(backoff.text, backoff.length);
    status = parse_number(&cursor, backoff.text, backoff.length, "backoff", &entry->backoff, error);
    if (status == PLX_OK && isinf(entry->backoff) && entry->backoff > 0.0f) {
        plx_error_set(error, PLX_MALFORMED, "the backoff is infinite");
        return fail_at(&cursor, backoff.text, error);
    }
    return status;
}

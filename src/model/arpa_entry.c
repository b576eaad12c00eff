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

/* Splits the words column at single spaces; an empty word is refused. */
static enum plx_status split_column(const struct cursor *cursor, const char *column, const char *end,
                                    unsigned order, struct plx_word *words, struct plx_error *error)
{
    size_t count = 0;
    for (const char *word = column;;) {
        const char *space = memchr(word, ' ', (size_t)(end - word));
        const char *word_end = space ? space : end;
        if (word_end == word) {
            plx_error_set(error, PLX_MALFORMED, "an empty word: the columns do not add up");
            return fail_at(cursor, word, error);
        }
        if (count < order)
            words[count] = (struct plx_word){word, (size_t)(word_end - word)};
        count++;
        if (!space)
            break;
        word = space + 1;
    }
    return count == order ? PLX_OK : wrong_word_count(cursor, order, count, error);
}

/* Splits what has no tabs at runs of spaces into `order` words and perhaps one field more: the backoff. */
static enum plx_status split_spaces(const struct cursor *cursor, unsigned order, struct plx_word *words,
                                    struct plx_word *backoff, struct plx_error *error)
{
    size_t count = 0;
    for (const char *at = cursor->at; at < cursor->end;) {
        const char *field = at;
        while (at < cursor->end && *at != ' ')
            at++;
        const struct plx_word word = {field, (size_t)(at - field)};
        if (count < order)
            words[count] = word;
        else if (count == order)
            *backoff = word;
        count++;
        while (at < cursor->end && *at == ' ')
            at++;
    }
    return count == order || count == (size_t)order + 1 ? PLX_OK
                                                        : wrong_word_count(cursor, order, count, error);
}

static enum plx_status split_tabs(const struct cursor *cursor, unsigned order, struct plx_word *words,
                                  struct plx_word *backoff, struct plx_error *error)
{
    const char *tab = memchr(cursor->at, '\t', (size_t)(cursor->end - cursor->at));
    if (tab)
        *backoff = (struct plx_word){tab + 1, (size_t)(cursor->end - tab - 1)};
    return split_column(cursor, cursor->at, tab ? tab : cursor->end, order, words, error);
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

    /* With a tab anywhere, tabs part the columns and single spaces the words; else spaces part everything. */
    struct plx_word backoff = {NULL, 0};
    const bool tabs = memchr(cursor.at, '\t', (size_t)(cursor.end - cursor.at)) != NULL;
    while (*cursor.at == ' ') /* the trimmed line does not end in one */
        cursor.at++;
    if (*cursor.at == '\t')
        cursor.at++;
    status = tabs ? split_tabs(&cursor, order, words, &backoff, error)
                  : split_spaces(&cursor, order, words, &backoff, error);
    if (status)
        return status;

    entry->backoff = 0.0f;
    if (!backoff.text)
        return PLX_OK;
    status = parse_number(&cursor, backoff.text, backoff.length, "backoff", &entry->backoff, error);
    if (status == PLX_OK && isinf(entry->backoff) && entry->backoff > 0.0f) {
        plx_error_set(error, PLX_MALFORMED, "the backoff is infinite");
        return fail_at(&cursor, backoff.text, error);
    }
    return status;
}

/* ARPA files: backoff n-gram models as text, of any order, from whatever toolkit. */
#include "model/arpa_entry.h"
#include "model/arpa_notes.h"
#include "model/ngram_hash.h"
#include "model/ngram_key.h"

#include "base/memory.h"
#include "base/number.h"
#include "base/utf8.h"
#include "base/word.h"
#include "io/lines.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES ((size_t)16 << 20)

/* Room made ahead for a count that the header promises; what is larger grows as its n-grams come. Tables of
   n-grams cost nothing until they are written to, the vocabulary does. */
#define RESERVE_MAX         ((uint64_t)1 << 22)
#define RESERVE_UNIGRAM_MAX ((uint64_t)1 << 16)

/* How many lines pass between two looks at the clock and at the wish to stop. */
#define LINES_PER_REPORT 8192

struct reader {
    struct plx_lines lines;
    const struct plx_model_options *options;
    struct plx_ngram_hash *model;
    uint64_t *declared; /* [order] n-grams that the header promises */
    unsigned order;
    struct plx_word *words; /* [order] of the line at hand */
    uint32_t *ids;          /* [order] */
    size_t unigram_capacity;
    struct plx_arpa_notes notes;
    uint64_t upper_unknown; /* the line of the 1-gram <UNK>; 0: there is none */
    uint64_t blank_lines;   /* that were passed over before the line at hand */
    const char *line;       /* at hand, without blanks at its end; NULL at the end of the file */
    size_t length;
};

static enum plx_status malformed_here(const struct reader *reader, struct plx_error *error)
{
    plx_error_input(error, plx_source_name(reader->lines.source));
    const uint64_t line = reader->lines.number > 0 ? reader->lines.number : 1;
    return plx_error_at_line(error, line, error ? error->column : PLX_NOWHERE);
}

static enum plx_status next_line(struct reader *reader, struct plx_error *error)
{
    const struct plx_model_options *options = reader->options;
    if (reader->lines.number % LINES_PER_REPORT == 0) {
        if (options->interrupted && options->interrupted(options->user))
            return plx_error_set(error, PLX_INTERRUPTED, "interrupted");
        if (options->progress) {
            uint64_t size, done;
            plx_source_progress(reader->lines.source, &size, &done);
            options->progress(options->user, done, size);
        }
    }
    const enum plx_status status =
        plx_lines_next(&reader->lines, &reader->line, &reader->length, NULL, error);
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

/* The next line that is not blank. */
static enum plx_status next_content(struct reader *reader, struct plx_error *error)
{
    const uint64_t before = reader->lines.number;
    enum plx_status status;
    do {
        status = next_line(reader, error);
    } while (status == PLX_OK && reader->line && reader->length == 0);
    reader->blank_lines = reader->lines.number - before - 1;
    return status;
}

static bool line_is(const struct reader *reader, const char *text)
{
    return reader->line && reader->length == strlen(text) && memcmp(reader->line, text, reader->length) == 0;
}

static bool line_begins(const struct reader *reader, const char *text)
{
    const size_t length = strlen(text);
    return reader->line && reader->length >= length && memcmp(reader->line, text, length) == 0;
}

/* Notes the blank lines before the line at hand where there should be `usual` of them, none or one. */
static void note_blank_lines(struct reader *reader, uint64_t usual)
{
    const uint64_t found = reader->blank_lines, line = reader->lines.number;
    if (found < usual)
        plx_arpa_notes_add(&reader->notes, PLX_ARPA_NO_BLANK_LINE, 1, line);
    else if (found > usual)
        plx_arpa_notes_add(&reader->notes, PLX_ARPA_BLANK_LINES, found - usual, line - found + usual);
}

static enum plx_status truncated(const struct reader *reader, const char *what, struct plx_error *error)
{
    plx_error_set(error, PLX_MALFORMED, "the file ends before %s", what);
    malformed_here(reader, error);
    return plx_error_hint(error, "was it copied or written completely?");
}

/* Everything up to \data\. */
static enum plx_status read_preamble(struct reader *reader, struct plx_error *error)
{
    bool first = true;
    for (;;) {
        enum plx_status status = next_content(reader, error);
        if (status)
            return status;
        if (!reader->line) {
            plx_error_set(error, PLX_MALFORMED, "no line \\data\\ in the whole file: not an ARPA model");
            return malformed_here(reader, error);
        }
        if (line_is(reader, "\\data\\"))
            return PLX_OK;
        if (first && (line_begins(reader, "iARPA") || line_begins(reader, "qARPA"))) {
            plx_error_set(error, PLX_UNSUPPORTED, "IRSTLM's %.5s format, whose probabilities are %s",
                          reader->line, reader->line[0] == 'i' ? "not interpolated yet" : "quantised");
            malformed_here(reader, error);
            return plx_error_hint(error, "convert it with IRSTLM: compile-lm --text=yes MODEL out.arpa");
        }
        first = false;
        plx_model_warn(&reader->model->ngram.base, "text-before-data", reader->lines.number,
                       "text before \\data\\ is ignored");
    }
}

/* "ngram N=count", blanks allowed around each part. */
static bool parse_count(const struct reader *reader, unsigned order, uint64_t *count)
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
static void note_count(struct reader *reader, uint64_t count)
{
    const char *at = reader->line + strlen("ngram"), *end = reader->line + reader->length;
    const uint64_t line = reader->lines.number;
    if (*at != ' ' || memchr(at + 1, ' ', (size_t)(end - at - 1)) ||
        memchr(at + 1, '\t', (size_t)(end - at - 1)))
        plx_arpa_notes_add(&reader->notes, PLX_ARPA_HEADER_BLANKS, 1, line);
    if (count == 0)
        plx_arpa_notes_add(&reader->notes, PLX_ARPA_EMPTY_ORDER, 1, line);
    note_blank_lines(reader, 0);
}

/* The "ngram" lines; afterwards the line at hand is the first behind them. */
static enum plx_status read_counts(struct reader *reader, struct plx_error *error)
{
    for (;;) {
        enum plx_status status = next_content(reader, error);
        if (status)
            return status;
        if (!reader->line)
            return truncated(reader, "its first section", error);
        if (reader->line[0] == '\\') {
            note_blank_lines(reader, 1);
            break;
        }
        uint64_t count;
        if (reader->order == PLX_NGRAM_ORDER_MAX || !line_begins(reader, "ngram") ||
            !parse_count(reader, reader->order + 1, &count)) {
            plx_error_set(error, PLX_MALFORMED, "\"ngram %u=count\" or the section \\1-grams: expected",
                          reader->order + 1);
            return malformed_here(reader, error);
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
    return malformed_here(reader, error);
}

static enum plx_status allocate(struct reader *reader, struct plx_error *error)
{
    struct plx_ngram_hash *model = reader->model;
    const enum plx_status status = plx_ngram_hash_set_order(model, reader->order, error);
    if (status)
        return status;
    const uint64_t unigrams =
        reader->declared[0] < RESERVE_UNIGRAM_MAX ? reader->declared[0] : RESERVE_UNIGRAM_MAX;
    reader->unigram_capacity = (size_t)unigrams;
    model->unigram_memory = plx_new_array(reader->unigram_capacity, sizeof *model->unigram_memory, error);
    model->ngram.base.vocabulary = plx_vocabulary_new(reader->unigram_capacity, error);
    reader->words = plx_new_array(reader->order, sizeof *reader->words, error);
    reader->ids = plx_new_array(reader->order, sizeof *reader->ids, error);
    if (!model->unigram_memory || !model->ngram.base.vocabulary || !reader->words || !reader->ids)
        return PLX_MEMORY;
    return PLX_OK;
}

static enum plx_status duplicate(const struct reader *reader, unsigned order, struct plx_error *error)
{
    const char *begin = reader->words[0].text;
    const char *end = reader->words[order - 1].text + reader->words[order - 1].length;
    plx_error_set(error, PLX_MALFORMED, "the %u-gram \"%.*s\" is here twice", order,
                  (int)(end - begin < 200 ? end - begin : 200), begin);
    return malformed_here(reader, error);
}

static enum plx_status add_unigram(struct reader *reader, const struct plx_arpa_entry *entry,
                                   struct plx_error *error)
{
    struct plx_ngram_hash *model = reader->model;
    uint32_t id;
    enum plx_status status = plx_vocabulary_add(model->ngram.base.vocabulary, reader->words[0], &id, error);
    if (status)
        return status;
    if (id == PLX_NO_TOKEN)
        return duplicate(reader, 1, error);
    if (plx_word_is(reader->words[0], "<UNK>"))
        reader->upper_unknown = reader->lines.number;
    if (id >= reader->unigram_capacity) {
        const size_t capacity = plx_grown_capacity(reader->unigram_capacity, (size_t)id + 1);
        status = plx_resize_array(&model->unigram_memory, capacity, sizeof *model->unigram_memory, error);
        if (status)
            return status;
        reader->unigram_capacity = capacity;
    }
    model->unigram_memory[id] = (struct plx_ngram){entry->probability, entry->backoff};
    return PLX_OK;
}

/* Notes whether context and suffix of an n-gram of more than two words are in the model. */
static void look_for_parts(struct reader *reader, unsigned order)
{
    struct plx_ngram_hash *model = reader->model;
    const struct plx_ngram_table *table = model->tables + (order - 3);
    struct plx_ngram part;
    if (!plx_ngram_find(table, plx_ngram_key_of(reader->ids, order - 1), &part))
        plx_model_warn(
            &model->ngram.base, "missing-context", reader->lines.number,
            "n-grams whose context is not in the model are kept; their context counts as backoff 1");
    if (!plx_ngram_find(table, plx_ngram_key_of(reader->ids + 1, order - 1), &part)) {
        plx_arpa_notes_add(&reader->notes, PLX_ARPA_NO_SUFFIX, 1, reader->lines.number);
        model->incomplete[order - 1] = true;
    }
}

static enum plx_status add_ngram(struct reader *reader, unsigned order, const struct plx_arpa_entry *entry,
                                 struct plx_error *error)
{
    struct plx_ngram_hash *model = reader->model;
    const struct plx_ngram ngram = {entry->probability, entry->backoff};
    plx_vocabulary_find_all(model->ngram.base.vocabulary, reader->words, order, reader->ids);
    for (unsigned i = 0; i < order; i++) {
        if (reader->ids[i] == PLX_NO_TOKEN) {
            const struct plx_word word = reader->words[i];
            plx_error_set(error, PLX_MALFORMED, "the word \"%.*s\" is not among the 1-grams",
                          (int)(word.length < 100 ? word.length : 100), word.text);
            return malformed_here(reader, error);
        }
    }
    bool there;
    const enum plx_status status = plx_ngram_table_insert(
        model->tables + (order - 2), plx_ngram_key_of(reader->ids, order), &ngram, &there, error);
    if (status)
        return status;
    if (there)
        return duplicate(reader, order, error);
    if (order > 2)
        look_for_parts(reader, order);
    return PLX_OK;
}

/* Judges the numbers of an entry: what is to be clamped, ignored or refused. */
static enum plx_status check_entry(struct reader *reader, unsigned order, struct plx_arpa_entry *entry,
                                   struct plx_error *error)
{
    struct plx_model *model = &reader->model->ngram.base;
    if (entry->probability > 0.0f) {
        if (!reader->options->allow_positive) {
            plx_error_set(error, PLX_MALFORMED, "the log-probability is positive (%g)",
                          (double)entry->probability);
            malformed_here(reader, error);
            return plx_error_hint(error, "--allow-positive clamps such values to 0 and counts them");
        }
        entry->probability = 0.0f;
        plx_model_warn(model, "positive-probability", reader->lines.number,
                       "positive log-probabilities are clamped to 0");
    }
    if (order == reader->order && entry->backoff != 0.0f) {
        entry->backoff = 0.0f;
        plx_model_warn(model, "highest-order-backoff", reader->lines.number,
                       "backoffs of the highest order are ignored");
    }
    return PLX_OK;
}

static enum plx_status check_section_count(struct reader *reader, unsigned order, uint64_t found,
                                           struct plx_error *error)
{
    const uint64_t declared = reader->declared[order - 1];
    reader->model->ngram.counts[order - 1] = found;
    if (found == declared)
        return PLX_OK;
    if (reader->options->allow_count_mismatch) {
        plx_model_warn(&reader->model->ngram.base, "count-mismatch", reader->lines.number,
                       "the header promises %llu %u-grams, the section has %llu",
                       (unsigned long long)declared, order, (unsigned long long)found);
        return PLX_OK;
    }
    plx_error_set(error, PLX_MALFORMED, "the header promises %llu %u-grams, the section has %llu",
                  (unsigned long long)declared, order, (unsigned long long)found);
    malformed_here(reader, error);
    return plx_error_hint(error, "--allow-count-mismatch believes the section");
}

/* The n-grams of one section. Its heading is the line at hand; afterwards it is the line behind the section.
 */
static enum plx_status read_section(struct reader *reader, unsigned order, struct plx_error *error)
{
    uint64_t found = 0;
    enum plx_status status;
    const uint64_t room =
        reader->declared[order - 1] < RESERVE_MAX ? reader->declared[order - 1] : RESERVE_MAX;
    if (order > 1 &&
        (status = plx_ngram_table_reserve(reader->model->tables + (order - 2), (size_t)room, error)))
        return status;
    for (;;) {
        status = next_content(reader, error);
        if (status)
            return status;
        if (!reader->line)
            return truncated(reader, "\\end\\", error);
        const bool ends = reader->line[0] == '\\';
        if (reader->blank_lines != ends)
            note_blank_lines(reader, ends);
        if (ends)
            break;
        struct plx_arpa_entry entry;
        status = plx_arpa_parse_entry(reader->line, reader->length, order, &entry, reader->words, error);
        if (status)
            return malformed_here(reader, error);
        if (entry.space)
            plx_arpa_notes_add(&reader->notes, PLX_ARPA_SPACES, 1, reader->lines.number);
        status = check_entry(reader, order, &entry, error);
        if (status)
            return status;
        status = order == 1 ? add_unigram(reader, &entry, error) : add_ngram(reader, order, &entry, error);
        if (status)
            return status;
        found++;
    }
    return check_section_count(reader, order, found, error);
}

static enum plx_status read_sections(struct reader *reader, struct plx_error *error)
{
    for (unsigned order = 1; order <= reader->order; order++) {
        char heading[32];
        const int length = snprintf(heading, sizeof heading, "\\%u-grams:", order);
        enum plx_status status;
        if (length > 0 && line_is(reader, heading))
            status = read_section(reader, order, error);
        else if (line_begins(reader, "\\") && reader->declared[order - 1] == 0)
            status = PLX_OK; /* an order without n-grams needs no section */
        else {
            plx_error_set(error, PLX_MALFORMED, "the section %s expected", heading);
            return malformed_here(reader, error);
        }
        if (status)
            return status;
    }
    if (!line_is(reader, "\\end\\")) {
        plx_error_set(error, PLX_MALFORMED, "\\end\\ expected");
        return malformed_here(reader, error);
    }
    enum plx_status status;
    while ((status = next_content(reader, error)) == PLX_OK && reader->line)
        plx_model_warn(&reader->model->ngram.base, "text-after-end", reader->lines.number,
                       "text after \\end\\ is ignored");
    return status;
}

static void finish(struct reader *reader)
{
    struct plx_ngram_hash *model = reader->model;
    struct plx_model_info *info = &model->ngram.base.info;
    info->vocabulary = plx_vocabulary_size(model->ngram.base.vocabulary);
    model->unigrams = (const uint8_t *)model->unigram_memory;
    plx_ngram_hash_complete(model);
    plx_ngram_describe(&model->ngram);
    if (info->unknown != PLX_NO_TOKEN &&
        plx_word_is(plx_model_token(&model->ngram.base, info->unknown), "<UNK>"))
        plx_arpa_notes_add(&reader->notes, PLX_ARPA_UPPER_UNKNOWN, 1, reader->upper_unknown);
    plx_arpa_notes_list(&reader->notes, &model->ngram.base);
}

static enum plx_status open_arpa(struct plx_source *source, const struct plx_model_options *options,
                                 struct plx_model **model, struct plx_error *error)
{
    struct reader reader = {.options = options};
    enum plx_status status = PLX_MEMORY;
    if (options->vocabulary)
        return plx_error_set(error, PLX_USAGE,
                             "an ARPA model has its vocabulary inside, \"%.200s\" is not needed",
                             options->vocabulary);
    plx_lines_init(&reader.lines, source, LINE_MAX_BYTES);
    reader.model = plx_ngram_hash_new(error);
    if (!reader.model)
        return PLX_MEMORY;
    if ((status = read_preamble(&reader, error)) || (status = read_counts(&reader, error)) ||
        (status = allocate(&reader, error)) || (status = read_sections(&reader, error))) {
        plx_model_close(&reader.model->ngram.base);
        reader.model = NULL;
    } else {
        finish(&reader);
    }
    free(reader.declared);
    free(reader.words);
    free(reader.ids);
    *model = reader.model ? &reader.model->ngram.base : NULL;
    return status;
}

/* A line \data\ (or IRSTLM's mark, to be refused by name) among the first bytes; or a name that speaks of
 * ARPA. */
static enum plx_probe probe(const uint8_t *head, size_t size, const char *name)
{
    static const char data[] = "\\data\\";
    const size_t mark = plx_utf8_mark(head, size);
    const char *text = (const char *)head + mark;
    size -= mark;
    if (size >= 5 && (memcmp(text, "iARPA", 5) == 0 || memcmp(text, "qARPA", 5) == 0))
        return PLX_PROBE_CONTENT;
    for (size_t at = 0; at + sizeof data - 1 <= size;) {
        if (memcmp(text + at, data, sizeof data - 1) == 0)
            return PLX_PROBE_CONTENT;
        const char *newline = memchr(text + at, '\n', size - at);
        if (!newline)
            break;
        at = (size_t)(newline - text) + 1;
    }
    const bool named = strstr(name, ".arpa") != NULL || strstr(name, ".lm") != NULL;
    return named ? PLX_PROBE_NAME : PLX_PROBE_NO;
}

const struct plx_model_format plx_model_format_arpa = {
    .name = "arpa",
    .description = "backoff n-gram model as text, any order, from any toolkit (plain or gzip)",
    .tolerance = true,
    .probe = probe,
    .open = open_arpa,
};

/* A section of an ARPA file: blocks of lines are read and handed on by the caller's thread, in the order of
   the file, and parsed by any. */
#include "model/arpa_block.h"
#include "model/arpa_reader.h"

#include "base/memory.h"
#include "base/pool.h"
#include "base/word.h"

#include <string.h>

/* Small enough that a block and what is made of it stay in a second-level cache. */
#define BLOCK_BYTES ((size_t)128 << 10)

/* N-grams that are believed of a header where the size of the source is not known. */
#define EXPECTED_MAX ((uint64_t)1 << 22)

/* How much larger than its medium a compressed source is believed to be. */
#define COMPRESSED_MOST 8

struct reading {
    struct plx_arpa_reader *reader;
    struct plx_arpa_section section;
    struct plx_lane *lane;
    size_t next;    /* block to be filled */
    bool more;      /* the section goes on */
    uint64_t blank; /* lines behind the last n-gram so far */
    uint64_t found; /* n-grams */
};

/* Reading. */

/* The length of the part of the text that comes before the heading of another section. */
static size_t before_heading(const char *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        const char *backslash = memchr(text + at, '\\', size - at);
        if (!backslash)
            break;
        at = (size_t)(backslash - text);
        if (at == 0 || text[at - 1] == '\n')
            return at;
        at++;
    }
    return size;
}

/* Reads the next block and submits it; or notes that there is none. */
static enum plx_status submit_block(struct reading *reading, struct plx_error *error)
{
    struct plx_arpa_reader *reader = reading->reader;
    const char *text;
    size_t there;
    enum plx_status status = plx_arpa_report(reader, error);
    if (status == PLX_OK)
        status = plx_lines_peek(&reader->lines, BLOCK_BYTES, &text, &there, error);
    if (status)
        return status;
    const size_t size = before_heading(text, there);
    reading->more = size == there && size > 0;
    if (size == 0)
        return PLX_OK;
    const uint64_t lines = plx_lines_count(text, size) + (text[size - 1] != '\n');
    struct plx_arpa_block *block = reader->blocks + reading->next;
    status =
        plx_arpa_block_fill(block, &reading->section, text, size, reader->lines.number + 1, lines, error);
    if (status)
        return status;
    reading->next = (reading->next + 1) % reader->block_count;
    plx_lines_pass(&reader->lines, size, lines);
    plx_lane_submit(reading->lane, block);
    return PLX_OK;
}

/* Handing on. */

static enum plx_status malformed_at(const struct plx_arpa_reader *reader, uint64_t line, uint64_t column,
                                    struct plx_error *error)
{
    plx_error_input(error, plx_source_name(reader->lines.source));
    return plx_error_at_line(error, line, column);
}

/* `block` has the line, or does not; or is NULL. */
static enum plx_status duplicate(const struct reading *reading, const struct plx_arpa_block *block,
                                 uint64_t line, struct plx_error *error)
{
    struct plx_word ngram = {NULL, 0};
    if (block)
        ngram = plx_arpa_block_ngram(block, line);
    if (ngram.text)
        plx_error_set(error, PLX_MALFORMED, "the %u-gram \"%.*s\" is here twice", reading->section.order,
                      (int)(ngram.length < 200 ? ngram.length : 200), ngram.text);
    else
        plx_error_set(error, PLX_MALFORMED, "the %u-gram of this line is here twice", reading->section.order);
    return malformed_at(reading->reader, line, PLX_NOWHERE, error);
}

static enum plx_status add_unigram(struct plx_arpa_reader *reader, struct plx_word word,
                                   const struct plx_ngram_record *record, bool *there,
                                   struct plx_error *error)
{
    struct plx_ngram_hash *model = reader->model;
    uint32_t id;
    enum plx_status status = plx_vocabulary_add(model->ngram.base.vocabulary, word, &id, error);
    *there = status == PLX_OK && id == PLX_NO_TOKEN;
    if (status || *there)
        return status;
    if (plx_word_is(word, "<UNK>"))
        reader->upper_unknown = record->line;
    if (id >= reader->unigram_capacity) {
        const size_t capacity = plx_grown_capacity(reader->unigram_capacity, (size_t)id + 1);
        status = plx_resize_array(&model->unigram_memory, capacity, sizeof *model->unigram_memory, error);
        if (status)
            return status;
        reader->unigram_capacity = capacity;
    }
    model->unigram_memory[id] = record->ngram;
    return PLX_OK;
}

static enum plx_status add_unigrams(const struct reading *reading, const struct plx_arpa_block *block,
                                    struct plx_error *error)
{
    for (size_t i = 0; i < block->count; i++) {
        bool there;
        const enum plx_status status =
            add_unigram(reading->reader, block->words[i], block->records + i, &there, error);
        if (status)
            return status;
        if (there)
            return duplicate(reading, block, block->records[i].line, error);
    }
    return PLX_OK;
}

/* What the sink has returned: where that is a duplicate, says which. */
static enum plx_status judge(const struct reading *reading, const struct plx_arpa_block *block,
                             enum plx_status status, struct plx_error *error)
{
    const uint64_t line = reading->reader->sink->duplicate_line;
    return status == PLX_MALFORMED && line > 0 ? duplicate(reading, block, line, error) : status;
}

/* Notes what is unusual about a block, and about the blank lines before it. */
static void note_block(struct reading *reading, const struct plx_arpa_block *block)
{
    struct plx_arpa_reader *reader = reading->reader;
    const unsigned order = reading->section.order;
    const uint64_t blank = reading->blank + block->blank_before;
    if (block->count > 0 && blank > 0)
        plx_arpa_notes_add(&reader->notes, PLX_ARPA_BLANK_LINES, blank, block->records[0].line - blank);
    reading->blank = block->count > 0 ? block->blank_after : blank;
    plx_arpa_notes_append(&reader->notes, &block->notes);
    if (block->notes.kinds[PLX_ARPA_NO_SUFFIX].count > 0)
        reader->model->incomplete[order - 1] = true;
}

/* Hands on what is in a block that has been parsed. */
static enum plx_status hand_on(struct reading *reading, const struct plx_arpa_block *block,
                               struct plx_error *error)
{
    struct plx_ngram_sink *sink = reading->reader->sink;
    enum plx_status status;
    note_block(reading, block);
    if (reading->section.order == 1)
        status = add_unigrams(reading, block, error);
    else
        status = judge(reading, block, sink->add(sink, block->records, block->count, error), error);
    if (status)
        return status;
    reading->found += block->count;
    if (block->status == PLX_OK)
        return PLX_OK;
    if (error)
        *error = block->error;
    return block->status == PLX_MALFORMED
               ? malformed_at(reading->reader, block->error.line, block->error.column, error)
               : block->status;
}

/* The section. */

/* All n-grams. Where reading fails, what comes before that is handed on first: an error there is the first in
   the file. */
static enum plx_status read_blocks(struct reading *reading, struct plx_error *error)
{
    enum plx_status failed = PLX_OK;
    struct plx_error failure;
    while (reading->more || plx_lane_count(reading->lane) > 0) {
        while (reading->more && !plx_lane_full(reading->lane)) {
            failed = submit_block(reading, &failure);
            reading->more &= failed == PLX_OK;
        }
        const struct plx_arpa_block *block = plx_lane_take(reading->lane);
        const enum plx_status status = block ? hand_on(reading, block, error) : PLX_OK;
        if (status)
            return status;
    }
    if (failed && error)
        *error = failure;
    return failed;
}

/* How many n-grams the header promises, as far as the source is large enough to hold them. */
static uint64_t expected(const struct plx_arpa_reader *reader, unsigned order)
{
    const uint64_t declared = reader->declared[order - 1];
    uint64_t size, done, most = EXPECTED_MAX;
    plx_source_progress(reader->lines.source, &size, &done);
    if (size > 0)
        most = size / (4 * (uint64_t)order + 8) *
               (plx_source_compressed(reader->lines.source) ? COMPRESSED_MOST : 1);
    return declared < most ? declared : most;
}

static enum plx_status check_count(struct plx_arpa_reader *reader, unsigned order, uint64_t found,
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
    plx_arpa_malformed(reader, error);
    return plx_error_hint(error, "--allow-count-mismatch believes the section");
}

/* The heading behind the section. */
static enum plx_status read_heading(struct reading *reading, struct plx_error *error)
{
    struct plx_arpa_reader *reader = reading->reader;
    const enum plx_status status = plx_arpa_next(reader, error);
    if (status)
        return status;
    if (!reader->line)
        return plx_arpa_truncated(reader, "\\end\\", error);
    reader->blank_lines += reading->blank;
    plx_arpa_note_blank_lines(reader, 1);
    return PLX_OK;
}

static enum plx_status read_ngrams(struct reading *reading, struct plx_error *error)
{
    struct plx_arpa_reader *reader = reading->reader;
    struct plx_ngram_sink *sink = reader->sink;
    const unsigned order = reading->section.order;
    enum plx_status status;
    if (order > 1 && (status = sink->begin(sink, order, expected(reader, order), error)))
        return status;
    if ((status = read_blocks(reading, error)) || (status = read_heading(reading, error)))
        return status;
    plx_arpa_notes_warn(&reader->notes, &reader->model->ngram.base);
    if (order > 1 && (status = judge(reading, NULL, sink->end(sink, error), error)))
        return status;
    return check_count(reader, order, reading->found, error);
}

enum plx_status plx_arpa_read_section(struct plx_arpa_reader *reader, unsigned order, struct plx_error *error)
{
    struct plx_ngram_sink *sink = reader->sink;
    struct reading reading = {
        .reader = reader,
        .section = {.order = order,
                    .highest = order == reader->order,
                    .allow_positive = reader->options->allow_positive,
                    .vocabulary = reader->model->ngram.base.vocabulary,
                    .lower = order > 2 ? sink->table(sink, order - 1) : NULL},
        .more = true,
    };
    sink->duplicate_line = 0;
    reading.lane = plx_lane_new(reader->pool, reader->block_count, plx_arpa_block_parse, NULL, error);
    if (!reading.lane)
        return PLX_MEMORY;
    const enum plx_status status = read_ngrams(&reading, error);
    plx_lane_free(reading.lane);
    return status;
}

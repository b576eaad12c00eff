#include "model/arpa_block.h"

#include "base/decimal.h"
#include "base/memory.h"
#include "model/arpa_entry.h"
#include "model/arpa_parts.h"
#include "model/ngram.h"
#include "model/ngram_key.h"

#include <stdlib.h>
#include <string.h>

/* Words of a batch of n-grams, whose lookups overlap. */
#define BATCH_WORDS ((size_t)256) /* ≥ PLX_NGRAM_ORDER_MAX */

/* Bytes behind the text that may be read: numbers and words are read eight bytes at a time. */
#define PADDING 32

struct parser {
    struct plx_arpa_block *block;
    const struct plx_arpa_section *section;
    const char *at, *end;
    uint64_t line;                      /* that begins at `at` */
    uint64_t blank;                     /* lines just passed */
    size_t first;                       /* n-gram of the batch in the block */
    size_t most;                        /* n-grams of a batch */
    size_t count;                       /* n-grams in the batch */
    const char *begins[PLX_ARPA_BATCH]; /* where their lines begin */
    uint64_t hashes[BATCH_WORDS];       /* [count][order] of their words, where order > 1 */
    uint32_t ids[BATCH_WORDS];          /* [count][order] */
    struct plx_arpa_parts parts;        /* of the batch before, where order > 2 */
};

/* Words and keys. */

static void fail_at(struct plx_arpa_block *block, uint64_t line, uint64_t column)
{
    block->status = plx_error_at_line(&block->error, line, column);
}

/* Ends the batch before its first n-gram with a word that is not in the vocabulary. That is an error, which
   comes before one that has ended the batch already. */
static void refuse_unknown(struct parser *parser)
{
    const unsigned order = parser->section->order;
    size_t unknown = 0;
    while (unknown < parser->count * order && parser->ids[unknown] != PLX_NO_TOKEN)
        unknown++;
    parser->count = unknown / order;
    const char *begin = parser->begins[parser->count];
    const char *newline = memchr(begin, '\n', (size_t)(parser->end - begin));
    struct plx_arpa_entry entry;
    struct plx_word words[PLX_NGRAM_ORDER_MAX];
    struct plx_arpa_block *block = parser->block;
    block->status =
        plx_arpa_parse_entry(begin, (size_t)(newline - begin), order, &entry, words, &block->error);
    const struct plx_word word = words[unknown % order];
    plx_error_set(&block->error, PLX_MALFORMED, "the word \"%.*s\" is not among the 1-grams",
                  (int)(word.length < 100 ? word.length : 100), word.text);
    fail_at(block, block->records[parser->first + parser->count].line, PLX_NOWHERE);
}

/* Makes the keys of the batch's n-grams, and asks about their parts. */
static void finish_batch(struct parser *parser)
{
    const unsigned order = parser->section->order;
    struct plx_ngram_record *records = parser->block->records + parser->first;
    const size_t words = parser->count * order;
    bool unknown = false;
    plx_vocabulary_find_hashed(parser->section->vocabulary, parser->hashes, words, parser->ids);
    for (size_t i = 0; i < words; i++)
        unknown |= parser->ids[i] == PLX_NO_TOKEN;
    if (unknown)
        refuse_unknown(parser);
    if (order > 2)
        plx_arpa_parts_answer(&parser->parts, &parser->block->notes);
    for (size_t i = 0; i < parser->count; i++) {
        const uint32_t *ids = parser->ids + i * order;
        const uint64_t suffix = plx_ngram_key_of(ids + 1, order - 1);
        records[i].key = plx_ngram_key(suffix, ids[0]);
        if (order > 2)
            plx_arpa_parts_ask(&parser->parts, plx_ngram_key_of(ids, order - 1), suffix, records[i].line);
    }
}

/* Lines. */

/* The next n-gram of the batch has been read from the line at hand. */
static inline void add_entry(struct parser *parser, float probability, float backoff)
{
    struct plx_arpa_block *block = parser->block;
    if (parser->blank > 0) {
        if (parser->first + parser->count == 0)
            block->blank_before = parser->blank;
        else
            plx_arpa_notes_add(&block->notes, PLX_ARPA_BLANK_LINES, parser->blank,
                               parser->line - parser->blank);
        parser->blank = 0;
    }
    parser->begins[parser->count] = parser->at;
    block->records[parser->first + parser->count++] = (struct plx_ngram_record){
        .ngram = {probability + 0.0f, backoff}, .line = parser->line}; /* + 0 makes 0 of −0 */
}

static inline void add_word(struct parser *parser, unsigned i, struct plx_word word)
{
    if (parser->section->order == 1) {
        parser->block->words[parser->first + parser->count] = word;
        return;
    }
    const size_t at = parser->count * parser->section->order + i;
    parser->hashes[at] = plx_vocabulary_hash_padded(word);
}

/* The bytes before the first that is a space or a control character. There is a newline. */
static inline size_t word_length(const char *text)
{
    for (size_t length = 0;; length += 8) {
        const uint64_t bytes = plx_load_u64((const uint8_t *)text + length);
        /* Only what stands behind a mark can be marked wrongly. */
        const uint64_t marks = (bytes - PLX_EACH_BYTE(0x21)) & ~bytes & PLX_EACH_BYTE(0x80);
        if (marks)
            return length + (size_t)__builtin_ctzll(marks) / 8;
    }
}

/* A line as nearly all are: "p <tab> word <space> … word [<tab> backoff]", with nothing unusual about it.
   Returns the line behind it; NULL if it is not such a line. */
static inline const char *parse_common(struct parser *parser)
{
    const unsigned order = parser->section->order;
    float probability, backoff = 0.0f;
    const char *at = plx_decimal_scan_float(parser->at, &probability);
    if (!at || *at != '\t' || probability > 0.0f)
        return NULL;
    for (unsigned i = 0; i < order; i++) {
        const struct plx_word word = {at + 1, word_length(at + 1)};
        if (word.length == 0 || (i > 0 && *at != ' '))
            return NULL;
        add_word(parser, i, word);
        at = word.text + word.length;
    }
    if (*at == '\t') {
        at = plx_decimal_scan_float(at + 1, &backoff);
        if (!at || (parser->section->highest && backoff != 0.0f))
            return NULL;
    }
    if (*at != '\n')
        return NULL;
    add_entry(parser, probability, backoff);
    return at + 1;
}

/* Judges the numbers of an entry: what is to be clamped, ignored or refused. */
static bool check_entry(struct parser *parser, struct plx_arpa_entry *entry)
{
    struct plx_arpa_block *block = parser->block;
    if (entry->probability > 0.0f) {
        if (!parser->section->allow_positive) {
            plx_error_set(&block->error, PLX_MALFORMED, "the log-probability is positive (%g)",
                          (double)entry->probability);
            plx_error_hint(&block->error, "--allow-positive clamps such values to 0 and counts them");
            fail_at(block, parser->line, PLX_NOWHERE);
            return false;
        }
        entry->probability = 0.0f;
        plx_arpa_notes_add(&block->notes, PLX_ARPA_POSITIVE, 1, parser->line);
    }
    if (parser->section->highest && entry->backoff != 0.0f) {
        entry->backoff = 0.0f;
        plx_arpa_notes_add(&block->notes, PLX_ARPA_HIGHEST_BACKOFF, 1, parser->line);
    }
    return true;
}

/* Any line of length > 0. False if it is refused. */
static bool parse_content(struct parser *parser, size_t length)
{
    struct plx_arpa_block *block = parser->block;
    const unsigned order = parser->section->order;
    struct plx_arpa_entry entry;
    struct plx_word words[PLX_NGRAM_ORDER_MAX];
    if (plx_arpa_parse_entry(parser->at, length, order, &entry, words, &block->error)) {
        fail_at(block, parser->line, block->error.column);
        return false;
    }
    if (entry.space)
        plx_arpa_notes_add(&block->notes, PLX_ARPA_SPACES, 1, parser->line);
    if (!check_entry(parser, &entry))
        return false;
    for (unsigned i = 0; i < order; i++)
        add_word(parser, i, words[i]);
    add_entry(parser, entry.probability, entry.backoff);
    return true;
}

/* Any line. Returns the line behind it; NULL if it is refused. */
static const char *parse_any(struct parser *parser)
{
    const char *newline = memchr(parser->at, '\n', (size_t)(parser->end - parser->at));
    const size_t whole = (size_t)(newline - parser->at);
    const size_t length = plx_arpa_trimmed_length(parser->at, whole);
    if (whole > 0 && newline[-1] == '\r')
        plx_arpa_notes_add(&parser->block->notes, PLX_ARPA_CRLF, 1, parser->line);
    if (length == 0)
        parser->blank++;
    else if (!parse_content(parser, length))
        return NULL;
    return newline + 1;
}

static void parse_batch(struct parser *parser)
{
    parser->first = parser->block->count;
    parser->count = 0;
    while (parser->count < parser->most && parser->at < parser->end) {
        const char *next = parse_common(parser);
        if (!next && !(next = parse_any(parser)))
            return;
        parser->at = next;
        parser->line++;
    }
}

/* Blocks. */

/* Room for one batch more. */
static enum plx_status make_room(struct plx_arpa_block *block, struct plx_error *error)
{
    if (block->room - block->count >= PLX_ARPA_BATCH)
        return PLX_OK;
    const size_t room = plx_grown_capacity(block->room, block->count + PLX_ARPA_BATCH);
    enum plx_status status = plx_resize_array(&block->records, room, sizeof *block->records, error);
    if (status == PLX_OK && block->section->order == 1)
        status = plx_resize_array(&block->words, room, sizeof *block->words, error);
    if (status == PLX_OK)
        block->room = room;
    return status;
}

void plx_arpa_block_parse(void *job, unsigned worker, void *user)
{
    struct plx_arpa_block *block = job;
    struct parser parser = {
        .block = block,
        .section = block->section,
        .at = block->text,
        .end = block->text + block->size,
        .line = block->first_line,
        .most = BATCH_WORDS / block->section->order,
        .parts = {.table = block->section->lower},
    };
    (void)worker;
    (void)user;
    if (parser.most > PLX_ARPA_BATCH)
        parser.most = PLX_ARPA_BATCH;
    while (parser.at < parser.end && block->status == PLX_OK) {
        block->status = make_room(block, &block->error);
        if (block->status == PLX_OK) {
            parse_batch(&parser);
            if (block->section->order > 1)
                finish_batch(&parser);
            block->count += parser.count;
        }
    }
    plx_arpa_parts_answer(&parser.parts, &block->notes);
    if (block->count == 0)
        block->blank_before = parser.blank;
    else
        block->blank_after = parser.blank;
}

enum plx_status plx_arpa_block_fill(struct plx_arpa_block *block, const struct plx_arpa_section *section,
                                    const char *text, size_t size, uint64_t first_line, uint64_t lines,
                                    struct plx_error *error)
{
    if (block->capacity < size + 1 + PADDING) {
        const size_t capacity = plx_grown_capacity(block->capacity, size + 1 + PADDING);
        const enum plx_status status = plx_resize_array(&block->text, capacity, 1, error);
        if (status)
            return status;
        block->capacity = capacity;
    }
    memcpy(block->text, text, size);
    if (text[size - 1] != '\n')
        block->text[size++] = '\n';
    memset(block->text + size, 0, PADDING);
    block->section = section;
    block->size = size;
    block->first_line = first_line;
    block->lines = lines;
    block->count = 0;
    block->blank_before = block->blank_after = 0;
    block->notes = (struct plx_arpa_notes){0};
    block->status = PLX_OK;
    return PLX_OK;
}

struct plx_word plx_arpa_block_ngram(const struct plx_arpa_block *block, uint64_t line)
{
    const struct plx_word none = {NULL, 0};
    struct plx_word words[PLX_NGRAM_ORDER_MAX];
    struct plx_arpa_entry entry;
    const unsigned order = block->section->order;
    const char *at = block->text, *end = block->text + block->size;
    if (line < block->first_line || line - block->first_line >= block->lines)
        return none;
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    for (uint64_t i = block->first_line; i < line; i++) {
        at = newline + 1;
        newline = memchr(at, '\n', (size_t)(end - at));
    }
    if (plx_arpa_parse_entry(at, (size_t)(newline - at), order, &entry, words, NULL))
        return none;
    const char *last = words[order - 1].text + words[order - 1].length;
    return (struct plx_word){words[0].text, (size_t)(last - words[0].text)};
}

void plx_arpa_block_release(struct plx_arpa_block *block)
{
    free(block->text);
    free(block->records);
    free(block->words);
    *block = (struct plx_arpa_block){0};
}

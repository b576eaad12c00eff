/* JSONL: a JSON object a line, each a document: its text, its tokens as strings, or its token ids; beside
   tokens perhaps what they stand for. */
#include "corpus/corpus.h"

#include "base/memory.h"
#include "base/path.h"
#include "base/utf8.h"
#include "corpus/jsonl_record.h"
#include "corpus/pieces.h"

#include <stdlib.h>
#include <string.h>

struct jsonl_reader {
    struct plx_reader base;
    struct plx_jsonl_record record; /* at hand */
    uint64_t line;                  /* its number, from 1; 0 before the first */
    size_t pending;                 /* its bytes with the newline, to be skipped */
    bool left;                      /* there is more of it to give out */
    size_t text_given;              /* bytes of its text that have been given out */
    uint64_t tokens_given;
    struct plx_piece_seam seam;
};

/* A line in the source's buffer. */
struct line {
    const uint8_t *text;
    size_t begin; /* a byte order mark ends here, or 0 */
    size_t size;
    size_t whole; /* with the newline; 0 at the end of the content */
};

/* Puts the place and the failure of the record's scan into the error. */
static enum plx_status refuse(const struct jsonl_reader *reader, uint64_t line, uint64_t offset,
                              struct plx_error *error)
{
    const struct plx_json_scan *scan = &reader->record.scan;
    plx_json_scan_error(scan, line, 0, error);
    return plx_error_at_offset(error, offset + scan->at);
}

/* Shows the line `number`, which begins `ahead` bytes behind the source's next byte. Of one that does not end
   within what can be peeked at, *line is as at the end of the content, but `size` is not 0. */
static enum plx_status peek_line(struct plx_source *source, size_t ahead, uint64_t number, struct line *line,
                                 struct plx_error *error)
{
    const uint8_t *data, *newline = NULL;
    size_t known = 0, searched = ahead, want = ahead + 1;
    *line = (struct line){.whole = 0};
    for (;;) {
        if (want > PLX_SOURCE_PEEK_MAX)
            want = PLX_SOURCE_PEEK_MAX;
        const enum plx_status status = plx_source_peek(source, want, &data, &known, error);
        if (status)
            return status;
        if (known > PLX_SOURCE_PEEK_MAX)
            known = PLX_SOURCE_PEEK_MAX;
        if (known > searched)
            newline = memchr(data + searched, '\n', known - searched);
        if (newline || known < want || want == PLX_SOURCE_PEEK_MAX)
            break;
        searched = known;
        want = 2 * known;
    }
    if (known <= ahead)
        return PLX_OK;
    line->text = data + ahead;
    line->size = newline ? (size_t)(newline - line->text) : known - ahead;
    line->whole = newline ? line->size + 1 : known < want ? line->size : 0;
    line->begin = number == 1 ? plx_utf8_mark(line->text, line->size) : 0;
    return PLX_OK;
}

static bool is_blank(const struct line *line)
{
    struct plx_json_scan scan = {.text = line->text, .size = line->size, .at = line->begin};
    return plx_json_scan_space(&scan) < 0;
}

static enum plx_status refuse_length(uint64_t line, uint64_t offset, struct plx_error *error)
{
    plx_error_set(error, PLX_UNSUPPORTED, "a record of more than %zu bytes", PLX_SOURCE_PEEK_MAX - 1);
    plx_error_at_offset(error, offset);
    plx_error_at_line(error, line, PLX_NOWHERE);
    return plx_error_hint(error, "a record is held in memory: cut it into several");
}

/* What the corpus consists of: what the first record does that holds anything. Looks no further than can be
   peeked at. */
static enum plx_status decide_content(struct jsonl_reader *reader, struct plx_error *error)
{
    struct plx_reader *base = &reader->base;
    size_t ahead = 0;
    base->empty = true;
    for (uint64_t number = 1;; number++) {
        struct line line;
        enum plx_status status = peek_line(base->source, ahead, number, &line, error);
        if (status)
            return status;
        if (line.whole == 0 && line.size > 0 && ahead == 0)
            return refuse_length(number, 0, error);
        if (line.whole == 0)
            return PLX_OK;
        if (!is_blank(&line)) {
            status = plx_jsonl_record_reserve(&reader->record, line.size, error);
            if (status)
                return status;
            if (!plx_jsonl_record_read(&reader->record, line.text, line.begin, line.size))
                return refuse(reader, number, ahead, error);
            base->empty = false;
            base->content = reader->record.undecided ? PLX_CONTENT_STRINGS : reader->record.content;
            if (!reader->record.undecided)
                return PLX_OK;
        }
        ahead += line.whole;
    }
}

/* Whether the record at hand is of the corpus's kind. */
static bool check_content(struct jsonl_reader *reader)
{
    static const char *const faults[] = {
        [PLX_CONTENT_TEXT] = "a record of another kind than the first, which is a text",
        [PLX_CONTENT_STRINGS] = "a record of another kind than the first, which is tokens as strings",
        [PLX_CONTENT_IDS] = "a record of another kind than the first, which is token ids",
    };
    struct plx_jsonl_record *record = &reader->record;
    const enum plx_content content = reader->base.content;
    if (record->undecided ? content != PLX_CONTENT_TEXT : content == record->content)
        return true;
    return plx_json_scan_fail(&record->scan, record->value_at, faults[content],
                              "of several, \"input_ids\" count before \"tokens\", and those before \"text\"");
}

/* Makes the next line that is not blank the record at hand. *found is false at the end. */
static enum plx_status next_record(struct jsonl_reader *reader, bool *found, struct plx_error *error)
{
    struct plx_source *source = reader->base.source;
    struct line line;
    do {
        plx_source_skip(source, reader->pending);
        reader->pending = 0;
        enum plx_status status = peek_line(source, 0, reader->line + 1, &line, error);
        if (status)
            return status;
        if (line.whole == 0 && line.size > 0)
            return refuse_length(reader->line + 1, plx_source_offset(source), error);
        reader->line++;
        reader->pending = line.whole;
    } while (line.whole > 0 && is_blank(&line));
    *found = line.whole > 0;
    if (!*found)
        return PLX_OK;
    const enum plx_status status = plx_jsonl_record_reserve(&reader->record, line.size, error);
    if (status)
        return status;
    if (!plx_jsonl_record_read(&reader->record, line.text, line.begin, line.size) || !check_content(reader))
        return refuse(reader, reader->line, plx_source_offset(source), error);
    reader->text_given = 0;
    reader->tokens_given = 0;
    reader->seam = PLX_PIECE_SEAM_BEGIN;
    return PLX_OK;
}

static void give_text(struct jsonl_reader *reader, struct plx_chunk *chunk)
{
    const struct plx_jsonl_record *record = &reader->record;
    const size_t rest = record->text_size - reader->text_given;
    size_t size = 0;
    struct plx_view view = {.data = record->text + reader->text_given};
    for (size_t want = PLX_PIECE_BYTES; size == 0 && rest > 0; want *= 2) {
        view.at_end = rest <= want;
        view.known = view.at_end ? rest : want;
        size = plx_piece_size(&view, reader->base.options->tokens);
    }
    plx_piece_describe(&view, size, &reader->seam, chunk);
    chunk->ends_line |= record->text_size == 0;
    chunk->derived = true;
    reader->text_given += size;
    reader->left = reader->text_given < record->text_size;
}

static void give_tokens(struct jsonl_reader *reader, struct plx_chunk *chunk)
{
    const struct plx_jsonl_record *record = &reader->record;
    if (chunk->content == PLX_CONTENT_IDS)
        chunk->ids = record->ids;
    else
        chunk->tokens = record->words;
    chunk->token_bytes = record->has_bytes ? record->bytes : NULL;
    chunk->size = record->count;
    chunk->first_token = reader->tokens_given;
    reader->base.original = record->has_original ? &record->original : NULL;
    reader->base.page = record->has_original ? &record->page : NULL;
    reader->base.document_tokens = record->token_count;
    reader->tokens_given += record->count;
    reader->left = !record->ended;
    chunk->ends_line = chunk->content == PLX_CONTENT_STRINGS && !reader->left;
}

static enum plx_status next_jsonl(struct plx_reader *base, struct plx_chunk *chunk, bool *more,
                                  struct plx_error *error)
{
    struct jsonl_reader *reader = (struct jsonl_reader *)(void *)base;
    *more = reader->left;
    chunk->begins_document = !reader->left;
    if (!reader->left) {
        const enum plx_status status = next_record(reader, more, error);
        if (status || !*more)
            return status;
    } else if (base->content != PLX_CONTENT_TEXT && !plx_jsonl_record_advance(&reader->record)) {
        return refuse(reader, reader->line, plx_source_offset(base->source), error);
    }
    chunk->content = base->content;
    chunk->document = reader->record.id;
    chunk->offset = plx_source_offset(base->source);
    chunk->line = reader->line;
    if (base->content == PLX_CONTENT_TEXT)
        give_text(reader, chunk);
    else
        give_tokens(reader, chunk);
    return PLX_OK;
}

/* By the first bytes: a brace, and behind it a key or nothing. A NUL byte is in no JSON, but soon in token
   ids, which may begin with the same bytes. */
static bool looks_like_records(const uint8_t *head, size_t size)
{
    struct plx_json_scan scan = {.text = head, .size = size, .at = plx_utf8_mark(head, size)};
    if (memchr(head, 0, size) || !plx_json_scan_byte(&scan, '{'))
        return false;
    const int next = plx_json_scan_space(&scan);
    return next == '"' || next == '}';
}

static enum plx_probe probe(const uint8_t *head, size_t size, const char *name)
{
    static const char *const suffixes[] = {".jsonl", ".ndjson", ".json"};
    if (size > 0 && looks_like_records(head, size))
        return PLX_PROBE_CONTENT;
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        if (plx_path_has_suffix(name, suffixes[i]))
            return PLX_PROBE_NAME;
    }
    return PLX_PROBE_NO;
}

static void close_jsonl(struct plx_reader *base)
{
    struct jsonl_reader *reader = (struct jsonl_reader *)(void *)base;
    plx_jsonl_record_release(&reader->record);
    free(reader);
}

static enum plx_status open_jsonl(struct plx_source *source, const struct plx_corpus_options *options,
                                  struct plx_reader **made, struct plx_error *error)
{
    struct jsonl_reader *reader = plx_new_array(1, sizeof *reader, error);
    if (!reader)
        return PLX_MEMORY;
    reader->base = (struct plx_reader){.source = source, .options = options, .content = PLX_CONTENT_TEXT};
    const enum plx_status status = decide_content(reader, error);
    if (status)
        close_jsonl(&reader->base);
    else
        *made = &reader->base;
    return status;
}

const struct plx_corpus_format plx_corpus_format_jsonl = {
    .name = "jsonl",
    .description = "a JSON object a line, each a document: \"input_ids\", or \"tokens\", or \"text\"; "
                   "\"id\"; beside tokens \"bytes\" or \"text\"",
    .probe = probe,
    .open = open_jsonl,
    .next = next_jsonl,
    .close = close_jsonl,
};

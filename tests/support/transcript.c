#include "support/transcript.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The reading of a corpus, and what is known of the piece before. */
struct reading {
    struct transcript *transcript;
    struct plx_corpus *corpus;
    const char *input; /* of the file at hand */
    char *document;    /* the id of the document at hand; NULL: none */
    size_t document_length;
    size_t document_begin; /* in the content */
    uint64_t document_tokens;
    uint64_t next_offset, next_line; /* the next piece of the same file does not begin before */
    bool exact_place;                /* but there */
    bool any, was_empty, ended_line;
    bool cut; /* the piece before ends where no document may: see check_cut */
};

static void append(struct transcript_bytes *bytes, const void *data, size_t size)
{
    if (size > bytes->capacity - bytes->size) {
        bytes->capacity = 2 * bytes->capacity + size;
        bytes->data = realloc(bytes->data, bytes->capacity);
        if (!bytes->data)
            abort();
    }
    if (size > 0)
        memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
}

static void need(const struct reading *reading, bool fine, const char *what)
{
    if (!fine)
        fail_msg("%s, piece %zu: %s", plx_corpus_name(reading->corpus), reading->transcript->chunks, what);
}

static void begin_document(struct reading *reading, const struct plx_chunk *chunk)
{
    struct transcript *transcript = reading->transcript;
    char line[32];
    snprintf(line, sizeof line, "%zu ", transcript->content.size);
    append(&transcript->documents, line, strlen(line));
    append(&transcript->documents, chunk->document.text, chunk->document.length);
    append(&transcript->documents, "\n", 1);
    free(reading->document);
    reading->document = NULL;
    reading->document_length = chunk->document.length;
    if (chunk->document.text && !(reading->document = malloc(chunk->document.length + 1)))
        abort();
    if (chunk->document.length > 0)
        memcpy(reading->document, chunk->document.text, chunk->document.length);
    reading->document_begin = transcript->content.size;
    reading->document_tokens = 0;
    reading->was_empty = reading->ended_line = reading->cut = false;
}

static void check_document(const struct reading *reading, const struct plx_chunk *chunk)
{
    need(reading, reading->any || chunk->begins_document, "the first piece begins no document");
    if (chunk->begins_document)
        return;
    need(reading, chunk->size > 0 && !reading->was_empty, "an empty piece is not its whole document");
    need(reading, !reading->ended_line, "a line has ended without a newline, and the document goes on");
    need(reading,
         !chunk->document.text == !reading->document && chunk->document.length == reading->document_length &&
             (!reading->document ||
              memcmp(chunk->document.text, reading->document, reading->document_length) == 0),
         "another id within the document");
}

static void check_content(const struct reading *reading, const struct plx_chunk *chunk)
{
    const bool text = chunk->content == PLX_CONTENT_TEXT, ids = chunk->content == PLX_CONTENT_IDS;
    const bool strings = chunk->content == PLX_CONTENT_STRINGS;
    const struct transcript *transcript = reading->transcript;
    need(reading, chunk->content == transcript->info.content, "another content");
    need(reading, text || strings || ids, "an unknown content");
    need(reading, (text || !chunk->text) && (strings || !chunk->tokens) && (ids || !chunk->ids),
         "data of another content");
    need(reading,
         chunk->size == 0 || (text      ? !!chunk->text
                              : strings ? !!chunk->tokens
                                        : !!chunk->ids),
         "no data");
    need(reading, text || chunk->first_token == (chunk->begins_document ? 0 : reading->document_tokens),
         "first_token does not count the tokens");
    need(reading, text || !(chunk->derived || chunk->ends_line || chunk->inside_word), "text's, of tokens");
}

/* Where it stands. */
static void check_place(struct reading *reading, const struct plx_chunk *chunk)
{
    const bool in_file = reading->input && strcmp(chunk->input, reading->input) == 0;
    const bool whole = chunk->content == PLX_CONTENT_TEXT && !chunk->derived;
    need(reading, chunk->input && *chunk->input, "no name of the file");
    need(reading, chunk->line > 0, "line 0");
    if (in_file) {
        need(reading, chunk->offset >= reading->next_offset, "the offset goes back");
        need(reading, !reading->exact_place || chunk->offset == reading->next_offset, "a gap");
        need(reading, (chunk->line == PLX_NOWHERE) == (reading->next_line == PLX_NOWHERE),
             "lines come or go");
        need(reading, chunk->line >= reading->next_line, "the line goes back");
        need(reading, !reading->exact_place || chunk->line == reading->next_line, "the wrong line");
    }
    reading->input = chunk->input;
    reading->exact_place = whole;
    reading->next_offset = chunk->offset + (whole ? chunk->size : (uint64_t)chunk->id_bytes * chunk->size);
    reading->next_line = chunk->line;
    for (size_t i = 0; whole && i < chunk->size; i++)
        reading->next_line += chunk->text[i] == '\n';
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

/* What precedes a text in its line, out of what the document has had so far. */
static void check_seam(const struct reading *reading, const struct plx_chunk *chunk)
{
    const struct transcript_bytes *content = &reading->transcript->content;
    size_t at = content->size;
    const bool begins = at == reading->document_begin;
    const uint8_t before = begins ? '\n' : content->data[at - 1];
    need(reading, chunk->begins_line == (before == '\n'), "begins_line is wrong");
    need(reading, chunk->inside_word == !(before == '\n' || is_blank(before)), "inside_word is wrong");
    while (at > reading->document_begin && is_blank(content->data[at - 1]))
        at--;
    need(reading, chunk->blank_before == (at == reading->document_begin || content->data[at - 1] == '\n'),
         "blank_before is wrong");
    need(reading, !reading->cut || begins, "the piece before is cut inside a token");
    need(reading, !chunk->ends_line || (chunk->size > 0 && chunk->text[chunk->size - 1] != '\n'),
         "ends_line is wrong");
}

/* Whether a text is cut between two tokens, if its document goes on. */
static bool is_cut(const struct reading *reading, const struct plx_chunk *chunk)
{
    const uint8_t last = chunk->size > 0 ? chunk->text[chunk->size - 1] : '\n';
    const bool words = reading->transcript->info.tokens == PLX_TOKENS_WORD;
    return words && last != '\n' && !is_blank(last);
}

static void take_data(struct reading *reading, const struct plx_chunk *chunk)
{
    struct transcript *transcript = reading->transcript;
    if (chunk->content == PLX_CONTENT_TEXT) {
        append(&transcript->content, chunk->text, chunk->size);
        return;
    }
    for (size_t i = 0; i < chunk->size; i++) {
        if (chunk->ids) {
            append(&transcript->content, chunk->ids + i, sizeof chunk->ids[i]);
            continue;
        }
        append(&transcript->content, &chunk->tokens[i].length, sizeof chunk->tokens[i].length);
        append(&transcript->content, chunk->tokens[i].text, chunk->tokens[i].length);
    }
    transcript->tokens += chunk->size;
    reading->document_tokens += chunk->size;
}

static void take_chunk(struct reading *reading, const struct plx_chunk *chunk)
{
    check_content(reading, chunk);
    check_document(reading, chunk);
    check_place(reading, chunk);
    if (chunk->begins_document)
        begin_document(reading, chunk);
    if (chunk->content == PLX_CONTENT_TEXT) {
        check_seam(reading, chunk);
        reading->cut = is_cut(reading, chunk);
    }
    take_data(reading, chunk);
    reading->was_empty = chunk->size == 0;
    reading->ended_line = chunk->ends_line;
    reading->any = true;
    reading->transcript->chunks++;
}

static size_t count_documents(const struct transcript *transcript)
{
    size_t lines = 0;
    for (size_t i = 0; i < transcript->documents.size; i++)
        lines += transcript->documents.data[i] == '\n';
    return lines;
}

/* The end has been reached: it stays reached, and all has been counted. */
static void finish(struct reading *reading)
{
    struct transcript *transcript = reading->transcript;
    struct plx_chunk chunk;
    bool more = true;
    need(reading, plx_corpus_next(reading->corpus, &chunk, &more, &transcript->error) == PLX_OK && !more,
         "something comes behind the end");
    plx_corpus_info(reading->corpus, &transcript->info);
    need(reading, transcript->info.documents == count_documents(transcript), "documents are miscounted");
    while (plx_corpus_sha256(reading->corpus, transcript->sha256, &transcript->error) == PLX_INTERRUPTED)
        transcript->interruptions++;
    need(reading, strlen(transcript->sha256) == 64, "no fingerprint");
}

struct transcript transcript_read(struct plx_corpus *corpus)
{
    struct transcript transcript = {.status = PLX_OK};
    struct reading reading = {.transcript = &transcript, .corpus = corpus};
    struct plx_chunk chunk;
    bool more = true;
    plx_corpus_info(corpus, &transcript.info);
    need(&reading, transcript.info.tokens != PLX_TOKENS_AUTO, "tokens of no kind");
    need(&reading, transcript.info.documents == 0, "documents before the first");
    while (more) {
        transcript.status = plx_corpus_next(corpus, &chunk, &more, &transcript.error);
        if (transcript.status == PLX_INTERRUPTED) {
            transcript.interruptions++;
            more = true;
            continue;
        }
        if (transcript.status)
            break;
        if (more)
            take_chunk(&reading, &chunk);
    }
    if (transcript.status == PLX_OK)
        finish(&reading);
    free(reading.document);
    plx_corpus_close(corpus);
    return transcript;
}

void transcript_release(struct transcript *transcript)
{
    free(transcript->content.data);
    free(transcript->documents.data);
    *transcript = (struct transcript){.status = PLX_OK};
}

static bool same_bytes(const struct transcript_bytes *one, const struct transcript_bytes *other)
{
    return one->size == other->size && (one->size == 0 || memcmp(one->data, other->data, one->size) == 0);
}

void transcript_assert_same(const struct transcript *one, const struct transcript *other, const char *what)
{
    if (one->status || other->status)
        fail_msg("%s: %s", what, one->status ? one->error.message : other->error.message);
    if (!same_bytes(&one->content, &other->content))
        fail_msg("%s: other content, %zu bytes instead of %zu", what, other->content.size, one->content.size);
    if (!same_bytes(&one->documents, &other->documents))
        fail_msg("%s: other documents, \"%.*s\" instead of \"%.*s\"", what,
                 other->documents.size < 200 ? (int)other->documents.size : 200,
                 (const char *)other->documents.data,
                 one->documents.size < 200 ? (int)one->documents.size : 200,
                 (const char *)one->documents.data);
    assert_int_equal(one->info.content, other->info.content);
    assert_int_equal(one->info.tokens, other->info.tokens);
    assert_int_equal(one->info.documents, other->info.documents);
    assert_int_equal(one->info.bytes, other->info.bytes);
    assert_int_equal(one->tokens, other->tokens);
    assert_string_equal(one->info.format, other->info.format);
    assert_string_equal(one->sha256, other->sha256);
}

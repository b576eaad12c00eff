#include "support/corpora.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum plx_status corpus_open_memory(const void *bytes, size_t size, const char *name,
                                   const struct plx_corpus_options *options, struct plx_corpus **corpus,
                                   struct plx_error *error)
{
    const struct plx_source_options source_options = {.fingerprint = true};
    struct plx_source *source;
    *corpus = NULL;
    const enum plx_status status = plx_source_open_memory(bytes, size, name, &source_options, &source, error);
    return status ? status : plx_corpus_open_source(source, options, corpus, error);
}

static void *grow(void *array, size_t count, size_t size)
{
    void *grown = realloc(array, (count ? count : 1) * size);
    if (!grown)
        abort();
    return grown;
}

/* Appends to an array of so many elements; its room grows by doubling. */
static void *room_for(void *array, size_t count, size_t size)
{
    const bool full = (count & (count - 1)) == 0;
    return full ? grow(array, count ? 2 * count : 1, size) : array;
}

static void append(struct plx_buffer *buffer, const void *bytes, size_t size)
{
    struct plx_error error;
    assert_int_equal(plx_buffer_append(buffer, bytes, size, &error), PLX_OK);
}

static void add_document(struct corpus_reading *reading, const struct plx_chunk *chunk)
{
    const char *slash = strrchr(chunk->input, '/');
    struct read_document document = {
        .begin = chunk->content == PLX_CONTENT_TEXT ? reading->text.size : reading->count,
        .offset = chunk->offset,
        .line = chunk->line,
    };
    snprintf(document.file, sizeof document.file, "%s", slash ? slash + 1 : chunk->input);
    if (chunk->document.text) {
        document.id_length = chunk->document.length;
        document.id = grow(NULL, document.id_length + 1, 1);
        memcpy(document.id, chunk->document.text, chunk->document.length);
        document.id[chunk->document.length] = '\0';
    }
    reading->documents = room_for(reading->documents, reading->document_count, sizeof document);
    reading->documents[reading->document_count++] = document;
}

/* What a chunk says of a text follows from what stands before it in the document. */
static void check_text(const struct plx_chunk *chunk, const struct corpus_reading *reading, uint64_t begin)
{
    const uint8_t *text = reading->text.data;
    const size_t at = reading->text.size;
    size_t line = at;
    assert_non_null(chunk->text);
    while (line > begin && text[line - 1] != '\n')
        line--;
    bool blank = true;
    for (size_t i = line; i < at; i++)
        blank = blank && (text[i] == ' ' || text[i] == '\t');
    assert_int_equal(chunk->begins_line, line == at);
    assert_int_equal(chunk->blank_before, blank);
    assert_int_equal(chunk->inside_word, line < at && text[at - 1] != ' ' && text[at - 1] != '\t');
    if (chunk->ends_line)
        assert_true(chunk->size == 0 || chunk->text[chunk->size - 1] != '\n');
}

/* Where the next chunk of the same file stands, or behind what at least. */
struct next_place {
    const char *input;
    uint64_t offset, line;
    bool exact;
};

/* A text that stands in the file as it is says exactly where; the others do not go back. */
static void check_place(const struct plx_chunk *chunk, struct next_place *next)
{
    const bool whole = chunk->content == PLX_CONTENT_TEXT && !chunk->derived;
    const uint64_t size = whole ? chunk->size : (uint64_t)chunk->id_bytes * chunk->size;
    assert_true(chunk->line > 0);
    if (chunk->input == next->input) {
        assert_true(next->exact ? chunk->offset == next->offset : chunk->offset >= next->offset);
        assert_true(next->exact ? chunk->line == next->line : chunk->line >= next->line);
        assert_true((chunk->line == PLX_NOWHERE) == (next->line == PLX_NOWHERE));
    }
    *next = (struct next_place){chunk->input, chunk->offset + size, chunk->line, whole};
    for (size_t i = 0; whole && i < chunk->size; i++)
        next->line += chunk->text[i] == '\n';
}

/* A document that goes on has been cut at the end of a line or between two tokens. */
static void check_cut(const struct plx_chunk *chunk, const struct corpus_reading *reading)
{
    if (chunk->content != PLX_CONTENT_TEXT || chunk->begins_document)
        return;
    const uint8_t before = reading->text.data[reading->text.size - 1];
    if (reading->info.tokens == PLX_TOKENS_WORD)
        assert_true(before == '\n' || before == ' ' || before == '\t');
    if (reading->info.tokens == PLX_TOKENS_CHARACTER && before >= 0x80)
        assert_true((*chunk->text & 0xC0) != 0x80);
}

/* What is known of one chunk is known of all. */
static void add_originals(struct corpus_reading *reading, const struct plx_chunk *chunk)
{
    const size_t count = reading->count + chunk->size;
    const bool first = reading->chunks == 0;
    if (!first) {
        assert_int_equal(chunk->token_bytes != NULL, reading->bytes != NULL);
        assert_int_equal(chunk->token_characters != NULL, reading->characters != NULL);
    }
    assert_int_equal(chunk->token_words != NULL, chunk->token_characters != NULL);
    if (!chunk->token_bytes)
        return;
    reading->bytes = grow(reading->bytes, count, sizeof *reading->bytes);
    memcpy(reading->bytes + reading->count, chunk->token_bytes, chunk->size * sizeof *reading->bytes);
    if (!chunk->token_characters)
        return;
    reading->characters = grow(reading->characters, count, sizeof *reading->characters);
    memcpy(reading->characters + reading->count, chunk->token_characters,
           chunk->size * sizeof *reading->characters);
    reading->words = grow(reading->words, count, sizeof *reading->words);
    memcpy(reading->words + reading->count, chunk->token_words, chunk->size);
}

static void add_tokens(struct corpus_reading *reading, const struct plx_chunk *chunk)
{
    add_originals(reading, chunk);
    for (size_t i = 0; i < chunk->size; i++, reading->count++) {
        if (chunk->content == PLX_CONTENT_IDS) {
            reading->ids = room_for(reading->ids, reading->count, sizeof *reading->ids);
            reading->ids[reading->count] = chunk->ids[i];
        } else {
            append(&reading->text, chunk->tokens[i].text, chunk->tokens[i].length);
            reading->ends = room_for(reading->ends, reading->count, sizeof *reading->ends);
            reading->ends[reading->count] = reading->text.size;
        }
    }
}

static void add_chunk(struct corpus_reading *reading, const struct plx_chunk *chunk)
{
    const enum plx_content content = reading->info.content;
    assert_int_equal(chunk->content, content);
    assert_int_equal(chunk->text != NULL, content == PLX_CONTENT_TEXT);
    assert_int_equal(chunk->tokens != NULL, content == PLX_CONTENT_STRINGS);
    assert_int_equal(chunk->ids != NULL, content == PLX_CONTENT_IDS);
    assert_true(chunk->begins_document || (reading->document_count > 0 && chunk->size > 0));
    assert_true(!chunk->derived || content == PLX_CONTENT_TEXT);
    assert_non_null(chunk->input);
    check_cut(chunk, reading);
    if (chunk->begins_document)
        add_document(reading, chunk);
    assert_int_equal(chunk->document_index, reading->info.first_document + reading->document_count - 1);
    const struct read_document *document = &reading->documents[reading->document_count - 1];
    assert_int_equal(chunk->document.text != NULL, document->id != NULL);
    assert_int_equal(chunk->document.length, document->id_length);
    if (document->id)
        assert_memory_equal(chunk->document.text, document->id, document->id_length);
    if (content == PLX_CONTENT_TEXT) {
        check_text(chunk, reading, document->begin);
        append(&reading->text, chunk->text, chunk->size);
    } else {
        assert_int_equal(chunk->first_token, reading->count - document->begin);
        add_tokens(reading, chunk);
    }
    reading->chunks++;
    if (chunk->size > reading->largest)
        reading->largest = chunk->size;
}

/* A line that no newline ends is ended by its document, and said to be; `open`: the last chunk so far left
   one so and did not say it was ended. */
static void check_line_end(const struct plx_chunk *chunk, bool *open, bool *ended)
{
    if (chunk->content != PLX_CONTENT_TEXT)
        return;
    if (chunk->begins_document)
        assert_false(*open);
    else
        assert_false(*ended);
    *open = chunk->size > 0 && chunk->text[chunk->size - 1] != '\n' && !chunk->ends_line;
    *ended = chunk->ends_line;
}

/* What the end says: it is the end still, and all has been counted. */
static void check_end(struct plx_corpus *corpus, struct corpus_reading *reading)
{
    struct plx_chunk chunk;
    struct plx_error error;
    enum plx_status status;
    bool more = true;
    assert_int_equal(plx_corpus_next(corpus, &chunk, &more, &error), PLX_OK);
    assert_false(more);
    while ((status = plx_corpus_sha256(corpus, reading->sha256, &error)) == PLX_INTERRUPTED)
        reading->interruptions++;
    if (status == PLX_USAGE)
        reading->sha256[0] = '\0';
    else if (status)
        fail_msg("a fingerprint: %s", error.message);
}

enum plx_status corpus_read(struct plx_corpus *corpus, struct corpus_reading *reading,
                            struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    struct next_place next = {NULL, 0, 0, false};
    bool more = true, open = false, ended = false;
    *reading = (struct corpus_reading){.count = 0};
    plx_buffer_init(&reading->text, (size_t)1 << 30);
    plx_corpus_info(corpus, &reading->info);
    while (more) {
        struct plx_chunk chunk;
        status = plx_corpus_next(corpus, &chunk, &more, error);
        if (status == PLX_INTERRUPTED) {
            reading->interruptions++;
            more = true;
            continue;
        }
        if (status)
            break;
        if (more) {
            check_place(&chunk, &next);
            add_chunk(reading, &chunk);
            check_line_end(&chunk, &open, &ended);
        }
    }
    assert_true(status || !open);
    plx_corpus_info(corpus, &reading->info);
    assert_int_equal(reading->info.documents, reading->document_count);
    if (status == PLX_OK) /* reads what has not been read, so that it would seem to be */
        check_end(corpus, reading);
    plx_corpus_close(corpus);
    return status;
}

void corpus_reading_free(struct corpus_reading *reading)
{
    for (size_t i = 0; i < reading->document_count; i++)
        free(reading->documents[i].id);
    free(reading->documents);
    free(reading->ids);
    free(reading->ends);
    free(reading->bytes);
    free(reading->characters);
    free(reading->words);
    plx_buffer_release(&reading->text);
}

struct corpus_reading corpus_read_memory(const void *bytes, size_t size, const char *name)
{
    struct corpus_reading reading;
    struct plx_corpus *corpus;
    struct plx_error error;
    if (corpus_open_memory(bytes, size, name, NULL, &corpus, &error) || corpus_read(corpus, &reading, &error))
        fail_msg("%s:%llu:%llu: %s", name, (unsigned long long)error.line, (unsigned long long)error.column,
                 error.message);
    return reading;
}

static bool same_bytes(const void *a, const void *b, size_t size)
{
    return size == 0 || (a && b && memcmp(a, b, size) == 0);
}

static bool same_counts(const struct corpus_reading *a, const struct corpus_reading *b)
{
    return !a->bytes == !b->bytes && !a->characters == !b->characters &&
           (!a->bytes || same_bytes(a->bytes, b->bytes, a->count * sizeof *a->bytes)) &&
           (!a->characters || (same_bytes(a->characters, b->characters, a->count * sizeof *a->characters) &&
                               same_bytes(a->words, b->words, a->count)));
}

bool corpus_readings_equal(const struct corpus_reading *a, const struct corpus_reading *b)
{
    if (a->info.content != b->info.content || a->count != b->count || a->text.size != b->text.size ||
        a->document_count != b->document_count || !same_bytes(a->text.data, b->text.data, a->text.size))
        return false;
    for (size_t i = 0; i < a->document_count; i++) {
        const struct read_document *left = &a->documents[i], *right = &b->documents[i];
        if (left->begin != right->begin || !left->id != !right->id || left->id_length != right->id_length ||
            !same_bytes(left->id, right->id, left->id_length))
            return false;
    }
    if (!same_counts(a, b))
        return false;
    return a->info.content == PLX_CONTENT_IDS       ? same_bytes(a->ids, b->ids, a->count * sizeof *a->ids)
           : a->info.content == PLX_CONTENT_STRINGS ? same_bytes(a->ends, b->ends, a->count * sizeof *a->ends)
                                                    : true;
}

#include "corpus/token_bytes.h"

#include "base/bytes.h"
#include "base/memory.h"
#include "io/npy.h"
#include "io/whole.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* No vocabulary is as large; a file that is has been taken for one by mistake. */
#define VOCABULARY_BYTES_MAX ((size_t)1 << 28)

/* The counts of so many bytes are asked for at a time. */
#define PEEK_BYTES ((size_t)1 << 18)

static enum plx_status refuse_array(const struct plx_token_bytes *from, const struct plx_npy *array,
                                    struct plx_error *error)
{
    char shown[96];
    plx_npy_describe(array, shown, sizeof shown);
    plx_error_set(error, PLX_UNSUPPORTED, "an array of type and shape %s instead of counts of u16 or u32",
                  shown);
    plx_error_input(error, plx_source_name(from->file));
    return plx_error_hint(error, "one count for each token: numpy.save(path, "
                                 "numpy.array(counts, numpy.uint32))");
}

static enum plx_status open_array(struct plx_token_bytes *from, struct plx_error *error)
{
    struct plx_npy array;
    const enum plx_status status = plx_npy_read_header(from->file, &array, error);
    if (status)
        return status;
    if (array.kind != 'u' || (array.size != 2 && array.size != 4) || array.dimensions != 1)
        return refuse_array(from, &array, error);
    from->count_bytes = array.size;
    from->big_endian = array.big_endian;
    from->first_offset = plx_source_offset(from->file);
    from->counts = array.count;
    from->info.source = "file";
    return PLX_OK;
}

static enum plx_status open_vocabulary(struct plx_token_bytes *from, enum plx_content content,
                                       struct plx_error *error)
{
    struct plx_buffer text;
    plx_buffer_init(&text, VOCABULARY_BYTES_MAX);
    enum plx_status status = plx_source_read_all(from->file, "a vocabulary", &text, error);
    if (status == PLX_OK)
        status = plx_token_sizes_read(text.data, text.size, plx_source_name(from->file), &from->sizes, error);
    plx_buffer_release(&text);
    if (status == PLX_OK && content != PLX_CONTENT_IDS) {
        plx_error_set(error, PLX_USAGE, "a vocabulary says what ids stand for, but the tokens are strings");
        plx_error_input(error, plx_source_name(from->file));
        status = plx_error_hint(error, "a .npy with a count for each token says it of any");
    }
    if (status == PLX_OK)
        status = plx_source_sha256(from->file, from->info.sha256, error);
    plx_source_close(from->file);
    from->file = NULL;
    from->info.source = "vocabulary";
    return status;
}

enum plx_status plx_token_bytes_open(struct plx_token_bytes *from, const struct plx_corpus_options *options,
                                     enum plx_content content, struct plx_error *error)
{
    const struct plx_source_options source_options = {.fingerprint = true,
                                                      .network = options->network,
                                                      .interrupted = options->interrupted,
                                                      .user = options->user};
    const uint8_t *head;
    size_t size;
    from->info.original_bytes = options->original_bytes;
    if (!options->token_bytes)
        return PLX_OK;
    if (content == PLX_CONTENT_TEXT) {
        plx_error_set(error, PLX_USAGE, "the bytes of a text are its own: they come from nowhere else");
        return plx_error_input(error, options->token_bytes);
    }
    enum plx_status status = plx_source_open(options->token_bytes, &source_options, &from->file, error);
    if (status == PLX_OK)
        status = plx_source_peek(from->file, PLX_NPY_PREFIX, &head, &size, error);
    if (status)
        return status;
    return plx_npy_recognise(head, size) ? open_array(from, error) : open_vocabulary(from, content, error);
}

void plx_token_bytes_release(struct plx_token_bytes *from)
{
    plx_source_close(from->file);
    plx_token_sizes_release(&from->sizes);
    free(from->chunk_bytes);
    free(from->chunk_characters);
    free(from->chunk_words);
    *from = (struct plx_token_bytes){0};
}

static enum plx_status reserve(struct plx_token_bytes *from, size_t count, struct plx_error *error)
{
    const size_t capacity = plx_grown_capacity(from->capacity, count);
    enum plx_status status;
    if (count <= from->capacity && from->capacity > 0)
        return PLX_OK;
    if ((status = plx_resize_array(&from->chunk_bytes, capacity, sizeof *from->chunk_bytes, error)) ||
        (status =
             plx_resize_array(&from->chunk_characters, capacity, sizeof *from->chunk_characters, error)) ||
        (status = plx_resize_array(&from->chunk_words, capacity, sizeof *from->chunk_words, error)))
        return status;
    from->capacity = capacity;
    return PLX_OK;
}

/* Spreading. */

static struct plx_spread spread(uint64_t amount, uint64_t tokens)
{
    const uint64_t n = tokens ? tokens : 1;
    return (struct plx_spread){.each = amount / n, .rest = amount % n, .tokens = n};
}

/* What the next token gets. */
static inline uint64_t spread_next(struct plx_spread *of)
{
    of->over += of->rest;
    const bool more = of->over >= of->tokens;
    of->over -= more ? of->tokens : 0;
    return of->each + more;
}

static void spread_over(struct plx_spread *of, uint32_t *amounts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        amounts[i] = (uint32_t)spread_next(of);
}

static enum plx_status refuse_words(const struct plx_chunk *chunk, size_t at, uint64_t words,
                                    struct plx_error *error)
{
    plx_error_set(error, PLX_UNSUPPORTED,
                  "token %" PRIu64 " of the document begins %" PRIu64 " words; at most %d can be counted",
                  chunk->first_token + at + 1, words, PLX_TOKEN_WORDS_MAX);
    plx_chunk_place(chunk, at, error);
    return plx_error_hint(error, "is \"text\" the original of these tokens alone?");
}

/* Characters and words of the text beside the tokens. */
static enum plx_status spread_text(struct plx_token_bytes *from, struct plx_chunk *chunk,
                                   struct plx_error *error)
{
    spread_over(&from->characters, from->chunk_characters, chunk->size);
    for (size_t i = 0; i < chunk->size; i++) {
        const uint64_t words = spread_next(&from->words);
        if (words > PLX_TOKEN_WORDS_MAX)
            return refuse_words(chunk, i, words, error);
        from->chunk_words[i] = (uint8_t)words;
    }
    chunk->token_characters = from->chunk_characters;
    chunk->token_words = from->chunk_words;
    return PLX_OK;
}

/* The file. */

static void load_counts(const struct plx_token_bytes *from, const uint8_t *bytes, size_t count,
                        uint32_t *counts)
{
    const bool wide = from->count_bytes == 4, swap = from->big_endian;
    for (size_t i = 0; i < count; i++) {
        if (wide) {
            const uint32_t value = plx_load_u32(bytes + 4 * i);
            counts[i] = swap ? __builtin_bswap32(value) : value;
        } else {
            const uint16_t value = plx_load_u16(bytes + 2 * i);
            counts[i] = swap ? __builtin_bswap16(value) : value;
        }
    }
}

/* It has no more than so many bytes. */
static enum plx_status refuse_short(const struct plx_token_bytes *from, uint64_t bytes,
                                    struct plx_error *error)
{
    plx_error_set(error, PLX_MALFORMED, "the file ends after %" PRIu64 " of %" PRIu64 " counts",
                  (bytes - from->first_offset) / from->count_bytes, from->counts);
    plx_error_at_offset(error, bytes);
    plx_error_input(error, plx_source_name(from->file));
    return plx_error_hint(error, "was it copied or downloaded completely?");
}

/* The counts of the chunk's tokens; those of tokens before that have been passed are skipped. An interrupted
   call goes on where it was. */
static enum plx_status read_counts(struct plx_token_bytes *from, const struct plx_chunk *chunk,
                                   struct plx_error *error)
{
    const uint64_t end = from->tokens + chunk->size;
    while (from->consumed < end) {
        const bool passed = from->consumed < from->tokens;
        const uint64_t left = (passed ? from->tokens : end) - from->consumed, most = PEEK_BYTES / 4;
        const size_t count = (size_t)(left < most ? left : most);
        const uint8_t *bytes;
        size_t size;
        const enum plx_status status =
            plx_source_peek(from->file, count * from->count_bytes, &bytes, &size, error);
        if (status)
            return status;
        if (size < count * from->count_bytes)
            return refuse_short(from, plx_source_offset(from->file) + size, error);
        if (!passed)
            load_counts(from, bytes, count, from->chunk_bytes + (from->consumed - from->tokens));
        plx_source_skip(from->file, count * from->count_bytes);
        from->consumed += count;
    }
    return PLX_OK;
}

/* The vocabulary. */

static enum plx_status refuse_id(const struct plx_token_bytes *from, const struct plx_chunk *chunk, size_t at,
                                 struct plx_error *error)
{
    plx_error_set(error, PLX_MISMATCH,
                  "token %" PRIu64 " of the document has the id %" PRIu32
                  ", which is not in the vocabulary that says how many bytes it stands for (%zu ids)",
                  chunk->first_token + at + 1, chunk->ids[at], from->sizes.count);
    plx_chunk_place(chunk, at, error);
    return plx_error_hint(error, "is it the vocabulary of these ids? special tokens that a file of ranks "
                                 "lacks need a table: an id, a tab and a count of bytes a line");
}

static enum plx_status look_up(struct plx_token_bytes *from, struct plx_chunk *chunk, struct plx_error *error)
{
    const struct plx_token_sizes *sizes = &from->sizes;
    struct plx_size_seam seam = from->seam;
    if (chunk->begins_document)
        seam = (struct plx_size_seam){.begins = true};
    for (size_t i = 0; i < chunk->size; i++) {
        const uint32_t id = chunk->ids[i];
        if (id >= sizes->count || !(sizes->sizes[id].marks & PLX_SIZE_KNOWN))
            return refuse_id(from, chunk, i, error);
        const struct plx_token_size size = plx_token_size_at(sizes->sizes + id, &seam);
        from->chunk_bytes[i] = size.bytes;
        from->chunk_characters[i] = size.characters;
        from->chunk_words[i] = size.words;
    }
    from->seam = seam;
    chunk->token_bytes = from->chunk_bytes;
    if (sizes->texts) {
        chunk->token_characters = from->chunk_characters;
        chunk->token_words = from->chunk_words;
    }
    return PLX_OK;
}

/* Documents. */

static void end_document(struct plx_token_bytes *from)
{
    struct plx_original_info *info = &from->info;
    const bool differs = from->begun && from->has_text && from->found != from->text_bytes;
    from->begun = false;
    if (!differs || info->differing++ > 0)
        return;
    info->first_document = from->document;
    info->first_input = from->input;
    info->first_line = from->line;
    info->first_expected = from->text_bytes;
    info->first_found = from->found;
}

/* Whether an option says what tokens stand for: then it does not matter what some records say and others do
   not. */
static bool by_option(const struct plx_token_bytes *from)
{
    return from->file || from->sizes.count > 0;
}

static enum plx_status refuse_others(const struct plx_token_bytes *from, const struct plx_chunk *chunk,
                                     bool has_text, struct plx_error *error)
{
    const char *lacks = from->has_text && !has_text              ? "lacks \"text\""
                        : !from->has_text && has_text            ? "has \"text\""
                        : from->has_bytes && !chunk->token_bytes ? "lacks \"bytes\""
                                                                 : "has \"bytes\"";
    plx_error_set(error, PLX_MALFORMED, "the record %s beside its tokens, unlike those before it", lacks);
    plx_chunk_place(chunk, 0, error);
    return plx_error_hint(error, "what tokens stand for must be known of all or none");
}

static enum plx_status begin_document(struct plx_token_bytes *from, const struct plx_reader *reader,
                                      const struct plx_chunk *chunk, struct plx_error *error)
{
    const struct plx_text_counts *text = reader->original;
    const bool has_bytes = chunk->token_bytes != NULL, first = !from->begun;
    end_document(from);
    if (!first && !by_option(from) && (from->has_text != (text != NULL) || from->has_bytes != has_bytes))
        return refuse_others(from, chunk, text != NULL, error);
    from->begun = true;
    from->has_text = text != NULL;
    from->has_bytes = has_bytes;
    from->document = chunk->document_index + 1;
    from->input = chunk->input;
    from->line = chunk->line;
    from->found = 0;
    if (!from->info.source)
        from->info.source = has_bytes ? "records" : text ? "text" : NULL;
    if (!text)
        return PLX_OK;
    from->text_bytes = text->bytes;
    from->info.text_bytes += text->bytes;
    from->bytes = spread(text->bytes, reader->document_tokens);
    from->characters = spread(text->characters, reader->document_tokens);
    from->words = spread(text->words, reader->document_tokens);
    return PLX_OK;
}

static void add_up(struct plx_token_bytes *from, const struct plx_chunk *chunk)
{
    uint64_t sum = 0;
    for (size_t i = 0; chunk->token_bytes && i < chunk->size; i++)
        sum += chunk->token_bytes[i];
    from->found += sum;
    from->info.bytes += sum;
}

bool plx_token_bytes_counts(const struct plx_token_bytes *from)
{
    return from->file != NULL;
}

bool plx_token_bytes_lacks(const struct plx_token_bytes *from)
{
    return from->file && from->tokens > from->counts;
}

/* What the tokens of the chunk at hand stand for. */
static enum plx_status fill_bytes(struct plx_token_bytes *from, struct plx_chunk *chunk,
                                  struct plx_error *error)
{
    if (by_option(from) && !from->file)
        return look_up(from, chunk, error);
    if (!from->file && !from->has_bytes)
        spread_over(&from->bytes, from->chunk_bytes, chunk->size);
    if (from->file || !from->has_bytes)
        chunk->token_bytes = from->chunk_bytes;
    return from->has_text && !by_option(from) ? spread_text(from, chunk, error) : PLX_OK;
}

enum plx_status plx_token_bytes_fill(struct plx_token_bytes *from, const struct plx_reader *reader,
                                     struct plx_chunk *chunk, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    if (chunk->content == PLX_CONTENT_TEXT)
        return PLX_OK;
    if (from->file && from->tokens + chunk->size > from->counts) {
        from->tokens += chunk->size;
        return PLX_OK;
    }
    /* Before anything that cannot be done again. */
    if (from->file &&
        ((status = reserve(from, chunk->size, error)) || (status = read_counts(from, chunk, error))))
        return status;
    from->tokens += chunk->size;
    if (chunk->begins_document && (status = begin_document(from, reader, chunk, error)))
        return status;
    if (!from->info.source)
        return PLX_OK;
    if ((status = reserve(from, chunk->size, error)) == PLX_OK)
        status = fill_bytes(from, chunk, error);
    if (status == PLX_OK)
        add_up(from, chunk);
    return status;
}

void plx_token_bytes_pass(struct plx_token_bytes *from, const struct plx_chunk *chunk)
{
    if (chunk->begins_document)
        end_document(from);
    from->begun = false; /* what is passed of a document is not found in it */
    from->tokens += chunk->size;
}

enum plx_status plx_token_bytes_finish(struct plx_token_bytes *from, struct plx_error *error)
{
    end_document(from);
    if (!from->file)
        return PLX_OK;
    if (from->tokens != from->counts) {
        plx_error_set(error, PLX_MISMATCH, "counts for %" PRIu64 " tokens, but the corpus has %" PRIu64,
                      from->counts, from->tokens);
        plx_error_input(error, plx_source_name(from->file));
        return plx_error_hint(error, "are they those of this corpus, all of its files?");
    }
    const enum plx_status status = plx_source_sha256(from->file, from->info.sha256, error);
    const uint64_t size = plx_source_offset(from->file);
    if (status == PLX_OK && (size - from->first_offset) / from->count_bytes < from->counts)
        return refuse_short(from, size, error);
    return status;
}

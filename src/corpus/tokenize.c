#include "corpus/tokenize.h"

#include "base/bytes.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "corpus/corpus.h"
#include "corpus/pieces.h"
#include "corpus/rejoin.h"

#include <stdlib.h>
#include <string.h>

/* A walk over one chunk. */
struct walk {
    const struct plx_chunk *chunk;
    const struct plx_tokenize_options *options;
    struct plx_tokens *tokens;
    bool any_bytes;   /* are taken as they are */
    size_t owned;     /* bytes before it belong to tokens already made */
    bool begins_line; /* the next token is the first of its line */
    bool begins_document;
};

enum plx_status plx_tokens_reserve(struct plx_tokens *tokens, size_t count, struct plx_error *error)
{
    if (count <= tokens->capacity)
        return PLX_OK;
    const size_t capacity = plx_grown_capacity(tokens->capacity, count);
    enum plx_status status;
    if ((status = plx_resize_array(&tokens->words, capacity, sizeof *tokens->words, error)) ||
        (status = plx_resize_array(&tokens->bytes, capacity, sizeof *tokens->bytes, error)) ||
        (status = plx_resize_array(&tokens->characters, capacity, sizeof *tokens->characters, error)) ||
        (status = plx_resize_array(&tokens->marks, capacity, sizeof *tokens->marks, error)))
        return status;
    tokens->capacity = capacity;
    return PLX_OK;
}

void plx_tokens_release(struct plx_tokens *tokens)
{
    free(tokens->words);
    free(tokens->bytes);
    free(tokens->characters);
    free(tokens->marks);
    *tokens = (struct plx_tokens){0};
}

/* A bit set in the first zero byte of the eight, perhaps in bytes above it too. */
static inline uint64_t zero_byte(uint64_t eight)
{
    return (eight - PLX_EACH_BYTE(0x01)) & ~eight & PLX_EACH_BYTE(0x80);
}

/* The continuation bytes among the eight: the highest bit set and the next one not. */
static inline uint64_t continuation_bytes(uint64_t eight)
{
    return eight & ~(eight << 1) & PLX_EACH_BYTE(0x80);
}

/* The end of the word that begins at text[at]: its first separator, or `end`. Adds to *continuations how many
   of its bytes are UTF-8 continuations. Up to `readable` bytes may be looked at. */
static inline size_t find_word_end(const uint8_t *text, size_t at, size_t end, size_t readable,
                                   size_t *continuations)
{
    for (; at + 8 <= readable && at < end; at += 8) {
        const uint64_t eight = plx_load_u64(text + at);
        uint64_t beyond = zero_byte(eight ^ PLX_EACH_BYTE(' ')) | zero_byte(eight ^ PLX_EACH_BYTE('\t'));
        if (end - at < 8)
            beyond |= UINT64_C(0x80) << 8 * (end - at);
        const uint64_t inside = beyond ? (beyond & -beyond) - 1 : UINT64_MAX;
        const uint64_t continuing = continuation_bytes(eight) & inside;
        if (continuing)
            *continuations += (size_t)__builtin_popcountll(continuing);
        if (beyond)
            return at + (size_t)__builtin_ctzll(beyond) / 8;
    }
    for (; at < end && !plx_is_separator(text[at]); at++)
        *continuations += (text[at] & 0xC0) == 0x80;
    return at;
}

/* Adds the token text[begin, end) of so many characters, which owns everything from the end of the token
   before it, separators, besides. There is room. */
static inline void add(struct walk *walk, size_t begin, size_t end, size_t characters, unsigned marks)
{
    struct plx_tokens *tokens = walk->tokens;
    const size_t i = tokens->count++;
    tokens->words[i] = (struct plx_word){(const char *)walk->chunk->text + begin, end - begin};
    tokens->bytes[i] = (uint32_t)(end - walk->owned);
    tokens->characters[i] = (uint32_t)(begin - walk->owned + characters);
    tokens->marks[i] = (uint8_t)(marks | (walk->begins_line ? PLX_MARK_BEGINS_LINE : 0) |
                                 (walk->begins_document ? PLX_MARK_BEGINS_DOCUMENT : 0));
    walk->owned = end;
    walk->begins_line = walk->begins_document = false;
}

/* Ends the line at text[begin, end), its newline (if any) included. */
static void end_line(struct walk *walk, size_t end, bool blank)
{
    walk->tokens->counts.lines++;
    if (walk->options->line_ends)
        add(walk, end, end, 0, PLX_MARK_LINE_END | (blank ? PLX_MARK_BLANK_LINE : 0));
    walk->begins_line = true;
}

/* The words of text[at, end); returns how many. */
static size_t split_words(struct walk *walk, size_t at, size_t end)
{
    const uint8_t *text = walk->chunk->text;
    const bool well_formed = walk->tokens->counts.invalid_utf8 == 0;
    size_t count = 0;
    for (;;) {
        while (at < end && plx_is_separator(text[at]))
            at++;
        if (at == end)
            return count;
        const size_t begin = at;
        size_t continuations = 0;
        at = find_word_end(text, at, end, walk->chunk->size, &continuations);
        const size_t characters =
            well_formed ? at - begin - continuations : plx_utf8_count(text + begin, at - begin, NULL);
        add(walk, begin, at, characters, PLX_MARK_WORD);
        count++;
    }
}

/* The characters or bytes of text[at, end), of which [word_end, end) is no part of a word; returns how many
   words begin. A byte that begins a character counts for it, the others of the character for none. */
static enum plx_status split_characters(struct walk *walk, size_t at, size_t word_end, size_t end,
                                        size_t *words, struct plx_error *error)
{
    const uint8_t *text = walk->chunk->text;
    const bool bytes = walk->options->tokens == PLX_TOKENS_BYTE;
    bool inside_word = at == 0 && walk->chunk->inside_word;
    size_t character_end = at; /* of the character at hand */
    *words = 0;
    while (at < end) {
        const bool begins_character = at >= character_end;
        const size_t sequence = begins_character ? plx_utf8_sequence(text + at, walk->chunk->size - at) : 0;
        if (begins_character)
            character_end = at + (sequence ? sequence : 1);
        if (begins_character && sequence == 0 && !bytes && !walk->any_bytes) {
            plx_error_set(error, PLX_MALFORMED,
                          "not UTF-8 (byte 0x%02X), so that there are no characters to score", text[at]);
            plx_error_hint(error, "--tokens byte scores bytes");
            return plx_chunk_place(walk->chunk, at, error);
        }
        const bool word = at < word_end && !plx_is_separator(text[at]);
        const bool begins_word = word && !inside_word;
        const size_t next = bytes ? at + 1 : character_end;
        add(walk, at, next, begins_character, begins_word ? PLX_MARK_WORD : 0);
        *words += begins_word;
        inside_word = word;
        at = next;
    }
    return PLX_OK;
}

/* One line: text[at, end), and behind it its newline if `newline`. */
static enum plx_status split_line(struct walk *walk, size_t at, size_t end, bool newline, bool ends,
                                  struct plx_error *error)
{
    struct plx_tokens *tokens = walk->tokens;
    const uint8_t *text = walk->chunk->text;
    const size_t word_end = end - (newline && end > at && text[end - 1] == '\r');
    const size_t whole = end + newline;
    size_t words;
    if (walk->options->tokens == PLX_TOKENS_WORD) {
        words = split_words(walk, at, word_end);
    } else {
        const size_t characters_end = walk->options->line_ends ? word_end : whole;
        const enum plx_status status = split_characters(walk, at, word_end, characters_end, &words, error);
        if (status)
            return status;
    }
    tokens->counts.words += words;
    if (ends)
        end_line(walk, whole,
                 words == 0 && (at > 0 || walk->chunk->begins_line || walk->chunk->blank_before));
    return PLX_OK;
}

static enum plx_status check_text(struct walk *walk, struct plx_error *error)
{
    const struct plx_chunk *chunk = walk->chunk;
    const bool any = walk->any_bytes || walk->options->tokens == PLX_TOKENS_BYTE || chunk->size == 0;
    const uint8_t *nul = any ? NULL : memchr(chunk->text, 0, chunk->size);
    if (nul) {
        plx_error_set(error, PLX_MALFORMED, "a NUL byte: this is binary data, not text");
        plx_error_hint(error, "token ids and archives are not read as text; --tokens byte scores any bytes");
        return plx_chunk_place(walk->chunk, (size_t)(nul - chunk->text), error);
    }
    struct plx_text_counts *counts = &walk->tokens->counts;
    counts->bytes = chunk->size;
    counts->characters = plx_utf8_count(chunk->text, chunk->size, &counts->invalid_utf8);
    return PLX_OK;
}

static enum plx_status tokenize(const struct plx_chunk *chunk, const struct plx_tokenize_options *options,
                                bool any_bytes, struct plx_tokens *tokens, struct plx_error *error)
{
    struct walk walk = {
        .chunk = chunk,
        .options = options,
        .tokens = tokens,
        .any_bytes = any_bytes,
        .begins_line = chunk->begins_line || (chunk->blank_before && options->tokens == PLX_TOKENS_WORD),
        .begins_document = chunk->begins_document,
    };
    tokens->count = 0;
    tokens->counts = (struct plx_text_counts){0};
    enum plx_status status = check_text(&walk, error);
    for (size_t at = 0; at < chunk->size && status == PLX_OK;) {
        const uint8_t *newline = memchr(chunk->text + at, '\n', chunk->size - at);
        const size_t end = newline ? (size_t)(newline - chunk->text) : chunk->size;
        /* The most that a line can give: a token a byte, a line end. */
        const size_t most = options->tokens == PLX_TOKENS_WORD ? (end - at + 1) / 2 : end - at + 1;
        status = plx_tokens_reserve(tokens, tokens->count + most + 1, error);
        if (status == PLX_OK)
            status = split_line(&walk, at, end, newline != NULL, newline || chunk->ends_line, error);
        at = end + (newline != NULL);
    }
    if (chunk->size == 0 && chunk->ends_line && status == PLX_OK &&
        (status = plx_tokens_reserve(tokens, 1, error)) == PLX_OK)
        end_line(&walk, 0, true);
    tokens->rest_bytes = (uint32_t)(chunk->size - walk.owned);
    tokens->rest_characters =
        (uint32_t)plx_utf8_count(chunk->text + walk.owned, chunk->size - walk.owned, NULL);
    return status;
}

enum plx_status plx_tokenize(const struct plx_chunk *chunk, const struct plx_tokenize_options *options,
                             struct plx_tokens *tokens, struct plx_error *error)
{
    return tokenize(chunk, options, false, tokens, error);
}

enum plx_status plx_tokenize_any(const struct plx_chunk *chunk, const struct plx_tokenize_options *options,
                                 struct plx_tokens *tokens, struct plx_error *error)
{
    return tokenize(chunk, options, true, tokens, error);
}

void plx_text_counts_add(struct plx_text_counts *into, const struct plx_text_counts *from)
{
    into->bytes += from->bytes;
    into->characters += from->characters;
    into->words += from->words;
    into->lines += from->lines;
    into->invalid_utf8 += from->invalid_utf8;
}

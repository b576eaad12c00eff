#include "corpus/tokenize.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "corpus/corpus.h"
#include "corpus/pieces.h"
#include "corpus/rejoin.h"
#include "corpus/separators.h"

#include <stdlib.h>
#include <string.h>

/* A walk over one chunk. */
struct walk {
    const struct plx_chunk *chunk;
    const struct plx_tokenize_options *options;
    struct plx_tokens *tokens;
    bool any_bytes;  /* are taken as they are */
    size_t owned;    /* bytes before it belong to tokens already made */
    unsigned begins; /* what the next token begins: marks */
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

/* Adds the token text[begin, end) of so many characters, which owns everything from the end of the token
   before it, separators, besides. There is room. */
static inline void add(struct walk *walk, size_t begin, size_t end, size_t characters, unsigned marks)
{
    struct plx_tokens *tokens = walk->tokens;
    const size_t i = tokens->count++, owned = walk->owned;
    tokens->words[i] = (struct plx_word){(const char *)walk->chunk->text + begin, end - begin};
    tokens->bytes[i] = (uint32_t)(end - owned);
    tokens->characters[i] = (uint32_t)(begin - owned + characters);
    tokens->marks[i] = (uint8_t)(marks | walk->begins);
    walk->owned = end;
    walk->begins = 0;
}

/* Ends the line at text[begin, end), its newline (if any) included. */
static void end_line(struct walk *walk, size_t end, bool blank)
{
    walk->tokens->counts.lines++;
    if (walk->options->line_ends)
        add(walk, end, end, 0, PLX_MARK_LINE_END | (blank ? PLX_MARK_BLANK_LINE : 0));
    walk->begins |= PLX_MARK_BEGINS_LINE;
}

/* The end of a word that goes on at text[at], and how many of its bytes continue a character. */
static size_t find_word_end(const uint8_t *text, size_t at, size_t end, size_t *continuations)
{
    for (; at < end && !plx_is_separator(text[at]); at++)
        *continuations += (text[at] & 0xC0) == 0x80;
    return at;
}

/* The words that begin within the 64 bytes at `at`, or all up to `end` if that comes first; but one that
   begins behind the first byte and does not end within them is left. Returns where to go on. */
static size_t split_64(struct walk *walk, size_t at, size_t end)
{
    const uint8_t *text = walk->chunk->text;
    const struct plx_masks masks = plx_masks_of(text + at, end - at, walk->chunk->size - at);
    uint64_t words = ~masks.separators;
    while (words) {
        const unsigned first = (unsigned)__builtin_ctzll(words);
        const uint64_t behind = masks.separators & UINT64_MAX << first;
        if (!behind && first > 0)
            return at + first;
        size_t continuations = 0, word_end;
        if (behind) {
            const unsigned last = (unsigned)__builtin_ctzll(behind);
            const uint64_t inside = masks.continuations & UINT64_MAX << first & ~(UINT64_MAX << last);
            if (inside)
                continuations = (size_t)__builtin_popcountll(inside);
            word_end = at + last;
            words &= UINT64_MAX << last;
        } else {
            continuations = (size_t)__builtin_popcountll(masks.continuations);
            word_end = find_word_end(text, at + PLX_MASK_BYTES, end, &continuations);
            words = 0;
        }
        const size_t begin = at + first;
        const size_t characters = walk->tokens->counts.invalid_utf8 == 0
                                      ? word_end - begin - continuations
                                      : plx_utf8_count(text + begin, word_end - begin, NULL);
        add(walk, begin, word_end, characters, PLX_MARK_WORD);
    }
    return walk->owned > at + PLX_MASK_BYTES ? walk->owned : at + PLX_MASK_BYTES;
}

/* The words of text[at, end); returns how many. */
static size_t split_words(struct walk *walk, size_t at, size_t end)
{
    const size_t before = walk->tokens->count;
    while (at < end)
        at = split_64(walk, at, end);
    return walk->tokens->count - before;
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
    const bool begins_line =
        chunk->begins_line || (chunk->blank_before && options->tokens == PLX_TOKENS_WORD);
    struct walk walk = {
        .chunk = chunk,
        .options = options,
        .tokens = tokens,
        .any_bytes = any_bytes,
        .begins = (chunk->begins_document ? PLX_MARK_BEGINS_DOCUMENT : 0) |
                  (begins_line ? PLX_MARK_BEGINS_LINE : 0),
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
    into->uncharted += from->uncharted;
}

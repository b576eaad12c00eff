/* Vocabularies of lines: tiktoken's "base64 rank", "id<TAB>count", and a count for each id. */
#include "corpus/token_sizes.h"

#include "base/base64.h"
#include "base/error.h"
#include "base/number.h"
#include "base/word.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The longest token of a vocabulary of ranks. */
#define TOKEN_BYTES_MAX 4096

/* Of whole encodings: the highest rank, and the special tokens, which are not in the file of ranks
   (tiktoken_ext/openai_public.py; llama3/tokenizer.py, where there are 256 of them). */
static const struct encoding {
    uint32_t highest;
    uint32_t first, last; /* special tokens */
} ENCODINGS[] = {
    {50255, 50256, 50256},                              /* gpt2, r50k_base */
    {50280, 50256, 50256},                              /* p50k_base */
    {100255, 100257, 100260}, {100255, 100276, 100276}, /* cl100k_base */
    {199997, 199999, 199999}, {199997, 200018, 200018}, /* o200k_base */
    {127999, 128000, 128255},                           /* Llama 3 */
};

static enum plx_status refuse_line(const struct plx_sizes_reading *reading, uint64_t line,
                                   const char *expected, struct plx_error *error)
{
    plx_error_set(error, PLX_MALFORMED, "%s is expected", expected);
    return plx_token_sizes_fail(reading, line, error);
}

static enum plx_status add_count(const struct plx_sizes_reading *reading, uint64_t id, uint64_t count,
                                 uint64_t line, struct plx_error *error)
{
    struct plx_token_size *slot;
    const enum plx_status status = plx_token_sizes_slot(reading, id, line, &slot, error);
    if (status == PLX_OK)
        *slot = (struct plx_token_size){.bytes = (uint32_t)count, .marks = PLX_SIZE_KNOWN};
    return status;
}

/* "id<TAB>count" */
static enum plx_status read_pair(const struct plx_sizes_reading *reading, struct plx_word text, uint64_t line,
                                 struct plx_error *error)
{
    const char *tab = memchr(text.text, '\t', text.length);
    const size_t length = tab ? (size_t)(tab - text.text) : 0;
    uint64_t id, count;
    if (!tab || !plx_parse_u64(text.text, length, 0, UINT32_MAX, &id) ||
        !plx_parse_u64(tab + 1, text.length - length - 1, 0, UINT32_MAX - 1, &count))
        return refuse_line(reading, line, "an id, a tab and a count of bytes", error);
    return add_count(reading, id, count, line, error);
}

/* A count, whose id is the number of its line from 0. */
static enum plx_status read_count(const struct plx_sizes_reading *reading, struct plx_word text,
                                  uint64_t line, struct plx_error *error)
{
    uint64_t count;
    if (!plx_parse_u64(text.text, text.length, 0, UINT32_MAX - 1, &count))
        return refuse_line(reading, line, "a count of bytes", error);
    return add_count(reading, line - 1, count, line, error);
}

/* "base64 rank" */
static enum plx_status read_rank(const struct plx_sizes_reading *reading, struct plx_word text, uint64_t line,
                                 struct plx_error *error)
{
    const char *space = memchr(text.text, ' ', text.length);
    const size_t length = space ? (size_t)(space - text.text) : 0;
    char bytes[TOKEN_BYTES_MAX];
    struct plx_token_size *slot;
    size_t size;
    uint64_t rank;
    if (!space || length == 0 || !plx_base64_decode(text.text, length, bytes, sizeof bytes, &size) ||
        !plx_parse_u64(space + 1, text.length - length - 1, 0, UINT32_MAX, &rank))
        return refuse_line(reading, line, "a token in base64, a space and its rank", error);
    const enum plx_status status = plx_token_sizes_slot(reading, rank, line, &slot, error);
    return status ? status
                  : plx_token_size_measure(reading, slot, (struct plx_word){bytes, size}, line, error);
}

/* The special tokens of a whole encoding. */
static enum plx_status add_special(const struct plx_sizes_reading *reading, struct plx_error *error)
{
    const size_t count = reading->sizes->count;
    for (size_t e = 0; e < sizeof ENCODINGS / sizeof *ENCODINGS; e++) {
        for (uint32_t id = ENCODINGS[e].first; count == ENCODINGS[e].highest + 1u && id <= ENCODINGS[e].last;
             id++) {
            struct plx_token_size *slot;
            const enum plx_status status = plx_token_sizes_slot(reading, id, PLX_NOWHERE, &slot, error);
            if (status)
                return status;
            slot->marks = PLX_SIZE_KNOWN | PLX_SIZE_BORDER;
        }
    }
    return PLX_OK;
}

typedef enum plx_status read_line(const struct plx_sizes_reading *reading, struct plx_word text,
                                  uint64_t line, struct plx_error *error);

/* What the lines are, by the first of them; NULL: nothing that is known. */
static read_line *recognise(struct plx_word first)
{
    char bytes[TOKEN_BYTES_MAX];
    size_t size;
    uint64_t number;
    const char *space = memchr(first.text, ' ', first.length);
    const char *tab = memchr(first.text, '\t', first.length);
    if (tab && plx_parse_u64(first.text, (size_t)(tab - first.text), 0, UINT64_MAX, &number))
        return read_pair;
    if (plx_parse_u64(first.text, first.length, 0, UINT64_MAX, &number))
        return read_count;
    if (space && space > first.text &&
        plx_base64_decode(first.text, (size_t)(space - first.text), bytes, sizeof bytes, &size))
        return read_rank;
    return NULL;
}

static bool next_line(const char **at, const char *end, struct plx_word *line)
{
    if (*at == end)
        return false;
    const char *newline = memchr(*at, '\n', (size_t)(end - *at));
    const char *stop = newline ? newline : end;
    *line = (struct plx_word){*at, (size_t)(stop - *at)};
    line->length -= line->length > 0 && line->text[line->length - 1] == '\r';
    *at = newline ? newline + 1 : end;
    return true;
}

enum plx_status plx_token_sizes_lines(const struct plx_sizes_reading *reading, const char *text, size_t size,
                                      struct plx_error *error)
{
    const char *at = text, *end = text + size;
    struct plx_word line = {text, 0};
    read_line *read = next_line(&at, end, &line) ? recognise(line) : NULL;
    enum plx_status status = PLX_OK;
    if (!read) {
        plx_error_set(error, PLX_UNSUPPORTED, "says of no token how many bytes it stands for");
        plx_error_input(error, reading->name);
        return plx_error_hint(error, "a .npy with a count for each token, or for each id a vocabulary: "
                                     "{\"token\": id}, a tokenizer.json, tiktoken's ranks, lines of an id, a "
                                     "tab and a count, or lines of counts");
    }
    at = text;
    for (uint64_t number = 1; status == PLX_OK && next_line(&at, end, &line); number++) {
        if (line.length > 0 || read == read_count)
            status = read(reading, line, number, error);
    }
    reading->sizes->texts = read == read_rank;
    return status || read != read_rank ? status : add_special(reading, error);
}

/* Text into tokens, with the bytes, characters and words of the original that each stands for. */
#ifndef PLX_CORPUS_TOKENIZE_H
#define PLX_CORPUS_TOKENIZE_H

#include <perplex/corpus.h>
#include <perplex/word.h>

/* What is special about a token; a bit mask. */
enum plx_token_mark {
    PLX_MARK_LINE_END = 1 << 0,       /* stands for a line's end; has no text of its own */
    PLX_MARK_BLANK_LINE = 1 << 1,     /* with LINE_END: of a line without words */
    PLX_MARK_WORD = 1 << 2,           /* a word of the original begins with it */
    PLX_MARK_BEGINS_LINE = 1 << 3,    /* the first token of a line */
    PLX_MARK_BEGINS_DOCUMENT = 1 << 4 /* the first token of a document */
};

/* Counts of an original text. */
struct plx_text_counts {
    uint64_t bytes;
    uint64_t characters; /* code points; a byte that belongs to none counts as one */
    uint64_t words;      /* runs of bytes other than space, tab, newline and the \r of a line end */
    uint64_t lines;
    uint64_t invalid_utf8; /* bytes that belong to no code point */
    uint64_t uncharted;    /* tokens of which bytes alone are known, and no characters and words */
};

void plx_text_counts_add(struct plx_text_counts *into, const struct plx_text_counts *from);

struct plx_tokenize_options {
    enum plx_token_kind tokens;
    bool line_ends; /* the end of every line is a token: for words an additional one, for characters and bytes
                       in the place of the newline */
};

/* Tokens of a chunk. Zero-initialised is empty; reused from chunk to chunk. */
struct plx_tokens {
    struct plx_word *words; /* [count] into the chunk */
    uint32_t *bytes;        /* [count] of the original, separators before the token included */
    uint32_t *characters;   /* [count] likewise */
    uint8_t *marks;         /* [count] of enum plx_token_mark */
    size_t count;
    size_t capacity;
    struct plx_text_counts counts; /* of the whole chunk */
    uint32_t rest_bytes;           /* at the end of the chunk, that belong to the next token */
    uint32_t rest_characters;
};

/* Replaces the content of *tokens by the tokens of the chunk. A token owns its own bytes and the separators
   before it, a line end the blanks before the newline and the newline. Refuses (PLX_MALFORMED, with line,
   column and offset) a NUL byte unless tokens are bytes, and what is not UTF-8 where tokens are characters.
 */
enum plx_status plx_tokenize(const struct plx_chunk *chunk, const struct plx_tokenize_options *options,
                             struct plx_tokens *tokens, struct plx_error *error);

/* The same of any bytes: a NUL byte is one like others, and what is not UTF-8 a character each byte. */
enum plx_status plx_tokenize_any(const struct plx_chunk *chunk, const struct plx_tokenize_options *options,
                                 struct plx_tokens *tokens, struct plx_error *error);

void plx_tokens_release(struct plx_tokens *tokens);

#endif

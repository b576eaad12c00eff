/* A vocabulary that says which bytes of an original each id stands for: what of them counts is kept.

   Some tokens stand for no byte: those that are spelled <|…|>, <s>, </s>, <unk>, <pad> or <mask>, in a
   tokenizer.json those that it calls special, and the special tokens of OpenAI's and Meta's encodings, which
   their files of ranks lack. Of these, all but <unk>, <pad> and <mask> begin a new text. */
#ifndef PLX_CORPUS_TOKEN_SIZES_H
#define PLX_CORPUS_TOKEN_SIZES_H

#include <perplex/corpus.h>

/* What is known of a token; a bit mask. */
enum plx_size_mark {
    PLX_SIZE_KNOWN = 1 << 0,
    PLX_SIZE_OPENS = 1 << 1,   /* a word begins with its first bytes, unless one is under way */
    PLX_SIZE_DECIDES = 1 << 2, /* whether a word is under way behind it does not depend on what precedes it */
    PLX_SIZE_INSIDE = 1 << 3,  /* with DECIDES: one is */
    PLX_SIZE_PREFIX = 1 << 4,  /* begins with a blank that a tokenizer may have put before the text */
    PLX_SIZE_BORDER = 1 << 5,  /* the text that follows is a new one */
    PLX_SIZE_ADDED = 1 << 6    /* it counts as tokenizer.json's added_tokens say */
};

struct plx_token_size {
    uint32_t bytes, characters;
    uint8_t words; /* that begin behind a blank of its own */
    uint8_t marks; /* of enum plx_size_mark */
};

/* Zero-initialised is empty. */
struct plx_token_sizes {
    struct plx_token_size *sizes; /* [count] by id; without KNOWN: none */
    size_t count, capacity;
    bool texts; /* characters and words are known too */
};

/* Where in a stream of tokens the next one stands. Zero-initialised, but for `begins`, at the beginning of a
   document. */
struct plx_size_seam {
    bool begins; /* no token of the text precedes it */
    bool inside; /* a word is under way */
};

/* Reads a vocabulary in text[0..size), of a form that is recognised by its content; `name` is for errors.
   PLX_MALFORMED with the line and what is wrong; PLX_UNSUPPORTED where it is of no known form or does not say
   how blanks are spelled. To be released in any case. */
enum plx_status plx_token_sizes_read(const uint8_t *text, size_t size, const char *name,
                                     struct plx_token_sizes *sizes, struct plx_error *error);

void plx_token_sizes_release(struct plx_token_sizes *sizes);

/* What the next token counts, words that begin with it included; moves the seam behind it. */
static inline struct plx_token_size plx_token_size_at(const struct plx_token_size *size,
                                                      struct plx_size_seam *seam)
{
    struct plx_token_size counted = *size;
    counted.words = (uint8_t)(size->words + (size->marks & PLX_SIZE_OPENS && !seam->inside));
    if (size->marks & PLX_SIZE_BORDER) {
        *seam = (struct plx_size_seam){.begins = true};
        return counted;
    }
    if (seam->begins && size->marks & PLX_SIZE_PREFIX) {
        counted.bytes--;
        counted.characters--;
    }
    seam->begins &= size->bytes == 0;
    if (size->marks & PLX_SIZE_DECIDES)
        seam->inside = size->marks & PLX_SIZE_INSIDE;
    return counted;
}

/* For its parts. Each places its errors by `line` and names the input. */

struct plx_sizes_reading {
    struct plx_token_sizes *sizes;
    const char *name;
};

/* The id's slot, which must be free. */
enum plx_status plx_token_sizes_slot(const struct plx_sizes_reading *reading, uint64_t id, uint64_t line,
                                     struct plx_token_size **slot, struct plx_error *error);

/* Fills a slot by the bytes that the token stands for. */
enum plx_status plx_token_size_measure(const struct plx_sizes_reading *reading, struct plx_token_size *slot,
                                       struct plx_word bytes, uint64_t line, struct plx_error *error);

/* Whether a token spelled so stands for no byte; *border: and whether a new text follows. */
bool plx_token_is_control(struct plx_word spelling, bool *border);

enum plx_status plx_token_sizes_fail(const struct plx_sizes_reading *reading, uint64_t line,
                                     struct plx_error *error);

/* The forms. */
enum plx_status plx_token_sizes_json(const struct plx_sizes_reading *reading, const uint8_t *text,
                                     size_t size, struct plx_error *error);
enum plx_status plx_token_sizes_lines(const struct plx_sizes_reading *reading, const char *text, size_t size,
                                      struct plx_error *error);

#endif

/* A piece of the corpus on its way to ids. */
#ifndef PLX_EVAL_BLOCK_H
#define PLX_EVAL_BLOCK_H

#include <perplex/evaluate.h>

#include "base/buffer.h"
#include "corpus/corpus.h"
#include "corpus/rejoin.h"
#include "eval/plan.h"

/* More that is special about a token, beside enum plx_token_flag. */
enum plx_block_flag {
    PLX_TOKEN_WORD = 1 << 4,       /* a word of the original begins with it */
    PLX_TOKEN_BREAK = 1 << 5,      /* context starts afresh before it */
    PLX_TOKEN_JOIN = 1 << 6,       /* stands for a line end between lines only */
    PLX_TOKEN_NEW_WINDOW = 1 << 7, /* the first target of a window of the protocol */
    PLX_TOKEN_START = 1 << 8,      /* the start symbol, where the protocol would add one */
    PLX_TOKEN_UNSCORED = 1 << 9    /* a target without an answer, or left out as unknown */
};

/* The bits above count the words that begin with a token beside the first. */
#define PLX_TOKEN_MORE_WORDS 10

/* Words of the original that begin with a token of these flags. */
static inline uint32_t plx_token_words(uint32_t flags)
{
    return (flags & PLX_TOKEN_WORD) / PLX_TOKEN_WORD + (flags >> PLX_TOKEN_MORE_WORDS);
}

/* What the corpus says that its tokens stand for. */
struct plx_block_originals {
    uint32_t *bytes, *characters; /* [count] */
    uint8_t *words;               /* [count] */
    size_t count;                 /* of the chunk's tokens, where anything is known */
    bool known;
    bool bytes_alone; /* characters and words are not */
    size_t capacity;
};

/* Zero-initialised is empty; reused. */
struct plx_block {
    struct plx_buffer text;    /* a copy of the chunk's text or strings, and of the document's id */
    struct plx_chunk chunk;    /* its pointers lead into the block; ids and tokens are given up */
    struct plx_seam seam;      /* what precedes it, in a corpus of tokens */
    struct plx_tokens tokens;  /* bytes and characters of each token are read from here */
    struct plx_tokens letters; /* of a text whose tokens the model makes: see block_server.h */
    struct plx_block_originals originals;
    uint32_t *ids;   /* [tokens.count] */
    uint16_t *flags; /* [tokens.count], of enum plx_token_flag and plx_block_flag */
    size_t capacity;
    uint64_t lost_hyphens;  /* "@-@" in the text that the vocabulary lacks */
    uint64_t control_words; /* words of a text that are spelled as the start or the end symbol */
    enum plx_status status; /* of encoding it */
    struct plx_error error;
};

/* Copies the chunk. In a corpus of tokens *seam is what precedes it, and is moved behind it. */
enum plx_status plx_block_fill(struct plx_block *block, const struct plx_chunk *chunk,
                               const struct plx_plan *plan, const struct plx_model *model,
                               struct plx_seam *seam, struct plx_error *error);

/* Room for so many tokens, their ids, flags and words. */
enum plx_status plx_block_reserve(struct plx_block *block, size_t count, struct plx_error *error);

/* Tokenizes a text and looks tokens up, or ids; the outcome is in block->status. Any thread. */
void plx_block_encode(struct plx_block *block, const struct plx_plan *plan, const struct plx_model *model);

/* The flags, [tokens.count], that the block would have under a plan that makes the same tokens of it but
   begins units elsewhere, and puts start symbols elsewhere. */
void plx_block_flags(const struct plx_block *block, const struct plx_plan *plan, uint16_t *flags);

void plx_block_release(struct plx_block *block);

#endif

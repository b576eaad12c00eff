/* A piece of the corpus on its way from text to ids. */
#ifndef PLX_EVAL_BLOCK_H
#define PLX_EVAL_BLOCK_H

#include <perplex/evaluate.h>

#include "base/buffer.h"
#include "corpus/corpus.h"
#include "corpus/tokenize.h"
#include "eval/plan.h"

/* More that is special about a token, beside enum plx_token_flag. */
enum plx_block_flag {
    PLX_TOKEN_WORD = 1 << 4,       /* a word of the original begins with it */
    PLX_TOKEN_BREAK = 1 << 5,      /* context starts afresh before it */
    PLX_TOKEN_JOIN = 1 << 6,       /* stands for a line end between lines only */
    PLX_TOKEN_NEW_WINDOW = 1 << 7, /* the first target of a window of the protocol */
    PLX_TOKEN_START = 1 << 8 /* a start symbol of the corpus, where the protocol would add one: no token */
};

/* Zero-initialised is empty; reused. */
struct plx_block {
    struct plx_buffer text;   /* a copy of the chunk's */
    struct plx_chunk chunk;   /* its text points to `text` */
    struct plx_tokens tokens; /* bytes and characters of each token are read from here */
    uint32_t *ids;            /* [tokens.count] */
    uint8_t *flags;           /* [tokens.count] */
    size_t capacity;
    uint64_t lost_hyphens;  /* "@-@" in the text that the vocabulary lacks */
    enum plx_status status; /* of encoding it */
    struct plx_error error;
};

/* Copies the chunk. */
enum plx_status plx_block_fill(struct plx_block *block, const struct plx_chunk *chunk,
                               struct plx_error *error);

/* Tokenizes the block and looks its tokens up; the outcome is in block->status. Any thread. */
void plx_block_encode(struct plx_block *block, const struct plx_plan *plan, const struct plx_model *model);

void plx_block_release(struct plx_block *block);

#endif

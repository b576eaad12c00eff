/* How the tokens on their way through the windows are spelled: noted when they enter, asked for in the same
   order when their scores come back. */
#ifndef PLX_EVAL_SPELLING_H
#define PLX_EVAL_SPELLING_H

#include "eval/block.h"

struct plx_trail;

/* A token's length, or that of a document's id that stands before the document's tokens. */
struct plx_spelling_entry {
    uint64_t number; /* the token's id, or which document of the corpus */
    uint32_t length;
    bool known; /* how the token is spelled, or the document called */
    bool document;
    bool begins_unit;
};

/* Zero-initialised is empty. */
struct plx_spelling {
    struct plx_word end, join; /* how symbols are spelled; borrowed */
    uint32_t end_id;           /* of the end symbol, for the trail */
    struct plx_trail *trail; /* sees every token and document pass when it is forgotten; NULL: nobody does */
    bool new_unit;           /* the next token begins one */
    struct plx_buffer text;  /* what has been noted, one behind the other */
    size_t taken;            /* bytes of it that are dead */
    struct plx_spelling_entry *entries;
    size_t first, count, capacity; /* entries [first, count) live */
    uint64_t token;                /* index of the first token among them */
    struct plx_buffer document;    /* the id at hand */
    bool in_document;              /* there is one */
};

void plx_spelling_init(struct plx_spelling *spelling, struct plx_word end, struct plx_word join);
void plx_spelling_release(struct plx_spelling *spelling);

/* Notes that the document of that number begins; {NULL, 0}: it has no id. */
enum plx_status plx_spelling_begin(struct plx_spelling *spelling, uint64_t number, struct plx_word document,
                                   struct plx_error *error);

/* Notes that the next token begins a unit. */
void plx_spelling_begin_unit(struct plx_spelling *spelling);

/* Notes the tokens [begin, end) of the block. */
enum plx_status plx_spelling_add(struct plx_spelling *spelling, const struct plx_block *block, size_t begin,
                                 size_t end, struct plx_error *error);

/* Notes an end symbol that no block holds. */
enum plx_status plx_spelling_add_end(struct plx_spelling *spelling, struct plx_error *error);

/* Forgets the token added last. */
void plx_spelling_drop(struct plx_spelling *spelling);

/* How the token with that index among those added, from 0, is spelled; those before it are forgotten. Both
   words are {NULL, 0} where nothing is known. The token's is valid until the next addition, the document's
   until a token of another document is asked for. */
enum plx_status plx_spelling_take(struct plx_spelling *spelling, uint64_t token, struct plx_word *spelled,
                                  struct plx_word *document, struct plx_error *error);

/* Lets all that is left pass: the end of the corpus. */
enum plx_status plx_spelling_finish(struct plx_spelling *spelling, struct plx_error *error);

/* True if asking for that token moves on to another document. */
bool plx_spelling_moves(const struct plx_spelling *spelling, uint64_t token);

#endif

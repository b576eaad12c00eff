/* The text that tokens stand for which somebody else has cut, as far as it is known: words joined by single
   spaces and lines ended by a newline, or characters and bytes put together as they are. */
#ifndef PLX_CORPUS_REJOIN_H
#define PLX_CORPUS_REJOIN_H

#include "corpus/tokenize.h"

/* What precedes a token in its document. */
struct plx_seam {
    bool begins_document, begins_line;
    bool inside_word; /* the byte before belongs to a word */
    bool after_words; /* words precede it in its line */
};

/* Room for `count` tokens, whose words and marks the caller fills. */
enum plx_status plx_tokens_reserve(struct plx_tokens *tokens, size_t count, struct plx_error *error);

/* Completes tokens[count] from their words and from the mark PLX_MARK_LINE_END, the others being 0: bytes,
   characters, marks and counts. A word {NULL, 0} stands for nothing that is known. Moves the seam behind the
   last token. Lines are counted where they end. */
void plx_tokens_rejoin(struct plx_tokens *tokens, enum plx_token_kind kind, struct plx_seam *seam);

/* Moves the seam behind a token, as plx_tokens_rejoin does. */
void plx_seam_move(struct plx_seam *seam, struct plx_word word, bool line_end, enum plx_token_kind kind);

/* True if the seam behind the token does not depend on the seam before it. */
bool plx_seam_decided(struct plx_word word, bool line_end, enum plx_token_kind kind);

#endif

/* Texts whose tokens the model's own tokenizer makes (PLX_TOKENIZES), which knows nothing of lines, words and
   bytes: these are counted in the text.

   One text for the tokenizer is a document, or a piece of a longer one that ends with a line (64 KiB, see
   corpus/pieces.h); with units that are lines, and where ends of lines are tokens, it is a line, without what
   ends it. */
#ifndef PLX_EVAL_BLOCK_SERVER_H
#define PLX_EVAL_BLOCK_SERVER_H

#include "eval/block.h"

/* Fills in the tokens of the block, which is a text, and their ids; the error is in block->error.
   PLX_MALFORMED where it is no UTF-8; the errors of the model's tokenizer. Any thread. */
enum plx_status plx_block_ask_tokens(struct plx_block *block, const struct plx_plan *plan,
                                     const struct plx_model *model);

#endif

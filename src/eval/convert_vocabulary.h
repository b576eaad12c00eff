/* A vocabulary made of a corpus while it is converted: ids in the order of first appearance. */
#ifndef PLX_EVAL_CONVERT_VOCABULARY_H
#define PLX_EVAL_CONVERT_VOCABULARY_H

#include "eval/block.h"
#include "io/output.h"
#include "model/vocabulary.h"

/* Zero-initialised is none. */
struct plx_made_vocabulary {
    struct plx_vocabulary *words;
    struct plx_output *output;
    bool json;           /* {token: id}, else a token a line */
    struct plx_word end; /* how the ends of lines are spelled; borrowed */
};

/* Opens the output, whose name says its form: *.json, else lines. PLX_USAGE for fairseq's dict.txt; the
   errors of outputs. plx_made_vocabulary_release is to follow in any case. */
enum plx_status plx_made_vocabulary_open(struct plx_made_vocabulary *made, const char *path,
                                         struct plx_word end, struct plx_error *error);

/* Gives the block's tokens their ids, new ones the next. PLX_MISMATCH, placed, for a word that is spelled as
   the end of lines, where the protocol refuses these, and for one that cannot be written. */
enum plx_status plx_made_vocabulary_encode(struct plx_made_vocabulary *made, struct plx_block *block,
                                           const struct plx_plan *plan, struct plx_error *error);

/* Writes the words; the output is finished, not committed. */
enum plx_status plx_made_vocabulary_write(struct plx_made_vocabulary *made, struct plx_error *error);

/* Makes the output appear. */
enum plx_status plx_made_vocabulary_commit(struct plx_made_vocabulary *made, struct plx_error *error);

void plx_made_vocabulary_release(struct plx_made_vocabulary *made);

#endif

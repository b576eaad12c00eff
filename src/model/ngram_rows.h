/* Full distributions of an n-gram model, one row for each context.

   Contexts go through a tree of their words, from the newest to the oldest: what follows a context is found
   among what follows it without its first word, and shared by all that end in it. A row is the unigrams plus
   the backoffs of the context's suffixes; then, from the shortest suffix to the longest, what follows it
   takes the place of what is there. Backoffs are added word by word, in the order of scoring: the bits are
   the same.

   The first words of a context that nothing stored begins with change nothing, so that a row is given for the
   longest suffix that matters, once for all its targets. */
#ifndef PLX_MODEL_NGRAM_ROWS_H
#define PLX_MODEL_NGRAM_ROWS_H

#include "model/ngram.h"

/* What a session has for rows: 8 bytes for each word of the vocabulary, 2 MiB for targets, however many there
   are, and for contexts of each length 8 bytes for each word that follows one. */
struct plx_ngram_rows;

/* NULL on failure. The model must stay. */
struct plx_ngram_rows *plx_ngram_rows_new(const struct plx_ngram_model *model, struct plx_error *error);

/* NULL is fine. */
void plx_ngram_rows_free(struct plx_ngram_rows *rows);

/* As plx_session_distributions. */
enum plx_status plx_ngram_rows_give(struct plx_ngram_rows *rows, const struct plx_window *windows,
                                    size_t count, plx_distribution_sink *sink, void *user,
                                    struct plx_error *error);

#endif

/* Reading an ARPA file: its words and unigrams into a model, its longer n-grams into whatever takes them. */
#ifndef PLX_MODEL_ARPA_READ_H
#define PLX_MODEL_ARPA_READ_H

#include "model/ngram_hash.h"

/* Reads the whole source into `model`, fresh from plx_ngram_hash_new, and `sink`. The model gets its order,
   counts, vocabulary, unigrams, `incomplete`, description, warnings and notes. Its tables stay as
   plx_ngram_hash_set_order has made them, empty, unless the sink fills them (ngram_memory.h); nothing here
   owns or releases a table of the sink. Every order from 2 on is begun and ended, those without n-grams too;
   what is announced as expected is bounded by the size of the source.

   Up to options->threads threads take part; the sink is called from the caller's alone. What is found, and
   the error that comes first in the file, do not depend on their number. (Only a duplicate that the sink
   finds later than in the call that adds it comes later too, and its words are not named then.)

   PLX_MALFORMED with the line; PLX_UNSUPPORTED for a variant that is not read; PLX_INTERRUPTED; the errors of
   reading the source and of the sink. On failure the model is still the caller's, to be closed. */
enum plx_status plx_arpa_read(struct plx_source *source, const struct plx_model_options *options,
                              struct plx_ngram_hash *model, struct plx_ngram_sink *sink,
                              struct plx_error *error);

#endif

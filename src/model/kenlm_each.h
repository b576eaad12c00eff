/* What is stored in KenLM's binaries, value by value, in the order of the file. */
#ifndef PLX_MODEL_KENLM_EACH_H
#define PLX_MODEL_KENLM_EACH_H

#include "model/kenlm.h"

/* For the slot `each`. */
bool plx_kenlm_each(const struct plx_ngram_model *model, unsigned order, plx_take_ngrams *take, void *user);

#endif

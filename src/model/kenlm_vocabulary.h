/* The words of KenLM's binaries: found by their hashes, and listed behind the n-grams. */
#ifndef PLX_MODEL_KENLM_VOCABULARY_H
#define PLX_MODEL_KENLM_VOCABULARY_H

#include "model/kenlm.h"

/* Goes through the list of words, if there is one, and sets model->offsets. PLX_MALFORMED where it is not
   what it has to be. */
enum plx_status plx_kenlm_vocabulary_read(struct plx_kenlm *model, struct plx_error *error);

/* The slots of the class. An unknown word's id is PLX_NO_TOKEN; the unknown symbol, spelled as KenLM does, is
   0 if the model has one. */
void plx_kenlm_lookup(const struct plx_model *base, const struct plx_word *words, const uint64_t *hashes,
                      size_t count, uint32_t *ids);
struct plx_word plx_kenlm_token(const struct plx_model *base, uint32_t id);

#endif

/* The tries of KenLM's files: n-grams reversed, the newest word first, so that those with one suffix are
   neighbours in the next order, sorted by their oldest word. Unigrams: {f32 log10 p, f32 log10 backoff, u64
   next}[vocabulary + 1]; the n-grams of more words: struct plx_kenlm_level. */
#ifndef PLX_MODEL_KENLM_TRIE_H
#define PLX_MODEL_KENLM_TRIE_H

#include "model/kenlm.h"

extern const struct plx_ngram_search plx_kenlm_trie_search;

/* For the slot `export`. */
enum plx_status plx_kenlm_trie_export(const struct plx_ngram_model *base, unsigned order,
                                      struct plx_ngram_sink *sink, struct plx_error *error);

#endif

/* The hash tables of KenLM's probing files: one slot for each n-gram, {u64 key (ngram_key.h), f32 log10 p,
   f32 log10 backoff, f32 rest cost}, without the backoff at the highest order, and without the rest cost but
   in rest-probing files, where it is of no use here. Key 0 is an empty slot. */
#ifndef PLX_MODEL_KENLM_PROBING_H
#define PLX_MODEL_KENLM_PROBING_H

#include "model/kenlm.h"

extern const struct plx_ngram_search plx_kenlm_probing_search;

/* For the slot `export`. */
enum plx_status plx_kenlm_probing_export(const struct plx_ngram_model *base, unsigned order,
                                         struct plx_ngram_sink *sink, struct plx_error *error);

#endif

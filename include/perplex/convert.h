/* Converting models: into files that are used where they lie, so that they are open at once. */
#ifndef PERPLEX_CONVERT_H
#define PERPLEX_CONVERT_H

#include <perplex/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Converts an n-gram model, an ARPA file or a KenLM binary that has its words, into a file of the format
   "plx" (src/model/plx_file.h describes it), which gives the same scores bit for bit. input: as for
   plx_model_open; output: as for plx_output_open, where the file appears whole or not at all. options may be
   NULL; of them `vocabulary`, `logprob_base` and `load` are of no use, and `fingerprint` decides whether the
   SHA-256 of the input is noted in the output. What was odd about the input is noted there too, as its
   warnings.

   Takes some 100 MiB beside the vocabulary and what is mapped of input and output, however large the model,
   and a temporary file beside the output, up to one and a half times the size of that. The bytes of the
   output depend on those of the input alone.

   PLX_UNSUPPORTED for a model that is no n-gram model or whose n-grams or words are not at hand (a "plx"
   file, a KenLM binary without words); PLX_USAGE for a vocabulary; the errors of plx_model_open and of
   outputs. Any thread. */
PLX_API enum plx_status plx_convert_model(const char *input, const char *output,
                                          const struct plx_model_options *options, struct plx_error *error);

#ifdef __cplusplus
}
#endif
#endif

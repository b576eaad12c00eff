/* A vocabulary alone, as a model that knows words and scores nothing. */
#ifndef PLX_MODEL_LISTED_H
#define PLX_MODEL_LISTED_H

#include "model/model.h"

/* Opens the vocabulary of a file: a token list (token_list.h), with the symbols of the usual spellings, or a
   model that has one; options->fingerprint is PLX_FINGERPRINT_NONE. *model is to be closed with
   plx_model_close; NULL on failure. No session can be made of a token list. PLX_MISMATCH for a model without
   words; the errors of plx_model_open. */
enum plx_status plx_listed_open(const char *path, const struct plx_model_options *options,
                                struct plx_model **model, struct plx_error *error);

#endif

/* What is stored in an n-gram model, for those who look at the numbers themselves; and which deviations its
   reader would have met. */
#ifndef PLX_MODEL_STORED_H
#define PLX_MODEL_STORED_H

#include "model/ngram_table.h"

#include <perplex/model.h>

/* Takes the next n-grams, count > 0; false: no more are wanted. */
typedef bool plx_take_ngrams(void *user, const struct plx_ngram *ngrams, size_t count);

/* Whether the values that the model stores can be had: of some formats they cannot, and only n-gram models
   have any. Any thread. */
bool plx_model_has_stored(const struct plx_model *model);

/* Gives all that is stored of order 1 … info.order, info.ngrams[order − 1] n-grams (and blanks that are
   not counted there, with info.inserted_blanks), in an order of the format's own. False if they were not all
   wanted. The model must have them. Any thread. */
bool plx_model_each_stored(const struct plx_model *model, unsigned order, plx_take_ngrams *take, void *user);

/* Whether the deviation `code` would be among the model's warnings or remarks, or the file refused, if it had
   it; of a converted model, the file that it was made from. Any thread. */
bool plx_model_watches(const struct plx_model *model, const char *code);

/* The deviation `code` as it was met; NULL if it was not. Any thread. */
const struct plx_warning *plx_model_deviation(const struct plx_model *model, const char *code);

#endif

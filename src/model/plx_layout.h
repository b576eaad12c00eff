/* The n-grams of one order, out of their bins into the lines of a file. */
#ifndef PLX_MODEL_PLX_LAYOUT_H
#define PLX_MODEL_PLX_LAYOUT_H

#include "model/plx_bins.h"

#include <perplex/model.h>

struct plx_layout {
    const struct plx_output *file; /* a regular file or a spool; written to past its buffer */
    uint64_t offset;               /* of the lines in it */
    enum plx_ngram_layout layout;
    uint64_t count; /* n-grams in the bins, > 0 */
    uint64_t spare; /* result: lines behind the homes */
    bool duplicate; /* result: an n-gram is there twice, */
    uint64_t line;  /* and where for the second time first */
};

/* Writes the lines. Their bytes follow from the n-grams, their order and the number of bins. With so many
   threads and asking whether to stop as the options say. PLX_MALFORMED, without a message, for a duplicate.
 */
enum plx_status plx_layout_write(struct plx_layout *layout, const struct plx_bins *bins,
                                 const struct plx_model_options *options, struct plx_error *error);

#endif

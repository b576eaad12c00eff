/* The parts of an inspection. */
#ifndef PLX_INSPECT_INSPECT_H
#define PLX_INSPECT_INSPECT_H

#include "inspect/coverage.h"
#include "inspect/inspection.h"

/* Reads the model `name` from the source, which stays the caller's; NULL for a model without a file. *made
   may be NULL, where nobody needs the open model; else it is to be closed with plx_model_close. */
enum plx_status plx_inspect_model(const char *name, struct plx_source *source,
                                  const struct plx_inspect_options *options,
                                  struct plx_inspected_model **inspected, struct plx_model **made,
                                  struct plx_error *error);

/* Copies what the model says of an id; the spelling is to be freed, also on failure. */
enum plx_status plx_inspect_symbol(const struct plx_model *model, uint32_t id,
                                   struct plx_inspected_symbol *symbol, struct plx_error *error);

/* The tensors of the model, with what its weights are like. A failure leaves what there is to
   plx_inspected_tensors_free. */
enum plx_status plx_inspect_tensors(const struct plx_model *model, struct plx_inspected_model *inspected,
                                    struct plx_error *error);
void plx_inspected_tensors_free(struct plx_inspected_model *inspected);

/* Reads the corpus to its end. `coverage` learns of every token; NULL: nobody does. */
enum plx_status plx_inspect_corpus(struct plx_corpus *corpus, const struct plx_inspect_options *options,
                                   struct plx_coverage *coverage, struct plx_inspected_corpus **inspected,
                                   struct plx_error *error);

void plx_inspected_model_free(struct plx_inspected_model *model);          /* NULL is fine, */
void plx_inspected_corpus_free(struct plx_inspected_corpus *corpus);       /* here too, */
void plx_inspected_coverage_free(struct plx_inspected_coverage *coverage); /* and here */

#endif

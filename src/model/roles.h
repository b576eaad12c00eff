/* The symbols with a role: start, end and unknown. */
#ifndef PLX_MODEL_ROLES_H
#define PLX_MODEL_ROLES_H

#include "model/claims.h"
#include "model/model.h"

/* Fills those of info.start, end and unknown that are PLX_NO_TOKEN by the usual spellings in the vocabulary.
 */
void plx_roles_spell(struct plx_model *model);

/* Sets info.start, end and unknown of a model whose info.vocabulary and vocabulary (or NULL) are set. What is
   said as `<role>_id` and `<role>_token` decides, else the spelling in the vocabulary. An id out of range, a
   token that the vocabulary lacks and an id with another token are PLX_MALFORMED; a token that cannot be
   resolved, because there is no vocabulary, is a warning. */
enum plx_status plx_roles_find(const struct plx_claims *claims, struct plx_model *model,
                               struct plx_error *error);

/* Whether a start symbol that has −ln p without context is no outcome: of p = 1 (KenLM) or log10 p = −99
   (SRILM), which are there for the form only. */
bool plx_start_is_no_outcome(double nats);

/* Sets *start to the start symbol where that is no outcome, else to PLX_NO_TOKEN: of an n-gram model, where
   it is there for the form only; of others, where it has no probability, being no row of what is predicted.
   The errors of a session. */
enum plx_status plx_roles_unpredicted(const struct plx_model *model, uint32_t *start,
                                      struct plx_error *error);

#endif

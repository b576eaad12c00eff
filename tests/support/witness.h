/* A model whose score of a target tells all that it sees there: equal scores, equal contexts. */
#ifndef PLX_TESTS_WITNESS_H
#define PLX_TESTS_WITNESS_H

#include <perplex/model.h>

/* It sees `context_length` ids and knows the words "w3" to "w99"; the others are <s>, </s> and <unk>, or,
   without `symbols`, words too. `capabilities` are those beside PLX_STRING_TOKENS. Closed with
   plx_model_close. */
struct plx_model *witness_model(uint64_t context_length, unsigned capabilities, bool symbols);

#endif

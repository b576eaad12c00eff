/* What is said about a neural model beside its tensors: by the metadata of its weights, as "perplex.order",
   or by a description, as "$.order", which goes before. All values are strings here. */
#ifndef PLX_MODEL_CLAIMS_H
#define PLX_MODEL_CLAIMS_H

#include "base/error.h"
#include "model/tensors.h"

#include <cjson/cJSON.h>

struct plx_claims {
    const char *input;                 /* the file of weights, for errors */
    const struct plx_tensors *tensors; /* whose metadata speak; NULL: none do */
    const char *description;           /* the name of the description; NULL: there is none */
    const cJSON *members;              /* the description's: {key: string} */
    const cJSON *names;                /* the description's: {role: name of a tensor}; NULL: it has none */
};

/* What is said about `key` ("order"), or NULL. */
const char *plx_claims_get(const struct plx_claims *claims, const char *key);

/* That the metadata have no key with "perplex." that means nothing: one that is mistyped would change what is
   computed. PLX_MALFORMED, with the keys that there are. A description's members are checked where it is
   read. */
enum plx_status plx_claims_check(const struct plx_claims *claims, struct plx_error *error);

/* Whether anybody says what the model is, so that tensors without a role are no reason to doubt it. */
bool plx_claims_named(const struct plx_claims *claims);

/* The file that says something about `key`. */
const char *plx_claims_input(const struct plx_claims *claims, const char *key);

/* PLX_MALFORMED: "perplex.order <message>", with the input and a hint where this comes from. */
enum plx_status plx_claims_error(const struct plx_claims *claims, const char *key, struct plx_error *error,
                                 const char *format, ...) PLX_PRINTF(4, 5);

/* Takes the number that is said about `key`, within [least, most]; *value stays what it is where nothing is
   said. */
enum plx_status plx_claims_u64(const struct plx_claims *claims, const char *key, uint64_t least,
                               uint64_t most, uint64_t *value, struct plx_error *error);

/* Takes which of words[count] is said about `key`; *index stays what it is where nothing is said. */
enum plx_status plx_claims_word(const struct plx_claims *claims, const char *key, const char *const *words,
                                size_t count, size_t *index, struct plx_error *error);

#endif

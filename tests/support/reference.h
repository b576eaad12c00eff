/* Comparing with the numbers of other programs, which the folder of real data has. What fails fails the
   running test. */
#ifndef PLX_TESTS_REFERENCE_H
#define PLX_TESTS_REFERENCE_H

#include "support/fixtures.h"

#include <perplex/evaluate.h>

#include <cjson/cJSON.h>

#define REFERENCE_SPLITS 2
extern const char *const REFERENCE_SPLIT_NAMES[REFERENCE_SPLITS]; /* of a text */

/* The path of a file in a folder of real data. Released with free(). */
char *reference_file(const char *folder, const char *name);

/* A split of the text in the folder. */
struct file_bytes reference_text(const char *folder, size_t split);

/* To be deleted with cJSON_Delete. */
cJSON *reference_json(const char *name);

/* The element for the model and split of a list of such; NULL if there is none. */
const cJSON *reference_row(const cJSON *list, const char *model, const char *split);

/* `relative` is how far off a number may be. */
void reference_close(const char *what, double found, double expected, double relative);

/* The result as a tree, to be deleted with cJSON_Delete. */
cJSON *reference_evaluate(const struct plx_model *model, const struct file_bytes *text,
                          enum plx_token_kind tokens, const struct plx_protocol *protocol);

/* That the distributions under some contexts out of ids[count], drawn by chance, sum to 1; a tolerance of 0
   only tells how far off they are. */
void reference_sums(const struct plx_model *model, const uint32_t *ids, size_t count, size_t contexts,
                    double tolerance);

#endif

/* Looking into results as JSON. */
#ifndef PLX_TESTS_RESULT_TEXT_H
#define PLX_TESTS_RESULT_TEXT_H

#include <perplex/evaluate.h>

#include <cjson/cJSON.h>

/* The evaluation of a text in memory. NULL, with the error, where it fails. options may be NULL. */
struct plx_result *evaluate_bytes(const struct plx_model *model, const void *text, size_t size,
                                  enum plx_token_kind tokens, const struct plx_evaluate_options *options,
                                  struct plx_error *error);

/* The result as JSON, released with plx_text_free. */
char *result_text(const struct plx_result *result);

/* The result as a tree, to be deleted with cJSON_Delete; the result itself is freed. */
cJSON *result_tree(struct plx_result *result);

/* Takes the member `key` of the outermost object out of the text, which is changed in no other way. */
void result_text_remove(char *text, const char *key);

/* What `path` ("counts.skipped.tail") names; fails the running test if there is nothing. */
const cJSON *result_member(const cJSON *result, const char *path);
double result_number(const cJSON *result, const char *path); /* "inf" too */
uint64_t result_count(const cJSON *result, const char *path);

/* Σ nats of the finite scores, from the accumulators. */
double result_total_nats(const cJSON *result);

#endif

/* Models that are answers of another program (the format logprobs), out of memory. */
#ifndef PLX_TESTS_ANSWERS_H
#define PLX_TESTS_ANSWERS_H

#include <perplex/model.h>

/* Opens them out of memory of just their size, so that a sanitizer sees every byte that is read behind it. */
enum plx_status answers_open(const void *bytes, size_t size, const struct plx_model_options *options,
                             struct plx_model **model, struct plx_error *error);

/* The model that a text is, which must be of that format; else the running test fails. */
struct plx_model *answers_of(const char *text, const struct plx_model_options *options);

#endif

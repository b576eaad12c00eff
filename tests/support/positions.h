/* Models that score by position, each with the corpus that its answers belong to. What fails here fails the
   running test. */
#ifndef PLX_TESTS_POSITIONS_H
#define PLX_TESTS_POSITIONS_H

#include "support/fixtures.h"

#include <perplex/evaluate.h>

/* A model with its corpus. */
struct positions {
    const char *path;
    char *corpus_path;
    struct plx_model *model;
    const struct plx_model_info *info;
    struct file_bytes file, corpus; /* both as they lie there */
};

/* Runs the check on every fixture that scores by position. */
void positions_each(void (*check)(const struct positions *subject));

/* Opens its own corpus. */
struct plx_corpus *positions_own_corpus(const struct positions *subject);

/* A corpus out of memory, which must stay, as if it were the file `name`; one of several files. */
struct plx_corpus *positions_corpus(const void *bytes, size_t size, const char *name);
struct plx_corpus *positions_corpus_files(const char *const *names, size_t count);

/* The result's JSON, to be released with plx_text_free, or NULL and the error. The corpus is closed. */
char *positions_evaluate(const struct plx_model *model, struct plx_corpus *corpus,
                         const struct plx_evaluate_options *options, struct plx_error *error);

/* The same by its own model, where it must go well. */
char *positions_evaluate_well(const struct positions *subject, struct plx_corpus *corpus,
                              const struct plx_evaluate_options *options);

/* Whether the number stands in the message by itself. */
bool error_says_number(const struct plx_error *error, uint64_t number);

#endif

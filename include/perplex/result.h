/* Results: the numbers of an evaluation with everything that is needed to repeat or to compare them. */
#ifndef PERPLEX_RESULT_H
#define PERPLEX_RESULT_H

#include <perplex/status.h>
#include <perplex/warning.h>

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct plx_result;

/* The numbers that most callers want; the JSON has all. */
struct plx_metrics {
    double
        nats_per_token; /* by the protocol's average; +infinity where a scored token has zero probability */
    double bits_per_token;
    double perplexity;
    double standard_error_nats; /* of the mean over tokens, taken as independent; NaN for fewer than two and
                                   for other averages */
    double bits_per_byte;       /* NaN where the scored tokens stand for no bytes */
    double perplexity_without;  /* without unknown tokens; NaN if nothing is left */
    uint64_t tokens, scored, skipped;
    uint64_t unknown, infinite; /* tokens */
    uint64_t bytes;             /* of the corpus */
    double seconds;
    double tokens_per_second;
};

PLX_API void plx_result_metrics(const struct plx_result *result, struct plx_metrics *metrics);

/* Deviations of the model and doubts about the fit of model and corpus. Valid as long as the result. */
PLX_API const struct plx_warning *plx_result_warnings(const struct plx_result *result, size_t *count);

/* Name of the protocol ("sentence", "custom"). */
PLX_API const char *plx_result_protocol(const struct plx_result *result);

/* The result as JSON, perplex.result/1 (configs/schema/result-1.schema.json), NUL-terminated. To be freed
   with plx_text_free. */
PLX_API enum plx_status plx_result_json(const struct plx_result *result, char **text, size_t *length,
                                        struct plx_error *error);

PLX_API void plx_result_free(struct plx_result *result); /* NULL is fine */
PLX_API void plx_text_free(char *text);                  /* NULL is fine */

/* A table of results that were written as JSON: one row for each of the files. */
enum plx_table_format { PLX_TABLE_MARKDOWN, PLX_TABLE_CSV };

PLX_API enum plx_status plx_table(const char *const *paths, size_t count, enum plx_table_format format,
                                  char **text, size_t *length, struct plx_error *error);

#ifdef __cplusplus
}
#endif
#endif

/* Results: the numbers of an evaluation with everything that is needed to repeat or to compare them.

   A result does not change: whatever takes a const struct plx_result may be called from several threads at
   once. */
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

/* Computes the numbers that most callers want, into the caller's *metrics. */
PLX_API void plx_result_metrics(const struct plx_result *result, struct plx_metrics *metrics);

/* What most callers want of the metrics of full distributions. */
struct plx_distribution_metrics {
    double entropy_nats;
    double accuracy_at_1, accuracy_at_5, accuracy_at_10;
    double mean_reciprocal_rank;
    double calibration_error;
    double best_temperature, best_temperature_nats; /* NaN without targets of nonzero probability */
    double largest_deviation;                       /* |Σp − 1| */
};

/* Computes them into the caller's *metrics; false where they were not asked for. */
PLX_API bool plx_result_distribution(const struct plx_result *result,
                                     struct plx_distribution_metrics *metrics);

/* Gives modified loss `index` in nats, +infinity where a target costs that, NaN where there is nothing to
   divide by; and its name as in the JSON ("label_smoothing", "combined"), static. False past the end. */
PLX_API bool plx_result_loss(const struct plx_result *result, size_t index, const char **name, double *loss);

/* The number under one protocol, out of a pass by another. */
struct plx_explained {
    const char *protocol;
    bool allowed;               /* the pass gives its number, which is that of a pass of its own to the bit */
    struct plx_metrics metrics; /* if allowed, else zero; times are those of the pass */
    const char *const *notes;   /* [note_count] what makes it differ from the first; of the first, what it
                                   scores. In words and counts */
    size_t note_count;
    const char *reason; /* why it is not allowed; NULL if it is */
};

/* Gives what the options' `explain` has asked for: first the protocol of the evaluation, then every other
   preset, into the caller's *explained; what that points to is valid as long as the result. False past the
   end, and where it was not asked for. */
PLX_API bool plx_result_explained(const struct plx_result *result, size_t index,
                                  struct plx_explained *explained);

/* Lists deviations of the model and doubts about the fit of model and corpus: [*count], valid as long as the
   result. */
PLX_API const struct plx_warning *plx_result_warnings(const struct plx_result *result, size_t *count);

/* Names the protocol ("sentence", "custom"). Valid as long as the result. */
PLX_API const char *plx_result_protocol(const struct plx_result *result);

/* Notes the names of the files that were written beside the result, so that `perplex compare` and `perplex
   report` find them; NULL: none, or not to be found again. PLX_MEMORY. Changes the result: one thread. */
PLX_API enum plx_status plx_result_set_files(struct plx_result *result, const char *per_token,
                                             const char *per_document, struct plx_error *error);

/* Writes the result as JSON, perplex.result/1 (configs/schema/result-1.schema.json), UTF-8. *text is to be
   freed with plx_text_free, NULL on failure; it ends with a NUL, which *length does not count. PLX_MEMORY. */
PLX_API enum plx_status plx_result_json(const struct plx_result *result, char **text, size_t *length,
                                        struct plx_error *error);

/* The most models of a mixture. */
#define PLX_MIXTURE_MOST 16

/* Files that a result is made from. */
enum plx_input {
    PLX_INPUT_MODEL,
    PLX_INPUT_VOCABULARY,
    PLX_INPUT_CORPUS,
    PLX_INPUT_TUNING,      /* the corpus that a mixture's weights are from */
    PLX_INPUT_COUNTS,      /* the corpus that tokens are counted in */
    PLX_INPUT_TOKEN_BYTES, /* how many bytes tokens stand for */
    PLX_INPUT_COUNT
};

/* Their SHA-256 in hexadecimal; "": not known, or there is none. Of a mixture, each model's is a component's,
   the first model's too. */
struct plx_inputs {
    char sha256[PLX_INPUT_COUNT][65];
    char components[PLX_MIXTURE_MOST][65];
};

/* What a result comes to. */
struct plx_headline {
    double nats_per_token, perplexity; /* may be not finite */
    uint64_t scored, infinite;         /* tokens */
    struct plx_inputs inputs;
};

/* Reads what a result comes to that was written as JSON: at a path, "-" or a URL. PLX_MALFORMED where it is
   none or not complete; PLX_UNSUPPORTED where it has more than 64 MiB; the errors of opening and reading a
   source (source.h). Any thread. */
PLX_API enum plx_status plx_result_headline(const char *path, struct plx_headline *headline,
                                            struct plx_error *error);

/* Frees a result. NULL is fine. */
PLX_API void plx_result_free(struct plx_result *result);

/* Frees a text that a function of this header has made. NULL is fine. Any thread. */
PLX_API void plx_text_free(char *text);

#ifdef __cplusplus
}
#endif
#endif

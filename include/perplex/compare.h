/* Comparison: whether results may be compared with a baseline, and which are better than it by more than
   noise. Results are files that plx_result_json has written; neither models nor corpora are opened. */
#ifndef PERPLEX_COMPARE_H
#define PERPLEX_COMPARE_H

#include <perplex/network.h>
#include <perplex/status.h>

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* BASE and the results NEW beside it. */
struct plx_comparison;

/* What there is to say of a result NEW beside BASE. */
enum plx_verdict {
    PLX_VERDICT_SAME,        /* the same cross-entropy, to the last digit */
    PLX_VERDICT_BETTER,      /* NEW has the lower one, by more than noise */
    PLX_VERDICT_WORSE,       /* NEW has the higher one, by more than noise */
    PLX_VERDICT_NOISE,       /* they differ by no more than noise: the 95 % interval holds 0 */
    PLX_VERDICT_UNDEFINED,   /* their difference is no number: both are infinite, or one says nothing */
    PLX_VERDICT_INCOMPARABLE /* the numbers are not of the same tokens */
};

/* What is drawn again and again for intervals. */
enum plx_resampling {
    PLX_RESAMPLE_AUTO,      /* documents where there are enough of them, else blocks */
    PLX_RESAMPLE_DOCUMENTS, /* an error where the files do not tell documents apart */
    PLX_RESAMPLE_BLOCKS     /* of neighbouring tokens */
};

/* Text for people, in 80 columns; JSON for programs; what a gate says (plx_comparison_judge, gate.h) as JUnit
   XML, and as commands of GitHub's workflows. */
enum plx_comparison_format {
    PLX_COMPARISON_TEXT,
    PLX_COMPARISON_JSON,
    PLX_COMPARISON_JUNIT,
    PLX_COMPARISON_GITHUB
};

/* How to compare. Zero-initialised means the defaults. Borrowed. */
struct plx_compare_options {
    const char *base_tokens;       /* per-token file of BASE; NULL: the one that the result notes, if it is
                                      there */
    const char *const *new_tokens; /* [count] those of NEW likewise; NULL, or an element that is NULL: the
                                      noted one */
    const char *const *new_names;  /* [count] what results NEW are called instead of their paths; NULL, or an
                                      element that is NULL: these */
    const char *output; /* where the comparison will go: no per-token file that is read. NULL: nowhere */
    bool tokens_pass;   /* the per-token files of NEW will soon be gone: the comparison does not name them */
    enum plx_resampling resampling;
    size_t resamples; /* 0: 10,000; else at least 100 */
    uint64_t seed;    /* the same seed gives the same numbers, whatever the threads */
    unsigned threads; /* 0: one for each processor */
    size_t moved;     /* how many of the tokens and documents that moved most are listed, in
                         each direction; 0: none */
    /* Told what was read of the per-token files of a pair, and how large they are (0: not known). */
    void (*progress)(void *user, uint64_t done, uint64_t size);
    const struct plx_network *network; /* of URLs; NULL: the defaults */
    bool (*interrupted)(void *user);   /* NULL is fine; true ends the work with PLX_INTERRUPTED */
    void *user;
};

/* Compares the results `news` ([count], at least one) with `base`: paths, "-" or URLs. A result is comparable
   with BASE where they agree in the fingerprint, the format and the text of the corpus, in the tokenization,
   in the numbers of tokens, of scored tokens and, to 1 %, of scored bytes, and in every field of the protocol
   but its name, but where documents begin if they are no units and all were read, and what words spelled as
   symbols are if one of the two refused them. Where they differ in tokenization, in the numbers of tokens
   other than skipped unknown ones, or in how lines become units (unit, start, end, join) alone, the figures
   per byte, character and word may still be compared; they are told, and the verdict is
   PLX_VERDICT_INCOMPARABLE all the same.

   *comparison is to be freed with plx_comparison_free, NULL on failure. `options` may be NULL. PLX_MALFORMED
   where a file is not a complete result, with its name and the place; PLX_UNSUPPORTED where it has more than
   64 MiB; PLX_MISMATCH where a per-token file that was named is not of its result, or two of them are of
   different tokens; PLX_USAGE where documents are to be drawn and cannot be told apart, one result has no
   per-token file to pair with that named for the other, or one of these files is the output; PLX_INTERRUPTED;
   the errors of opening and reading a source (source.h). Any thread. */
PLX_API enum plx_status plx_compare(const char *base, const char *const *news, size_t count,
                                    const struct plx_compare_options *options,
                                    struct plx_comparison **comparison, struct plx_error *error);

/* How many NEW there are. */
PLX_API size_t plx_comparison_count(const struct plx_comparison *comparison);

/* The verdict on NEW `index`. */
PLX_API enum plx_verdict plx_comparison_verdict(const struct plx_comparison *comparison, size_t index);

/* Writes the comparison. *text is UTF-8, to be freed with plx_text_free (result.h), NULL on failure; it ends
   with a NUL, which *length does not count. The JSON is perplex.comparison/2
   (configs/schema/comparison-2.schema.json); a value that is not finite is the string "inf", "-inf" or "nan".
   PLX_USAGE for JUnit and GitHub's commands before plx_comparison_judge: a list of no tests would look like
   one that is passed. PLX_MEMORY. Any thread. */
PLX_API enum plx_status plx_comparison_write(const struct plx_comparison *comparison,
                                             enum plx_comparison_format format, char **text, size_t *length,
                                             struct plx_error *error);

/* NULL is fine. */
PLX_API void plx_comparison_free(struct plx_comparison *comparison);

#ifdef __cplusplus
}
#endif
#endif

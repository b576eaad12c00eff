/* Comparison: whether two results may be compared, and which is the better one. Results are files that
   plx_result_json has written; neither models nor corpora are opened. */
#ifndef PERPLEX_COMPARE_H
#define PERPLEX_COMPARE_H

#include <perplex/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What there is to say of result B beside result A. */
enum plx_verdict {
    PLX_VERDICT_SAME,        /* the same cross-entropy, to the last digit */
    PLX_VERDICT_BETTER,      /* B has the lower one */
    PLX_VERDICT_WORSE,       /* B has the higher one */
    PLX_VERDICT_UNDEFINED,   /* their difference is no number: both are infinite, or one says nothing */
    PLX_VERDICT_INCOMPARABLE /* the numbers are not of the same tokens */
};

/* Text for people, in 80 columns, or JSON for programs. */
enum plx_comparison_format { PLX_COMPARISON_TEXT, PLX_COMPARISON_JSON };

/* Compares the results `a` and `b` (paths, "-" or URLs). They are comparable where they agree in the
   fingerprint, the format and the text of the corpus, in the tokenization, in the numbers of tokens and of
   scored tokens, and in every field of the protocol but its name. Where they differ in tokenization, in the
   numbers of tokens or in how lines become units (unit, start, end, join) alone, the figures per byte,
   character and word may still be compared; they are told, and the verdict is PLX_VERDICT_INCOMPARABLE all
   the same.

   *text is UTF-8, to be freed with plx_text_free (result.h), NULL on failure; it ends with a NUL, which
   *length does not count. PLX_MALFORMED where one is not a complete result, with its name and the place;
   PLX_UNSUPPORTED where it has more than 64 MiB; the errors of opening and reading a source (source.h). Any
   thread.

   The JSON is perplex.comparison/1 (configs/schema/comparison-1.schema.json):

     schema        "perplex.comparison/1"
     comparable    "tokens", "text" (per byte, character and word alone) or "nothing"
     verdict       "same", "better", "worse", "undefined" or "incomparable": B beside A
     reason        a sentence that says why
     differences   the fields that make them incomparable: [{field, a, b}]; a or b is left out where that
                   result lacks the field
     a, b          of each result: file (its name), model, corpus, protocol (names); tokens, scored,
                   scored_bytes, unknown (numbers of tokens and bytes); nats_per_token, bits_per_token,
                   perplexity, bits_per_byte, bits_per_character, bits_per_word
     difference    B − A of what may be compared: where that is tokens, nats_per_token, bits_per_token, and
                   perplexity_ratio (B / A); where it is tokens or text, bits_per_byte, bits_per_character
                   and bits_per_word
     warnings      what makes the comparison doubtful: [{code, message}]

   A value that is not finite is the string "inf", "-inf" or "nan". */
PLX_API enum plx_status plx_compare(const char *a, const char *b, enum plx_comparison_format format,
                                    enum plx_verdict *verdict, char **text, size_t *length,
                                    struct plx_error *error);

#ifdef __cplusplus
}
#endif
#endif

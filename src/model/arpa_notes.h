/* How an ARPA file deviates from what KenLM and SRILM write. Counted as the file is read, since some occur on
   every line. */
#ifndef PLX_MODEL_ARPA_NOTES_H
#define PLX_MODEL_ARPA_NOTES_H

#include "model/model.h"

/* X(ID, code, message): the one list of those that change no score. */
#define PLX_ARPA_NOTE_LIST(X)                                                                                \
    X(HEADER_BLANKS, "header-blanks", "blanks within \"ngram N=count\", as IRSTLM writes it")                \
    X(EMPTY_ORDER, "empty-order", "an order without n-grams: the contexts of the order below keep backoffs") \
    X(UPPER_UNKNOWN, "upper-case-unknown",                                                                   \
      "\"<UNK>\" is taken for the unknown symbol, as there is no <unk>")                                     \
    X(SPACES, "spaces-for-tabs", "a space for the tab behind the probability")                               \
    X(CRLF, "crlf", "lines that end with \\r\\n")                                                            \
    X(NO_BLANK_LINE, "missing-blank-line", "no blank line before a section or \\end\\")                      \
    X(BLANK_LINES, "extra-blank-line", "blank lines where none are usual")                                   \
    X(NO_SUFFIX, "missing-suffix", "n-grams without their suffix of one word less; scores do not need it")

/* Likewise of those that so many files have that only those who look for them want to know. */
#define PLX_ARPA_REMARK_LIST(X)                                                                       \
    X(NO_BACKOFF, "missing-backoff", "n-grams below the highest order without a backoff, taken as 0") \
    X(EXPONENT, "scientific-notation", "numbers in scientific notation (1e-05)")

/* Likewise of those that may change scores, in the order in which one line is judged. */
#define PLX_ARPA_WARNING_LIST(X)                                                             \
    X(POSITIVE, "positive-probability", "positive log-probabilities are clamped to 0")       \
    X(HIGHEST_BACKOFF, "highest-order-backoff", "backoffs of the highest order are ignored") \
    X(NO_CONTEXT, "missing-context",                                                         \
      "n-grams whose context is not in the model are kept; their context counts as backoff 1")

/* Notes, then remarks, then warnings. */
#define PLX_ARPA_NOTE_ENUM(id, code, message) PLX_ARPA_##id,
enum plx_arpa_note {
    PLX_ARPA_NOTE_LIST(PLX_ARPA_NOTE_ENUM) PLX_ARPA_NOTE_COUNT,
    PLX_ARPA_BEFORE_REMARKS = PLX_ARPA_NOTE_COUNT - 1,
    PLX_ARPA_REMARK_LIST(PLX_ARPA_NOTE_ENUM) PLX_ARPA_REMARK_END,
    PLX_ARPA_BEFORE_WARNINGS = PLX_ARPA_REMARK_END - 1,
    PLX_ARPA_WARNING_LIST(PLX_ARPA_NOTE_ENUM) PLX_ARPA_KIND_COUNT
};
#undef PLX_ARPA_NOTE_ENUM

/* Zero-initialised is empty. */
struct plx_arpa_notes {
    struct {
        uint64_t count, line; /* how often, and where first */
    } kinds[PLX_ARPA_KIND_COUNT];
};

static inline void plx_arpa_notes_add(struct plx_arpa_notes *notes, enum plx_arpa_note kind, uint64_t count,
                                      uint64_t line)
{
    if (notes->kinds[kind].count == 0)
        notes->kinds[kind].line = line;
    notes->kinds[kind].count += count;
}

/* Adds those of a part of the file that stands behind what `notes` has. */
void plx_arpa_notes_append(struct plx_arpa_notes *notes, const struct plx_arpa_notes *part);

/* Gives the model the warnings that were met, in the order of their first lines, and forgets them. */
void plx_arpa_notes_warn(struct plx_arpa_notes *notes, struct plx_model *model);

/* Gives the model those that change no score, as notes and remarks. */
void plx_arpa_notes_list(const struct plx_arpa_notes *notes, struct plx_model *model);

/* As `watches` of struct plx_model_format. */
bool plx_arpa_watches(const char *code);

#endif

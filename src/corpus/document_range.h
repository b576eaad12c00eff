/* Some of a corpus' documents: which are to be read, and where the reading stands. */
#ifndef PLX_CORPUS_DOCUMENT_RANGE_H
#define PLX_CORPUS_DOCUMENT_RANGE_H

#include <perplex/corpus.h>

/* "5:9" where the documents of the corpus are a part of it, as far as they have been read; else "". */
#define PLX_DOCUMENT_RANGE_TEXT 48
void plx_document_range_text(const struct plx_corpus_info *info, char text[PLX_DOCUMENT_RANGE_TEXT]);

struct plx_document_range {
    uint64_t first, end; /* counted from 0, end excluded; 0: to the end */
    uint64_t begun;      /* documents of the corpus so far */
};

/* Whether the document at hand comes before, or behind, those that are to be read. */
static inline bool plx_document_range_before(const struct plx_document_range *range)
{
    return range->begun <= range->first;
}

static inline bool plx_document_range_behind(const struct plx_document_range *range)
{
    return range->end && range->begun > range->end;
}

/* Of the documents begun so far, those that have been asked for. */
uint64_t plx_document_range_delivered(const struct plx_document_range *range);

/* Whether there are documents before them or, as far as is known, behind them. */
bool plx_document_range_part(const struct plx_document_range *range);

/* At the end of the corpus: PLX_USAGE where it has no document to be read but should have one. */
enum plx_status plx_document_range_finish(const struct plx_document_range *range, struct plx_error *error);

/* PLX_USAGE where the options ask for no document. */
enum plx_status plx_document_range_check(const struct plx_corpus_options *options, struct plx_error *error);

#endif

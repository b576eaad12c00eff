/* Some of a corpus' documents. */
#ifndef PLX_CORPUS_DOCUMENT_RANGE_H
#define PLX_CORPUS_DOCUMENT_RANGE_H

#include <perplex/corpus.h>

/* "5:9" where the documents of the corpus are a part of it, as far as they have been read; else "". */
#define PLX_DOCUMENT_RANGE_TEXT 48
void plx_document_range_text(const struct plx_corpus_info *info, char text[PLX_DOCUMENT_RANGE_TEXT]);

/* PLX_USAGE where the options ask for no document. */
enum plx_status plx_document_range_check(const struct plx_corpus_options *options, struct plx_error *error);

/* Sets the error of a corpus of so many documents, none of which is `first` or comes behind it. */
enum plx_status plx_document_range_error(uint64_t first, uint64_t documents, struct plx_error *error);

#endif

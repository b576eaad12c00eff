/* Doubts whether the tokens of a corpus stand for their original, in words. */
#ifndef PLX_CORPUS_ORIGINAL_WARNINGS_H
#define PLX_CORPUS_ORIGINAL_WARNINGS_H

#include <perplex/corpus.h>
#include <perplex/warning.h>

/* How many there can be. */
#define PLX_ORIGINAL_WARNINGS 2

/* Of a corpus that has been read: "original-bytes" where the options give the original another size than the
   `bytes` of all tokens that were read; "document-bytes" where the text beside the tokens of a document has
   another. Returns how many there are. */
size_t plx_original_warnings(const struct plx_corpus *corpus, uint64_t bytes,
                             struct plx_warning warnings[PLX_ORIGINAL_WARNINGS]);

#endif

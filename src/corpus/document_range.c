#include "corpus/document_range.h"

#include "base/error.h"

#include <inttypes.h>
#include <stdio.h>

void plx_document_range_text(const struct plx_corpus_info *info, char text[PLX_DOCUMENT_RANGE_TEXT])
{
    *text = '\0';
    if (info->part)
        snprintf(text, PLX_DOCUMENT_RANGE_TEXT, "%" PRIu64 ":%" PRIu64, info->first_document,
                 info->first_document + info->documents);
}

enum plx_status plx_document_range_check(const struct plx_corpus_options *options, struct plx_error *error)
{
    const uint64_t first = options->first_document, end = options->end_document;
    if (end == 0 || first < end)
        return PLX_OK;
    return plx_error_set(error, PLX_USAGE, "no document is from %" PRIu64 " on and before %" PRIu64, first,
                         end);
}

enum plx_status plx_document_range_error(uint64_t first, uint64_t documents, struct plx_error *error)
{
    plx_error_set(error, PLX_USAGE,
                  "the corpus has %" PRIu64 " document%s: there is none from number %" PRIu64 " on",
                  documents, documents == 1 ? "" : "s", first);
    return plx_error_hint(error, "documents are counted from 0");
}

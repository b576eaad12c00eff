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

uint64_t plx_document_range_delivered(const struct plx_document_range *range)
{
    const uint64_t last = plx_document_range_behind(range) ? range->end : range->begun;
    return last > range->first ? last - range->first : 0;
}

bool plx_document_range_part(const struct plx_document_range *range)
{
    return range->first > 0 || plx_document_range_behind(range);
}

enum plx_status plx_document_range_finish(const struct plx_document_range *range, struct plx_error *error)
{
    if (range->first == 0 || !plx_document_range_before(range))
        return PLX_OK;
    plx_error_set(error, PLX_USAGE,
                  "the corpus has %" PRIu64 " document%s: there is none from number %" PRIu64 " on",
                  range->begun, range->begun == 1 ? "" : "s", range->first);
    return plx_error_hint(error, "documents are counted from 0");
}

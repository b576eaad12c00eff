#include "corpus/original_warnings.h"

#include "base/path.h"

#include <inttypes.h>
#include <stdio.h>

static bool doubt_size(uint64_t expected, uint64_t found, struct plx_warning *warning)
{
    if (expected == 0 || expected == found)
        return false;
    *warning = (struct plx_warning){.code = "original-bytes"};
    if (found == 0)
        snprintf(warning->message, sizeof warning->message,
                 "the original has %" PRIu64 " bytes, but nothing says which of them a token stands for: "
                 "--token-bytes does",
                 expected);
    else
        snprintf(warning->message, sizeof warning->message,
                 "the tokens stand for %" PRIu64 " bytes, the original has %" PRIu64 ": %" PRIu64 " %s",
                 found, expected, found < expected ? expected - found : found - expected,
                 found < expected ? "too few" : "too many");
    return true;
}

/* The last part of the path, where the corpus has several files; else "". Where the files lie is nothing that
   a result depends on. */
static const char *file_of(const struct plx_corpus *corpus, const char *input)
{
    struct plx_corpus_info info;
    plx_corpus_info(corpus, &info);
    return info.files == 1 ? "" : plx_path_base(input);
}

static bool doubt_documents(const struct plx_corpus *corpus, const struct plx_original_info *original,
                            struct plx_warning *warning)
{
    if (original->differing == 0)
        return false;
    const char *file = file_of(corpus, original->first_input);
    *warning = (struct plx_warning){
        .code = "document-bytes",
        .count = original->differing,
        .line = original->first_line == PLX_NOWHERE ? 0 : original->first_line,
    };
    snprintf(warning->message, sizeof warning->message,
             "the tokens of a document stand for another number of bytes than the text beside them: document "
             "%" PRIu64 "%s%s for %" PRIu64 ", its text has %" PRIu64,
             original->first_document, *file ? " in " : "", file, original->first_found,
             original->first_expected);
    return true;
}

size_t plx_original_warnings(const struct plx_corpus *corpus, uint64_t bytes,
                             struct plx_warning warnings[PLX_ORIGINAL_WARNINGS])
{
    struct plx_original_info original;
    size_t count = 0;
    plx_corpus_original(corpus, &original);
    count += doubt_size(original.original_bytes, bytes, warnings);
    count += doubt_documents(corpus, &original, warnings + count);
    return count;
}

/* The corpus formats of this build, in the order in which `perplex formats` lists them. */
#include "corpus/corpus.h"

extern const struct plx_corpus_format plx_corpus_format_text;

static const struct plx_corpus_format *const FORMATS[] = {
    &plx_corpus_format_text,
};

const struct plx_corpus_format *plx_corpus_format(size_t index)
{
    return index < sizeof FORMATS / sizeof *FORMATS ? FORMATS[index] : NULL;
}

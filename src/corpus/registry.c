/* The corpus formats of this build, in the order in which `perplex formats` lists them. */
#include "corpus/corpus.h"

/* X(name): the format plx_corpus_format_<name>. */
#define FORMAT_LIST(X) X(text) X(jsonl) X(u16) X(u32) X(llmc) X(megatron) X(fairseq) X(npy)

#define FORMAT_ADDRESS(name) &plx_corpus_format_##name,
#define FORMAT_EXTERN(name)  extern const struct plx_corpus_format plx_corpus_format_##name;

FORMAT_LIST(FORMAT_EXTERN)

static const struct plx_corpus_format *const FORMATS[] = {FORMAT_LIST(FORMAT_ADDRESS)};

const struct plx_corpus_format *plx_corpus_format(size_t index)
{
    return index < sizeof FORMATS / sizeof *FORMATS ? FORMATS[index] : NULL;
}

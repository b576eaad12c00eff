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

enum plx_status plx_corpus_peek_head(struct plx_source *source, const uint8_t **head, size_t *size,
                                     struct plx_error *error)
{
    const enum plx_status status = plx_source_peek(source, PLX_CORPUS_PROBE_BYTES, head, size, error);
    if (status == PLX_OK && *size > PLX_CORPUS_PROBE_BYTES)
        *size = PLX_CORPUS_PROBE_BYTES;
    return status;
}

/* The corpus formats of this build, in the order in which `perplex formats` lists them. */
#include "corpus/corpus.h"

#include "base/foreign.h"

#include <string.h>

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

const char *plx_corpus_format_name(size_t index)
{
    const struct plx_corpus_format *format = plx_corpus_format(index);
    return format ? format->name : NULL;
}

const char *plx_corpus_format_description(size_t index)
{
    const struct plx_corpus_format *format = plx_corpus_format(index);
    return format ? format->description : NULL;
}

const struct plx_corpus_format *plx_corpus_format_named(const char *name)
{
    const struct plx_corpus_format *format;
    for (size_t i = 0; (format = plx_corpus_format(i)) != NULL; i++) {
        if (strcmp(format->name, name) == 0)
            return format;
    }
    return NULL;
}

const struct plx_corpus_format *plx_corpus_recognise(const uint8_t *head, size_t size, const char *name,
                                                     enum plx_probe *sure)
{
    const struct plx_corpus_format *chosen = NULL, *format;
    *sure = PLX_PROBE_NO;
    for (size_t i = 0; (format = plx_corpus_format(i)) != NULL; i++) {
        const enum plx_probe probe = format->probe(head, size, name);
        if (probe > *sure) {
            *sure = probe;
            chosen = format;
        }
    }
    return chosen;
}

const struct plx_corpus_format *plx_corpus_demand(const uint8_t *head, size_t size, const char *name,
                                                  struct plx_error *error)
{
    enum plx_probe sure;
    const struct plx_corpus_format *chosen = plx_corpus_recognise(head, size, name, &sure);
    /* A format that knows its content knows better. */
    const struct plx_foreign *foreign = sure >= PLX_PROBE_CONTENT ? NULL : plx_foreign_recognise(head, size);
    if (chosen && !foreign)
        return chosen;
    if (foreign)
        plx_error_set(error, PLX_UNSUPPORTED, "%s, which is not read as a corpus", foreign->what);
    else
        plx_error_set(error, PLX_UNSUPPORTED, "not a corpus in a known format");
    plx_error_input(error, name);
    plx_error_hint(error, "%s", foreign ? foreign->hint : "`perplex formats` lists them");
    return NULL;
}

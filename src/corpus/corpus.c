#include "corpus/corpus.h"

#include <string.h>

static const char *const TOKEN_KINDS[] = {
    [PLX_TOKENS_WORD] = "word",
    [PLX_TOKENS_CHARACTER] = "char",
    [PLX_TOKENS_BYTE] = "byte",
};

const char *plx_token_kind_name(enum plx_token_kind kind)
{
    return TOKEN_KINDS[kind];
}

bool plx_token_kind_parse(const char *name, enum plx_token_kind *kind)
{
    for (size_t i = 0; i < sizeof TOKEN_KINDS / sizeof *TOKEN_KINDS; i++) {
        if (strcmp(name, TOKEN_KINDS[i]) == 0) {
            *kind = (enum plx_token_kind)i;
            return true;
        }
    }
    return false;
}

static const struct plx_corpus_format *choose_format(const uint8_t *head, size_t size, const char *name,
                                                     const char *wanted)
{
    int best = 0;
    const struct plx_corpus_format *chosen = NULL, *format;
    for (size_t i = 0; (format = plx_corpus_format(i)) != NULL; i++) {
        const int sure = wanted ? strcmp(format->name, wanted) == 0 : format->probe(head, size, name);
        if (sure > best) {
            best = sure;
            chosen = format;
        }
    }
    return chosen;
}

enum plx_status plx_corpus_open_source(struct plx_source *source, const struct plx_corpus_options *options,
                                       struct plx_corpus **corpus, struct plx_error *error)
{
    const struct plx_corpus_options defaults = {0};
    const uint8_t *head;
    size_t size;
    if (!options)
        options = &defaults;
    *corpus = NULL;
    enum plx_status status = plx_source_peek(source, PLX_CORPUS_PROBE_BYTES, &head, &size, error);
    if (status)
        goto fail;
    const struct plx_corpus_format *format =
        choose_format(head, size, plx_source_name(source), options->format);
    if (!format && options->format) {
        plx_error_set(error, PLX_USAGE, "there is no corpus format \"%s\"", options->format);
        status = plx_error_hint(error, "`perplex formats` lists them");
        goto fail;
    }
    if (!format) {
        plx_error_set(error, PLX_UNSUPPORTED, "not a corpus in a known format");
        status = plx_error_input(error, plx_source_name(source));
        goto fail;
    }
    status = format->open(corpus, error);
    if (status)
        goto fail;
    (*corpus)->format = format;
    (*corpus)->source = source;
    (*corpus)->options = *options;
    return PLX_OK;

fail:
    plx_source_close(source);
    return status;
}

enum plx_status plx_corpus_open(const char *name, const struct plx_corpus_options *options,
                                struct plx_corpus **corpus, struct plx_error *error)
{
    struct plx_source_options source_options = {.fingerprint = true};
    struct plx_source *source;
    *corpus = NULL;
    if (options) {
        source_options.interrupted = options->interrupted;
        source_options.user = options->user;
    }
    const enum plx_status status = plx_source_open(name, &source_options, &source, error);
    return status ? status : plx_corpus_open_source(source, options, corpus, error);
}

enum plx_status plx_corpus_next(struct plx_corpus *corpus, struct plx_chunk *chunk, bool *more,
                                struct plx_error *error)
{
    return corpus->format->next(corpus, chunk, more, error);
}

void plx_corpus_info(const struct plx_corpus *corpus, struct plx_corpus_info *info)
{
    *info = (struct plx_corpus_info){
        .format = corpus->format->name,
        .tokens = corpus->options.tokens,
        .documents = corpus->documents,
        .bytes = plx_source_offset(corpus->source),
    };
}

enum plx_status plx_corpus_sha256(struct plx_corpus *corpus, char hex[65], struct plx_error *error)
{
    return plx_source_sha256(corpus->source, hex, error);
}

void plx_corpus_progress(const struct plx_corpus *corpus, uint64_t *size, uint64_t *done)
{
    plx_source_progress(corpus->source, size, done);
}

const char *plx_corpus_name(const struct plx_corpus *corpus)
{
    return plx_source_name(corpus->source);
}

void plx_corpus_close(struct plx_corpus *corpus)
{
    if (!corpus)
        return;
    plx_source_close(corpus->source);
    corpus->format->close(corpus);
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

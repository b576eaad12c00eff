/* Token ids in NAME.bin with an index NAME.idx beside it (see index_file.h): a document of Megatron's data
   sets is what its document index says, of fairseq's every sequence, which is a sentence or a line. */
#include "corpus/id_reader.h"
#include "corpus/index_file.h"
#include "corpus/index_pair.h"
#include "io/medium.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

struct indexed_reader {
    struct plx_reader base;
    uint64_t document; /* which comes next */
    uint64_t left;     /* tokens of the document at hand that have not been given */
    uint64_t given;    /* those that have */
    bool begins;       /* nothing of it has been given, not even that it is empty */
    struct plx_index index;
    struct plx_id_stream stream;
};

/* The index itself in the place of its tokens. */
static enum plx_status refuse_index(const char *name, struct plx_error *error)
{
    plx_error_set(error, PLX_UNSUPPORTED, "the index of a data set, without the token ids");
    plx_error_input(error, name);
    return plx_error_hint(error,
                          "they are in a file NAME.bin beside NAME.idx, on this machine: is it missing?");
}

/* Opens the index beside the tokens. */
static enum plx_status open_index(const char *name, const struct plx_corpus_options *options,
                                  struct plx_source **index, struct plx_error *error)
{
    const struct plx_source_options source_options = {.fingerprint = true,
                                                      .network = options->network,
                                                      .interrupted = options->interrupted,
                                                      .user = options->user};
    enum plx_status status = PLX_OK;
    char *path = strstr(name, "://") ? NULL : plx_index_beside(name, &status, error);
    if (status)
        return status;
    if (!path) {
        plx_error_set(error, PLX_UNSUPPORTED,
                      "token ids whose index cannot be looked for: it lies beside a file");
        plx_error_input(error, name);
        return plx_error_hint(error, "name a file NAME.bin, with NAME.idx beside it");
    }
    status = plx_source_open(path, &source_options, index, error);
    if (status == PLX_IO)
        plx_error_hint(error, "the format needs an index beside its tokens; --corpus-format u16 needs none");
    free(path);
    return status;
}

static enum plx_status check_kind(const struct plx_index *index, enum plx_index_kind kind,
                                  struct plx_error *error)
{
    const bool fairseq = index->kind == PLX_INDEX_FAIRSEQ;
    if (index->kind == kind)
        return PLX_OK;
    plx_error_set(error, PLX_UNSUPPORTED, "the index is one of %s", fairseq ? "fairseq" : "Megatron");
    plx_error_input(error, plx_source_name(index->source));
    return plx_error_hint(error, "--corpus-format %s", fairseq ? "fairseq" : "megatron");
}

/* Reads what the index says of the tokens in the source. */
static enum plx_status begin(struct indexed_reader *reader, enum plx_index_kind kind, struct plx_error *error)
{
    struct plx_reader *base = &reader->base;
    const char *name = plx_source_name(base->source);
    const uint8_t *head;
    size_t size;
    enum plx_status status = plx_source_peek(base->source, PLX_INDEX_MAGIC_BYTES, &head, &size, error);
    if (status == PLX_OK && plx_index_recognise(head, size))
        return refuse_index(name, error);
    if (status == PLX_OK)
        status = open_index(name, base->options, &base->beside, error);
    if (status == PLX_OK)
        status = plx_index_begin(&reader->index, base->beside, error);
    if (status == PLX_OK)
        status = check_kind(&reader->index, kind, error);
    if (status)
        return status;
    const struct plx_id_layout layout = {
        .type = reader->index.type, .counted = true, .count = reader->index.tokens, .counter = "the index"};
    base->empty = reader->index.documents == 0;
    return plx_id_stream_begin(&reader->stream, base->source, &layout, error);
}

static enum plx_status open_indexed(struct plx_source *source, const struct plx_corpus_options *options,
                                    enum plx_index_kind kind, struct plx_reader **made,
                                    struct plx_error *error)
{
    struct indexed_reader *reader = plx_new_array(1, sizeof *reader, error);
    if (!reader)
        return PLX_MEMORY;
    reader->base = (struct plx_reader){.source = source, .options = options, .content = PLX_CONTENT_IDS};
    const enum plx_status status = begin(reader, kind, error);
    if (status) {
        plx_source_close(reader->base.beside);
        free(reader);
        return status;
    }
    *made = &reader->base;
    return PLX_OK;
}

static enum plx_status next_document(struct indexed_reader *reader, struct plx_error *error)
{
    const enum plx_status status = plx_index_next(&reader->index, &reader->left, error);
    if (status)
        return status;
    reader->document++;
    reader->given = 0;
    reader->begins = true;
    return PLX_OK;
}

static enum plx_status next_indexed(struct plx_reader *base, struct plx_chunk *chunk, bool *more,
                                    struct plx_error *error)
{
    struct indexed_reader *reader = (struct indexed_reader *)(void *)base;
    enum plx_status status = PLX_OK;
    *more = false;
    if (reader->left == 0 && !reader->begins) {
        if (reader->document == reader->index.documents)
            return plx_id_stream_fill(&reader->stream, error); /* which has no more either */
        status = next_document(reader, error);
    }
    if (status == PLX_OK && reader->left > 0)
        status = plx_id_stream_fill(&reader->stream, error);
    if (status)
        return status;
    const size_t known = plx_id_stream_known(&reader->stream);
    plx_id_stream_give(&reader->stream, known < reader->left ? known : (size_t)reader->left, chunk);
    chunk->begins_document = reader->begins;
    chunk->first_token = reader->given;
    reader->begins = false;
    reader->given += chunk->size;
    reader->left -= chunk->size;
    *more = true;
    return PLX_OK;
}

static enum plx_status open_megatron(struct plx_source *source, const struct plx_corpus_options *options,
                                     struct plx_reader **reader, struct plx_error *error)
{
    return open_indexed(source, options, PLX_INDEX_MEGATRON, reader, error);
}

static enum plx_status open_fairseq(struct plx_source *source, const struct plx_corpus_options *options,
                                    struct plx_reader **reader, struct plx_error *error)
{
    return open_indexed(source, options, PLX_INDEX_FAIRSEQ, reader, error);
}

/* An index without its tokens is Megatron's, to be refused. */
static enum plx_probe probe_megatron(const uint8_t *head, size_t size, const char *name)
{
    if (plx_index_recognise(head, size))
        return PLX_PROBE_CONTENT;
    return plx_index_look(name) == PLX_INDEX_MEGATRON ? PLX_PROBE_BESIDE : PLX_PROBE_NO;
}

static enum plx_probe probe_fairseq(const uint8_t *head, size_t size, const char *name)
{
    (void)head;
    (void)size;
    return plx_index_look(name) == PLX_INDEX_FAIRSEQ ? PLX_PROBE_BESIDE : PLX_PROBE_NO;
}

static void close_indexed(struct plx_reader *reader)
{
    free(reader);
}

const struct plx_corpus_format plx_corpus_format_megatron = {
    .name = "megatron",
    .description = "token ids of Megatron-LM: NAME.bin with NAME.idx beside it, named by either or by NAME",
    .probe = probe_megatron,
    .open = open_megatron,
    .next = next_indexed,
    .close = close_indexed,
    .beside = true,
};

const struct plx_corpus_format plx_corpus_format_fairseq = {
    .name = "fairseq",
    .description = "token ids of fairseq (mmap): NAME.bin with NAME.idx beside it, likewise; each sequence "
                   "is a document",
    .probe = probe_fairseq,
    .open = open_fairseq,
    .next = next_indexed,
    .close = close_indexed,
    .beside = true,
};

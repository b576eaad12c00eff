#include "model/plx_write.h"

#include "base/error.h"
#include "base/memory.h"
#include "io/place.h"
#include "model/plx_bins.h"
#include "model/plx_digest.h"
#include "model/plx_file.h"
#include "model/plx_layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Of the file at a time, for its digests: whole pieces. */
#define MAPPED_BYTES ((uint64_t)64 << 20)

_Static_assert(MAPPED_BYTES % PLX_FILE_CHUNK == 0, "pieces do not lie across two parts");

/* A section that has been written, where the reader of the model can search it. */
struct written {
    struct plx_ngram_table table;
    void *base; /* what has been mapped; NULL: nothing */
    size_t bytes;
};

struct plx_writer {
    struct plx_ngram_sink sink; /* the first, so that it is found from the sink */
    const struct plx_ngram_hash *model;
    const struct plx_model_options *options;
    struct plx_output *output; /* what appears */
    struct plx_output *spool;  /* the bins */
    struct plx_output *copy;   /* what is written to where the output is no plain file; else NULL */
    struct plx_file file;
    struct plx_bins bins;
    unsigned order;          /* that is being written */
    uint64_t end;            /* of what has been written */
    struct written *written; /* [order − 1] */
};

static struct plx_writer *writer_of(struct plx_ngram_sink *sink)
{
    return (struct plx_writer *)(void *)sink;
}

/* Where the bytes go. */
static const struct plx_output *target(const struct plx_writer *writer)
{
    return writer->copy ? writer->copy : writer->output;
}

static struct plx_file_section *begin_section(struct plx_writer *writer, enum plx_file_kind kind,
                                              unsigned order)
{
    struct plx_file_section *section = plx_file_section(&writer->file, kind, order);
    section->offset = plx_file_aligned(writer->end);
    return section;
}

static void end_section(struct plx_writer *writer, struct plx_file_section *section, uint64_t bytes)
{
    section->bytes = bytes;
    writer->end = section->offset + bytes;
}

/* Once the order is known. */
static enum plx_status set_order(struct plx_writer *writer, struct plx_error *error)
{
    const unsigned order = writer->model->ngram.base.info.order;
    if (writer->file.order > 0)
        return PLX_OK;
    writer->written = plx_new_array(order, sizeof *writer->written, error);
    if (!writer->written)
        return PLX_MEMORY;
    writer->end = plx_file_header_bytes(order);
    return plx_file_set_order(&writer->file, order, error);
}

/* What is not needed for a while need not stay in memory. */
static void let_go(const struct written *written)
{
    if (written->base)
        (void)madvise(written->base, written->bytes, MADV_DONTNEED);
}

static enum plx_status begin(struct plx_ngram_sink *sink, unsigned order, uint64_t expected,
                             struct plx_error *error)
{
    struct plx_writer *writer = writer_of(sink);
    const enum plx_status status = set_order(writer, error);
    if (status)
        return status;
    writer->order = order;
    for (unsigned k = 2; k + 1 < order; k++) /* only those of the order before are looked for from now on */
        let_go(writer->written + (k - 2));
    plx_bins_release(&writer->bins);
    return plx_bins_begin(&writer->bins, expected, writer->spool, error);
}

static enum plx_status add(struct plx_ngram_sink *sink, const struct plx_ngram_record *records, size_t count,
                           struct plx_error *error)
{
    struct plx_writer *writer = writer_of(sink);
    writer->file.orders[writer->order - 1].stored += count;
    return plx_bins_add(&writer->bins, records, count, error);
}

/* Maps a part of the file, which is there. */
static enum plx_status map(const struct plx_writer *writer, uint64_t offset, uint64_t bytes, void **base,
                           size_t *mapped, const uint8_t **data, struct plx_error *error)
{
    const size_t before = (size_t)(offset % (uint64_t)sysconf(_SC_PAGESIZE));
    *base = NULL;
    *mapped = (size_t)bytes + before;
    void *pages =
        mmap(NULL, *mapped, PROT_READ, MAP_SHARED, target(writer)->descriptor, (off_t)(offset - before));
    if (pages == MAP_FAILED)
        return plx_place_error(target(writer)->path, errno, error);
    *base = pages;
    *data = (const uint8_t *)pages + before;
    return PLX_OK;
}

static enum plx_status write_order(struct plx_writer *writer, struct plx_file_section *section,
                                   struct plx_error *error)
{
    struct plx_file_order *order = writer->file.orders + (writer->order - 1);
    struct written *written = writer->written + (writer->order - 2);
    struct plx_layout layout = {
        .file = target(writer), .offset = section->offset, .layout = order->layout, .count = order->stored};
    enum plx_status status = plx_bins_end(&writer->bins, error);
    if (status == PLX_OK)
        status = plx_layout_write(&layout, &writer->bins, writer->options, error);
    if (layout.duplicate) {
        writer->sink.duplicate_line = layout.line;
        return plx_error_set(error, PLX_MALFORMED, "a %u-gram is there twice", writer->order);
    }
    if (status)
        return status;
    struct plx_ngram_table *table = &written->table;
    table->count = order->stored;
    table->layout = order->layout;
    table->homes = plx_ngram_homes(order->layout, order->stored);
    table->spare = layout.spare;
    end_section(writer, section, (table->homes + table->spare) * PLX_NGRAM_LINE);
    return map(writer, section->offset, section->bytes, &written->base, &written->bytes, &table->lines,
               error);
}

static enum plx_status end(struct plx_ngram_sink *sink, struct plx_error *error)
{
    struct plx_writer *writer = writer_of(sink);
    struct plx_file_section *section = begin_section(writer, PLX_FILE_NGRAMS, writer->order);
    enum plx_status status = PLX_OK;
    if (writer->file.orders[writer->order - 1].stored > 0)
        status = write_order(writer, section, error);
    else
        end_section(writer, section, 0);
    plx_bins_release(&writer->bins);
    return status;
}

static const struct plx_ngram_table *table_of(struct plx_ngram_sink *sink, unsigned order)
{
    return &writer_of(sink)->written[order - 2].table;
}

struct plx_ngram_sink *plx_writer_sink(struct plx_writer *writer)
{
    return &writer->sink;
}

struct plx_writer *plx_writer_new(const char *path, const struct plx_ngram_hash *model,
                                  const struct plx_model_options *options, struct plx_error *error)
{
    struct plx_writer *writer = plx_new_array(1, sizeof *writer, error);
    if (!writer)
        return NULL;
    writer->sink = (struct plx_ngram_sink){.begin = begin, .add = add, .end = end, .table = table_of};
    writer->model = model;
    writer->options = options;
    enum plx_status status = plx_output_open(path, &writer->output, error);
    if (status == PLX_OK)
        status = plx_output_open_spool(writer->output, &writer->spool, error);
    if (status == PLX_OK && !plx_output_can_patch(writer->output))
        status = plx_output_open_spool(writer->output, &writer->copy, error);
    if (status == PLX_OK)
        return writer;
    plx_writer_free(writer);
    return NULL;
}

void plx_writer_free(struct plx_writer *writer)
{
    if (!writer)
        return;
    for (unsigned k = 0; writer->written && k + 1 < writer->file.order; k++) {
        if (writer->written[k].base)
            (void)munmap(writer->written[k].base, writer->written[k].bytes);
    }
    free(writer->written);
    plx_bins_release(&writer->bins);
    plx_file_release(&writer->file);
    plx_output_discard(writer->copy);
    plx_output_discard(writer->spool);
    plx_output_discard(writer->output);
    free(writer);
}

static enum plx_status write_section(struct plx_writer *writer, enum plx_file_kind kind, const void *data,
                                     uint64_t bytes, struct plx_error *error)
{
    struct plx_file_section *section = begin_section(writer, kind, 0);
    end_section(writer, section, bytes);
    return plx_output_write_at(target(writer), section->offset, data, (size_t)bytes, error);
}

static enum plx_status write_vocabulary(struct plx_writer *writer, struct plx_error *error)
{
    const struct plx_ngram_hash *model = writer->model;
    enum plx_status status = plx_vocabulary_pack(model->ngram.base.vocabulary, error);
    if (status)
        return status;
    const struct plx_vocabulary_parts parts = plx_vocabulary_parts(model->ngram.base.vocabulary);
    const uint64_t v = parts.size;
    writer->file.vocabulary = v;
    status = write_section(writer, PLX_FILE_UNIGRAMS, model->unigrams, v * sizeof(struct plx_ngram), error);
    if (status == PLX_OK)
        status = write_section(writer, PLX_FILE_WORDS, parts.lines,
                               (parts.homes + parts.spare) * PLX_VOCABULARY_LINE, error);
    if (status == PLX_OK)
        status = write_section(writer, PLX_FILE_OFFSETS, parts.offsets, (v + 1) * sizeof(uint64_t), error);
    if (status == PLX_OK)
        status = write_section(writer, PLX_FILE_TEXT, parts.text, parts.text_bytes, error);
    return status;
}

/* Reads all that is behind the header once more, as much at a time as may be in memory. */
static enum plx_status hash_body(struct plx_writer *writer, uint64_t end, char *table,
                                 struct plx_error *error)
{
    uint64_t begin = plx_file_header_bytes(writer->file.order);
    enum plx_status status = PLX_OK;
    while (status == PLX_OK && begin < end) {
        const uint64_t bytes = end - begin < MAPPED_BYTES ? end - begin : MAPPED_BYTES;
        const uint8_t *data = NULL;
        void *base;
        size_t mapped;
        status = map(writer, begin, bytes, &base, &mapped, &data, error);
        if (status)
            break;
        status = plx_digest_pieces(data, bytes, writer->options, table, error);
        (void)munmap(base, mapped);
        table += bytes / PLX_FILE_CHUNK * PLX_FILE_DIGEST;
        begin += bytes;
    }
    return status;
}

static enum plx_status write_digests(struct plx_writer *writer, struct plx_error *error)
{
    struct plx_file *file = &writer->file;
    struct plx_file_section *section = begin_section(writer, PLX_FILE_DIGESTS, 0);
    const uint64_t bytes = plx_file_digests(file) * PLX_FILE_DIGEST;
    if (ftruncate(target(writer)->descriptor, (off_t)section->offset) != 0)
        return plx_place_error(target(writer)->path, errno, error);
    char *table = plx_new_array((size_t)bytes, 1, error);
    if (!table)
        return PLX_MEMORY;
    enum plx_status status = hash_body(writer, section->offset, table, error);
    if (status == PLX_OK)
        status = plx_digest_table(table, (size_t)bytes, file->digests_sha256, error);
    if (status == PLX_OK)
        status = write_section(writer, PLX_FILE_DIGESTS, table, bytes, error);
    free(table);
    return status;
}

static enum plx_status write_header(struct plx_writer *writer, const struct plx_writer_source *source,
                                    struct plx_error *error)
{
    const struct plx_ngram_hash *model = writer->model;
    const struct plx_model *base = &model->ngram.base;
    struct plx_file *file = &writer->file;
    file->bytes = writer->end;
    file->inserted_blanks = base->info.inserted_blanks;
    file->source_bytes = source->bytes;
    memcpy(file->source_sha256, source->sha256, strlen(source->sha256));
    memcpy(file->source_format, source->format, strnlen(source->format, PLX_FILE_FORMAT_BYTES - 1));
    for (unsigned k = 1; k <= file->order; k++) {
        file->orders[k - 1].count = model->ngram.counts[k - 1];
        file->orders[k - 1].incomplete = model->incomplete[k];
    }
    memcpy(file->warnings, base->warnings, sizeof file->warnings);
    file->warning_count = base->warning_count;
    memcpy(file->remarks, base->remarks, sizeof file->remarks);
    file->remark_count = base->remark_count;
    const size_t bytes = (size_t)plx_file_header_bytes(file->order);
    uint8_t *header = plx_new_array(bytes, 1, error);
    if (!header)
        return PLX_MEMORY;
    enum plx_status status = plx_file_encode(file, header, error);
    if (status == PLX_OK)
        status = plx_output_write_at(target(writer), 0, header, bytes, error);
    free(header);
    return status;
}

enum plx_status plx_writer_finish(struct plx_writer *writer, const struct plx_writer_source *source,
                                  struct plx_error *error)
{
    enum plx_status status = set_order(writer, error);
    if (status == PLX_OK)
        status = write_vocabulary(writer, error);
    if (status == PLX_OK)
        status = write_digests(writer, error);
    if (status == PLX_OK)
        status = write_header(writer, source, error);
    if (status == PLX_OK && writer->copy)
        status = plx_output_append(writer->output, writer->copy, writer->options->interrupted,
                                   writer->options->user, error);
    if (status)
        return status;
    status = plx_output_commit(writer->output, error);
    writer->output = NULL;
    return status;
}

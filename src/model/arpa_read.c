#include "model/arpa_read.h"

#include "model/arpa_reader.h"

#include "base/memory.h"
#include "base/word.h"

#include <stdio.h>
#include <stdlib.h>

/* Longest line. */
#define LINE_MAX_BYTES ((size_t)16 << 20)

/* Room made ahead for the words that the header promises: it costs memory. */
#define RESERVE_UNIGRAM_MAX ((uint64_t)1 << 16)

/* Blocks under way for each thread: one at work and one that waits. */
#define BLOCKS_EACH 2

/* Bytes of the medium that are worth a thread. */
#define BYTES_EACH ((uint64_t)256 << 10)

/* As many threads as are allowed and of use. */
static unsigned threads_for(const struct plx_arpa_reader *reader)
{
    const unsigned allowed = reader->options->threads > 0 ? reader->options->threads : 1;
    uint64_t size, done;
    plx_source_progress(reader->lines.source, &size, &done);
    return size > 0 && size / BYTES_EACH < allowed ? (unsigned)(size / BYTES_EACH) + 1 : allowed;
}

static enum plx_status allocate(struct plx_arpa_reader *reader, struct plx_error *error)
{
    struct plx_ngram_hash *model = reader->model;
    const enum plx_status status = plx_ngram_hash_set_order(model, reader->order, error);
    if (status)
        return status;
    const uint64_t unigrams =
        reader->declared[0] < RESERVE_UNIGRAM_MAX ? reader->declared[0] : RESERVE_UNIGRAM_MAX;
    reader->unigram_capacity = (size_t)unigrams;
    model->unigram_memory = plx_new_array(reader->unigram_capacity, sizeof *model->unigram_memory, error);
    model->ngram.base.vocabulary = plx_vocabulary_new(reader->unigram_capacity, error);
    const unsigned threads = threads_for(reader);
    reader->pool = plx_pool_new(threads, error);
    reader->block_count = BLOCKS_EACH * (size_t)threads;
    reader->blocks = plx_new_array(reader->block_count, sizeof *reader->blocks, error);
    const bool all = model->unigram_memory && model->ngram.base.vocabulary && reader->pool && reader->blocks;
    return all ? PLX_OK : PLX_MEMORY;
}

/* An order without n-grams needs no section. */
static enum plx_status pass_order(struct plx_arpa_reader *reader, unsigned order, struct plx_error *error)
{
    struct plx_ngram_sink *sink = reader->sink;
    enum plx_status status = PLX_OK;
    if (order > 1 && (status = sink->begin(sink, order, 0, error)) == PLX_OK)
        status = sink->end(sink, error);
    return status;
}

static enum plx_status read_sections(struct plx_arpa_reader *reader, struct plx_error *error)
{
    for (unsigned order = 1; order <= reader->order; order++) {
        char heading[32];
        const int length = snprintf(heading, sizeof heading, "\\%u-grams:", order);
        enum plx_status status;
        if (length > 0 && plx_arpa_line_is(reader, heading))
            status = plx_arpa_read_section(reader, order, error);
        else if (plx_arpa_line_begins(reader, "\\") && reader->declared[order - 1] == 0)
            status = pass_order(reader, order, error);
        else {
            plx_error_set(error, PLX_MALFORMED, "the section %s expected", heading);
            return plx_arpa_malformed(reader, error);
        }
        if (status)
            return status;
    }
    if (!plx_arpa_line_is(reader, "\\end\\")) {
        plx_error_set(error, PLX_MALFORMED, "\\end\\ expected");
        return plx_arpa_malformed(reader, error);
    }
    enum plx_status status;
    while ((status = plx_arpa_next(reader, error)) == PLX_OK && reader->line)
        plx_model_warn(&reader->model->ngram.base, "text-after-end", reader->lines.number,
                       "text after \\end\\ is ignored");
    return status;
}

static enum plx_status finish(struct plx_arpa_reader *reader, struct plx_error *error)
{
    struct plx_ngram_hash *model = reader->model;
    struct plx_model_info *info = &model->ngram.base.info;
    info->vocabulary = plx_vocabulary_size(model->ngram.base.vocabulary);
    model->unigrams = (const uint8_t *)model->unigram_memory;
    plx_ngram_hash_complete(model);
    const enum plx_status status = plx_ngram_describe(&model->ngram, error);
    if (info->unknown != PLX_NO_TOKEN &&
        plx_word_is(plx_model_token(&model->ngram.base, info->unknown), "<UNK>"))
        plx_arpa_notes_add(&reader->notes, PLX_ARPA_UPPER_UNKNOWN, 1, reader->upper_unknown);
    plx_arpa_notes_list(&reader->notes, &model->ngram.base);
    return status;
}

enum plx_status plx_arpa_read(struct plx_source *source, const struct plx_model_options *options,
                              struct plx_ngram_hash *model, struct plx_ngram_sink *sink,
                              struct plx_error *error)
{
    struct plx_arpa_reader reader = {.options = options, .model = model, .sink = sink};
    plx_lines_init(&reader.lines, source, LINE_MAX_BYTES);
    enum plx_status status = plx_arpa_read_header(&reader, error);
    if (status == PLX_OK)
        status = allocate(&reader, error);
    if (status == PLX_OK)
        status = read_sections(&reader, error);
    if (status == PLX_OK)
        status = finish(&reader, error);
    for (size_t i = 0; reader.blocks && i < reader.block_count; i++)
        plx_arpa_block_release(reader.blocks + i);
    free(reader.blocks);
    plx_pool_free(reader.pool);
    free(reader.declared);
    return status;
}

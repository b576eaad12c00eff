#include "corpus/id_reader.h"

#include "base/memory.h"
#include "io/source.h"

#include <inttypes.h>
#include <stdlib.h>

static const char OTHER_FORMAT[] = "cut short? or ids of another width: --corpus-format names another format";

/* The count is not what the file has: `found` of it, and perhaps a part of one. */
static enum plx_status refuse_count(const struct plx_id_stream *stream, uint64_t found, uint64_t offset,
                                    struct plx_error *error)
{
    const bool fewer = found < stream->count;
    if (fewer)
        plx_error_set(error, PLX_MALFORMED,
                      "%s counts %" PRIu64 " tokens of %u bytes, but the file ends after %" PRIu64,
                      stream->counter, stream->count, stream->type.size, found);
    else
        plx_error_set(error, PLX_MALFORMED,
                      "%s counts %" PRIu64 " tokens of %u bytes, but there is more behind them",
                      stream->counter, stream->count, stream->type.size);
    plx_error_at_offset(error, offset);
    return fewer ? plx_error_hint(error, "was it written and copied completely?") : PLX_MALFORMED;
}

enum plx_status plx_id_stream_begin(struct plx_id_stream *stream, struct plx_source *source,
                                    const struct plx_id_layout *layout, struct plx_error *error)
{
    struct plx_file_range range;
    const uint64_t size = layout->type.size;
    stream->source = source;
    stream->type = layout->type;
    stream->counted = layout->counted;
    stream->count = layout->counted ? layout->count : UINT64_MAX;
    stream->counter = layout->counter;
    stream->read = stream->at = stream->end = 0;
    const enum plx_status status = plx_source_file(source, &range, error);
    if (status || range.descriptor < 0 || !layout->counted || range.size < layout->begin)
        return status;
    const uint64_t bytes = range.size - layout->begin;
    if (bytes / size < layout->count)
        return refuse_count(stream, bytes / size, range.size, error);
    if (bytes / size > layout->count || bytes % size)
        return refuse_count(stream, layout->count, layout->begin + layout->count * size, error);
    return PLX_OK;
}

static enum plx_status refuse_element(const struct plx_id_stream *stream, const uint8_t *bytes,
                                      struct plx_error *error)
{
    char text[PLX_ID_TEXT];
    plx_id_print(stream->type, bytes, text);
    plx_error_set(error, PLX_MALFORMED, "token %" PRIu64 " of the file (from 0) is %s: ids are 0 to %u",
                  stream->read, text, (unsigned)PLX_ID_MOST);
    return plx_error_at_offset(error, plx_source_offset(stream->source));
}

/* Of bytes[known], fewer than an id. */
static enum plx_status check_end(const struct plx_id_stream *stream, size_t known, struct plx_error *error)
{
    const uint64_t offset = plx_source_offset(stream->source);
    if (stream->counted && (known > 0 || stream->read < stream->count))
        return refuse_count(stream, stream->read, offset + (stream->read < stream->count ? known : 0), error);
    if (known == 0)
        return PLX_OK;
    plx_error_set(error, PLX_MALFORMED, "part of a token id at the end: each takes %u bytes",
                  stream->type.size);
    plx_error_at_offset(error, offset);
    return plx_error_hint(error, "%s", OTHER_FORMAT);
}

enum plx_status plx_id_stream_fill(struct plx_id_stream *stream, struct plx_error *error)
{
    const unsigned size = stream->type.size;
    const uint64_t left = stream->count - stream->read;
    const uint8_t *bytes;
    size_t known, count = left < PLX_IDS_AT_ONCE ? (size_t)left : PLX_IDS_AT_ONCE;
    if (stream->at < stream->end)
        return PLX_OK;
    const enum plx_status status =
        plx_source_peek(stream->source, count ? size * count : 1, &bytes, &known, error);
    if (status)
        return status;
    if (known / size < count)
        count = known / size;
    if (count == 0)
        return check_end(stream, known, error);
    count = plx_ids_widen(stream->type, bytes, count, stream->ids);
    if (count == 0)
        return refuse_element(stream, bytes, error);
    plx_source_skip(stream->source, size * count);
    stream->read += count;
    stream->at = 0;
    stream->end = count;
    return PLX_OK;
}

size_t plx_id_stream_known(const struct plx_id_stream *stream)
{
    return stream->end - stream->at;
}

void plx_id_stream_give(struct plx_id_stream *stream, size_t size, struct plx_chunk *chunk)
{
    const unsigned width = stream->type.size;
    chunk->ids = stream->ids + stream->at;
    chunk->size = size;
    chunk->id_bytes = width;
    chunk->offset = plx_source_offset(stream->source) - (uint64_t)width * plx_id_stream_known(stream);
    stream->at += size;
}

enum plx_status plx_id_reader_new(struct plx_source *source, const struct plx_corpus_options *options,
                                  const struct plx_id_layout *layout, struct plx_id_reader **made,
                                  struct plx_error *error)
{
    struct plx_id_reader *reader = plx_new_array(1, sizeof *reader, error);
    if (!reader)
        return PLX_MEMORY;
    reader->base = (struct plx_reader){.source = source,
                                       .options = options,
                                       .content = PLX_CONTENT_IDS,
                                       .empty = layout->counted && layout->count == 0};
    reader->row = UINT64_MAX;
    const enum plx_status status = plx_id_stream_begin(&reader->stream, source, layout, error);
    if (status) {
        free(reader);
        return status;
    }
    plx_source_skip(source, (size_t)layout->begin);
    *made = reader;
    return PLX_OK;
}

enum plx_status plx_id_reader_next(struct plx_reader *base, struct plx_chunk *chunk, bool *more,
                                   struct plx_error *error)
{
    struct plx_id_reader *reader = (struct plx_id_reader *)(void *)base;
    *more = false;
    const enum plx_status status = plx_id_stream_fill(&reader->stream, error);
    const size_t known = plx_id_stream_known(&reader->stream);
    if (status || known == 0)
        return status;
    const uint64_t left = reader->row - reader->given;
    plx_id_stream_give(&reader->stream, known < left ? known : (size_t)left, chunk);
    chunk->begins_document = reader->given == 0;
    chunk->first_token = reader->given;
    reader->given += chunk->size;
    if (reader->given == reader->row)
        reader->given = 0;
    *more = true;
    return PLX_OK;
}

void plx_id_reader_close(struct plx_reader *reader)
{
    free(reader);
}

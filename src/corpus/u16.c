/* Token ids of 2 bytes each, little-endian, with nothing before or between them: nanoGPT's train.bin. The
   file is one document. */
#include "corpus/corpus.h"

#include "base/bytes.h"
#include "base/foreign.h"
#include "base/memory.h"
#include "base/path.h"

#include <stdlib.h>
#include <string.h>

#define ID_BYTES    2
#define IDS_AT_ONCE ((size_t)32 << 10)

struct u16_reader {
    struct plx_reader base;
    uint64_t given; /* ids so far */
    uint32_t ids[IDS_AT_ONCE];
};

static void widen(const uint8_t *bytes, size_t count, uint32_t *ids)
{
    for (size_t i = 0; i < count; i++)
        ids[i] = plx_load_u16(bytes + ID_BYTES * i);
}

static enum plx_status next_u16(struct plx_reader *base, struct plx_chunk *chunk, bool *more,
                                struct plx_error *error)
{
    struct u16_reader *reader = (struct u16_reader *)(void *)base;
    const uint64_t offset = plx_source_offset(base->source);
    const uint8_t *bytes;
    size_t known;
    *more = false;
    const enum plx_status status =
        plx_source_peek(base->source, ID_BYTES * IDS_AT_ONCE, &bytes, &known, error);
    if (status)
        return status;
    if (known == 1) {
        plx_error_set(error, PLX_MALFORMED, "half a token id at the end: each takes 2 bytes");
        plx_error_at_offset(error, offset);
        return plx_error_hint(error, "cut short? or no ids of 2 bytes: --corpus-format names another format");
    }
    const size_t count = known / ID_BYTES < IDS_AT_ONCE ? known / ID_BYTES : IDS_AT_ONCE;
    if (count == 0)
        return PLX_OK;
    widen(bytes, count, reader->ids);
    plx_source_skip(base->source, ID_BYTES * count);
    chunk->ids = reader->ids;
    chunk->size = count;
    chunk->id_bytes = ID_BYTES;
    chunk->offset = offset;
    chunk->begins_document = reader->given == 0;
    chunk->first_token = reader->given;
    reader->given += count;
    *more = true;
    return PLX_OK;
}

/* A text of some length has only the control characters of white space; common ids, which are small ones,
   have others in their upper bytes. */
static bool looks_like_text(const uint8_t *head, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (head[i] < '\t' || (head[i] > '\r' && head[i] < ' '))
            return false;
    }
    return size >= 256;
}

static enum plx_probe probe(const uint8_t *head, size_t size, const char *name)
{
    if (!plx_path_has_suffix(name, ".bin") && !plx_path_has_suffix(name, ".u16"))
        return PLX_PROBE_NO;
    return plx_foreign_recognise(head, size) || looks_like_text(head, size) ? PLX_PROBE_NO : PLX_PROBE_NAME;
}

static enum plx_status open_u16(struct plx_source *source, const struct plx_corpus_options *options,
                                struct plx_reader **made, struct plx_error *error)
{
    struct u16_reader *reader = plx_new_array(1, sizeof *reader, error);
    if (!reader)
        return PLX_MEMORY;
    reader->base = (struct plx_reader){.source = source, .options = options, .content = PLX_CONTENT_IDS};
    *made = &reader->base;
    return PLX_OK;
}

static void close_u16(struct plx_reader *reader)
{
    free(reader);
}

const struct plx_corpus_format plx_corpus_format_u16 = {
    "u16",    "token ids of 2 bytes, little-endian, without a header, as nanoGPT writes them (.bin, .u16)",
    probe,    open_u16,
    next_u16, close_u16,
};

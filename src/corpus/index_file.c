#include "corpus/index_file.h"

#include "base/bytes.h"
#include "base/error.h"
#include "corpus/index_format.h"
#include "corpus/index_pair.h"
#include "io/source.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SEQUENCE_BYTES (PLX_INDEX_LENGTH_BYTES + PLX_INDEX_OFFSET_BYTES)

/* Types of tokens by their code: what they are called, and whether they are ids. */
struct type {
    const char *name;
    bool integers;
    struct plx_id_type type;
};

static const struct type TYPES[] = {
    [PLX_INDEX_U8] = {"uint8", true, {1, false, false}},
    [PLX_INDEX_I8] = {"int8", true, {1, true, false}},
    [PLX_INDEX_I16] = {"int16", true, {2, true, false}},
    [PLX_INDEX_I32] = {"int32", true, {4, true, false}},
    [PLX_INDEX_I64] = {"int64", true, {8, true, false}},
    [PLX_INDEX_FLOAT64] = {"float64", false, {8, false, false}},
    [PLX_INDEX_FLOAT] = {"float32 or float64", false, {8, false, false}},
    [PLX_INDEX_U16] = {"uint16", true, {2, false, false}},
    [PLX_INDEX_U32] = {"uint32", true, {4, false, false}},
    [PLX_INDEX_U64] = {"uint64", true, {8, false, false}},
};

/* Sizes that an index of so many sequences and documents can have; SIZE_NONE if none is so large. */
#define SIZE_NONE 0

static uint64_t size_of(uint64_t header, uint64_t sequences, uint64_t documents, bool modes)
{
    const uint64_t each = SEQUENCE_BYTES + modes;
    uint64_t sequence_bytes, document_bytes, size;
    if (__builtin_mul_overflow(sequences, each, &sequence_bytes) ||
        __builtin_mul_overflow(documents, PLX_INDEX_DOCUMENT_BYTES, &document_bytes) ||
        __builtin_add_overflow(sequence_bytes, document_bytes, &size) ||
        __builtin_add_overflow(size, header, &size))
        return SIZE_NONE;
    return size;
}

/* What an index is that begins with head[0..size) and has so many bytes; none if neither has such a length.
 */
static enum plx_index_kind kind_of(const uint8_t *head, size_t size, uint64_t bytes)
{
    if (size < PLX_INDEX_FAIRSEQ_BYTES)
        return PLX_INDEX_NONE;
    const uint64_t sequences = plx_load_u64(head + PLX_INDEX_SEQUENCES_AT);
    if (bytes == size_of(PLX_INDEX_FAIRSEQ_BYTES, sequences, 0, false))
        return PLX_INDEX_FAIRSEQ;
    if (size < PLX_INDEX_MEGATRON_BYTES)
        return PLX_INDEX_NONE;
    const uint64_t documents = plx_load_u64(head + PLX_INDEX_DOCUMENTS_AT);
    if (bytes == size_of(PLX_INDEX_MEGATRON_BYTES, sequences, documents, false) ||
        bytes == size_of(PLX_INDEX_MEGATRON_BYTES, sequences, documents, true))
        return PLX_INDEX_MEGATRON;
    return PLX_INDEX_NONE;
}

enum plx_index_kind plx_index_look(const char *bin)
{
    uint8_t head[PLX_INDEX_MEGATRON_BYTES];
    uint64_t bytes = 0;
    enum plx_status status;
    char *name = plx_index_beside(bin, &status, NULL);
    const size_t size = name ? plx_index_head(name, head, sizeof head, &bytes) : 0;
    free(name);
    if (!plx_index_recognise(head, size))
        return PLX_INDEX_NONE;
    const enum plx_index_kind kind = kind_of(head, size, bytes);
    return kind == PLX_INDEX_NONE ? PLX_INDEX_MEGATRON : kind;
}

/* Puts the place into an error that has been set. */
static enum plx_status at_offset(const struct plx_index *index, uint64_t offset, struct plx_error *error)
{
    plx_error_input(error, plx_source_name(index->source));
    return plx_error_at_offset(error, offset);
}

/* Of what length the index should be; a length that is out of the question is not mentioned. */
static enum plx_status refuse_size(struct plx_index *index, const uint8_t *head, size_t size, uint64_t bytes,
                                   struct plx_error *error)
{
    const uint64_t most = 1000 * bytes;
    const uint64_t sequences =
        size < PLX_INDEX_FAIRSEQ_BYTES ? 0 : plx_load_u64(head + PLX_INDEX_SEQUENCES_AT);
    const uint64_t documents =
        size < PLX_INDEX_MEGATRON_BYTES ? 0 : plx_load_u64(head + PLX_INDEX_DOCUMENTS_AT);
    const uint64_t megatron = size_of(PLX_INDEX_MEGATRON_BYTES, sequences, documents, false);
    const uint64_t fairseq = size_of(PLX_INDEX_FAIRSEQ_BYTES, sequences, 0, false);
    char lengths[128] = "far more";
    if (size < PLX_INDEX_MEGATRON_BYTES) {
        plx_error_set(error, PLX_MALFORMED, "the index ends within its header");
        return at_offset(index, size, error);
    }
    if (megatron != SIZE_NONE && megatron < most)
        snprintf(lengths, sizeof lengths, "%" PRIu64 ", or, as fairseq's, %" PRIu64, megatron, fairseq);
    else if (fairseq != SIZE_NONE && fairseq < most)
        snprintf(lengths, sizeof lengths, "as fairseq's %" PRIu64, fairseq);
    plx_error_set(error, PLX_MALFORMED,
                  "an index of %" PRIu64 " bytes, but its header, of %" PRIu64 " sequences, demands %s",
                  bytes, sequences, lengths);
    at_offset(index, PLX_INDEX_SEQUENCES_AT, error);
    return plx_error_hint(error, "was it written and copied completely?");
}

static enum plx_status check_type(struct plx_index *index, unsigned code, struct plx_error *error)
{
    const unsigned most = index->kind == PLX_INDEX_FAIRSEQ ? PLX_INDEX_U64 : PLX_INDEX_U16;
    if (code < PLX_INDEX_U8 || code > most)
        plx_error_set(error, PLX_UNSUPPORTED, "the index names a type of tokens, %u, that is not known",
                      code);
    else if (!TYPES[code].integers)
        plx_error_set(error, PLX_UNSUPPORTED, "tokens of type %s (%u in the index), but ids are integers",
                      TYPES[code].name, code);
    else
        index->type = TYPES[code].type;
    return index->type.size ? PLX_OK : at_offset(index, PLX_INDEX_TYPE_AT, error);
}

/* Says of an index how its parts lie. */
static enum plx_status read_header(struct plx_index *index, const uint8_t *head, size_t size, uint64_t bytes,
                                   struct plx_error *error)
{
    if (!plx_index_recognise(head, size)) {
        plx_error_set(error, PLX_MALFORMED,
                      "no index of Megatron's or fairseq's: it does not begin with MMIDIDX");
        return at_offset(index, 0, error);
    }
    if (size >= PLX_INDEX_TYPE_AT && plx_load_u64(head + PLX_INDEX_VERSION_AT) != PLX_INDEX_VERSION) {
        plx_error_set(error, PLX_UNSUPPORTED, "an index of version %" PRIu64 ", which is not known: 1 is",
                      plx_load_u64(head + PLX_INDEX_VERSION_AT));
        return at_offset(index, PLX_INDEX_VERSION_AT, error);
    }
    index->kind = kind_of(head, size, bytes);
    if (index->kind == PLX_INDEX_NONE)
        return refuse_size(index, head, size, bytes, error);
    const bool megatron = index->kind == PLX_INDEX_MEGATRON;
    const uint64_t begin = megatron ? PLX_INDEX_MEGATRON_BYTES : PLX_INDEX_FAIRSEQ_BYTES;
    const uint64_t sequences = plx_load_u64(head + PLX_INDEX_SEQUENCES_AT);
    index->sequences = sequences;
    index->lengths =
        (struct plx_index_column){.begin = begin, .count = sequences, .width = PLX_INDEX_LENGTH_BYTES};
    index->offsets = (struct plx_index_column){.begin = begin + PLX_INDEX_LENGTH_BYTES * sequences,
                                               .count = sequences,
                                               .width = PLX_INDEX_OFFSET_BYTES};
    index->ends = (struct plx_index_column){.begin = begin + SEQUENCE_BYTES * sequences,
                                            .width = PLX_INDEX_DOCUMENT_BYTES};
    index->ends.count = megatron ? plx_load_u64(head + PLX_INDEX_DOCUMENTS_AT) : 0;
    return check_type(index, head[PLX_INDEX_TYPE_AT], error);
}

/* Where element `at` of a column stands. */
static uint64_t place(const struct plx_index_column *column, uint64_t at)
{
    return column->begin + column->width * at;
}

/* The element, which is one. */
static enum plx_status element(struct plx_index *index, struct plx_index_column *column, uint64_t at,
                               int64_t *value, struct plx_error *error)
{
    const unsigned width = column->width;
    if (at < column->first || at - column->first >= column->known) {
        const uint64_t left = column->count - at, most = sizeof column->bytes / width;
        const size_t bytes = width * (size_t)(left < most ? left : most);
        ssize_t got;
        do
            got = pread(index->descriptor, column->bytes, bytes, (off_t)place(column, at));
        while (got < 0 && errno == EINTR);
        column->known = got > 0 ? (size_t)got / width : 0;
        column->first = at;
        if (column->known == 0) {
            if (got < 0)
                plx_error_set_errno(error, PLX_IO, errno, "cannot be read");
            else
                plx_error_set(error, PLX_IO, "became shorter while it was read");
            return at_offset(index, place(column, at), error);
        }
    }
    const uint8_t *bytes = column->bytes + width * (size_t)(at - column->first);
    *value = width == 4 ? (int32_t)plx_load_u32(bytes) : (int64_t)plx_load_u64(bytes);
    return PLX_OK;
}

/* What a sequence has in tokens, and where it begins. */
static enum plx_status read_sequence(struct plx_index *index, uint64_t at, int64_t *length, int64_t *offset,
                                     struct plx_error *error)
{
    *length = *offset = 0;
    enum plx_status status = element(index, &index->lengths, at, length, error);
    if (status == PLX_OK)
        status = element(index, &index->offsets, at, offset, error);
    if (status)
        return status;
    if (*length < 0) {
        plx_error_set(error, PLX_MALFORMED,
                      "sequence %" PRIu64 " of the index (from 0) has %" PRId64 " tokens", at, *length);
        return at_offset(index, place(&index->lengths, at), error);
    }
    if (*offset >= 0 && *offset % (int64_t)index->type.size == 0 && *offset <= INT64_MAX / 2)
        return PLX_OK;
    plx_error_set(error, PLX_MALFORMED,
                  "sequence %" PRIu64 " of the index (from 0) begins at byte %" PRId64
                  " of the tokens, which take %u bytes each",
                  at, *offset, index->type.size);
    return at_offset(index, place(&index->offsets, at), error);
}

/* How many tokens there are, by the last sequence. */
static enum plx_status count_tokens(struct plx_index *index, struct plx_error *error)
{
    int64_t length, offset;
    if (index->sequences == 0)
        return PLX_OK;
    const enum plx_status status = read_sequence(index, index->sequences - 1, &length, &offset, error);
    if (status == PLX_OK)
        index->tokens = (uint64_t)offset / index->type.size + (uint64_t)length;
    return status;
}

static enum plx_status refuse_document(struct plx_index *index, uint64_t at, int64_t value,
                                       const char *demand, struct plx_error *error)
{
    plx_error_set(error, PLX_MALFORMED,
                  "entry %" PRIu64 " of the document index (from 0) is %" PRId64 ", but %s", at, value,
                  demand);
    return at_offset(index, place(&index->ends, at), error);
}

/* It goes from 0 to the number of sequences. */
static enum plx_status check_documents(struct plx_index *index, struct plx_error *error)
{
    struct plx_index_column *ends = &index->ends;
    int64_t first = 0, last = 0;
    if (index->kind == PLX_INDEX_FAIRSEQ) {
        index->documents = index->sequences;
        return PLX_OK;
    }
    if (ends->count == 0) {
        plx_error_set(error, PLX_MALFORMED, "the document index is empty, but it begins with 0");
        return at_offset(index, PLX_INDEX_DOCUMENTS_AT, error);
    }
    index->documents = ends->count - 1;
    enum plx_status status = element(index, ends, index->documents, &last, error);
    if (status == PLX_OK)
        status = element(index, ends, 0, &first, error);
    if (status)
        return status;
    if (first != 0)
        return refuse_document(index, 0, first, "the first document begins with sequence 0", error);
    if (last < 0 || (uint64_t)last != index->sequences)
        return refuse_document(index, index->documents, last,
                               "the last entry is the number of sequences, as the header gives it", error);
    ends->next = 1;
    return PLX_OK;
}

enum plx_status plx_index_begin(struct plx_index *index, struct plx_source *source, struct plx_error *error)
{
    struct plx_file_range range;
    const uint8_t *head;
    size_t size;
    index->source = source;
    index->type.size = 0;
    index->tokens = index->sequence = index->offset = 0;
    enum plx_status status = plx_source_peek(source, PLX_INDEX_MEGATRON_BYTES, &head, &size, error);
    if (status == PLX_OK)
        status = plx_source_file(source, &range, error);
    if (status)
        return status;
    if (range.descriptor < 0 || range.begin != 0) {
        plx_error_set(error, PLX_UNSUPPORTED, "an index is read from an uncompressed file only");
        return plx_error_input(error, plx_source_name(source));
    }
    index->descriptor = range.descriptor;
    status = plx_source_peek(source, PLX_INDEX_MEGATRON_BYTES, &head, &size, error);
    if (size > PLX_INDEX_MEGATRON_BYTES)
        size = PLX_INDEX_MEGATRON_BYTES;
    if (status == PLX_OK)
        status = read_header(index, head, size, range.size, error);
    if (status == PLX_OK)
        status = check_documents(index, error);
    return status ? status : count_tokens(index, error);
}

/* The sequence with which the next document ends, itself excluded. */
static enum plx_status document_end(struct plx_index *index, uint64_t *end, struct plx_error *error)
{
    struct plx_index_column *ends = &index->ends;
    int64_t value = 0;
    *end = index->sequence + 1;
    if (index->kind == PLX_INDEX_FAIRSEQ)
        return PLX_OK;
    const enum plx_status status = element(index, ends, ends->next, &value, error);
    if (status)
        return status;
    *end = (uint64_t)value;
    if (value < 0 || *end < index->sequence)
        return refuse_document(index, ends->next, value, "the entries do not decrease", error);
    if (*end > index->sequences)
        return refuse_document(index, ends->next, value, "there are fewer sequences", error);
    ends->next++;
    return PLX_OK;
}

/* Adds the next sequence, which must begin where the one before it ends. */
static enum plx_status add_sequence(struct plx_index *index, uint64_t *tokens, struct plx_error *error)
{
    const uint64_t at = index->sequence;
    int64_t length, offset;
    const enum plx_status status = read_sequence(index, at, &length, &offset, error);
    if (status)
        return status;
    if ((uint64_t)offset != index->offset) {
        plx_error_set(error, PLX_MALFORMED,
                      "sequence %" PRIu64 " of the index (from 0) begins at byte %" PRId64
                      " of the tokens, but %s %" PRIu64,
                      at, offset, at ? "the one before it ends at" : "the first begins at", index->offset);
        return at_offset(index, place(&index->offsets, at), error);
    }
    index->offset += (uint64_t)length * index->type.size;
    if (index->offset / index->type.size > index->tokens) {
        plx_error_set(error, PLX_MALFORMED,
                      "sequence %" PRIu64 " of the index (from 0) has %" PRId64
                      " tokens and ends at byte %" PRIu64 " of them, but the last one at %" PRIu64,
                      at, length, index->offset, index->tokens * index->type.size);
        return at_offset(index, place(&index->lengths, at), error);
    }
    index->sequence++;
    *tokens += (uint64_t)length;
    return PLX_OK;
}

enum plx_status plx_index_next(struct plx_index *index, uint64_t *tokens, struct plx_error *error)
{
    uint64_t end;
    enum plx_status status = document_end(index, &end, error);
    *tokens = 0;
    while (status == PLX_OK && index->sequence < end)
        status = add_sequence(index, tokens, error);
    return status;
}

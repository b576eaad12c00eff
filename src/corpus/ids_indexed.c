/* Ids as Megatron and fairseq have them: NAME.bin, the ids alone, and NAME.idx, the index (index_format.h).
   A document is a sequence, and with Megatron several where it is too long for one. */
#include "corpus/ids_writer.h"

#include "base/bytes.h"
#include "base/error.h"
#include "base/memory.h"
#include "corpus/index_format.h"
#include "corpus/index_pair.h"
#include "io/place.h"

#include <stdlib.h>

/* Records of the spool that are read back at once. */
#define CHUNK 4096

/* In the spool, of a sequence that goes on with the document of the one before it. Lengths have 31 bits. */
#define GOES_ON (UINT32_C(1) << 31)

struct indexed {
    struct plx_ids_writer base;
    struct plx_output *spool; /* the sequences that have ended, u32 each */
    bool megatron;
    unsigned width;
    uint8_t type;
    uint64_t sequences, documents; /* begun */
    uint64_t longest;
    uint64_t length; /* of the sequence at hand, */
    bool goes_on;    /* and whether it is GOES_ON */
};

static void close_indexed(struct plx_ids_writer *base)
{
    struct indexed *indexed = (struct indexed *)(void *)base;
    plx_output_discard(indexed->spool);
    free(indexed);
}

static enum plx_status open_outputs(const char *path, struct indexed *indexed, struct plx_error *error)
{
    struct plx_output **outputs = indexed->base.outputs;
    char *names[2];
    enum plx_status status = plx_index_names(path, names, error);
    if (status)
        return status;
    if ((status = plx_output_open(names[0], outputs, error)) == PLX_OK &&
        (status = plx_output_open(names[1], outputs + 1, error)) == PLX_OK)
        status = plx_output_open_spool(outputs[1], &indexed->spool, error);
    free(names[0]);
    free(names[1]);
    return status;
}

static enum plx_status check_path(const char *path, const char *format, struct plx_error *error)
{
    const size_t length = strlen(path);
    if (plx_place_kind(path) != PLX_PLACE_FILE)
        return plx_error_set(error, PLX_USAGE, "%s is two files, and \"%.200s\" is none", format, path);
    if (length > 3 && strcmp(path + length - 3, ".gz") == 0)
        return plx_error_set(error, PLX_USAGE, "%s is read in place, and cannot be compressed: \"%.200s\"",
                             format, path);
    return PLX_OK;
}

/* The width is what the peers choose for a vocabulary of that size; where it is not known, as it was. */
static void choose_type(struct indexed *indexed, const struct plx_ids_options *options)
{
    const bool narrow =
        options->types ? options->types < 65500 : options->id_bytes == 1 || options->id_bytes == 2;
    indexed->width = narrow ? 2 : 4;
    indexed->type = narrow ? PLX_INDEX_U16 : indexed->megatron ? PLX_INDEX_I32 : PLX_INDEX_U32;
    indexed->base.most = narrow ? UINT16_MAX : indexed->megatron ? INT32_MAX : PLX_ID_MOST;
    indexed->base.width = narrow ? "u16" : indexed->megatron ? "i32" : "u32";
    indexed->longest = options->longest ? options->longest : INT32_MAX;
}

static enum plx_status open_indexed(const char *path, const struct plx_ids_options *options, bool megatron,
                                    struct plx_ids_writer **writer, struct plx_error *error)
{
    *writer = NULL;
    enum plx_status status = check_path(path, megatron ? "megatron" : "fairseq", error);
    if (status)
        return status;
    struct indexed *indexed = plx_new_array(1, sizeof *indexed, error);
    if (!indexed)
        return PLX_MEMORY;
    indexed->megatron = megatron;
    choose_type(indexed, options);
    if ((status = open_outputs(path, indexed, error))) {
        plx_output_discard(indexed->base.outputs[0]);
        plx_output_discard(indexed->base.outputs[1]);
        close_indexed(&indexed->base);
        return status;
    }
    *writer = &indexed->base;
    return PLX_OK;
}

static enum plx_status open_megatron(const char *path, const struct plx_ids_options *options,
                                     struct plx_ids_writer **writer, struct plx_error *error)
{
    return open_indexed(path, options, true, writer, error);
}

static enum plx_status open_fairseq(const char *path, const struct plx_ids_options *options,
                                    struct plx_ids_writer **writer, struct plx_error *error)
{
    return open_indexed(path, options, false, writer, error);
}

static enum plx_status end_sequence(struct indexed *indexed, struct plx_error *error)
{
    const uint32_t record = (uint32_t)indexed->length | (indexed->goes_on ? GOES_ON : 0);
    indexed->sequences++;
    indexed->length = 0;
    return plx_output_write_numbers(indexed->spool, &record, 1, 4, error);
}

static enum plx_status begin_indexed(struct plx_ids_writer *base, struct plx_word id, struct plx_error *error)
{
    struct indexed *indexed = (struct indexed *)(void *)base;
    (void)id;
    const enum plx_status status = indexed->documents > 0 ? end_sequence(indexed, error) : PLX_OK;
    indexed->documents++;
    indexed->goes_on = false;
    return status;
}

static enum plx_status add_indexed(struct plx_ids_writer *base, const uint32_t *ids, const uint32_t *bytes,
                                   size_t count, struct plx_error *error)
{
    struct indexed *indexed = (struct indexed *)(void *)base;
    uint64_t left = count;
    (void)bytes;
    while (left > indexed->longest - indexed->length) {
        if (!indexed->megatron) {
            plx_error_set(error, PLX_UNSUPPORTED,
                          "document %llu has more than %llu tokens, the most of a sequence",
                          (unsigned long long)indexed->documents, (unsigned long long)indexed->longest);
            return plx_error_hint(error, "write another format, or cut the document into several");
        }
        left -= indexed->longest - indexed->length;
        indexed->length = indexed->longest;
        const enum plx_status status = end_sequence(indexed, error);
        if (status)
            return status;
        indexed->goes_on = true;
    }
    indexed->length += left;
    return plx_output_write_numbers(base->outputs[0], ids, count, indexed->width, error);
}

static enum plx_status write_header(struct indexed *indexed, struct plx_error *error)
{
    uint8_t header[PLX_INDEX_MEGATRON_BYTES] = PLX_INDEX_MAGIC;
    plx_store_u64(header + PLX_INDEX_VERSION_AT, PLX_INDEX_VERSION);
    header[PLX_INDEX_TYPE_AT] = indexed->type;
    plx_store_u64(header + PLX_INDEX_SEQUENCES_AT, indexed->sequences);
    plx_store_u64(header + PLX_INDEX_DOCUMENTS_AT, indexed->documents + 1);
    return plx_output_write(indexed->base.outputs[1], header,
                            indexed->megatron ? PLX_INDEX_MEGATRON_BYTES : PLX_INDEX_FAIRSEQ_BYTES, error);
}

/* What the index has of every sequence. */
enum part { LENGTHS, OFFSETS, DOCUMENTS };

/* Writes a part of the index from the spool. */
static enum plx_status write_part(struct indexed *indexed, enum part part, struct plx_error *error)
{
    const struct plx_ids_options *options = &indexed->base.options;
    struct plx_output *output = indexed->base.outputs[1];
    uint8_t records[4 * CHUNK], value[8];
    uint64_t sum = 0;
    enum plx_status status = PLX_OK;
    for (uint64_t done = 0; done < indexed->sequences && status == PLX_OK;) {
        const uint64_t left = indexed->sequences - done;
        const size_t some = left < CHUNK ? (size_t)left : CHUNK;
        if (options->interrupted && options->interrupted(options->user))
            return plx_error_set(error, PLX_INTERRUPTED, "interrupted");
        status = plx_output_read_back(indexed->spool, 4 * done, records, 4 * some, error);
        for (size_t i = 0; i < some && status == PLX_OK; i++) {
            const uint32_t record = plx_load_u32(records + 4 * i), length = record & ~GOES_ON;
            plx_store_u64(value, part == LENGTHS ? length : part == OFFSETS ? sum : done + i);
            if (part != DOCUMENTS || !(record & GOES_ON))
                status = plx_output_write(output, value, part == LENGTHS ? PLX_INDEX_LENGTH_BYTES : 8, error);
            sum += (uint64_t)length * indexed->width;
        }
        done += some;
    }
    return status;
}

static enum plx_status finish_indexed(struct plx_ids_writer *base, struct plx_error *error)
{
    struct indexed *indexed = (struct indexed *)(void *)base;
    uint8_t end[8];
    enum plx_status status = indexed->documents > 0 ? end_sequence(indexed, error) : PLX_OK;
    if (status || (status = plx_output_finish(indexed->spool, error)) ||
        (status = write_header(indexed, error)) || (status = write_part(indexed, LENGTHS, error)) ||
        (status = write_part(indexed, OFFSETS, error)) || !indexed->megatron)
        return status;
    plx_store_u64(end, indexed->sequences);
    status = write_part(indexed, DOCUMENTS, error);
    return status ? status : plx_output_write(base->outputs[1], end, sizeof end, error);
}

static const char *const NO_SUFFIXES[] = {NULL};

const struct plx_ids_format plx_ids_format_megatron = {
    .name = "megatron",
    .description = "Megatron's NAME.bin and NAME.idx, u16 for vocabularies below 65500, else i32",
    .suffixes = NO_SUFFIXES,
    .documents = true,
    .names = plx_index_names,
    .open = open_megatron,
    .begin = begin_indexed,
    .add = add_indexed,
    .finish = finish_indexed,
    .close = close_indexed,
};

const struct plx_ids_format plx_ids_format_fairseq = {
    .name = "fairseq",
    .description = "fairseq's NAME.bin and NAME.idx, a document a sequence, u16 below 65500, else u32",
    .suffixes = NO_SUFFIXES,
    .documents = true,
    .names = plx_index_names,
    .open = open_fairseq,
    .begin = begin_indexed,
    .add = add_indexed,
    .finish = finish_indexed,
    .close = close_indexed,
};

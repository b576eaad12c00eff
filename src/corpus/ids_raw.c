/* Ids one behind the other: with nothing before them, as nanoGPT has them, or behind a header of llm.c. */
#include "corpus/ids_writer.h"

#include "base/bytes.h"
#include "base/error.h"
#include "base/memory.h"
#include "corpus/llmc.h"

#include <stdlib.h>

struct raw {
    struct plx_ids_writer base;
    struct plx_output *spool; /* keeps the ids where the header cannot be corrected; NULL where it can */
    uint64_t count;
    unsigned width;
    uint32_t magic, version; /* 0: no header */
};

static void make_header(const struct raw *raw, uint8_t header[PLX_LLMC_HEADER_BYTES])
{
    memset(header, 0, PLX_LLMC_HEADER_BYTES);
    plx_store_u32(header, raw->magic);
    plx_store_u32(header + PLX_LLMC_VERSION_AT, raw->version);
    plx_store_u32(header + PLX_LLMC_COUNT_AT, (uint32_t)raw->count);
}

static enum plx_status write_header(struct raw *raw, struct plx_error *error)
{
    uint8_t header[PLX_LLMC_HEADER_BYTES];
    make_header(raw, header);
    return plx_output_write(raw->base.outputs[0], header, sizeof header, error);
}

static void close_raw(struct plx_ids_writer *base)
{
    struct raw *raw = (struct raw *)(void *)base;
    plx_output_discard(raw->spool);
    free(raw);
}

/* A header of that magic, or with 0 none. */
static enum plx_status open_raw(const char *path, unsigned width, uint32_t magic, uint32_t version,
                                struct plx_ids_writer **writer, struct plx_error *error)
{
    struct raw *raw = plx_new_array(1, sizeof *raw, error);
    *writer = NULL;
    if (!raw)
        return PLX_MEMORY;
    raw->width = width;
    raw->magic = magic;
    raw->version = version;
    raw->base.most = width == 2 ? UINT16_MAX : PLX_ID_MOST;
    raw->base.width = width == 2 ? "u16" : "u32";
    enum plx_status status = plx_output_open(path, &raw->base.outputs[0], error);
    if (status == PLX_OK && magic)
        status = plx_output_can_patch(raw->base.outputs[0])
                     ? write_header(raw, error)
                     : plx_output_open_spool(raw->base.outputs[0], &raw->spool, error);
    if (status) {
        plx_output_discard(raw->base.outputs[0]);
        close_raw(&raw->base);
        return status;
    }
    *writer = &raw->base;
    return PLX_OK;
}

static enum plx_status open_u16(const char *path, const struct plx_ids_options *options,
                                struct plx_ids_writer **writer, struct plx_error *error)
{
    (void)options;
    return open_raw(path, 2, 0, 0, writer, error);
}

static enum plx_status open_u32(const char *path, const struct plx_ids_options *options,
                                struct plx_ids_writer **writer, struct plx_error *error)
{
    (void)options;
    return open_raw(path, 4, 0, 0, writer, error);
}

static enum plx_status open_llmc(const char *path, const struct plx_ids_options *options,
                                 struct plx_ids_writer **writer, struct plx_error *error)
{
    (void)options;
    return open_raw(path, 2, PLX_LLMC_MAGIC, PLX_LLMC_VERSION, writer, error);
}

static enum plx_status open_llmc_u32(const char *path, const struct plx_ids_options *options,
                                     struct plx_ids_writer **writer, struct plx_error *error)
{
    (void)options;
    return open_raw(path, 4, PLX_LLMC_MAGIC_U32, PLX_LLMC_VERSION_U32, writer, error);
}

static enum plx_status add_raw(struct plx_ids_writer *base, const uint32_t *ids, const uint32_t *bytes,
                               size_t count, struct plx_error *error)
{
    struct raw *raw = (struct raw *)(void *)base;
    (void)bytes;
    raw->count += count;
    return plx_output_write_numbers(raw->spool ? raw->spool : base->outputs[0], ids, count, raw->width,
                                    error);
}

/* The count in the header is a signed number of 4 bytes. */
static enum plx_status finish_raw(struct plx_ids_writer *base, struct plx_error *error)
{
    struct raw *raw = (struct raw *)(void *)base;
    uint8_t header[PLX_LLMC_HEADER_BYTES];
    if (!raw->magic)
        return PLX_OK;
    const uint64_t most = base->options.longest ? base->options.longest : INT32_MAX;
    if (raw->count > most) {
        plx_error_set(error, PLX_UNSUPPORTED, "%llu tokens, but a file of llm.c has %llu at most",
                      (unsigned long long)raw->count, (unsigned long long)most);
        return plx_error_hint(error, "convert the corpus in several parts");
    }
    if (raw->spool) {
        const enum plx_status status = write_header(raw, error);
        return status ? status
                      : plx_output_append(base->outputs[0], raw->spool, base->options.interrupted,
                                          base->options.user, error);
    }
    make_header(raw, header);
    return plx_output_patch(base->outputs[0], header, sizeof header, error);
}

static const char *const U16_SUFFIXES[] = {".u16", NULL}, *const U32_SUFFIXES[] = {".u32", NULL},
                         *const NO_SUFFIXES[] = {NULL};

const struct plx_ids_format plx_ids_format_u16 = {
    .name = "u16",
    .description = "2 bytes each and nothing else, for ids below 65536, as nanoGPT reads them (.u16)",
    .suffixes = U16_SUFFIXES,
    .open = open_u16,
    .add = add_raw,
    .finish = finish_raw,
    .close = close_raw,
};

const struct plx_ids_format plx_ids_format_u32 = {
    .name = "u32",
    .description = "4 bytes each and nothing else (.u32)",
    .suffixes = U32_SUFFIXES,
    .open = open_u32,
    .add = add_raw,
    .finish = finish_raw,
    .close = close_raw,
};

const struct plx_ids_format plx_ids_format_llmc = {
    .name = "llmc",
    .description = "llm.c's header, then 2 bytes each (magic 20240520, version 1)",
    .suffixes = NO_SUFFIXES,
    .open = open_llmc,
    .add = add_raw,
    .finish = finish_raw,
    .close = close_raw,
};

const struct plx_ids_format plx_ids_format_llmc_u32 = {
    .name = "llmc-u32",
    .description = "llm.c's header for Llama 3, then 4 bytes each (magic 20240801, version 7)",
    .suffixes = NO_SUFFIXES,
    .open = open_llmc_u32,
    .add = add_raw,
    .finish = finish_raw,
    .close = close_raw,
};

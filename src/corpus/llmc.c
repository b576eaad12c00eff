/* llm.c's token files. Each is one document. */
#include "corpus/llmc.h"

#include "base/bytes.h"
#include "corpus/id_reader.h"

struct version {
    uint32_t magic, version;
    unsigned id_bytes;
};

static const struct version VERSIONS[] = {{PLX_LLMC_MAGIC, PLX_LLMC_VERSION, 2},
                                          {PLX_LLMC_MAGIC_U32, PLX_LLMC_VERSION_U32, 4}};

/* The version that has the magic; NULL if none has. */
static const struct version *version_of(const uint8_t *head, size_t size)
{
    for (size_t i = 0; i < sizeof VERSIONS / sizeof *VERSIONS && size >= 4; i++) {
        if (plx_load_u32(head) == VERSIONS[i].magic)
            return &VERSIONS[i];
    }
    return NULL;
}

static enum plx_probe probe(const uint8_t *head, size_t size, const char *name)
{
    (void)name;
    return version_of(head, size) ? PLX_PROBE_CONTENT : PLX_PROBE_NO;
}

static enum plx_status read_header(const uint8_t *head, size_t size, struct plx_id_layout *layout,
                                   struct plx_error *error)
{
    const struct version *version = version_of(head, size);
    if (!version) {
        plx_error_set(error, PLX_MALFORMED, "no token file of llm.c: it begins with neither %u nor %u",
                      (unsigned)VERSIONS[0].magic, (unsigned)VERSIONS[1].magic);
        return plx_error_at_offset(error, 0);
    }
    if (size >= PLX_LLMC_COUNT_AT && plx_load_u32(head + PLX_LLMC_VERSION_AT) != version->version) {
        plx_error_set(error, PLX_UNSUPPORTED,
                      "a token file of llm.c of version %u, which is not known: %u has version %u",
                      (unsigned)plx_load_u32(head + PLX_LLMC_VERSION_AT), (unsigned)version->magic,
                      (unsigned)version->version);
        return plx_error_at_offset(error, PLX_LLMC_VERSION_AT);
    }
    if (size < PLX_LLMC_HEADER_BYTES) {
        plx_error_set(error, PLX_MALFORMED, "the file ends within llm.c's header of %d bytes",
                      PLX_LLMC_HEADER_BYTES);
        plx_error_at_offset(error, size);
        return plx_error_hint(error, "was it written and copied completely?");
    }
    *layout = (struct plx_id_layout){
        .type = {.size = version->id_bytes},
        .begin = PLX_LLMC_HEADER_BYTES,
        .counted = true,
        .count = plx_load_u32(head + PLX_LLMC_COUNT_AT),
        .counter = "the header",
    };
    if (layout->count <= INT32_MAX)
        return PLX_OK;
    plx_error_set(error, PLX_MALFORMED, "llm.c's header counts %lld tokens",
                  (long long)layout->count - ((long long)UINT32_MAX + 1));
    return plx_error_at_offset(error, PLX_LLMC_COUNT_AT);
}

static enum plx_status open_llmc(struct plx_source *source, const struct plx_corpus_options *options,
                                 struct plx_reader **made, struct plx_error *error)
{
    struct plx_id_layout layout;
    struct plx_id_reader *reader;
    const uint8_t *head;
    size_t size;
    enum plx_status status = plx_source_peek(source, PLX_LLMC_HEADER_BYTES, &head, &size, error);
    if (status == PLX_OK)
        status = read_header(head, size, &layout, error);
    if (status == PLX_OK)
        status = plx_id_reader_new(source, options, &layout, &reader, error);
    if (status == PLX_OK)
        *made = &reader->base;
    return status;
}

const struct plx_corpus_format plx_corpus_format_llmc = {
    .name = "llmc",
    .description = "token ids of llm.c, with its header: of 2 bytes, and of 4 for Llama 3 (.bin)",
    .probe = probe,
    .open = open_llmc,
    .next = plx_id_reader_next,
    .close = plx_id_reader_close,
};

/* Token ids with nothing before or between them, little-endian: of 2 bytes, which are nanoGPT's train.bin and
   OLMo's .npy (a memory-mapped array without NumPy's header); of 4 bytes. The file is one document. */
#include "base/foreign.h"
#include "base/path.h"
#include "corpus/id_reader.h"
#include "io/npy.h"

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

static enum plx_probe probe_by_name(const uint8_t *head, size_t size, bool named)
{
    const bool other = !named || plx_foreign_recognise(head, size) || looks_like_text(head, size);
    return other ? PLX_PROBE_NO : PLX_PROBE_NAME;
}

static enum plx_probe probe_u16(const uint8_t *head, size_t size, const char *name)
{
    const bool named = plx_path_has_suffix(name, ".bin") || plx_path_has_suffix(name, ".u16") ||
                       (plx_path_has_suffix(name, ".npy") && !plx_npy_recognise(head, size));
    return probe_by_name(head, size, named);
}

static enum plx_probe probe_u32(const uint8_t *head, size_t size, const char *name)
{
    return probe_by_name(head, size, plx_path_has_suffix(name, ".u32"));
}

static enum plx_status open_raw(struct plx_source *source, const struct plx_corpus_options *options,
                                unsigned size, struct plx_reader **made, struct plx_error *error)
{
    const struct plx_id_layout layout = {.type = {.size = size}};
    struct plx_id_reader *reader;
    const enum plx_status status = plx_id_reader_new(source, options, &layout, &reader, error);
    if (status == PLX_OK)
        *made = &reader->base;
    return status;
}

static enum plx_status open_u16(struct plx_source *source, const struct plx_corpus_options *options,
                                struct plx_reader **made, struct plx_error *error)
{
    return open_raw(source, options, 2, made, error);
}

static enum plx_status open_u32(struct plx_source *source, const struct plx_corpus_options *options,
                                struct plx_reader **made, struct plx_error *error)
{
    return open_raw(source, options, 4, made, error);
}

const struct plx_corpus_format plx_corpus_format_u16 = {
    .name = "u16",
    .description =
        "token ids of 2 bytes, little-endian, without a header: nanoGPT's (.bin, .u16), OLMo's (.npy)",
    .probe = probe_u16,
    .open = open_u16,
    .next = plx_id_reader_next,
    .close = plx_id_reader_close,
};

const struct plx_corpus_format plx_corpus_format_u32 = {
    .name = "u32",
    .description = "token ids of 4 bytes, little-endian, without a header (.u32)",
    .probe = probe_u32,
    .open = open_u32,
    .next = plx_id_reader_next,
    .close = plx_id_reader_close,
};

/* Token ids as an array of NumPy, of integers of any width: one dimension is one document, of two dimensions
   each row is one. */
#include "io/npy.h"

#include "corpus/id_reader.h"

static enum plx_probe probe(const uint8_t *head, size_t size, const char *name)
{
    (void)name;
    return plx_npy_recognise(head, size) ? PLX_PROBE_CONTENT : PLX_PROBE_NO;
}

static enum plx_status refuse(const struct plx_npy *array, const char *reason, const char *hint,
                              struct plx_error *error)
{
    char found[160];
    plx_npy_describe(array, found, sizeof found);
    plx_error_set(error, PLX_UNSUPPORTED, "the header says %s, but %s", found, reason);
    plx_error_at_offset(error, 0);
    return plx_error_hint(error, "%s", hint);
}

static enum plx_status check_array(const struct plx_npy *array, struct plx_error *error)
{
    if (array->kind == 'f' || array->kind == 'V')
        return refuse(array, "token ids are integers, not floating-point numbers",
                      "log-probabilities? those are a model: the model is named before the corpus", error);
    if (array->kind != 'i' && array->kind != 'u')
        return refuse(array, "token ids are integers", "save it as array.astype('<u4')", error);
    if (array->dimensions != 1 && array->dimensions != 2)
        return refuse(array, "token ids have one dimension, or two, of which each row is a document",
                      "save it as array.ravel(), or array.reshape(-1, array.shape[-1])", error);
    const bool moves = array->dimensions == 2 && array->shape[0] > 1 && array->shape[1] > 1;
    if (array->fortran_order && moves)
        return refuse(array,
                      "it lies column by column (fortran_order), so that no row can be read on its own",
                      "save it as numpy.ascontiguousarray(array)", error);
    return PLX_OK;
}

static enum plx_status open_npy(struct plx_source *source, const struct plx_corpus_options *options,
                                struct plx_reader **made, struct plx_error *error)
{
    struct plx_npy array;
    size_t header;
    enum plx_status status = plx_npy_peek_header(source, &array, &header, error);
    if (status == PLX_OK)
        status = check_array(&array, error);
    if (status)
        return status;
    const struct plx_id_layout layout = {
        .type = {array.size, array.kind == 'i', array.big_endian},
        .begin = header,
        .counted = true,
        .count = array.count,
        .counter = "the header",
    };
    struct plx_id_reader *reader;
    status = plx_id_reader_new(source, options, &layout, &reader, error);
    if (status)
        return status;
    if (array.dimensions == 2 && array.count > 0)
        reader->row = array.shape[1];
    *made = &reader->base;
    return PLX_OK;
}

const struct plx_corpus_format plx_corpus_format_npy = {
    .name = "npy",
    .description =
        "token ids as an array of NumPy, of integers; of two dimensions each row is a document (.npy)",
    .probe = probe,
    .open = open_npy,
    .next = plx_id_reader_next,
    .close = plx_id_reader_close,
};

/* A table of logits as one array of NumPy: what is no table is read as logprobs, or not at all. */
#include "model/npy_tensor.h"
#include "model/weights.h"

#include "base/memory.h"

#include <inttypes.h>

#define TABLE "logits"

static enum plx_status fail_at(const char *name, uint64_t offset, struct plx_error *error)
{
    plx_error_input(error, name);
    return plx_error_at_offset(error, offset);
}

/* The header, and that the elements behind it are all that is there. */
static enum plx_status read_header(const struct plx_mapping *mapping, const char *name, size_t *header,
                                   struct plx_npy *array, struct plx_error *error)
{
    const size_t size = (size_t)mapping->size;
    enum plx_status status = plx_npy_measure(mapping->data, size, name, 0, header, error);
    if (status == PLX_OK && *header > size)
        status = plx_npy_cut_short(name, size, error);
    if (status == PLX_OK)
        status = plx_npy_parse(mapping->data, *header, name, 0, array, error);
    if (status)
        return status;
    const uint64_t wanted = array->count * array->size, found = size - *header;
    if (wanted == found)
        return PLX_OK;
    if (found > wanted) {
        plx_error_set(error, PLX_MALFORMED, "there are bytes behind the last element of the array");
        return fail_at(name, *header + wanted, error);
    }
    plx_error_set(error, PLX_MALFORMED,
                  "the array should have %" PRIu64 " bytes, but the file ends after %" PRIu64, wanted, found);
    fail_at(name, size, error);
    return plx_error_hint(error, "was the file copied or downloaded completely?");
}

static enum plx_status read_table(const struct plx_mapping *mapping, const char *name,
                                  struct plx_tensors *tensors, struct plx_error *error)
{
    struct plx_npy array;
    struct plx_tensor tensor;
    char found[160];
    size_t header;
    enum plx_status status = read_header(mapping, name, &header, &array, error);
    if (status)
        return status;
    if (!plx_npy_shape(&array, &tensor)) {
        plx_npy_describe(&array, found, sizeof found);
        plx_error_set(error, PLX_UNSUPPORTED,
                      "the array is %s; a table of logits is of f8, f4, f2 or bfloat16", found);
        return fail_at(name, 0, error);
    }
    tensor.data = mapping->data + header;
    if (array.big_endian || plx_npy_moves(&array)) {
        uint8_t *data = plx_new_array((size_t)array.count, array.size, error);
        status = plx_tensors_own(tensors, data, error);
        if (status)
            return status;
        plx_npy_arrange(&array, tensor.data, data);
        tensor.data = data;
    }
    return plx_tensors_add(tensors, TABLE, sizeof TABLE - 1, &tensor, error);
}

static enum plx_probe probe(const uint8_t *head, size_t size, const char *name)
{
    (void)name;
    return plx_npy_is_table(head, size) ? PLX_PROBE_CONTENT : PLX_PROBE_NO;
}

static enum plx_status read_tensors(const struct plx_mapping *mapping, const char *name,
                                    const struct plx_model_options *options, struct plx_tensors *tensors,
                                    struct plx_error *error)
{
    (void)options;
    return read_table(mapping, name, tensors, error);
}

extern const struct plx_model_format plx_model_format_npy;

static enum plx_status open_model(struct plx_mapping *mapping, const char *name,
                                  const struct plx_model_options *options, struct plx_model **opened,
                                  struct plx_error *error)
{
    return plx_weights_open(&plx_model_format_npy, mapping, name, options, opened, error);
}

const struct plx_model_format plx_model_format_npy = {
    .name = "npy",
    .description = "neural bigram model: a table of logits [V, V] as an array of NumPy",
    .probe = probe,
    .open_mapped = open_model,
    .read_tensors = read_tensors,
};

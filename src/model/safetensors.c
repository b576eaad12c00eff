#include "model/safetensors.h"

#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "model/weights.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LENGTH_BYTES 8 /* of the u64 before the header */
#define METADATA     "__metadata__"

static uint64_t little_u64(const uint8_t bytes[LENGTH_BYTES])
{
    uint64_t value = 0;
    for (unsigned i = 0; i < LENGTH_BYTES; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

bool plx_safetensors_recognise(const uint8_t *head, size_t size)
{
    if (size <= LENGTH_BYTES || head[LENGTH_BYTES] != '{')
        return false;
    const uint64_t length = little_u64(head);
    return length >= 2 && length <= PLX_SAFETENSORS_HEADER_MAX;
}

/* An error of content that ends before `wanted` bytes from `begin` on. `what` says what they are. */
static enum plx_status cut_short(const char *what, uint64_t wanted, uint64_t begin, uint64_t size,
                                 const char *name, struct plx_error *error)
{
    plx_error_set(error, PLX_MALFORMED, "%s should have %" PRIu64 " bytes, but the file ends after %" PRIu64,
                  what, wanted, size - begin);
    plx_error_input(error, name);
    plx_error_at_offset(error, size);
    return plx_error_hint(error, "was the file copied or downloaded completely?");
}

/* *length becomes that of the JSON text, which begins with a brace and lies in the content. */
static enum plx_status measure_header(const uint8_t *data, uint64_t size, const char *name, uint64_t *length,
                                      struct plx_error *error)
{
    *length = size >= LENGTH_BYTES ? little_u64(data) : 0;
    if (*length < 2 || *length > PLX_SAFETENSORS_HEADER_MAX) {
        if (size < LENGTH_BYTES)
            plx_error_set(error, PLX_MALFORMED, "the file ends within the length of its header");
        else
            plx_error_set(error, PLX_MALFORMED, "a header of %" PRIu64 " bytes (2 to %d are possible)",
                          *length, PLX_SAFETENSORS_HEADER_MAX);
        plx_error_input(error, name);
        return plx_error_hint(error, "this does not look like a safetensors file");
    }
    if (*length > size - LENGTH_BYTES)
        return cut_short("the header", *length, LENGTH_BYTES, size, name, error);
    if (data[LENGTH_BYTES] == '{')
        return PLX_OK;
    plx_error_set(error, PLX_MALFORMED, "the header does not begin with '{'");
    plx_error_input(error, name);
    return plx_error_at_offset(error, LENGTH_BYTES);
}

/* One element of an array of sizes. cJSON's numbers are doubles: they are exact below 2^53. */
static bool size_of_number(const cJSON *number, size_t *value)
{
    if (!cJSON_IsNumber(number) || !(number->valuedouble >= 0) || number->valuedouble >= 9007199254740992.0 ||
        number->valuedouble >= (double)SIZE_MAX)
        return false;
    *value = (size_t)number->valuedouble;
    return (double)*value == number->valuedouble;
}

/* The member `key` of a tensor's entry: an array of sizes, at most `most` of them. */
static enum plx_status get_sizes(const cJSON *entry, const char *key, const char *name, size_t *sizes,
                                 unsigned most, unsigned *count, struct plx_error *error)
{
    const struct plx_json_path root = {0};
    const struct plx_json_path tensor = {.parent = &root, .key = entry->string};
    const struct plx_json_path place = {.parent = &tensor, .key = key};
    const cJSON *array, *element;
    enum plx_status status = plx_json_get_array(entry, key, &tensor, name, &array, error);
    if (status)
        return status;
    *count = 0;
    cJSON_ArrayForEach(element, array)
    {
        const struct plx_json_path path = {.parent = &place, .index = *count};
        if (*count == most)
            return plx_json_error(&place, name, error, "more than %u elements", most);
        if (!size_of_number(element, sizes + *count))
            return plx_json_error(&path, name, error, "a size is expected: an integer from 0 to 2^53 - 1");
        ++*count;
    }
    return PLX_OK;
}

/* Fills in the tensor and where its bytes are. */
static enum plx_status read_entry(const cJSON *entry, const char *name, struct plx_tensor *tensor,
                                  size_t offsets[2], struct plx_error *error)
{
    const struct plx_json_path root = {0};
    const struct plx_json_path place = {.parent = &root, .key = entry->string};
    const char *dtype;
    unsigned bounds;
    size_t bytes;
    enum plx_status status = plx_json_get_string(entry, "dtype", &place, name, &dtype, error);
    if (status == PLX_OK)
        status =
            get_sizes(entry, "shape", name, tensor->shape, PLX_TENSOR_DIMENSIONS, &tensor->dimensions, error);
    if (status == PLX_OK)
        status = get_sizes(entry, "data_offsets", name, offsets, 2, &bounds, error);
    if (status)
        return status;
    if (bounds != 2 || offsets[0] > offsets[1])
        return plx_json_error(&place, name, error, "data_offsets must be [begin, end] with begin <= end");
    if (!plx_dtype_parse(dtype, &tensor->dtype)) {
        plx_error_set(error, PLX_UNSUPPORTED,
                      "tensor \"%.100s\" is of type %.40s; F64, F32, F16 and BF16 are read", entry->string,
                      dtype);
        return plx_error_input(error, name);
    }
    bool overflow = false;
    tensor->count = 1;
    for (unsigned i = 0; i < tensor->dimensions; i++)
        overflow |= __builtin_mul_overflow(tensor->count, tensor->shape[i], &tensor->count);
    overflow |= __builtin_mul_overflow(tensor->count, plx_dtype_size(tensor->dtype), &bytes);
    if (overflow || bytes != offsets[1] - offsets[0])
        return plx_json_error(&place, name, error,
                              "the shape does not take the %zu bytes of data_offsets [%zu, %zu]",
                              offsets[1] - offsets[0], offsets[0], offsets[1]);
    return PLX_OK;
}

struct extent {
    size_t begin, end;
    const char *name;
};

static int compare_extents(const void *a, const void *b)
{
    const struct extent *left = a, *right = b;
    if (left->begin != right->begin)
        return left->begin < right->begin ? -1 : 1;
    return (left->end > right->end) - (left->end < right->end);
}

/* The tensors must follow each other without hole or overlap from 0 on, in whatever order the header has
 *them. size is where the last one ends. */
static enum plx_status check_extents(struct extent *extents, size_t count, const char *name, size_t *size,
                                     struct plx_error *error)
{
    *size = 0;
    qsort(extents, count, sizeof *extents, compare_extents);
    for (size_t i = 0; i < count; i++) {
        if (extents[i].begin != *size) {
            plx_error_set(
                error, PLX_MALFORMED,
                extents[i].begin < *size
                    ? "tensor \"%.100s\" begins at offset %zu, before the tensor before it ends (%zu)"
                    : "tensor \"%.100s\" begins at offset %zu, behind a hole that begins at %zu",
                extents[i].name, extents[i].begin, *size);
            return plx_error_input(error, name);
        }
        *size = extents[i].end;
    }
    return PLX_OK;
}

/* __metadata__, where there is any, maps strings to strings. */
static enum plx_status read_metadata(const cJSON *metadata, const char *name, struct plx_tensors *tensors,
                                     struct plx_error *error)
{
    const struct plx_json_path root = {0};
    const struct plx_json_path place = {.parent = &root, .key = METADATA};
    const cJSON *member;
    if (!cJSON_IsObject(metadata))
        return plx_json_error(&place, name, error, "expected an object");
    cJSON_ArrayForEach(member, metadata)
    {
        const struct plx_json_path path = {.parent = &place, .key = member->string};
        if (!cJSON_IsString(member))
            return plx_json_error(&path, name, error, "expected a string");
        const enum plx_status status =
            plx_tensors_describe(tensors, member->string, strlen(member->string), member->valuestring,
                                 strlen(member->valuestring), error);
        if (status) {
            plx_error_input(error, name);
            return status;
        }
    }
    return PLX_OK;
}

/* All of the header's tensors, whose data are not placed yet, and where they will be: extents[*count]. */
static enum plx_status read_entries(const cJSON *header, const char *name, struct plx_tensors *tensors,
                                    struct extent *extents, size_t *count, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    const cJSON *entry;
    cJSON_ArrayForEach(entry, header)
    {
        struct plx_tensor tensor = {0};
        size_t offsets[2];
        if (strcmp(entry->string, METADATA) == 0) {
            status = read_metadata(entry, name, tensors, error);
        } else {
            status = read_entry(entry, name, &tensor, offsets, error);
            if (status == PLX_OK)
                status = plx_tensors_add(tensors, entry->string, strlen(entry->string), &tensor, error);
            if (status == PLX_OK)
                extents[(*count)++] =
                    (struct extent){offsets[0], offsets[1], tensors->tensors[tensors->count - 1].name};
        }
        if (status)
            return status;
    }
    return PLX_OK;
}

/* What follows the header, data[0..left) at `begin`, is just the tensors, which are placed there. */
static enum plx_status place_tensors(const uint8_t *data, uint64_t begin, uint64_t left, const char *name,
                                     struct plx_tensor *tensors, struct extent *extents, size_t count,
                                     struct plx_error *error)
{
    size_t size;
    for (size_t i = 0; i < count && left > 0; i++) /* before the extents are sorted */
        tensors[i].data = extents[i].end <= left ? data + extents[i].begin : NULL;
    const enum plx_status status = check_extents(extents, count, name, &size, error);
    if (status)
        return status;
    if (left < size)
        return cut_short("the tensors", size, begin, begin + left, name, error);
    if (left == size)
        return PLX_OK;
    plx_error_set(error, PLX_MALFORMED, "there are bytes behind the last tensor");
    plx_error_input(error, name);
    return plx_error_at_offset(error, begin + size);
}

enum plx_status plx_safetensors_read(const uint8_t *data, uint64_t size, const char *name,
                                     struct plx_tensors *tensors, struct plx_error *error)
{
    const size_t before = tensors->count;
    struct extent *extents = NULL;
    cJSON *header = NULL;
    uint64_t length;
    size_t count = 0;
    enum plx_status status = measure_header(data, size, name, &length, error);
    if (status == PLX_OK)
        status = plx_json_parse((const char *)data + LENGTH_BYTES, (size_t)length, name, &header, error);
    if (status)
        return status;
    const uint64_t begin = LENGTH_BYTES + length;
    extents = plx_new_array((size_t)cJSON_GetArraySize(header), sizeof *extents, error);
    status = extents ? read_entries(header, name, tensors, extents, &count, error) : PLX_MEMORY;
    cJSON_Delete(header);
    if (status == PLX_OK)
        status = place_tensors(data + begin, begin, size - begin, name, tensors->tensors + before, extents,
                               count, error);
    free(extents);
    return status;
}

static enum plx_probe probe(const uint8_t *head, size_t size, const char *name)
{
    static const char SUFFIX[] = ".safetensors";
    const size_t length = strlen(name), suffix = sizeof SUFFIX - 1;
    if (plx_safetensors_recognise(head, size))
        return PLX_PROBE_CONTENT;
    const bool named = length >= suffix && strcasecmp(name + (length - suffix), SUFFIX) == 0;
    return named ? PLX_PROBE_NAME : PLX_PROBE_NO;
}

static enum plx_status read_tensors(const struct plx_mapping *mapping, const char *name,
                                    const struct plx_model_options *options, struct plx_tensors *tensors,
                                    struct plx_error *error)
{
    (void)options;
    return plx_safetensors_read(mapping->data, mapping->size, name, tensors, error);
}

extern const struct plx_model_format plx_model_format_safetensors;

static enum plx_status open_model(struct plx_mapping *mapping, const char *name,
                                  const struct plx_model_options *options, struct plx_model **opened,
                                  struct plx_error *error)
{
    return plx_weights_open(&plx_model_format_safetensors, mapping, name, options, opened, error);
}

const struct plx_model_format plx_model_format_safetensors = {
    .name = "safetensors",
    .description = "neural bigram and feed-forward n-gram models; used in place",
    .probe = probe,
    .open_mapped = open_model,
    .read_tensors = read_tensors,
};

#include "model/safetensors.h"

#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "model/neural.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LENGTH_BYTES 8 /* of the u64 before the header */
#define METADATA     "__metadata__"

/* Read at a time, between two questions whether to go on. */
#define CHUNK_BYTES ((size_t)1 << 20)

/* What a reading carries along. */
struct reading {
    struct plx_source *source;
    const struct plx_model_options *options;
    const char *name; /* of the source */
};

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

/* Appends `size` bytes of the source to the buffer, as they come. `what` says what they are in the error of a
   content that ends before. */
static enum plx_status read_bytes(const struct reading *reading, uint64_t size, const char *what,
                                  struct plx_buffer *buffer, struct plx_error *error)
{
    const struct plx_model_options *options = reading->options;
    const uint64_t start = plx_source_offset(reading->source);
    uint64_t left = size;
    while (left > 0) {
        const size_t chunk = left < CHUNK_BYTES ? (size_t)left : CHUNK_BYTES;
        size_t got;
        if (options->interrupted && options->interrupted(options->user))
            return plx_error_set(error, PLX_INTERRUPTED, "interrupted");
        enum plx_status status = plx_buffer_reserve(buffer, chunk, error);
        if (status) {
            plx_error_input(error, reading->name);
            return status;
        }
        status = plx_source_read(reading->source, buffer->data + buffer->size, chunk, &got, error);
        if (status)
            return status;
        buffer->size += got;
        left -= got;
        if (options->progress) {
            uint64_t medium, done;
            plx_source_progress(reading->source, &medium, &done);
            options->progress(options->user, done, medium);
        }
        if (got < chunk) {
            plx_error_set(error, PLX_MALFORMED,
                          "%s should have %" PRIu64 " bytes, but the file ends after %" PRIu64, what, size,
                          size - left);
            plx_error_input(error, reading->name);
            plx_error_at_offset(error, start + (size - left));
            return plx_error_hint(error, "was the file copied or downloaded completely?");
        }
    }
    return PLX_OK;
}

/* The JSON text: its length, then its bytes. */
static enum plx_status read_header(const struct reading *reading, struct plx_buffer *text,
                                   struct plx_error *error)
{
    uint8_t length[LENGTH_BYTES];
    size_t got;
    enum plx_status status = plx_source_read(reading->source, length, sizeof length, &got, error);
    if (status)
        return status;
    const uint64_t size = got == sizeof length ? little_u64(length) : 0;
    if (size < 2 || size > PLX_SAFETENSORS_HEADER_MAX) {
        if (got < sizeof length)
            plx_error_set(error, PLX_MALFORMED, "the file ends within the length of its header");
        else
            plx_error_set(error, PLX_MALFORMED, "a header of %" PRIu64 " bytes (2 to %d are possible)", size,
                          PLX_SAFETENSORS_HEADER_MAX);
        plx_error_input(error, reading->name);
        return plx_error_hint(error, "this does not look like a safetensors file");
    }
    status = read_bytes(reading, size, "the header", text, error);
    if (status)
        return status;
    if (text->data[0] == '{')
        return PLX_OK;
    plx_error_set(error, PLX_MALFORMED, "the header does not begin with '{'");
    plx_error_input(error, reading->name);
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
    tensor->name = entry->string;
    if (!plx_dtype_parse(dtype, &tensor->dtype)) {
        plx_error_set(error, PLX_UNSUPPORTED,
                      "tensor \"%.100s\" is of type %.40s; F64, F32, F16 and BF16 are read", tensor->name,
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
    struct plx_tensor *tensor;
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
                extents[i].tensor->name, extents[i].begin, *size);
            return plx_error_input(error, name);
        }
        *size = extents[i].end;
    }
    return PLX_OK;
}

/* __metadata__, where there is any, maps strings to strings. */
static enum plx_status check_metadata(const cJSON *metadata, const char *name, struct plx_error *error)
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
    }
    return PLX_OK;
}

/* All of the header's tensors; their data are offsets still, in extents. */
static enum plx_status read_entries(struct plx_tensors *file, const char *name, struct extent *extents,
                                    struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    const cJSON *entry;
    cJSON_ArrayForEach(entry, file->header)
    {
        size_t offsets[2];
        if (strcmp(entry->string, METADATA) == 0) {
            status = check_metadata(entry, name, error);
        } else {
            struct plx_tensor *tensor = file->tensors + file->count;
            status = read_entry(entry, name, tensor, offsets, error);
            if (status == PLX_OK)
                extents[file->count++] = (struct extent){offsets[0], offsets[1], tensor};
        }
        if (status)
            return status;
    }
    return PLX_OK;
}

/* The bytes behind the header: `size` of them and no more. */
static enum plx_status read_data(const struct reading *reading, size_t size, struct plx_buffer *data,
                                 struct plx_error *error)
{
    const uint8_t *more;
    size_t available;
    plx_buffer_init(data, size);
    enum plx_status status = read_bytes(reading, size, "the tensors", data, error);
    if (status == PLX_OK)
        status = plx_source_peek(reading->source, 1, &more, &available, error);
    if (status || available == 0)
        return status;
    plx_error_set(error, PLX_MALFORMED, "there are bytes behind the last tensor");
    plx_error_input(error, reading->name);
    return plx_error_at_offset(error, plx_source_offset(reading->source));
}

enum plx_status plx_safetensors_read(struct plx_source *source, const struct plx_model_options *options,
                                     struct plx_tensors *file, struct plx_error *error)
{
    const struct reading reading = {source, options, plx_source_name(source)};
    struct plx_buffer text;
    struct extent *extents = NULL;
    size_t size;
    *file = (struct plx_tensors){0};
    plx_buffer_init(&text, PLX_SAFETENSORS_HEADER_MAX);
    enum plx_status status = read_header(&reading, &text, error);
    if (status)
        goto fail;
    status = plx_json_parse((const char *)text.data, text.size, reading.name, &file->header, error);
    if (status)
        goto fail;
    plx_buffer_release(&text);
    const size_t entries = (size_t)cJSON_GetArraySize(file->header);
    file->tensors = plx_new_array(entries, sizeof *file->tensors, error);
    extents = plx_new_array(entries, sizeof *extents, error);
    status = file->tensors && extents ? read_entries(file, reading.name, extents, error) : PLX_MEMORY;
    if (status)
        goto fail;
    status = check_extents(extents, file->count, reading.name, &size, error);
    if (status == PLX_OK)
        status = read_data(&reading, size, &file->data, error);
    if (status)
        goto fail;
    for (size_t i = 0; i < file->count && size > 0; i++)
        extents[i].tensor->data = file->data.data + extents[i].begin;
    free(extents);
    return PLX_OK;
fail:
    free(extents);
    plx_buffer_release(&text);
    plx_tensors_release(file);
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

static enum plx_status open_model(struct plx_source *source, const struct plx_model_options *options,
                                  struct plx_model **opened, struct plx_error *error)
{
    struct plx_tensors tensors;
    *opened = NULL;
    const enum plx_status status = plx_safetensors_read(source, options, &tensors, error);
    return status ? status : plx_neural_open(&tensors, plx_source_name(source), options, opened, error);
}

const struct plx_model_format plx_model_format_safetensors = {
    .name = "safetensors",
    .description = "neural bigram models: a table of logits, or factored",
    .probe = probe,
    .open = open_model,
};

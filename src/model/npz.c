#include "model/npz.h"

#include "base/bytes.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "io/zip.h"
#include "model/npy_tensor.h"
#include "model/weights.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Read at a time, between two questions whether to go on. */
#define CHUNK_BYTES ((size_t)4 << 20)

#define SUFFIX        ".npy"
#define SUFFIX_LENGTH (sizeof SUFFIX - 1)

#define UTF32_BYTES 4

/* Numbers that training leaves behind hardly shrink; an archive that becomes larger than this, and so many
   times its own size, is made to fill memories. */
#define INFLATED_FREE  ((uint64_t)64 << 20)
#define INFLATED_TIMES 50

/* One member while it is read. */
struct reading {
    const struct plx_zip_member *member;
    const char *name; /* of the archive */
    const struct plx_model_options *options;
    struct plx_unzip *unzip;
    struct plx_npy array;
    uint64_t header; /* bytes before the first element */
    uint64_t bytes;  /* of the elements */
    struct plx_tensors *tensors;
    struct plx_error *error;
};

static int name_length(const struct plx_zip_member *member)
{
    return (int)(member->length < 80 ? member->length : 80);
}

static enum plx_status fail(const struct reading *reading)
{
    plx_error_input(reading->error, reading->name);
    return plx_error_at_offset(reading->error, reading->member->offset);
}

/* An error of the array's header says in which member it is. Offsets are those of the archive, unless the
   member is compressed. */
static enum plx_status in_member(const struct reading *reading, enum plx_status status)
{
    const struct plx_zip_member *member = reading->member;
    struct plx_error *error = reading->error;
    if (!error || status == PLX_MEMORY)
        return status;
    const struct plx_error first = *error;
    plx_error_set(error, status, "member \"%.*s\": %s", name_length(member), member->name, first.message);
    plx_error_input(error, reading->name);
    plx_error_at_offset(error, member->deflated ? member->offset : first.offset);
    return first.hint[0] ? plx_error_hint(error, "%s", first.hint) : status;
}

/* The next `size` bytes of the member; NULL of one that is not compressed: they are only checked. */
static enum plx_status read_bytes(const struct reading *reading, uint8_t *data, uint64_t size)
{
    const struct plx_model_options *options = reading->options;
    enum plx_status status = PLX_OK;
    for (uint64_t done = 0; done < size && status == PLX_OK; done += CHUNK_BYTES) {
        const size_t chunk = size - done < CHUNK_BYTES ? (size_t)(size - done) : CHUNK_BYTES;
        if (options->interrupted && options->interrupted(options->user))
            return plx_error_set(reading->error, PLX_INTERRUPTED, "interrupted");
        status = plx_unzip_read(reading->unzip, data ? data + done : NULL, chunk, reading->error);
    }
    if (status)
        plx_error_input(reading->error, reading->name);
    return status;
}

static enum plx_status finish(const struct reading *reading)
{
    const enum plx_status status = plx_unzip_finish(reading->unzip, reading->error);
    if (status)
        plx_error_input(reading->error, reading->name);
    return status;
}

/* Header and directory must agree about how much there is. */
static enum plx_status check_size(struct reading *reading)
{
    const struct plx_npy *array = &reading->array;
    const uint64_t left = reading->member->size - reading->header;
    reading->bytes = array->count * array->size;
    if (reading->bytes == left && reading->bytes <= SIZE_MAX)
        return PLX_OK;
    plx_error_set(reading->error, PLX_MALFORMED,
                  "member \"%.*s\": the array should have %" PRIu64 " bytes, but %" PRIu64 " are there",
                  name_length(reading->member), reading->member->name, reading->bytes, left);
    return fail(reading);
}

static enum plx_status read_header(struct reading *reading)
{
    const struct plx_zip_member *member = reading->member;
    const uint64_t base = member->deflated ? 0 : member->offset;
    uint8_t prefix[PLX_NPY_PREFIX];
    size_t size = member->size < sizeof prefix ? (size_t)member->size : sizeof prefix, header = 0;
    enum plx_status status = read_bytes(reading, prefix, size);
    if (status)
        return status;
    status = plx_npy_measure(prefix, size, reading->name, base, &header, reading->error);
    if (status == PLX_OK && header > member->size)
        status = plx_npy_cut_short(reading->name, base + member->size, reading->error);
    if (status)
        return in_member(reading, status);
    uint8_t *bytes = plx_new_array(header > size ? header : size, 1, reading->error);
    if (!bytes)
        return PLX_MEMORY;
    memcpy(bytes, prefix, size);
    status = read_bytes(reading, bytes + size, header > size ? header - size : 0);
    if (status == PLX_OK) {
        status = plx_npy_parse(bytes, header, reading->name, base, &reading->array, reading->error);
        if (status)
            in_member(reading, status);
    }
    free(bytes);
    reading->header = header;
    return status ? status : check_size(reading);
}

/* Inflates all elements into `data`, by way of another memory where they change places. */
static enum plx_status inflate(const struct reading *reading, uint8_t *data)
{
    const struct plx_npy *array = &reading->array;
    const bool moves = plx_npy_moves(array);
    uint8_t *raw = moves ? plx_new_array((size_t)reading->bytes, 1, reading->error) : data;
    if (!raw)
        return PLX_MEMORY;
    enum plx_status status = read_bytes(reading, raw, reading->bytes);
    if (status == PLX_OK)
        status = finish(reading);
    if (status == PLX_OK && (moves || array->big_endian))
        plx_npy_arrange(array, raw, data);
    if (moves)
        free(raw);
    return status;
}

static enum plx_status read_tensor(const struct reading *reading, struct plx_tensor *tensor)
{
    const struct plx_zip_member *member = reading->member;
    const struct plx_npy *array = &reading->array;
    const bool in_place = !member->deflated && !array->big_endian && !plx_npy_moves(array);
    const uint8_t *stored = member->data + reading->header;
    uint8_t *data = in_place ? NULL : plx_new_array((size_t)reading->bytes, 1, reading->error);
    enum plx_status status = in_place ? PLX_OK : plx_tensors_own(reading->tensors, data, reading->error);
    if (status == PLX_OK && member->deflated)
        status = inflate(reading, data);
    else if (status == PLX_OK && (status = read_bytes(reading, NULL, reading->bytes)) == PLX_OK)
        status = finish(reading);
    if (status)
        return status;
    if (!in_place && !member->deflated)
        plx_npy_arrange(array, stored, data);
    tensor->data = in_place ? stored : data;
    return plx_tensors_add(reading->tensors, member->name, member->length - SUFFIX_LENGTH, tensor,
                           reading->error);
}

/* The integer bytes[array->size] as text. */
static size_t format_integer(const struct plx_npy *array, const uint8_t *bytes, char text[24])
{
    const unsigned last = array->size - 1;
    const bool negative = array->kind == 'i' && bytes[array->big_endian ? 0 : last] >= 0x80;
    uint64_t value = negative ? UINT64_MAX : 0;
    for (unsigned i = 0; i <= last; i++) /* the highest first */
        value = value << 8 | bytes[array->big_endian ? i : last - i];
    return (size_t)snprintf(text, 24, "%s%" PRIu64, negative ? "-" : "", negative ? 0 - value : value);
}

/* The string in bytes[array->size], without the NULs behind it, as UTF-8 in text, which has room for as many.
   False if it is none. */
static bool decode_string(const struct plx_npy *array, const uint8_t *bytes, char *text, size_t *length)
{
    const unsigned step = array->kind == 'U' ? UTF32_BYTES : 1;
    size_t size = array->size;
    *length = 0;
    while (size > 0 && bytes[size - 1] == 0 && (step == 1 || plx_load_u32(bytes + size - step) == 0))
        size -= step;
    for (size_t at = 0; at < size; at += step) {
        const uint32_t raw = step > 1 ? plx_load_u32(bytes + at) : bytes[at];
        const uint32_t code_point = step > 1 && array->big_endian ? __builtin_bswap32(raw) : raw;
        if (code_point == 0 || code_point > 0x10FFFF || (code_point >= 0xD800 && code_point < 0xE000))
            return false;
        if (step == 1)
            text[(*length)++] = (char)code_point;
        else
            *length += plx_utf8_encode(code_point, (uint8_t *)text + *length);
    }
    uint64_t invalid = 0;
    plx_utf8_count((const uint8_t *)text, *length, &invalid);
    return invalid == 0;
}

/* A string or an integer: an entry of the metadata. */
static enum plx_status read_metadatum(const struct reading *reading)
{
    const struct plx_npy *array = &reading->array;
    const struct plx_zip_member *member = reading->member;
    char number[24], *text = number;
    size_t length = 0;
    uint8_t *bytes = plx_new_array((size_t)reading->bytes, 2, reading->error); /* and room for the text */
    if (!bytes)
        return PLX_MEMORY;
    enum plx_status status = read_bytes(reading, bytes, reading->bytes);
    if (status == PLX_OK)
        status = finish(reading);
    if (status == PLX_OK && (array->kind == 'i' || array->kind == 'u')) {
        length = format_integer(array, bytes, number);
    } else if (status == PLX_OK) {
        text = (char *)bytes + reading->bytes;
        if (!decode_string(array, bytes, text, &length)) {
            status = plx_error_set(reading->error, PLX_MALFORMED, "member \"%.*s\" is no proper string",
                                   name_length(member), member->name);
            fail(reading);
        }
    }
    if (status == PLX_OK) {
        status = plx_tensors_describe(reading->tensors, member->name, member->length - SUFFIX_LENGTH, text,
                                      length, reading->error);
        if (status)
            plx_error_input(reading->error, reading->name);
    }
    free(bytes);
    return status;
}

static enum plx_status read_array(struct reading *reading)
{
    const struct plx_npy *array = &reading->array;
    struct plx_tensor tensor;
    char found[160];
    const enum plx_status status = read_header(reading);
    if (status)
        return status;
    if (plx_npy_shape(array, &tensor))
        return read_tensor(reading, &tensor);
    if (array->dimensions == 0 && array->kind != 'b')
        return read_metadatum(reading);
    plx_npy_describe(array, found, sizeof found);
    plx_error_set(reading->error, PLX_UNSUPPORTED,
                  "member \"%.*s\" is %s; arrays of f8, f4, f2 and bfloat16 are read, and single strings and "
                  "integers",
                  name_length(reading->member), reading->member->name, found);
    return fail(reading);
}

static bool is_array(const char *name, size_t length)
{
    return length > SUFFIX_LENGTH && memcmp(name + length - SUFFIX_LENGTH, SUFFIX, SUFFIX_LENGTH) == 0;
}

static enum plx_status read_member(struct reading *reading)
{
    const struct plx_zip_member *member = reading->member;
    uint64_t invalid = 0;
    plx_utf8_count((const uint8_t *)member->name, member->length, &invalid);
    if (invalid > 0 || !is_array(member->name, member->length)) {
        plx_error_set(reading->error, PLX_UNSUPPORTED,
                      "the archive's member \"%.*s\" is no array: its name does not end in \"" SUFFIX "\"",
                      name_length(member), member->name);
        return fail(reading);
    }
    reading->unzip = plx_unzip_new(member, reading->error);
    if (!reading->unzip)
        return PLX_MEMORY;
    const enum plx_status status = read_array(reading);
    plx_unzip_free(reading->unzip);
    return status;
}

/* Nothing has been asked for yet. Sizes are at most 1032 times what lies in the archive: no sum overflows. */
static enum plx_status check_inflated(const struct plx_zip *zip, const char *name, struct plx_error *error)
{
    uint64_t packed = 0, inflated = 0;
    for (size_t i = 0; i < zip->count; i++) {
        packed += zip->members[i].packed;
        inflated += zip->members[i].size;
    }
    if (inflated <= INFLATED_FREE || inflated <= INFLATED_TIMES * packed)
        return PLX_OK;
    plx_error_set(error, PLX_UNSUPPORTED,
                  "the archive inflates from %" PRIu64 " to %" PRIu64 " bytes; no weights are like that",
                  packed, inflated);
    return plx_error_input(error, name);
}

enum plx_status plx_npz_read(const uint8_t *data, uint64_t size, const char *name,
                             const struct plx_model_options *options, struct plx_tensors *tensors,
                             struct plx_error *error)
{
    struct plx_zip zip;
    enum plx_status status = plx_zip_open(data, size, name, &zip, error);
    if (status == PLX_OK)
        status = check_inflated(&zip, name, error);
    for (size_t i = 0; i < zip.count && status == PLX_OK; i++) {
        struct reading reading = {
            .member = zip.members + i, .name = name, .options = options, .tensors = tensors, .error = error};
        status = read_member(&reading);
    }
    plx_zip_close(&zip);
    return status;
}

bool plx_npz_recognise(const uint8_t *head, size_t size)
{
    static const uint8_t MAGIC[] = {'P', 'K', 3, 4};
    if (size < 30 || memcmp(head, MAGIC, sizeof MAGIC) != 0)
        return false;
    const size_t length = plx_load_u16(head + 26);
    return length <= size - 30 && is_array((const char *)head + 30, length);
}

static enum plx_probe probe(const uint8_t *head, size_t size, const char *name)
{
    (void)name;
    return plx_npz_recognise(head, size) ? PLX_PROBE_CONTENT : PLX_PROBE_NO;
}

static enum plx_status read_tensors(const struct plx_mapping *mapping, const char *name,
                                    const struct plx_model_options *options, struct plx_tensors *tensors,
                                    struct plx_error *error)
{
    return plx_npz_read(mapping->data, mapping->size, name, options, tensors, error);
}

extern const struct plx_model_format plx_model_format_npz;

static enum plx_status open_model(struct plx_mapping *mapping, const char *name,
                                  const struct plx_model_options *options, struct plx_model **opened,
                                  struct plx_error *error)
{
    return plx_weights_open(&plx_model_format_npz, mapping, name, options, opened, error);
}

const struct plx_model_format plx_model_format_npz = {
    .name = "npz",
    .description = "neural models as an archive of NumPy's arrays, stored or deflated",
    .probe = probe,
    .open_mapped = open_model,
    .read_tensors = read_tensors,
};

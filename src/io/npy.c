#include "io/npy.h"

#include "base/bytes.h"
#include "base/error.h"
#include "base/number.h"
#include "base/word.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define UTF32_BYTES 4

/* The most characters of a string, which is far more than any description of a model has. */
#define STRING_MOST 65536

static const uint8_t MAGIC[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

bool plx_npy_recognise(const uint8_t *head, size_t size)
{
    return size >= sizeof MAGIC && memcmp(head, MAGIC, sizeof MAGIC) == 0;
}

/* The dict literal, while it is read. */
struct cursor {
    const char *text;
    size_t size;
    size_t at;
    uint64_t base;    /* offset of the text in the file */
    const char *name; /* of the file, for errors */
};

static enum plx_status fail_at(const char *name, uint64_t offset, struct plx_error *error)
{
    plx_error_input(error, name);
    return plx_error_at_offset(error, offset);
}

static enum plx_status malformed(const struct cursor *cursor, struct plx_error *error, const char *message)
{
    plx_error_set(error, PLX_MALFORMED, "%s",
                  cursor->at < cursor->size ? message : "the header of the array ends too early");
    return fail_at(cursor->name, cursor->base + cursor->at, error);
}

static int peek(struct cursor *cursor)
{
    while (cursor->at < cursor->size && strchr(" \t\r\n", cursor->text[cursor->at]) &&
           cursor->text[cursor->at])
        cursor->at++;
    return cursor->at < cursor->size ? (uint8_t)cursor->text[cursor->at] : -1;
}

static bool take(struct cursor *cursor, char byte)
{
    if (peek(cursor) != byte)
        return false;
    cursor->at++;
    return true;
}

/* A string in quotes of either kind, without escapes. */
static enum plx_status read_string(struct cursor *cursor, struct plx_word *string, struct plx_error *error)
{
    const int quote = peek(cursor);
    if (quote != '\'' && quote != '"')
        return malformed(cursor, error, "a string in quotes is expected in the header of the array");
    const char *begin = cursor->text + cursor->at + 1;
    const char *end = memchr(begin, quote, cursor->size - cursor->at - 1);
    if (end && !memchr(begin, '\\', (size_t)(end - begin))) {
        *string = (struct plx_word){begin, (size_t)(end - begin)};
        cursor->at += string->length + 2;
        return PLX_OK;
    }
    if (!end)
        cursor->at = cursor->size;
    return malformed(cursor, error, "a string of the array's header has an escape");
}

/* "U5", "S12": strings of so many characters. */
static bool parse_string_type(struct plx_word type, struct plx_npy *array)
{
    uint64_t length;
    const char kind = type.text[1];
    if ((kind != 'U' && kind != 'S') ||
        !plx_parse_u64(type.text + 2, type.length - 2, 1, STRING_MOST, &length))
        return false;
    array->kind = kind;
    array->size = (unsigned)length * (kind == 'U' ? UTF32_BYTES : 1);
    array->big_endian = type.text[0] == '>';
    return kind == 'S' || type.text[0] != '|';
}

/* The type of the elements: byte order, kind, size (numpy.dtype.str). */
static bool parse_type(struct plx_word type, struct plx_npy *array)
{
    static const char *const SIZES[] = {"b1", "i1", "i2", "i4", "i8", "u1",
                                        "u2", "u4", "u8", "f2", "f4", "f8"};
    if (plx_word_is(type, "|V2") || plx_word_is(type, "<V2") || plx_word_is(type, "bfloat16")) {
        array->kind = 'V';
        array->size = 2;
        return true;
    }
    if (type.length < 3 || (type.text[0] != '<' && type.text[0] != '>' && type.text[0] != '|'))
        return false;
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES && type.length == 3; i++) {
        if (memcmp(type.text + 1, SIZES[i], 2) != 0)
            continue;
        array->kind = SIZES[i][0];
        array->size = (unsigned)(SIZES[i][1] - '0');
        array->big_endian = type.text[0] == '>';
        return type.text[0] != '|' || array->size == 1;
    }
    return parse_string_type(type, array);
}

static enum plx_status read_type(struct cursor *cursor, struct plx_npy *array, struct plx_error *error)
{
    struct plx_word type = {NULL, 0};
    const int first = peek(cursor);
    const uint64_t offset = cursor->base + cursor->at;
    if (first == '[' || first == '(') {
        plx_error_set(error, PLX_UNSUPPORTED, "an array of records (a structured dtype) is not supported");
        return fail_at(cursor->name, offset, error);
    }
    const enum plx_status status = read_string(cursor, &type, error);
    if (status || parse_type(type, array))
        return status;
    plx_error_set(error, PLX_UNSUPPORTED, "elements of type \"%.*s\" are not supported",
                  (int)(type.length < 60 ? type.length : 60), type.text);
    fail_at(cursor->name, offset, error);
    return plx_error_hint(error, "save the array as plain numbers: array.astype('<f8')");
}

static enum plx_status read_order(struct cursor *cursor, struct plx_npy *array, struct plx_error *error)
{
    static const char *const WORDS[] = {"False", "True"};
    peek(cursor);
    for (size_t i = 0; i < 2; i++) {
        const size_t length = strlen(WORDS[i]);
        if (cursor->size - cursor->at >= length && memcmp(cursor->text + cursor->at, WORDS[i], length) == 0) {
            array->fortran_order = i == 1;
            cursor->at += length;
            return PLX_OK;
        }
    }
    return malformed(cursor, error, "fortran_order must be True or False");
}

static enum plx_status read_dimension(struct cursor *cursor, struct plx_npy *array, struct plx_error *error)
{
    static const char message[] = "a dimension of the shape must be a number";
    size_t digits = 0;
    if (peek(cursor) < 0)
        return malformed(cursor, error, message);
    while (cursor->at + digits < cursor->size &&
           (unsigned char)(cursor->text[cursor->at + digits] - '0') < 10)
        digits++;
    if (array->dimensions == PLX_NPY_DIMENSIONS) {
        plx_error_set(error, PLX_UNSUPPORTED, "an array of more than %d dimensions", PLX_NPY_DIMENSIONS);
        return fail_at(cursor->name, cursor->base + cursor->at, error);
    }
    if (!plx_parse_u64(cursor->text + cursor->at, digits, 0, UINT64_MAX, array->shape + array->dimensions))
        return malformed(cursor, error, message);
    array->dimensions++;
    cursor->at += digits;
    return PLX_OK;
}

/* A tuple: "()", "(3,)", "(3, 4)", "(3, 4,)". "(3)" is none in Python. */
static enum plx_status read_shape(struct cursor *cursor, struct plx_npy *array, struct plx_error *error)
{
    bool comma = true;
    if (!take(cursor, '('))
        return malformed(cursor, error, "the shape must be a tuple of numbers");
    while (!take(cursor, ')')) {
        if (!comma)
            return malformed(cursor, error, "',' or ')' is expected in the shape");
        const enum plx_status status = read_dimension(cursor, array, error);
        if (status)
            return status;
        comma = take(cursor, ',');
    }
    if (array->dimensions != 1 || comma)
        return PLX_OK;
    cursor->at--;
    return malformed(cursor, error, "a shape of one dimension has a comma behind it");
}

/* One key and its value; each of the three exactly once. */
static enum plx_status read_member(struct cursor *cursor, struct plx_npy *array, bool found[3],
                                   struct plx_error *error)
{
    static const char *const KEYS[] = {"descr", "fortran_order", "shape"};
    static enum plx_status (*const READ[])(struct cursor *, struct plx_npy *,
                                           struct plx_error *) = {read_type, read_order, read_shape};
    struct plx_word key = {NULL, 0};
    size_t i = 0;
    peek(cursor);
    const size_t start = cursor->at;
    const enum plx_status status = read_string(cursor, &key, error);
    if (status)
        return status;
    while (i < 3 && !plx_word_is(key, KEYS[i]))
        i++;
    if (i == 3 || found[i]) {
        plx_error_set(error, PLX_MALFORMED,
                      i == 3 ? "the header of an array has descr, fortran_order and shape, not \"%.*s\""
                             : "the header of the array has \"%.*s\" twice",
                      (int)(key.length < 60 ? key.length : 60), key.text);
        return fail_at(cursor->name, cursor->base + start, error);
    }
    found[i] = true;
    if (!take(cursor, ':'))
        return malformed(cursor, error, "':' is expected behind a key of the array's header");
    return READ[i](cursor, array, error);
}

static enum plx_status parse_dict(struct cursor *cursor, struct plx_npy *array, struct plx_error *error)
{
    bool found[3] = {false}, comma = true;
    if (!take(cursor, '{'))
        return malformed(cursor, error, "the header of an array begins with '{'");
    while (!take(cursor, '}')) {
        if (!comma)
            return malformed(cursor, error, "',' or '}' is expected in the header of the array");
        const enum plx_status status = read_member(cursor, array, found, error);
        if (status)
            return status;
        comma = take(cursor, ',');
    }
    if (!found[0] || !found[1] || !found[2]) {
        cursor->at--;
        return malformed(cursor, error, "the header of an array must have descr, fortran_order and shape");
    }
    if (peek(cursor) < 0)
        return PLX_OK;
    return malformed(cursor, error, "there is more behind the dict of the array's header");
}

static enum plx_status count_elements(const struct cursor *cursor, struct plx_npy *array,
                                      struct plx_error *error)
{
    uint64_t bytes = array->size;
    bool empty = false, overflow = false;
    for (unsigned i = 0; i < array->dimensions; i++) {
        empty = empty || array->shape[i] == 0;
        overflow = overflow || __builtin_mul_overflow(bytes, array->shape[i], &bytes);
    }
    if (overflow && !empty) {
        plx_error_set(error, PLX_MALFORMED, "the shape of the array is larger than any file");
        return fail_at(cursor->name, cursor->base, error);
    }
    array->count = empty ? 0 : bytes / array->size;
    return PLX_OK;
}

enum plx_status plx_npy_cut_short(const char *name, uint64_t offset, struct plx_error *error)
{
    plx_error_set(error, PLX_MALFORMED, "the file ends within the header of the array");
    fail_at(name, offset, error);
    return plx_error_hint(error, "was it copied or downloaded completely?");
}

/* Where the dict begins. */
static size_t prefix_size(const uint8_t *head)
{
    return sizeof MAGIC + 2 + (head[sizeof MAGIC] == 1 ? 2 : 4);
}

enum plx_status plx_npy_measure(const uint8_t *head, size_t size, const char *name, uint64_t base,
                                size_t *header, struct plx_error *error)
{
    if (size < sizeof MAGIC + 2)
        return plx_npy_cut_short(name, base + size, error);
    if (!plx_npy_recognise(head, size)) {
        plx_error_set(error, PLX_MALFORMED, "no npy file: it does not begin with \\x93NUMPY");
        return fail_at(name, base, error);
    }
    const unsigned major = head[sizeof MAGIC], minor = head[sizeof MAGIC + 1];
    if (major < 1 || major > 3 || minor != 0) {
        plx_error_set(error, PLX_UNSUPPORTED, "version %u.%u of the npy format is not supported", major,
                      minor);
        return fail_at(name, base + sizeof MAGIC, error);
    }
    const size_t prefix = prefix_size(head);
    if (size < prefix)
        return plx_npy_cut_short(name, base + size, error);
    const uint8_t *bytes = head + sizeof MAGIC + 2;
    const uint32_t length = major == 1 ? plx_load_u16(bytes) : plx_load_u32(bytes);
    *header = prefix + length;
    if (length <= PLX_NPY_HEADER_MAX)
        return PLX_OK;
    plx_error_set(error, PLX_UNSUPPORTED, "a header of %" PRIu32 " bytes, more than %zu", length,
                  PLX_NPY_HEADER_MAX);
    return fail_at(name, base + sizeof MAGIC + 2, error);
}

enum plx_status plx_npy_parse(const uint8_t *header, size_t size, const char *name, uint64_t base,
                              struct plx_npy *array, struct plx_error *error)
{
    const size_t prefix = prefix_size(header);
    struct cursor cursor = {
        .text = (const char *)header + prefix, .size = size - prefix, .base = base + prefix, .name = name};
    *array = (struct plx_npy){0};
    const enum plx_status status = parse_dict(&cursor, array, error);
    return status ? status : count_elements(&cursor, array, error);
}

bool plx_npy_look(const uint8_t *head, size_t size, struct plx_npy *array)
{
    size_t header = 0;
    return plx_npy_recognise(head, size) && plx_npy_measure(head, size, "", 0, &header, NULL) == PLX_OK &&
           header <= size && plx_npy_parse(head, header, "", 0, array, NULL) == PLX_OK;
}

enum plx_status plx_npy_peek_header(struct plx_source *source, struct plx_npy *array, size_t *header,
                                    struct plx_error *error)
{
    const char *name = plx_source_name(source);
    const uint64_t base = plx_source_offset(source);
    const uint8_t *head;
    size_t size;
    *array = (struct plx_npy){0};
    *header = 0;
    enum plx_status status = plx_source_peek(source, PLX_NPY_PREFIX, &head, &size, error);
    if (status == PLX_OK)
        status = plx_npy_measure(head, size, name, base, header, error);
    if (status == PLX_OK)
        status = plx_source_peek(source, *header, &head, &size, error);
    if (status == PLX_OK && size < *header)
        status = plx_npy_cut_short(name, base + size, error);
    return status ? status : plx_npy_parse(head, *header, name, base, array, error);
}

enum plx_status plx_npy_read_header(struct plx_source *source, struct plx_npy *array, struct plx_error *error)
{
    size_t header;
    const enum plx_status status = plx_npy_peek_header(source, array, &header, error);
    if (status == PLX_OK)
        plx_source_skip(source, header);
    return status;
}

void plx_npy_describe(const struct plx_npy *array, char *text, size_t capacity)
{
    const bool ordered = array->size > 1 && array->kind != 'S' && array->kind != 'V';
    const char *order = !ordered ? "|" : array->big_endian ? ">" : "<";
    const unsigned size = array->kind == 'U' ? array->size / UTF32_BYTES : array->size;
    size_t used = (size_t)snprintf(text, capacity, "%s%c%u [", order, array->kind, size);
    for (unsigned i = 0; i < array->dimensions && used < capacity; i++)
        used += (size_t)snprintf(text + used, capacity - used, "%s%" PRIu64, i ? ", " : "", array->shape[i]);
    if (used < capacity)
        snprintf(text + used, capacity - used, "]");
}

/* The `size` bytes of an element as an integer. */
static uint64_t load(const uint8_t *bytes, unsigned size, bool big_endian)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)bytes[i] << (8 * (big_endian ? size - 1 - i : i));
    return value;
}

void plx_npy_to_doubles(const struct plx_npy *array, const uint8_t *bytes, size_t count, double *values)
{
    if (array->size == 8 && !array->big_endian) {
        for (size_t i = 0; i < count; i++) {
            const uint64_t bits = plx_load_u64(bytes + 8 * i);
            memcpy(values + i, &bits, sizeof *values);
        }
        return;
    }
    for (size_t i = 0; i < count; i++, bytes += array->size) {
        const uint64_t bits = load(bytes, array->size, array->big_endian);
        if (array->size == 8) {
            memcpy(values + i, &bits, sizeof *values);
        } else {
            const uint32_t narrow = (uint32_t)bits;
            float value;
            memcpy(&value, &narrow, sizeof value);
            values[i] = (double)value;
        }
    }
}

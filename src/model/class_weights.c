#include <perplex/class_weights.h>
#include <perplex/word.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "io/lines.h"
#include "io/npy.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* No number is written as long. */
#define LINE_BYTES_MAX ((size_t)4096)

#define CHUNK ((size_t)4096) /* elements of an array read at a time */

/* Weights under construction. */
struct reader {
    struct plx_source *source;
    struct plx_class_weights *weights;
    size_t capacity;
};

static bool usable(double weight)
{
    return isfinite(weight) && weight >= 0;
}

static enum plx_status add(struct reader *reader, double weight, struct plx_error *error)
{
    const size_t count = (size_t)reader->weights->count;
    if (count == reader->capacity) {
        const size_t capacity = plx_grown_capacity(reader->capacity, count + 1);
        const enum plx_status status =
            plx_resize_array(&reader->weights->values, capacity, sizeof(double), error);
        if (status)
            return status;
        reader->capacity = capacity;
    }
    reader->weights->values[count] = weight + 0.0; /* makes 0 of -0 */
    reader->weights->count++;
    return PLX_OK;
}

/* A line without the blanks around its number, and without a carriage return. */
static struct plx_word trimmed(const char *line, size_t length)
{
    while (length > 0 && (line[length - 1] == '\r' || line[length - 1] == ' ' || line[length - 1] == '\t'))
        length--;
    while (length > 0 && (*line == ' ' || *line == '\t')) {
        line++;
        length--;
    }
    return (struct plx_word){line, length};
}

static enum plx_status read_text(struct reader *reader, struct plx_error *error)
{
    struct plx_lines lines;
    const char *line;
    size_t length;
    enum plx_status status;
    plx_lines_init(&lines, reader->source, LINE_BYTES_MAX);
    while ((status = plx_lines_next(&lines, &line, &length, NULL, error)) == PLX_OK && line) {
        const struct plx_word text = trimmed(line, length);
        double weight;
        if (!plx_parse_double(text.text, text.length, &weight)) {
            plx_error_set(error, PLX_MALFORMED, "\"%.*s\" is no number: every line has one weight",
                          (int)(text.length < 60 ? text.length : 60), text.text);
            return plx_error_at_line(error, lines.number, PLX_NOWHERE);
        }
        if (!usable(weight)) {
            plx_error_set(error, PLX_MALFORMED, "a weight of %.*s: it must be finite and at least 0",
                          (int)(text.length < 60 ? text.length : 60), text.text);
            return plx_error_at_line(error, lines.number, PLX_NOWHERE);
        }
        if ((status = add(reader, weight, error)))
            return status;
    }
    return status;
}

/* The elements of a chunk; *got is how many there were. */
static enum plx_status read_chunk(struct reader *reader, const struct plx_npy *array, size_t wanted,
                                  size_t *got, struct plx_error *error)
{
    uint8_t bytes[CHUNK * sizeof(double)];
    double values[CHUNK];
    const uint64_t offset = plx_source_offset(reader->source);
    size_t size;
    enum plx_status status = plx_source_read(reader->source, bytes, wanted * array->size, &size, error);
    *got = size / array->size;
    if (status)
        return status;
    plx_npy_to_doubles(array, bytes, *got, values);
    for (size_t i = 0; i < *got && status == PLX_OK; i++) {
        if (!usable(values[i])) {
            plx_error_set(error, PLX_MALFORMED,
                          "element %" PRIu64
                          " of the array (from 0) is %g: a weight is finite and at least 0",
                          reader->weights->count, values[i]);
            return plx_error_at_offset(error, offset + i * array->size);
        }
        status = add(reader, values[i], error);
    }
    return status;
}

static enum plx_status read_array(struct reader *reader, struct plx_error *error)
{
    struct plx_npy array;
    const uint8_t *rest;
    size_t wanted = 0, got = 0, size;
    char found[160];
    enum plx_status status = plx_npy_read_header(reader->source, &array, error);
    if (status)
        return status;
    if (array.dimensions != 1 || array.kind != 'f' || array.size < 4) {
        plx_npy_describe(&array, found, sizeof found);
        return plx_error_set(error, PLX_UNSUPPORTED,
                             "the array is %s, but class weights are one dimension of f4 or f8", found);
    }
    while (status == PLX_OK && got == wanted && reader->weights->count < array.count) {
        const uint64_t left = array.count - reader->weights->count;
        wanted = left < CHUNK ? (size_t)left : CHUNK;
        status = read_chunk(reader, &array, wanted, &got, error);
    }
    if (status == PLX_OK)
        status = plx_source_peek(reader->source, 1, &rest, &size, error);
    if (status || (reader->weights->count == array.count && size == 0))
        return status;
    return plx_error_set(error, PLX_MALFORMED, "the array should have %" PRIu64 " elements, but the file %s",
                         array.count, size > 0 ? "goes on behind them" : "ends before");
}

static enum plx_status read_source(struct reader *reader, struct plx_error *error)
{
    const uint8_t *head;
    size_t size;
    enum plx_status status = plx_source_peek(reader->source, 16, &head, &size, error);
    if (status)
        return status;
    status = plx_npy_recognise(head, size) ? read_array(reader, error) : read_text(reader, error);
    if (status == PLX_OK && reader->weights->count == 0)
        status = plx_error_set(error, PLX_MALFORMED, "there are no class weights");
    return status ? status : plx_source_sha256(reader->source, reader->weights->sha256, error);
}

enum plx_status plx_class_weights_read(const char *name, const struct plx_source_options *options,
                                       struct plx_class_weights *weights, struct plx_error *error)
{
    struct plx_source_options with_fingerprint = options ? *options : (struct plx_source_options){0};
    struct reader reader = {.weights = weights};
    with_fingerprint.fingerprint = true;
    *weights = (struct plx_class_weights){0};
    enum plx_status status = plx_source_open(name, &with_fingerprint, &reader.source, error);
    if (status)
        return status;
    status = read_source(&reader, error);
    if (status && !*error->input)
        plx_error_input(error, plx_source_name(reader.source));
    plx_source_close(reader.source);
    return status;
}

void plx_class_weights_release(struct plx_class_weights *weights)
{
    free(weights->values);
    *weights = (struct plx_class_weights){0};
}

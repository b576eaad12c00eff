/* An array of NumPy: one dimension of float32 or float64, nats ≥ 0. */
#include "model/logprobs.h"

#include "base/number.h"
#include "io/npy.h"

#include <inttypes.h>
#include <math.h>

#define CHUNK 4096 /* elements read at a time */

static enum plx_status check_array(const struct plx_logprobs_reader *reader, const struct plx_npy *array,
                                   struct plx_error *error)
{
    char found[160];
    const bool one = array->dimensions == 1;
    if (one && array->kind == 'f' && array->size >= 4)
        return PLX_OK;
    plx_npy_describe(array, found, sizeof found);
    plx_error_set(error, PLX_UNSUPPORTED,
                  "the array is %s, but log-probabilities are one dimension of f4 or f8", found);
    plx_error_input(error, reader->name);
    if (one && array->kind != 'f')
        return plx_error_hint(error, "these look like tokens: is the file the corpus?");
    return plx_error_hint(error, one ? "save it as array.astype('<f4')" : "save it as array.ravel()");
}

/* Adds an element, which stands at `offset` of the file. */
static enum plx_status add_element(struct plx_logprobs_reader *reader, double nats, uint64_t offset,
                                   struct plx_error *error)
{
    char text[PLX_NUMBER_TEXT];
    if (nats >= 0) {
        reader->positive = reader->positive || nats > 0;
        return plx_logprobs_add(reader->model, nats + 0.0, error); /* makes 0 of -0 */
    }
    plx_format_double(nats, text);
    plx_error_set(error, PLX_MALFORMED, "element %zu of the array (from 0) is %s%s", reader->model->count,
                  isnan(nats) ? "not a number" : "negative: ", isnan(nats) ? "" : text);
    plx_error_input(error, reader->name);
    plx_error_at_offset(error, offset);
    if (isnan(nats))
        return PLX_MALFORMED;
    return plx_error_hint(error, reader->positive
                                     ? "those before it are positive, as nats are"
                                     : "a .npy holds nats, -ln p, which are never negative; if these are "
                                       "log-probabilities, save their negatives");
}

/* Adds up to CHUNK elements; *got is how many there were. */
static enum plx_status read_chunk(struct plx_logprobs_reader *reader, const struct plx_npy *array,
                                  size_t wanted, size_t *got, struct plx_error *error)
{
    uint8_t bytes[CHUNK * sizeof(double)];
    double values[CHUNK];
    const uint64_t offset = plx_source_offset(reader->source);
    size_t size;
    enum plx_status status = plx_source_read(reader->source, bytes, wanted * array->size, &size, error);
    if (status)
        return status;
    *got = size / array->size;
    plx_npy_to_doubles(array, bytes, *got, values);
    for (size_t i = 0; i < *got && status == PLX_OK; i++)
        status = add_element(reader, values[i], offset + i * array->size, error);
    return status;
}

static enum plx_status check_end(const struct plx_logprobs_reader *reader, const struct plx_npy *array,
                                 struct plx_error *error)
{
    const uint64_t offset = plx_source_offset(reader->source);
    const size_t found = reader->model->count;
    const uint8_t *rest;
    size_t size;
    const enum plx_status status = plx_source_peek(reader->source, 1, &rest, &size, error);
    if (status || (found == array->count && size == 0))
        return status;
    if (found < array->count)
        plx_error_set(error, PLX_MALFORMED,
                      "the array should have %" PRIu64 " elements, but the file ends after %zu", array->count,
                      found);
    else
        plx_error_set(error, PLX_MALFORMED, "there is more behind the %" PRIu64 " elements of the array",
                      array->count);
    plx_error_input(error, reader->name);
    plx_error_at_offset(error, offset);
    return plx_error_hint(error, "was the file copied or written completely?");
}

enum plx_status plx_logprobs_read_npy(struct plx_logprobs_reader *reader, struct plx_error *error)
{
    struct plx_npy array;
    size_t wanted = 0, got = 0;
    if (reader->options->logprob_base != 0)
        return plx_error_set(error, PLX_USAGE,
                             "an .npy of logprobs holds nats: it has no base of logarithms");
    enum plx_status status = plx_npy_read_header(reader->source, &array, error);
    if (status == PLX_OK)
        status = check_array(reader, &array, error);
    while (status == PLX_OK && got == wanted && reader->model->count < array.count) {
        const uint64_t left = array.count - reader->model->count;
        wanted = left < CHUNK ? (size_t)left : CHUNK;
        status = plx_logprobs_pause(reader, error);
        if (status == PLX_OK)
            status = read_chunk(reader, &array, wanted, &got, error);
    }
    return status ? status : check_end(reader, &array, error);
}

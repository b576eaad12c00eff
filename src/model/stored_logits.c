#include "model/stored_logits.h"

#include "base/bytes.h"
#include "base/error.h"
#include "base/exp.h"
#include "base/memory.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HEAD 20

/* Tokens that are read together, so that a header which promises too many costs no memory. */
#define TOKENS_AT_ONCE ((size_t)1 << 16)

/* What rounding in float can make of ln 1. */
#define LN_P_MOST 1e-3

/* What rounding to the codes can make of a sum of 1, amply. */
#define MASS_ERROR 1e-2

static enum plx_status malformed(const struct plx_stored_logits *stored, uint64_t offset,
                                 struct plx_error *error)
{
    plx_error_input(error, plx_source_name(stored->source));
    return plx_error_at_offset(error, offset);
}

/* Reads exactly `size` bytes. */
static enum plx_status read_all(struct plx_stored_logits *stored, void *data, size_t size, const char *what,
                                struct plx_error *error)
{
    size_t got;
    const enum plx_status status = plx_source_read(stored->source, data, size, &got, error);
    if (status || got == size)
        return status;
    plx_error_set(error, PLX_MALFORMED, "the file ends within %s", what);
    plx_error_hint(error, "was it written completely?");
    return malformed(stored, plx_source_offset(stored->source), error);
}

/* The counts of the header, and what follows from them. */
static enum plx_status read_head(struct plx_stored_logits *stored, struct plx_error *error)
{
    uint8_t head[HEAD];
    int32_t counts[3];
    const enum plx_status status = read_all(stored, head, sizeof head, "its header", error);
    if (status)
        return status;
    if (memcmp(head, PLX_STORED_LOGITS_MAGIC, 8) != 0) {
        plx_error_set(error, PLX_UNSUPPORTED, "no stored logits of llama.cpp");
        return plx_error_input(error, plx_source_name(stored->source));
    }
    for (size_t i = 0; i < 3; i++)
        counts[i] = (int32_t)plx_load_u32(head + 8 + 4 * i);
    if (counts[0] < 3 || counts[1] < 1 || counts[2] < 1) {
        plx_error_set(error, PLX_MALFORMED,
                      "%" PRId32 " chunks of %" PRId32 " tokens of a vocabulary of %" PRId32, counts[2],
                      counts[0], counts[1]);
        return malformed(stored, 8, error);
    }
    stored->context = (uint64_t)counts[0];
    stored->vocabulary = (uint64_t)counts[1];
    stored->chunks = (uint64_t)counts[2];
    stored->rows = (size_t)(stored->context - 1 - stored->context / 2);
    stored->row_bytes = (size_t)((stored->vocabulary + 1) / 2 * 2 + 4) * sizeof(uint16_t);
    return PLX_OK;
}

static enum plx_status read_tokens(struct plx_stored_logits *stored, struct plx_error *error)
{
    const uint64_t all = stored->context * stored->chunks;
    for (uint64_t done = 0; done < all;) {
        const size_t count = all - done < TOKENS_AT_ONCE ? (size_t)(all - done) : TOKENS_AT_ONCE;
        const uint64_t offset = plx_source_offset(stored->source);
        const size_t need = (size_t)done + count;
        uint8_t raw[4 * 1024];
        enum plx_status status = plx_resize_array(&stored->tokens, need, sizeof *stored->tokens, error);
        for (size_t i = 0; i < count && status == PLX_OK; i += sizeof raw / 4) {
            const size_t n = count - i < sizeof raw / 4 ? count - i : sizeof raw / 4;
            status = read_all(stored, raw, n * 4, "its tokens", error);
            for (size_t k = 0; k < n && status == PLX_OK; k++)
                stored->tokens[done + i + k] = plx_load_u32(raw + 4 * k);
        }
        for (size_t i = 0; i < count && status == PLX_OK; i++) {
            const uint32_t token = stored->tokens[done + i];
            if (token < stored->vocabulary)
                continue;
            plx_error_set(error, PLX_MALFORMED, "token id %" PRId32 ", but ids are 0 to %" PRIu64,
                          (int32_t)token, stored->vocabulary - 1);
            status = malformed(stored, offset + 4 * i, error);
        }
        if (status)
            return status;
        done += count;
    }
    return PLX_OK;
}

enum plx_status plx_stored_logits_open(const char *path, const struct plx_source_options *options,
                                       struct plx_stored_logits *stored, struct plx_error *error)
{
    *stored = (struct plx_stored_logits){0};
    enum plx_status status = plx_source_open(path, options, &stored->source, error);
    if (status == PLX_OK)
        status = read_head(stored, error);
    return status ? status : read_tokens(stored, error);
}

void plx_stored_logits_close(struct plx_stored_logits *stored)
{
    plx_source_close(stored->source);
    free(stored->tokens);
    *stored = (struct plx_stored_logits){0};
}

enum plx_status plx_stored_logits_read(struct plx_stored_logits *stored, size_t count, uint8_t *raw,
                                       struct plx_error *error)
{
    stored->rows_read += count;
    return read_all(stored, raw, count * stored->row_bytes, "its rows", error);
}

enum plx_status plx_stored_logits_end(struct plx_stored_logits *stored, struct plx_error *error)
{
    const uint8_t *data;
    size_t size;
    const enum plx_status status = plx_source_peek(stored->source, 1, &data, &size, error);
    if (status || size == 0)
        return status;
    plx_error_set(error, PLX_MALFORMED, "the file goes on behind its last row");
    return malformed(stored, plx_source_offset(stored->source), error);
}

static float load_float(const uint8_t *raw)
{
    const uint32_t bits = plx_load_u32(raw);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Σ p, roughly: what is above 1 counts as 1. */
static double mass_of(const double *nats, size_t count)
{
    double sum = 0, p[256];
    for (size_t first = 0; first < count; first += sizeof p / sizeof *p) {
        const size_t left = count - first, block = left < sizeof p / sizeof *p ? left : sizeof p / sizeof *p;
        for (size_t i = 0; i < block; i++)
            p[i] = fmin(-nats[first + i], 0);
        plx_exp_nonpositive(p, block);
        for (size_t i = 0; i < block; i++)
            sum += p[i];
    }
    return sum;
}

enum plx_status plx_stored_logits_decode(const struct plx_stored_logits *stored, const uint8_t *raw,
                                         uint64_t index, double *nats, struct plx_error *error)
{
    const double scale = (double)load_float(raw), minimum = (double)load_float(raw + 4);
    double least = (double)INFINITY;
    for (size_t i = 0; i < stored->vocabulary; i++) {
        nats[i] = 0.0 - (scale * plx_load_u16(raw + 8 + 2 * i) + minimum);
        least = nats[i] < least ? nats[i] : least;
    }
    const uint64_t offset = HEAD + 4 * stored->context * stored->chunks + index * stored->row_bytes;
    if (!(isfinite(scale) && scale >= 0 && isfinite(minimum) && least >= -LN_P_MOST)) {
        plx_error_set(error, PLX_MALFORMED, "a row whose log-probabilities are %g times its codes and %g",
                      scale, minimum);
        return malformed(stored, offset, error);
    }
    const double mass = mass_of(nats, (size_t)stored->vocabulary);
    const double raised = (double)stored->vocabulary * exp(-PLX_STORED_LOGITS_CLIPPED);
    if (mass >= 1 - MASS_ERROR && mass <= 1 + MASS_ERROR + raised)
        return PLX_OK;
    plx_error_set(error, PLX_MALFORMED, "a row whose probabilities add up to %g", mass);
    return malformed(stored, offset, error);
}

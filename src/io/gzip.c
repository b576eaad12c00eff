#include "io/gzip.h"

#include "base/error.h"
#include "base/memory.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define GZIP_INPUT_BYTES ((size_t)128 << 10)

/* zlib counts in unsigned int. */
#define GZIP_OUTPUT_MAX ((size_t)1 << 30)

/* For inflateInit2: the largest window, and a gzip wrapper rather than a zlib one. */
#define GZIP_WINDOW_BITS (15 + 16)

enum gzip_state { GZIP_MEMBER, GZIP_BETWEEN, GZIP_PADDING, GZIP_ENDED };

struct plx_gzip {
    struct plx_medium *medium; /* borrowed */
    z_stream stream;           /* next_in and avail_in are the unused part of input */
    enum gzip_state state;
    bool medium_ended;
    uint64_t received; /* compressed bytes taken from the medium */
    uint8_t input[GZIP_INPUT_BYTES];
};

bool plx_gzip_recognise(const uint8_t *head, size_t size)
{
    static const uint8_t magic[PLX_GZIP_MAGIC] = {0x1f, 0x8b, 0x08};
    return size >= 2 && memcmp(head, magic, size < sizeof magic ? size : sizeof magic) == 0;
}

struct plx_gzip *plx_gzip_open(struct plx_medium *medium, const uint8_t *head, size_t size,
                               struct plx_error *error)
{
    assert(size <= PLX_GZIP_MAGIC);
    struct plx_gzip *gzip = plx_new_array(1, sizeof *gzip, error);
    if (!gzip)
        return NULL;
    gzip->medium = medium;
    memcpy(gzip->input, head, size);
    gzip->received = size;
    gzip->stream.next_in = gzip->input;
    gzip->stream.avail_in = (uInt)size;
    if (inflateInit2(&gzip->stream, GZIP_WINDOW_BITS) != Z_OK) {
        plx_error_set(error, PLX_MEMORY, "no memory to decompress");
        free(gzip);
        return NULL;
    }
    return gzip;
}

/* Compressed bytes used up. */
static uint64_t gzip_position(const struct plx_gzip *gzip)
{
    return gzip->received - gzip->stream.avail_in;
}

/* Has at least `want` bytes of input ready, unless the medium ends before. */
static enum plx_status gzip_fill(struct plx_gzip *gzip, size_t want, struct plx_error *error)
{
    z_stream *stream = &gzip->stream;
    if (stream->avail_in >= want || gzip->medium_ended)
        return PLX_OK;
    memmove(gzip->input, stream->next_in, stream->avail_in);
    stream->next_in = gzip->input;
    while (stream->avail_in < want && !gzip->medium_ended) {
        size_t got = 0;
        enum plx_status status = plx_medium_read(gzip->medium, gzip->input + stream->avail_in,
                                                 sizeof gzip->input - stream->avail_in, &got, error);
        if (status != PLX_OK)
            return status;
        gzip->medium_ended = got == 0;
        gzip->received += got;
        stream->avail_in += (uInt)got;
    }
    return PLX_OK;
}

static enum plx_status gzip_truncated(const struct plx_gzip *gzip, struct plx_error *error)
{
    enum plx_status status = plx_error_set(
        error, PLX_MALFORMED, "gzip data end unexpectedly at compressed byte %" PRIu64, gzip->received);
    plx_error_hint(error, "the file is cut short; was it downloaded or copied completely?");
    return status;
}

/* After a member: another one, or zeros, or the end. */
static enum plx_status gzip_between(struct plx_gzip *gzip, struct plx_error *error)
{
    z_stream *stream = &gzip->stream;
    enum plx_status status = gzip_fill(gzip, 2, error);
    if (status != PLX_OK)
        return status;
    if (stream->avail_in == 0) {
        gzip->state = GZIP_ENDED;
        return PLX_OK;
    }
    const uint8_t *next = stream->next_in;
    if (next[0] == 0) {
        gzip->state = GZIP_PADDING;
        return PLX_OK;
    }
    if (next[0] == 0x1f && stream->avail_in < 2)
        return gzip_truncated(gzip, error);
    if (next[0] != 0x1f || next[1] != 0x8b)
        return plx_error_set(error, PLX_MALFORMED,
                             "neither another gzip member nor zeros follow at compressed byte %" PRIu64,
                             gzip_position(gzip));
    if (inflateReset(stream) != Z_OK)
        return plx_error_set(error, PLX_INTERNAL, "the decompressor cannot be reset");
    gzip->state = GZIP_MEMBER;
    return PLX_OK;
}

/* Zeros up to the end of the medium: what tapes and block devices append. */
static enum plx_status gzip_padding(struct plx_gzip *gzip, struct plx_error *error)
{
    z_stream *stream = &gzip->stream;
    for (;;) {
        enum plx_status status = gzip_fill(gzip, 1, error);
        if (status != PLX_OK)
            return status;
        if (stream->avail_in == 0) {
            gzip->state = GZIP_ENDED;
            return PLX_OK;
        }
        while (stream->avail_in > 0) {
            if (*stream->next_in != 0)
                return plx_error_set(error, PLX_MALFORMED,
                                     "data follow the zeros behind the last gzip member at compressed "
                                     "byte %" PRIu64,
                                     gzip_position(gzip));
            stream->next_in++;
            stream->avail_in--;
        }
    }
}

/* One step within a member; *got may stay 0 where a header or trailer was read. */
static enum plx_status gzip_member(struct plx_gzip *gzip, uint8_t *data, size_t size, size_t *got,
                                   struct plx_error *error)
{
    z_stream *stream = &gzip->stream;
    enum plx_status status = gzip_fill(gzip, 1, error);
    if (status != PLX_OK)
        return status;
    const uInt room = (uInt)(size < GZIP_OUTPUT_MAX ? size : GZIP_OUTPUT_MAX);
    stream->next_out = data;
    stream->avail_out = room;
    const int code = inflate(stream, Z_NO_FLUSH);
    *got = room - stream->avail_out;
    switch (code) {
    case Z_OK: return PLX_OK;
    case Z_STREAM_END: gzip->state = GZIP_BETWEEN; return PLX_OK;
    case Z_BUF_ERROR: return gzip_truncated(gzip, error); /* there was room, so input is what is missing */
    case Z_MEM_ERROR: return plx_error_set(error, PLX_MEMORY, "no memory to decompress");
    case Z_DATA_ERROR:
        if (*got > 0)
            return PLX_OK; /* zlib remembers: the next call fails at once */
        return plx_error_set(error, PLX_MALFORMED,
                             "gzip data are damaged near compressed byte %" PRIu64 ": %s",
                             gzip_position(gzip), stream->msg ? stream->msg : "invalid data");
    default: return plx_error_set(error, PLX_INTERNAL, "the decompressor fails with code %d", code);
    }
}

enum plx_status plx_gzip_read(struct plx_gzip *gzip, uint8_t *data, size_t size, size_t *got,
                              struct plx_error *error)
{
    *got = 0;
    while (*got == 0 && gzip->state != GZIP_ENDED) {
        enum plx_status status;
        if (gzip->state == GZIP_MEMBER)
            status = gzip_member(gzip, data, size, got, error);
        else if (gzip->state == GZIP_BETWEEN)
            status = gzip_between(gzip, error);
        else
            status = gzip_padding(gzip, error);
        if (status != PLX_OK)
            return status;
    }
    return PLX_OK;
}

void plx_gzip_close(struct plx_gzip *gzip)
{
    if (!gzip)
        return;
    inflateEnd(&gzip->stream);
    free(gzip);
}

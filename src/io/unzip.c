/* The contents of an archive's members. */
#define ZLIB_CONST /* what is compressed is not written to */
#include "io/zip.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* zlib counts in unsigned int. */
#define PIECE_MAX ((size_t)1 << 30)

/* For inflateInit2: the largest window, without any wrapper. */
#define WINDOW_BITS (-15)

struct plx_unzip {
    const struct plx_zip_member *member; /* borrowed */
    z_stream stream;                     /* of a deflated one */
    bool ended;                          /* likewise */
    uint64_t taken;                      /* bytes of member->data */
    uint64_t given;                      /* bytes of the content */
    uLong crc32;
};

struct plx_unzip *plx_unzip_new(const struct plx_zip_member *member, struct plx_error *error)
{
    struct plx_unzip *unzip = plx_new_array(1, sizeof *unzip, error);
    if (!unzip)
        return NULL;
    unzip->member = member;
    unzip->crc32 = crc32_z(0, NULL, 0);
    if (!member->deflated || inflateInit2(&unzip->stream, WINDOW_BITS) == Z_OK)
        return unzip;
    plx_error_set(error, PLX_MEMORY, "no memory to decompress");
    free(unzip);
    return NULL;
}

void plx_unzip_free(struct plx_unzip *unzip)
{
    if (unzip && unzip->member->deflated)
        inflateEnd(&unzip->stream);
    free(unzip);
}

static enum plx_status damaged(const struct plx_unzip *unzip, const char *how, struct plx_error *error)
{
    const struct plx_zip_member *member = unzip->member;
    plx_error_set(error, PLX_MALFORMED, "the archive's member \"%.*s\" %s",
                  (int)(member->length < 80 ? member->length : 80), member->name, how);
    return plx_error_at_offset(error, member->offset + unzip->taken);
}

static size_t piece(uint64_t left)
{
    return left < PIECE_MAX ? (size_t)left : PIECE_MAX;
}

/* Up to `size` bytes, fewer only where the stream ends. */
static enum plx_status inflate_bytes(struct plx_unzip *unzip, uint8_t *data, size_t size, size_t *got,
                                     struct plx_error *error)
{
    z_stream *stream = &unzip->stream;
    *got = 0;
    while (*got < size && !unzip->ended) {
        const size_t input = piece(unzip->member->packed - unzip->taken), output = piece(size - *got);
        stream->next_in = unzip->member->data + unzip->taken;
        stream->avail_in = (uInt)input;
        stream->next_out = data + *got;
        stream->avail_out = (uInt)output;
        const int result = inflate(stream, Z_NO_FLUSH);
        unzip->taken += input - stream->avail_in;
        *got += output - stream->avail_out;
        unzip->ended = result == Z_STREAM_END;
        if (result == Z_MEM_ERROR)
            return plx_error_set(error, PLX_MEMORY, "no memory to decompress");
        if (result != Z_OK && result != Z_STREAM_END)
            return damaged(unzip, result == Z_BUF_ERROR ? "ends too early" : "is damaged", error);
    }
    return PLX_OK;
}

enum plx_status plx_unzip_read(struct plx_unzip *unzip, void *data, size_t size, struct plx_error *error)
{
    const uint8_t *content = data;
    if (unzip->member->deflated) {
        size_t got;
        const enum plx_status status = inflate_bytes(unzip, data, size, &got, error);
        if (status)
            return status;
        if (got < size)
            return damaged(unzip, "is shorter than the directory says", error);
    } else {
        content = unzip->member->data + unzip->taken;
        if (data && size > 0)
            memcpy(data, content, size);
        unzip->taken += size;
    }
    unzip->given += size;
    if (size > 0)
        unzip->crc32 = crc32_z(unzip->crc32, content, size);
    return PLX_OK;
}

enum plx_status plx_unzip_finish(struct plx_unzip *unzip, struct plx_error *error)
{
    uint8_t more;
    size_t got = 0;
    if (unzip->member->deflated) { /* the end of the stream may not have been reached yet */
        const enum plx_status status = inflate_bytes(unzip, &more, 1, &got, error);
        if (status)
            return status;
    }
    if (got > 0 || unzip->given != unzip->member->size || unzip->taken != unzip->member->packed)
        return damaged(unzip, "is longer than the directory says", error);
    if (unzip->crc32 != unzip->member->crc32)
        return damaged(unzip, "is damaged: its CRC-32 is another", error);
    return PLX_OK;
}

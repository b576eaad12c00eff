#include "gzip_member.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

size_t gzip_member(const void *data, size_t size, int level, const char *name, uint8_t *out, size_t capacity)
{
    z_stream stream;
    gz_header header;
    uint8_t text[64];
    memset(&stream, 0, sizeof stream);
    memset(&header, 0, sizeof header);
    assert_int_equal(deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    if (name) {
        assert_true(strlen(name) < sizeof text);
        memcpy(text, name, strlen(name) + 1);
        header.name = text;
        header.hcrc = 1;
        assert_int_equal(deflateSetHeader(&stream, &header), Z_OK);
    }
    union {
        const void *source;
        Bytef *zlib; /* which only reads, whatever its type says */
    } input = {.source = data};
    stream.next_in = input.zlib;
    stream.avail_in = (uInt)size;
    stream.next_out = out;
    stream.avail_out = (uInt)capacity;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    const size_t length = capacity - stream.avail_out;
    deflateEnd(&stream);
    return length;
}

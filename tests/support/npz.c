#include "support/npz.h"

#include "support/fixtures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#define END_SIZE     22 /* of the end of central directory */
#define ENTRY_SIZE   46 /* of a central directory header, and */
#define LOCAL_SIZE   30 /* of a local one, each before the name */
#define STORED       0
#define DEFLATED     8
#define CONTENT_MOST ((size_t)256 << 20)

static uint64_t little(const uint8_t *bytes, size_t size)
{
    uint64_t value = 0;
    while (size-- > 0)
        value = value << 8 | bytes[size];
    return value;
}

static void need(const char *path, bool fine, const char *what)
{
    if (!fine)
        fail_msg("%s: %s", path, what);
}

/* The central directory header of the member `name`. */
static const uint8_t *find_entry(const char *path, const struct file_bytes *file, const char *name)
{
    need(path, file->size >= END_SIZE, "no zip archive");
    const uint8_t *end = file->bytes + file->size - END_SIZE;
    while (end > file->bytes && memcmp(end, "PK\5\6", 4) != 0)
        end--;
    need(path, memcmp(end, "PK\5\6", 4) == 0, "no zip archive");
    uint64_t at = little(end + 16, 4);
    for (uint64_t entries = little(end + 10, 2); entries > 0; entries--) {
        need(path, at + ENTRY_SIZE <= file->size, "the directory is cut off");
        const uint8_t *entry = file->bytes + at;
        need(path, memcmp(entry, "PK\1\2", 4) == 0, "the directory is damaged");
        const uint64_t length = little(entry + 28, 2);
        need(path, at + ENTRY_SIZE + length <= file->size, "the directory is cut off");
        if (length == strlen(name) && memcmp(entry + ENTRY_SIZE, name, length) == 0)
            return entry;
        at += ENTRY_SIZE + length + little(entry + 30, 2) + little(entry + 32, 2);
    }
    need(path, false, "no such array");
    return NULL;
}

static void unpack(const char *path, const uint8_t *packed, size_t packed_size, uint8_t *content, size_t size)
{
    union {
        const uint8_t *read_only;
        Bytef *zlib; /* which only reads, whatever its type says */
    } input = {.read_only = packed};
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    stream.next_in = input.zlib;
    stream.avail_in = (uInt)packed_size;
    stream.next_out = content;
    stream.avail_out = (uInt)size;
    assert_int_equal(inflateInit2(&stream, -15), Z_OK);
    const int outcome = inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    need(path, outcome == Z_STREAM_END && stream.avail_out == 0, "the deflated data are damaged");
}

static struct file_bytes read_member(const char *path, const char *name)
{
    const struct file_bytes file = file_read(path);
    const uint8_t *entry = find_entry(path, &file, name);
    const uint64_t method = little(entry + 10, 2), packed_size = little(entry + 20, 4);
    const uint64_t at = little(entry + 42, 4);
    struct file_bytes content = {NULL, (size_t)little(entry + 24, 4)};
    need(path, content.size <= CONTENT_MOST && at + LOCAL_SIZE <= file.size, "impossible sizes");
    const uint8_t *local = file.bytes + at;
    const uint64_t begin = at + LOCAL_SIZE + little(local + 26, 2) + little(local + 28, 2);
    need(path, begin + packed_size <= file.size, "a member is cut off");
    content.bytes = calloc(1, content.size + 1);
    if (!content.bytes)
        abort();
    if (method == DEFLATED) {
        unpack(path, file.bytes + begin, (size_t)packed_size, content.bytes, content.size);
    } else {
        need(path, method == STORED && packed_size == content.size, "an unknown method of compression");
        memcpy(content.bytes, file.bytes + begin, content.size);
    }
    need(path, crc32(0, content.bytes, (uInt)content.size) == little(entry + 16, 4), "a wrong checksum");
    free(file.bytes);
    return content;
}

double *npz_read(const char *path, const char *name, size_t *count)
{
    char member[64];
    snprintf(member, sizeof member, "%s.npy", name);
    const struct file_bytes npy = read_member(path, member);
    need(path, npy.size >= 10 && memcmp(npy.bytes, "\x93NUMPY\1\0", 8) == 0, "no .npy of version 1");
    const size_t begin = 10 + (size_t)little(npy.bytes + 8, 2);
    need(path, begin <= npy.size, "the header is cut off");
    npy.bytes[begin - 1] = '\0'; /* it ends in a newline */
    const char *header = (const char *)npy.bytes + 10;
    const char *shape = strstr(header, "'shape': (");
    need(path, shape && strstr(header, "'descr': '<f8'") && strstr(header, ",)"), "no array of float64 [n]");
    *count = shape ? (size_t)strtoull(shape + strlen("'shape': ("), NULL, 10) : 0;
    need(path, *count == (npy.size - begin) / sizeof(double) && (npy.size - begin) % sizeof(double) == 0,
         "the array is not as long as its header says");
    double *values = calloc(*count + 1, sizeof *values);
    if (!values)
        abort();
    for (size_t i = 0; i < *count; i++) {
        const uint64_t bits = little(npy.bytes + begin + i * sizeof bits, sizeof bits);
        memcpy(values + i, &bits, sizeof bits);
    }
    free(npy.bytes);
    return values;
}

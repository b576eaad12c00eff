#include "support/zip_file.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

void put_u16(uint8_t *bytes, unsigned value)
{
    bytes[0] = (uint8_t)value;
    bytes[1] = (uint8_t)(value >> 8);
}

void put_u32(uint8_t *bytes, uint32_t value)
{
    put_u16(bytes, value & 0xffff);
    put_u16(bytes + 2, value >> 16);
}

void put_u64(uint8_t *bytes, uint64_t value)
{
    put_u32(bytes, (uint32_t)value);
    put_u32(bytes + 4, (uint32_t)(value >> 32));
}

static uint8_t *append(struct zip_file *file, const void *data, size_t size)
{
    file->bytes = realloc(file->bytes, file->size + size + 1);
    if (!file->bytes)
        abort();
    uint8_t *at = file->bytes + file->size;
    if (data)
        memcpy(at, data, size);
    else
        memset(at, 0, size);
    file->size += size;
    return at;
}

/* The field of zip64 with `count` numbers. */
static void append_extra(struct zip_file *file, const uint64_t *values, size_t count)
{
    uint8_t *extra = append(file, NULL, 4 + 8 * count);
    put_u16(extra, 1);
    put_u16(extra + 2, (unsigned)(8 * count));
    for (size_t i = 0; i < count; i++)
        put_u64(extra + 4 + 8 * i, values[i]);
}

static size_t append_deflated(struct zip_file *file, const struct zip_part *part)
{
    z_stream stream = {0};
    const size_t room = part->size + part->size / 1000 + 64;
    uint8_t *data = append(file, NULL, room);
    if (deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    uint8_t *copy = malloc(part->size + 1); /* zlib takes no const here */
    if (!copy)
        abort();
    memcpy(copy, part->content, part->size);
    stream.next_in = copy;
    stream.avail_in = (uInt)part->size;
    stream.next_out = data;
    stream.avail_out = (uInt)room;
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
        abort();
    file->size -= stream.avail_out;
    const size_t packed = room - stream.avail_out;
    deflateEnd(&stream);
    free(copy);
    return packed;
}

static uint32_t checksum(const struct zip_part *part)
{
    return (uint32_t)crc32(crc32(0, NULL, 0), part->content, (uInt)part->size);
}

static void append_part(struct zip_file *file, const struct zip_part *part, size_t index)
{
    const uint64_t none[2] = {0, 0};
    const size_t length = strlen(part->name);
    const size_t local = file->local[index] = file->size;
    append(file, NULL, 30);
    append(file, part->name, length);
    if (part->zip64)
        append_extra(file, none, 2);
    const size_t data = file->data[index] = file->size;
    if (part->deflated)
        file->packed[index] = append_deflated(file, part);
    else {
        append(file, part->content, part->size);
        file->packed[index] = part->size;
    }
    uint8_t *header = file->bytes + local;
    put_u32(header, 0x04034b50);
    put_u16(header + 4, 45);
    put_u16(header + 6, part->descriptor ? 8 : 0);
    put_u16(header + 8, part->deflated ? 8 : 0);
    put_u16(header + 26, (unsigned)length);
    put_u16(header + 28, part->zip64 ? 20 : 0);
    if (part->descriptor) {
        uint8_t *descriptor = append(file, NULL, 16);
        put_u32(descriptor, 0x08074b50);
        put_u32(descriptor + 4, checksum(part));
        put_u32(descriptor + 8, (uint32_t)file->packed[index]);
        put_u32(descriptor + 12, (uint32_t)part->size);
        return;
    }
    put_u32(header + 14, checksum(part));
    put_u32(header + 18, part->zip64 ? UINT32_MAX : (uint32_t)file->packed[index]);
    put_u32(header + 22, part->zip64 ? UINT32_MAX : (uint32_t)part->size);
    if (part->zip64) {
        put_u64(file->bytes + data - 16, part->size);
        put_u64(file->bytes + data - 8, file->packed[index]);
    }
}

static void append_entry(struct zip_file *file, const struct zip_part *part, size_t index)
{
    const uint64_t values[3] = {part->size, file->packed[index], file->local[index]};
    const size_t length = strlen(part->name);
    file->entry[index] = file->size;
    uint8_t *entry = append(file, NULL, 46);
    put_u32(entry, 0x02014b50);
    put_u16(entry + 4, 45);
    put_u16(entry + 6, 45);
    put_u16(entry + 8, part->descriptor ? 8 : 0);
    put_u16(entry + 10, part->deflated ? 8 : 0);
    put_u32(entry + 16, checksum(part));
    put_u32(entry + 20, part->zip64 ? UINT32_MAX : (uint32_t)file->packed[index]);
    put_u32(entry + 24, part->zip64 ? UINT32_MAX : (uint32_t)part->size);
    put_u16(entry + 28, (unsigned)length);
    put_u16(entry + 30, part->zip64 ? 28 : 0);
    put_u32(entry + 42, part->zip64 ? UINT32_MAX : (uint32_t)file->local[index]);
    append(file, part->name, length);
    if (part->zip64)
        append_extra(file, values, 3);
}

static void append_end64(struct zip_file *file, size_t count)
{
    file->end64 = file->size;
    uint8_t *end = append(file, NULL, 56 + 20);
    put_u32(end, 0x06064b50);
    put_u64(end + 4, 44);
    put_u16(end + 12, 45);
    put_u16(end + 14, 45);
    put_u64(end + 24, count);
    put_u64(end + 32, count);
    put_u64(end + 40, file->end64 - file->directory);
    put_u64(end + 48, file->directory);
    put_u32(end + 56, 0x07064b50);
    put_u64(end + 64, file->end64);
    put_u32(end + 72, 1);
}

struct zip_file zip_file(const struct zip_part *parts, size_t count, bool zip64)
{
    struct zip_file file = {0};
    if (count > 8)
        abort();
    for (size_t i = 0; i < count; i++)
        append_part(&file, parts + i, i);
    file.directory = file.size;
    for (size_t i = 0; i < count; i++)
        append_entry(&file, parts + i, i);
    const size_t bytes = file.size - file.directory;
    if (zip64)
        append_end64(&file, count);
    file.end = file.size;
    uint8_t *end = append(&file, NULL, 22);
    put_u32(end, 0x06054b50);
    put_u16(end + 8, zip64 ? UINT16_MAX : (unsigned)count);
    put_u16(end + 10, zip64 ? UINT16_MAX : (unsigned)count);
    put_u32(end + 12, zip64 ? UINT32_MAX : (uint32_t)bytes);
    put_u32(end + 16, zip64 ? UINT32_MAX : (uint32_t)file.directory);
    return file;
}

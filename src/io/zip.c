#include "io/zip.h"

#include "base/bytes.h"
#include "base/error.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define END_MAGIC     0x06054b50U
#define END64_MAGIC   0x06064b50U
#define LOCATOR_MAGIC 0x07064b50U
#define ENTRY_MAGIC   0x02014b50U
#define LOCAL_MAGIC   0x04034b50U

#define END_BYTES     22 /* of the end of the directory, before its comment */
#define END64_BYTES   56 /* of that of zip64, before what may extend it */
#define LOCATOR_BYTES 20 /* of what tells where that is */
#define ENTRY_BYTES   46 /* of a member's entry in the directory, before its name */
#define LOCAL_BYTES   30 /* of what stands before a member, before its name */

#define COMMENT_MAX 65535
#define ZIP64_EXTRA 1

/* In place of a size or an offset: it stands in the field of zip64. */
#define ELSEWHERE 0xFFFFFFFFU

/* Flags of a member. */
#define ENCRYPTED  (1U << 0 | 1U << 6 | 1U << 13)
#define DESCRIPTOR (1U << 3) /* sizes and checksum follow it, and may be missing before it */

#define STORED   0
#define DEFLATED 8

/* A code of one bit and one of another bit stand for 258 bytes, and nothing for more. */
#define DEFLATE_MOST 1032

struct archive {
    const uint8_t *data;
    uint64_t size;
    const char *name;
    uint64_t directory, directory_size, entries;
    struct plx_error *error;
};

static enum plx_status fail_at(const struct archive *archive, uint64_t offset)
{
    plx_error_input(archive->error, archive->name);
    return plx_error_at_offset(archive->error, offset);
}

static enum plx_status malformed(const struct archive *archive, uint64_t offset, const char *message)
{
    plx_error_set(archive->error, PLX_MALFORMED, "%s", message);
    return fail_at(archive, offset);
}

/* An error of a member, of whose name at most 80 characters are told. `message` follows that. */
static enum plx_status fail_member(const struct archive *archive, enum plx_status status,
                                   const struct plx_zip_member *member, uint64_t offset, const char *message)
{
    plx_error_set(archive->error, status, "the archive's member \"%.*s\" %s",
                  (int)(member->length < 80 ? member->length : 80), member->name, message);
    return fail_at(archive, offset);
}

/* What ends the archive, from the last place on where it can stand: with a comment behind it up to the end.
 */
static const uint8_t *find_end(const struct archive *archive)
{
    if (archive->size < END_BYTES)
        return NULL;
    const uint64_t last = archive->size - END_BYTES;
    const uint64_t first = last > COMMENT_MAX ? last - COMMENT_MAX : 0;
    for (uint64_t at = last + 1; at-- > first;) {
        const uint8_t *end = archive->data + at;
        if (plx_load_u32(end) == END_MAGIC && plx_load_u16(end + 20) == last - at)
            return end;
    }
    return NULL;
}

/* A number of the end that zip64 has too: it is that, or says that it stands there. */
static bool agrees(uint64_t narrow, uint64_t most, uint64_t wide)
{
    return narrow == most || narrow == wide;
}

/* The end as zip64 has it, whose locator lies right before the other. *behind becomes where the directory has
   to end. */
static enum plx_status read_end64(struct archive *archive, const uint8_t *end, uint64_t *behind)
{
    const uint8_t *locator = end - LOCATOR_BYTES;
    const uint64_t at = (uint64_t)(locator - archive->data), begin = plx_load_u64(locator + 8);
    if (at < END64_BYTES || begin > at - END64_BYTES || plx_load_u32(archive->data + begin) != END64_MAGIC ||
        plx_load_u64(archive->data + begin + 4) != at - begin - 12)
        return malformed(archive, at, "the archive's zip64 end is not where its locator says");
    const uint8_t *end64 = archive->data + begin;
    if (plx_load_u32(locator + 4) != 0 || plx_load_u32(locator + 16) > 1 || plx_load_u32(end64 + 16) != 0 ||
        plx_load_u32(end64 + 20) != 0 || plx_load_u64(end64 + 24) != plx_load_u64(end64 + 32)) {
        plx_error_set(archive->error, PLX_UNSUPPORTED, "an archive in several parts is not supported");
        return fail_at(archive, begin);
    }
    archive->entries = plx_load_u64(end64 + 32);
    archive->directory_size = plx_load_u64(end64 + 40);
    archive->directory = plx_load_u64(end64 + 48);
    *behind = begin;
    if (agrees(plx_load_u16(end + 10), UINT16_MAX, archive->entries) &&
        agrees(plx_load_u32(end + 12), ELSEWHERE, archive->directory_size) &&
        agrees(plx_load_u32(end + 16), ELSEWHERE, archive->directory))
        return PLX_OK;
    return malformed(archive, begin, "the archive's two ends differ");
}

/* Where the directory is, and of how many entries. */
static enum plx_status read_end(struct archive *archive)
{
    const uint8_t *end = find_end(archive);
    if (!end) {
        plx_error_set(archive->error, PLX_MALFORMED, "the archive has no end: its directory is missing");
        fail_at(archive, archive->size);
        return plx_error_hint(archive->error, "was the file copied or downloaded completely?");
    }
    const uint64_t at = (uint64_t)(end - archive->data);
    uint64_t behind = at;
    enum plx_status status = PLX_OK;
    archive->entries = plx_load_u16(end + 10);
    archive->directory_size = plx_load_u32(end + 12);
    archive->directory = plx_load_u32(end + 16);
    if (plx_load_u16(end + 4) != 0 || plx_load_u16(end + 6) != 0 ||
        plx_load_u16(end + 8) != archive->entries) {
        plx_error_set(archive->error, PLX_UNSUPPORTED, "an archive in several parts is not supported");
        return fail_at(archive, at);
    }
    if (at >= LOCATOR_BYTES && plx_load_u32(end - LOCATOR_BYTES) == LOCATOR_MAGIC)
        status = read_end64(archive, end, &behind);
    if (status)
        return status;
    if (archive->directory > behind || archive->directory_size != behind - archive->directory)
        return malformed(archive, at, "the archive's directory is not where its end says");
    if (archive->entries > archive->directory_size / ENTRY_BYTES)
        return malformed(archive, at, "the archive's directory has no room for all its members");
    return PLX_OK;
}

/* Takes what stands in the field of zip64 among extra[0..length) in place of those of `values` that are
   ELSEWHERE. False if it is not there, or the fields are none. */
static bool take_zip64(const uint8_t *extra, size_t length, uint64_t *values[3])
{
    const uint8_t *next = NULL, *end = NULL;
    while (length > 0) {
        const size_t size = length >= 4 ? plx_load_u16(extra + 2) : 0;
        if (length < 4 || size > length - 4)
            return false;
        if (plx_load_u16(extra) == ZIP64_EXTRA) {
            next = extra + 4;
            end = next + size;
        }
        extra += 4 + size;
        length -= 4 + size;
    }
    for (size_t i = 0; i < 3; i++) {
        if (!values[i] || *values[i] != ELSEWHERE)
            continue;
        if (!next || end - next < 8)
            return false;
        *values[i] = plx_load_u64(next);
        next += 8;
    }
    return true;
}

/* What stands before the member: it must say the same, and the data follow it. */
static enum plx_status read_local(const struct archive *archive, unsigned flags, unsigned method,
                                  struct plx_zip_member *member)
{
    static const char DIFFERENT[] = "is described otherwise in the directory than where it lies";
    const uint64_t begin = member->begin, limit = archive->directory;
    if (limit < LOCAL_BYTES || begin > limit - LOCAL_BYTES ||
        plx_load_u32(archive->data + begin) != LOCAL_MAGIC)
        return fail_member(archive, PLX_MALFORMED, member, archive->directory,
                           "is not where the directory says");
    const uint8_t *local = archive->data + begin;
    const size_t length = plx_load_u16(local + 26), extra = plx_load_u16(local + 28);
    const uint64_t left = limit - begin - LOCAL_BYTES;
    if (length + extra > left || member->packed > left - length - extra)
        return fail_member(archive, PLX_MALFORMED, member, begin, "reaches into the directory");
    member->offset = begin + LOCAL_BYTES + length + extra;
    member->data = archive->data + member->offset;
    if (length != member->length || memcmp(local + LOCAL_BYTES, member->name, length) != 0 ||
        plx_load_u16(local + 8) != method || ((plx_load_u16(local + 6) ^ flags) & (ENCRYPTED | DESCRIPTOR)))
        return fail_member(archive, PLX_MALFORMED, member, begin, DIFFERENT);
    if (flags & DESCRIPTOR)
        return PLX_OK;
    uint64_t packed = plx_load_u32(local + 18), size = plx_load_u32(local + 22);
    uint64_t *values[] = {&size, &packed, NULL};
    if (!take_zip64(local + LOCAL_BYTES + length, extra, values) || packed != member->packed ||
        size != member->size || plx_load_u32(local + 14) != member->crc32)
        return fail_member(archive, PLX_MALFORMED, member, begin, DIFFERENT);
    return PLX_OK;
}

static enum plx_status check_method(const struct archive *archive, unsigned flags, unsigned method,
                                    uint64_t at, const struct plx_zip_member *member)
{
    char message[80];
    if (flags & ENCRYPTED)
        return fail_member(archive, PLX_UNSUPPORTED, member, at, "is encrypted");
    if (method != STORED && method != DEFLATED) {
        snprintf(message, sizeof message, "is compressed by the method %u; stored and deflated ones are read",
                 method);
        return fail_member(archive, PLX_UNSUPPORTED, member, at, message);
    }
    if (method == STORED ? member->size != member->packed : member->size / DEFLATE_MOST > member->packed)
        return fail_member(archive, PLX_MALFORMED, member, at,
                           "claims a size that it cannot have, by the bytes that it takes");
    return PLX_OK;
}

/* One entry of the directory, at *at, which moves behind it. */
static enum plx_status read_entry(const struct archive *archive, uint64_t *at, struct plx_zip_member *member)
{
    const uint64_t begin = *at, left = archive->directory + archive->directory_size - begin;
    const uint8_t *entry = archive->data + begin;
    if (left < ENTRY_BYTES || plx_load_u32(entry) != ENTRY_MAGIC)
        return malformed(archive, begin, "the archive's directory is damaged");
    const unsigned flags = plx_load_u16(entry + 8), method = plx_load_u16(entry + 10);
    const size_t length = plx_load_u16(entry + 28), extra = plx_load_u16(entry + 30);
    const size_t bytes = ENTRY_BYTES + length + extra + plx_load_u16(entry + 32);
    if (bytes > left)
        return malformed(archive, begin, "the archive's directory is damaged");
    *at = begin + bytes;
    *member = (struct plx_zip_member){.name = (const char *)entry + ENTRY_BYTES,
                                      .length = length,
                                      .deflated = method == DEFLATED,
                                      .crc32 = plx_load_u32(entry + 16),
                                      .packed = plx_load_u32(entry + 20),
                                      .size = plx_load_u32(entry + 24),
                                      .begin = plx_load_u32(entry + 42)};
    if (length == 0 || memchr(member->name, '\0', length))
        return malformed(archive, begin, "a member of the archive has no proper name");
    uint64_t *values[] = {&member->size, &member->packed, &member->begin};
    if (!take_zip64(entry + ENTRY_BYTES + length, extra, values))
        return fail_member(archive, PLX_MALFORMED, member, begin,
                           "has damaged extra fields, or none of zip64");
    const enum plx_status status = check_method(archive, flags, method, begin, member);
    return status ? status : read_local(archive, flags, method, member);
}

static int compare_names(const void *a, const void *b)
{
    const struct plx_zip_member *left = a, *right = b;
    const size_t least = left->length < right->length ? left->length : right->length;
    const int order = memcmp(left->name, right->name, least);
    return order ? order : (left->length > right->length) - (left->length < right->length);
}

static int compare_places(const void *a, const void *b)
{
    const struct plx_zip_member *left = a, *right = b;
    return (left->begin > right->begin) - (left->begin < right->begin);
}

/* That no two have one name, or a byte in common. */
static enum plx_status check_members(const struct archive *archive, struct plx_zip *zip)
{
    struct plx_zip_member *members = zip->members;
    qsort(members, zip->count, sizeof *members, compare_names);
    for (size_t i = 1; i < zip->count; i++) {
        if (compare_names(members + i - 1, members + i) == 0)
            return fail_member(archive, PLX_MALFORMED, members + i, members[i].begin, "is there twice");
    }
    qsort(members, zip->count, sizeof *members, compare_places);
    for (size_t i = 1; i < zip->count; i++) {
        if (members[i - 1].offset + members[i - 1].packed > members[i].begin)
            return fail_member(archive, PLX_MALFORMED, members + i, members[i].begin,
                               "begins before the one before it ends");
    }
    return PLX_OK;
}

enum plx_status plx_zip_open(const uint8_t *data, uint64_t size, const char *name, struct plx_zip *zip,
                             struct plx_error *error)
{
    struct archive archive = {.data = data, .size = size, .name = name, .error = error};
    *zip = (struct plx_zip){0};
    enum plx_status status = read_end(&archive);
    if (status)
        return status;
    uint64_t at = archive.directory;
    zip->members = plx_new_array((size_t)archive.entries, sizeof *zip->members, error);
    if (!zip->members)
        return PLX_MEMORY;
    while (status == PLX_OK && zip->count < archive.entries)
        status = read_entry(&archive, &at, zip->members + zip->count++);
    if (status == PLX_OK && at != archive.directory + archive.directory_size)
        status = malformed(&archive, at, "the archive's directory has more members than its end says");
    if (status == PLX_OK)
        status = check_members(&archive, zip);
    if (status)
        plx_zip_close(zip);
    return status;
}

void plx_zip_close(struct plx_zip *zip)
{
    free(zip->members);
    *zip = (struct plx_zip){0};
}

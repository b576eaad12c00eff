#include "io/unpack.h"

#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_BYTES ((size_t)256 << 10)

#define TAR_MAGIC_AT 257

static bool begins(const uint8_t *head, size_t size, const char *magic, size_t length)
{
    return size >= length && memcmp(head, magic, length) == 0;
}

/* POSIX's form, and GNU's, which is older. What stands before is the first member's name and numbers. */
static bool is_tar(const uint8_t *head, size_t size)
{
    return size >= TAR_MAGIC_AT + 8 && (memcmp(head + TAR_MAGIC_AT, "ustar\0", 6) == 0 ||
                                        memcmp(head + TAR_MAGIC_AT, "ustar  \0", 8) == 0);
}

enum plx_archive_kind plx_archive_kind(const uint8_t *head, size_t size)
{
    if (begins(head, size, "PK\3\4", 4) || begins(head, size, "PK\5\6", 4) || is_tar(head, size))
        return PLX_ARCHIVE_PLAIN;
    const bool bzip2 = size >= 10 && memcmp(head, "BZh", 3) == 0 && memcmp(head + 4, "1AY&SY", 6) == 0;
    if (bzip2 || begins(head, size, "\xFD\067zXZ", 6) || begins(head, size, "\x28\xB5\x2F\xFD", 4))
        return PLX_ARCHIVE_COMPRESSED;
    return PLX_ARCHIVE_NONE;
}

/* Registers a compression, unless this libarchive would start a program for it. */
static void support(struct archive *archive, int (*filter)(struct archive *))
{
    struct archive *trial = archive_read_new();
    if (trial && filter(trial) == ARCHIVE_OK)
        filter(archive);
    archive_read_free(trial);
}

/* Tar, of any compression that there may be around it, and zip; NULL: no memory. */
static struct archive *new_archive(void)
{
    struct archive *archive = archive_read_new();
    if (!archive)
        return NULL;
    support(archive, archive_read_support_filter_bzip2);
    support(archive, archive_read_support_filter_xz);
    support(archive, archive_read_support_filter_zstd);
    archive_read_support_format_tar(archive);
    archive_read_support_format_zip_streamable(archive);
    return archive;
}

/* Whether the member has a name, of which no byte is a control character. */
static bool is_named(struct archive_entry *entry)
{
    const char *name = archive_entry_pathname(entry);
    if (!name)
        return archive_entry_pathname_utf8(entry) != NULL;
    for (const char *at = name; *at; at++) {
        if ((unsigned char)*at < ' ')
            return false;
    }
    return *name != '\0';
}

static enum plx_status no_memory(struct plx_error *error)
{
    return plx_error_set(error, PLX_MEMORY, "no memory for an archive");
}

enum plx_status plx_unpack_begins(const uint8_t *head, size_t size, bool *begun, struct plx_error *error)
{
    struct archive_entry *entry = NULL;
    struct archive *archive = new_archive();
    *begun = false;
    if (!archive)
        return no_memory(error);
    int outcome = archive_read_open_memory(archive, head, size);
    if (outcome == ARCHIVE_OK)
        outcome = archive_read_next_header(archive, &entry);
    const bool short_of_memory = outcome < ARCHIVE_WARN && archive_errno(archive) == ENOMEM;
    if (outcome == ARCHIVE_OK || outcome == ARCHIVE_WARN) /* not the end, which zeros are too */
        *begun = plx_archive_kind(head, size) == PLX_ARCHIVE_COMPRESSED || is_named(entry);
    archive_read_free(archive);
    return short_of_memory ? no_memory(error) : PLX_OK;
}

/* What libarchive calls. */

static la_ssize_t fail(struct plx_unpack *unpack, struct archive *archive)
{
    unpack->failed = true;
    archive_set_error(archive, EIO, "%s", unpack->cause.message);
    return -1;
}

static la_ssize_t read_source(struct archive *archive, void *user, const void **data)
{
    struct plx_unpack *unpack = user;
    const uint8_t *bytes;
    size_t size;
    plx_source_skip(unpack->source, unpack->offered);
    unpack->offered = 0;
    if (plx_source_peek(unpack->source, 1, &bytes, &size, &unpack->cause))
        return fail(unpack, archive);
    unpack->offered = size;
    *data = bytes;
    return (la_ssize_t)size;
}

static la_ssize_t read_range(struct archive *archive, void *user, const void **data)
{
    struct plx_unpack *unpack = user;
    const struct plx_file_range *range = &unpack->range;
    const uint64_t left = range->size - unpack->position;
    const size_t size = left < BUFFER_BYTES ? (size_t)left : BUFFER_BYTES;
    ssize_t got;
    if (plx_source_interrupted(unpack->source, &unpack->cause))
        return fail(unpack, archive);
    do
        got = pread(range->descriptor, unpack->buffer, size, (off_t)(range->begin + unpack->position));
    while (got < 0 && errno == EINTR);
    if (got < 0) {
        plx_error_set_errno(&unpack->cause, PLX_IO, errno, "cannot be read");
        return fail(unpack, archive);
    }
    unpack->position += (uint64_t)got;
    unpack->received += (uint64_t)got;
    *data = unpack->buffer;
    return (la_ssize_t)got;
}

static la_int64_t seek_range(struct archive *archive, void *user, la_int64_t offset, int whence)
{
    struct plx_unpack *unpack = user;
    const int64_t size = (int64_t)unpack->range.size;
    const int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? (int64_t)unpack->position : size;
    if (offset < -from || offset > size - from) {
        archive_set_error(archive, EINVAL, "it speaks of a place outside the file");
        return ARCHIVE_FATAL;
    }
    unpack->position = (uint64_t)(from + offset);
    return from + offset;
}

static la_int64_t skip_range(struct archive *archive, void *user, la_int64_t request)
{
    struct plx_unpack *unpack = user;
    const int64_t left = (int64_t)(unpack->range.size - unpack->position);
    const int64_t skipped = request < left ? request : left;
    (void)archive;
    unpack->position += (uint64_t)skipped;
    return skipped;
}

/* Bytes of the archive, as it lies there, that have been read. */
static uint64_t received(const struct plx_unpack *unpack)
{
    uint64_t size, done;
    if (unpack->range.descriptor >= 0)
        return unpack->received;
    plx_source_progress(unpack->source, &size, &done);
    return done;
}

/* Why libarchive has failed. */
static enum plx_status explain(struct plx_unpack *unpack, struct plx_error *error)
{
    if (unpack->failed) {
        *error = unpack->cause;
        return error->status;
    }
    if (archive_errno(unpack->archive) == ENOMEM)
        return no_memory(error);
    const char *why = archive_error_string(unpack->archive);
    why = why ? why : "it cannot be read";
    return plx_error_set(error, PLX_MALFORMED, "the archive is damaged: %.*s", (int)strcspn(why, "\n"), why);
}

enum plx_status plx_unpack_open(struct plx_source *source, struct plx_unpack *unpack, struct plx_error *error)
{
    *unpack = (struct plx_unpack){
        .source = source,
        .archive = new_archive(),
        .locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0),
    };
    enum plx_status status = plx_source_file(source, &unpack->range, error);
    if (status == PLX_OK && !unpack->archive)
        status = no_memory(error);
    if (status)
        goto fail;
    struct archive *archive = unpack->archive;
    archive_read_set_callback_data(archive, unpack);
    if (unpack->range.descriptor >= 0) {
        unpack->buffer = plx_new_array(BUFFER_BYTES, 1, error);
        if (!unpack->buffer) {
            status = PLX_MEMORY;
            goto fail;
        }
        archive_read_support_format_zip_seekable(archive);
        archive_read_set_read_callback(archive, read_range);
        archive_read_set_seek_callback(archive, seek_range);
        archive_read_set_skip_callback(archive, skip_range);
    } else {
        archive_read_set_read_callback(archive, read_source);
    }
    if (archive_read_open1(archive) == ARCHIVE_OK)
        return PLX_OK;
    status = explain(unpack, error);
fail:
    plx_unpack_release(unpack);
    return status;
}

enum plx_status plx_unpack_next(struct plx_unpack *unpack, struct archive_entry **entry,
                                struct plx_error *error)
{
    unpack->block_size = 0;
    unpack->hole = unpack->unpacked = 0;
    /* Where the locale cannot spell a name, libarchive has none. */
    const locale_t before = unpack->locale ? uselocale(unpack->locale) : (locale_t)0;
    const int outcome = archive_read_next_header(unpack->archive, entry);
    if (unpack->locale)
        uselocale(before);
    if (outcome == ARCHIVE_EOF)
        *entry = NULL;
    /* A warning is about attributes that no one needs. */
    return outcome >= ARCHIVE_WARN || outcome == ARCHIVE_EOF ? PLX_OK : explain(unpack, error);
}

/* Has a block or a hole at hand, unless the member ends. */
static enum plx_status fetch(struct plx_unpack *unpack, bool *ended, struct plx_error *error)
{
    const void *block;
    size_t size;
    la_int64_t offset;
    *ended = false;
    while (unpack->block_size == 0 && unpack->hole == 0) {
        const int outcome = archive_read_data_block(unpack->archive, &block, &size, &offset);
        *ended = outcome == ARCHIVE_EOF;
        if (*ended)
            return PLX_OK;
        if (outcome != ARCHIVE_OK)
            return explain(unpack, error);
        if (offset < 0 || (uint64_t)offset < unpack->unpacked)
            return plx_error_set(error, PLX_MALFORMED, "the archive is damaged: parts of a member overlap");
        unpack->hole = (uint64_t)offset - unpack->unpacked;
        unpack->block = block;
        unpack->block_size = size;
    }
    return PLX_OK;
}

/* Whether so much can be meant. */
static enum plx_status check_growth(const struct plx_unpack *unpack, struct plx_error *error)
{
    const uint64_t packed = received(unpack);
    if (unpack->unpacked <= PLX_UNPACK_FREE_BYTES || unpack->unpacked / PLX_UNPACK_RATIO_MOST <= packed)
        return PLX_OK;
    plx_error_set(error, PLX_MALFORMED,
                  "a member of the archive grows without measure: %" PRIu64 " bytes from %" PRIu64
                  " of the archive",
                  unpack->unpacked, packed);
    return plx_error_hint(error, "more than %d times is taken for an attack; if it is none, unpack it first",
                          PLX_UNPACK_RATIO_MOST);
}

enum plx_status plx_unpack_read(struct plx_unpack *unpack, uint8_t *data, size_t size, size_t *got,
                                struct plx_error *error)
{
    bool ended;
    *got = 0;
    enum plx_status status = fetch(unpack, &ended, error);
    if (status || ended)
        return status;
    const bool hole = unpack->hole > 0;
    const uint64_t ready = hole ? unpack->hole : unpack->block_size;
    const size_t count = ready < size ? (size_t)ready : size;
    if (hole) {
        memset(data, 0, count);
        unpack->hole -= count;
    } else {
        memcpy(data, unpack->block, count);
        unpack->block += count;
        unpack->block_size -= count;
    }
    unpack->unpacked += count;
    status = check_growth(unpack, error);
    *got = status ? 0 : count;
    return status;
}

enum plx_status plx_unpack_pass(struct plx_unpack *unpack, struct plx_error *error)
{
    /* Where it can be gone over at no cost, libarchive does. */
    if (unpack->range.descriptor >= 0 && archive_filter_code(unpack->archive, 0) == ARCHIVE_FILTER_NONE)
        return PLX_OK;
    bool ended = false;
    while (!ended) {
        enum plx_status status = fetch(unpack, &ended, error);
        unpack->unpacked += unpack->hole + unpack->block_size;
        unpack->hole = unpack->block_size = 0;
        if (status == PLX_OK)
            status = check_growth(unpack, error);
        if (status)
            return status;
    }
    return PLX_OK;
}

void plx_unpack_release(struct plx_unpack *unpack)
{
    archive_read_free(unpack->archive);
    if (unpack->locale)
        freelocale(unpack->locale);
    free(unpack->buffer);
    *unpack = (struct plx_unpack){.range.descriptor = -1};
}

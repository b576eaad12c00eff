#include "support/archive_file.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static la_ssize_t append(struct archive *archive, void *user, const void *data, size_t size)
{
    struct archive_file *file = user;
    (void)archive;
    file->bytes = realloc(file->bytes, file->size + size + 1);
    if (!file->bytes)
        abort();
    memcpy(file->bytes + file->size, data, size);
    file->size += size;
    return (la_ssize_t)size;
}

static void check(struct archive *archive, int outcome)
{
    if (outcome == ARCHIVE_OK)
        return;
    fprintf(stderr, "cannot write an archive: %s\n", archive_error_string(archive));
    abort();
}

static void choose_format(struct archive *archive, const char *format)
{
    if (strncmp(format, "zip", 3) == 0)
        check(archive, archive_write_set_format_zip(archive));
    else if (strncmp(format, "tar.gnu", 7) == 0)
        check(archive, archive_write_set_format_gnutar(archive));
    else
        check(archive, archive_write_set_format_ustar(archive));
    if (strcmp(format, "zip.stored") == 0)
        check(archive, archive_write_zip_set_compression_store(archive));
    if (strcmp(format, "zip.encrypted") == 0) {
        check(archive, archive_write_set_options(archive, "zip:encryption=traditional"));
        check(archive, archive_write_set_passphrase(archive, "secret"));
    }
}

static void choose_filter(struct archive *archive, const char *format)
{
    const char *dot = strrchr(format, '.');
    const char *filter = dot ? dot + 1 : "";
    if (strcmp(filter, "gz") == 0)
        check(archive, archive_write_add_filter_gzip(archive));
    if (strcmp(filter, "bz2") == 0)
        check(archive, archive_write_add_filter_bzip2(archive));
    if (strcmp(filter, "xz") == 0)
        check(archive, archive_write_add_filter_xz(archive));
    if (strcmp(filter, "zst") == 0)
        check(archive, archive_write_add_filter_zstd(archive));
}

static void write_part(struct archive *archive, const struct archive_part *part)
{
    struct archive_entry *entry = archive_entry_new();
    const size_t length = strlen(part->name);
    const bool directory = length > 0 && part->name[length - 1] == '/';
    archive_entry_set_pathname(entry, part->name);
    archive_entry_set_mode(entry, (directory ? AE_IFDIR : part->content ? AE_IFREG : AE_IFLNK) | 0644);
    if (!directory && !part->content)
        archive_entry_set_symlink(entry, "elsewhere");
    archive_entry_set_size(entry, (la_int64_t)part->size);
    check(archive, archive_write_header(archive, entry));
    if (part->size > 0 && archive_write_data(archive, part->content, part->size) != (la_ssize_t)part->size)
        check(archive, ARCHIVE_FATAL);
    archive_entry_free(entry);
}

struct archive_file archive_file(const char *format, const struct archive_part *parts, size_t count)
{
    struct archive_file file = {NULL, 0};
    struct archive *archive = archive_write_new();
    choose_format(archive, format);
    choose_filter(archive, format);
    archive_write_set_bytes_in_last_block(archive, 1);
    check(archive, archive_write_open(archive, &file, NULL, append, NULL));
    for (size_t i = 0; i < count; i++)
        write_part(archive, parts + i);
    check(archive, archive_write_close(archive));
    archive_write_free(archive);
    return file;
}

/* Archives in memory, written with libarchive. */
#ifndef PLX_TESTS_ARCHIVE_FILE_H
#define PLX_TESTS_ARCHIVE_FILE_H

#include <stddef.h>
#include <stdint.h>

/* A member: a directory if its name ends with "/", a symbolic link if `content` is NULL, else a file. */
struct archive_part {
    const char *name;
    const void *content; /* [size] */
    size_t size;
};

struct archive_file {
    uint8_t *bytes; /* released with free() */
    size_t size;
};

/* `format` is "zip" (deflated), "zip.stored", "zip.encrypted", "tar" (POSIX's) or "tar.gnu"; behind it may
   stand ".gz", ".bz2", ".xz" or ".zst". Ends the program where that fails. */
struct archive_file archive_file(const char *format, const struct archive_part *parts, size_t count);

#endif

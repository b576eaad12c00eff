/* Zip archives in memory (PKWARE's APPNOTE.TXT): what members there are, and their content.

   Members are stored or deflated, sizes and offsets of zip64 are read. What is told twice, in the directory
   and before each member, must agree, members must not overlap, and nothing is believed of a size that so
   many bytes cannot be the deflated form of. */
#ifndef PLX_IO_ZIP_H
#define PLX_IO_ZIP_H

#include <perplex/status.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plx_zip_member {
    const char *name; /* [length], in the archive, without a NUL in or behind it */
    size_t length;
    bool deflated; /* else it lies there as it is */
    uint32_t crc32;
    const uint8_t *data; /* [packed], in the archive */
    uint64_t packed;
    uint64_t size;   /* of the content */
    uint64_t offset; /* of the data in the archive */
    uint64_t begin;  /* of all that belongs to it */
};

struct plx_zip {
    struct plx_zip_member *members; /* [count], in the order in which they lie there, of distinct names */
    size_t count;
};

/* The directory of the archive in data[0..size), which must stay. PLX_MALFORMED, with the byte offset;
   PLX_UNSUPPORTED for encrypted members, other methods and archives in several parts. Errors name the input
   `name`. On failure nothing is left to release. */
enum plx_status plx_zip_open(const uint8_t *data, uint64_t size, const char *name, struct plx_zip *zip,
                             struct plx_error *error);

/* Twice is fine. */
void plx_zip_close(struct plx_zip *zip);

/* The content of one member, from its beginning to its end. */
struct plx_unzip;

/* NULL on failure: PLX_MEMORY. */
struct plx_unzip *plx_unzip_new(const struct plx_zip_member *member, struct plx_error *error);

/* The next `size` bytes, which must not be more than are left of member->size. Those of a member that is not
   deflated need no copy: where `data` is NULL, they are checked only. PLX_MALFORMED, without an input, where
   the data are damaged or end before. */
enum plx_status plx_unzip_read(struct plx_unzip *unzip, void *data, size_t size, struct plx_error *error);

/* Once all of it has been read: whether it is what it was (CRC-32), and there is no more of it. */
enum plx_status plx_unzip_finish(struct plx_unzip *unzip, struct plx_error *error);

void plx_unzip_free(struct plx_unzip *unzip); /* NULL is fine */

#endif

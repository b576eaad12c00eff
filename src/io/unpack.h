/* Zip and tar archives, one behind the other of their members, undone by libarchive over a source. */
#ifndef PLX_IO_UNPACK_H
#define PLX_IO_UNPACK_H

#include "io/source.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

/* An archive under way. Zero-initialised it can be released. */
struct plx_unpack {
    struct archive *archive;
    locale_t locale;             /* in which names are read; 0: that of the thread */
    struct plx_source *source;   /* borrowed */
    struct plx_file_range range; /* in which it can be gone to and fro; a descriptor of −1: it is streamed */
    uint64_t position;           /* in the range */
    uint64_t received;           /* bytes of the range that have been read */
    uint8_t *buffer;             /* for the range */
    size_t offered;              /* bytes of the source that libarchive holds, and has not given back yet */
    const uint8_t *block;        /* [block_size] of the member at hand, not delivered yet; libarchive's */
    size_t block_size;
    uint64_t hole;          /* zeros before the block */
    uint64_t unpacked;      /* bytes of the member at hand, delivered or passed over */
    struct plx_error cause; /* of a failure of the source or the range */
    bool failed;            /* it is set */
};

/* What a member may grow to, whatever the archive's size; and beyond that, how many times what has been read
   of the archive it may be. Deflate comes to a thousand times, for nothing but one byte; texts to some ten.
 */
#define PLX_UNPACK_FREE_BYTES ((uint64_t)64 << 20)
#define PLX_UNPACK_RATIO_MOST 250

/* Whether what begins with head[0..size) is a zip or tar archive, or compressed as only an archive may be
   (bzip2, xz, zstd), so that what is in it has to be looked at. */
enum plx_archive_kind { PLX_ARCHIVE_NONE, PLX_ARCHIVE_PLAIN, PLX_ARCHIVE_COMPRESSED };
enum plx_archive_kind plx_archive_kind(const uint8_t *head, size_t size);

/* Whether an archive begins in what begins with head[0..size): its first member's head can be read, and,
   where nothing that is compressed speaks for it (zip's has no checksum), gives it a name. PLX_MEMORY. */
enum plx_status plx_unpack_begins(const uint8_t *head, size_t size, bool *begun, struct plx_error *error);

/* Begins to read the source, of which nothing has been consumed; one whose bytes lie in a regular file stays
   as it is. On failure there is nothing to release. */
enum plx_status plx_unpack_open(struct plx_source *source, struct plx_unpack *unpack,
                                struct plx_error *error);

/* The next member's head, which is libarchive's; NULL at the end. Without an input, like all errors here. */
enum plx_status plx_unpack_next(struct plx_unpack *unpack, struct archive_entry **entry,
                                struct plx_error *error);

/* Up to `size` > 0 bytes of the member at hand; *got is 0 only at its end. */
enum plx_status plx_unpack_read(struct plx_unpack *unpack, uint8_t *data, size_t size, size_t *got,
                                struct plx_error *error);

/* Passes over what is left of the member at hand. */
enum plx_status plx_unpack_pass(struct plx_unpack *unpack, struct plx_error *error);

void plx_unpack_release(struct plx_unpack *unpack);

#endif

/* The whole content of a source as one range of memory: the pages of the file itself, or a copy. */
#ifndef PLX_IO_MAPPING_H
#define PLX_IO_MAPPING_H

#include <perplex/source.h>

#include "base/pages.h"

/* Zero-initialised it is empty, and can be closed. It may be copied like any value; one copy is closed. */
struct plx_mapping {
    const uint8_t *data; /* [size], of any alignment where standard input had been read before; NULL if size
                            is 0. Valid until the mapping is closed, whatever becomes of the source */
    uint64_t size;
    enum plx_load load; /* how it lies there, whatever was asked for */
    void *base;         /* what has been mapped; NULL: nothing */
    size_t base_bytes;
};

/* Takes a source of which nothing has been consumed, though it may have been peeked at. PLX_LOAD_MAP maps an
   uncompressed regular file: no byte of it is read before it is needed, and processes share its pages; a file
   that is cut short later ends the process by SIGBUS when it is touched there. Anything else, and with
   PLX_LOAD_COPY everything, is read into memory, which consumes the source unless it is such a file; that is
   read by `threads` (0: one). The source may be closed afterwards. On failure nothing is mapped. PLX_IO where
   the file has become shorter since it was opened; PLX_MEMORY; the errors of reading. */
enum plx_status plx_mapping_open(struct plx_source *source, enum plx_load load, unsigned threads,
                                 struct plx_mapping *mapping, struct plx_error *error);

/* An empty one is fine. */
void plx_mapping_close(struct plx_mapping *mapping);

/* Tells the system that the whole will be read from the beginning to the end, as for a checksum, or again
   (false, as it is at first) here and there. Without it a first pass over a mapped file waits for every page.
 */
void plx_mapping_sequential(const struct plx_mapping *mapping, bool sequential);

/* The fingerprint (see enum plx_fingerprint; none gives "") of the mapping and of parts[count] behind it: the
   SHA-256 of what would be hashed of each, one behind the other. `source`, NULL or open, is asked whether to
   stop: PLX_INTERRUPTED. */
enum plx_status plx_mapping_sha256(const struct plx_mapping *mapping, const struct plx_mapping *parts,
                                   size_t count, enum plx_fingerprint fingerprint, struct plx_source *source,
                                   char hex[65], struct plx_error *error);

#endif

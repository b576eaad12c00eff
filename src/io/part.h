/* A content under another name, or a range of it: as a source of its own. */
#ifndef PLX_IO_PART_H
#define PLX_IO_PART_H

#include "io/source.h"

/* Opens bytes offset … offset + length − 1 of the content; length 0: all from there on. The whole is taken
   over, also on failure; `name`, which is copied, is what the part is called, in errors of the whole too.
   PLX_MALFORMED, also of reading, where the content ends before the range; PLX_MEMORY, the errors of reading.
 */
enum plx_status plx_part_open(struct plx_source *whole, uint64_t offset, uint64_t length, const char *name,
                              const struct plx_source_options *options, struct plx_source **source,
                              struct plx_error *error);

#endif

/* What the library alone asks of a source. */
#ifndef PLX_IO_SOURCE_H
#define PLX_IO_SOURCE_H

#include <perplex/source.h>

#include "io/medium.h"

/* Where the content lies as it is in a regular file; a descriptor of −1 where it does not (gzip, a pipe, a
   URL, memory; an empty file, which may be one whose size is not known). Consumes nothing. */
enum plx_status plx_source_file(struct plx_source *source, struct plx_file_range *range,
                                struct plx_error *error);

/* Reads and discards what has not been consumed yet, so that damage at the end is noticed. */
enum plx_status plx_source_drain(struct plx_source *source, struct plx_error *error);

/* Computes no SHA-256 any more, as if it had not been asked for: what is hashed otherwise, or not at all,
   need not be hashed on its way. */
void plx_source_stop_hashing(struct plx_source *source);

/* Opens a source over a medium that another module has opened, which is taken over, also on failure, and gets
   its options from here; and so is `name`, which free() can release. */
enum plx_status plx_source_open_medium(struct plx_medium *medium, char *name,
                                       const struct plx_source_options *options, struct plx_source **source,
                                       struct plx_error *error);

/* Opens the same content once more, from its beginning, without a fingerprint; the first source must outlive
   the second. *again is NULL where it does not lie in a regular file that is not empty. */
enum plx_status plx_source_reopen(const struct plx_source *source, struct plx_source **again,
                                  struct plx_error *error);

/* PLX_INTERRUPTED if the caller wants to stop. */
enum plx_status plx_source_interrupted(const struct plx_source *source, struct plx_error *error);

#endif

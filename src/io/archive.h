/* Zip and tar archives as corpora are published in them: one file of one of them, as a source of its own.

   Tar may be compressed by bzip2, xz or zstd; gzip is undone by the source. Nothing is extracted. */
#ifndef PLX_IO_ARCHIVE_H
#define PLX_IO_ARCHIVE_H

#include "io/source.h"

/* Whether the source, of which nothing is consumed, is such an archive. Two words that stand for one are
   enough, so that what is damaged from the beginning is called that; if `strict`, the first member must be
   described as well. */
enum plx_status plx_archive_recognise(struct plx_source *source, bool strict, bool *archive,
                                      struct plx_error *error);

/* Opens the file of the archive that `member` names; where none has that name, the one whose last part it is,
   or of whose path or last part it is a pattern; NULL: the only one. The archive is taken over, also on
   failure; its bytes are no longer hashed. The new source has the name "archive:file", and the options, which
   are the archive's own too.

   An archive that can be read again (a regular file) is searched first, any other as it is read: that another
   file matches as well, or better, is then seen when the file has been read, and so is damage behind it.
   PLX_USAGE where none or several match, with their names; PLX_UNSUPPORTED for a file that is encrypted;
   PLX_MALFORMED, also of reading, where the archive or the file is damaged, or grows without measure
   (unpack.h); the errors of reading. Nothing can be read after PLX_INTERRUPTED where the archive itself was
   waited for. */
enum plx_status plx_archive_open_member(struct plx_source *archive, const char *member, bool lone,
                                        const struct plx_source_options *options, struct plx_source **file,
                                        struct plx_error *error);

#endif

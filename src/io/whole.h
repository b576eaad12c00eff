/* Whole sources in memory, for what is small by its nature: vocabularies, results. */
#ifndef PLX_IO_WHOLE_H
#define PLX_IO_WHOLE_H

#include <perplex/source.h>

#include "base/buffer.h"

/* Appends what is left of the source to the content. More than the buffer's limit is PLX_UNSUPPORTED: `what`
   ("a vocabulary") says whose limit it is. */
enum plx_status plx_source_read_all(struct plx_source *source, const char *what, struct plx_buffer *content,
                                    struct plx_error *error);

#endif

/* The corpus interface. To add a format NAME: a file with `const struct plx_corpus_format
   plx_corpus_format_NAME`, a line in registry.c, a line in src/CMakeLists.txt, and fixtures under tests/data.
 */
#ifndef PLX_CORPUS_CORPUS_H
#define PLX_CORPUS_CORPUS_H

#include <perplex/corpus.h>

#include "base/error.h"

/* The part that all readers share; a format's own struct begins with it. */
struct plx_corpus {
    const struct plx_corpus_format *format;
    struct plx_source *source; /* owned by the shared part */
    struct plx_corpus_options options;
    uint64_t documents; /* begun so far */
};

struct plx_corpus_format {
    const char *name;
    const char *description; /* one line for `perplex formats` */
    /* As of a model format: 0 no, 1 by the name alone or for want of anything better, 2 by content. */
    int (*probe)(const uint8_t *head, size_t size, const char *name);
    /* A zero-initialised reader of the format's own size; the shared part is filled in by the caller. */
    enum plx_status (*open)(struct plx_corpus **corpus, struct plx_error *error);
    /* As plx_corpus_next; counts `documents`. */
    enum plx_status (*next)(struct plx_corpus *corpus, struct plx_chunk *chunk, bool *more,
                            struct plx_error *error);
    /* Releases the reader, but not what the shared part owns. */
    void (*close)(struct plx_corpus *corpus);
};

#define PLX_CORPUS_PROBE_BYTES 4096

const struct plx_corpus_format *plx_corpus_format(size_t index);

#endif

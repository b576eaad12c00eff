/* What corpora deliver, collected whole, and checks of what every chunk says of itself. */
#ifndef PLX_TESTS_CORPORA_H
#define PLX_TESTS_CORPORA_H

#include <perplex/corpus.h>

#include "base/buffer.h"

struct read_document {
    char *id; /* NULL: none; a NUL follows its bytes */
    size_t id_length;
    uint64_t begin;        /* in the bytes of the text, or in the tokens, of the whole corpus */
    uint64_t offset, line; /* as its first chunk says */
    char file[64];         /* likewise, without folders, perhaps cut */
};

struct corpus_reading {
    struct plx_corpus_info info;     /* at the end */
    struct plx_buffer text;          /* all of it; of strings: theirs, one behind the other */
    uint64_t *ends;                  /* [count] of each string in the text */
    uint32_t *ids;                   /* [count] */
    size_t count;                    /* of the tokens */
    uint32_t *bytes, *characters;    /* [count] that they stand for; NULL where that is not known */
    uint8_t *words;                  /* [count] likewise */
    struct read_document *documents; /* [info.documents] */
    size_t document_count;
    size_t chunks;
    size_t largest;       /* size of the largest chunk */
    size_t interruptions; /* after which reading went on */
    char sha256[65];      /* "" where it failed, or its source computes none */
};

/* Opens a corpus out of memory, which must stay, as if it were the file `name`. */
enum plx_status corpus_open_memory(const void *bytes, size_t size, const char *name,
                                   const struct plx_corpus_options *options, struct plx_corpus **corpus,
                                   struct plx_error *error);

/* Reads what is left of a corpus that the test opened, and closes it. Whatever a chunk says that does not
   follow from those before it fails the running test; an error is returned, with what came before it in the
   reading, but after PLX_INTERRUPTED the reading goes on. To be released in either case. */
enum plx_status corpus_read(struct plx_corpus *corpus, struct corpus_reading *reading,
                            struct plx_error *error);

void corpus_reading_free(struct corpus_reading *reading);

/* Both of them, for content that must be fine. */
struct corpus_reading corpus_read_memory(const void *bytes, size_t size, const char *name);

/* Whether two corpora delivered the same: content, tokens and documents with their ids. */
bool corpus_readings_equal(const struct corpus_reading *a, const struct corpus_reading *b);

#endif

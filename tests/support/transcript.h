/* What a corpus delivers, written down as it is read, so that two readings can be compared; and whether every
   piece is what include/perplex/corpus.h says. What is not fails the running test. */
#ifndef PLX_TESTS_TRANSCRIPT_H
#define PLX_TESTS_TRANSCRIPT_H

#include <perplex/corpus.h>

/* Bytes that grow. */
struct transcript_bytes {
    uint8_t *data;
    size_t size, capacity;
};

struct transcript {
    enum plx_status status;            /* how the reading ended */
    struct plx_error error;            /* where it failed */
    struct plx_corpus_info info;       /* at the end */
    char sha256[65];                   /* "" where it failed */
    struct transcript_bytes content;   /* text as it is; of a string its length and bytes; ids of 4 bytes */
    struct transcript_bytes documents; /* a line for each: where it begins in the content, and its id */
    uint64_t tokens;                   /* strings and ids */
    size_t chunks, interruptions;
};

/* Reads the corpus to its end, or up to an error, and closes it. PLX_INTERRUPTED is no error: the reading
   goes on. To be released. */
struct transcript transcript_read(struct plx_corpus *corpus);

void transcript_release(struct transcript *transcript);

/* Both readings went well, and delivered the same. `what` names the second. */
void transcript_assert_same(const struct transcript *one, const struct transcript *other, const char *what);

#endif

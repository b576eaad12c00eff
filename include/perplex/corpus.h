/* Token corpora: readers that deliver documents piece by piece, in constant memory. */
#ifndef PERPLEX_CORPUS_H
#define PERPLEX_CORPUS_H

#include <perplex/source.h>

#ifdef __cplusplus
extern "C" {
#endif

struct plx_corpus;

/* What a token of a text is. */
enum plx_token_kind {
    PLX_TOKENS_WORD,      /* bytes between spaces, tabs and line ends */
    PLX_TOKENS_CHARACTER, /* a Unicode code point of UTF-8 */
    PLX_TOKENS_BYTE
};

/* Zero-initialised means the defaults. */
struct plx_corpus_options {
    const char *format; /* a name of the registry; NULL: recognised by content */
    enum plx_token_kind tokens;
    bool (*interrupted)(void *user); /* see struct plx_source_options */
    void *user;
};

/* A piece of a document, which is text: formats of token ids will add their ids here. It is cut at the end of
 * a line where it can be, else between two tokens. */
struct plx_chunk {
    const uint8_t *text; /* [size], borrowed until the next call */
    size_t size;         /* never 0 */
    uint64_t offset;     /* of its first byte in the uncompressed corpus */
    uint64_t line;       /* of its first byte, from 1 */
    bool begins_document;
    bool begins_line;
    bool inside_word; /* the byte before it belongs to a word: the cut is inside a word if the first byte does
                         too */
    bool ends_line;   /* the content ends here without a newline, which ends a line none the less */
};

/* What has been read. */
struct plx_corpus_info {
    const char *format; /* name in the registry */
    enum plx_token_kind tokens;
    uint64_t documents;
    uint64_t bytes; /* of the uncompressed corpus */
};

/* Opens a path, "-" or a URL. options may be NULL. *corpus is NULL on failure. */
PLX_API enum plx_status plx_corpus_open(const char *name, const struct plx_corpus_options *options,
                                        struct plx_corpus **corpus, struct plx_error *error);

/* The same from a source opened with the option `fingerprint`, which the corpus takes over: it is closed with
   the corpus, and at once on failure. */
PLX_API enum plx_status plx_corpus_open_source(struct plx_source *source,
                                               const struct plx_corpus_options *options,
                                               struct plx_corpus **corpus, struct plx_error *error);

/* The next piece; *more is false at the end of the corpus. */
PLX_API enum plx_status plx_corpus_next(struct plx_corpus *corpus, struct plx_chunk *chunk, bool *more,
                                        struct plx_error *error);

PLX_API void plx_corpus_info(const struct plx_corpus *corpus, struct plx_corpus_info *info);

/* SHA-256 of the uncompressed content; reads to its end if need be. */
PLX_API enum plx_status plx_corpus_sha256(struct plx_corpus *corpus, char hex[65], struct plx_error *error);

/* Size of the medium and how much of it has been read: for progress (see plx_source_progress). */
PLX_API void plx_corpus_progress(const struct plx_corpus *corpus, uint64_t *size, uint64_t *done);

PLX_API const char *plx_corpus_name(const struct plx_corpus *corpus);

PLX_API void plx_corpus_close(struct plx_corpus *corpus); /* NULL is fine */

/* "word", "char" or "byte", and back (false if it is none of them). */
PLX_API const char *plx_token_kind_name(enum plx_token_kind kind);
PLX_API bool plx_token_kind_parse(const char *name, enum plx_token_kind *kind);

/* The registry: name and description of format `index`; NULL past the end. */
PLX_API const char *plx_corpus_format_name(size_t index);
PLX_API const char *plx_corpus_format_description(size_t index);

#ifdef __cplusplus
}
#endif
#endif

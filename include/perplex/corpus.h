/* Token corpora: readers that deliver documents piece by piece, in constant memory.

   Different corpora may be used by different threads at once; one corpus belongs to one thread at a time. */
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

/* How a corpus is read. Zero-initialised means the defaults. Strings are borrowed for the call that opens the
   corpus only; `user` must stay valid until it is closed. */
struct plx_corpus_options {
    const char *format; /* a name of the registry; NULL: recognised by content */
    enum plx_token_kind tokens;
    bool (*interrupted)(void *user); /* see struct plx_source_options */
    void *user;
};

/* A piece of a document, which is text: formats of token ids will add their ids here. It is cut at the end of
   a line where it can be, else between two tokens. */
struct plx_chunk {
    const uint8_t *text; /* [size], borrowed until the next call */
    size_t size;         /* never 0 */
    uint64_t offset;     /* of its first byte in the uncompressed corpus */
    uint64_t line;       /* of its first byte, from 1 */
    bool begins_document;
    bool begins_line;
    bool blank_before; /* what stands before it in its line is spaces and tabs, or nothing */
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

/* Opens a corpus: a path, "-" for standard input, or a URL. options may be NULL. *corpus is to be closed with
   plx_corpus_close; NULL on failure. PLX_USAGE where options->format names no format, PLX_UNSUPPORTED where
   the content is of none; the errors of opening and reading a source (source.h). */
PLX_API enum plx_status plx_corpus_open(const char *name, const struct plx_corpus_options *options,
                                        struct plx_corpus **corpus, struct plx_error *error);

/* The same from a source, which the corpus takes over: it is closed with the corpus, and at once on failure.
   The source must have been opened with the option `fingerprint`, or plx_corpus_sha256 is PLX_USAGE later,
   and so is an evaluation. It is the source's own options that interrupt it, not those of the corpus. */
PLX_API enum plx_status plx_corpus_open_source(struct plx_source *source,
                                               const struct plx_corpus_options *options,
                                               struct plx_corpus **corpus, struct plx_error *error);

/* Reads the next piece. *more is false at the end of the corpus, and the chunk means nothing then.
   PLX_MALFORMED with line or offset where the content cannot be cut into pieces (a word of megabytes); the
   errors of reading a source, after which only PLX_INTERRUPTED lets the call be made again. */
PLX_API enum plx_status plx_corpus_next(struct plx_corpus *corpus, struct plx_chunk *chunk, bool *more,
                                        struct plx_error *error);

/* Tells what the corpus is, and what has been read of it so far. The strings are static. */
PLX_API void plx_corpus_info(const struct plx_corpus *corpus, struct plx_corpus_info *info);

/* Computes the SHA-256 of the uncompressed content, hexadecimal; reads to its end if need be, after which
   nothing is left for plx_corpus_next. Errors as those of plx_source_sha256. */
PLX_API enum plx_status plx_corpus_sha256(struct plx_corpus *corpus, char hex[65], struct plx_error *error);

/* Gives the size of the medium and how much of it has been read: for progress (see plx_source_progress). */
PLX_API void plx_corpus_progress(const struct plx_corpus *corpus, uint64_t *size, uint64_t *done);

/* Gives the name of its source (see plx_source_name). Valid as long as the corpus. */
PLX_API const char *plx_corpus_name(const struct plx_corpus *corpus);

/* Closes the corpus and its source. NULL is fine. */
PLX_API void plx_corpus_close(struct plx_corpus *corpus);

/* Names a kind of token: "word", "char" or "byte". Static. Any thread. */
PLX_API const char *plx_token_kind_name(enum plx_token_kind kind);

/* Finds the kind of that name; false, with *kind as it was, if there is none. Any thread. */
PLX_API bool plx_token_kind_parse(const char *name, enum plx_token_kind *kind);

/* Name format `index` of the registry and describe it in a line; NULL past the end. Static. Any thread. */
PLX_API const char *plx_corpus_format_name(size_t index);
PLX_API const char *plx_corpus_format_description(size_t index);

#ifdef __cplusplus
}
#endif
#endif

/* Token corpora: readers that deliver documents piece by piece, in constant memory.

   A corpus is one file or several, of one format. It delivers text, which an evaluation cuts into tokens, or
   tokens that somebody else has cut: as strings or as ids of a vocabulary.

   Different corpora may be used by different threads at once; one corpus belongs to one thread at a time. */
#ifndef PERPLEX_CORPUS_H
#define PERPLEX_CORPUS_H

#include <perplex/source.h>
#include <perplex/word.h>

#ifdef __cplusplus
extern "C" {
#endif

struct plx_corpus;

/* What a token is. It says how a text is cut, and what text tokens stand for that somebody else has cut. */
enum plx_token_kind {
    PLX_TOKENS_AUTO,      /* only when a corpus is opened: words of a text, else pieces */
    PLX_TOKENS_WORD,      /* bytes between spaces, tabs and line ends; tokens are joined by single spaces */
    PLX_TOKENS_CHARACTER, /* a Unicode code point of UTF-8; tokens are put together as they are */
    PLX_TOKENS_BYTE,      /* a byte; likewise */
    PLX_TOKENS_PIECE /* of a tokenizer that is not known: nothing is said about the text. Not for texts */
};

/* What a corpus consists of. */
enum plx_content {
    PLX_CONTENT_TEXT,    /* bytes, still to be cut into tokens */
    PLX_CONTENT_STRINGS, /* tokens as strings */
    PLX_CONTENT_IDS      /* tokens as ids of a vocabulary */
};

/* Where the documents of a text begin, beside the beginning of every file. */
enum plx_pages {
    PLX_PAGES_NONE, /* nowhere else */
    /* At a line " = Title = ", WikiText's heading of the first level, between blank lines. */
    PLX_PAGES_ARTICLE,
    PLX_PAGES_HEADING /* at any such line, wherever it stands: lm-evaluation-harness's pages of WikiText */
};

/* How a corpus is read. Zero-initialised means the defaults. Strings are borrowed for the call that opens the
   corpus only; `network` and `user` must stay valid until it is closed. */
struct plx_corpus_options {
    const char *format; /* a name of the registry; NULL: recognised by content */
    enum plx_token_kind tokens;
    const char *member; /* of an archive: which file in it (see plx_corpus_open); NULL: the only one */

    /* Where the bytes that a token stands for come from in a corpus of tokens: a .npy of u16 or u32 for each
       token of the whole corpus; or, of ids, a vocabulary that gives each its bytes: {"token": id} or a
       tokenizer.json, spelled in GPT-2's byte alphabet, SentencePiece's or plainly; tiktoken's ranks; lines
       of an id, a tab and a count, or of a count for each id. It wins over what the corpus says, and that
       over the model's vocabulary. NULL: one of these two. */
    const char *token_bytes;

    /* Size of the text whose tokens are read, to be compared with their sum; 0: not known. */
    uint64_t original_bytes;

    /* The documents to be read, counted from 0, end_document excluded; 0: to the end. They are those that the
       corpus has after plx_corpus_set_pages. The fingerprint is that of all. */
    uint64_t first_document, end_document;
    const struct plx_network *network; /* see struct plx_source_options */
    bool (*interrupted)(void *user);   /* see struct plx_source_options */
    void *user;
};

/* A piece of a document. All that it points to is borrowed until the next call, but for `input`. A text is
   cut at the end of a line where it can be, else between two tokens; a document of tokens anywhere. */
struct plx_chunk {
    enum plx_content content;      /* of every chunk of a corpus the same */
    const uint8_t *text;           /* [size] where content is text, else NULL */
    const struct plx_word *tokens; /* [size] where content is strings, else NULL */
    const uint32_t *ids;           /* [size] where content is ids, else NULL */
    size_t size;                   /* 0 only if a document holds nothing */
    bool begins_document;
    struct plx_word document; /* the id that the corpus gives the document; {NULL, 0} if none */

    /* Where it stands, for errors. */
    const char *input;       /* the file; valid as long as the corpus */
    uint64_t offset;         /* of its first byte in the uncompressed file */
    uint64_t line;           /* of its first byte, from 1; PLX_NOWHERE in a binary file */
    uint64_t document_index; /* of its document in the corpus, from 0 */
    uint64_t first_token;    /* strings and ids: how many tokens of the document precede it */
    unsigned id_bytes;       /* ids: what each takes in the file; 0 where that differs */

    /* Of tokens: what of the original each stands for, separators included, where the corpus or its options
       say so; else NULL. Of all chunks of a corpus or none. */
    const uint32_t *token_bytes;      /* [size] */
    const uint32_t *token_characters; /* [size]; NULL where only bytes are known */
    const uint8_t *token_words; /* [size] words that begin with it, PLX_TOKEN_WORDS_MAX at most; likewise */

    bool derived; /* text: unescaped from the line, so that no place in it is a place in the file */

    /* The document ends here without a newline or end symbol, which ends a line none the less; where it holds
       nothing, a blank one. Of texts and strings. */
    bool ends_line;

    /* Of a text only. */
    bool begins_line;
    bool blank_before; /* what stands before it in its line is spaces and tabs, or nothing */
    /* The byte before it belongs to a word: the cut is inside a word if the first byte does too. */
    bool inside_word;
};

/* The most words of an original that a token may begin. */
#define PLX_TOKEN_WORDS_MAX 64

/* What the original of a corpus of tokens is known from. */
struct plx_original_info {
    /* Where the bytes of a token come from: "file", a .npy; "vocabulary"; "records", `bytes` of JSONL;
       "text", that of JSONL, spread evenly over its tokens. NULL: nowhere, or not known before the first
       chunk. */
    const char *source;
    char sha256[65];         /* of the uncompressed .npy or vocabulary; "" where there is none */
    uint64_t bytes;          /* of all tokens so far */
    uint64_t text_bytes;     /* of the texts beside them; 0 where there are none */
    uint64_t original_bytes; /* what the options say */

    /* Documents whose text has another size than their tokens together, and the first of them. */
    uint64_t differing;
    uint64_t first_document;              /* from 1, in the corpus */
    const char *first_input;              /* the file that it begins in; valid as long as the corpus */
    uint64_t first_line;                  /* in that file; PLX_NOWHERE in a binary one */
    uint64_t first_expected, first_found; /* bytes of the text and of the tokens */
};

/* What has been read. */
struct plx_corpus_info {
    const char *format; /* name in the registry */
    enum plx_content content;
    enum plx_token_kind tokens; /* never PLX_TOKENS_AUTO */
    size_t files;
    uint64_t documents;      /* begun so far, of those that are to be read */
    uint64_t bytes;          /* uncompressed, so far */
    bool part;               /* there are documents before or, at the end, behind them */
    uint64_t first_document; /* the first of them */
};

/* Opens a corpus of names[count], count > 0, read one after the other as one corpus: each a path, "-" for
   standard input, a URL, a pattern of paths ("shard-*.txt": all files that match, in the order of their
   bytes; a file of just that name comes first), or "corpus:NAME/SPLIT" (manifest.h), which says its format,
   member and kind of token where the options do not. Every file begins a document. They must be of one format. A
   zip or tar archive (tar also compressed by bzip2, xz or zstd) stands for the file in it that
   options->member names: its name there; where no file has that name, the last part of it, or a pattern of
   either; without a member the only file. options may be NULL. *corpus is to be closed with plx_corpus_close;
   NULL on failure. PLX_USAGE where options->format names no format, there is no corpus of a name, "-" stands twice, the options ask for no
   document, a text is to be cut into PLX_TOKENS_PIECE, or where none or several files of an archive are
   meant; PLX_UNSUPPORTED where the content is of none, or a file of an archive is encrypted or itself an
   archive; PLX_IO where a file is missing, which is seen at once, or no file matches; the errors of opening
   and reading a source (see source.h). */
PLX_API enum plx_status plx_corpus_open(const char *const *names, size_t count,
                                        const struct plx_corpus_options *options, struct plx_corpus **corpus,
                                        struct plx_error *error);

/* The same from a source, which the corpus takes over: it is closed with the corpus, and at once on failure.
   The source must have been opened with the option `fingerprint`, or plx_corpus_sha256 is PLX_USAGE later,
   and so is an evaluation. It is the source's own options that interrupt it, not those of the corpus. */
PLX_API enum plx_status plx_corpus_open_source(struct plx_source *source,
                                               const struct plx_corpus_options *options,
                                               struct plx_corpus **corpus, struct plx_error *error);

/* Says where the documents of a text begin; nothing has been read yet. Other corpora have documents of their
   own, which stay. */
PLX_API void plx_corpus_set_pages(struct plx_corpus *corpus, enum plx_pages pages);

/* Reads the next piece. *more is false at the end of the corpus, and the chunk means nothing then.
   PLX_USAGE where the corpus ends before the first document that is to be read.
   PLX_MALFORMED with line or offset where the content is not what the format demands, or cannot be cut into
   pieces (a word of megabytes); PLX_UNSUPPORTED where a file is of another format than the first;
   PLX_MISMATCH where the bytes of its tokens are not those of this corpus; the errors of opening and reading
   a source, after which only PLX_INTERRUPTED lets the call be made again, and not in an archive. A file of an
   archive that cannot be read again (a pipe, a URL) shows at its end only that another file is meant, or
   others too, or that the archive is damaged behind it. */
PLX_API enum plx_status plx_corpus_next(struct plx_corpus *corpus, struct plx_chunk *chunk, bool *more,
                                        struct plx_error *error);

/* Tells what the corpus is, and what has been read of it so far. The strings are static. */
PLX_API void plx_corpus_info(const struct plx_corpus *corpus, struct plx_corpus_info *info);

/* Tells what is known of the original so far; all that there will be at the end of the corpus. Of
   documents that are not to be read nothing counts. The strings are static but for `first_input`. */
PLX_API void plx_corpus_original(const struct plx_corpus *corpus, struct plx_original_info *info);

/* Computes the fingerprint, hexadecimal: of one file the SHA-256 of its uncompressed content; of several the
   SHA-256 of the text made of theirs in hexadecimal, each ended by a newline; an index that lies beside a
   file counts as one before it. Reads to the end if need be, after which nothing is left for plx_corpus_next.
   Errors as those of plx_source_sha256 and plx_corpus_next. */
PLX_API enum plx_status plx_corpus_sha256(struct plx_corpus *corpus, char hex[65], struct plx_error *error);

/* Gives the size of the media and how much of them has been read: for progress (see plx_source_progress). Of
   several files it is known where all are regular files, and none is an archive. */
PLX_API void plx_corpus_progress(const struct plx_corpus *corpus, uint64_t *size, uint64_t *done);

/* Gives the names that it was opened by (see plx_source_name), separated by spaces; of a corpus that is one
   file of an archive, "archive:file". Valid as long as the corpus. */
PLX_API const char *plx_corpus_name(const struct plx_corpus *corpus);

/* Closes the corpus and its source. NULL is fine. */
PLX_API void plx_corpus_close(struct plx_corpus *corpus);

/* Names a kind of token: "word", "char", "byte" or "piece". Static. Any thread. */
PLX_API const char *plx_token_kind_name(enum plx_token_kind kind);

/* Finds the kind of that name; false, with *kind as it was, if there is none. Any thread. */
PLX_API bool plx_token_kind_parse(const char *name, enum plx_token_kind *kind);

/* Names what a corpus consists of: "text", "strings" or "ids". Static. Any thread. */
PLX_API const char *plx_content_name(enum plx_content content);

/* Name format `index` of the registry and describe it in a line; NULL past the end. Static. Any thread. */
PLX_API const char *plx_corpus_format_name(size_t index);
PLX_API const char *plx_corpus_format_description(size_t index);

#ifdef __cplusplus
}
#endif
#endif

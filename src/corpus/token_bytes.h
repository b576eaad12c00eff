/* What of the original the tokens of a corpus stand for: from a file with a count for each, from a
   vocabulary, or from what the readers find beside them; and whether it comes to what is known of the
   original. */
#ifndef PLX_CORPUS_TOKEN_BYTES_H
#define PLX_CORPUS_TOKEN_BYTES_H

#include "corpus/corpus.h"
#include "corpus/token_sizes.h"

/* An amount that is spread over the tokens of a document: of B over n tokens the first k together get
   floor(B·k/n). */
struct plx_spread {
    uint64_t each, rest, over, tokens;
};

/* Zero-initialised before plx_token_bytes_open. */
struct plx_token_bytes {
    struct plx_original_info info;

    /* A .npy. */
    struct plx_source *file; /* NULL: none */
    unsigned count_bytes;    /* of an element */
    bool big_endian;
    uint64_t counts;              /* elements */
    uint64_t tokens;              /* of the corpus so far */
    struct plx_token_sizes sizes; /* of a vocabulary */
    struct plx_size_seam seam;

    /* The document at hand. */
    bool begun;         /* there is one */
    uint64_t documents; /* begun so far */
    uint64_t line;      /* of its first token */
    uint64_t found;     /* bytes of its tokens so far */
    bool has_text;      /* and they should come to */
    uint64_t text_bytes;
    bool has_bytes; /* of the first document, and so of all: its records have counts */
    struct plx_spread bytes, characters, words;

    /* [capacity] of the chunk at hand */
    uint32_t *chunk_bytes, *chunk_characters;
    uint8_t *chunk_words;
    size_t capacity;
};

/* Opens what the options name, which is borrowed for the call, for a corpus of tokens. To be released in any
   case. PLX_USAGE for a vocabulary where tokens are strings; PLX_MALFORMED, PLX_UNSUPPORTED and the errors of
   reading. */
enum plx_status plx_token_bytes_open(struct plx_token_bytes *from, const struct plx_corpus_options *options,
                                     enum plx_content content, struct plx_error *error);

/* Completes the next chunk of the corpus by what its tokens stand for. *enough is false where the file has
   counts for fewer tokens; the chunk is good for nothing then. PLX_MALFORMED where records do not all have
   the same beside their tokens, PLX_MISMATCH where an id is not in the vocabulary, PLX_UNSUPPORTED where a
   token begins too many words: all at their place. */
enum plx_status plx_token_bytes_fill(struct plx_token_bytes *from, const struct plx_reader *reader,
                                     struct plx_chunk *chunk, bool *enough, struct plx_error *error);

/* At the end of the corpus, or (`whole` is false) where no more of it is read. PLX_MISMATCH where the file
   has not as many counts as the whole corpus has tokens; the errors of reading the file to its end. */
enum plx_status plx_token_bytes_finish(struct plx_token_bytes *from, bool whole, struct plx_error *error);

void plx_token_bytes_release(struct plx_token_bytes *from);

#endif

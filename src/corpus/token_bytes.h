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
    uint64_t first_offset; /* of the first in the file */
    uint64_t counts;       /* elements */
    uint64_t consumed;     /* of them; may lag behind `tokens`, and be ahead in a call that is repeated */
    uint64_t tokens;       /* of the corpus before the chunk at hand */

    struct plx_token_sizes sizes; /* of a vocabulary */
    struct plx_size_seam seam;

    /* The document at hand. */
    bool begun;        /* there is one */
    uint64_t document; /* its number in the corpus, from 1 */
    const char *input; /* the file of its first token */
    uint64_t line;     /* and where that stands in it */
    uint64_t found;    /* bytes of its tokens so far */
    bool has_text;     /* and they should come to */
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

/* Completes the next chunk of the corpus by what its tokens stand for, unless plx_token_bytes_lacks then.
   After PLX_INTERRUPTED the call can be made again. PLX_MALFORMED where records do not all have the same
   beside their tokens, PLX_MISMATCH where an id is not in the vocabulary, PLX_UNSUPPORTED where a token
   begins too many words: all at their place; the errors of reading the file. */
enum plx_status plx_token_bytes_fill(struct plx_token_bytes *from, const struct plx_reader *reader,
                                     struct plx_chunk *chunk, struct plx_error *error);

/* Takes note of the next chunk of the corpus, which nobody reads; what its tokens stand for is left out. */
void plx_token_bytes_pass(struct plx_token_bytes *from, const struct plx_chunk *chunk);

/* Whether the file has counts for fewer tokens than there are, and so is one of another corpus. */
bool plx_token_bytes_lacks(const struct plx_token_bytes *from);

/* Whether all tokens of the corpus must be counted, those too that nobody reads: those of a file are. */
bool plx_token_bytes_counts(const struct plx_token_bytes *from);

/* At the end of what is read of the corpus; which is all of it where all tokens must be counted.
   PLX_MISMATCH where the file has not as many counts as the corpus has tokens; the errors of reading the file
   to its end. */
enum plx_status plx_token_bytes_finish(struct plx_token_bytes *from, struct plx_error *error);

void plx_token_bytes_release(struct plx_token_bytes *from);

#endif
